"""Partition projection: partitions that a table's properties describe instead of Glue holding them.

Properties and rules: Athena User Guide, "Supported types for partition projection".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import product

from helpers.forecast.catalog import Table
from helpers.forecast.errors import ForecastError
from helpers.forecast.ranges import Domain

MOST = 1_000_000  # partitions of one scan, the guide's limit
_NOW = re.compile(r"NOW(?:\s*([+-])\s*(\d+)\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?)?")
_LETTERS = re.compile(r"([A-Za-z])\1*|'(?:[^']|'')*'|[^A-Za-z']+")
_FIELDS = {  # Java's pattern letters → strptime's, and how exact they are
    "yyyy": ("%Y", "YEARS"), "uuuu": ("%Y", "YEARS"), "yy": ("%y", "YEARS"), "MM": ("%m", "MONTHS"),
    "MMM": ("%b", "MONTHS"), "dd": ("%d", "DAYS"), "HH": ("%H", "HOURS"), "mm": ("%M", "MINUTES"),
    "ss": ("%S", "SECONDS"),
}  # fmt: skip
_UNITS = ("YEARS", "MONTHS", "DAYS", "HOURS", "MINUTES", "SECONDS")
_FIRST = {"MONTHS": ("month", 1), "DAYS": ("day", 1), "HOURS": ("hour", 0), "MINUTES": ("minute", 0)}


def values(table: Table, domains: dict[str, Domain]) -> tuple[list[tuple], int | None]:
    """(tuples of values as texts, how many there are without the predicate or None). Raises ForecastError."""
    columns, bounded = [], True
    for key in table.keys:
        kind = _property(table, key, "type").lower()
        if kind == "injected":
            columns.append(_injected(table, key, domains.get(key)))
            bounded = False
            continue
        if kind not in _LISTED:
            raise _wrong(table, key, f"its type {kind!r} is none that Athena knows")
        columns.append(_LISTED[kind](table, key))
    count = 1
    for column in columns:
        count *= len(column)
    if count > MOST:
        raise ForecastError(f"{table.full_name} projects {count:,} partitions, more than can be estimated.")
    return list(product(*columns)), count if bounded else None


def location(table: Table, given: tuple) -> str:
    """Where the objects of a projected partition lie."""
    template = table.parameters.get("storage.location.template")
    named = dict(zip(table.keys, given, strict=True))
    if template:
        return re.sub(r"\$\{([^}]+)\}", lambda match: named.get(match[1].lower(), match[0]), template)
    return table.location.rstrip("/") + "".join(f"/{key}={value}" for key, value in named.items()) + "/"


def _property(table: Table, key: str, name: str, default: str | None = None) -> str:
    wanted = f"projection.{key}.{name}"
    value = next((v for k, v in table.parameters.items() if k.lower() == wanted), default)
    if value is None:
        raise _wrong(table, key, f"the property {wanted} is missing")
    return value


def _wrong(table: Table, key: str, reason: str) -> ForecastError:
    return ForecastError(f"The projection of {table.full_name}.{key} is wrong: {reason}.")


def _injected(table: Table, key: str, domain: Domain | None) -> list[str]:
    singles = (
        domain is not None and not domain.null and all(r.low is not None and r.low == r.high for r in domain.ranges)
    )
    if not singles:
        raise ForecastError(f"{table.full_name}.{key} is injected: WHERE must say which values it has, with =.")
    return [str(r.low).lower() if isinstance(r.low, bool) else str(r.low) for r in domain.ranges]


def _enum(table: Table, key: str) -> list[str]:
    return _property(table, key, "values").split(",")


def _integer(table: Table, key: str) -> list[str]:
    try:
        low, high = (int(part) for part in _property(table, key, "range").split(","))
        step = int(_property(table, key, "interval", "1"))
        digits = int(_property(table, key, "digits", "0"))
    except ValueError as error:
        raise _wrong(table, key, "its range must be two whole numbers") from error
    if step < 1 or (high - low) // step > MOST:
        raise _wrong(table, key, "its range is too long, or its interval below 1")
    return [f"-{-n:0{digits}d}" if n < 0 else f"{n:0{digits}d}" for n in range(low, high + 1, step)]


def _date(table: Table, key: str) -> list[str]:
    pattern, finest = _pattern(table, key)
    bounds = _property(table, key, "range").split(",")
    if len(bounds) != 2:
        raise _wrong(table, key, "its range must have the form start,end")
    start, end = (_truncated(_moment(table, key, bound.strip(), pattern), finest) for bound in bounds)
    unit = _property(table, key, "interval.unit", finest).strip().upper().rstrip("S") + "S"
    amount = int(_property(table, key, "interval", "1"))
    if unit not in (*_UNITS, "WEEKS") or amount < 1:
        raise _wrong(table, key, "its interval must be a positive number with a unit of time")
    found: list[str] = []
    moment = start
    while moment <= end and len(found) <= MOST:
        found.append(moment.strftime(pattern))
        moment = _plus(start, unit, amount * len(found))
    return found


def _pattern(table: Table, key: str) -> tuple[str, str]:
    """(strptime's pattern, the finest unit in it)."""
    out, units = "", ["YEARS"]
    for match in _LETTERS.finditer(_property(table, key, "format")):
        run = match[0]
        if match[1] is None:
            out += (run[1:-1].replace("''", "'") or "'" if run[0] == "'" else run).replace("%", "%%")
            continue
        if run not in _FIELDS:
            raise _wrong(table, key, f"its format has the letters {run!r}, which cannot be read here")
        letters, unit = _FIELDS[run]
        out += letters
        units.append(unit)
    return out, max(units, key=_UNITS.index)


def _moment(table: Table, key: str, text: str, pattern: str) -> datetime:
    relative = _NOW.fullmatch(text)
    if relative:
        now = datetime.now(UTC).replace(tzinfo=None)
        sign, amount, unit = relative.groups()
        return _plus(now, unit + "S", int(amount) * (1 if sign == "+" else -1)) if unit else now
    try:
        return datetime.strptime(text, pattern)
    except ValueError as error:
        raise _wrong(table, key, f"its range holds {text!r}, which is not in its format") from error


def _truncated(moment: datetime, finest: str) -> datetime:
    for unit in _UNITS[_UNITS.index(finest) + 1 :]:
        if unit in _FIRST:
            field, first = _FIRST[unit]
            moment = moment.replace(**{field: first})
    return moment.replace(second=moment.second if finest == "SECONDS" else 0, microsecond=0)


def _plus(moment: datetime, unit: str, amount: int) -> datetime:
    if unit not in ("YEARS", "MONTHS"):
        return moment + timedelta(**{unit.lower(): amount})
    months = moment.year * 12 + moment.month - 1 + amount * (12 if unit == "YEARS" else 1)
    year, month = divmod(months, 12)
    following = datetime(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


_LISTED = {"enum": _enum, "integer": _integer, "date": _date}
