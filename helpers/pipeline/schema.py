"""The tables of the lake: their columns, keys and partitions, in the words of Glue, Spark and Arrow.

Types are written once, as Hive and the Glue catalog write them; the others are derived.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

ITEMS = "array<struct<sku:string,quantity:int,price:decimal(10,2)>>"
PARTITION = "day"  # the last column of events and sales, a date: in the folder's name, not in the files


@dataclass(frozen=True)
class Table:
    """A table of the lake: columns (name, Hive type), its key, the order within a file, its partitions.

    `needed` columns are never NULL; `delivery` columns tell how a record came, not what it says.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    delivery: tuple[str, ...] = ("source",)
    partitions: tuple[tuple[str, str], ...] = ((PARTITION, "date"),)

    @property
    def names(self) -> list[str]:
        """The columns' names, without the partition columns."""
        return [name for name, _ in self.columns]

    @property
    def content(self) -> list[str]:
        """The columns in which two records of one key may contradict each other."""
        return [name for name in self.names if name not in self.delivery]

    @property
    def partition_names(self) -> list[str]:
        """The partition columns' names."""
        return [name for name, _ in self.partitions]

    def partition_name(self, values: tuple[str, ...]) -> str:
        """A partition as people write it: `events/day=2024-03-01`."""
        parts = [f"{name}={value}" for name, value in zip(self.partition_names, values, strict=True)]
        return "/".join([self.name, *parts])


EVENTS = Table(
    "events",
    (
        ("event_id", "string"),
        ("event_time", "timestamp"),
        ("received_at", "timestamp"),
        ("user_id", "string"),
        ("action", "string"),
        ("os", "string"),
        ("os_version", "string"),
        ("items", ITEMS),
        ("amount", "decimal(12,2)"),
        ("extra", "string"),
        ("source", "string"),
    ),
    key=("event_id",),
    order=("event_time", "event_id"),
    needed=("event_id", "event_time", "action", "source"),
    delivery=("received_at", "source"),
)
SALES = Table(
    "sales",
    (
        ("ordernumber", "int"),
        ("orderlinenumber", "int"),
        ("orderdate", "date"),
        ("productcode", "string"),
        ("productline", "string"),
        ("quantityordered", "int"),
        ("priceeach", "decimal(10,2)"),
        ("sales", "decimal(12,2)"),
        ("status", "string"),
        ("customername", "string"),
        ("country", "string"),
        ("extra", "string"),
        ("source", "string"),
    ),
    key=("ordernumber", "orderlinenumber"),
    order=("ordernumber", "orderlinenumber"),
    needed=("ordernumber", "orderlinenumber", "orderdate", "productline", "sales", "status", "source"),
)
QUARANTINE = Table(
    "quarantine",
    (("reason", "string"), ("detail", "string"), ("line", "string"), ("source", "string")),
    order=("source", "line", "reason"),
    needed=("reason", "line", "source"),
    partitions=(("dataset", "string"), ("kind", "string"), (PARTITION, "date")),
)
DATASETS = (EVENTS, SALES)
TABLES = (*DATASETS, QUARANTINE)

# What the parser says of a line, beside the columns of its table.
VERDICT = (
    ("kind", "string"),  # valid, refused or header
    ("reason", "string"),
    ("detail", "string"),
    ("line", "string"),
    ("arrival", "date"),  # the day of the file
    ("start", "bigint"),  # where Spark's piece of the file starts, in bytes
    ("position", "bigint"),  # grows from line to line within the piece
    (PARTITION, "date"),  # the day a row belongs to; of a refused line, the day of its file
)


def parsed_columns(table: Table) -> tuple[tuple[str, str], ...]:
    """What the parser answers for each line: the table's columns and the verdict."""
    return table.columns + VERDICT


def spark_ddl(columns: tuple[tuple[str, str], ...]) -> str:
    """Columns as Spark's DDL. A time is TIMESTAMP_NTZ: UTC as written, whatever the session's zone."""
    return ", ".join(f"{name} {'timestamp_ntz' if kind == 'timestamp' else kind}" for name, kind in columns)


def arrow_schema(columns: tuple[tuple[str, str], ...]) -> pa.Schema:
    """Columns as an Arrow schema."""
    return pa.schema([(name, _ARROW[kind]) for name, kind in columns])


_ARROW = {
    "string": pa.string(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "decimal(10,2)": pa.decimal128(10, 2),
    "decimal(12,2)": pa.decimal128(12, 2),
    ITEMS: pa.list_(pa.struct([("sku", pa.string()), ("quantity", pa.int32()), ("price", pa.decimal128(10, 2))])),
}
