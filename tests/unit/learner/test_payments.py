"""The payments of lesson 11, by hand."""

import datetime as dt
from decimal import Decimal

import pandas as pd

from helpers.payments import payments

DAY = dt.date(2004, 12, 31)
NUMBERS = [100, 101, 102, 103, 119]


def paid(total: str) -> list[tuple]:
    orders = pd.DataFrame({"ordernumber": NUMBERS, "orderdate": DAY, "total": Decimal(total)})
    return list(payments(orders).itertuples(index=False, name=None))


def test_the_last_digit_decides_how_an_order_is_paid():
    assert paid("10.01") == [
        (101, dt.date(2005, 2, 10), Decimal("5.01")),
        (102, dt.date(2005, 2, 11), Decimal("5.01")),
        (102, dt.date(2005, 5, 12), Decimal("5.00")),
        (103, dt.date(2005, 2, 12), Decimal("5.01")),
        (103, dt.date(2005, 5, 13), Decimal("5.00")),
        (119, dt.date(2005, 2, 28), Decimal("10.01")),
    ]


def test_no_orders_are_no_payments():
    empty = payments(pd.DataFrame({"ordernumber": [], "orderdate": [], "total": []}))
    assert list(empty.columns) == ["ordernumber", "paid_on", "amount"] and empty.empty
