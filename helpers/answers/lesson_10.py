"""The exercises of lesson 10, Lambda to Athena."""

from datetime import UTC, datetime
from math import ceil

from helpers.checks import exercise, function, satisfies
from helpers.schedules import ScheduleError, next_times

_CALLS = {0: 1, 1: 1, 999: 1, 1000: 2, 1999: 2, 2000: 3, 2500: 3, 1_000_000: 1001}
_LITERALS = {
    "EMEA": "'EMEA'",
    "O'Brien": "'O''Brien'",
    "": "''",
    "'": "''''",
    "' OR '1'='1": "''' OR ''1''=''1'",
    'say "hi"': "'say \"hi\"'",
    "a\\'b": "'a\\''b'",
}

exercise(
    "10.1",
    function(*(((rows,), calls) for rows, calls in _CALLS.items())),
    wrong=[
        lambda rows: ceil(rows / 1000),
        lambda rows: rows // 1000 + 1 if rows else 0,
        lambda rows: max(1, ceil(rows / 1000)),
        lambda rows: max(1, ceil(rows / 999)),
        lambda rows: 1,
    ],
    why="The header takes a row of the first page, and an empty result has one page as well.",
)

exercise(
    "10.2",
    function(*(((text,), literal) for text, literal in _LITERALS.items())),
    wrong=[
        lambda text: f"'{text}'",
        lambda text: f'"{text}"',
        lambda text: "'" + text.replace("'", "\\'") + "'",
        lambda text: "'" + text.replace("'", "") + "'",
        lambda text: text.replace("'", "''"),
        repr,
    ],
    why="SQL knows one escape in a string: a quote is written twice. A backslash is a backslash.",
)

_START = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)  # a Friday
_WANTED = next_times("cron(30 6 ? * MON-FRI *)", _START, 300)  # more than a year of working days


def _times(answer: object) -> list:
    try:
        return next_times(str(answer), _START, 300)
    except ScheduleError:
        return []


exercise(
    "10.3",
    satisfies(
        (lambda answer: _times(answer), "EventBridge would refuse it: six fields, and one of the two days is ?."),
        (lambda answer: {(each.hour, each.minute) for each in _times(answer)} == {(6, 30)},
         "Berlin in summer is two hours ahead of UTC, and minutes come first."),
        (lambda answer: {each.isoweekday() for each in _times(answer)} == {1, 2, 3, 4, 5},
         "Monday to Friday: names are safest, since here 1 is Sunday."),
        (lambda answer: _times(answer) == _WANTED, "Every working day of every month."),
    ),
    wrong=[
        "cron(30 8 ? * MON-FRI *)",
        "cron(6 30 ? * MON-FRI *)",
        "cron(30 6 ? * 1-5 *)",
        "cron(30 6 * * MON-FRI *)",
        "cron(30 6 * * ? *)",
        "30 6 * * 1-5",
        "cron(30 6 ? 4-9 MON-FRI *)",
    ],
    why="And in winter it will run at 07:30 there: a rule knows no summer time.",
)  # fmt: skip
