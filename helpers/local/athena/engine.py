"""One statement → its outcome: the hub between the life of a query and the modules that do its work."""

from . import ddl, explain, queries, show_functions, writers
from .errors import AthenaError, RequestError, unsupported_statement
from .outcome import Outcome
from .sql import statement_tree, statements, tree


def check(statement, context):
    """What Athena refuses at StartQueryExecution although it parses. Raises RequestError."""
    if any(_in_system_catalog(node) for node in _tables(statement)):
        raise unsupported_statement()
    writers.check(statement, context)
    ddl.check(statement, context)


def run(statement, context) -> Outcome:
    """Run a parsed statement. Raises AthenaError for a query that fails, Cancelled for one that is stopped."""
    handler = _HANDLERS.get(type(statement))
    return handler(statement, context) if handler else ddl.run(statement, context)


def _modify(statement, context):
    """What only Iceberg tables have: UPDATE, DELETE, MERGE, OPTIMIZE, VACUUM."""
    from .iceberg import changes, merging, optimizing, vacuuming  # pyiceberg takes a second to load

    rule = {
        statement_tree.Update: changes.update,
        statement_tree.Delete: changes.delete,
        statement_tree.Merge: merging.merge,
        statement_tree.Optimize: optimizing.optimize,
        statement_tree.Vacuum: vacuuming.vacuum,
    }[type(statement)]
    return rule(statement, context)


def _prepare(statement, context):
    kind = type(statements.parse(statement.text))
    if kind in (statement_tree.Prepare, statement_tree.Execute, statement_tree.Deallocate):
        message = f"Invalid statement type for prepared statement: {kind.__name__.upper()}"
        raise AthenaError("NOT_SUPPORTED", message)
    context.services.prepared.store(context.workgroup, statement.name, statement.text)
    return Outcome(file="txt")


def _execute(statement, context):
    text = context.services.prepared.lookup(context.workgroup, statement.name)
    if text is None:
        raise AthenaError("NOT_FOUND", f"Prepared statement not found: {statement.name}")
    try:
        inner = statements.parse(text)
    except RequestError as e:
        raise AthenaError("SYNTAX_ERROR", e.message) from e
    arguments = statement.arguments or context.parameters
    if inner.parameters != len(arguments or []):
        message = f"Incorrect number of parameters: expected {inner.parameters} but found {len(arguments or [])}"
        raise AthenaError("INVALID_PARAMETER_USAGE", message, 1, 1)
    context.parameters = arguments
    return run(inner, context)


def _deallocate(statement, context):
    if not context.services.prepared.delete(context.workgroup, statement.name):
        raise AthenaError("NOT_FOUND", f"Prepared statement not found: {statement.name}")
    return Outcome(file="txt")


def _external(statement, context):
    raise AthenaError("NOT_SUPPORTED", "external functions: this endpoint calls neither AWS Lambda nor SageMaker")


_HANDLERS = {
    statement_tree.SelectStatement: queries.select,
    statement_tree.UsingFunctions: _external,
    statement_tree.Explain: explain.explain,
    statement_tree.CreateTableAs: writers.create_table_as,
    statement_tree.InsertInto: writers.insert_into,
    statement_tree.Unload: writers.unload,
    statement_tree.Update: _modify,
    statement_tree.Delete: _modify,
    statement_tree.Merge: _modify,
    statement_tree.Optimize: _modify,
    statement_tree.Vacuum: _modify,
    statement_tree.Prepare: _prepare,
    statement_tree.Execute: _execute,
    statement_tree.Deallocate: _deallocate,
    statement_tree.ShowFunctions: show_functions.show,
}


def _tables(node):
    """Every table name in a tree."""
    if isinstance(node, tree.TableName):
        yield node
    if isinstance(node, tree.Node | statement_tree.Statement):
        node = [v for v in vars(node).values() if isinstance(v, (tree.Node, statement_tree.Statement, list, tuple))]
    if isinstance(node, (list, tuple)):
        for child in node:
            yield from _tables(child)


def _in_system_catalog(node):
    return len(node.parts) == 3 and node.parts[0].lower() == "system"
