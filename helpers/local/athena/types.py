"""Trino's types: their names, their Hive and DuckDB forms, and how one coerces to another.

How values live in DuckDB: numbers, boolean and date as themselves; varchar, char, json, ipaddress and
time with time zone as VARCHAR; varbinary as BLOB; timestamp as TIMESTAMP; timestamp with time zone as
STRUCT(ts TIMESTAMP in UTC, tz VARCHAR), both with `ps`, the picoseconds beyond six digits, where their precision
is above 6 (long_timestamps.py); interval day to second as BIGINT milliseconds; interval year to
month as INTEGER months; row as STRUCT with lower-case field names, f0, f1 … where a field has none; sketches
and geometries as BLOB, a Bing tile and a color as a number.
"""

import re
from dataclasses import dataclass
from functools import cached_property

INTEGERS = ("tinyint", "smallint", "integer", "bigint")
DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}
SKETCHES = ("hyperloglog", "p4hyperloglog", "setdigest", "qdigest", "tdigest")  # summaries, kept as bytes
SPATIAL = ("geometry", "sphericalgeography")  # well-known binary
OPAQUE = (*SKETCHES, *SPATIAL, "color", "function")  # neither compared nor sorted
_SHOWN = {
    "hyperloglog": "HyperLogLog",
    "p4hyperloglog": "P4HyperLogLog",
    "setdigest": "SetDigest",
    "geometry": "Geometry",
    "sphericalgeography": "SphericalGeography",
    "bingtile": "BingTile",
}
COLORS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")  # -1 … -8
UNBOUNDED = 2147483647  # what Athena reports as the precision of varchar without a length


@dataclass(frozen=True)
class Type:
    """One Trino type. `args`: (precision, scale), (length,), element types, or (name, Type) row fields."""

    base: str
    args: tuple = ()

    @cached_property
    def display(self):
        """The type as Trino writes it, for instance `array(row(a bigint))`."""
        if self.base == "row":
            fields = (f"{name} {t.display}" if name else t.display for name, t in self.args)
            return f"row({', '.join(fields)})"
        if self.base in ("array", "map", "function", "qdigest"):
            return f"{self.base}({', '.join(t.display for t in self.args)})"
        if self.base in ("timestamp with time zone", "time with time zone"):
            return f"{self.base.split()[0]}({self.args[0]}) with time zone"
        if self.args:
            separator = "," if self.base == "decimal" else ", "
            return f"{self.base}({separator.join(map(str, self.args))})"
        return _SHOWN.get(self.base, self.base)

    def __str__(self):
        return self.display

    @cached_property
    def duckdb(self):
        """The DuckDB type that holds its values."""
        simple = {
            "boolean": "BOOLEAN",
            "tinyint": "TINYINT",
            "smallint": "SMALLINT",
            "integer": "INTEGER",
            "bigint": "BIGINT",
            "real": "FLOAT",
            "double": "DOUBLE",
            "varbinary": "BLOB",
            "date": "DATE",
            "timestamp": "TIMESTAMP",
            "time": "TIME",
            "uuid": "UUID",
            "unknown": "INTEGER",
            "interval day to second": "BIGINT",
            "interval year to month": "INTEGER",
            "timestamp with time zone": "STRUCT(ts TIMESTAMP, tz VARCHAR)",
            "bingtile": "BIGINT",
            "color": "INTEGER",
            **dict.fromkeys((*SKETCHES, *SPATIAL), "BLOB"),
        }
        if self.is_long:
            return "STRUCT(ts TIMESTAMP, tz VARCHAR, ps INTEGER)" if self.base.endswith("zone") else (
                "STRUCT(ts TIMESTAMP, ps INTEGER)"
            )  # fmt: skip
        if self.base in simple:
            return simple[self.base]
        if self.base == "decimal":
            return f"DECIMAL({self.args[0]},{self.args[1]})"
        if self.base == "array":
            return self.args[0].duckdb + "[]"
        if self.base == "map":
            return f"MAP({self.args[0].duckdb}, {self.args[1].duckdb})"
        if self.base == "row":
            return "STRUCT(" + ", ".join(f'"{n}" {t.duckdb}' for n, t in self.fields) + ")"
        return "VARCHAR"

    @property
    def fields(self):
        """A row's fields as DuckDB names them: f0, f1 … where Trino has no name."""
        return [((name or f"f{i}").lower().replace('"', '""'), t) for i, (name, t) in enumerate(self.args)]

    @property
    def hive(self):
        """The type as Hive and Glue write it, or None where Hive has none."""
        plain = {
            "boolean": "boolean",
            "tinyint": "tinyint",
            "smallint": "smallint",
            "integer": "int",
            "bigint": "bigint",
            "real": "float",
            "double": "double",
            "varbinary": "binary",
            "date": "date",
            "timestamp": "timestamp",
        }
        if self.is_long:
            return None
        if self.base in plain:
            return plain[self.base]
        if self.base == "varchar":
            return f"varchar({self.args[0]})" if self.args else "string"
        if self.base == "char":
            return f"char({self.args[0]})"
        if self.base == "decimal":
            return f"decimal({self.args[0]},{self.args[1]})"
        inner = (
            [t.hive for t in (dict(self.fields).values() if self.base == "row" else self.args)]
            if self.base in ("array", "map", "row")
            else [None]
        )
        if None in inner:
            return None
        if self.base == "row":
            return "struct<" + ",".join(f"{n}:{t.hive}" for n, t in self.fields) + ">"
        return f"{self.base}<{','.join(inner)}>"

    @property
    def is_integer(self):
        return self.base in INTEGERS

    @property
    def is_numeric(self):
        return self.base in INTEGERS or self.base in ("real", "double", "decimal")

    @property
    def is_long(self):
        """A timestamp of more than six digits."""
        return self.base in ("timestamp", "timestamp with time zone") and self.args[0] > 6

    @property
    def is_text(self):
        return self.base in ("varchar", "char")

    @property
    def comparable(self):
        return self.base not in OPAQUE

    @property
    def orderable(self):
        if self.base in ("map", "json", "bingtile", *OPAQUE):
            return False
        if self.base == "row":
            return all(t.orderable for _, t in self.args)
        return all(t.orderable for t in self.args) if self.base == "array" else True


BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT = map(Type, ("boolean", *INTEGERS))
REAL, DOUBLE, VARCHAR, VARBINARY, DATE = map(Type, ("real", "double", "varchar", "varbinary", "date"))
JSON, UUID, UNKNOWN, IPADDRESS = map(Type, ("json", "uuid", "unknown", "ipaddress"))
DAY_TO_SECOND, YEAR_TO_MONTH = Type("interval day to second"), Type("interval year to month")


def varchar(length=None):
    return Type("varchar", (length,)) if length is not None and length < UNBOUNDED else VARCHAR


def decimal(precision, scale):
    return Type("decimal", (min(precision, 38), min(scale, 38)))


def timestamp(precision=3, zone=False):
    return Type("timestamp with time zone" if zone else "timestamp", (precision,))


def time(precision=3, zone=False):
    return Type("time with time zone" if zone else "time", (precision,))


def array(element):
    return Type("array", (element,))


def map_of(key, value):
    return Type("map", (key, value))


def row(*fields):
    """row(("a", BIGINT), (None, VARCHAR))"""
    return Type("row", tuple((name.lower() if name else None, t) for name, t in fields))


_ALIASES = {"int": "integer"}
_HIVE_ALIASES = {
    "string": "varchar",
    "float": "real",
    "binary": "varbinary",
    "dec": "decimal",
    "numeric": "decimal",
}


def _split(text, separator=","):
    parts, depth, start, quoted = [], 0, 0, False
    for i, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif char in "(<":
            depth += 1
        elif char in ")>":
            depth -= 1
        elif char == separator and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    return [p.strip() for p in [*parts, text[start:]] if p.strip()]


def parse_type(text):
    """Trino's text of a type → Type. Raises ValueError for a type that does not exist."""
    text = " ".join(text.strip().split())
    low = text.lower()
    zoned = re.fullmatch(r"(timestamp|time)\s?(?:\((\d+)\))?\s?(with time zone|without time zone)?", low)
    if zoned:
        precision = int(zoned[2]) if zoned[2] else 3
        return Type(zoned[1] + (" with time zone" if (zoned[3] or "").startswith("with ") else ""), (precision,))
    head, _, rest = text.partition("(")
    base = _ALIASES.get(head.strip().lower(), head.strip().lower())
    inner = rest.rstrip()[:-1] if rest else ""
    if base in ("array", "map", "function", "qdigest"):
        if not inner:
            raise ValueError(f"{base} of what?")
        return Type(base, tuple(parse_type(p) for p in _split(inner)))
    if base == "row":
        return Type("row", tuple(_row_field(p) for p in _split(inner)))
    if base == "decimal":
        numbers = [int(p) for p in _split(inner)] or [38, 0]
        return Type("decimal", (numbers[0], numbers[1] if len(numbers) > 1 else 0))
    if base in ("varchar", "char"):
        if not inner:
            return VARCHAR if base == "varchar" else Type("char", (1,))
        return varchar(int(inner)) if base == "varchar" else Type("char", (int(inner),))
    known = {
        "boolean",
        *INTEGERS,
        "real",
        "double",
        "varbinary",
        "date",
        "json",
        "uuid",
        "ipaddress",
        "unknown",
        *(s for s in SKETCHES if s != "qdigest"),
        *SPATIAL,
        "bingtile",
        "color",
        "interval day to second",
        "interval year to month",
    }
    if base in known and not inner:
        return Type(base)
    raise ValueError(f"Unknown type: {text}")


def _row_field(text):
    quoted = re.match(r'"((?:[^"]|"")*)"\s+(.*)', text, re.S)
    if quoted:
        return quoted[1].replace('""', '"').lower(), parse_type(quoted[2])
    head, _, rest = text.partition(" ")
    whole = text.lower()
    if (
        not rest
        or whole.startswith(("timestamp(", "time(", "interval "))
        or re.match(r"(timestamp|time)\s+with", whole)
    ):
        return None, parse_type(text)
    return head.lower(), parse_type(rest)


def from_hive(text):
    """Hive's text of a type (Glue's Column.Type) → Type. Raises ValueError for an unknown one."""
    text = text.strip()
    low = text.lower()
    head, _, rest = low.partition("<")
    if head.strip() in ("array", "map", "struct", "uniontype") and rest:
        inner = text[text.index("<") + 1 : text.rindex(">")]
        if head.strip() == "struct":
            fields = (part.split(":", 1) for part in _split(inner))
            return row(*((name.strip().strip("`"), from_hive(t)) for name, t in fields))
        return Type(head.strip(), tuple(from_hive(p) for p in _split(inner)))
    if low == "timestamp":
        return timestamp(3)
    if low in ("decimal", "dec", "numeric"):
        return decimal(10, 0)
    if low == "double precision":
        return DOUBLE
    head, _, rest = low.partition("(")
    return parse_type(_HIVE_ALIASES.get(head.strip(), head) + (f"({rest}" if rest else ""))
