"""When does an EventBridge rule run? The next times of `cron(…)` and `rate(…)`, in UTC.

    schedules.next_times("cron(0 8 ? * MON-FRI *)", datetime(2026, 3, 27, 12, tzinfo=UTC), 3)

Six fields: minutes hours day-of-month month day-of-week year; one of the two days must be `?`, and days of the week
count from 1 = SUN (EventBridge User Guide, page eb-cron-expressions). `L`, `W` and `#` are refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from helpers.oneline import OneLineError

MONTHS = dict(zip("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), range(1, 13), strict=True))
WEEKDAYS = dict(zip("SUN MON TUE WED THU FRI SAT".split(), range(1, 8), strict=True))
FIELDS = (
    ("minutes", 0, 59, {}),
    ("hours", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, MONTHS),
    ("day of week", 1, 7, WEEKDAYS),
    ("year", 1970, 2199, {}),
)
_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


class ScheduleError(OneLineError, ValueError):
    """An expression that EventBridge would refuse; the message says which part, and what it may be."""


def next_times(expression: str, after: datetime, count: int = 5) -> list[datetime]:
    """The next `count` times after `after`, in UTC; fewer when the years run out.

    A `rate` is counted from `after`, as EventBridge counts from the rule's creation. Raises ScheduleError.
    """
    after = after.astimezone(UTC)
    rate = re.fullmatch(r"rate\((\d+) (minute|hour|day)(s?)\)", expression)
    if rate:
        number, unit, plural = int(rate[1]), rate[2], rate[3]
        if number < 1 or (number == 1) == bool(plural):
            raise ScheduleError(f"{expression}: 1 {unit}, but 2 {unit}s; at least 1")
        return [after + _UNITS[unit] * number * step for step in range(1, count + 1)]
    cron = re.fullmatch(r"cron\((.*)\)", expression)
    if not cron:
        raise ScheduleError(f"{expression}: must be cron(six fields) or rate(number unit)")
    return list(islice(_cron_times(_fields(expression, cron[1].split()), after), count))


def _fields(expression: str, texts: list[str]) -> list[set[int]]:
    if len(texts) != len(FIELDS):
        raise ScheduleError(f"{expression}: {len(texts)} fields, must be 6: {', '.join(each[0] for each in FIELDS)}")
    if (texts[2] == "?") == (texts[4] == "?"):
        raise ScheduleError(f"{expression}: one of day of month and day of week must be ?, the other not")
    return [_values(expression, text, *field) for text, field in zip(texts, FIELDS, strict=True)]


def _values(expression: str, text: str, name: str, least: int, most: int, names: dict) -> set[int]:
    """The numbers that one field stands for: `*`, `?`, `5`, `1-5`, `MON-FRI`, `0/15`, and lists of these."""
    found = set()
    for part in text.split(","):
        body, slash, step = part.partition("/")
        first, dash, last = ("*", "", "") if body == "?" and "day" in name else body.partition("-")
        low = least if first == "*" else _number(first, names)
        high = most if first == "*" or (slash and not dash) else _number(last, names) if dash else low
        steps = _number(step, {}) if slash else 1
        if None in (low, high, steps) or not least <= low <= high <= most or not steps:
            raise ScheduleError(f"{expression}: {name} is {text!r}, must be from {least} to {most}")
        found.update(range(low, high + 1, steps))
    return found


def _number(text: str, names: dict) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,4}", text) else names.get(text.upper())


def _cron_times(fields: list[set[int]], after: datetime) -> Iterator[datetime]:
    minutes, hours, days, months, weekdays, years = fields
    day, end = after.date(), date(min(max(years), after.year + 30), 12, 31)
    while day <= end:
        # Python's Monday is 0, EventBridge's Sunday is 1.
        if day.year in years and day.month in months and day.day in days and (day.isoweekday() % 7) + 1 in weekdays:
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
                    if moment > after:
                        yield moment
        day += timedelta(days=1)
