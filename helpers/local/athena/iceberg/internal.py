"""Iceberg's internal form of values, days and microseconds since 1970, as Python values and as DuckDB's."""

import uuid
from datetime import UTC, date, datetime, time, timedelta

from pyiceberg import types as iceberg

from ..readers.values import literal

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


def sql(value, t):
    """A Python value as a DuckDB literal of Trino type `t`."""
    if value is None:
        return f"CAST(NULL AS {t.duckdb})"
    if t.base == "timestamp with time zone":
        instant = value if isinstance(value, datetime) else datetime.fromtimestamp(value / 1000, UTC)
        moment = instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        return f"{{'ts': TIMESTAMP '{moment}', 'tz': 'UTC'}}"
    if t.base == "map":
        keys = ", ".join(sql(k, t.args[0]) for k in value)
        items = ", ".join(sql(v, t.args[1]) for v in value.values())
        return f"CAST(MAP([{keys}], [{items}]) AS {t.duckdb})"
    if t.base == "array":
        return f"CAST([{', '.join(sql(v, t.args[0]) for v in value)}] AS {t.duckdb})"
    if t.base == "row":
        pairs = zip(t.fields, value, strict=True)
        return "{" + ", ".join(f"{literal(n)}: {sql(v, f)}" for (n, f), v in pairs) + "}"
    if t.base == "varbinary":
        return f"unhex('{bytes(value).hex()}')"
    if t.base == "uuid":
        return f"CAST('{uuid.UUID(bytes=value) if isinstance(value, bytes) else value}' AS UUID)"
    if t.base == "boolean":
        return "true" if value else "false"
    return f"CAST({literal(str(value))} AS {t.duckdb})"
