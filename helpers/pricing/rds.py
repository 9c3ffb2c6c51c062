"""Amazon RDS for MySQL and Aurora: instance, storage, backup, proxy."""

from __future__ import annotations

from decimal import Decimal

from helpers.pricing.clusters import HOURS_PER_MONTH
from helpers.pricing.money import Cost, Line, Number, line, quantity, whole
from helpers.pricing.price_list import HOME_REGION, price

MINIMUM_SECONDS = 600  # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_OnDemandDBInstances.html
PROXY_MINIMUM_VCPU = 2


def rds_instance_cost(
    instance: str = "db.t3.small",
    hours: Number = HOURS_PER_MONTH,
    *,
    multi_az: bool = False,
    storage_gb: Number = 0,
    storage_type: str = "gp2",
    backup_gb: Number = 0,
    region: str = HOME_REGION,
) -> Cost:
    """RDS for MySQL: the instance for `hours` (at least 10 minutes), its disk and its backups.

    Multi-AZ is a second, unreadable instance with a second disk: both prices double. Storage and backups
    are pro rata of a month of 730 h. db.t3.small: 730 × $0.034 = $24.82; Multi-AZ $49.64.
    """
    up = max(quantity("hours", hours), Decimal(MINIMUM_SECONDS) / 3600)
    kind = "multi_az" if multi_az else "single_az"
    label = "Multi-AZ" if multi_az else "Single-AZ"
    lines = [line(f"instance, {label}", up, "hours", price(f"rds.{instance}.{kind}", region).usd)]
    months = quantity("hours", hours) / HOURS_PER_MONTH
    if quantity("storage_gb", storage_gb):
        rate = price(f"rds.{storage_type}.{kind}", region).usd
        lines.append(line(f"storage {storage_type}, {label}", Decimal(str(storage_gb)) * months, "GB-months", rate))
    if quantity("backup_gb", backup_gb):
        lines.append(_backup(backup_gb, storage_gb, months, region))
    return Cost(f"RDS for MySQL, {instance}", tuple(lines))


def rds_backup_cost(
    backup_gb: Number, storage_gb: Number, months: Number = 1, *, region: str = HOME_REGION
) -> Cost:
    """Backups beyond the free allowance, which is as much as the databases' storage in the Region.

    100 GB of backups of 100 GB of storage are free; 100 GB beyond the allowance: 100 × $0.095 = $9.50.
    The allowance: https://aws.amazon.com/blogs/database/demystifying-amazon-rds-backup-storage-costs/
    """
    return Cost("RDS backups", (_backup(backup_gb, storage_gb, quantity("months", months), region),))


def _backup(backup_gb: Number, storage_gb: Number, months: Decimal, region: str) -> Line:
    beyond = max(quantity("backup_gb", backup_gb) - quantity("storage_gb", storage_gb), Decimal(0))
    return line("backups beyond the free", beyond * months, "GB-months", price("rds.backup", region).usd)


def rds_proxy_cost(vcpu: Number, hours: Number = HOURS_PER_MONTH, *, region: str = HOME_REGION) -> Cost:
    """RDS Proxy in front of an instance of `vcpu`, at least 2: 730 × 2 × $0.015 = $21.90 a month."""
    billed = max(whole("vcpu", vcpu, at_least=1), PROXY_MINIMUM_VCPU)
    hour = quantity("hours", hours)
    return Cost("RDS Proxy", (line("proxy", billed * hour, "vCPU-hours", price("rds.proxy", region).usd),))


def aurora_storage_cost(
    storage_gb: Number,
    io_requests: Number = 0,
    months: Number = 1,
    *,
    backup_gb: Number = 0,
    io_optimized: bool = False,
    region: str = HOME_REGION,
) -> Cost:
    """Aurora's storage, I/O requests and backups (`backup_gb` beyond the free); without its instances.

    Standard: $0.10 a GB-month and $0.20 a million I/O. I/O-Optimized: dearer storage, no I/O charge.
    """
    time = quantity("months", months)
    kept = quantity("storage_gb", storage_gb) * time
    name = "aurora.storage_io_optimized" if io_optimized else "aurora.storage"
    lines = [line("storage", kept, "GB-months", price(name, region).usd)]
    asked = quantity("io_requests", io_requests)
    if asked and not io_optimized:
        lines.append(line("I/O", asked / 1_000_000, "1000000 requests", price("aurora.io", region).usd))
    if quantity("backup_gb", backup_gb):
        rate = price("aurora.backup", region).usd
        lines.append(line("backups beyond the free", quantity("backup_gb", backup_gb) * time, "GB-months", rate))
    return Cost("Aurora, I/O-Optimized" if io_optimized else "Aurora", tuple(lines))
