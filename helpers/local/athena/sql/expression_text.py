"""Expressions as Trino's ExpressionFormatter writes them in messages: `(sum(b) / a)`, `count(DISTINCT b) OVER ()`."""

import re

from . import tree
from .stream import RESERVED

_SIMPLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_CAPITALS = {"coalesce", "nullif", "if", "try"}


def text(node):
    """A tree node → text."""
    return globals()[f"_{type(node).__name__.lower()}"](node)


def listed(nodes, separator=", "):
    return separator.join(map(text, nodes))


def identifier(name):
    return name if _SIMPLE.fullmatch(name) and name.upper() not in RESERVED else '"' + name.replace('"', '""') + '"'


def _name(node):
    return ".".join(map(identifier, node.parts))


def _literal(node):
    if node.kind == "string":
        return _quoted(node.value)
    if node.kind == "boolean":
        return "true" if node.value else "false"
    if node.kind == "null":
        return "null"
    if node.kind == "binary":
        return f"X'{node.value.hex().upper()}'"
    return _double(node.value) if node.kind == "double" else node.value


def _double(value):
    """Java's DecimalFormat 0.###E0."""
    digits, exponent = f"{float(value):.16E}".split("E")
    whole, fraction = digits.split(".")
    fraction = fraction.rstrip("0")
    return f"{whole}{'.' + fraction if fraction else ''}E{int(exponent)}"


def _quoted(value):
    return "'" + value.replace("'", "''") + "'"


def _typedliteral(node):
    return f"{node.type.upper()} {_quoted(node.text)}"


def _interval(node):
    sign = "- " if node.sign < 0 else ""
    return f"INTERVAL {sign}'{node.text}' {node.unit}{f' TO {node.to}' if node.to else ''}"


def _parameter(node):
    return "?"


def _unary(node):
    operand = text(node.operand)
    return node.op + (" " if operand.startswith(node.op) else "") + operand


def _binary(node):
    if node.op == "||":
        return f"concat({text(node.left)}, {text(node.right)})"
    return f"({text(node.left)} {node.op} {text(node.right)})"


def _logical(node):
    return f"({listed(node.operands, f' {node.op} ')})"


def _not(node):
    if isinstance(node.operand, tree.IsNull):
        return f"({text(node.operand.value)} IS NOT NULL)"
    return f"(NOT {text(node.operand)})"


def _between(node):
    return f"({text(node.value)} BETWEEN {text(node.low)} AND {text(node.high)})"


def _inlist(node):
    return f"({text(node.value)} IN ({listed(node.items)}))"


def _like(node):
    escape = f" ESCAPE {text(node.escape)}" if node.escape is not None else ""
    return f"({text(node.value)} LIKE {text(node.pattern)}{escape})"


def _isnull(node):
    return f"({text(node.value)} IS NULL)"


def _isdistinct(node):
    return f"({text(node.left)} IS DISTINCT FROM {text(node.right)})"


def _case(node):
    parts = ["CASE"] + ([text(node.operand)] if node.operand is not None else [])
    parts += [f"WHEN {text(condition)} THEN {text(result)}" for condition, result in node.whens]
    parts += [f"ELSE {text(node.default)}"] if node.default is not None else []
    return f"({' '.join(parts)} END)"


def _cast(node):
    return f"{'TRY_CAST' if node.safe else 'CAST'}({text(node.value)} AS {node.type})"


def _lambda(node):
    return f"({', '.join(node.parameters)}) -> {text(node.body)}"


def _sortitem(node):
    nulls = f" NULLS {'FIRST' if node.nulls_first else 'LAST'}" if node.nulls_first else ""
    return f"{text(node.value)} {'DESC' if node.descending else 'ASC'}{nulls}"


def _call(node):
    if node.name == "grouping":
        return f"GROUPING ({listed(node.arguments)})"
    name = node.name.upper() if node.name in _CAPITALS else node.name
    order = f" ORDER BY {listed(node.order_by)}" if node.order_by else ""
    inside = "*" if node.star else ("DISTINCT " if node.distinct else "") + listed(node.arguments)
    tail = f" FILTER (WHERE {text(node.filter)})" if node.filter is not None else ""
    tail += " IGNORE NULLS" if node.ignore_nulls else ""
    return f"{name}({inside}{order}){tail}" + (f" OVER {text(node.over)}" if node.over is not None else "")


def _window(node):
    parts = [identifier(node.name)] if node.name else []
    if node.name and not (node.partition_by or node.order_by or node.frame):
        return parts[0]
    parts += [f"PARTITION BY {listed(node.partition_by)}"] if node.partition_by else []
    parts += [f"ORDER BY {listed(node.order_by)}"] if node.order_by else []
    parts += [_frame(node.frame)] if node.frame else []
    return f"({' '.join(parts)})"


def _frame(frame):
    start = _bound(*frame.start)
    return f"{frame.unit} " + (f"BETWEEN {start} AND {_bound(*frame.end)}" if frame.end else start)


def _bound(kind, value):
    return kind if value is None else f"{text(value)} {kind}"


def _arrayliteral(node):
    return f"ARRAY[{listed(node.items, ',')}]"


def _rowliteral(node):
    return f"ROW ({listed(node.items)})"


def _subscript(node):
    return f"{text(node.base)}[{text(node.index)}]"


def _dereference(node):
    return f"{text(node.base)}.{identifier(node.field_name)}"


def _extract(node):
    return f"EXTRACT({node.part} FROM {text(node.value)})"


def _attimezone(node):
    return f"{text(node.value)} AT TIME ZONE {text(node.zone)}"


def _scalar(node):
    return "(SELECT …)"


def _exists(node):
    return "(EXISTS (SELECT …))"


def _insubquery(node):
    return f"({text(node.value)} IN (SELECT …))"


def _quantified(node):
    return f"({text(node.value)} {node.op} {node.quantifier} (SELECT …))"
