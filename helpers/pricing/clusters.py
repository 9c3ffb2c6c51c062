"""Spark on EMR on EC2: the instance, the EMR fee on top of it, and the disk, for as long as it is up."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from helpers.pricing.money import Cost, CostError, Number, line, positive, quantity, whole
from helpers.pricing.price_list import HOME_REGION, price

HOURS_PER_MONTH = 730  # 8,760 hours a year / 12, as AWS's own calculators count
# Per started instance; EC2, EMR and EBS bill per second after it (https://aws.amazon.com/emr/pricing/).
MINIMUM_SECONDS = 60


def emr_cluster_cost(
    instance: str = "r5.xlarge",
    hours: Number = HOURS_PER_MONTH,
    *,
    nodes: Number = 1,
    spot: str | Number | None = None,
    idle_hours: Number = 0,
    starts: Number = 1,
    start_seconds: Number = 0,
    ebs_gb: Number = 0,
    ebs_type: str = "gp2",
    region: str = HOME_REGION,
) -> Cost:
    """The cost of a cluster that works `hours` on `nodes` instances; whoever is up pays, busy or not.

    `idle_hours` is paid on top of the working hours; each of `starts` start-ups pays `start_seconds`
    before the first task runs, and at least one minute is billed per start and node. `spot`: None for
    on demand, "low" or "high" for the observed range, or USD per hour; the EMR fee stays in full.
    `ebs_gb` is the disk per node, pro rata of a month of 730 h.

    r5.xlarge, 730 h: 730 × ($0.252 + $0.063) = $229.95.
    """
    count = whole("nodes", nodes, at_least=1)
    began = positive("starts", starts)
    up = quantity("hours", hours) + quantity("idle_hours", idle_hours)
    up += began * quantity("start_seconds", start_seconds) / 3600
    billed = max(up, began * MINIMUM_SECONDS / 3600)
    node_hours = count * billed
    usd_per_hour, kind = _instance_rate(instance, spot, region)
    lines = [
        line(f"EC2 {instance}, {kind}", node_hours, "node-hours", usd_per_hour),
        line("EMR fee", node_hours, "node-hours", price(f"emr.{instance}", region).usd),
    ]
    if quantity("ebs_gb", ebs_gb):
        months = node_hours * quantity("ebs_gb", ebs_gb) / HOURS_PER_MONTH
        lines.append(line(f"EBS {ebs_type}", months, "GB-months", price(f"ebs.{ebs_type}", region).usd))
    return Cost(f"EMR on EC2, {count} × {instance}, {kind}", tuple(lines))


def _instance_rate(instance: str, spot: str | Number | None, region: str) -> tuple[Decimal, str]:
    if spot is None:
        return price(f"ec2.{instance}", region).usd, "on demand"
    if spot in ("low", "high"):
        return price(f"spot.{instance}.{spot}", region).usd, f"Spot, {spot}"
    try:
        return positive("spot", spot), "Spot"
    except CostError:
        raise CostError(f"spot is 'low', 'high' or USD per hour, not {spot!r}") from None


class SpotRange(NamedTuple):
    """The same cluster at the lowest and the highest Spot price observed."""

    low: Cost
    high: Cost


def emr_spot_range(instance: str = "r5.xlarge", hours: Number = HOURS_PER_MONTH, **options) -> SpotRange:
    """`emr_cluster_cost` at both ends of the observed Spot range. r5.xlarge, 730 h: $94.24 to $121.76."""
    return SpotRange(*(emr_cluster_cost(instance, hours, spot=end, **options) for end in ("low", "high")))


def spot_saving(instance: str = "r5.xlarge", region: str = HOME_REGION) -> tuple[Decimal, Decimal]:
    """How much cheaper Spot was than on demand, as fractions (least, most), of the instance alone."""
    on_demand = price(f"ec2.{instance}", region).usd
    high, low = price(f"spot.{instance}.high", region).usd, price(f"spot.{instance}.low", region).usd
    return 1 - high / on_demand, 1 - low / on_demand
