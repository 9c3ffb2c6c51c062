"""Iceberg's internal form of values: days and microseconds since 1970."""

from datetime import UTC, date, datetime, time, timedelta

from pyiceberg import types as iceberg

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def value(held, t):
    """A value as manifests hold it → the Python value of Iceberg type `t`."""
    if held is None:
        return None
    if isinstance(t, iceberg.DateType) and isinstance(held, int):
        return date(1970, 1, 1) + timedelta(days=held)
    if isinstance(t, (iceberg.TimestampType, iceberg.TimestamptzType)) and isinstance(held, int):
        moment = _EPOCH + timedelta(microseconds=held)
        return moment if isinstance(t, iceberg.TimestamptzType) else moment.replace(tzinfo=None)
    if isinstance(t, iceberg.TimeType) and isinstance(held, int):
        return (datetime.combine(date(1970, 1, 1), time()) + timedelta(microseconds=held)).time()
    return held
