"""What an EC2 instance can do: vCPU, memory, network. Facts of the type, not prices."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from helpers.pricing.price_list import PriceError


@dataclass(frozen=True)
class Instance:
    """An EC2 instance type. Network: the baseline it holds all day, not the burst of "up to 10 Gbps"."""

    name: str
    vcpu: int
    memory_gib: int
    network_gbps: Decimal
    source: str


_BASELINE = "EC2 DescribeInstanceTypes, BaselineBandwidthInGbps, as recorded in moto 5.2.5"
INSTANCES = {
    "r5.xlarge": Instance("r5.xlarge", 4, 32, Decimal("1.25"), _BASELINE),
    "m5.xlarge": Instance("m5.xlarge", 4, 16, Decimal("1.25"), _BASELINE),
}


def instance(name: str) -> Instance:
    """The instance type called `name`. Raises PriceError naming the known ones."""
    try:
        return INSTANCES[name]
    except KeyError:
        raise PriceError(f"no instance type {name!r} here; there are: {', '.join(INSTANCES)}") from None
