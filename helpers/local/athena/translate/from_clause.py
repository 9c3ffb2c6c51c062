"""FROM: tables, views, subqueries, joins and UNNEST → relations and the fields that names can mean."""

from .. import coercions, types
from ..errors import AthenaError
from ..sql import tree
from . import operators, row_patterns, stored_views, table_functions
from .expr import Expr, call
from .expressions import Binder
from .placement import parts, require_scalar
from .relations import ConstantRows, Derived, Joined, Named, RowsOf, Sample, Scan, fields_of
from .scope import Field, Scope


class FromClause:
    """Plans the FROM clause of one SELECT; `parent` is the scope around it."""

    def __init__(self, planner, parent):
        self.planner, self.parent = planner, parent

    def plan(self, node):
        """A relation tree, or None → (relation or None, fields)."""
        return (None, []) if node is None else self._plan(node, [])

    def _plan(self, node, left):
        """`left`: the fields of what stands to the left, visible to LATERAL and UNNEST."""
        return getattr(self, f"_plan_{type(node).__name__.lower()}")(node, left)

    def _plan_matchrecognize(self, node, left):
        enclosed = row_patterns.Enclosed(left, self.parent)
        relation, fields = FromClause(self.planner, enclosed).plan(node.relation)
        return row_patterns.plan(self.planner, node, relation, fields)

    def _plan_tablename(self, node, left):
        if len(node.parts) == 1:
            found = self.planner.with_query(node.parts[0].lower())
            if isinstance(found, Named):
                again = Named(found.name)
                again.columns = found.columns
                return again, fields_of(again, again.columns, (node.parts[0].lower(),))
            if found is not None:
                plan, names = found
                return self._derived(plan, node.parts[0].lower(), names, node)
        return self._table(node)

    def _table(self, node):
        resolved = self.planner.tables.resolve(node, self._version(node))
        qualifier = resolved.qualifier
        if resolved.view is not None:
            plan = stored_views.plan(self.planner, resolved, node)
            return self._derived(plan, None, [name for name, _ in resolved.view_columns], node, qualifier)
        if resolved.rows is not None:
            relation = ConstantRows(resolved.columns, resolved.rows)
            return relation, fields_of(relation, resolved.columns, qualifier)
        columns = list(resolved.columns)
        relation = Scan(resolved.table, columns)
        self.planner.scans.append(relation)
        fields = fields_of(relation, columns, qualifier)
        hidden = [("$path", types.VARCHAR), *self.planner.row_columns]
        relation.columns = [*columns, *hidden]
        for index, (name, t) in enumerate(hidden, len(columns)):
            fields.append(Field(name, relation.column(index, t), qualifier, hidden=True))
        return relation, fields

    def _version(self, node):
        """FOR VERSION | TIMESTAMP AS OF an expression → (kind, value, Type), or None."""
        if node.version is None:
            return None
        kind, expression = node.version
        expr = Binder(self.planner, Scope([])).bind(expression)
        value = self.planner.constant(expr)
        if value is None:
            raise AthenaError("INVALID_ARGUMENTS", "Pointer value cannot be NULL", node.line, node.column)
        return kind, value, expr.type

    def _derived(self, plan, alias, names, node, qualifier=None):
        if names is not None and len(names) != len(plan.columns):
            message = f"Column alias list has {len(names)} entries but relation has {len(plan.columns)} columns"
            raise AthenaError("MISMATCHED_COLUMN_ALIASES", message, node.line, node.column)
        relation = Derived(plan)
        given = names or [name for name, _ in plan.columns]
        columns = [(name, t) for name, (_, t) in zip(given, plan.columns, strict=True)]
        return relation, fields_of(relation, columns, qualifier or ((alias,) if alias else ()))

    def _plan_subqueryrelation(self, node, left):
        scope = Scope(left, self.parent) if node.lateral else self.parent
        plan = self.planner.query(node.query, scope)
        relation, fields = self._derived(plan, None, None, node)
        relation.lateral = node.lateral
        return relation, fields

    def _plan_aliased(self, node, left):
        relation, fields = self._plan(node.relation, left)
        visible = [f for f in fields if not f.hidden]
        if node.columns is not None and len(node.columns) != len(visible):
            raise AthenaError(
                "MISMATCHED_COLUMN_ALIASES",
                f"Column alias list has {len(node.columns)} entries but '{node.alias}' has {len(visible)} "
                "columns available",
                node.line,
                node.column,
            )
        names = node.columns or [f.name for f in visible]
        renamed = [Field(name, f.expr, (node.alias,)) for name, f in zip(names, visible, strict=True)]
        return relation, renamed + [Field(f.name, f.expr, (node.alias,), hidden=True) for f in fields if f.hidden]

    def _plan_sampled(self, node, left):
        relation, fields = self._plan(node.relation, left)
        at = node.percentage.line, node.percentage.column
        for part in parts(node.percentage):
            if isinstance(part, tree.Name):
                message = "Constant expression cannot contain column references"
                raise AthenaError("EXPRESSION_NOT_CONSTANT", message, part.line, part.column)
        percentage = Binder(self.planner, Scope([])).bind(node.percentage)
        if not percentage.type.is_numeric:
            raise AthenaError("TYPE_MISMATCH", "Sample percentage should be a numeric expression", *at)
        if percentage.op != "literal":
            raise AthenaError("NOT_SUPPORTED", "this endpoint samples by a number only", *at)
        if not 0 <= percentage.value <= 100:
            message = "Sample percentage must be between 0 and 100 inclusive"
            raise AthenaError("NUMERIC_VALUE_OUT_OF_RANGE", message, *at)
        return Sample(relation, node.method, percentage.value), fields

    def _plan_unnest(self, node, left):
        binder = Binder(self.planner, Scope(left, self.parent))
        pieces, columns = [], []
        for argument in node.arguments:
            expr = binder.bind(argument)
            require_scalar(argument, "UNNEST")
            pieces.append(self._piece(expr, argument))
            kind, t = pieces[-1][1:]
            if kind == "map":
                columns += [(None, t.args[0]), (None, t.args[1])]
            elif kind == "row":
                columns += [(name, field) for name, field in t.args]
            else:
                columns.append((None, t))
        if node.ordinality:
            columns.append((None, types.BIGINT))
        relation = RowsOf(pieces, node.ordinality)
        relation.columns = columns
        return relation, fields_of(relation, columns, ())

    def _plan_tablefunction(self, node, left):
        return table_functions.plan(node, Binder(self.planner, Scope([])))

    def _piece(self, expr, node):
        if expr.type.base == "map":
            return expr, "map", expr.type
        if expr.type.base != "array":
            raise AthenaError("TYPE_MISMATCH", f"Cannot unnest type: {expr.type}", node.line, node.column)
        element = expr.type.args[0]
        return expr, "row" if element.base == "row" else "array", element

    # ---- joins

    def _plan_join(self, node, left_fields):
        if node.natural:
            raise AthenaError("NOT_SUPPORTED", "Natural join not supported", node.line, node.column)
        left, left_side = self._plan(node.left, left_fields)
        right, right_side = self._plan(node.right, [*left_fields, *left_side])
        if node.using:
            return self._using(node, left, left_side, right, right_side)
        condition = None
        if node.on is not None:
            binder = Binder(self.planner, Scope([*left_side, *right_side], self.parent))
            condition = binder.bind(node.on)
            require_scalar(node.on, "JOIN clause")
            condition = binder.truth(condition, node.on, "JOIN ON clause must evaluate to a boolean: actual type {}")
        return Joined(node.kind, left, right, condition), [*left_side, *right_side]

    def _using(self, node, left, left_side, right, right_side):
        names = [n.lower() for n in node.using]
        for i, name in enumerate(names):
            if name in names[:i]:
                message = f"Column '{name}' appears multiple times in using clause"
                raise AthenaError("DUPLICATE_COLUMN_NAME", message, node.line, node.column)
        equalities, merged = [], []
        for name in names:
            a = self._side(left_side, name, node, "left")
            b = self._side(right_side, name, node, "right")
            equalities.append(operators.comparison("=", a.expr, b.expr, node.line, node.column))
            merged.append(Field(name, self._merged(node.kind, a.expr, b.expr)))
        condition = equalities[0] if len(equalities) == 1 else None
        if len(equalities) > 1:
            condition = call("and", types.BOOLEAN, lambda texts: "(" + " AND ".join(texts) + ")", *equalities)
        rest = [f for f in [*left_side, *right_side] if (f.name or "").lower() not in names]
        # A column of USING can still be reached as t.a, but * shows it once.
        hidden = [
            Field(f.name, f.expr, ("", *f.qualifier), hidden=True)
            for f in [*left_side, *right_side]
            if (f.name or "").lower() in names and f.qualifier
        ]
        return Joined(node.kind, left, right, condition), [*merged, *rest, *map(_qualified_only, hidden)]

    def _side(self, fields, name, node, which):
        found = [f for f in fields if not f.hidden and (f.name or "").lower() == name]
        if not found:
            raise AthenaError(
                "COLUMN_NOT_FOUND", f"Column '{name}' is missing from {which} side of join", node.line, node.column
            )
        if len(found) > 1:
            raise AthenaError("AMBIGUOUS_NAME", f"Column '{name}' is ambiguous", node.line, node.column)
        return found[0]

    def _merged(self, kind, a, b):
        if kind == "right":
            return b
        if kind != "full":
            return a
        common = coercions.common_type(a.type, b.type)
        return Expr(common, "coalesce", (a, b), "coalesce({0}, {1})")


class _QualifiedOnly(Field):
    """A field that is found by its qualified name alone."""

    def matches(self, prefix, name):
        return bool(prefix) and super().matches(prefix, name)


def _qualified_only(field):
    return _QualifiedOnly(field.name, field.expr, field.qualifier, hidden=True)
