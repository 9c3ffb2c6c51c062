"""What CAST and literals need on a DuckDB connection: text → value by Java's and Trino's rules, and back."""

import re
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, localcontext
from zoneinfo import ZoneInfo

from . import registry
from .interval_text import interval_day_text, interval_months_text
from .numbers_text import double_text, real_text, scientific_text

TIMESTAMP = re.compile(
    r"\s*([+-]?\d+)-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d+))?)?)?\s*(.*?)\s*", re.S
)
_OFFSET = re.compile(r"(?:(?:UTC|GMT|UT)(?=[+-]))?([+-])(\d{1,2}):?(\d{2})?")


def zone_offset(zone, local):
    """How far `zone` (a name or +hh:mm) is ahead of UTC at the local time. Raises ValueError if unknown.

    Local times that a clock shows twice in autumn mean the earlier instant. A `local` with tzinfo is an instant.
    """
    fixed = _OFFSET.fullmatch(zone)
    if fixed:
        minutes = int(fixed[2]) * 60 + int(fixed[3] or 0)
        return timedelta(minutes=-minutes if fixed[1] == "-" else minutes)
    if zone.upper() in ("UTC", "Z", "GMT", "UT"):
        return timedelta(0)
    try:
        region = ZoneInfo(zone)
        return local.astimezone(region).utcoffset() if local.tzinfo else region.utcoffset(local)
    except (OSError, KeyError, ValueError) as e:
        raise ValueError(f"'{zone}' is not a valid time zone") from e


def zone_name(zone):
    """A zone as Trino prints it: UTC, a region, or +hh:mm."""
    fixed = _OFFSET.fullmatch(zone)
    if fixed:
        if int(fixed[2]) == 0 and int(fixed[3] or 0) == 0:
            return "UTC"
        return f"{fixed[1]}{int(fixed[2]):02d}:{fixed[3] or '00'}"
    return "UTC" if zone.upper() in ("UTC", "Z") else zone


def parse_timestamp(text):
    """`yyyy-m-d [h:m[:s[.f]]] [zone]` → (datetime without zone, digits after the point, zone or None)."""
    match = TIMESTAMP.fullmatch(text)
    if not match:
        raise ValueError(text)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    if zone and hour is None and not re.match(r"[A-Za-z+-]", zone):
        raise ValueError(text)
    micros = int(((fraction or "") + "000000")[:6])
    moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), micros)
    return moment, len(fraction or ""), zone or None


def cast_timestamp(text):
    if text is None:
        return None
    try:
        moment, _, zone = parse_timestamp(text)
    except ValueError:
        moment, zone = None, "bad"
    if zone is not None:
        raise ValueError(f"INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp: {text}")
    return moment


def cast_zoned(text):
    if text is None:
        return None
    try:
        return zoned(text)
    except ValueError:
        raise ValueError(f"INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp with time zone: {text}") from None


def zoned(text):
    """Text of a timestamp, with or without a zone → {ts: the UTC instant, tz}."""
    moment, _, zone = parse_timestamp(text)
    zone = zone_name(zone or "UTC")
    return {"ts": moment - zone_offset(zone, moment), "tz": zone}


def _null_or(function):
    return lambda value: None if value is None else function(value)


def java_double(text, name="DOUBLE"):
    """Text as Double.parseDouble reads it; `name` is the type in the refusal."""
    bare = text.strip()
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?", bare):
        return float(bare.rstrip("dDfF"))
    if re.fullmatch(r"[+-]?(NaN|Infinity)", bare):
        return float(bare)
    raise ValueError(f"INVALID_CAST_ARGUMENT: Cannot cast '{text}' to {name}")


def _cast_double(text, name):
    return None if text is None else java_double(text, name)


registry.python("t_cast_timestamp", cast_timestamp, ["VARCHAR"], "TIMESTAMP", "special")
registry.python("t_cast_zoned", cast_zoned, ["VARCHAR"], "STRUCT(ts TIMESTAMP, tz VARCHAR)", "special")
registry.python("t_cast_double_slow", _cast_double, ["VARCHAR", "VARCHAR"], "DOUBLE", "special")
registry.python("t_double_text_slow", _null_or(double_text), ["DOUBLE"], "VARCHAR", "special")
registry.python("t_double_varchar", _null_or(scientific_text), ["DOUBLE"], "VARCHAR", "special")
registry.python("t_real_text", _null_or(real_text), ["FLOAT"], "VARCHAR", "special")
registry.python("t_real_varchar", _null_or(lambda x: scientific_text(x, True)), ["FLOAT"], "VARCHAR", "special")
registry.python("t_interval_text", _null_or(interval_day_text), ["BIGINT"], "VARCHAR", "special")
registry.python("t_months_text", _null_or(interval_months_text), ["INTEGER"], "VARCHAR", "special")

