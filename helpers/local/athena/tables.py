"""Table names of a query → what they stand for: tables, views, information_schema."""

from dataclasses import dataclass, field

from . import types
from .errors import AthenaError
from .sql import statements

CATALOG = "awsdatacatalog"


@dataclass
class Resolved:
    """A table (`table`, `columns`), a view (`view`: its query) or given rows (`columns`, `rows`)."""

    qualifier: tuple[str, ...]
    table: object = None
    columns: list = field(default_factory=list)
    view: object = None
    view_columns: list | None = None  # [(name, the Type that the view has kept, or None)]
    view_database: str | None = None
    rows: list | None = None


class Tables:
    """Resolves names for one query. `catalog_name` and `database` are the query's context.

    An Iceberg table named twice is read at one snapshot: `snapshots` remembers it.
    """

    def __init__(self, catalog, catalog_name, database, snapshots=None):
        self.catalog, self.catalog_name, self.database = catalog, catalog_name, database
        self.snapshots = {} if snapshots is None else snapshots
        self.metadata_bytes = 0  # information_schema is scanned too: the recorded answers count a few bytes for it

    def within(self, database):
        return Tables(self.catalog, CATALOG, database, self.snapshots)

    def qualify(self, node):
        """A tree.TableName → (catalog, database, table), lower-case."""
        parts = [p.lower() for p in node.parts]
        if len(parts) > 3:
            raise AthenaError(
                "SYNTAX_ERROR", f"Too many dots in table name: {'.'.join(parts)}", node.line, node.column
            )
        if len(parts) == 1 and not self.database:
            message = "Schema must be specified when session schema is not set"
            raise AthenaError("MISSING_SCHEMA_NAME", message, node.line, node.column)
        defaults = [(self.catalog_name or CATALOG).lower(), (self.database or "").lower()]
        return tuple(defaults[: 3 - len(parts)] + parts)

    def resolve(self, node, version=None):
        """A tree.TableName → Resolved. Raises Trino's error for what does not exist.

        `version`: (kind, value, Type) of FOR … AS OF, which Iceberg tables have.
        """
        catalog, database, name = qualifier = self.qualify(node)
        if catalog != CATALOG:
            raise AthenaError("CATALOG_NOT_FOUND", f"Catalog '{catalog}' does not exist", node.line, node.column)
        if database == "information_schema":
            return self._information_schema(qualifier, node)
        table = self.catalog.table(database, name.split("$")[0])
        if table is None:
            raise self._missing(qualifier, node)
        if table.is_iceberg:
            return self._iceberg(qualifier, table, version, node)
        if version is not None:
            raise AthenaError("NOT_SUPPORTED", "This connector does not support versioned tables")
        if "$" in name:
            return self._metadata_table(qualifier, table, node)
        if table.is_view:
            return self._view(qualifier, table, node)
        columns = [(c.name, c.type) for c in [*table.columns, *table.partition_keys]]
        return Resolved(qualifier, table=table, columns=columns)

    def _missing(self, qualifier, node):
        catalog, database, name = qualifier
        if not self.catalog.has_database(database):
            return AthenaError("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist", node.line, node.column)
        message = f"Table '{catalog}.{database}.{name}' does not exist"
        return AthenaError("TABLE_NOT_FOUND", message, node.line, node.column)

    def _iceberg(self, qualifier, table, version, node):
        from .iceberg import metadata_tables, relations  # pyiceberg takes a second to load

        key = (table.database, table.name, repr(version))
        if key not in self.snapshots:
            self.snapshots[key] = relations.at(table, self.catalog, version)
        found = self.snapshots[key]
        if "$" not in qualifier[2]:
            return Resolved(qualifier, table=found, columns=[(c.name, c.type) for c in found.columns])
        columns, rows, size = metadata_tables.read(found, qualifier[2].partition("$")[2], qualifier, node)
        self.metadata_bytes += size
        return Resolved(qualifier, columns=columns, rows=rows)

    def _view(self, qualifier, table, node):
        try:
            query = statements.parse_query(table.view_sql)
        except Exception as e:
            message = f"Failed parsing stored view '{'.'.join(qualifier)}': {e}"
            raise AthenaError("INVALID_VIEW", message, node.line, node.column) from e
        columns = [(c.name, c.type if table.view_typed else None) for c in table.columns]
        return Resolved(
            qualifier, view=query, view_columns=columns, view_database=table.view_database or qualifier[1]
        )

    def _metadata_table(self, qualifier, table, node):
        """`"t$partitions"`: the partitions of a table as rows."""
        name = qualifier[2]
        if not name.endswith("$partitions") or not table.partition_keys:
            raise AthenaError(
                "TABLE_NOT_FOUND", f"Table '{'.'.join(qualifier)}' does not exist", node.line, node.column
            )
        columns = [(c.name, c.type) for c in table.partition_keys]
        rows = [
            [_literal(v, t) for v, (_, t) in zip(p.values, columns, strict=True)]
            for p in self.catalog.partitions(table)
        ]
        return Resolved(qualifier, columns=columns, rows=rows)

    def _information_schema(self, qualifier, node):
        try:
            columns, rows = self.catalog.information_schema(qualifier[2])
        except KeyError:
            message = f"Table '{'.'.join(qualifier)}' does not exist"
            raise AthenaError("TABLE_NOT_FOUND", message, node.line, node.column) from None
        self.metadata_bytes += sum(len(str(v).encode()) for row in rows for v in row if v is not None)
        literals = [[_literal(v, t) for v, (_, t) in zip(row, columns, strict=True)] for row in rows]
        return Resolved(qualifier, columns=columns, rows=literals)


def _literal(value, t):
    if value is None:
        return f"CAST(NULL AS {t.duckdb})"
    quoted = "'" + str(value).replace("'", "''") + "'"
    return quoted if t.base in ("varchar", "char") and t != types.JSON else f"CAST({quoted} AS {t.duckdb})"
