"""Timestamps with time zone: STRUCT(ts, tz) with the UTC instant, and the way to a zone's local time and back."""

import re
from datetime import UTC, datetime
from zoneinfo import available_timezones

from helpers.local.athena.functions.conversions import zone_name, zone_offset
from helpers.local.athena.functions.registry import macros, scalar
from helpers.local.athena.functions.shape import Refused, literal_text, python, quote

_REGIONS = {name.lower(): name for name in available_timezones()}
_UTC = {"utc", "z", "gmt", "ut", "zulu", "uct", "greenwich", "universal", "gmt0", "etc/utc", "etc/gmt", "etc/uct",
        "etc/zulu", "etc/greenwich", "etc/universal"}  # fmt: skip


def canonical_zone(text):
    """A zone as Trino prints it: 'UTC', a region in its own spelling, or '+hh:mm'."""
    fixed = re.fullmatch(r"(?:(?:UTC|GMT|UT)(?=[+-]))?([+-])(\d{1,2}):?(\d{2})?", text, re.I)
    if fixed:
        hours, minutes = int(fixed[2]), int(fixed[3] or 0)
        if hours * 60 + minutes > 14 * 60 or minutes > 59:
            raise Refused(f"Invalid time zone offset '{text}'")
        return zone_name(f"{fixed[1]}{hours:02d}:{minutes:02d}")
    low = text.lower()
    if low in _UTC:
        return "UTC"
    if low not in _REGIONS:
        raise Refused(f"'{text}' is not a valid time zone")
    return _REGIONS[low]


def _time_at(text, zone):
    """A time with time zone, in the text that DuckDB holds it in, at the offset that another zone has now."""
    clock, sign, hours, minutes = re.fullmatch(r"(.*)([+-])(\d\d):(\d\d)", text).groups()
    now = datetime.now(UTC).replace(tzinfo=None)
    target = round((zone_offset(zone, now)).total_seconds() / 60)
    shift = target - int(f"{sign}1") * (int(hours) * 60 + int(minutes))
    hour, minute, rest = int(clock[:2]), int(clock[3:5]), clock[5:]
    at = (hour * 60 + minute + shift) % (24 * 60)
    sign, ahead = "-" if target < 0 else "+", abs(target)
    return f"{at // 60:02d}:{at % 60:02d}{rest}{sign}{ahead // 60:02d}:{ahead % 60:02d}"


python("t_zone", canonical_zone, ["VARCHAR"], "VARCHAR")
python("t_time_at", _time_at, ["VARCHAR", "VARCHAR"], "VARCHAR")
macros(
    "CREATE OR REPLACE MACRO t_icu(zone) AS CASE WHEN zone[1] IN ('+', '-') THEN 'GMT' || zone ELSE zone END",
    """CREATE OR REPLACE MACRO t_shift(ts, zone) AS (CASE WHEN zone = 'UTC' THEN ts
        ELSE timezone(t_icu(zone), ts AT TIME ZONE 'UTC') END)::TIMESTAMP""",
    "CREATE OR REPLACE MACRO t_local(x) AS t_shift(x.ts, x.tz)",
    """CREATE OR REPLACE MACRO t_with_zone(local, zone) AS CASE WHEN local IS NOT NULL AND zone IS NOT NULL THEN
        struct_pack(ts := CASE WHEN zone = 'UTC' THEN local
            ELSE timezone(t_icu(zone), local) AT TIME ZONE 'UTC' END, tz := zone) END""",
    """CREATE OR REPLACE MACRO t_zoned(ts, zone) AS CASE WHEN ts IS NOT NULL AND zone IS NOT NULL THEN
        struct_pack(ts := ts, tz := zone) END""",
    "CREATE OR REPLACE MACRO t_round_zoned(x, unit) AS t_zoned(t_round_timestamp(x.ts, unit), x.tz)",
    # The casts give a type to what DuckDB folds to an untyped NULL.
    "CREATE OR REPLACE MACRO t_offset_minutes(x) AS date_diff('minute', x.ts, t_local(x))",
    "CREATE OR REPLACE MACRO t_utc_now() AS now() AT TIME ZONE 'UTC'",
)


def zone_sql(sql):
    """The DuckDB text of a zone argument in Trino's spelling."""
    text = literal_text(sql)
    if text is None:
        return f"t_zone({sql})"
    try:
        return quote(canonical_zone(text))
    except Refused:
        return f"t_zone({sql})"  # refuses when the query runs, as Trino does


scalar(
    "with_timezone(timestamp(p), varchar) -> timestamp(p) with time zone",
    lambda args, _kinds: f"t_with_zone({args[0]}, {zone_sql(args[1])})",
)
scalar(
    "at_timezone(timestamp(p) with time zone, varchar) -> timestamp(p) with time zone",
    lambda args, _kinds: f"t_zoned(({args[0]}).ts, {zone_sql(args[1])})",
)
_INTERVAL_ZONE = (
    "CASE WHEN ({1}) >= 0 THEN '+' ELSE '-' END || lpad((abs({1}) // 3600000)::VARCHAR, 2, '0') || ':' || "
    "lpad((abs({1}) // 60000 % 60)::VARCHAR, 2, '0')"
)
scalar(
    "at_timezone(timestamp(p) with time zone, interval day to second) -> timestamp(p) with time zone",
    f"t_zoned(({{0}}).ts, t_zone({_INTERVAL_ZONE}))",
)
scalar(
    "with_timezone(timestamp(p), interval day to second) -> timestamp(p) with time zone",
    f"t_with_zone({{0}}, t_zone({_INTERVAL_ZONE}))",
)
scalar("at_timezone(time(p) with time zone, varchar) -> time(p) with time zone", "t_time_at({0}, t_zone({1}))")
scalar(
    "at_timezone(time(p) with time zone, interval day to second) -> time(p) with time zone",
    f"t_time_at({{0}}, t_zone({_INTERVAL_ZONE}))",
)
scalar("timezone_hour(timestamp(p) with time zone) -> bigint", "trunc(t_offset_minutes({0}) / 60)::BIGINT")
scalar("timezone_minute(timestamp(p) with time zone) -> bigint", "(t_offset_minutes({0}) % 60)::BIGINT")
scalar("current_timezone() -> varchar", "'UTC'")

# ---- now --------------------------------------------------------------------------------------------------
# Within one query the clock stands still, so these are constants that partitions can be pruned with.
_NOW = "date_trunc('millisecond', t_utc_now())"
for _name in ("now", "current_timestamp"):
    scalar(f"{_name}() -> timestamp(3) with time zone", f"t_zoned({_NOW}, 'UTC')")
scalar("localtimestamp() -> timestamp(3)", _NOW)
scalar("current_date() -> date", "t_utc_now()::DATE")
scalar("localtime() -> time(3)", f"{_NOW}::TIME")
scalar(
    "current_time() -> time(3) with time zone",
    f"left(strftime({_NOW}, '%H:%M:%S.%g'), 12) || '+00:00'",
)
