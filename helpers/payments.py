"""What customers paid for their orders: the application's table in lesson 11, made from the order book."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

CENT = Decimal("0.01")


def payments(orders: pd.DataFrame) -> pd.DataFrame:
    """Payments (ordernumber, paid_on, amount) for orders of columns ordernumber, orderdate, total (Decimal, USD).

    The order's last digit decides, so that every run has the same: 0 has not paid, 1 has paid half, 2 and 3 pay in
    two instalments, the others at once; each 0 to 59 days after the order, a second instalment 90 days later.
    """
    rows = []
    for number, ordered, total in orders[["ordernumber", "orderdate", "total"]].itertuples(index=False):
        paid_on = ordered + dt.timedelta(days=number % 60)
        half = (total / 2).quantize(CENT, ROUND_HALF_UP)
        match number % 10:
            case 0:
                continue
            case 1:
                rows.append((number, paid_on, half))
            case 2 | 3:
                rows.append((number, paid_on, half))
                rows.append((number, paid_on + dt.timedelta(days=90), total - half))
            case _:
                rows.append((number, paid_on, total))
    return pd.DataFrame(rows, columns=["ordernumber", "paid_on", "amount"])
