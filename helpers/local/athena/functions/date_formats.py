"""Dates and times as text and numbers (functions/datetime): patterns, ISO 8601, Unix time, durations."""

import functools
import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from helpers.local.athena import types
from helpers.local.athena.functions.conversions import zone_offset
from helpers.local.athena.functions.date_patterns import joda_tokens, mysql_tokens, strftime
from helpers.local.athena.functions.date_texts import assemble, format_moment, parse_moment
from helpers.local.athena.functions.registry import scalar
from helpers.local.athena.functions.shape import Refused, literal_text, python, quote
from helpers.local.athena.functions.zones import canonical_zone, zone_sql

_V, _TS = "VARCHAR", "TIMESTAMP"
_STRUCT = "STRUCT(ts TIMESTAMP, tz VARCHAR)"
_ZONED = "timestamp(p) with time zone"


def _millis(sql):
    """Joda knows milliseconds only; what is finer is cut."""
    return f"date_trunc('millisecond', {sql})"


# ---- patterns ---------------------------------------------------------------------------------------------
def _parse_zoned(text, pattern):
    local, zone = parse_moment(joda_tokens(pattern), text, pivot=date.today().year - 30 + 50)
    zone = zone or "UTC"
    return {"ts": local - zone_offset(zone, local), "tz": zone}


python("t_mysql_format", lambda t, p: format_moment(mysql_tokens(p), t), [_TS, _V], _V)
python("t_mysql_parse", lambda s, p: parse_moment(mysql_tokens(p), s)[0], [_V, _V], _TS)
python("t_joda_format", lambda t, z, p: format_moment(joda_tokens(p), t, z), [_TS, _V, _V], _V)
python("t_joda_parse", _parse_zoned, [_V, _V], _STRUCT)


def _native(pattern_sql, tokens):
    """The strftime form of a literal pattern, or None; refuses a literal pattern that is none."""
    pattern = literal_text(pattern_sql)
    return strftime(tokens(pattern)) if pattern is not None else None


def _date_format(args, kinds):
    value = f"t_local({args[0]})" if kinds[0].base.endswith("zone") else args[0]
    native = _native(args[1], mysql_tokens)
    if native:
        return f"strftime({_millis(value)}, {quote(native)})"
    return f"t_mysql_format({_millis(value)}, {args[1]})"


def _date_parse(args, _kinds):
    native = _native(args[1], mysql_tokens)
    slow = f"t_mysql_parse({args[0]}, {args[1]})"
    # Without a year DuckDB means 1900 and Joda 1970; weeks and fractions they count differently.
    if native is None or "%Y" not in native or re.search("%[fyVGju]|%-?I(?!.*%p)", native):
        return slow
    # What DuckDB cannot read goes to the parser that knows Joda's leniency and its messages.
    return f"coalesce(try_strptime({args[0]}, {quote(native)}), {slow})"


def _format_datetime(args, kinds):
    zoned = kinds[0].base.endswith("zone")
    native = _native(args[1], joda_tokens)
    value = f"t_local({args[0]})" if zoned else f"({args[0]})::TIMESTAMP"
    if native is not None:
        return f"strftime({_millis(value)}, {quote(native)})"
    zone = f"({args[0]}).tz" if zoned else "'UTC'"
    return f"t_joda_format({_millis(value)}, {zone}, {args[1]})"


for _type in ("timestamp(p)", _ZONED):
    scalar(f"date_format({_type}, varchar) -> varchar", _date_format)
    scalar(f"format_datetime({_type}, varchar) -> varchar", _format_datetime)
scalar("date_parse(varchar, varchar) -> timestamp(3)", _date_parse)
scalar("parse_datetime(varchar, varchar) -> timestamp(3) with time zone", "t_joda_parse({0}, {1})")

# ---- ISO 8601 ---------------------------------------------------------------------------------------------
_ISO = re.compile(
    r"([+-]?\d{1,9})(?:-W(\d{1,2})(?:-(\d))?|-(\d{3})(?!\d)|(?:-(\d{1,2})(?:-(\d{1,2}))?)?)?"
    r"(?:T(?:(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.I,
)


