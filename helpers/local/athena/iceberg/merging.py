"""MERGE: the source's rows beside the table's rows that match them, each with the first case that applies."""

from .. import queries
from ..coercions import assignable
from ..errors import AthenaError
from ..readers.values import name
from ..sql import tree
from ..writers import serialise
from .changes import ROW_COLUMNS, commit, outcome, target_of
from .reading import PATH, POSITION

_TWICE = "One MERGE target table row matched more than one source row"
_NO_CASE = -1


def merge(statement, context):
    """Run a statement_tree.Merge → Outcome."""
    target = target_of(statement.name, context)
    query, rows = _query(statement, target)
    planned = queries.plan(query, context, queries.bound_parameters(statement, context), target.tables, ROW_COLUMNS)
    types = [t for _, t in planned.columns]
    for case, given, start in rows:
        _check_types(target, case, given, types[start : start + len(target.columns)], statement)
    con = context.services.duck.connect()
    try:
        context.on_cancel(con.interrupt)
        con.execute(f"CREATE TEMP TABLE merged AS SELECT * FROM ({planned.open(con)})")
        if con.execute(_MATCHED_TWICE).fetchone():
            raise AthenaError("MERGE_TARGET_ROW_MULTIPLE_MATCHES", _TWICE)
        con.execute(f"CREATE TEMP TABLE gone AS SELECT c0 AS path, c1 AS pos FROM merged WHERE c2 <> {_NO_CASE}")
        added = _added(statement, target, rows, types)
        inserted = [str(i) for i, case in enumerate(statement.cases) if case.action == "insert"]
        count = f"SELECT count(*) FROM merged WHERE c2 IN ({', '.join(inserted) or 'NULL'})"
        new = con.execute(count).fetchone()[0]
        changed = commit(target, con, added, context)
    finally:
        con.close()
    return outcome(new + changed, "MERGE")


_MATCHED_TWICE = "SELECT 1 FROM merged WHERE c1 IS NOT NULL GROUP BY c0, c1, c2 HAVING count(*) > 1 LIMIT 1"


def _query(statement, target):
    """(the query, [(case, columns given, place of its first value)]).

    Its columns: the matching row's file and position, the number of the case, then a whole row for each case that
    writes one.
    """
    prefix = (statement.alias,) if statement.alias else statement.name.parts
    table = tree.TableName(statement.name.parts, line=statement.name.line, column=statement.name.column)
    if statement.alias:
        table = tree.Aliased(table, statement.alias)
    position = tree.Name((*prefix, POSITION))
    tests = [_test(case, position) for case in statement.cases]
    numbers = [tree.Literal("integer", str(i)) for i in range(len(tests))]
    default = tree.Literal("integer", str(_NO_CASE))
    values = [tree.Name((*prefix, PATH)), position, tree.Case(None, list(zip(tests, numbers, strict=True)), default)]
    rows = []
    for case, test in zip(statement.cases, tests, strict=True):
        if case.action == "delete":
            continue
        given = _given(case, target, statement)
        rows.append((case, given, len(values)))
        values += [tree.Case(None, [(test, _value(n, case, given, prefix))], None) for n, _ in target.columns]
    join = tree.Join("left", statement.source, table, on=statement.on)
    items = [tree.SelectItem(v, None) for v in values]
    return tree.Query(tree.Select(items, relation=join)), rows


def _test(case, position):
    """When a case applies, the ones before it aside."""
    unmatched = tree.IsNull(position)
    found = tree.Not(unmatched) if case.matched else unmatched
    return found if case.condition is None else tree.Logical("AND", [found, case.condition])


def _given(case, target, statement):
    """{column: expression} that a case sets."""
    known = [n for n, _ in target.columns]
    if case.action == "update":
        pairs = [(a.target, a.value) for a in case.assignments]
    else:
        columns = case.columns or known
        if len(columns) != len(case.values):
            message = f"Insert query has mismatched column count: {len(columns)} columns, {len(case.values)} values"
            raise AthenaError("TYPE_MISMATCH", message, case.line, case.column)
        pairs = list(zip(columns, case.values, strict=True))
    found = {}
    for column, value in pairs:
        if column not in known:
            message = f"Merge table column name does not exist in target table: {column}"
            raise AthenaError("COLUMN_NOT_FOUND", message, statement.name.line, statement.name.column)
        if column in found:
            message = f"Merge column name is specified more than once: {column}"
            raise AthenaError("DUPLICATE_COLUMN_NAME", message, case.line, case.column)
        found[column] = value
    return found


def _value(column, case, given, prefix):
    if column in given:
        return given[column]
    return tree.Name((*prefix, column)) if case.matched else tree.Literal("null", None)


def _check_types(target, case, given, offered, statement):
    pairs = [(t, o) for (n, t), o in zip(target.columns, offered, strict=True) if n in given]
    if all(assignable(o, t) for t, o in pairs):
        return
    table, expressions = (", ".join(kind.display for kind in side) for side in zip(*pairs, strict=True))
    number = statement.cases.index(case)
    message = (
        f"MERGE table column types don't match for MERGE case {number}, SET expressions: "
        f"Table: [{table}], Expressions: [{expressions}]"
    )
    raise AthenaError("TYPE_MISMATCH", message, case.line, case.column)


def _added(statement, target, rows, types):
    """(SQL of the new rows, its sources) or None when no case writes any."""
    if not rows:
        return None
    selects = []
    for case, _, start in rows:
        columns = [
            f"{serialise.recast(name(f'c{start + i}'), types[start + i], t)} AS n{i}"
            for i, (_, t) in enumerate(target.columns)
        ]
        selects.append(f"SELECT {', '.join(columns)} FROM merged WHERE c2 = {statement.cases.index(case)}")
    return " UNION ALL ".join(selects), [(f"n{i}", t) for i, (_, t) in enumerate(target.columns)]
