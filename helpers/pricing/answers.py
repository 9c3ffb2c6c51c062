"""What `python -m helpers.costs` answers: one function a question, from its options to its text."""

from __future__ import annotations

from argparse import Namespace
from datetime import date

from helpers.pricing.athena import (
    BINARY_TB,
    DECIMAL_TB,
    athena_provisioned_cost,
    athena_scan_cost,
    athena_terabyte_band,
)
from helpers.pricing.breakeven import break_even, compare, team_month
from helpers.pricing.clusters import emr_cluster_cost
from helpers.pricing.functions import lambda_cost
from helpers.pricing.hybrid import hybrid_cost
from helpers.pricing.money import (
    CostError,
    fixed_cost,
    format_bytes,
    format_number,
    format_rate,
    format_usd,
    quantity,
    total,
)
from helpers.pricing.price_list import Price, prices
from helpers.pricing.price_list import stale as stale_prices
from helpers.pricing.rds import rds_instance_cost, rds_proxy_cost
from helpers.pricing.serverless import athena_spark_cost, emr_serverless_cost, glue_job_cost
from helpers.pricing.throughput import cluster_throughput, nodes_needed

STATUS_LEGEND = (
    "confirmed: AWS's own page, price list or documentation, or a copy of it; agreeing: two third parties; "
    "third-party: one; weak: one unsupported mention"
)


def price_list(options: Namespace) -> str:
    """The prices of a region as a table, with `sources` two more lines each."""
    listed = list(prices(options.region).values())
    rows = [(p.name, format_rate(p.usd), p.unit, str(p.date), p.status) for p in listed]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [f"USD, on demand, before tax, {options.region}"]
    for price, row in zip(listed, rows, strict=True):
        name, usd, unit, day, status = row
        lines.append(f"{name:<{widths[0]}}  {usd:>{widths[1]}} per {unit:<{widths[2]}}  {day}  {status}")
        if options.sources:
            lines += [f"    {text}" for text in (price.source, price.note) if text]
    return "\n".join([*lines, STATUS_LEGEND])


def stale(options: Namespace) -> str:
    """The prices older than a year on `today`."""
    today = options.today or date.today()
    old = stale_prices(today)
    if not old:
        return f"no price is older than a year on {today}"
    return "\n".join([f"older than a year on {today}:", *(_age(price) for price in old)])


def _age(price: Price) -> str:
    return f"  {price.date}  {price.region}  {price.name}"


def athena(options: Namespace) -> str:
    """Athena's bill, and under the other reading of a TB unless one was chosen."""
    times, days = quantity("--queries", options.queries), quantity("--days", options.days)
    if options.scan.per:
        times *= days
    size = options.scan.scanned_bytes
    if options.tb:
        terabyte = BINARY_TB if options.tb == "binary" else DECIMAL_TB
        return str(athena_scan_cost(size, times, terabyte_bytes=terabyte, region=options.region))
    band = athena_terabyte_band(size, times, region=options.region)
    return f"{band.decimal}\nif AWS counts a TB as 2^40 bytes: {format_usd(band.binary.usd)}"


def provisioned(options: Namespace) -> str:
    """A capacity reservation."""
    return str(athena_provisioned_cost(options.dpu, options.time, region=options.region))


def athena_spark(options: Namespace) -> str:
    """A Spark session in Athena."""
    return str(athena_spark_cost(options.workers, options.time, region=options.region))


def _cluster_options(options: Namespace) -> dict:
    return {
        "instance": options.type,
        "hours": options.hours,
        "nodes": options.nodes,
        "idle_hours": options.idle_hours,
        "starts": options.starts,
        "start_seconds": options.start_time,
        "ebs_gb": options.ebs_gb,
        "ebs_type": options.ebs_type,
        "region": options.region,
    }


def _reading_options(options: Namespace) -> dict:
    return {"core_mb_per_second": options.core_mb_per_second, "network_gbps": options.network_gbps}