def _iso(text):
    """→ (local datetime, zone or None)."""
    found = _ISO.fullmatch(text)
    if not found:
        longest = next((n for n in range(len(text), 0, -1) if _ISO.fullmatch(text[:n])), 0)
        malformed = f' is malformed at "{text[longest:]}"' if longest else ""
        raise Refused(f'Invalid format: "{text}"{malformed}')
    year, week, weekday, ordinal, month, day, hour, minute, second, fraction, zone = found.groups()
    fields = {"year": int(year), "hour": int(hour or 0), "minute": int(minute or 0), "second": int(second or 0)}
    fields["micro"] = int((fraction or "0").ljust(6, "0")[:6])
    if week:
        fields |= {"week_year": int(year), "week": int(week), "weekday": int(weekday or 1)}
    elif ordinal:
        fields["day_of_year"] = int(ordinal)
    else:
        fields |= {"month": int(month or 1), "day": int(day or 1)}
    try:
        moment = assemble(fields)
    except ValueError as exc:
        raise Refused(f'Cannot parse "{text}": {exc}') from None
    return moment, canonical_zone("UTC" if zone.upper() == "Z" else _colon(zone)) if zone else None


def _colon(offset):
    return offset if ":" in offset or len(offset) == 3 else f"{offset[:3]}:{offset[3:]}"


@functools.lru_cache(maxsize=4096)
def _from_iso(text, micros):
    local, zone = _iso(text)
    zone = zone or "UTC"
    if micros == 1000:
        local -= timedelta(microseconds=local.microsecond % 1000)
    return {"ts": local - zone_offset(zone, local), "tz": zone}


def _iso_picoseconds(text):
    """The seventh to ninth digit of the second, in picoseconds."""
    fraction = re.search(r"[.,](\d+)", text)
    return int(fraction[1].ljust(9, "0")[6:9]) * 1000 if fraction else 0


def _iso_date(text):
    if "T" in text.upper():
        raise Refused(f'Invalid format: "{text}" is malformed at "{text[text.upper().index("T") :]}"')
    return _iso(text)[0].date()


python("t_from_iso", lambda s: _from_iso(s, 1000), [_V], _STRUCT)
python("t_from_iso_micros", lambda s: _from_iso(s, 1), [_V], _STRUCT)
python("t_iso_date", _iso_date, [_V], "DATE")
scalar("from_iso8601_timestamp(varchar) -> timestamp(3) with time zone", "t_from_iso({0})")
python("t_iso_picos", _iso_picoseconds, [_V], "INTEGER")
scalar(
    "from_iso8601_timestamp_nanos(varchar) -> timestamp(9) with time zone",
    "t_long_zoned(t_from_iso_micros({0}), t_iso_picos({0}))",
)
scalar("from_iso8601_date(varchar) -> date", "t_iso_date({0})")


def _iso_text(value, precision):
    digits = min(precision, 6)
    cut = f"left(strftime({value}, '%Y-%m-%dT%H:%M:%S.%f'), {20 + digits if digits else 19})"
    return f"({cut} || '{'0' * (precision - 6)}')" if precision > 6 else cut


def _to_iso(args, kinds):
    if kinds[0].base == "date":
        return f"strftime({args[0]}, '%Y-%m-%d')"
    if kinds[0].base == "timestamp":
        return _iso_text(args[0], kinds[0].args[0])
    zone = f"CASE ({args[0]}).tz WHEN 'UTC' THEN 'Z' ELSE t_joda_format(t_local({args[0]}), ({args[0]}).tz, 'ZZ') END"
    return f"({_iso_text(f't_local({args[0]})', kinds[0].args[0])} || {zone})"


def _iso_length(kinds):
    precision = kinds[0].args[0]
    return types.varchar(22 + min(precision, 1) + precision + 6 * kinds[0].base.endswith("zone"))


