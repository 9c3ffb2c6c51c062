"""OPTIMIZE … REWRITE DATA USING BIN_PACK: small files, and files with many deletes, become larger ones.

Which files: User Guide, optimize-statement. A data file whose size is not between
`optimize_rewrite_min_data_file_size_bytes` and `…_max_…` is rewritten where its partition has at least
`optimize_rewrite_data_file_threshold` of them, one with `optimize_rewrite_delete_file_threshold` delete files always.
"""

from pyiceberg.table.snapshots import Operation

from .. import queries
from ..errors import AthenaError
from ..outcome import Outcome, ResultColumn
from ..sql import tree
from ..translate.pruning import table_scan
from ..types import BIGINT
from . import commits, data_files, planning, reading
from .changes import target_of
from .properties import number
from .reading import PATH


def optimize(statement, context):
    """Run a statement_tree.Optimize → Outcome, which counts the rows rewritten."""
    target = target_of(statement.name, context)
    table, snapshot = target.table, target.snapshot
    domains = _domains(statement, target, context) if statement.where is not None else {}
    tasks = planning.plan(table, snapshot.snapshot, snapshot.schema, {})
    wanted = {t.file.file_path for t in planning.plan(table, snapshot.snapshot, snapshot.schema, domains)}
    chosen = _chosen(table, [t for t in tasks if t.file.file_path in wanted])
    rows = _rewrite(target, chosen, [t for t in tasks if t not in chosen], context) if chosen else 0
    return Outcome(
        columns=[ResultColumn.of("rows", BIGINT)],
        update_count=rows,
        update_type="OPTIMIZE",
        file="none",
        header=False,
    )


def _domains(statement, target, context):
    """What the condition leaves of the partition columns; it may name no others."""
    name = tree.TableName(statement.name.parts, line=statement.name.line, column=statement.name.column)
    query = tree.Query(tree.Select([tree.SelectItem(tree.Name((PATH,)), None)], relation=name, where=statement.where))
    planned = queries.plan(query, context, queries.bound_parameters(statement, context), target.tables)
    scan, empty = table_scan(planned.scans[0], context.services.duck.connect)
    schema = target.table.schema()
    partitioned = {schema.find_column_name(f.source_id).lower() for f in target.table.spec().fields}
    if not set(scan.columns) - {PATH} <= partitioned:
        raise AthenaError(
            "NOT_SUPPORTED",
            "Unexpected FilterNode found in plan; probably connector was not able to handle provided WHERE "
            "expression",
        )
    return dict.fromkeys(scan.columns, planning.NOTHING) if empty else scan.domains


def _chosen(table, tasks):
    smallest = number(table, "optimize_rewrite_min_data_file_size_bytes")
    largest = number(table, "optimize_rewrite_max_data_file_size_bytes")
    deletes = number(table, "optimize_rewrite_delete_file_threshold")
    by_partition = {}
    for task in tasks:
        by_partition.setdefault((task.file.spec_id, task.file.partition), []).append(task)
    found = []
    for members in by_partition.values():
        ragged = [t for t in members if not smallest <= t.file.file_size_in_bytes <= largest]
        enough = len(ragged) >= number(table, "optimize_rewrite_data_file_threshold")
        found += [t for t in members if len(t.delete_files) >= deletes or (enough and t in ragged)]
    return found


def _rewrite(target, chosen, others, context):
    """Commit the rows of the files `chosen` as new files → their number. Delete files that apply no more go too."""
    table, snapshot = target.table, target.snapshot
    still = {f.file_path for task in others for f in task.delete_files}
    removed = {f.file_path: f for task in chosen for f in task.delete_files if f.file_path not in still}
    con = context.services.duck.connect()
    try:
        context.on_cancel(con.interrupt)
        names = [n for n, _ in target.columns]
        sql = reading.rows_of(table, snapshot.snapshot, snapshot.schema, chosen, context, con, names)
        written, files = data_files.write(table, con, f"SELECT * FROM {sql}", target.columns, context)
    finally:
        con.close()
    with commits.removed_unless_committed(written.files, context.services.s3):
        context.point_of_no_return()
        commits.change_rows(
            table,
            files,
            [],
            context.services.catalog,
            removed=[task.file for task in chosen],
            removed_deletes=list(removed.values()),
            operation=Operation.REPLACE,
        )
    return written.rows