def _each_spot(spot: str | None) -> tuple[str | None, ...]:
    return ("low", "high") if spot == "range" else (spot,)


def cluster(options: Namespace) -> str:
    """A cluster on EC2; `--spot` alone gives both ends of the range."""
    costs = (emr_cluster_cost(spot=spot, **_cluster_options(options)) for spot in _each_spot(options.spot))
    return "\n".join(str(cost) for cost in costs)


def breakeven(options: Namespace) -> str:
    """The break-even with the cluster's capacity beside it."""
    arguments = _cluster_options(options) | _reading_options(options)
    return "\n".join(str(break_even(spot=spot, **arguments)) for spot in _each_spot(options.spot))


def throughput(options: Namespace) -> str:
    """What a cluster can read, and whether a scan fits."""
    reading = _reading_options(options) | {"hours_per_day": options.hours_per_day}
    speed = cluster_throughput(options.type, options.nodes, **reading)
    if options.scan is None:
        return str(speed)
    size = options.scan.scanned_bytes
    text = f"{speed}\nreading {format_bytes(size)} takes at least {format_number(speed.hours(size))} h"
    if options.scan.per is None:
        return f"{text}; at most {speed.scans_per_month(size):,} in 30 days"
    if speed.feasible(size):
        return f"{text}: it fits a day of {format_number(speed.hours_per_day)} h"
    return f"{text}: it does not fit a day; that takes {nodes_needed(size, options.type, **reading)} nodes"


def emr_serverless(options: Namespace) -> str:
    """Jobs on EMR Serverless."""
    cost = emr_serverless_cost(
        options.vcpu,
        options.memory_gb,
        options.time,
        workers=options.workers,
        disk_gb=options.disk_gb,
        runs=options.runs,
        region=options.region,
    )
    return str(cost)


def glue(options: Namespace) -> str:
    """Glue jobs."""
    return str(glue_job_cost(options.dpu, options.time, runs=options.runs, flex=options.flex, region=options.region))


def function(options: Namespace) -> str:
    """Lambda invocations."""
    return str(lambda_cost(options.invocations, options.memory_mb, options.time, region=options.region))


def rds(options: Namespace) -> str:
    """A MySQL instance, with a proxy if asked."""
    instance = rds_instance_cost(
        options.type,
        options.hours,
        multi_az=options.multi_az,
        storage_gb=options.storage_gb,
        storage_type=options.storage_type,
        backup_gb=options.backup_gb,
        region=options.region,
    )
    if not quantity("--proxy-vcpu", options.proxy_vcpu):
        return str(instance)
    proxy = rds_proxy_cost(options.proxy_vcpu, options.hours, region=options.region)
    return str(total(f"{instance.title}, with a proxy", [instance, proxy]))


def compare_options(options: Namespace) -> str:
    """Every way to do a daily scan, the impossible ones last."""
    if options.scan.per is None:
        raise CostError("compare needs a daily scan: --scan 10TB/day")
    found = compare(
        options.scan.scanned_bytes,
        options.days,
        instance=options.type,
        nodes=options.nodes,
        region=options.region,
        **_reading_options(options),
    )
    blocks = []
    for option in found:
        can = "" if option.feasible else "CANNOT: "
        blocks.append(f"{option.name} ({can}{option.remark})\n{option.cost}")
    return "\n\n".join(blocks)


def team(options: Namespace) -> str:
    """A team's month both ways."""
    month = team_month(
        options.queries,
        options.scan,
        days=options.days,
        open_hours_per_day=options.open_hours,
        instance=options.type,
        nodes=options.nodes,
        start_seconds=options.start_time,
        region=options.region,
        **_reading_options(options),
    )
    return f"{month}\ncheaper: {month.cheaper}"


def hybrid(options: Namespace) -> str:
    """Raw against ETL plus curated."""
    etl = fixed_cost("ETL", options.etl_usd)
    return str(hybrid_cost(options.raw, options.curated, options.queries, etl, region=options.region))