scalar("to_iso8601(date) -> varchar(16)", _to_iso)
scalar("to_iso8601(timestamp(p)) -> varchar", _to_iso, returns=_iso_length)
scalar(f"to_iso8601({_ZONED}) -> varchar", _to_iso, returns=_iso_length)

# ---- Unix time ------------------------------------------------------------------------------------------
_FROM = "make_timestamp((floor(({0}) * 1000 + 0.5) * 1000)::BIGINT)"
scalar("from_unixtime(double) -> timestamp(3) with time zone", f"t_zoned({_FROM}, 'UTC')")
scalar(
    "from_unixtime(double, varchar) -> timestamp(3) with time zone",
    lambda args, _kinds: f"t_zoned({_FROM.format(args[0])}, {zone_sql(args[1])})",
)
scalar(
    "from_unixtime(double, bigint, bigint) -> timestamp(3) with time zone",
    f"t_zoned({_FROM}, t_zone(CASE WHEN ({{1}}) * 60 + ({{2}}) < 0 THEN '-' ELSE '+' END || "
    "lpad((abs(({1}) * 60 + ({2})) // 60)::VARCHAR, 2, '0') || ':' || "
    "lpad((abs(({1}) * 60 + ({2})) % 60)::VARCHAR, 2, '0')))",
)
scalar(
    "from_unixtime_nanos(bigint) -> timestamp(9) with time zone",
    "t_unix_nanos({0})",
)
scalar(
    "from_unixtime_nanos(decimal(p,s)) -> timestamp(9) with time zone",
    "t_unix_nanos(round({0}, 0)::BIGINT)",
)
scalar("to_unixtime(timestamp(p)) -> double", "(epoch_us({0}) / 1000000)::DOUBLE")
scalar(f"to_unixtime({_ZONED}) -> double", "(epoch_us((({0}).ts)::TIMESTAMP) / 1000000)::DOUBLE")

# ---- durations ------------------------------------------------------------------------------------------
_UNITS = {"ns": "0.000001", "us": "0.001", "ms": "1", "s": "1000", "m": "60000", "h": "3600000", "d": "86400000"}
_SIZES = {"B": 0, "kB": 1, "MB": 2, "GB": 3, "TB": 4, "PB": 5, "EB": 6, "ZB": 7, "YB": 8}


def _parse_duration(text):
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*", text)
    if not found:
        raise Refused(f"duration is not a valid data duration string: {text}")
    if found[2] not in _UNITS:
        raise Refused(f"Unknown time unit: {found[2]}")
    return int((Decimal(found[1]) * Decimal(_UNITS[found[2]])).to_integral_value(ROUND_HALF_UP))


def _parse_data_size(text):
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]+)\s*", text)
    if not found or found[2] not in _SIZES:
        raise Refused(f"Invalid data size: '{text}'")
    return str(int(Decimal(found[1]) * 1024 ** _SIZES[found[2]]))


def _human_seconds(seconds):
    if seconds != seconds or seconds in (float("inf"), float("-inf")):
        raise Refused(f"Invalid argument found: {'NaN' if seconds != seconds else seconds}")
    rest, parts = abs(int(Decimal(repr(seconds)).to_integral_value(ROUND_HALF_UP))), []
    for unit, size in (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, rest = divmod(rest, size)
        if count or (unit == "second" and not parts):
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return ", ".join(parts)


python("t_parse_duration", _parse_duration, [_V], "BIGINT")
python("t_parse_data_size", _parse_data_size, [_V], _V)
python("t_human_seconds", _human_seconds, ["DOUBLE"], _V)
scalar("parse_duration(varchar) -> interval day to second", "t_parse_duration({0})")
scalar("human_readable_seconds(double) -> varchar", "t_human_seconds({0})")
scalar("parse_data_size(varchar) -> decimal(38,0)", "t_parse_data_size({0})::DECIMAL(38,0)")
