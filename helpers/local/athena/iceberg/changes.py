"""UPDATE and DELETE: find the rows with a query, then commit their positions as deleted and the new rows."""

from dataclasses import dataclass

from .. import queries
from ..coercions import assignable
from ..errors import AthenaError
from ..outcome import Outcome, ResultColumn
from ..sql import tree
from ..tables import CATALOG, Tables
from ..types import BIGINT
from . import commits, data_files, position_deletes
from .reading import PATH, POSITION

ROW_COLUMNS = ((POSITION, BIGINT),)
_MODIFYING = "Modifying Hive table rows is only supported for transactional tables"


@dataclass
class Target:
    """The table that a statement changes. `snapshot`: relations.SnapshotTable; `tables`: what names mean."""

    tables: Tables
    snapshot: object

    @property
    def table(self):
        return self.snapshot.iceberg

    @property
    def columns(self):
        """[(lower-case name, Trino Type)]"""
        return [(c.name, c.type) for c in self.snapshot.columns]


def target_of(name, context):
    """The table named in UPDATE, DELETE or MERGE → Target. Hive tables and views refuse it."""
    tables = Tables(context.services.catalog, context.catalog, context.database)
    catalog, database, table = tables.qualify(name)
    position = tree.TableName(name.parts, line=1, column=1)
    if catalog != CATALOG:
        raise AthenaError("TABLE_NOT_FOUND", f"Table '{catalog}.{database}.{table}' does not exist", 1, 1)
    resolved = tables.resolve(position)
    if resolved.table is None or not resolved.table.is_iceberg:
        raise AthenaError("NOT_SUPPORTED", _MODIFYING)
    version = resolved.table.iceberg.format_version
    if version != 2:
        message = f"Iceberg table updates require format version 2, and this table has {version}"
        raise AthenaError("NOT_SUPPORTED", message)
    return Target(tables, resolved.table)


def outcome(count, update_type):
    """The answer of a statement that changes rows."""
    return Outcome(
        columns=[ResultColumn.of("rows", BIGINT)],
        update_count=count,
        update_type=update_type,
        file="none",
        header=False,
    )


def delete(statement, context):
    """Run a statement_tree.Delete → Outcome."""
    target = target_of(statement.name, context)
    planned = _plan(statement, target, [], context)
    con = context.services.duck.connect()
    try:
        context.on_cancel(con.interrupt)
        con.execute(f"CREATE TEMP TABLE gone AS SELECT c0 AS path, c1 AS pos FROM ({planned.open(con)})")
        count = commit(target, con, None, context)
    finally:
        con.close()
    return outcome(count, "DELETE")


def update(statement, context):
    """Run a statement_tree.Update → Outcome."""
    target = target_of(statement.name, context)
    names = [n for n, _ in target.columns]
    given = {}
    for part in statement.assignments:
        if part.target not in names:
            message = f"The UPDATE SET target column {part.target} doesn't exist"
            raise AthenaError("COLUMN_NOT_FOUND", message, part.line, part.column)
        if part.target in given:
            message = f"Multiple assignments to the same column: {part.target}"
            raise AthenaError("SYNTAX_ERROR", message, part.line, part.column)
        given[part.target] = part.value
    values = [given.get(n, tree.Name((n,))) for n in names]
    planned = _plan(statement, target, values, context)
    _check_assigned(target, given, [t for _, t in planned.columns[2:]], statement)
    con = context.services.duck.connect()
    try:
        context.on_cancel(con.interrupt)
        con.execute(f"CREATE TEMP TABLE changed AS SELECT * FROM ({planned.open(con)})")
        con.execute("CREATE TEMP TABLE gone AS SELECT c0 AS path, c1 AS pos FROM changed")
        sources = [(f"c{i}", t) for i, (_, t) in enumerate(planned.columns) if i >= 2]
        count = commit(target, con, ("SELECT * FROM changed", sources), context)
    finally:
        con.close()
    return outcome(count, "UPDATE")


def _plan(statement, target, values, context):
    """The query that gives each row's file and position, then `values`, where the statement's condition holds."""
    name = tree.TableName(statement.name.parts, line=statement.name.line, column=statement.name.column)
    items = [tree.SelectItem(tree.Name((c,)), None) for c in (PATH, POSITION)]
    items += [tree.SelectItem(v, None) for v in values]
    query = tree.Query(tree.Select(items, relation=name, where=statement.where))
    parameters = queries.bound_parameters(statement, context)
    return queries.plan(query, context, parameters, target.tables, ROW_COLUMNS)


def _check_assigned(target, given, offered, statement):
    kinds = [(t, o) for (n, t), o in zip(target.columns, offered, strict=True) if n in given]
    if not all(assignable(o, t) for t, o in kinds):
        table = ", ".join(t.display for t, _ in kinds)
        expressions = ", ".join(o.display for _, o in kinds)
        message = (
            f"UPDATE table column types don't match SET expressions: Table: [{table}], Expressions: [{expressions}]"
        )
        raise AthenaError("TYPE_MISMATCH", message, statement.name.line, statement.name.column)


def commit(target, con, added, context):
    """Commit the rows of the temporary table `gone` as deleted and `added` (sql, sources) as new → rows gone.

    A data file that loses all of its rows at once is taken out of the table, as Trino does.
    """
    s3 = context.services.s3
    gone, count = positions(con)
    uploaded = []
    with commits.removed_unless_committed(uploaded, s3):
        files = []
        if added is not None:
            written, files = data_files.write(target.table, con, *added, context)
            uploaded += written.files
        held = _files(target, gone)
        whole = [held[uri] for uri, found in gone.items() if len(found) == held[uri].record_count]
        parts = {uri: found for uri, found in gone.items() if len(found) < held[uri].record_count}
        deletes = position_deletes.write(target.table, parts, held, context, uploaded)
        context.point_of_no_return()
        if files or deletes or whole:
            commits.change_rows(target.table, files, deletes, context.services.catalog, removed=whole)
    return count


def positions(con):
    """The temporary table `gone` → ({data file's URI: sorted positions}, number of rows)."""
    rows = con.execute(
        "SELECT path, list(DISTINCT pos ORDER BY pos), count(*) FROM gone "
        "WHERE pos IS NOT NULL GROUP BY path ORDER BY path"
    ).fetchall()
    return {path: found for path, found, _ in rows}, sum(count for _, _, count in rows)


def _files(target, gone):
    """The snapshot's data files by URI, when any are needed."""
    if not gone:
        return {}
    io, snapshot = target.table.io, target.snapshot.snapshot
    entries = (e for manifest in snapshot.manifests(io) for e in manifest.fetch_manifest_entry(io))
    return {e.data_file.file_path: e.data_file for e in entries}
