"""MATCH_RECOGNIZE in FROM: Trino's checks of its clauses (PatternRecognitionAnalyzer), and its relation."""

from ..errors import AthenaError
from ..sql import pattern_tree as patterns
from ..sql import tree
from ..sql.pattern_tree import label
from ..sql.query_text import text
from . import placement
from .pattern_binder import PatternBinder, condition
from .pattern_relation import Input, Matched
from .plans import Order, SelectPlan
from .scope import Field, Scope

_MOST = 2**31 - 1


class Enclosed(Scope):
    """The scope around the input of a MATCH_RECOGNIZE, of which the input must read nothing here."""

    def find(self, parts, node):
        found = super().find(parts, node)
        if found is not None:
            message = "MATCH_RECOGNIZE over rows that depend on an outer query"
            raise AthenaError("NOT_SUPPORTED", message, node.line, node.column)
        return found


def plan(planner, node, relation, fields):
    """A pattern_tree.MatchRecognize over a planned relation → (Matched, fields)."""
    if planner.recursing:
        message = "MATCH_RECOGNIZE within a recursive query"
        raise AthenaError("NOT_SUPPORTED", message, node.line, node.column)
    source = Input(SelectPlan([f.name for f in fields], [f.expr for f in fields], relation))
    matched = Matched(source)
    matched.node = node
    inner = [Field(f.name, matched.row.column(i, f.type), f.qualifier, f.hidden) for i, f in enumerate(fields)]
    scope = Scope(inner)
    partition = [_input_field(e, scope) for e in node.partition_by]
    for field, expression in zip(partition, node.partition_by, strict=True):
        _check(field.type.comparable, field, "comparable", "PARTITION BY", expression)
    order = [_input_field(item.value, scope) for item in node.order_by]
    for field, item in zip(order, node.order_by, strict=True):
        _check(field.type.orderable, field, "orderable", "ORDER BY", item)
    labels = matched.labels = _labels(node)
    binder = PatternBinder(planner, Scope([Field(f.name, f.expr, (), f.hidden) for f in inner]), matched, labels)
    for definition in node.definitions:
        _check_windows(definition.condition)
        matched.definitions[label(definition.name)] = condition(binder, definition.condition)
    measures = [(name, _measure(binder, value)) for value, name in node.measures]
    matched.partition = [f.expr for f in partition]
    matched.order = [
        Order(f.expr, item.descending, item.nulls == "FIRST") for f, item in zip(order, node.order_by, strict=True)
    ]
    first = partition if node.rows in ("", patterns.ONE) else partition + order
    rest = [] if node.rows in ("", patterns.ONE) else [f for f in inner if f not in first]
    matched.outputs = [(f.name, f.expr, False) for f in first]
    matched.outputs += [(name, expr, False) for name, expr in measures]
    matched.outputs += [(f.name, f.expr, f.hidden) for f in rest]
    if not matched.outputs:
        message = "pattern recognition output table has no columns"
        raise AthenaError("TABLE_HAS_NO_COLUMNS", message, node.line, node.column)
    planner.matches.append(matched)
    return matched, [
        Field(name, matched.column(i, expr.type), (), hidden)
        for i, (name, expr, hidden) in enumerate(matched.outputs)
    ]


def _measure(binder, node):
    _check_windows(node)
    return binder.bind(node)


def _check_windows(node):
    for part in placement.parts(node):
        if placement.is_window(part):
            message = "Cannot nest window functions or row pattern measures inside pattern recognition expressions"
            raise AthenaError("NESTED_WINDOW", message, part.line, part.column)


def _input_field(node, scope):
    if not isinstance(node, tree.Name):
        message = f"Expected column reference. Actual: {text(node)}"
        raise AthenaError("INVALID_COLUMN_REFERENCE", message, node.line, node.column)
    found = scope.find(node.parts, node)
    if found is None or found[1]:
        message = f"Column {text(node)} is not present in the input relation"
        raise AthenaError("COLUMN_NOT_FOUND", message, node.line, node.column)
    return next(f for f in scope.fields if f.expr is found[0])


