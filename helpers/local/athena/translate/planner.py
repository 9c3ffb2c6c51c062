"""Query tree → plan: relations, scopes, aggregation and ordering, all by Trino's rules."""

from .. import coercions, types
from ..errors import AthenaError
from ..sql import tree
from ..sql.query_text import text
from . import placement, windows
from .aggregation import StarField, Written, check_grouped, distinct_sets
from .casts import coerce
from .expr import Expr
from .expressions import Binder
from .from_clause import FromClause
from .plans import Order, RowsPlan, SelectPlan, SetPlan, select_from
from .scope import Field, Scope
from .with_queries import WithQueries

_MAX_DEPTH = 100


class Planner(WithQueries):
    """Plans the queries of one statement. `tables` resolves names (queries.Tables); `parameters` are tree nodes.

    `constant(Expr)`: the value of a constant expression. `row_columns`: more hidden columns of every table,
    [(name, Type)], for statements that change rows.
    """

    def __init__(self, tables, parameters=(), constant=None, row_columns=()):
        self.tables, self.parameters = tables, parameters
        self.constant, self.row_columns = constant, row_columns
        self.scans, self.matches = [], []  # the tables that are read, and each MATCH_RECOGNIZE, inner ones first
        self.ctes = {}
        self.may_stop_early = False  # a LIMIT may end the reading of a table before its last row
        self.recursing = 0  # how many steps of recursive queries are being planned
        self.open_views, self.replaced_view = [], None  # (catalog, database, name)
        self._depth = 0

    def parameter(self, node):
        if node.index >= len(self.parameters):
            raise AthenaError("INVALID_PARAMETER_USAGE", "Incorrect number of parameters", node.line, node.column)
        return self.parameters[node.index]

    def plan(self, query):
        """A whole query → plan, with needs and predicates passed down to its scans."""
        plan = self.query(query, None)
        plan.require()
        plan.push([])
        return plan

    def subplan(self, query, scope):
        return self.query(query, scope)

    def query(self, query, parent):
        """A tree.Query within the scope `parent` → plan."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise AthenaError("STATEMENT_TOO_LARGE", "statement is too large (stack overflow during analysis)")
        outer = self.ctes
        self.ctes = dict(outer)
        try:
            for item in query.withs:
                self._check_with(item, query)
                self.ctes[item.name] = (item, dict(self.ctes), query.recursive, parent)
                self._check_with_query(item)
            return self._ordered(query, parent)
        finally:
            self.ctes = outer
            self._depth -= 1

    def _ordered(self, query, parent):
        body = query.body
        offset = self._row_count(query.offset, "OFFSET") or 0
        limit = self._row_count(query.limit, "FETCH FIRST" if query.fetch else "LIMIT")
        self.may_stop_early |= limit is not None and not query.order_by
        if query.fetch == "WITH TIES" and not query.order_by:
            message = "FETCH FIRST WITH TIES clause requires ORDER BY"
            raise AthenaError("MISSING_ORDER_BY", message, query.line, query.column)
        if isinstance(body, tree.Select):
            plan = self._select(body, parent, query.order_by, limit, offset)
            plan.ties = query.fetch == "WITH TIES"
            return plan
        plan = self._body(body, parent)
        if not query.order_by and limit is None and not offset:
            return plan
        outer = select_from(plan)
        fields = [Field(name, e) for name, e in zip(outer.names, outer.outputs, strict=True)]
        binder = Binder(self, Scope(fields, parent))
        outer.order_by = [self._order(item, outer, binder, {}) for item in query.order_by]
        outer.limit, outer.offset, outer.ties = limit, offset, query.fetch == "WITH TIES"
        return outer

    def _row_count(self, node, clause):
        if node is None:
            return None
        count = self._given_count(node, clause) if isinstance(node, tree.Parameter) else int(node.value)
        least = 1 if clause == "FETCH FIRST" else 0
        if count < least:
            allowed = "positive" if least else "greater or equal to 0"
            message = f"{clause} row count must be {allowed} (actual value: {count})"
            raise AthenaError("NUMERIC_VALUE_OUT_OF_RANGE", message, node.line, node.column)
        return count

    def _given_count(self, node, clause):
        """The value of a parameter that stands for a number of rows."""
        expr = Binder(self, Scope([])).bind(node)
        if not coercions.coerces(expr.type, types.BIGINT):
            message = f"Cannot cast type {expr.type} to bigint"
            raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)
        value = self.constant(expr)
        if value is None:
            message = f"Parameter value provided for {clause} is NULL: {text(self.parameter(node))}"
            raise AthenaError("INVALID_ARGUMENTS", message, node.line, node.column)
        return int(value)

    def _body(self, body, parent):
        if isinstance(body, tree.Query):
            return self.query(body, parent)
        if isinstance(body, tree.Select):
            return self._select(body, parent, [], None, 0)
        if isinstance(body, tree.Values):
            return self._values(body, parent)
        return self._set_operation(body, parent)

    def _values(self, body, parent):
        binder = Binder(self, Scope([], parent))
        rows = [[binder.bind(e) for e in (r.items if isinstance(r, tree.RowLiteral) else [r])] for r in body.rows]
        for row in rows:
            if len(row) != len(rows[0]):
                message = f"Values rows have mismatched sizes: {len(rows[0])} vs {len(row)}"
                raise AthenaError("TYPE_MISMATCH", message, body.line, body.column)
        kinds = [e.type for e in rows[0]]
        for row in rows[1:]:
            merged = [coercions.common_type(t, e.type) for t, e in zip(kinds, row, strict=True)]
            if None in merged:
                first, other = (types.row(*((None, t) for t in ts)) for ts in (kinds, [e.type for e in row]))
                message = f"Values rows have mismatched types: {first} vs {other}"
                raise AthenaError("TYPE_MISMATCH", message, body.line, body.column)
            kinds = merged
        return RowsPlan(kinds, [[coerce(e, t) for e, t in zip(r, kinds, strict=True)] for r in rows])

    def _set_operation(self, body, parent):
        left, right = self._body(body.left, parent), self._body(body.right, parent)
        if len(left.columns) != len(right.columns):
            raise AthenaError(
                "TYPE_MISMATCH",
                f"{body.op} query has different number of fields: {len(left.columns)}, {len(right.columns)}",
                body.line,
                body.column,
            )
        common = []
        for i, ((_, a), (_, b)) in enumerate(zip(left.columns, right.columns, strict=True), 1):
            merged = coercions.common_type(a, b)
            if merged is None:
                message = f"column {i} in {body.op} query has incompatible types: {a}, {b}"
                raise AthenaError("TYPE_MISMATCH", message, body.line, body.column)
            common.append(merged)
        return SetPlan(body.op, body.distinct, self.coerced(left, common), self.coerced(right, common))

    def coerced(self, plan, wanted):
        """`plan` with its columns converted to the types `wanted`."""
        if [t for _, t in plan.columns] == list(wanted):
            return plan
        return select_from(plan, lambda i, c: coerce(c, wanted[i]))

    def as_rows(self, plan):
        """A plan whose columns became one row value."""
        outer = select_from(plan)
        kinds = types.row(*((None, e.type) for e in outer.outputs))
        template = lambda texts: "struct_pack(" + ", ".join(f"f{i} := {t}" for i, t in enumerate(texts)) + ")"  # noqa: E731
        return SelectPlan([None], [Expr(kinds, "row", tuple(outer.outputs), template)], outer.relation)

    # ---- SELECT

    def _select(self, select, parent, order_by, limit, offset):
        relation, fields = FromClause(self, parent).plan(select.relation)
        scope = Scope(fields, parent)
        plan = SelectPlan([], [], relation, distinct=select.distinct, limit=limit, offset=offset)
        binder = Binder(self, scope)
        windows.define(binder, select.windows)
        if select.where is not None:
            plan.where = self._where(select.where, scope)
        written = Written(select)
        self._items(select, binder, scope, plan, written)
        if select.group_by is not None:
            plan.grouping = self._grouping(select.group_by, scope, plan, written)
            if select.group_distinct:
                plan.grouping = distinct_sets(plan.grouping)
        if select.having is not None:
            message = "HAVING clause must evaluate to a boolean: actual type {}"
            having = binder.bind(select.having)
            placement.check_having(select.having)
            plan.having = binder.truth(having, select.having, message)
        self._orders(order_by, plan, binder, scope, written)
        plan.windowed = binder.windowed
        plan.aggregated = bool(binder.aggregated or plan.grouping is not None or plan.having is not None)
        written.check()
        if plan.aggregated:
            check_grouped(plan, written, binder)
        if plan.distinct:
            self._check_distinct(plan, select)
        return plan

    def _where(self, node, scope):
        binder = Binder(self, scope)
        condition = binder.bind(node)
        placement.require_scalar(node, "WHERE clause")
        return binder.truth(condition, node, "WHERE clause must evaluate to a boolean: actual type {}")

    def _orders(self, items, plan, binder, scope, written):
        names = {name.lower() for name in plan.names if name is not None}
        for item in items:
            plan.order_by.append(self._order(item, plan, binder, scope))
            written.orders.append(item.value)
            placement.check_order_aggregates(item.value, names)

    def _items(self, select, binder, scope, plan, written):
        for item in select.items:
            if isinstance(item, tree.AllColumns):
                written.outputs += self._star(item, binder, scope, plan, select)
                continue
            expr = binder.bind(item.value)
            written.outputs.append(item.value)
            plan.outputs.append(expr)
            plan.names.append(item.alias if item.alias is not None else _natural_name(item.value))

    def _star(self, item, binder, scope, plan, select):
        if item.of is None:
            if select.relation is None:
                raise AthenaError(
                    "COLUMN_NOT_FOUND", "SELECT * not allowed in queries without FROM clause", item.line, item.column
                )
            fields = scope.star()
            found = [(f.name, f.expr) for f in fields]
            if not found:
                raise AthenaError(
                    "COLUMN_NOT_FOUND",
                    "SELECT * not allowed from relation that has no columns",
                    item.line,
                    item.column,
                )
        else:
            fields = scope.star(item.of.parts) if isinstance(item.of, tree.Name) else []
            found = [(f.name, f.expr) for f in fields]
            if not found:
                fields = None
                value = self._row_star(item, binder)
                pairs = zip(value.type.args, value.type.fields, strict=True)
                found = [(name, binder.field_of(value, sql_name, t)) for (name, t), (sql_name, _) in pairs]
        if item.aliases and len(item.aliases) != len(found):
            message = f"Column alias list has {len(item.aliases)} entries but relation has {len(found)} columns"
            raise AthenaError("MISMATCHED_COLUMN_ALIASES", message, item.line, item.column)
        plan.names += item.aliases or [name for name, _ in found]
        plan.outputs += [expr for _, expr in found]
        return [StarField(f, i) for i, f in enumerate(fields, 1)] if fields else [item.of] * len(found)

    def _row_star(self, item, binder):
        named = isinstance(item.of, tree.Name)
        unresolved = AthenaError(
            "TABLE_NOT_FOUND",
            f"Unable to resolve reference {'.'.join(item.of.parts) if named else ''}",
            item.line,
            item.column,
        )
        if named and len(item.of.parts) == 1:
            raise unresolved  # a column of rows must be named with its table
        try:
            value = binder.bind(item.of)
        except AthenaError as e:
            if named and e.code in ("COLUMN_NOT_FOUND", "TYPE_MISMATCH"):
                raise unresolved from e
            raise
        if value.type.base != "row":
            raise AthenaError(
                "TYPE_MISMATCH", f"Expected expression of type ROW, got {value.type}", item.line, item.column
            )
        return value

    # ---- GROUP BY, ORDER BY, DISTINCT

    def _grouping(self, elements, scope, plan, written):
        binder = Binder(self, scope)
        found = []
        for element in elements:
            sets = [[self._key(e, binder, plan, written) for e in keys] for keys in element.sets]
            found.append((element.kind, sets))
        return found

    def _key(self, node, binder, plan, written):
        if isinstance(node, tree.Literal) and node.kind == "integer":
            position = int(node.value)
            if not 1 <= position <= len(plan.outputs):
                message = f"GROUP BY position {position} is not in select list"
                raise AthenaError("INVALID_COLUMN_REFERENCE", message, node.line, node.column)
            expr, node = plan.outputs[position - 1], written.outputs[position - 1]
        else:
            expr = binder.bind(node)
        placement.require_scalar(node, "GROUP BY clause")
        if not expr.type.comparable:
            message = f"{expr.type} is not comparable, and therefore cannot be used in GROUP BY"
            raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)
        return expr

    def _order(self, item, plan, binder, scope):
        node = item.value
        expr = None
        if isinstance(node, tree.Literal) and node.kind == "integer":
            position = int(node.value)
            if not 1 <= position <= len(plan.outputs):
                message = f"ORDER BY position {position} is not in select list"
                raise AthenaError("INVALID_COLUMN_REFERENCE", message, node.line, node.column)
            expr = plan.outputs[position - 1]
        elif isinstance(node, tree.Name) and len(node.parts) == 1:
            expr = self._by_alias(node, plan)
        if expr is None:
            sorting = self._with_aliases(binder, plan)
            expr = sorting.bind(node)
            binder.aggregated = binder.aggregated or sorting.aggregated
            binder.windowed = binder.windowed or sorting.windowed
        if not expr.type.orderable:
            message = f"Type {expr.type} is not orderable, and therefore cannot be used in ORDER BY"
            raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)
        return Order(expr, item.descending, item.nulls == "FIRST")

    def _by_alias(self, node, plan):
        name = node.parts[0].lower()
        found = [e for n, e in zip(plan.names, plan.outputs, strict=True) if n is not None and n.lower() == name]
        if len(found) > 1:
            raise AthenaError("AMBIGUOUS_NAME", f"Column '{node.parts[0]}' is ambiguous", node.line, node.column)
        return found[0] if found else None

    def _with_aliases(self, binder, plan):
        """ORDER BY sees the aliases of the select list before the columns below."""
        named = [Field(n, e) for n, e in zip(plan.names, plan.outputs, strict=True) if n is not None]
        return Binder(self, Scope(named, binder.scope), windows=binder.windows)

    def _check_distinct(self, plan, select):
        keys = {e.key() for e in plan.outputs}
        for order in plan.order_by:
            chosen = any(order.expr is e for e in plan.outputs)
            again = all(node.deterministic for node in order.expr.walk()) and order.expr.key() in keys
            if not (chosen or again):
                message = "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
                raise AthenaError("EXPRESSION_NOT_IN_DISTINCT", message, select.line, select.column)
        for expr in plan.outputs:
            if not expr.type.comparable:
                message = f"DISTINCT can only be applied to comparable types (actual: {expr.type})"
                raise AthenaError("TYPE_MISMATCH", message, select.line, select.column)


def _natural_name(node):
    if isinstance(node, tree.Name):
        return node.parts[-1]
    return node.field_name if isinstance(node, tree.Dereference) else None
