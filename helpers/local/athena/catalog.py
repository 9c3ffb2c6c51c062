"""Table name → schema, SerDe and the partitions that a predicate leaves: Glue as the engine sees it.

Everything is read through a boto3 Glue client, so any Glue endpoint will do. Answers are kept until `changed()`
says that Glue was written to there; over an endpoint whose writes cannot be seen, switch that off with
`caching=False`.
"""

import logging
from dataclasses import dataclass, field
from functools import lru_cache

from botocore.exceptions import ClientError

from . import information_schema, projection, views
from .errors import AthenaError
from .partitions import Partition, PartitionStore
from .types import from_hive

VIEW = "VIRTUAL_VIEW"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Column:
    """`hive_type` is Glue's text of the type; names are lower-case."""

    name: str
    type: object
    hive_type: str
    comment: str | None = None


@dataclass
class Table:
    """A table or view. `raw` is Glue's own description; `version` changes whenever that does."""

    database: str
    name: str
    columns: list[Column]
    partition_keys: list[Column]
    location: str
    serde: str
    serde_parameters: dict
    input_format: str
    output_format: str
    parameters: dict
    table_type: str
    view_sql: str | None = None
    view_database: str | None = None
    view_typed: bool = False  # the view has kept its columns' types
    version: str = ""
    raw: dict = field(default_factory=dict, repr=False)

    @property
    def is_view(self):
        return self.table_type == VIEW

    @property
    def is_iceberg(self):
        return self.parameters.get("table_type", "").upper() == "ICEBERG"


@lru_cache(maxsize=4096)
def hive_type(text):
    """Glue's text of a type → Type. Raises AthenaError for a type that Athena does not know."""
    try:
        return from_hive(text)
    except ValueError as exc:
        raise AthenaError("HIVE_INVALID_METADATA", f"Error: type expected at the position 0 of '{text}'") from exc


def _columns(described):
    return [
        Column(c["Name"].lower(), hive_type(c.get("Type") or "string"), c.get("Type") or "string", c.get("Comment"))
        for c in described or []
        if (c.get("Parameters") or {}).get("iceberg.field.current") != "false"  # a column that was dropped
    ]


class Catalog:
    """The databases, tables and partitions behind `glue`."""

    def __init__(self, glue, s3, caching=True):
        self.glue, self.s3, self.caching = glue, s3, caching
        self._tables, self._generation = {}, 0
        self._store = PartitionStore(glue)
        self.warehouse = None  # the Iceberg tables, opened when the first one is met

    def changed(self, database=None, table=None):
        """Forget what was read of a table, of a database, or of all: Glue has been written to there."""
        self._generation += 1
        place = tuple(name.lower() for name in (database, table) if name is not None)
        self._tables = {key: kept for key, kept in self._tables.items() if key[: len(place)] != place}
        self._store.forget(place)

    # ---- databases

    def database_descriptions(self):
        """Glue's descriptions of all databases, by name."""
        pages = self.glue.get_paginator("get_databases").paginate()
        found = [database for page in pages for database in page["DatabaseList"]]
        return sorted(found, key=lambda database: database["Name"])

    def databases(self):
        """The names of all databases, sorted."""
        return [database["Name"].lower() for database in self.database_descriptions()]

    def database(self, name):
        """Glue's description of a database, or None."""
        try:
            return self.glue.get_database(Name=name.lower())["Database"]
        except ClientError as exc:
            return _absent(exc)

    def has_database(self, name):
        return self.database(name) is not None

    # ---- tables

    def table_descriptions(self, database):
        """Glue's descriptions of the tables of a database, by name."""
        pages = self.glue.get_paginator("get_tables").paginate(DatabaseName=database.lower())
        return sorted((t for page in pages for t in page["TableList"]), key=lambda table: table["Name"])

    def tables(self, database):
        """The tables and views of `database`, by name; one of a type that Athena does not know is left out."""
        found = []
        for described in self.table_descriptions(database):
            try:
                found.append(_table(described))
            except AthenaError as exc:
                _log.info("table %s left out of the list: %s", described["Name"], exc)
        return found

    def table(self, database, name):
        """The table or view, or None."""
        key, generation, tables = (database.lower(), name.lower()), self._generation, self._tables
        if self.caching and key in tables:
            return tables[key]
        try:
            described = self.glue.get_table(DatabaseName=key[0], Name=key[1])["Table"]
        except ClientError as exc:
            return _absent(exc)
        table = _table(described)
        if self.caching and generation == self._generation:
            tables[key] = table
        return table

    # ---- partitions

    def partitions(self, table, domains=None, predicate=None):
        """The partitions of `table` that may hold matching rows; one without values for an unpartitioned table.

        `domains`: partition column → Domain, what a simple reading of the predicate leaves of it.
        `predicate`: tuples of partition values (text or None) → list of bool, exact, asked last.
        """
        domains = {name: d for name, d in (domains or {}).items() if not d.is_all}
        if not table.partition_keys:
            return [Partition((), table.location, table)]
        if any(d.is_none for d in domains.values()):
            return []
        if projection.enabled(table):
            found = projection.partitions(table, domains)
        else:
            found = self._store.partitions(table, domains, self.caching)
        if predicate is not None and found:
            kept = predicate([partition.values for partition in found])
            found = [partition for partition, keep in zip(found, kept, strict=True) if keep]
        return found

    def registered_partitions(self, table):
        """Every partition that Glue holds, projected or not, in the order of their values."""
        return self._store.partitions(table, {}, self.caching)

    # ---- information_schema

    def information_schema(self, name, database=None, table=None):
        """A table of information_schema as (columns, rows): see `information_schema.read`."""
        return information_schema.read(self, name, database, table)


def _absent(exc):
    """None for a thing that Glue does not have; any other error goes on."""
    if exc.response["Error"]["Code"] == "EntityNotFoundException":
        return None
    raise exc


def _table(described):
    """Glue's description → Table."""
    storage = described.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    table = Table(
        database=described["DatabaseName"].lower(),
        name=described["Name"].lower(),
        columns=[],
        partition_keys=_columns(described.get("PartitionKeys")),
        location=storage.get("Location") or "",
        serde=serde.get("SerializationLibrary") or "",
        serde_parameters=serde.get("Parameters") or {},
        input_format=storage.get("InputFormat") or "",
        output_format=storage.get("OutputFormat") or "",
        parameters=described.get("Parameters") or {},
        table_type=described.get("TableType") or "EXTERNAL_TABLE",
        version=str(described.get("VersionId") or described.get("UpdateTime") or ""),
        raw=described,
    )
    view = views.decode(described)
    if view is None:
        table.columns = _columns(storage.get("Columns"))
        return table
    table.table_type = VIEW
    table.view_sql, table.view_database = view["originalSql"], view.get("schema") or table.database
    if view.get("columns"):
        table.view_typed = True
        table.columns = [
            Column(c["name"].lower(), from_hive(c["type"]), views.hive_text(from_hive(c["type"])))
            for c in view["columns"]
        ]
    else:
        table.columns = _columns(storage.get("Columns"))
    return table