registry.macros(
    # Long.parseLong: an optional sign and digits, nothing else.
    """CREATE OR REPLACE MACRO t_cast_bigint(x, name, high) AS
       CASE WHEN x IS NULL THEN NULL
            WHEN regexp_full_match(x, '[+-]?[0-9]+') AND TRY_CAST(x AS BIGINT) BETWEEN -high AND high - 1
            THEN CAST(x AS BIGINT)
            ELSE error('INVALID_CAST_ARGUMENT: Cannot cast ''' || x || ''' to ' || name) END""",
    """CREATE OR REPLACE MACRO t_cast_integer(x) AS
       CASE WHEN x IS NULL THEN NULL
            WHEN regexp_full_match(x, '[+-]?[0-9]+') AND TRY_CAST(x AS INTEGER) IS NOT NULL THEN CAST(x AS INTEGER)
            ELSE error('INVALID_CAST_ARGUMENT: Cannot cast ''' || x || ''' to INT') END""",
    """CREATE OR REPLACE MACRO t_cast_double(x, name) AS
       CASE WHEN regexp_full_match(x, '[+-]?[0-9]+([.][0-9]*)?([eE][+-]?[0-9]+)?') THEN CAST(x AS DOUBLE)
            WHEN trim(x) IN ('NaN', '+NaN', '-NaN') THEN 'nan'::DOUBLE -- Python's NaN arrives as NULL
            ELSE t_cast_double_slow(x, name) END""",
    """CREATE OR REPLACE MACRO t_cast_boolean(x) AS
       CASE WHEN x IS NULL THEN NULL WHEN lower(x) IN ('t', 'true', '1') THEN true
            WHEN lower(x) IN ('f', 'false', '0') THEN false
            ELSE error('INVALID_CAST_ARGUMENT: Cannot cast ''' || x || ''' to BOOLEAN') END""",
    """CREATE OR REPLACE MACRO t_cast_date(x) AS
       CASE WHEN x IS NULL THEN NULL
            WHEN regexp_full_match(trim(x), '[+-]?[0-9]+-[0-9]{1,2}-[0-9]{1,2}')
                AND TRY_CAST(trim(x) AS DATE) IS NOT NULL
            THEN CAST(trim(x) AS DATE)
            ELSE error('INVALID_CAST_ARGUMENT: Value cannot be cast to date: ' || x) END""",
    # Java's Double.toString leaves plain notation below 0.001 and from 10 million on.
    """CREATE OR REPLACE MACRO t_double_text(x) AS
       CASE WHEN abs(x) >= 0.001 AND abs(x) < 10000000 THEN CAST(x AS VARCHAR) ELSE t_double_text_slow(x) END""",
    """CREATE OR REPLACE MACRO t_date_text(x) AS
       CASE WHEN x >= DATE '0001-01-01' THEN CAST(x AS VARCHAR)
            WHEN x IS NOT NULL THEN format('{}{:04d}-{:02d}-{:02d}', CASE WHEN year(x) < 0 THEN '-' ELSE '' END,
                abs(year(x)), month(x), day(x)) END""",
    "CREATE OR REPLACE MACRO t_full_time(x) AS CASE WHEN regexp_matches(x, ':.*:') THEN x ELSE x || ':00' END",
    """CREATE OR REPLACE MACRO t_cast_time(x) AS
       CASE WHEN x IS NULL THEN NULL
            WHEN regexp_full_match(x, '[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{1,12})?)?')
                AND TRY_CAST(t_full_time(x) AS TIME) IS NOT NULL THEN CAST(t_full_time(x) AS TIME)
            ELSE error('INVALID_CAST_ARGUMENT: Value cannot be cast to time: ' || x) END""",
    """CREATE OR REPLACE MACRO t_cast_uuid(x) AS
       CASE WHEN x IS NULL THEN NULL
            WHEN NOT regexp_full_match(x, '[0-9a-fA-F]+(-[0-9a-fA-F]+){4}')
            THEN error('INVALID_CAST_ARGUMENT: Cannot cast value to UUID: ' || x)
            WHEN TRY_CAST(x AS UUID) IS NULL OR length(x) <> 36
            THEN error('INVALID_CAST_ARGUMENT: Invalid UUID string length: ' || length(x)) ELSE x END""",
    """CREATE OR REPLACE MACRO t_binary_uuid(x) AS
       CASE WHEN octet_length(x) <> 16
            THEN error('INVALID_CAST_ARGUMENT: Invalid UUID binary length: ' || octet_length(x))
            ELSE lower(hex(x)) END""",
    """CREATE OR REPLACE MACRO t_round_timestamp(x, unit) AS
       make_timestamp(((epoch_us(x) + unit // 2) - (((epoch_us(x) + unit // 2) % unit) + unit) % unit))""",
    # A time that rounds up to midnight starts again at 0.
    """CREATE OR REPLACE MACRO t_round_time(x, unit) AS
       CASE WHEN unit <= 1 THEN x ELSE CAST(t_round_timestamp(DATE '2000-01-01' + x, unit) AS TIME) END""",
)


def _decimal(op, left, right, scale):
    """Exact decimal arithmetic with the result rounded half up at `scale`; all as text."""
    if left is None or right is None:
        return None
    a, b = Decimal(left), Decimal(right)
    if op in "/%" and b == 0:
        raise ValueError("DIVISION_BY_ZERO: Division by zero")
    with localcontext() as context:
        context.prec = 120
        if op in "+-*":
            value = a * b if op == "*" else a + b if op == "+" else a - b
        else:
            value = a / b if op == "/" else a - b * (a / b).to_integral_value(ROUND_DOWN)
        return str(value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP))


registry.python("t_decimal", _decimal, ["VARCHAR", "VARCHAR", "VARCHAR", "INTEGER"], "VARCHAR", "special")
registry.macros(
    """CREATE OR REPLACE MACRO t_decimal_fits(x, digits) AS
       CASE WHEN length(ltrim(regexp_extract(x, '^-?([0-9]*)', 1), '0')) > digits
            THEN error('NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow') ELSE x END""",
)
