"""Min, max and null count of a row group or stripe, against what a predicate leaves of the column."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from helpers.forecast.ranges import Domain


def may_hold(domain: Domain, bounds: tuple | None, nulls: int | None, rows: int) -> bool:
    """Whether some of `rows` rows may pass; True when the statistics do not say.

    bounds  (min, max), or None;  nulls  how many rows are NULL, or None when nobody counted
    """
    if nulls is not None and nulls == rows and rows > 0:
        return domain.null
    if bounds is None:
        return True
    low, high = (_alike(bound, domain) for bound in bounds)
    if low != low or high != high:  # NaN says nothing
        return True
    try:
        return domain.may_hold(low, high, nulls is None or nulls > 0)
    except TypeError:  # the file's type is not the table's: no conclusion
        return True


def _alike(value: object, domain: Domain) -> object:
    """A statistic as the kind of value that the domain's ends are."""
    ends = [end for r in domain.ranges for end in (r.low, r.high) if end is not None]
    wanted = type(ends[0]) if ends else None
    if isinstance(value, bytes) and wanted is str:
        return value.decode("utf-8", "replace")
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, date) and not isinstance(value, datetime) and wanted is datetime:
        return datetime(value.year, value.month, value.day)
    if isinstance(value, Decimal) and any(isinstance(end, float) for end in ends):
        return float(value)
    return value
