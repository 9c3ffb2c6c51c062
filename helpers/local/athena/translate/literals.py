"""Literals: what is written, as a typed constant."""

import re
import uuid
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from .. import types
from ..errors import AthenaError
from ..functions import conversions, json_functions, long_timestamps
from .casts import cast
from .expr import Expr
from .expr import literal as constant
from .type_names import type_named

_INTEGER_MAX = 2**31 - 1


def quote(text):
    return "'" + text.replace("'", "''") + "'"


def literal(node):
    """A tree.Literal → Expr."""
    at = {"line": node.line, "column": node.column}
    if node.kind == "integer":
        value = int(node.value)
        kind = types.INTEGER if -_INTEGER_MAX - 1 <= value <= _INTEGER_MAX else types.BIGINT
        return constant(value, kind, f"CAST({value} AS {kind.duckdb})", **at)
    if node.kind == "double":
        value = float(node.value)
        return constant(value, types.DOUBLE, f"CAST('{value!r}' AS DOUBLE)", **at)
    if node.kind == "string":
        return constant(node.value, types.varchar(len(node.value)), quote(node.value), **at)
    if node.kind == "boolean":
        return constant(node.value, types.BOOLEAN, "true" if node.value else "false", **at)
    if node.kind == "binary":
        return constant(node.value, types.VARBINARY, f"from_hex('{node.value.hex()}')", **at)
    return constant(None, types.UNKNOWN, "NULL", **at)


def check_pattern(pattern, escape):
    """Raise Trino's error for a LIKE pattern in which the escape character escapes nothing."""
    if len(escape) != 1:
        raise AthenaError("INVALID_FUNCTION_ARGUMENT", "Escape string must be a single character")
    rest = re.sub(f"{re.escape(escape)}[%_{re.escape(escape)}]", "", pattern)
    if escape in rest:
        message = "Escape character must be followed by '%', '_' or the escape character itself"
        raise AthenaError("INVALID_FUNCTION_ARGUMENT", message)


def typed(node):
    """A tree.TypedLiteral such as DATE '2020-01-01' → Expr."""
    at = {"line": node.line, "column": node.column}
    rule = _TYPED.get(node.type)
    try:
        if rule:
            return rule(node.text, at)
    except (ValueError, InvalidOperation, OverflowError) as e:
        message = f"'{node.text}' is not a valid {node.type.upper()} literal"
        raise AthenaError("INVALID_LITERAL", message, **at) from e
    target = type_named(node.type, node)
    text = constant(node.text, types.varchar(len(node.text)), quote(node.text), **at)
    return cast(text, target, False, node.line, node.column)


def _date(text, at):
    found = re.fullmatch(r"\s*([+-]?\d+)-(\d{1,2})-(\d{1,2})\s*", text)
    if not found:
        raise ValueError(text)
    year, month, day = map(int, found.groups())
    if not 1 <= year <= 9999:  # years that Python's dates do not have
        date(2000 + year % 400, month, day)
        return Expr(types.DATE, "constant", (), f"DATE '{year}-{month:02d}-{day:02d}'", text.strip(), **at)
    value = date(year, month, day)
    return constant(value, types.DATE, f"DATE '{value.isoformat()}'", **at)


_FAR = re.compile(
    r"\s*([+-]?\d{4,})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6}))?)?)?\s*"
)


def _far_timestamp(text, at):
    """A timestamp in a year that Python's do not have, or None. The calendar repeats itself every 400 years."""
    found = _FAR.fullmatch(text)
    if not found or 1 <= int(found[1]) <= 9999:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    datetime(2000 + year % 400, month, day, hour, minute, second)
    fraction = found[7] or ""
    if abs(year) > 290_000:
        raise AthenaError("NOT_SUPPORTED", "a timestamp beyond the year 290000", **at)
    sql = f"make_timestamp({year}, {month}, {day}, {hour}, {minute}, {second}.{fraction or 0})"
    return Expr(types.timestamp(len(fraction)), "constant", (), sql, text.strip(), **at)


def _timestamp(text, at):
    far = _far_timestamp(text, at)
    if far is not None:
        return far
    moment, digits, zone = conversions.parse_timestamp(text)
    if digits > 12:
        raise ValueError(text)
    if digits > 6:
        return _long_timestamp(text, digits, zone, at)
    if zone is None:
        return constant(moment, types.timestamp(digits), f"TIMESTAMP '{moment.isoformat(' ')}'", **at)
    zoned = conversions.zoned(text)
    sql = f"struct_pack(ts := TIMESTAMP '{zoned['ts'].isoformat(' ')}', tz := {quote(zoned['tz'])})"
    return Expr(types.timestamp(digits, zone=True), "constant", (), sql, zoned, **at)


