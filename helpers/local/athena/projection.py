"""Partition projection: partitions that the table's properties describe instead of Glue holding them.

Rules and property names: Athena User Guide, "Supported types for partition projection". Values are made in
the order of the range; only those that the predicate leaves are combined.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

from .date_format import DateFormat
from .errors import AthenaError
from .partitions import Partition, matches

MAX_PARTITIONS = 1_000_000  # the guide's limit of partitions in one scan
_NOW = re.compile(r"NOW\s*(?:([+-])\s*(\d+)\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?)?")
_UNITS = ("YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS", "MINUTES", "SECONDS")


def enabled(table):
    return table.parameters.get("projection.enabled", "").lower() == "true"


def partitions(table, domains, now=None):
    """The projected partitions inside `domains`. `now` (UTC) stands for NOW, for tests.

    Raises AthenaError for a wrong configuration, or an injected column without an equality condition.
    """
    missing = [k.name for k in table.partition_keys if _property(table, k, "type") is None]
    if missing:
        raise _invalid(
            f"Table {table.database}.{table.name} is configured for partition projection, but the following "
            f"partition columns are missing projection configuration: [{', '.join(missing)}]"
        )
    columns, count = [], 1
    for key in table.partition_keys:
        values = _values(table, key, domains.get(key.name), now or datetime.now(UTC).replace(tzinfo=None))
        columns.append(values)
        count *= len(values)
    if count > MAX_PARTITIONS:
        raise AthenaError(
            "GENERIC_USER_ERROR",
            f"The query would read {count} projected partitions of table {table.database}.{table.name}, more "
            f"than {MAX_PARTITIONS}; narrow the partition columns in the WHERE clause",
        )
    template = table.parameters.get("storage.location.template")
    names = [key.name for key in table.partition_keys]
    return [Partition(v, _location(table, template, names, v), table) for v in product(*columns)]


def _location(table, template, names, values):
    if template:
        given = dict(zip(names, values, strict=True))
        return re.sub(r"\$\{([^}]+)\}", lambda m: given.get(m[1].lower(), m[0]), template)
    path = "/".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
    return f"{table.location.rstrip('/')}/{path}/"


def _property(table, key, name):
    wanted = f"projection.{key.name}.{name}"
    return next((v for k, v in table.parameters.items() if k.lower() == wanted), None)


def _values(table, key, domain, now):
    """The values of one column, as text."""
    kind = _property(table, key, "type").lower()
    reader = _KINDS.get(kind)
    if reader is None:
        raise _failed(key, f"Unsupported projection type: {kind}")
    values = reader(table, key, domain, now)
    if domain is None or kind == "injected":
        return values
    return [value for value in values if matches(domain, value, key)]


def _required(table, key, name):
    value = _property(table, key, name)
    if value is None:
        raise _failed(key, f"Missing required property: 'projection.{key.name}.{name}'")
    return value


def _enum(table, key, domain, now):
    return _required(table, key, "values").split(",")


def _injected(table, key, domain, now):
    values = domain.values() if domain is not None else None
    if values is None:
        raise AthenaError(
            "CONSTRAINT_VIOLATION",
            f"For the injected projected partition column {key.name}, the WHERE clause must contain only "
            "static equality conditions, and at least one such condition must be present.",
        )
    return [_text(value) for value in values]


def _text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def _integer(table, key, domain, now):
    parts = _required(table, key, "range").split(",")
    try:
        low, high = (int(part.strip()) for part in parts)
        step = int(_property(table, key, "interval") or 1)
        digits = int(_property(table, key, "digits") or 0)
    except ValueError as exc:
        raise _failed(key, "Property 'range' must be two integers") from exc
    if step < 1 or high < low:
        raise _failed(key, "Interval must be positive and the range ascending")
    span = range(low, high + 1, step)
    return [_padded(number, digits) for number in _clipped(span, domain, digits)]


def _padded(number, digits):
    return f"-{-number:0{digits}d}" if number < 0 else f"{number:0{digits}d}"


def _clipped(span, domain, digits):
    """The part of `span` that can lie in the domain, without going through a huge one."""
    if domain is None:
        return span if len(span) <= MAX_PARTITIONS else span[: MAX_PARTITIONS + 1]
    values = domain.values()
    if values is not None:
        numbers = (_number(value, digits) for value in values)
        return [number for number in dict.fromkeys(numbers) if number is not None and number in span]
    lows = [r.low for r in domain.ranges]
    highs = [r.high for r in domain.ranges]
    numeric = (int, float, Decimal)
    if lows and all(isinstance(v, numeric) for v in lows):
        span = range(span.start + _steps(span, min(lows)) * span.step, span.stop, span.step)
    if highs and all(isinstance(v, numeric) for v in highs):
        span = range(span.start, min(span.stop, int(max(highs)) + 1), span.step)
    return span[: MAX_PARTITIONS + 1]


def _steps(span, low):
    """How many whole steps lie below `low`."""
    return max(0, (int(low) - span.start) // span.step)


def _number(value, digits):
    """The number whose projected text or value equals `value`; None when there is none."""
    if isinstance(value, str):
        number = int(value) if re.fullmatch(r"-?\d+", value) else None
        return number if number is not None and _padded(number, digits) == value else None
    return int(value) if value == int(value) else None


def _dates(table, key, domain, now):
    try:
        pattern = DateFormat(_required(table, key, "format"))
    except ValueError as exc:
        raise _failed(key, f"{exc}") from exc
    bounds = _required(table, key, "range").split(",")
    if len(bounds) != 2:
        raise _failed(key, "Property 'range' must have the form 'start,end'")
    start, end = (_bound(key, text, pattern, now) for text in bounds)
    start, end = (_truncated(moment, pattern.finest) for moment in (start, end))
    step = _date_step(table, key, pattern)
    wanted = _wanted(domain, pattern)
    if wanted is not None:
        return [pattern.format(m) for m in wanted if start <= m <= end and _on_grid(start, m, step)]
    values = []
    moment, count = start, 0
    while moment <= end and count <= MAX_PARTITIONS:
        values.append(pattern.format(moment))
        count += 1
        moment = _plus(start, step[0], step[1] * count)
    return values


def _wanted(domain, pattern):
    """The moments that an equality condition names, or None without one."""
    values = domain.values() if domain is not None else None
    if values is None:
        return None
    found = []
    for value in dict.fromkeys(values):
        if isinstance(value, datetime):
            found.append(value)
        elif isinstance(value, date):
            found.append(datetime(value.year, value.month, value.day))
        else:
            try:
                found.append(pattern.parse(str(value)))
            except ValueError:
                continue  # no projected value has this text
    return found


def _bound(key, text, pattern, now):
    text = text.strip()
    relative = _NOW.fullmatch(text)
    if relative:
        sign, amount, unit = relative.groups()
        return _plus(now, unit + "S", int(amount) * (1 if sign == "+" else -1)) if unit else now
    try:
        return pattern.parse(text)
    except ValueError as exc:
        raise _failed(key, f"Property 'range' contains an invalid date: '{text}'") from exc


def _date_step(table, key, pattern):
    """(unit, amount). Both may be left out for patterns of days or months."""
    unit, amount = _property(table, key, "interval.unit"), _property(table, key, "interval")
    if unit is None:
        if pattern.finest not in ("day", "month", "year"):
            raise _failed(key, f"Property 'projection.{key.name}.interval.unit' is required for this format")
        unit = pattern.finest.upper() + "S"
    unit = unit.strip().upper()
    unit = unit if unit.endswith("S") else unit + "S"
    if unit not in _UNITS or not (amount or "1").strip().isdigit() or int(amount or 1) < 1:
        raise _failed(key, "Interval must be a positive number with a unit of time")
    return unit, int(amount or 1)


def _truncated(moment, finest):
    """`moment` as exact as its text can be."""
    order = ("year", "month", "day", "hour", "minute", "second")
    first = {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0, "microsecond": 0}
    for finer in (*order[order.index(finest or "second") + 1 :], "microsecond"):
        moment = moment.replace(**{finer: first[finer]})
    return moment


def _plus(moment, unit, amount):
    if unit in ("YEARS", "MONTHS"):
        months = moment.year * 12 + moment.month - 1 + amount * (12 if unit == "YEARS" else 1)
        year, month = divmod(months, 12)
        following = datetime(year + (month == 11), (month + 1) % 12 + 1, 1)
        last = (following - timedelta(days=1)).day
        return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
    return moment + timedelta(**{unit.lower(): amount})


def _on_grid(start, moment, step):
    """Whether `moment` is `start` plus a whole number of steps."""
    unit, amount = step
    if unit in ("YEARS", "MONTHS"):
        months = (moment.year - start.year) * 12 + moment.month - start.month
        size = amount * (12 if unit == "YEARS" else 1)
        return months % size == 0 and _plus(start, "MONTHS", months) == moment
    return (moment - start) % timedelta(**{unit.lower(): amount}) == timedelta(0)


def _failed(key, reason):
    return _invalid(f"Column projection for column '{key.name}' failed. {reason}")


def _invalid(reason):
    return AthenaError("INVALID_TABLE_PROPERTY", reason)


_KINDS = {"enum": _enum, "integer": _integer, "date": _dates, "injected": _injected}
