"""information_schema: what the catalog holds, as tables that a query can read."""

import logging

from .errors import AthenaError
from .types import BIGINT, VARCHAR

_log = logging.getLogger(__name__)
CATALOG = "awsdatacatalog"
COLUMNS = {
    "schemata": ["catalog_name", "schema_name"],
    "tables": ["table_catalog", "table_schema", "table_name", "table_type"],
    "views": ["table_catalog", "table_schema", "table_name", "view_definition"],
    "columns": [
        "table_catalog",
        "table_schema",
        "table_name",
        "column_name",
        "ordinal_position",
        "column_default",
        "is_nullable",
        "data_type",
        "comment",
        "extra_info",
    ],
    "table_privileges": [
        "grantor",
        "grantor_type",
        "grantee",
        "grantee_type",
        "table_catalog",
        "table_schema",
        "table_name",
        "privilege_type",
        "is_grantable",
        "with_hierarchy",
    ],
    "applicable_roles": ["grantee", "grantee_type", "role_name", "is_grantable"],
    "enabled_roles": ["role_name"],
    "roles": ["role_name"],
}


def schema(name):
    """The columns of information_schema.`name` as [(name, Type)], or None when there is no such table."""
    names = COLUMNS.get(name.lower())
    return names and [(n, BIGINT if n == "ordinal_position" else VARCHAR) for n in names]


def read(catalog, name, database=None, table=None):
    """([(column, Type)], rows of Python values) of information_schema.`name`.

    `database` and `table`, when given, keep only what belongs to them: a query's equality conditions.
    Raises KeyError for an unknown table.
    """
    columns = schema(name)
    if columns is None:
        raise KeyError(name)
    reader = _READERS.get(name.lower())
    return columns, list(reader(catalog, database, table)) if reader else []


def _databases(catalog, database):
    if database is None:
        return [*catalog.databases(), "information_schema"]
    known = database == "information_schema" or (database == database.lower() and catalog.has_database(database))
    return [database] if known else []


def _tables(catalog, database, table):
    for name in _databases(catalog, database):
        if name == "information_schema":
            yield from ((name, t, None) for t in sorted(COLUMNS) if table in (None, t))
        elif table is None:
            yield from ((name, t.name, t) for t in catalog.tables(name))
        elif table == table.lower():
            found = catalog.table(name, table)
            if found is not None:
                yield name, found.name, found


def _schemata(catalog, database, table):
    return ([CATALOG, name] for name in _databases(catalog, database))


def _table_rows(catalog, database, table):
    for schema_name, name, found in _tables(catalog, database, table):
        yield [CATALOG, schema_name, name, "VIEW" if found and found.is_view else "BASE TABLE"]


def _view_rows(catalog, database, table):
    for schema_name, name, found in _tables(catalog, database, table):
        if found and found.is_view:
            yield [CATALOG, schema_name, name, found.view_sql]


def _column_rows(catalog, database, table):
    for schema_name, name, found in _tables(catalog, database, table):
        if found is None:
            described = [(n, t.display, None, None) for n, t in schema(name)]
        else:
            described = [(c.name, c.type.display, c.comment, None) for c in _columns(catalog, found)]
            described += [(c.name, c.type.display, c.comment, "partition key") for c in found.partition_keys]
        for position, (column, data_type, comment, extra) in enumerate(described, 1):
            yield [CATALOG, schema_name, name, column, position, None, "YES", data_type, comment, extra]


def _columns(catalog, table):
    """The columns of an Iceberg table are those of its metadata; Glue's are a copy in Hive's types."""
    if not table.is_iceberg:
        return table.columns
    from .iceberg import relations  # pyiceberg takes a second to load

    try:
        return relations.at(table, catalog).columns
    except AthenaError as failure:
        _log.info("the metadata of table %s cannot be read: %s", table.name, failure)
        return table.columns


_READERS = {"schemata": _schemata, "tables": _table_rows, "views": _view_rows, "columns": _column_rows}
