"""Running a query: plan it, open its scans, let DuckDB work, write the values as Athena does."""

from . import readers, text
from .errors import AthenaError, RequestError
from .outcome import Outcome, ResultColumn
from .row_patterns import matching
from .sql import statements, tree
from .tables import Tables
from .translate.expr import Renderer
from .translate.planner import Planner
from .translate.pruning import table_scan

_FETCH = 2000
MUCH = 2 << 30  # bytes of a query's scans from where DuckDB must not keep dictionaries (translate/expr.py)


class Planned:
    """A planned query. `columns`: [(name, Type)]; `open(con)` reads the scans' metadata and gives DuckDB SQL."""

    def __init__(self, plan, scans, matches, context, metadata_bytes=0, reads_all=False):
        self._plan, self.scans, self._matches, self._context = plan, scans, matches, context
        self.reads_all = reads_all
        self._metadata_bytes = metadata_bytes
        self.scanned_bytes = 0

    @property
    def columns(self):
        return [(name if name is not None else f"_col{i}", t) for i, (name, t) in enumerate(self._plan.columns)]

    @property
    def names(self):
        """The names as written: None for a column that has none."""
        return [name for name, _ in self._plan.columns]

    @property
    def tree(self):
        return self._plan

    def open(self, con):
        """Open the scans on the DuckDB connection `con`, counting their bytes → SQL whose columns are c0, c1 …"""
        connect = self._context.services.duck.connect
        before = self._context.scanned_bytes
        self._context.add_scanned(self._metadata_bytes)
        for scan in self.scans:
            self._context.check_cancelled()
            wanted, empty = table_scan(scan, connect)
            wanted.reads_all = self.reads_all
            scan.relation_sql = _no_rows(scan, wanted) if empty else readers.open_scan(wanted, self._context, con)
        self.scanned_bytes = self._context.scanned_bytes - before
        for scan in self.scans:
            scan.reads_much = self.scanned_bytes > MUCH
        for matched in self._matches:
            matching.store(matched, con, self._context.check_cancelled)
        return self._plan.sql()


def _no_rows(scan, wanted):
    kinds = dict(scan.columns)
    columns = ", ".join(f'CAST(NULL AS {kinds[c].duckdb}) AS "{c}"' for c in wanted.columns) or "1"
    return f"(SELECT {columns} WHERE false)"


def plan(query, context, parameters=(), tables=None, row_columns=(), replaced_view=None):
    """A tree.Query → Planned. Everything that Trino's analysis refuses is refused here, before a byte is read.

    `tables`: what names mean, when the caller has looked some up already. `row_columns`: see Planner.
    `replaced_view`: (catalog, database, name) of a view that cannot be read, since it is being replaced.
    """
    tables = tables or Tables(context.services.catalog, context.catalog, context.database)
    planner = Planner(tables, parameters, constant_of(context.services.duck), row_columns)
    planner.replaced_view = replaced_view
    found = planner.plan(query)
    reads_all = not planner.may_stop_early
    return Planned(found, planner.scans, planner.matches, context, tables.metadata_bytes, reads_all)


def constant_of(duck):
    """A function from a constant Expr to its value as DuckDB gives it."""

    def value(expr):
        connection = duck.connect()
        try:
            return connection.execute(f"SELECT {Renderer()(expr)}").fetchone()[0]
        finally:
            connection.close()

    return value


def describe(query, context, replaced_view=None):
    """The columns of a query as [(name, Type)]; see plan()."""
    return plan(query, context, replaced_view=replaced_view).columns


def parameter_nodes(texts):
    """Execution parameters → expression trees: text that is no expression of constants is a string."""
    return [_parameter(t) for t in texts or []]


def _parameter(value):
    try:
        node = statements.parse_expression(value)
    except RequestError:
        return tree.Literal("string", value)
    return tree.Literal("string", value) if _has_name(node) else node


def _has_name(node):
    """Whether an expression names a column, or another parameter."""
    if isinstance(node, (tree.Name, tree.Parameter)):
        return True
    children = vars(node).values() if isinstance(node, tree.Node) else node if isinstance(node, (list, tuple)) else ()
    return any(_has_name(c) for c in children if isinstance(c, (tree.Node, list, tuple)))


def bound_parameters(statement, context):
    """The parameters of a statement, checked against its question marks."""
    given = context.parameters or []
    if statement.parameters and statement.parameters != len(given):
        message = f"Incorrect number of parameters: expected {statement.parameters} but found {len(given)}"
        raise AthenaError("INVALID_PARAMETER_USAGE", message, 1, 1)
    return parameter_nodes(given)


def select(statement, context):
    """Run a statement_tree.SelectStatement → Outcome whose rows come as they are read."""
    planned = plan(statement.query, context, bound_parameters(statement, context))
    columns = [ResultColumn.of(name, t) for name, t in planned.columns]
    connection = context.services.duck.connect()
    try:
        context.on_cancel(connection.interrupt)
        result = connection.execute(planned.open(connection))
    except BaseException:
        connection.close()
        raise
    return Outcome(columns, _rows(connection, result, [t for _, t in planned.columns]), update_count=0)


def _rows(connection, result, types):
    writers = [text.writer(t) for t in types]
    try:
        while chunk := result.fetchmany(_FETCH):
            for row in chunk:
                yield [write(value) for write, value in zip(writers, row, strict=True)]
    finally:
        connection.close()
