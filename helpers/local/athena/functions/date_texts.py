"""Formatting and parsing of dates and times by the tokens of date_patterns.py, as Joda-Time does it."""

from datetime import date, datetime, timedelta

from helpers.local.athena.functions.conversions import zone_name, zone_offset
from helpers.local.athena.functions.date_patterns import LITERAL
from helpers.local.athena.functions.shape import Refused

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT_ZONES = {"UTC": "UTC"}
# What each numeric field is called in Joda's messages, with its range.
_RANGES = {
    "month": ("monthOfYear", 1, 12), "day": ("dayOfMonth", 1, 31), "hour": ("hourOfDay", 0, 23),
    "hour12": ("clockhourOfHalfday", 1, 12), "minute": ("minuteOfHour", 0, 59), "second": ("secondOfMinute", 0, 59),
    "day_of_year": ("dayOfYear", 1, 366), "week": ("weekOfWeekyear", 1, 53), "weekday": ("dayOfWeek", 1, 7),
    "hour_from_0": ("hourOfHalfday", 0, 11), "hour_to_24": ("clockhourOfDay", 1, 24),
}  # fmt: skip


# ---- formatting -------------------------------------------------------------------------------------------
def format_moment(tokens, local, zone="UTC"):
    """The local datetime in `zone` as text."""
    return "".join(value if kind == LITERAL else _format_field(kind, value, local, zone) for kind, value in tokens)


def _format_field(kind, width, local, zone):
    number = {
        "year": local.year, "month": local.month, "day": local.day, "hour": local.hour, "minute": local.minute,
        "second": local.second, "hour12": (local.hour + 11) % 12 + 1, "hour_from_0": local.hour % 12,
        "hour_to_24": local.hour or 24, "day_of_year": local.timetuple().tm_yday, "weekday": local.isoweekday(),
        "week": local.isocalendar()[1], "week_year": local.isocalendar()[0], "century": local.year // 100,
        "year2": local.year % 100, "week_year2": local.isocalendar()[0] % 100,
    }.get(kind)  # fmt: skip
    if number is not None:
        return str(number).zfill(width)
    if kind == "fraction":
        return f"{local.microsecond:06d}".ljust(width, "0")[:width]
    if kind in ("month_name", "month_short"):
        return MONTHS[local.month - 1][: None if kind == "month_name" else 3]
    if kind in ("weekday_name", "weekday_short"):
        return WEEKDAYS[local.weekday()][: None if kind == "weekday_name" else 3]
    if kind == "half":
        return "PM" if local.hour >= 12 else "AM"
    if kind == "era":
        return "AD"
    return _format_zone(kind, width, local, zone)


def _format_zone(kind, width, local, zone):
    if kind == "offset" and width == 3:
        return zone
    if kind in ("zone_short", "zone_long"):
        return _zone_abbreviation(local, zone, kind == "zone_long")
    minutes = round(zone_offset(zone, local).total_seconds() / 60)
    sign, minutes = ("-" if minutes < 0 else "+"), abs(minutes)
    return f"{sign}{minutes // 60:02d}{':' if width == 2 else ''}{minutes % 60:02d}"


def _zone_abbreviation(local, zone, long):
    from zoneinfo import ZoneInfo

    if zone[0] in "+-":
        return zone
    if zone == "UTC":
        return "Coordinated Universal Time" if long else "UTC"
    return local.replace(tzinfo=ZoneInfo(zone)).tzname()


# ---- parsing ----------------------------------------------------------------------------------------------
class _Malformed(Exception):
    def __init__(self, position):
        self.position = position


def parse_moment(tokens, text, pivot=2020):
    """Text → (local datetime, zone or None); INVALID_FUNCTION_ARGUMENT with Joda's message.

    `pivot`: the middle of the hundred years that a year of two digits may mean.
    """
    if not tokens:
        raise Refused("Both printing and parsing not supported")
    fields, at = {}, 0
    try:
        for i, (kind, value) in enumerate(tokens):
            following = tokens[i + 1][0] if i + 1 < len(tokens) else LITERAL
            at = _parse_token(kind, value, following, text, at, fields, pivot)
        if at < len(text):
            raise _Malformed(at)
    except _Malformed as exc:
        raise Refused(_message(text, exc.position)) from None
    try:
        return assemble(fields), fields.get("zone")
    except ValueError as exc:
        raise Refused(f'Cannot parse "{text}": {exc}') from None


