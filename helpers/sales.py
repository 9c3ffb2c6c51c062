"""`sales_order_data`, generated: the orders of an invented maker of scale models, 2003 to 2005.

One row is one order *line*; an order has 1 to 18 of them, so counting orders needs
`COUNT(DISTINCT ordernumber)`. Rows come in the order of date, order and line; one part is one quarter.

`quarter(part, scale)` is the same table, byte for byte, on every machine (see `helpers.streams`), and the
quarters do not depend on each other, so a lake of any size is written with the memory of one quarter.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute

from helpers.sales_reference import Customer, customers, products
from helpers.streams import Stream

SEED = 20030106
FIRST_ORDER = 10_100
QUARTERS = [(year, quarter) for year in (2003, 2004, 2005) for quarter in (1, 2, 3, 4)]
ORDERS_AT_SCALE_1 = (2000, 2300, 2600, 4600, 2900, 3100, 3500, 6300, 3300, 3700, 4100, 7200)
SAMPLE_SCALE = 0.007  # about 3,000 order lines: the committed data/sales_order_data.csv
MOST_LINES = 18

STATUSES = ("Shipped", "Resolved", "Cancelled", "Disputed", "On Hold", "In Process")
SETTLED = (930, 22, 30, 10, 8, 0)  # per thousand orders
RECENT = (560, 10, 20, 30, 80, 300)  # per thousand orders of the last month
SMALL_BELOW, LARGE_FROM = 300_000, 700_000  # cents of a line: dealsize Small, Medium, Large

MONEY = pa.decimal128(10, 2)
SCHEMA = pa.schema(
    [
        ("ordernumber", pa.int32()),
        ("quantityordered", pa.int32()),
        ("priceeach", MONEY),
        ("orderlinenumber", pa.int32()),
        ("sales", MONEY),
        ("orderdate", pa.date32()),
        ("status", pa.string()),
        ("qtr_id", pa.int32()),
        ("month_id", pa.int32()),
        ("year_id", pa.int32()),
        ("productline", pa.string()),
        ("msrp", pa.int32()),
        ("productcode", pa.string()),
        *((field.name, pa.string()) for field in fields(Customer) if field.name != "weight"),
        ("dealsize", pa.string()),
    ]
)


def orders_in(part: int, scale: float) -> int:
    """How many orders quarter `part` (0 to 11) holds at `scale`; at least one."""
    return max(1, round(ORDERS_AT_SCALE_1[part] * scale))


def quarter(part: int, scale: float = 1.0, commas: bool = False) -> pa.Table:
    """The order lines of one quarter, 0 (2003 Q1) to 11 (2005 Q4).

    commas  keep the commas inside names and addresses ("Old Timer, Inc."); without, they are left out,
            so that every reader that splits lines at commas reads the same fields
    """
    stream = Stream(SEED, part)
    count = orders_in(part, scale)
    first = FIRST_ORDER + sum(orders_in(earlier, scale) for earlier in range(part))
    days, recent = _order_days(stream, part, count)
    buyer = stream.weighted([customer.weight for customer in _CUSTOMERS], count)
    status = np.where(recent, stream.weighted(RECENT, count), stream.weighted(SETTLED, count))
    lines = 1 + stream.below(MOST_LINES // 2, count) + stream.below(MOST_LINES // 2 + 1, count)
    start, stride = stream.below(len(_PRODUCTS), count), stream.between(1, len(_PRODUCTS) - 1, count)

    order = np.repeat(np.arange(count), lines)  # the order of every line
    line = np.arange(len(order)) - np.repeat(np.cumsum(lines) - lines, lines)
    product = (start[order] + line * stride[order]) % len(_PRODUCTS)
    quantity = 10 + stream.below(41, len(order)) + stream.below(11, len(order))
    cents = _MSRP[product] * stream.between(80, 120, len(order))  # list price ± 20 %, in cents
    total = cents * quantity

    columns = {
        "ordernumber": pa.array(first + order, pa.int32()),
        "quantityordered": pa.array(quantity, pa.int32()),
        "priceeach": _money(cents),
        "orderlinenumber": pa.array(line + 1, pa.int32()),
        "sales": _money(total),
        "orderdate": pa.array(days[order].astype("datetime64[D]")),
        "status": _texts(STATUSES, status[order]),
        **_calendar(days[order]),
        "productline": _texts([product.line for product in _PRODUCTS], product),
        "msrp": pa.array(_MSRP[product], pa.int32()),
        "productcode": _texts([product.code for product in _PRODUCTS], product),
        **_customer_columns(buyer[order], commas),
        "dealsize": _texts(("Small", "Medium", "Large"), np.digitize(total, (SMALL_BELOW, LARGE_FROM))),
    }
    return pa.table([columns[name] for name in SCHEMA.names], schema=SCHEMA)


def sample() -> pa.Table:
    """The committed sample: three years in about 3,000 order lines, commas kept."""
    return pa.concat_tables(quarter(part, SAMPLE_SCALE, commas=True) for part in range(len(QUARTERS)))


_PRODUCTS = products()
_CUSTOMERS = customers()
_MSRP = np.array([product.msrp for product in _PRODUCTS], dtype=np.int64)


def _order_days(stream: Stream, part: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Days since 1970 of a quarter's orders, in order, and which fall in the last month of all."""
    year, number = QUARTERS[part]
    begin = (date(year, 3 * number - 2, 1) - date(1970, 1, 1)).days
    end = (date(year + number // 4, 3 * number % 12 + 1, 1) - date(1970, 1, 1)).days
    days = np.sort(begin + stream.below(end - begin, count))
    return days, days >= (date(2005, 12, 1) - date(1970, 1, 1)).days


def _calendar(days: np.ndarray) -> dict[str, pa.Array]:
    """qtr_id, month_id and year_id of each day."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return {
        "qtr_id": pa.array(months % 12 // 3 + 1, pa.int32()),
        "month_id": pa.array(months % 12 + 1, pa.int32()),
        "year_id": pa.array(months // 12 + 1970, pa.int32()),
    }


def _customer_columns(buyer: np.ndarray, commas: bool) -> dict[str, pa.Array]:
    def text(value: str) -> str:
        return value if commas else value.replace(",", "")

    names = [field.name for field in fields(Customer) if field.name != "weight"]
    return {name: _texts([text(getattr(each, name)) for each in _CUSTOMERS], buyer) for name in names}


def _texts(values, indexes: np.ndarray) -> pa.Array:
    """values[indexes] as strings; the empty string becomes NULL."""
    return pa.array([value or None for value in values], pa.string()).take(pa.array(indexes))


def _money(cents: np.ndarray) -> pa.Array:
    """Whole cents as decimal(10, 2)."""
    whole = pa.array(cents, pa.int64()).cast(pa.decimal128(19, 0))
    hundredth = pa.scalar("0.01", pa.string()).cast(pa.decimal128(3, 2))
    return pa.compute.multiply(whole, hundredth).cast(MONEY)
