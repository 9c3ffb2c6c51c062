"""From how much scanning on is a cluster cheaper than Athena, and can that cluster do it at all?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from helpers.pricing.athena import TB, athena_scan_cost
from helpers.pricing.clusters import HOURS_PER_MONTH, emr_cluster_cost
from helpers.pricing.money import Cost, CostError, Number, format_number, format_rate, format_usd, positive, quantity
from helpers.pricing.price_list import HOME_REGION, price
from helpers.pricing.serverless import emr_serverless_cost, glue_job_cost
from helpers.pricing.throughput import DAYS_PER_MONTH, Throughput, cluster_throughput, nodes_needed


def break_even_queries(
    conversion_usd: Decimal, before_usd_per_query: Decimal, after_usd_per_query: Decimal
) -> int | None:
    """How many queries pay back a conversion, or None when the queries did not become cheaper.

    The smallest n with n × (before − after) ≥ conversion; all amounts in USD.
    """
    saving = Decimal(before_usd_per_query) - Decimal(after_usd_per_query)
    if saving <= 0:
        return None
    return int((Decimal(conversion_usd) / saving).to_integral_value(ROUND_CEILING))


def break_even_tb_per_month(
    cluster: Cost | Number | None = None, *, usd_per_tb: Number | None = None, region: str = HOME_REGION
) -> Decimal:
    """The TB a month at which Athena costs as much as `cluster` (a Cost or USD a month): USD / USD per TB.

    Without `cluster`: one r5.xlarge up all month, $229.95 / $5 = 45.99 TB. Price only: whether the
    cluster can scan that much is `break_even`'s to say.
    """
    if cluster is None:
        cluster = emr_cluster_cost(region=region)
    usd = cluster.usd if isinstance(cluster, Cost) else quantity("cluster", cluster)
    rate = price("athena.sql", region).usd if usd_per_tb is None else positive("usd_per_tb", usd_per_tb)
    return usd / rate


@dataclass(frozen=True)
class BreakEven:
    """Where a cluster's month and Athena's bill meet, beside what the cluster can do in a month.

    `tb_per_month`: above it the cluster is cheaper. `capacity_tb_per_month`: above it the cluster cannot.
    """

    cluster: Cost
    usd_per_tb: Decimal
    tb_per_month: Decimal
    capacity_tb_per_month: Decimal

    @property
    def feasible(self) -> bool:
        """Whether the cluster can scan as much as it would have to, to be the cheaper one."""
        return self.tb_per_month <= self.capacity_tb_per_month

    def __str__(self) -> str:
        meets = format_number(self.tb_per_month)
        can = format_number(self.capacity_tb_per_month)
        verdict = (
            f"cheaper than Athena from {meets} to {can} TB a month, then it needs more nodes"
            if self.feasible
            else f"never cheaper: it can scan {can} TB a month and would have to scan {meets}"
        )
        division = f"{format_usd(self.cluster.usd)} ÷ {format_rate(self.usd_per_tb)} per TB = {meets} TB"
        return f"{self.cluster}\nbreak-even: {division} a month\n{verdict}"


LONGEST_MONTH_HOURS = 744  # 31 days


def break_even(
    instance: str = "r5.xlarge",
    hours: Number | None = None,
    *,
    nodes: Number = 1,
    idle_hours: Number = 0,
    core_mb_per_second: Number | None = None,
    network_gbps: Number | None = None,
    region: str = HOME_REGION,
    **options,
) -> BreakEven:
    """The break-even in TB a month of a cluster that works `hours` a month, with its capacity as a bound.

    `hours` None: all 730 of the month but `idle_hours`, in which the cluster is up, paid, and reads
    nothing. `options` as for `emr_cluster_cost` (spot, starts, start_seconds, ebs_gb);
    `core_mb_per_second` and `network_gbps` as for `cluster_throughput`. Raises CostError when the month
    would have more than 744 hours.
    """
    idle = quantity("idle_hours", idle_hours)
    working = max(HOURS_PER_MONTH - idle, Decimal(0)) if hours is None else quantity("hours", hours)
    if working + idle > LONGEST_MONTH_HOURS:
        raise CostError(f"a month has at most {LONGEST_MONTH_HOURS} hours, not {format_number(working + idle)}")
    cluster = emr_cluster_cost(instance, working, nodes=nodes, idle_hours=idle, region=region, **options)
    speed = cluster_throughput(instance, nodes, core_mb_per_second=core_mb_per_second, network_gbps=network_gbps)
    can = speed.bytes_per_second * working * 3600 / TB
    rate = price("athena.sql", region).usd
    return BreakEven(cluster, rate, break_even_tb_per_month(cluster, region=region), can)


# --- a team ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TeamMonth:
    """A team's month of queries: Athena's bill and that of a cluster which is up while the team works."""

    athena: Cost
    cluster: Cost
    speed: Throughput
    busy_hours_per_day: Decimal
    open_hours_per_day: Decimal

    @property
    def utilisation(self) -> Decimal:
        """The share of its open hours that the cluster reads; above 1 it cannot keep up."""
        return self.busy_hours_per_day / self.open_hours_per_day

    @property
    def feasible(self) -> bool:
        """Whether the cluster gets through the day's queries while it is open."""
        return self.busy_hours_per_day <= self.open_hours_per_day

    def busiest_hour_utilisation(self, share: Number) -> Decimal:
        """The share of the busiest hour that the cluster reads, when `share` (0 to 1) of the day falls in it.

        Above 1 queries queue up, even on a day that the cluster gets through as a whole.
        """
        if not 0 <= quantity("share", share) <= 1:
            raise CostError(f"share is a part of the day's queries, 0 to 1, not {share}")
        return self.busy_hours_per_day * quantity("share", share)

    @property
    def cheaper(self) -> str:
        """`Athena` or `cluster`; Athena when the cluster cannot do the work."""
        return "cluster" if self.feasible and self.cluster.usd < self.athena.usd else "Athena"

    def __str__(self) -> str:
        busy, open_ = format_number(self.busy_hours_per_day), format_number(self.open_hours_per_day)
        can = "keeps up" if self.feasible else "cannot keep up"
        return f"{self.athena}\n{self.cluster}\nthe cluster reads {busy} of {open_} h a day: it {can}"


