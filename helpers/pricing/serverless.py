"""Spark without a cluster of one's own: EMR Serverless, Glue ETL, Athena for Apache Spark."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from helpers.pricing.money import Cost, Number, line, positive, quantity, whole
from helpers.pricing.price_list import HOME_REGION, price

MINIMUM_SECONDS = 60  # Glue ETL (https://aws.amazon.com/glue/pricing/); EMR Serverless: a third party, 2026
# Every worker has 20 GB (EMR Serverless User Guide); that they are free: the course's own knowledge of the
# price page; a third party of 2026 says "a free allotment".
SERVERLESS_FREE_DISK_GB = 20


def _billed_hours(seconds: Number, runs: Number) -> Decimal:
    return quantity("runs", runs) * max(quantity("seconds", seconds), Decimal(MINIMUM_SECONDS)) / 3600


def emr_serverless_cost(
    vcpu: Number,
    memory_gb: Number,
    seconds: Number,
    *,
    workers: Number = 1,
    disk_gb: Number = SERVERLESS_FREE_DISK_GB,
    runs: Number = 1,
    region: str = HOME_REGION,
) -> Cost:
    """`runs` jobs of `workers` workers (the driver counts as one), each `vcpu`, `memory_gb`, `disk_gb`.

    Per second of worker time, at least one minute; the first 20 GB of a worker's disk are free. Not
    checked: which sizes exist (4 vCPU come with 8 to 30 GB, says the EMR Serverless User Guide).
    4 vCPU and 16 GB for an hour: 4 × $0.052624 + 16 × $0.0057785 = $0.302952.
    """
    hours = whole("workers", workers, at_least=1) * _billed_hours(seconds, runs)
    disk = max(quantity("disk_gb", disk_gb) - SERVERLESS_FREE_DISK_GB, Decimal(0))
    lines = [
        line("vCPU", positive("vcpu", vcpu) * hours, "vCPU-hours", price("emr_serverless.vcpu", region).usd),
        line(
            "memory",
            positive("memory_gb", memory_gb) * hours,
            "GB-hours",
            price("emr_serverless.memory", region).usd,
        ),
    ]
    if disk:
        lines.append(line("disk beyond 20 GB", disk * hours, "GB-hours", price("emr_serverless.disk", region).usd))
    return Cost("EMR Serverless", tuple(lines))


def glue_job_cost(
    dpu: Number, seconds: Number, *, runs: Number = 1, flex: bool = False, region: str = HOME_REGION
) -> Cost:
    """`runs` Glue ETL jobs on `dpu` DPU (4 vCPU, 16 GB each) for `seconds`, per second, at least 1 minute.

    `flex` runs on spare capacity: cheaper, and may wait. 10 DPU for an hour: 10 × $0.44 = $4.40.
    """
    kind = "flex" if flex else "etl"
    hours = positive("dpu", dpu) * _billed_hours(seconds, runs)
    title = "Glue ETL, Flex" if flex else "Glue ETL"
    return Cost(title, (line("job", hours, "DPU-hours", price(f"glue.{kind}", region).usd),))


def athena_spark_cost(
    workers: Number,
    seconds: Number,
    *,
    driver_dpu: Number = 1,
    worker_dpu: Number = 1,
    sessions: Number = 1,
    region: str = HOME_REGION,
) -> Cost:
    """`sessions` of Athena for Apache Spark: driver and workers for the whole session, idle included.

    Per second rounded up to the minute (Athena's FAQ, a stored copy of about 2023; the price a third
    party's of 2026). A driver and 4 workers of 1 DPU for an hour: 5 × $0.35 = $1.75.
    """
    minutes = (quantity("seconds", seconds) / 60).to_integral_value(ROUND_CEILING)
    dpu = positive("driver_dpu", driver_dpu) + whole("workers", workers) * positive("worker_dpu", worker_dpu)
    hours = dpu * minutes * quantity("sessions", sessions) / 60
    return Cost("Athena for Apache Spark", (line("session", hours, "DPU-hours", price("athena.spark", region).usd),))
