"""INSERT INTO: a query's rows as new files of a table, in the table's own format."""

from dataclasses import replace

from .. import projection, queries, readers
from ..coercions import assignable
from ..errors import AthenaError
from ..readers import text as lazy_simple
from ..tables import Tables
from . import properties, serialise
from .ctas import outcome, require_session_catalog
from .output import Target, write
from .partitions import register
from .selection import file_select

FORMAT_OF = {
    "parquet": "PARQUET",
    "orc": "ORC",
    "avro": "AVRO",
    "json_lines": "JSON",
    "text": "TEXTFILE",
    "opencsv": "TEXTFILE",
}


def insert_into(statement, context):
    """Run a statement_tree.InsertInto → Outcome."""
    table, plan, columns, sources = planned(statement, context)
    if table.is_iceberg:
        return _into_iceberg(table, plan, sources, context)
    target = _target(table, context)
    con = context.services.duck.connect()
    try:
        context.on_cancel(con.interrupt)
        sql = file_select(_filled(plan.open(con), sources), sources, columns, target, line=_line(table))
        written = write(con, sql, target, context)
    finally:
        con.close()
    if written.partitions and not projection.enabled(table):
        descriptor = table.raw["StorageDescriptor"]
        register(context, table.database, table.name, descriptor, written.partitions)
    context.services.catalog.changed(table.database, table.name)
    return outcome(written, "INSERT")


def planned(statement, context):
    """An INSERT, checked before it reads or writes anything → (table, plan of the query, columns, their sources)."""
    require_session_catalog(context)
    table = _table(statement.name, context)
    plan = queries.plan(statement.query, context, queries.bound_parameters(statement, context))
    columns = [(c.name, c.type) for c in [*table.columns, *table.partition_keys]]
    return table, plan, columns, _matched(statement, plan, columns)


def _table(name, context):
    """The table to write to. Trino keeps no position of an INSERT, so what is said about its table has none."""
    tables = Tables(context.services.catalog, context.catalog, context.database)
    catalog, database, wanted = tables.qualify(name)
    try:
        found = tables.resolve(name).table
    except AthenaError as e:
        if e.code not in ("TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND", "CATALOG_NOT_FOUND"):
            raise
        raise AthenaError("TABLE_NOT_FOUND", f"Table '{catalog}.{database}.{wanted}' does not exist") from e
    if found is None:
        raise AthenaError("NOT_SUPPORTED", "Inserting into views is not supported")
    return found


def _into_iceberg(table, plan, sources, context):
    from ..iceberg import inserting  # pyiceberg takes a second to load

    con = context.services.duck.connect()
    try:
        context.on_cancel(con.interrupt)
        return inserting.insert(table.iceberg, con, _filled(plan.open(con), sources), sources, context)
    finally:
        con.close()


def _matched(statement, plan, columns):
    """For each table column the (name in the query's SQL, Type) that fills it; NULL for those not named."""
    wanted = [n for n, _ in columns]
    given = [n.lower() for n in statement.columns] if statement.columns else wanted
    for i, column in enumerate(given):
        if column not in wanted:
            raise AthenaError("COLUMN_NOT_FOUND", f"Insert column name does not exist in target table: {column}")
        if column in given[:i]:
            raise AthenaError("DUPLICATE_COLUMN_NAME", f"Insert column name is specified more than once: {column}")
    types = dict(columns)
    expected = [types[n] for n in given]
    offered = [t for _, t in plan.columns]
    if len(expected) != len(offered) or not all(map(assignable, offered, expected)):
        raise AthenaError(
            "TYPE_MISMATCH",
            f"Insert query has mismatched column types: Table: [{_list(expected)}], Query: [{_list(offered)}]",
        )
    places = {n: (f"c{i}", t) for i, (n, t) in enumerate(zip(given, offered, strict=True))}
    return [places.get(n, (f"n{i}", t)) for i, (n, t) in enumerate(columns)]


def _list(kinds):
    return ", ".join(t.display for t in kinds)


def _filled(sql, sources):
    """The query with a NULL for every column that the statement leaves out."""
    missing = [f"CAST(NULL AS {t.duckdb}) AS {n}" for n, t in sources if n.startswith("n")]
    return f"SELECT *, {', '.join(missing)} FROM ({sql})" if missing else sql


def _target(table, context):
    serde = readers.serde_module(table.serde).__name__.rpartition(".")[2]
    if serde not in FORMAT_OF:
        raise AthenaError("NOT_SUPPORTED", f"Cannot write to a table whose SerDe is {table.serde}")
    kind = FORMAT_OF[serde]
    if table.raw.get("StorageDescriptor", {}).get("BucketColumns"):
        raise AthenaError("NOT_SUPPORTED", "INSERT INTO a bucketed table is not supported")
    storage = replace(
        properties.Storage(kind, properties.COMPRESSIONS[kind][0]), compression=_compression(kind, table.parameters)
    )
    known = {}
    if table.partition_keys and not projection.enabled(table):
        known = {p.values: p.location for p in context.services.catalog.registered_partitions(table)}
    elif table.partition_keys:
        known = _Projected(table)
    return Target(
        storage,
        table.location,
        [(c.name, c.type) for c in table.columns],
        partitions=tuple(c.name for c in table.partition_keys),
        line=kind in ("JSON", "TEXTFILE"),
        place=known.get,
    )


class _Projected:
    """Where a projected table expects a partition: its template, when it has one."""

    def __init__(self, table):
        self.template = table.parameters.get("storage.location.template")
        self.names = [c.name for c in table.partition_keys]

    def get(self, values):
        found = self.template
        if found is None:
            return None
        for column, value in zip(self.names, values, strict=True):
            found = found.replace("${" + column + "}", value or "")
        return found


def _compression(kind, parameters):
    """What the table's properties ask for, else the format's own."""
    lowered = {key.lower(): value for key, value in parameters.items()}
    for key in ("write.compression", "parquet.compression", "orc.compress", "avro.output.codec"):
        fits = key == "write.compression" or key.startswith(kind.lower())
        if fits and lowered.get(key):
            return properties.checked_compression(kind, str(lowered[key]).upper(), key)
    return properties.COMPRESSIONS[kind][0]


def _line(table):
    """How a text table's SerDe writes a line, or None for the format's own way."""
    serde = table.serde.lower()
    parameters = {key.lower(): value for key, value in {**table.parameters, **table.serde_parameters}.items()}
    if serde.endswith("opencsvserde"):
        separator = parameters.get("separatorchar", ",")[:1]
        quote, escape = parameters.get("quotechar", '"')[:1], parameters.get("escapechar", "\\")[:1]
        return lambda data: serialise.csv_line([(x, t) for _, x, t in data], separator, quote, escape)
    if "lazysimple" not in serde and "multidelimit" not in serde:
        return None
    separators = lazy_simple.separators_of(parameters.get)
    escape = parameters.get("escape.delim")
    null_text = parameters.get("serialization.null.format", "\\N")
    return lambda data: serialise.text_line(
        [(x, t) for _, x, t in data], separators[0], separators[1:], escape and escape[:1], null_text
    )