def team_month(
    queries_per_day: Number,
    bytes_per_query: Number,
    *,
    days: Number = 22,
    open_hours_per_day: Number = 9,
    instance: str = "r5.xlarge",
    nodes: Number = 1,
    start_seconds: Number = 0,
    core_mb_per_second: Number | None = None,
    network_gbps: Number | None = None,
    region: str = HOME_REGION,
    **options,
) -> TeamMonth:
    """A team that asks `queries_per_day`, spread over `open_hours_per_day` on `days` working days.

    Athena is paid per query. The cluster starts in the morning, is open all those hours, whether or not
    a query runs, and is gone at night; a day's queries run one after the other.
    """
    count, size = quantity("queries_per_day", queries_per_day), quantity("bytes_per_query", bytes_per_query)
    open_hours, worked = positive("open_hours_per_day", open_hours_per_day), positive("days", days)
    if open_hours > 24:
        raise CostError(f"a day has 24 hours, not {open_hours_per_day}")
    speed = cluster_throughput(instance, nodes, core_mb_per_second=core_mb_per_second, network_gbps=network_gbps)
    return TeamMonth(
        athena=athena_scan_cost(size, count * worked, region=region),
        cluster=emr_cluster_cost(
            instance,
            open_hours * worked,
            nodes=nodes,
            starts=worked,
            start_seconds=start_seconds,
            region=region,
            **options,
        ),
        speed=speed,
        busy_hours_per_day=speed.hours(count * size),
        open_hours_per_day=open_hours,
    )


# --- one question, every answer -----------------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    """One way to do a scan a day: its cost for the days asked, whether it can, and why not or on what terms."""

    name: str
    cost: Cost
    feasible: bool
    remark: str


def compare(
    bytes_per_day: Number,
    days: Number = DAYS_PER_MONTH,
    *,
    instance: str = "r5.xlarge",
    nodes: Number = 1,
    core_mb_per_second: Number | None = None,
    network_gbps: Number | None = None,
    region: str = HOME_REGION,
) -> list[Option]:
    """Ways to scan `bytes_per_day`, cheapest first among those that can do it, the impossible ones last.

    Athena; a cluster of `nodes` up all day, on demand and at both ends of Spot; a cluster of as many
    nodes as it takes, up only while it reads; and, when `core_mb_per_second` says how fast a vCPU is, EMR
    Serverless and Glue. 24 h a day × `days` are paid, so 30 days are 720 h here, not 730.
    """
    size, count = quantity("bytes_per_day", bytes_per_day), positive("days", days)
    reading = {"core_mb_per_second": core_mb_per_second, "network_gbps": network_gbps}
    speed = cluster_throughput(instance, nodes, **reading)
    needed = speed.hours(size)
    remark = f"reads {format_number(needed)} h of 24 h a day"
    able = speed.feasible(size)
    found = [Option("Athena", athena_scan_cost(size, count, region=region), True, "no cluster, per byte scanned")]
    shapes = [("on demand", None), ("Spot, low", "low"), ("Spot, high", "high")]
    for name, spot in shapes:
        always = emr_cluster_cost(instance, 24 * count, nodes=nodes, spot=spot, region=region)
        found.append(Option(f"{nodes} × {instance} all day, {name}", always, able, remark))
    enough = nodes if able else nodes_needed(size, instance, **reading)
    each = cluster_throughput(instance, enough, **reading).hours(size)
    job = emr_cluster_cost(instance, each * count, nodes=enough, starts=count, region=region)
    name = f"{enough} × {instance} while it reads, on demand"
    found.append(Option(name, job, True, f"reads {format_number(each)} h of 24 h a day"))
    if core_mb_per_second is not None:
        found += _serverless(size, count, core_mb_per_second, region)
    return sorted(found, key=lambda option: (not option.feasible, option.cost.usd))


def _serverless(size: Decimal, days: Decimal, core_mb_per_second: Number, region: str) -> list[Option]:
    """The scan on workers of 4 vCPU and 16 GB, which is a DPU; twice the workers take half the time."""
    seconds = size / (4 * positive("core_mb_per_second", core_mb_per_second) * 10**6)
    remark = f"{format_number(seconds / 3600)} h of a worker with 4 vCPU a day"
    return [
        Option("EMR Serverless", emr_serverless_cost(4, 16, seconds, runs=days, region=region), True, remark),
        Option("Glue ETL", glue_job_cost(1, seconds, runs=days, region=region), True, remark),
        Option("Glue ETL, Flex", glue_job_cost(1, seconds, runs=days, flex=True, region=region), True, remark),
    ]
