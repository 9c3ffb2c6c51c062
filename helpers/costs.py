"""What does it cost? Pure arithmetic on the prices of prices.toml, in USD and bytes.

Amounts are `Decimal`, so that 10 MB cost exactly $0.00005 and sums do not drift. Functions say their
units in their names and docstrings; every price keeps its region, date, source and standing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import cache
from pathlib import Path

PRICE_LIST = Path(__file__).with_name("prices.toml")

# AWS does not publish whether the TB that Athena bills is 10^12 or 2^40 bytes. The course uses 10^12
# everywhere; with 2^40 every Athena price below would be 9.05 % lower (a binary TB is 9.95 % larger).
DECIMAL_TB = 10**12
BINARY_TB = 2**40
TB = DECIMAL_TB

MINIMUM_MB = 10  # per query (https://aws.amazon.com/athena/pricing/)


@dataclass(frozen=True)
class Price:
    """One price: `usd` per `unit` in `region`, and where it comes from."""

    name: str
    usd: Decimal
    unit: str
    region: str
    date: date
    source: str
    status: str
    note: str = ""

    def __str__(self) -> str:
        return f"{format_usd(self.usd)} per {self.unit} ({self.region}, {self.date}, {self.status})"


@cache
def prices() -> dict[str, Price]:
    """Every price of prices.toml by its dotted name, for example `athena.sql`."""
    with PRICE_LIST.open("rb") as file:
        entries = tomllib.load(file)
    region = entries.pop("region")
    return {
        f"{service}.{item}": Price(
            name=f"{service}.{item}",
            usd=Decimal(entry["usd"]),
            unit=entry["unit"],
            region=entry.get("region", region),
            date=entry["date"],
            source=entry["source"],
            status=entry["status"],
            note=entry.get("note", ""),
        )
        for service, items in entries.items()
        for item, entry in items.items()
    }


def price(name: str) -> Price:
    """The price called `name`. Raises KeyError listing the known names."""
    try:
        return prices()[name]
    except KeyError:
        raise KeyError(f"no price {name!r} in prices.toml; there are: {', '.join(prices())}") from None


# --- Athena ------------------------------------------------------------------------------------------


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


def athena_query_cost(scanned_bytes: int, usd_per_tb: Decimal | None = None, terabyte_bytes: int = TB) -> Decimal:
    """USD that Athena charges for one successful query that scanned `scanned_bytes`.

    1 KB costs the same as 10 MB: 10 MB × $5 / 1,000,000 MB = $0.00005. Failed queries and DDL are free:
    do not ask for their price here. Cancelled queries pay for what they scanned.
    """
    rate = price("athena.sql").usd if usd_per_tb is None else Decimal(str(usd_per_tb))
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


# --- S3 ----------------------------------------------------------------------------------------------


def s3_storage_cost(stored_bytes: int, months: int | float | Decimal = 1) -> Decimal:
    """USD for keeping `stored_bytes` in S3 Standard for `months`; a GB is 10^9 bytes here."""
    return price("s3.storage").usd * Decimal(stored_bytes) / Decimal(10**9) * Decimal(str(months))


def s3_request_cost(gets: int = 0, puts: int = 0) -> Decimal:
    """USD for GET requests and for PUT, COPY, POST or LIST requests to S3 Standard."""
    return (price("s3.get").usd * gets + price("s3.put").usd * puts) / Decimal(1000)


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


# --- how the whole course writes bytes and money ------------------------------------------------------

UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def format_bytes(number_of_bytes: int | float) -> str:
    """Decimal units with one decimal: `0 B`, `999 B`, `1.2 MB`, `104.9 MB`; 1 MB is 10^6 bytes."""
    size, unit = Decimal(int(number_of_bytes)), 0
    while abs(size) >= Decimal("999.95") and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    if unit == 0:
        return f"{int(size)} B"
    return f"{size:,.1f} {UNITS[unit]}"


def format_usd(usd: Decimal | float | int) -> str:
    """`$1,500.00`, `$0.2500`, `$0.000050`, `$0`: two decimals from $1, four from 1 cent, six below."""
    amount = Decimal(str(usd))
    sign, amount = ("-" if amount < 0 else ""), abs(amount)
    if amount == 0:
        return "$0"
    if amount >= 1:
        digits = 2
    elif amount >= Decimal("0.01"):
        digits = 4
    elif amount >= Decimal("0.00001"):
        digits = 6
    else:  # a single S3 request, say: two significant digits
        digits = 1 - amount.adjusted()
    return f"{sign}${amount:,.{digits}f}"
