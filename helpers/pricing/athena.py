"""Athena SQL: per query by the bytes it scans, or provisioned capacity by the DPU-hour."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from helpers.pricing.money import (
    Cost,
    CostError,
    Number,
    format_bytes,
    format_number,
    format_usd,
    line,
    quantity,
    whole,
)
from helpers.pricing.price_list import HOME_REGION, price

# AWS does not publish whether the TB that Athena bills is 10^12 or 2^40 bytes. The course uses 10^12
# everywhere; with 2^40 every Athena price below would be 9.05 % lower (a binary TB is 9.95 % larger).
DECIMAL_TB = 10**12
BINARY_TB = 2**40
TB = DECIMAL_TB

MINIMUM_MB = 10  # per query (https://aws.amazon.com/athena/pricing/)

MINIMUM_DPU = 4  # AWS Big Data Blog, February 2026, and the API's minimum of TargetDpus


def billed_megabytes(scanned_bytes: int, terabyte_bytes: int = TB) -> int:
    """The megabytes a query pays for: rounded up to the MB, at least 10 (0 bytes scanned: 0).

    The minimum: AWS's price page and price list. Rounding *up*: third parties only. That a query which
    reads nothing (`SELECT 1`, a reused result) pays nothing is the course's reading; AWS says it of DDL
    and of reused results.
    """
    if scanned_bytes < 0:
        raise ValueError(f"bytes scanned cannot be negative: {scanned_bytes}")
    if scanned_bytes == 0:
        return 0
    megabyte = megabyte_bytes(terabyte_bytes)
    return max(MINIMUM_MB, -(-int(scanned_bytes) // megabyte))


def megabyte_bytes(terabyte_bytes: int = TB) -> int:
    """The MB that belongs to a TB: 10^6 bytes to 10^12, 2^20 to 2^40."""
    return {DECIMAL_TB: 10**6, BINARY_TB: 2**20}[terabyte_bytes]


def athena_query_cost(
    scanned_bytes: int,
    usd_per_tb: Decimal | None = None,
    terabyte_bytes: int = TB,
    region: str = HOME_REGION,
) -> Decimal:
    """USD that Athena charges for one successful query that scanned `scanned_bytes`.

    1 KB costs the same as 10 MB: 10 MB × $5 / 1,000,000 MB = $0.00005. Failed queries and DDL are free:
    do not ask for their price here. Cancelled queries pay for what they scanned.
    """
    rate = price("athena.sql", region).usd if usd_per_tb is None else Decimal(str(usd_per_tb))
    megabytes = billed_megabytes(scanned_bytes, terabyte_bytes)
    return rate * megabytes * megabyte_bytes(terabyte_bytes) / Decimal(terabyte_bytes)


def athena_execution_cost(execution: dict) -> Decimal:
    """USD for one finished query, as GetQueryExecution describes it.

    Failed queries are free, cancelled ones pay for what they scanned (Athena's FAQ and price page). DDL
    scans nothing; CREATE TABLE AS SELECT, which the API also calls DDL, pays for its scan.
    """
    if execution["Status"]["State"] == "FAILED":
        return Decimal(0)
    return athena_query_cost(execution.get("Statistics", {}).get("DataScannedInBytes", 0))


def athena_query_arithmetic(scanned_bytes: int) -> str:
    """The price of one query with its arithmetic, in one line.

    `$0.000620 (124 MB × $5.00 per TB)`, `$0.000050 (10 MB minimum)`, `$0 (nothing scanned)`.
    """
    usd = format_usd(athena_query_cost(scanned_bytes))
    if scanned_bytes == 0:
        return f"{usd} (nothing scanned)"
    if scanned_bytes <= MINIMUM_MB * megabyte_bytes():
        return f"{usd} ({MINIMUM_MB} MB minimum)"
    return f"{usd} ({billed_megabytes(scanned_bytes):,} MB × {format_usd(price('athena.sql').usd)} per TB)"


def athena_scan_cost(
    scanned_bytes: Number,
    queries: Number = 1,
    *,
    usd_per_tb: Number | None = None,
    terabyte_bytes: int = TB,
    region: str = HOME_REGION,
) -> Cost:
    """The cost of `queries` successful queries that scan `scanned_bytes` each.

    10 TB a day for 30 days: `athena_scan_cost(10 * TB, 30)` is 300 TB × $5 = $1,500. The terabyte in
    which Athena counts is `terabyte_bytes`, DECIMAL_TB or BINARY_TB; the bytes stay bytes.
    """
    size = int(quantity("scanned_bytes", scanned_bytes))
    count = quantity("queries", queries)  # an average may be a fraction
    rate = price("athena.sql", region).usd if usd_per_tb is None else quantity("usd_per_tb", usd_per_tb)
    billed = Decimal(billed_megabytes(size, _terabyte(terabyte_bytes)) * megabyte_bytes(terabyte_bytes))
    unit = "TB scanned" if terabyte_bytes == DECIMAL_TB else "TiB scanned"
    minimum = ", 10 MB minimum" if 0 < size < MINIMUM_MB * megabyte_bytes(terabyte_bytes) else ""
    return Cost(
        f"Athena, {format_number(count)} × {format_bytes(size)}",
        (line(f"data scanned{minimum}", billed * count / terabyte_bytes, unit, rate),),
    )


def _terabyte(terabyte_bytes: int) -> int:
    if terabyte_bytes not in (DECIMAL_TB, BINARY_TB):
        raise CostError(f"a TB is 10**12 (DECIMAL_TB) or 2**40 (BINARY_TB) bytes, not {terabyte_bytes}")
    return terabyte_bytes


class TerabyteBand(NamedTuple):
    """The same scan under both readings of a terabyte; `percent` is how much dearer 10^12 bytes are."""

    decimal: Cost
    binary: Cost
    percent: Decimal


def athena_terabyte_band(scanned_bytes: Number, queries: Number = 1, *, region: str = HOME_REGION) -> TerabyteBand:
    """What is not known: the scan priced per 10^12 and per 2^40 bytes. 2^40 / 10^12 = 1.0995, 9.95 %."""
    decimal = athena_scan_cost(scanned_bytes, queries, terabyte_bytes=DECIMAL_TB, region=region)
    binary = athena_scan_cost(scanned_bytes, queries, terabyte_bytes=BINARY_TB, region=region)
    return TerabyteBand(decimal, binary, (Decimal(BINARY_TB) / DECIMAL_TB - 1) * 100)


def athena_provisioned_cost(dpu: Number, seconds: Number, *, region: str = HOME_REGION) -> Cost:
    """The cost of a capacity reservation of `dpu` held for `seconds`; nothing is charged per TB then.

    At least 4 DPU and 1 minute (AWS Big Data Blog, February 2026): fewer DPU raise CostError, a shorter
    time pays the minute. Billed per minute (third party), so begun minutes are whole ones here. 24 DPU
    for an hour: 24 × $0.30 = $7.20.
    """
    units = whole("dpu", dpu)
    if units < MINIMUM_DPU:
        raise CostError(f"Athena reserves at least {MINIMUM_DPU} DPU, not {units}")
    minutes = max((quantity("seconds", seconds) / 60).to_integral_value(ROUND_CEILING), Decimal(1))
    hours = line("capacity", units * minutes / 60, "DPU-hours", price("athena.provisioned", region).usd)
    return Cost(f"Athena provisioned, {units} DPU", (hours,))
