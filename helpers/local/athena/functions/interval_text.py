"""Intervals as Trino writes them: `2 03:00:00.000` and `3-5`."""

from datetime import timedelta


def interval_day_text(millis):
    """Milliseconds → days hh:mm:ss.fff."""
    sign = "-" if millis < 0 else ""
    span = timedelta(milliseconds=abs(millis))
    hours, minutes = span.seconds // 3600, span.seconds // 60 % 60
    return f"{sign}{span.days} {hours:02d}:{minutes:02d}:{span.seconds % 60:02d}.{span.microseconds // 1000:03d}"


def interval_months_text(months):
    """Months → years-months."""
    return f"{'-' if months < 0 else ''}{abs(months) // 12}-{abs(months) % 12}"
