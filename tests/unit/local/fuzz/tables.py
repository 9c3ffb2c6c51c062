"""Small tables of every format, with the same columns as far as each format holds them."""

import io
import json

import fastavro
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet

from ..queries import BUCKET
from .columns import Column

ROWS = [
    {"id": 1, "n": 10, "x": 1.5, "s": "a", "b": True},
    {"id": 2, "n": None, "x": None, "s": None, "b": None},
    {"id": 3, "n": -7, "x": -0.25, "s": "Ä😀", "b": False},
    {"id": 4, "n": 9223372036854775807, "x": 1e300, "s": "", "b": True},
    {"id": 5, "n": 10, "x": 2.0, "s": "a", "b": False},
]
FLAT = "id bigint, n bigint, x double, s string, b boolean"
_TYPES = {"id": "bigint", "n": "bigint", "x": "double", "s": "varchar", "b": "boolean"}
COLUMNS = [Column(name, kind) for name, kind in _TYPES.items()]
NESTED = "id bigint, l array<bigint>, m map<string,bigint>, r struct<a:bigint,b:string>"
NESTED_ROWS = [
    {"id": 1, "l": [1, None], "m": {"k": 1}, "r": {"a": 1, "b": "x"}},
    {"id": 2, "l": [], "m": {}, "r": {"a": None, "b": ""}},
    {"id": 3, "l": None, "m": None, "r": None},
]
NESTED_COLUMNS = [
    Column("id", "bigint"),
    Column("l", "array(bigint)"),
    Column("m", "map(varchar,bigint)"),
    Column("r", "row(a bigint,b varchar)"),
]
_NESTED_ARROW = pa.schema(
    [
        ("id", pa.int64()),
        ("l", pa.list_(pa.int64())),
        ("m", pa.map_(pa.string(), pa.int64())),
        ("r", pa.struct([("a", pa.int64()), ("b", pa.string())])),
    ]
)
JSON = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"


def arrow():
    return pa.Table.from_pylist(ROWS)


def nested_arrow():
    rows = [{**row, "m": None if row["m"] is None else list(row["m"].items())} for row in NESTED_ROWS]
    return pa.Table.from_pylist(rows, schema=_NESTED_ARROW)


def parquet(table, **options):
    out = io.BytesIO()
    pyarrow.parquet.write_table(table, out, **options)
    return out.getvalue()


def orc(table, **options):
    out = io.BytesIO()
    pyarrow.orc.write_table(table, out, **options)
    return out.getvalue()


def avro(codec="deflate"):
    kinds = {"id": "long", "n": "long", "x": "double", "s": "string", "b": "boolean"}
    fields = [{"name": n, "type": ["null", k]} for n, k in kinds.items()]
    out = io.BytesIO()
    fastavro.writer(out, {"type": "record", "name": "r", "fields": fields}, ROWS, codec=codec)
    return out.getvalue()


def text(separator=",", null="\\N"):
    lines = [
        separator.join(null if v is None else str(v).lower() if v is not row["s"] else v for v in row.values())
        for row in ROWS
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


TABLES = {
    "csv": (FLAT, "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','", text, COLUMNS),
    "json": (FLAT, JSON, lambda: lines(ROWS), COLUMNS),
    "parq": (FLAT, "STORED AS PARQUET", lambda: parquet(arrow()), COLUMNS),
    "orc": (FLAT, "STORED AS ORC", lambda: orc(arrow()), COLUMNS),
    "avro": (FLAT, "STORED AS AVRO", avro, COLUMNS),
    "nested_json": (NESTED, JSON, lambda: lines(NESTED_ROWS), NESTED_COLUMNS),
    "nested_parq": (NESTED, "STORED AS PARQUET", lambda: parquet(nested_arrow()), NESTED_COLUMNS),
    "nested_orc": (NESTED, "STORED AS ORC", lambda: orc(nested_arrow()), NESTED_COLUMNS),
}
ICEBERG = {"ice": "", "ice_by_s": "PARTITIONED BY (s, bucket(2, id))"}


def create(session, bucket=BUCKET):
    """All tables in the session's database → {name: [Column]}, with a partitioned one and a view."""
    for name, (columns, storage, content, _) in TABLES.items():
        session.s3.put_object(Bucket=bucket, Key=f"fuzz/{name}/file", Body=content())
        session.ok(f"CREATE EXTERNAL TABLE {name} ({columns}) {storage} LOCATION 's3://{bucket}/fuzz/{name}/'")
    for n in (1, 2):
        session.s3.put_object(Bucket=bucket, Key=f"fuzz/part/p={n}/file", Body=parquet(arrow()))
    session.ok(
        f"CREATE EXTERNAL TABLE part ({FLAT}) PARTITIONED BY (p int) STORED AS PARQUET LOCATION 's3://{bucket}/fuzz/part/'"
    )
    session.ok("MSCK REPAIR TABLE part")
    session.ok("CREATE VIEW seen AS SELECT id, n, x, s, b FROM parq")
    for name, by in ICEBERG.items():
        session.ok(
            f"CREATE TABLE {name} ({FLAT}) {by} LOCATION 's3://{bucket}/fuzz/{name}/' "
            "TBLPROPERTIES ('table_type'='ICEBERG')"
        )
        session.ok(f"INSERT INTO {name} SELECT * FROM parq")
    tables = {name: columns for name, (_, _, _, columns) in TABLES.items()}
    part = [*COLUMNS, Column("p", "integer")]
    return tables | {"part": part, "seen": COLUMNS} | dict.fromkeys(ICEBERG, COLUMNS)


def functions(session):
    """[(name, patterns of its arguments)] of all signatures that the engine lists."""
    found = []
    for name, _, arguments, *_ in session.ok("SHOW FUNCTIONS").rows:
        found.append((name, split_arguments(arguments or "")))
    return found


def split_arguments(text):
    """`array(T), function(T, boolean)` → its two parts."""
    parts, depth = [""], 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts if part.strip()]
