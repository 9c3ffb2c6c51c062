"""What a cluster can do in a day, whatever it costs: bytes through its network, bytes through its cores."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from helpers.pricing.instances import instance as instance_of
from helpers.pricing.money import CostError, Number, format_bytes, format_number, positive, quantity, whole

DAYS_PER_MONTH = 30  # of work; a month of prices is 730 h


@dataclass(frozen=True)
class Throughput:
    """An upper bound: `nodes` that read at full speed for `hours_per_day`, with no task failing or waiting.

    All rates are bytes a second. `cpu_bytes_per_second` is None when no speed of a core was assumed.
    """

    instance: str
    nodes: int
    hours_per_day: Decimal
    network_bytes_per_second: Decimal
    cpu_bytes_per_second: Decimal | None

    @property
    def bytes_per_second(self) -> Decimal:
        """The slower of network and cores."""
        if self.cpu_bytes_per_second is None:
            return self.network_bytes_per_second
        return min(self.network_bytes_per_second, self.cpu_bytes_per_second)

    @property
    def limit(self) -> str:
        """Which of the two is the slower: `network` or `cores`."""
        return "network" if self.bytes_per_second == self.network_bytes_per_second else "cores"

    @property
    def bytes_per_day(self) -> Decimal:
        """The most it can read on a day of `hours_per_day`."""
        return self.bytes_per_second * 3600 * self.hours_per_day

    @property
    def bytes_per_month(self) -> Decimal:
        """The most it can read in 30 such days."""
        return self.bytes_per_day * DAYS_PER_MONTH

    def hours(self, scanned_bytes: Number) -> Decimal:
        """The least hours that reading `scanned_bytes` takes. 10 TB at 1.25 Gbps: 17.8 h."""
        return quantity("scanned_bytes", scanned_bytes) / self.bytes_per_second / 3600

    def scans_per_month(self, scanned_bytes: Number) -> int:
        """How many scans of `scanned_bytes` fit one after the other in 30 days. 1 TB at 1.25 Gbps: 405."""
        return int(self.bytes_per_month / positive("scanned_bytes", scanned_bytes))

    def feasible(self, bytes_per_day: Number) -> bool:
        """Whether `bytes_per_day` fit in a day at all."""
        return quantity("bytes_per_day", bytes_per_day) <= self.bytes_per_day

    def __str__(self) -> str:
        speed = f"{format_bytes(self.bytes_per_second)}/s, the {self.limit}"
        return (
            f"{self.nodes} × {self.instance}: at most {speed}; {format_bytes(self.bytes_per_day)} in "
            f"{format_number(self.hours_per_day)} h a day, {format_bytes(self.bytes_per_month)} a month"
        )


def cluster_throughput(
    instance: str = "r5.xlarge",
    nodes: Number = 1,
    *,
    core_mb_per_second: Number | None = None,
    network_gbps: Number | None = None,
    hours_per_day: Number = 24,
) -> Throughput:
    """What `nodes` of `instance` can read from S3 at most.

    Network: the type's baseline in Gbps (1 Gbps = 125,000,000 bytes a second), or `network_gbps`.
    Cores: vCPU × `core_mb_per_second`, an assumption of the caller's (measure it on a job of one's own;
    decompressing and decoding Parquet and running the query are slower than the network more often than
    not); None leaves the cores out, and the answer is the network's bound alone.
    """
    kind = instance_of(instance)
    count = whole("nodes", nodes, at_least=1)
    day = positive("hours_per_day", hours_per_day)
    if day > 24:
        raise CostError(f"a day has 24 hours, not {hours_per_day}")
    gbps = kind.network_gbps if network_gbps is None else positive("network_gbps", network_gbps)
    cores = None
    if core_mb_per_second is not None:
        cores = count * kind.vcpu * positive("core_mb_per_second", core_mb_per_second) * 10**6
    return Throughput(instance, count, day, count * gbps * 10**9 / 8, cores)


def nodes_needed(bytes_per_day: Number, instance: str = "r5.xlarge", **options) -> int:
    """The fewest nodes that can read `bytes_per_day`; `options` as for `cluster_throughput`."""
    one = cluster_throughput(instance, 1, **options)
    nodes = quantity("bytes_per_day", bytes_per_day) / one.bytes_per_day
    return max(1, int(nodes.to_integral_value(ROUND_CEILING)))
