"""When a rule runs; expected times are counted on a calendar, rules are those of EventBridge's User Guide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from helpers.schedules import ScheduleError, next_times

FRIDAY = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)


def times(expression, count=3, after=FRIDAY):
    return [moment.strftime("%a %Y-%m-%d %H:%M") for moment in next_times(expression, after, count)]


def test_every_morning():
    assert times("cron(0 8 * * ? *)") == ["Sat 2026-03-28 08:00", "Sun 2026-03-29 08:00", "Mon 2026-03-30 08:00"]


def test_working_days_and_their_numbers():
    assert times("cron(15 10 ? * MON-FRI *)", 2) == ["Mon 2026-03-30 10:15", "Tue 2026-03-31 10:15"]
    assert times("cron(15 10 ? * 2-6 *)") == times("cron(15 10 ? * MON-FRI *)")
    assert times("cron(0 0 ? * 1 *)", 1) == ["Sun 2026-03-29 00:00"], "1 is Sunday, as in no other cron"


def test_steps_lists_months_and_years():
    assert times("cron(0/20 12 * * ? *)") == ["Fri 2026-03-27 12:20", "Fri 2026-03-27 12:40", "Sat 2026-03-28 12:00"]
    assert times("cron(0 8,20 1 JAN ? 2027)") == ["Fri 2027-01-01 08:00", "Fri 2027-01-01 20:00"]
    assert times("cron(0 0 29 2 ? *)", 2) == ["Tue 2028-02-29 00:00", "Sun 2032-02-29 00:00"]


def test_the_moment_itself_is_not_next_and_zones_are_turned_to_utc():
    assert times("cron(0 12 * * ? *)", 1) == ["Sat 2026-03-28 12:00"]
    berlin = timezone(timedelta(hours=2))
    assert times("cron(0 8 * * ? *)", 1, datetime(2026, 4, 1, 9, 59, tzinfo=berlin)) == ["Wed 2026-04-01 08:00"]


def test_rates():
    assert times("rate(1 day)", 1) == ["Sat 2026-03-28 12:00"]
    assert times("rate(6 hours)", 2) == ["Fri 2026-03-27 18:00", "Sat 2026-03-28 00:00"]


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 8 * * * *)",
        "cron(0 8 ? * ? *)",
        "cron(0 8 * * *)",
        "cron(60 8 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 8 0 * ? *)",
        "cron(0 8 ? * 0 *)",
        "cron(0 8 ? * MON#2 *)",
        "cron(0 8 L * ? *)",
        "cron(0/0 8 * * ? *)",
        "cron(? 8 * * ? *)",
        "rate(1 days)",
        "rate(2 day)",
        "rate(0 days)",
        "0 8 * * *",
        "",
    ],
)
def test_what_eventbridge_refuses_is_refused(expression):
    with pytest.raises(ScheduleError):
        next_times(expression, FRIDAY)