def _message(text, position):
    if position >= len(text):
        return f'Invalid format: "{text}" is too short'
    return f'Invalid format: "{text}"' + (f' is malformed at "{text[position:]}"' if position else "")


def _parse_token(kind, value, following, text, at, fields, pivot):
    if kind == LITERAL:
        if text[at : at + len(value)].lower() != value.lower():
            raise _Malformed(at)
        return at + len(value)
    if kind in ("month_name", "month_short", "weekday_name", "weekday_short"):
        names = MONTHS if kind.startswith("month") else WEEKDAYS
        found, at = _parse_name(names, text, at)
        fields["month" if names is MONTHS else "weekday"] = found
        return at
    if kind == "half":
        if text[at : at + 2].upper() not in ("AM", "PM"):
            raise _Malformed(at)
        fields["half"] = text[at : at + 2].upper()
        return at + 2
    if kind in ("offset", "zone_short", "zone_long"):
        return _parse_zone(text, at, fields)
    if kind == "era":
        return at + 2
    widest = {"year": 9, "week_year": 9, "fraction": max(value, 9 if value == 6 else value), "day_of_year": 3}
    limit = widest.get(kind, 2)
    if kind in ("year", "week_year") and following not in (LITERAL, "half", "era", "offset", "zone_short"):
        limit = value  # digits follow: only the written width tells where the year ends
    digits = at + (kind in ("year", "week_year") and text[at : at + 1] in ("-", "+") and text[at : at + 1] != "")
    end = digits
    while end < len(text) and end - digits < limit and text[end] in "0123456789":
        end += 1
    if end == digits:
        raise _Malformed(at)
    _store(kind, text[at:end], fields, pivot)
    return end


def _store(kind, digits, fields, pivot):
    if kind == "fraction":
        fields["micro"] = int(digits[:3].ljust(3, "0")) * 1000  # Joda cuts at the millisecond
    elif kind in ("year2", "week_year2"):
        number = int(digits)
        if len(digits.strip("+-")) == 2:
            number += (pivot - 50) // 100 * 100
            number += 100 * (number < pivot - 50)
        fields["year" if kind == "year2" else "week_year"] = number
    else:
        fields[kind] = int(digits)


def _parse_name(names, text, at):
    low = text[at:].lower()
    for i, name in enumerate(names, 1):
        for form in (name.lower(), name[:3].lower()):
            if low.startswith(form):
                return i, at + len(form)
    raise _Malformed(at)


def _parse_zone(text, at, fields):
    import re

    found = re.compile(r"Z\b|[+-]\d{2}:?\d{2}|[+-]\d{2}|[A-Za-z]+(?:/[A-Za-z_+\-0-9]+)*").match(text, at)
    if not found:
        raise _Malformed(at)
    try:
        fields["zone"] = zone_name(found[0] if found[0][0] not in "+-" else _full_offset(found[0]))
        zone_offset(fields["zone"], datetime(2000, 1, 1))
    except ValueError:
        raise _Malformed(at) from None
    return found.end()


def _full_offset(text):
    digits = text[1:].replace(":", "").ljust(4, "0")
    return f"{text[0]}{digits[:2]}:{digits[2:]}"


def assemble(fields):
    """The datetime of parsed fields, 1970-01-01 where they say nothing; ValueError with Joda's words."""
    for name, value in fields.items():
        label, low, high = _RANGES.get(name, (None, None, None))
        if label and not low <= value <= high:
            raise ValueError(f"Value {value} for {label} must be in the range [{low},{high}]")
    year = fields.get("year", 1970)
    if "week" in fields or "week_year" in fields:
        day = date.fromisocalendar(fields.get("week_year", 1970), fields.get("week", 1), fields.get("weekday", 1))
    elif "day_of_year" in fields:
        day = date(year, 1, 1) + timedelta(days=fields["day_of_year"] - 1)
    else:
        day = _day(year, fields.get("month", 1), fields.get("day", 1))
    if "hour12" in fields or "hour_from_0" in fields:
        hour = fields.get("hour12", fields.get("hour_from_0", 0)) % 12 + 12 * (fields.get("half") == "PM")
    else:
        hour = fields.get("hour", fields.get("hour_to_24", 0) % 24)
    return datetime(
        day.year, day.month, day.day, hour, fields.get("minute", 0), fields.get("second", 0), fields.get("micro", 0)
    )


def _day(year, month, day):
    try:
        return date(year, month, day)
    except ValueError:
        last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
        raise ValueError(f"Value {day} for dayOfMonth must be in the range [1,{last}]") from None
