"""TABLE(…) in FROM: Trino's table functions (https://trino.io/docs/current/functions/table.html)."""

from .. import types
from ..errors import AthenaError
from .casts import coerce
from .expr import call
from .relations import RowsOf, fields_of

_SEQUENCE = ("start", "stop", "step")
_SERIES = (
    "CASE WHEN {0} < {1} AND {2} <= 0 THEN error('INVALID_FUNCTION_ARGUMENT: Step must be positive for sequence [' "
    "|| {0} || ', ' || {1} || ']') "
    "WHEN {0} > {1} AND {2} >= 0 THEN error('INVALID_FUNCTION_ARGUMENT: Step must be negative for sequence [' "
    "|| {0} || ', ' || {1} || ']') "
    "ELSE generate_series({0}, {1}, CASE {2} WHEN 0 THEN 1 ELSE {2} END) END"
)


def plan(node, binder):
    """A tree.TableFunction → (relation, fields). `binder` sees no columns: arguments are constants."""
    if node.name in ("exclude_columns", "system.builtin.exclude_columns"):
        raise AthenaError("NOT_SUPPORTED", "this endpoint has no table function exclude_columns")
    if node.name not in ("sequence", "system.builtin.sequence"):
        message = f"Table function '{node.name}' not registered"
        raise AthenaError("FUNCTION_NOT_FOUND", message, node.line, node.column)
    given = _by_name(node)
    if "stop" not in given:
        raise AthenaError("MISSING_ARGUMENT", "Missing argument: STOP", node.line, node.column)
    numbers = [_number(given[name], binder) if name in given else _default(name) for name in _SEQUENCE]
    series = call("sequence", types.Type("array", (types.BIGINT,)), _SERIES, *numbers)
    relation = RowsOf([(series, "array", types.BIGINT)], False)
    relation.columns = [("sequential_number", types.BIGINT)]
    return relation, fields_of(relation, relation.columns, ())


def _by_name(node):
    names = [name for name, _ in node.arguments]
    if any(names) and not all(names):
        message = "All arguments must be passed by name or all must be passed positionally"
        raise AthenaError("INVALID_ARGUMENTS", message, node.line, node.column)
    if not any(names):
        names = list(_SEQUENCE)
        if len(node.arguments) > len(names):
            message = f"Too many arguments. Expected at most 3 arguments, got {len(node.arguments)} arguments"
            raise AthenaError("INVALID_ARGUMENTS", message, node.line, node.column)
    given = {}
    for name, (_, value) in zip(names, node.arguments, strict=False):
        if name in given:
            message = f"Duplicate argument name: {name.upper()}"
            raise AthenaError("INVALID_ARGUMENTS", message, value.line, value.column)
        if name not in _SEQUENCE:
            message = f"Unexpected argument name: {name.upper()}"
            raise AthenaError("INVALID_ARGUMENTS", message, value.line, value.column)
        given[name] = value
    return given


def _number(argument, binder):
    value = binder.bind(argument)
    if value.type.base not in types.INTEGERS or not value.is_constant:
        raise AthenaError(
            "TYPE_MISMATCH", "Arguments of sequence are constant integers", argument.line, argument.column
        )
    return coerce(value, types.BIGINT)


def _default(name):
    """START is 0 and STEP is 1 where they are left out."""
    return call("constant", types.BIGINT, f"CAST({0 if name == 'start' else 1} AS BIGINT)")
