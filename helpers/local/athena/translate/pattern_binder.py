"""Expressions of MEASURES and DEFINE: labelled columns, navigation, CLASSIFIER, MATCH_NUMBER, aggregates.

The rules and messages are those of Trino's ExpressionAnalyzer (https://trino.io/docs/current/sql/match-recognize.html).
"""

from dataclasses import replace

from .. import types
from ..errors import AthenaError
from ..sql import tree
from ..sql.pattern_tree import label as label_of
from . import calls, placement
from .expr import Expr
from .expressions import Binder
from .pattern_relation import CLASSIFIER, MATCH_NUMBER, Navigation
from .scope import Scope, not_found

NAVIGATIONS = ("first", "last", "prev", "next")
FUNCTIONS = (*NAVIGATIONS, "classifier", "match_number")
_MOST = 2**31 - 1
_ROW = "$row"  # the place of an input row, by which ordered aggregates go


def is_navigation(node):
    return isinstance(node, tree.Call) and node.name in NAVIGATIONS


class PatternBinder(Binder):
    """`labels`: pattern variable or subset → the frozenset of variables it stands for."""

    def __init__(self, planner, scope, matched, labels):
        super().__init__(planner, scope)
        self.matched, self.labels = matched, labels
        self._navigation, self._aggregation = Navigation(), None
        self._used = []  # the labels used since the outermost navigation or aggregate began

    def _plan(self, query):
        return self.planner.subplan(query, Scope([]))

    # ---- columns

    def _bind_name(self, node):
        if any(node.parts[0].lower() in names for names in self._lambda_parameters):
            return super()._bind_name(node)
        if node.parts == (_ROW,):
            return Expr(types.BIGINT, "row number", (), f"{self._aggregation.alias}.rn")
        name = label_of(node.parts[0])
        labelled = len(node.parts) > 1 and name in self.labels
        rest = node.parts[1:] if labelled else node.parts
        found = self.scope.find(rest, node) if len(rest) == 1 else None
        if found is None and labelled:
            message = f"Column {'.'.join(rest)} prefixed with label {name} cannot be resolved"
            raise AthenaError("COLUMN_NOT_FOUND", message, node.line, node.column)
        if found is None:
            raise not_found(node.parts, node)
        expr = found[0]
        relation = self._reading(name if labelled else None)
        column = relation.column(expr.value.index, expr.type)
        return replace(column, line=node.line, column=node.column, shown=".".join(node.parts))

    def _reading(self, name):
        """What reads the rows with a label, or with any, at this place."""
        self._used.append(name)
        labels = None if name is None else self.labels[name]
        if self._aggregation is not None:
            self._aggregation.labels = labels
            return self._aggregation
        return self.matched.navigation(replace(self._navigation, labels=labels))

    def _label(self, node):
        name = label_of(node.parts[0])
        if name not in self.labels:
            message = f"{node.parts[0]} is not a primary pattern variable or subset name"
            raise AthenaError("INVALID_FUNCTION_ARGUMENT", message, node.line, node.column)
        return name

    # ---- calls

    def _bind_call(self, node):
        at = node.line, node.column
        if node.name in FUNCTIONS:
            self._check_function(node)
            return getattr(self, f"_{node.name}")(node)
        if placement.is_aggregate(replace(node, over=None)):
            self._check_aggregate(node)
            return self._aggregate(node)
        if node.mode:
            message = (
                f"{node.mode} semantics is supported only for FIRST(), LAST() and aggregation functions. "
                f"Actual: {node.name}"
            )
            raise AthenaError("INVALID_PROCESSING_MODE", message, *at)
        return calls.bind(self, node)

    @staticmethod
    def _check_function(node):
        at = node.line, node.column
        for given, what in (
            (node.over, "OVER"),
            (node.filter, "FILTER"),
            (node.order_by, "ORDER BY"),
            (node.distinct, "DISTINCT"),
        ):
            if given:
                message = f"Cannot use {what} with {node.name} pattern recognition function"
                raise AthenaError("INVALID_PATTERN_RECOGNITION_FUNCTION", message, *at)
        if node.mode and node.name not in ("first", "last"):
            message = f"{node.mode} semantics is not supported with {node.name} pattern recognition function"
            raise AthenaError("INVALID_PROCESSING_MODE", message, *at)

    @staticmethod
    def _check_aggregate(node):
        if node.over:
            message = f"Cannot use OVER with {node.name} aggregate function in pattern recognition context"
            raise AthenaError("NESTED_WINDOW", message, node.line, node.column)
        for given, what in ((node.filter, "FILTER"), (node.order_by, "ORDER BY"), (node.distinct, "DISTINCT")):
            if given:
                message = f"Cannot use {what} with {node.name} aggregate function in pattern recognition context"
                raise AthenaError("NOT_SUPPORTED", message, node.line, node.column)

    def _match_number(self, node):
        if node.arguments:
            message = "MATCH_NUMBER pattern recognition function takes no arguments"
            raise AthenaError("INVALID_FUNCTION_ARGUMENT", message, node.line, node.column)
        return Expr(types.BIGINT, MATCH_NUMBER, (), "o.m", None, node.line, node.column, False)

    def _classifier(self, node):
        if len(node.arguments) > 1:
            message = "CLASSIFIER pattern recognition function takes no arguments or 1 argument"
            raise AthenaError("INVALID_FUNCTION_ARGUMENT", message, node.line, node.column)
        name = None
        for argument in node.arguments:
            if not isinstance(argument, tree.Name) or len(argument.parts) > 1:
                message = (
                    "CLASSIFIER function argument should be primary pattern variable or subset name. "
                    f"Actual: {_class_of(argument)}"
                )
                raise AthenaError("TYPE_MISMATCH", message, argument.line, argument.column)
            name = self._label(argument)
        relation = self._reading(name)
        inside = relation is self._aggregation
        sql = f"{relation.alias}_o.label" if inside else f"o.l{relation.number}"
        return Expr(types.VARCHAR, CLASSIFIER, (), sql, relation, node.line, node.column, False)

    # ---- navigation

    def _first(self, node):
        return self._logical(node, True)

    def _last(self, node):
        return self._logical(node, False)

    def _logical(self, node, first):
        offset = self._check_navigation(node, 0)
        return self._navigated(
            node, replace(self._navigation, first=first, final=node.mode == "FINAL", offset=offset)
        )

    def _prev(self, node):
        return self._navigated(node, replace(self._navigation, physical=-self._check_navigation(node, 1)))

    def _next(self, node):
        return self._navigated(node, replace(self._navigation, physical=self._check_navigation(node, 1)))

    def _navigated(self, node, navigation):
        outer, self._navigation = self._navigation, navigation
        before, self._used = self._used, []
        try:
            value = self.bind(node.arguments[0])
            self._check_labels(node)
            if not self._used:
                message = (
                    f"Pattern navigation function '{node.name.upper()}' must contain at least one column reference "
                    "or CLASSIFIER()"
                )
                raise AthenaError("INVALID_ARGUMENTS", message, node.line, node.column)
            return value
        finally:
            self._navigation, self._used = outer, before + self._used

    def _check_labels(self, node):
        if len(set(self._used)) > 1:
            message = f"All labels and classifiers inside the call to '{node.name}' must match"
            raise AthenaError("INVALID_ARGUMENTS", message, node.line, node.column)

    def _check_navigation(self, node, default):
        """The arguments of a navigation → its offset."""
        at = node.line, node.column
        if len(node.arguments) not in (1, 2):
            message = f"{node.name} pattern recognition function requires 1 or 2 arguments"
            raise AthenaError("INVALID_FUNCTION_ARGUMENT", message, *at)
        offset = default
        if len(node.arguments) == 2:
            given = node.arguments[1]
            if not isinstance(given, tree.Literal) or given.kind != "integer":
                message = (
                    f"{node.name} pattern recognition navigation function requires a number as the second argument"
                )
                raise AthenaError("INVALID_FUNCTION_ARGUMENT", message, *at)
            offset = int(given.value)
            message = (
                f"{node.name} pattern recognition navigation function requires a non-negative number as the second "
                f"argument (actual: {offset})"
                if offset < 0
                else f"The second argument of {node.name} pattern recognition navigation function must not exceed "
                f"{_MOST} (actual: {offset})"
            )
            if not 0 <= offset <= _MOST:
                raise AthenaError("NUMERIC_VALUE_OUT_OF_RANGE", message, *at)
        self._check_no_aggregate(node)
        self._check_nesting(node)
        return offset

    @staticmethod
    def _check_no_aggregate(node):
        for part in placement.parts(node.arguments):
            if placement.is_aggregate(part):
                message = f"Cannot nest {part.name} aggregate function inside {node.name} function"
                raise AthenaError("NESTED_AGGREGATION", message, part.line, part.column)

    @staticmethod
    def _check_nesting(node):
        nested = [part for part in placement.parts(node.arguments[0]) if is_navigation(part)]
        if not nested:
            return
        at, message = nested[0], None
        if node.name in ("first", "last") or (len(nested) == 1 and at.name in ("prev", "next")):
            message = (
                f"Cannot nest {at.name} pattern navigation function inside {node.name} pattern navigation function"
            )
        elif len(nested) > 1:
            at = nested[1]
            message = (
                f"Cannot nest multiple pattern navigation functions inside {node.name} pattern navigation function"
            )
        elif at is not node.arguments[0]:
            message = "Immediate nesting is required for pattern navigation functions"
        if message:
            raise AthenaError("INVALID_NAVIGATION_NESTING", message, at.line, at.column)

    # ---- aggregates

    def _aggregate(self, node):
        self._check_no_aggregate(node)
        for part in placement.parts(node.arguments):
            if is_navigation(part):
                message = f"Cannot nest {part.name} pattern navigation function inside {node.name} function"
                raise AthenaError("INVALID_NAVIGATION_NESTING", message, part.line, part.column)
        found = self._aggregation = self.matched.aggregation(node.mode == "FINAL")
        before, self._used = self._used, []
        try:
            call = self._counted(node)
            found.value, found.counts = calls.bind(self, self._ordered(call)), call.star
            self._check_labels(node)
        finally:
            self._aggregation, self._used = None, before
        return Expr(found.value.type, "subquery", (), "({0})", found, node.line, node.column)

    def _counted(self, node):
        """count(A.*) is count(*) over the rows of A."""
        if not (node.name == "count" and node.arguments and isinstance(node.arguments[0], tree.AllColumns)):
            return replace(node, mode="")
        if len(node.arguments) > 1:
            raise calls.label_star(node.arguments[0])
        self._reading(self._label(node.arguments[0].of))
        return replace(node, mode="", star=True, arguments=[])

    @staticmethod
    def _ordered(node):
        """Rows come in the order of the match, which matters to array_agg and its like."""
        return node if node.star else replace(node, order_by=[tree.SortItem(tree.Name((_ROW,)))])


def _class_of(node):
    """What Trino calls the kind of an expression."""
    if isinstance(node, tree.Name):
        return "DereferenceExpression"
    if isinstance(node, tree.Literal):
        kinds = {"integer": "LongLiteral", "string": "StringLiteral", "double": "DecimalLiteral"}
        return kinds.get(node.kind, f"{node.kind.title()}Literal")
    return {tree.Call: "FunctionCall", tree.Binary: "ArithmeticBinaryExpression"}.get(
        type(node), f"{type(node).__name__}Expression"
    )


def condition(binder, node):
    """A bound condition of DEFINE."""
    found = binder.bind(node)
    if found.type != types.BOOLEAN:
        message = f"Expression defining a label must be boolean (actual type: {found.type})"
        raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)
    return found
