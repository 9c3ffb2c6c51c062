"""Where aggregates, window functions and GROUPING may stand: Trino's checks of a SELECT's tree, in its words."""

from dataclasses import fields

from ..errors import AthenaError
from ..functions import registry
from ..sql import tree
from ..sql.query_text import listed, text


def parts(node):
    """All tree nodes below an expression, itself first, without those of subqueries."""
    if isinstance(node, (list, tuple)):
        for item in node:
            yield from parts(item)
    elif isinstance(node, tree.Node) and not isinstance(node, (tree.Query, tree.Select, tree.SetOperation)):
        yield node
        for field in fields(node):
            yield from parts(getattr(node, field.name))


def is_aggregate(node):
    """A call of an aggregate function that is not over a window."""
    if not isinstance(node, tree.Call) or node.over is not None:
        return False
    overloads = registry.FUNCTIONS.get(node.name)
    return node.star or bool(overloads and overloads[0].kind == registry.AGGREGATE)


def is_window(node):
    return isinstance(node, tree.Call) and node.over is not None


def is_grouping(node):
    return isinstance(node, tree.Call) and node.name == "grouping"


def _found(nodes, test):
    return [part for part in parts(nodes) if test(part)]


def require_scalar(node, clause):
    """No aggregate, window function or GROUPING in a condition or a key."""
    found = [part for test in (is_aggregate, is_window, is_grouping) for part in _found(node, test)]
    if found:
        raise AthenaError(
            "EXPRESSION_NOT_SCALAR",
            f"{clause} cannot contain aggregations, window functions or grouping operations: [{listed(found)}]",
            node.line,
            node.column,
        )


def check_having(node):
    """HAVING may aggregate, not look over windows."""
    for part in _found(node, is_window):
        message = "HAVING clause cannot contain window functions or row pattern measures"
        raise AthenaError("NESTED_WINDOW", message, part.line, part.column)


def check_window(over):
    """A window's own expressions look over no windows."""
    bounds = [value for _, value in (over.frame.start, over.frame.end or ("", None))] if over.frame else []
    for part in _found([over.partition_by, over.order_by, bounds], is_window):
        message = "Cannot nest window functions or row pattern measures inside window specification"
        raise AthenaError("NESTED_WINDOW", message, part.line, part.column)


def check_nesting(nodes):
    """What a SELECT's expressions hold inside aggregates and windows."""
    for call in _found(nodes, is_window):
        for part in _found([call.arguments, call.order_by, call.filter], is_window):
            message = "Cannot nest window functions or row pattern measures inside window function arguments"
            raise AthenaError("NESTED_WINDOW", message, part.line, part.column)
        if call.distinct:
            message = f"DISTINCT in window function parameters not yet supported: {text(call)}"
            raise AthenaError("NOT_SUPPORTED", message, call.line, call.column)
    for call in _found(nodes, is_aggregate):
        inside = _found(call.arguments, is_aggregate)
        if inside:
            message = f"Cannot nest aggregations inside aggregation '{call.name}': [{listed(inside)}]"
            raise AthenaError("NESTED_AGGREGATION", message, call.line, call.column)
        inside = _found(call.arguments, is_window)
        if inside:
            message = (
                f"Cannot nest window functions or row pattern measures inside aggregation '{call.name}': "
                f"[{listed(inside)}]"
            )
            raise AthenaError("NESTED_WINDOW", message, call.line, call.column)


def check_grouping_operations(nodes, select):
    """GROUPING() needs a GROUP BY."""
    if _found(nodes, is_grouping) and select.group_by is None:
        raise AthenaError(
            "MISSING_GROUP_BY",
            "A GROUPING() operation can only be used with a corresponding GROUPING SET/CUBE/ROLLUP/GROUP BY clause",
            select.line,
            select.column,
        )


def check_order_aggregates(nodes, names):
    """An aggregate in ORDER BY cannot use the outputs of the select list, `names` in lower case."""
    for call in _found(nodes, is_aggregate):
        for part in _found([call.arguments, call.order_by, call.filter], lambda n: isinstance(n, tree.Name)):
            if part.parts[0].lower() in names and len(part.parts) == 1:
                message = "Invalid reference to output projection attribute from ORDER BY aggregation"
                raise AthenaError("COLUMN_NOT_FOUND", message, part.line, part.column)


def groupings(nodes):
    """The GROUPING() operations in the nodes."""
    return _found(nodes, is_grouping)


def window_part(node, column):
    """(clause, expression) of a window in `node` that holds the bound `column`, or None."""
    for call in _found(node, is_window):
        for clause, written in (("PARTITION BY", call.over.partition_by), ("ORDER BY", call.over.order_by)):
            for part in written:
                value = part.value if isinstance(part, tree.SortItem) else part
                if any((n.line, n.column) == (column.line, column.column) for n in parts(value)):
                    return clause, value
    return None
