"""One value at a time: text and numbers as they arrive, read exactly or refused with a reason.

Nothing is rounded, guessed or cut short: a value that does not fit its column is `Refused`. Plain Python
without Spark, so every rule can be tried in a shell; Spark only hands the lines out to its workers.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation

LONGEST_TEXT = 1_000  # characters of one value
LONGEST_LINE = 100_000  # bytes of one line
YEARS = range(2000, 2101)
CENT = Decimal("0.01")
MOST_DIGITS = 38  # of any decimal that Parquet and Athena can hold

# What can be wrong with a line: the vocabulary of the column `reason` of the quarantine.
REASONS = {
    "empty line": "nothing but white space",
    "line too long": f"more than {LONGEST_LINE:,} bytes; one without end refuses its whole file",
    "not UTF-8": "invalid bytes, or zero bytes as UTF-16 has them",
    "not JSON": "cannot be parsed, or is no object, or names a key twice, or is nested too deeply",
    "not CSV": "quotes that do not close, or another number of fields than the header",
    "missing": "a key or column that every record needs",
    "bad text": "not a text, or too long, or with control characters",
    "bad number": "not a number, NaN, Infinity, in CSV 1e3 and +9, or more decimals than the column has",
    "out of range": "a number beyond what the column holds or what can be meant",
    "bad time": "not a date or time of the calendar",
    "from the future": "belongs to a day after the one it arrived on",
    "too old": "belongs to a day more than a year before the one it arrived on",
    "bad value": "not one of the values that the column allows",
    "does not add up": "the total is not the sum of its parts",
    "not text": "the whole file: compressed or binary under a name that promises lines, or the reverse",
    "bad header": "the whole file: a header that names a column twice, or a second one with other columns",
    "replaced": "a later record has the same key and says something else",
}

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)", re.ASCII)  # 1.2E+11 is what a spreadsheet leaves of a long number
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Refused(Exception):
    """A line that cannot become a row. `reason` is a key of REASONS, `detail` says what was found."""

    def __init__(self, reason: str, detail: str = ""):
        assert reason in REASONS, reason
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


def decoded(line: bytes) -> str:
    """The text of a line without its line end and byte order mark. Refused: bad UTF-8, empty, too long."""
    if len(line) > LONGEST_LINE:
        raise Refused("line too long", f"more than {LONGEST_LINE:,} bytes")
    try:
        content = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("not UTF-8", f"byte {error.start + 1} is 0x{line[error.start]:02x}") from None
    if "\x00" in content:
        raise Refused("not UTF-8", "zero bytes: UTF-16 or binary")
    content = content.removeprefix("\ufeff").strip(" \t\r\n")
    if not content:
        raise Refused("empty line")
    return content


def text(value: object, name: str) -> str:
    """A text of 1 to 1,000 characters without control characters or halves of a character."""
    if not isinstance(value, str):
        raise Refused("bad text", f"{name}: {shown(value)}")
    if not value.strip():
        raise Refused("missing", f"{name}: empty")
    if len(value) > LONGEST_TEXT:
        raise Refused("bad text", f"{name}: {len(value):,} characters")
    if _CONTROL.search(value) or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refused("bad text", f"{name}: {shown(value)}")
    return value


def one_of(value: object, name: str, allowed: tuple[str, ...]) -> str:
    """A text out of a list."""
    if text(value, name) not in allowed:
        raise Refused("bad value", f"{name}: {shown(value)}")
    return value


def exact(digits: str) -> Decimal:
    """A number as JSON writes it, with every digit. Refused: an exponent of more than 18 digits."""
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise Refused("out of range", shown(digits)) from None


def number(value: object, name: str) -> Decimal:
    """A JSON number, read exactly (see `rules`), or the text of one in a CSV field."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    raise Refused("bad number", f"{name}: {shown(value)}")


def whole(value: object, name: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`; 3.0 is one, 3.5 is not."""
    found = number(value, name)
    if found.is_zero():
        found = Decimal(0)
    if found.adjusted() > MOST_DIGITS:
        raise Refused("out of range", f"{name}: {shown(value)}")
    if found != found.to_integral_value():
        raise Refused("bad number", f"{name}: {shown(value)}")
    if not low <= found <= high:
        raise Refused("out of range", f"{name}: {shown(value)}")
    return int(found)


def money(value: object, name: str, below: int) -> Decimal:
    """An amount in USD, from 0 to less than `below`, of at most two decimals."""
    found = number(value, name)
    if not 0 <= found < below:
        raise Refused("out of range", f"{name}: {shown(value)}")
    if found != found.quantize(CENT):
        raise Refused("bad number", f"{name}: {shown(value)} has more than two decimals")
    return found.quantize(CENT) + 0  # + 0: no minus before a zero


def moment(value: object, name: str) -> datetime:
    """A time in UTC: `2024-03-01 08:15:30.123`, with T or space, with Z, +01:00 or nothing for UTC.

    Digits beyond the microsecond are dropped: the column holds microseconds.
    """
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise Refused("bad time", f"{name}: {shown(value)}")
    *parts, fraction, zone = match.groups()
    micros = int((fraction or "0").ljust(6, "0")[:6])
    try:
        found = datetime(*map(int, parts), micros)  # type: ignore[arg-type]
        if found.year not in YEARS:
            raise ValueError
        if zone and zone != "Z":
            found -= _offset(zone)
    except (ValueError, OverflowError):
        raise Refused("bad time", f"{name}: {shown(value)}") from None
    return found


def _offset(zone: str) -> timedelta:
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    offset = timezone(timedelta(hours=hours, minutes=minutes)).utcoffset(None)  # refuses 24 hours and more
    return offset if zone[0] == "+" else -offset


def calendar_day(value: object, name: str) -> date:
    """A date such as `2024-03-01`."""
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        found = date(*map(int, match.groups())) if match else None
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise Refused("bad time", f"{name}: {shown(value)}")
    return found


def shown(value: object) -> str:
    """A value as a reason's detail shows it: short, printable, as text."""
    short = str(value) if isinstance(value, Decimal) else repr(value)
    short = short.encode("utf-8", "backslashreplace").decode("utf-8")
    return short if len(short) <= 60 else short[:57] + "..."