def _long_timestamp(text, digits, zone, at):
    """A timestamp of seven to twelve digits after the point."""
    rest = long_timestamps.picoseconds(long_timestamps.fraction_of(text))
    found = conversions.zoned(text)
    value = {**found, "ps": rest}
    parts = [f"ts := TIMESTAMP '{found['ts'].isoformat(' ')}'", f"tz := {quote(found['tz'])}", f"ps := {rest}"]
    if zone is None:
        del parts[1]
    kind = types.timestamp(digits, zone=zone is not None)
    return Expr(kind, "constant", (), f"struct_pack({', '.join(parts)})", value, **at)


def _time(text, at):
    match = re.fullmatch(r"\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?\s*(?:([+-])(\d{1,2}):?(\d{2}))?\s*", text)
    if not match:
        raise ValueError(text)
    hour, minute, second, fraction, sign, *zone = match.groups()
    moment = datetime(
        2000, 1, 1, int(hour), int(minute), int(second or 0), int(((fraction or "") + "000000")[:6])
    ).time()
    digits = len(fraction or "")
    if digits > 6 and fraction[6:].strip("0"):
        raise AthenaError("NOT_SUPPORTED", "a time of day with more than six digits after the point", **at)
    if sign:
        shown = f"{moment.strftime('%H:%M:%S')}{'.' + fraction if fraction else ''}{sign}{zone[0]:0>2}:{zone[1]}"
        return constant(shown, types.time(digits, zone=True), quote(shown), **at)
    return constant(moment, types.time(digits), f"TIME '{moment.isoformat()}'", **at)


def _decimal(text, at):
    value = Decimal(text)
    if not value.is_finite():
        raise ValueError(text)
    _, digits, exponent = value.as_tuple()
    scale = max(-exponent, 0)
    written = len(re.sub(r"[eE].*|\D", "", text))  # leading zeros count
    precision = max(len(digits) + max(exponent, 0), written, scale, 1)
    if precision > 38:
        raise ValueError(text)
    kind = types.decimal(precision, scale)
    return constant(value, kind, f"CAST('{value:f}' AS {kind.duckdb})", **at)


def _json(text, at):
    compact = json_functions.encode(json_functions.decode(text), sort=True)
    return constant(compact, types.JSON, quote(compact), **at)


def _uuid(text, at):
    value = uuid.UUID(text)
    return constant(value, types.UUID, f"CAST('{value}' AS UUID)", **at)


def _boolean(text, at):
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return constant(text.lower() == "true", types.BOOLEAN, text.lower(), **at)


def _varchar(text, at):
    return constant(text, types.VARCHAR, quote(text), **at)


def _char(text, at):
    return constant(text, types.Type("char", (max(len(text), 1),)), quote(text), **at)


_TYPED = {
    "date": _date,
    "timestamp": _timestamp,
    "time": _time,
    "decimal": _decimal,
    "json": _json,
    "uuid": _uuid,
    "boolean": _boolean,
    "varchar": _varchar,
    "char": _char,
}

_UNITS = ["DAY", "HOUR", "MINUTE", "SECOND"]
_MILLIS = {"DAY": 86_400_000, "HOUR": 3_600_000, "MINUTE": 60_000, "SECOND": 1000}


def interval(node):
    """A tree.Interval → milliseconds or months."""
    at = {"line": node.line, "column": node.column}
    try:
        if node.unit in ("YEAR", "MONTH"):
            months = node.sign * _months(node.text, node.unit, node.to)
            return constant(months, types.YEAR_TO_MONTH, f"CAST({months} AS INTEGER)", **at)
        millis = node.sign * _millis(node.text, node.unit, node.to)
        return constant(millis, types.DAY_TO_SECOND, f"CAST({millis} AS BIGINT)", **at)
    except (ValueError, KeyError) as e:
        raise AthenaError("INVALID_LITERAL", f"'{node.text}' is not a valid INTERVAL literal", **at) from e


def _months(text, unit, to):
    if to:
        sign = -1 if text.startswith("-") else 1
        years, months = text.lstrip("-").split("-")
        return sign * (int(years) * 12 + int(months))
    return int(text) * (12 if unit == "YEAR" else 1)


def _millis(text, unit, to):
    sign = -1 if text.strip().startswith("-") else 1
    parts = re.split(r"[ :]", text.strip().lstrip("-"))
    units = _UNITS[_UNITS.index(unit) : _UNITS.index(to or unit) + 1]
    if len(parts) != len(units):
        raise ValueError(text)
    total = 0
    for part, name in zip(parts, units, strict=True):
        total += round(float(part) * _MILLIS[name]) if name == "SECOND" else int(part) * _MILLIS[name]
    return sign * total
