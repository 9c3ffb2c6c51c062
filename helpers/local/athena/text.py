"""Values as Athena writes them in results: in the API, in CSV files and inside arrays, maps and rows."""

import zlib
from datetime import UTC

from .errors import AthenaError
from .functions.bing_tiles import tile_parts
from .functions.conversions import zone_offset
from .functions.geometry import text_of
from .functions.interval_text import interval_day_text, interval_months_text
from .functions.numbers_text import double_text, real_text
from .types import COLORS, SKETCHES, SPATIAL


def writer(t):
    """Type → function from a DuckDB value to Athena's text, None for NULL."""
    inner = _writer(t, nested=False)
    return lambda value: None if value is None else inner(value)


def _writer(t, nested):
    """A function for values that are not None."""
    simple = {
        "boolean": lambda v: "true" if v else "false",
        "double": double_text,
        "real": real_text,
        "interval day to second": interval_day_text,
        "interval year to month": interval_months_text,
        "varbinary": _binary_object if nested else lambda v: v.hex(" "),
        "decimal": lambda v: f"{v:f}",
        "date": lambda v: v.isoformat() if hasattr(v, "isoformat") else _before_christ(str(v)),
        "color": _color,
    }
    if t.base in SPATIAL:
        return text_of
    if t.base == "bingtile":
        return lambda v: _bing_tile(*tile_parts(v))
    if t.base in SKETCHES:
        raise AthenaError("NOT_SUPPORTED", f"a {t} in a result; select what it tells, or CAST it to varbinary")
    if t.base in simple:
        return simple[t.base]
    if t.base == "char":
        return lambda v: v.ljust(t.args[0])
    if t.base == "time":
        return lambda v: v.strftime("%H:%M:%S") + _fraction(v.microsecond, t.args[0])
    if t.is_long:
        return _long_writer(t)
    if t.base == "timestamp":
        return lambda v: _moment(v, t.args[0])
    if t.base == "timestamp with time zone":
        return lambda v: f"{_moment(_local(v), t.args[0])} {v['tz']}"
    if t.base == "array":
        element = _element(t.args[0])
        return lambda v: "[" + ", ".join(map(element, v)) + "]"
    if t.base == "map":
        return _map_writer(t)
    if t.base == "row":
        return _row_writer(t)
    return str


def _long_writer(t):
    """A timestamp of more than six digits: {ts, ps}, or {ts, tz, ps}."""
    digits = t.args[0] - 6
    if t.base == "timestamp":
        return lambda v: _moment(v["ts"], 6) + f"{v['ps']:06d}"[:digits]
    return lambda v: f"{_moment(_local(v), 6)}{v['ps']:06d}"[: 26 + digits] + f" {v['tz']}"


def _element(t):
    inner = _writer(t, nested=True)
    return lambda v: "null" if v is None else inner(v)


def _map_writer(t):
    key, value = map(_element, t.args)
    return lambda v: "{" + ", ".join(f"{key(k)}={value(x)}" for k, x in _java_order(_items(v))) + "}"


def _row_writer(t):
    fields = [(name, sql_name, _element(kind)) for (name, kind), (sql_name, _) in zip(t.args, t.fields, strict=True)]

    def write(v):
        return "{" + ", ".join(f"{name}={show(v[sql])}" if name else show(v[sql]) for name, sql, show in fields) + "}"

    return write


def _items(value):
    if set(value) == {"key", "value"} and isinstance(value["key"], list):
        return list(zip(value["key"], value["value"], strict=True))
    return list(value.items())


def _java_order(items):
    """The order in which a Java HashMap of these keys is walked (recorded: {j=2, k=1} for keys k, j)."""
    size = 16
    while size * 3 < len(items) * 4:
        size *= 2

    def bucket(item):
        h = _java_hash(item[0])
        return (h ^ (h >> 16)) & (size - 1)

    return sorted(items, key=bucket)


def _java_hash(key):
    if isinstance(key, bool):
        return 1231 if key else 1237
    if isinstance(key, int):
        return (key ^ (key >> 32)) & 0xFFFFFFFF
    h = 0
    for char in str(key):
        h = (31 * h + ord(char)) & 0xFFFFFFFF
    return h


def _local(value):
    """The wall clock's time of {ts: instant in UTC, tz}."""
    instant, zone = value["ts"], value["tz"]
    if isinstance(instant, str):
        if zone != "UTC":
            raise AthenaError("NOT_SUPPORTED", f"a time in the zone {zone} outside the years 1 to 9999")
        return instant
    return instant + zone_offset(zone, instant.replace(tzinfo=UTC))


def _moment(value, precision):
    if isinstance(value, str):  # beyond the years 1 to 9999 that Python's datetime holds
        moment, _, fraction = _before_christ(value).partition(".")
        return moment + _fraction(int(fraction.ljust(6, "0") or 0), precision)
    shown = (
        f"{value.year:04d}-{value.month:02d}-{value.day:02d} {value.hour:02d}:{value.minute:02d}:{value.second:02d}"
    )
    return shown + _fraction(value.microsecond, precision)


def _before_christ(shown):
    """DuckDB's `0002-01-01 (BC)`, perhaps with a time behind it, is Java's `-0001-01-01`."""
    if " (BC)" not in shown:
        return shown
    year, _, rest = shown.replace(" (BC)", "").partition("-")
    return f"{'-' if int(year) > 1 else ''}{int(year) - 1:04d}-{rest}"


def _bing_tile(x, y, zoom):
    return f"{{x={x}, y={y}, zoom_level={zoom}}}"


def _color(value):
    """A color as Trino shows it: a name of the system's, or #rrggbb."""
    return COLORS[-value - 1] if value < 0 else f"#{value:06x}"


def _fraction(micros, precision):
    if not precision:
        return ""
    return "." + f"{micros:06d}"[:precision].ljust(precision, "0")


def _binary_object(value):
    """Inside a container Athena shows Java's reference to the bytes, not the bytes."""
    return f"[B@{zlib.crc32(value):08x}"