def _check(fits, field, what, clause, node):
    if not fits:
        message = f"{field.type} is not {what}, and therefore cannot be used in {clause}"
        raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)


# ---- variables and the pattern


def _labels(node):
    """Every pattern variable and subset → the variables it stands for, once all clauses are checked."""
    pattern = list(placement.parts(node.pattern))
    primary = {label(p.name) for p in pattern if isinstance(p, patterns.Variable)}
    labels = {name: frozenset([name]) for name in primary}
    for subset in node.subsets:
        _add_subset(subset, primary, labels)
    _check_definitions(node.definitions, primary)
    for part in pattern:
        if isinstance(part, patterns.Repeated) and part.written.startswith("{"):
            _check_quantifier(part)
    if node.skip is not None and node.skip.name is not None and label(node.skip.name) not in labels:
        message = f"{text_of(node.skip.name)} is not a primary or union pattern variable"
        raise AthenaError("INVALID_LABEL", message, node.skip.line, node.skip.column)
    if node.search is not None:
        mode, line, column = node.search
        message = f"Pattern search modifier: {mode} is not allowed in MATCH_RECOGNIZE clause"
        raise AthenaError("NOT_SUPPORTED", message, line, column)
    excluded = next((p for p in pattern if isinstance(p, patterns.Excluded)), None)
    if excluded is not None and node.rows == patterns.UNMATCHED:
        message = "Pattern exclusion syntax is not allowed when ALL ROWS PER MATCH WITH UNMATCHED ROWS is specified"
        raise AthenaError("INVALID_ROW_PATTERN", message, excluded.line, excluded.column)
    return labels


def text_of(name):
    return getattr(name, "written", name)


def _add_subset(subset, primary, labels):
    name, at = label(subset.name), (subset.line, subset.column)
    if name in primary:
        message = (
            f"union pattern variable name: {text_of(subset.name)} is a duplicate of primary pattern variable name"
        )
        raise AthenaError("INVALID_LABEL", message, *at)
    if name in labels:
        message = f"union pattern variable name: {text_of(subset.name)} is declared twice"
        raise AthenaError("INVALID_LABEL", message, *at)
    for element in subset.elements:
        if label(element.parts[0]) not in primary:
            message = f"subset element: {text_of(element.parts[0])} is not a primary pattern variable"
            raise AthenaError("INVALID_LABEL", message, element.line, element.column)
    labels[name] = frozenset(label(e.parts[0]) for e in subset.elements)


def _check_definitions(definitions, primary):
    seen = set()
    for definition in definitions:
        name, at = label(definition.name), (definition.line, definition.column)
        if name not in primary:
            message = f"defined variable: {text_of(definition.name)} is not a primary pattern variable"
            raise AthenaError("INVALID_LABEL", message, *at)
        if name in seen:
            message = f"pattern variable with name: {text_of(definition.name)} is defined twice"
            raise AthenaError("INVALID_LABEL", message, *at)
        seen.add(name)
        for part in placement.parts(definition.condition):
            if isinstance(part, tree.Call) and part.mode == "FINAL":
                message = "FINAL semantics is not supported in DEFINE clause"
                raise AthenaError("INVALID_PROCESSING_MODE", message, part.line, part.column)


def _check_quantifier(part):
    at = part.line, part.column
    if part.least > _MOST:
        message = f"Pattern quantifier lower bound must not exceed {_MOST}"
        raise AthenaError("NUMERIC_VALUE_OUT_OF_RANGE", message, *at)
    if part.most is None:
        return
    if part.most < 1:
        message = "Pattern quantifier upper bound must be greater than or equal to 1"
        raise AthenaError("NUMERIC_VALUE_OUT_OF_RANGE", message, *at)
    if part.most > _MOST:
        message = f"Pattern quantifier upper bound must not exceed {_MOST}"
        raise AthenaError("NUMERIC_VALUE_OUT_OF_RANGE", message, *at)
    if part.least > part.most:
        message = "Pattern quantifier lower bound must not exceed upper bound"
        raise AthenaError("INVALID_RANGE", message, *at)
