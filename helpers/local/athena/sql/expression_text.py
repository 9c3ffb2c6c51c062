"""Expressions as Trino's ExpressionFormatter writes them: `(sum(b) / a)`, `count(DISTINCT b) OVER ()`.

Messages quote expressions in this form, and views are kept in it. Athena's version is that of the views which
it shows: two spaces after INTERVAL, `trim(BOTH FROM x)`.
"""

import re
from decimal import Decimal

from . import tree
from .json_text import JsonText
from .stream import RESERVED

_SIMPLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_CAPITALS = {"coalesce", "nullif", "if", "try", "current_catalog", "current_schema", "current_user"}
_BARE = {"current_catalog", "current_schema", "current_user", "current_date"}
_PRECISE = {"current_time", "current_timestamp", "localtime", "localtimestamp"}
_LITERALS = ("time", "timestamp", "decimal", "char")  # whose type Trino writes in capitals


class ExpressionText(JsonText):
    """One method for each kind of expression: `_` and the node's class in small letters."""

    def text(self, node):
        return getattr(self, f"_{type(node).__name__.lower()}")(node)

    def listed(self, nodes, separator=", "):
        return separator.join(map(self.text, nodes))

    def identifier(self, name):
        written = getattr(name, "written", name)
        if written.startswith('"') or (_SIMPLE.fullmatch(written) and written.upper() not in RESERVED):
            return written
        return '"' + written.replace('"', '""') + '"'

    def type(self, name):
        return getattr(name, "written", name)

    def string(self, value):
        return "'" + value.replace("'", "''") + "'"

    def _name(self, node):
        return ".".join(map(self.identifier, node.parts))

    def _literal(self, node):
        if node.kind == "string":
            return self.string(node.value)
        if node.kind == "boolean":
            return "true" if node.value else "false"
        if node.kind == "null":
            return "null"
        if node.kind == "binary":
            return f"X'{node.value.hex().upper()}'"
        return double(node.value) if node.kind == "double" else node.value

    def _typedliteral(self, node):
        name = node.type.upper() if node.type in _LITERALS else self.type(node.type)
        return f"{name} {self.string(node.text)}"

    def _interval(self, node):
        sign = "- " if node.sign < 0 else ""
        return f"INTERVAL {sign} '{node.text}' {node.unit}{f' TO {node.to}' if node.to else ''}"

    def _parameter(self, node):
        return "?"

    def _unary(self, node):
        operand = self.text(node.operand)
        return f"-({operand})" if node.op == "-" else f"+{operand}"

    def _binary(self, node):
        if node.op == "||":
            return f"concat({self.text(node.left)}, {self.text(node.right)})"
        return f"({self.text(node.left)} {node.op} {self.text(node.right)})"

    def _logical(self, node):
        return f"({self.listed(node.operands, f' {node.op} ')})"

    def _not(self, node):
        inner = node.operand
        if isinstance(inner, tree.IsNull) and (node.line, node.column) == (inner.line, inner.column):
            return f"({self.text(inner.value)} IS NOT NULL)"  # one predicate; `NOT a IS NULL` has two positions
        return f"(NOT {self.text(inner)})"

    def _between(self, node):
        return f"({self.text(node.value)} BETWEEN {self.text(node.low)} AND {self.text(node.high)})"

    def _inlist(self, node):
        return f"({self.text(node.value)} IN ({self.listed(node.items)}))"

    def _like(self, node):
        escape = f" ESCAPE {self.text(node.escape)}" if node.escape is not None else ""
        return f"({self.text(node.value)} LIKE {self.text(node.pattern)}{escape})"

    def _isnull(self, node):
        return f"({self.text(node.value)} IS NULL)"

    def _isdistinct(self, node):
        return f"({self.text(node.left)} IS DISTINCT FROM {self.text(node.right)})"

    def _case(self, node):
        parts = ["CASE"] + ([self.text(node.operand)] if node.operand is not None else [])
        parts += [f"WHEN {self.text(condition)} THEN {self.text(result)}" for condition, result in node.whens]
        parts += [f"ELSE {self.text(node.default)}"] if node.default is not None else []
        return f"({' '.join(parts)} END)"

    def _cast(self, node):
        return f"{'TRY_CAST' if node.safe else 'CAST'}({self.text(node.value)} AS {self.type(node.type)})"

    def _lambda(self, node):
        return f"({', '.join(map(self.identifier, node.parameters))}) -> {self.text(node.body)}"

    def _sortitem(self, node):
        return f"{self.text(node.value)} {'DESC' if node.descending else 'ASC'}" + (
            f" NULLS {node.nulls}" if node.nulls else ""
        )

    def order_by(self, items):
        return f"ORDER BY {self.listed(items)}"

    # ---- calls

    def _call(self, node):
        if node.name == "grouping":
            return f"GROUPING ({self.listed(node.arguments)})"
        if node.form:
            return self._trim(node)
        name = node.name.upper() if node.name in _CAPITALS else getattr(node.name, "written", node.name)
        if node.name in _BARE:
            return name.lower() if node.name == "current_date" else name
        if node.name in _PRECISE:
            return node.name + (f"({self.listed(node.arguments)})" if node.arguments else "")
        if node.name in ("listagg", "$listagg_truncate"):
            return self._listagg(node)
        order = f" {self.order_by(node.order_by)}" if node.order_by else ""
        inside = "*" if node.star else ("DISTINCT " if node.distinct else "") + self.listed(node.arguments)
        mode = f"{node.mode} " if node.mode else ""
        return f"{mode}{name}({inside}{order})" + self._tail(node)

    def _allcolumns(self, node):
        return f"{self.text(node.of)}.*"

    def _tail(self, node):
        tail = f" {node.nulls} NULLS" if node.nulls else ""
        tail += f" FILTER (WHERE {self.text(node.filter)})" if node.filter is not None else ""
        return tail + (f" OVER {self.text(node.over)}" if node.over is not None else "")

    def _trim(self, node):
        source, *characters = node.arguments
        between = f" {self.text(characters[0])}" if characters else ""
        return f"trim({node.form}{between} FROM {self.text(source)})"

    def _listagg(self, node):
        value, separator, *truncation = node.arguments
        inside = ("DISTINCT " if node.distinct else "") + self.listed([value, separator])
        overflow = "ERROR"
        if truncation:
            filler, counted = truncation
            overflow = f"TRUNCATE {self.text(filler)} WITH{'' if counted.value else 'OUT'} COUNT"
        within = f" WITHIN GROUP ({self.order_by(node.order_by)})"
        return f"LISTAGG({inside} ON OVERFLOW  {overflow}){within}{self._tail(node)}"

    def _window(self, node):
        parts = [self.identifier(node.name)] if node.name else []
        if node.name and not (node.partition_by or node.order_by or node.frame):
            return parts[0]
        return self.specification(node)

    def specification(self, node):
        """A window's definition, in parentheses."""
        parts = [self.identifier(node.name)] if node.name else []
        parts += [f"PARTITION BY {self.listed(node.partition_by)}"] if node.partition_by else []
        parts += [self.order_by(node.order_by)] if node.order_by else []
        parts += [self._frame(node.frame)] if node.frame else []
        return f"({' '.join(parts)})"

    def _frame(self, frame):
        start = self._bound(*frame.start)
        return f"{frame.unit} " + (f"BETWEEN {start} AND {self._bound(*frame.end)}" if frame.end else start)

    def _bound(self, kind, value):
        return kind if value is None else f"{self.text(value)} {kind}"

    # ---- values inside values, and subqueries

    def _arrayliteral(self, node):
        return f"ARRAY[{self.listed(node.items, ',')}]"

    def _rowliteral(self, node):
        return f"ROW ({self.listed(node.items)})"

    def _subscript(self, node):
        return f"{self.text(node.base)}[{self.text(node.index)}]"

    def _dereference(self, node):
        return f"{self.text(node.base)}.{self.identifier(node.field_name)}"

    def _extract(self, node):
        return f"EXTRACT({node.part} FROM {self.text(node.value)})"

    def _attimezone(self, node):
        return f"{self.text(node.value)} AT TIME ZONE {self.text(node.zone)}"

    def _scalar(self, node):
        return f"({self.query(node.query)})"

    def _exists(self, node):
        return f"(EXISTS ({self.query(node.query)}))"

    def _insubquery(self, node):
        return f"({self.text(node.value)} IN ({self.query(node.query)}))"

    def _quantified(self, node):
        quantifier = getattr(node.quantifier, "written", node.quantifier)
        return f"({self.text(node.value)} {node.op} {quantifier} ({self.query(node.query)}))"


def double(value):
    """A number as Java's DecimalFormat("0.###################E0###") writes it, from its shortest digits."""
    sign, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    whole, fraction = str(digits[0]), "".join(map(str, digits[1:]))
    scale = exponent + len(digits) - 1
    return f"{'-' if sign else ''}{whole}{'.' + fraction if fraction else ''}E{scale}"
