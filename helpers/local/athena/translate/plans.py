"""Planned queries: what they give, what they need, and their DuckDB SQL. Output columns are called c0, c1 …"""

from dataclasses import dataclass, field, replace

from .. import types
from ..errors import AthenaError
from .expr import Expr, Renderer, call, conjuncts, literal
from .relations import WHOLE, Derived, Joined, need, new_alias, references

FALSE = literal(False, types.BOOLEAN, "false")


@dataclass
class Order:
    expr: Expr
    descending: bool
    nulls_first: bool

    def sql(self, text):
        return f"{text} {'DESC' if self.descending else 'ASC'} NULLS {'FIRST' if self.nulls_first else 'LAST'}"


@dataclass(eq=False)
class SelectPlan:
    """SELECT … FROM … WHERE … GROUP BY … HAVING … ORDER BY … LIMIT."""

    names: list[str | None]
    outputs: list[Expr]
    relation: object = None
    where: Expr | None = None
    grouping: list | None = None  # [(kind, [[Expr]])]
    having: Expr | None = None
    distinct: bool = False
    order_by: list[Order] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0
    ties: bool = False  # FETCH FIRST … WITH TIES
    windowed: bool = False
    aggregated: bool = False
    needed: set[int] | None = None

    @property
    def columns(self):
        return list(zip(self.names, [e.type for e in self.outputs], strict=True))

    def absorb(self, predicates, derived):
        """Take predicates on the columns of `derived`, which stands for this plan: not across LIMIT or a window."""
        if self.limit is not None or self.offset or self.windowed:
            predicates = []

        def inner(node):
            return self.outputs[node.value.index] if node.op == "column" and node.value.relation is derived else None

        self.push([p.replace(inner) for p in predicates])

    def require(self, indexes=None):
        """Pass on what is needed: None is every output; a dictionary says which nested fields of each."""
        everything = indexes is None or self.distinct
        self.needed = set(range(len(self.outputs))) if everything else set(indexes)
        paths = indexes if isinstance(indexes, dict) and not everything else {}
        for i in sorted(self.needed):
            need(self.outputs[i], paths.get(i, WHOLE))
        for expr in self._conditions():
            need(expr)
        if self.relation is not None:
            for leaf in reversed(self.relation.leaves()):
                leaf.settle()

    def expressions(self):
        """All bound expressions of this plan's own."""
        return [*self.outputs, *self._conditions()]

    def _conditions(self):
        yield from (e for e in (self.where, self.having) if e is not None)
        yield from (o.expr for o in self.order_by)
        for _, sets in self.grouping or []:
            for keys in sets:
                yield from keys
        if hasattr(self.relation, "conditions"):
            yield from self.relation.conditions()

    def push(self, predicates):
        for expr in self._subqueries():
            expr.value.push([])
        if self.relation is None:
            return
        passed = predicates
        if self.aggregated:
            keys = self._grouping_columns()
            passed = [p for p in predicates if not p.has("aggregate") and _columns(p) and _columns(p) <= keys]
        passed = [p for p in passed if references(p) is not None]
        if self.limit == 0:
            passed.append(FALSE)
        self.relation.push(conjuncts(self.where) + passed)

    def _subqueries(self):
        roots = [
            *self.outputs,
            *(e for e in (self.where, self.having) if e is not None),
            *(o.expr for o in self.order_by),
        ]
        if hasattr(self.relation, "conditions"):
            roots += self.relation.conditions()
        return [node for root in roots for node in root.walk() if node.op == "subquery"]

    def _grouping_columns(self):
        if not self.grouping or any(kind != "simple" for kind, _ in self.grouping):
            return set()
        return {e.value for _, sets in self.grouping for keys in sets for e in keys if e.op == "column"}

    def sql(self):
        return self._anchored()._sql()

    def _anchored(self):
        """Aggregates of an outer query's columns alone belong here, in Trino; DuckDB gives them to that query."""
        own = set(self.relation.leaves()) if self.relation is not None else set()
        anchor = Derived(RowsPlan([types.INTEGER], [[literal(1, types.INTEGER, "1")]]))

        def anchored(node):
            read = {n.value.relation for n in node.walk() if n.op == "column"} if node.op == "aggregate" else ()
            if not read or read & own:
                return None
            first = anchor.column(0, types.INTEGER)
            args = [call("if", a.type, "CASE WHEN {0} = 1 THEN {1} END", first, a) for a in node.args]
            return replace(node, args=tuple(args))

        def change(expr):
            return expr.replace(anchored)

        outputs = [change(e) for e in self.outputs]
        having = self.having if self.having is None else change(self.having)
        orders = [Order(change(o.expr), o.descending, o.nulls_first) for o in self.order_by]
        before = [*self.outputs, self.having, *(o.expr for o in self.order_by)]
        if all(a is b for a, b in zip([*outputs, having, *(o.expr for o in orders)], before, strict=True)):
            return self
        relation = anchor if self.relation is None else Joined("cross", self.relation, anchor)
        return replace(self, outputs=outputs, having=having, order_by=orders, relation=relation)

    @property
    def reads_much(self):
        return self.relation is not None and any(leaf.reads_much for leaf in self.relation.leaves())

    def _sql(self):
        render = Renderer(flat=bool(self.grouping) and self.reads_much)
        chosen = sorted(self.needed if self.needed is not None else range(len(self.outputs)))
        # without outputs an aggregation over all rows must still give one row, not one for each
        no_outputs = "count(*) AS c" if self.aggregated and not self.grouping else "1 AS c"
        outputs = [f"{render(self.outputs[i])} AS c{i}" for i in chosen] or [no_outputs]
        parts = [f"SELECT {'DISTINCT ' if self.distinct else ''}{', '.join(outputs)}"]
        if self.relation is not None:
            parts.append(f"FROM {self.relation.sql()}")
        if self.where is not None:
            parts.append(f"WHERE {render(self.where)}")
        if self.grouping:
            parts.append("GROUP BY " + ", ".join(_grouping_sql(kind, sets, render) for kind, sets in self.grouping))
        if self.having is not None:
            parts.append(f"HAVING {render(self.having)}")
        if self.ties:
            parts.append(self._peers(render))
        if self.order_by:
            keys = {self.outputs[i].key(): f"c{i}" for i in reversed(chosen)}
            parts.append(
                "ORDER BY " + ", ".join(o.sql(keys.get(o.expr.key()) or render(o.expr)) for o in self.order_by)
            )
        return " ".join(parts) + _limits(None if self.ties else self.limit, self.offset)

    def _peers(self, render):
        """The rows up to the limit and those that the ordering puts beside the last of them."""
        if self.distinct:
            raise AthenaError("NOT_SUPPORTED", "SELECT DISTINCT with FETCH FIRST … WITH TIES")
        order = ", ".join(o.sql(render(o.expr)) for o in self.order_by)
        return f"QUALIFY rank() OVER (ORDER BY {order}) <= {self.limit + self.offset}"


def _grouping_sql(kind, sets, render):
    if kind == "simple":
        return ", ".join(render(e) for e in sets[0]) or "()"
    listed = ", ".join("(" + ", ".join(render(e) for e in keys) + ")" for keys in sets)
    return f"{'GROUPING SETS' if kind == 'sets' else kind.upper()} ({listed})"


def _columns(expr):
    return {node.value for node in expr.walk() if node.op == "column"}


def _limits(limit, offset):
    return (f" LIMIT {limit}" if limit is not None else "") + (f" OFFSET {offset}" if offset else "")


@dataclass(eq=False)
class RowsPlan:
    """VALUES."""

    types: list
    rows: list[list[Expr]]

    @property
    def columns(self):
        return [(None, t) for t in self.types]

    def require(self, indexes=None):
        for row in self.rows:
            for expr in row:
                need(expr)

    def absorb(self, predicates, derived):
        self.push([])

    def push(self, predicates):
        for row in self.rows:
            for expr in row:
                for node in expr.walk():
                    if node.op == "subquery":
                        node.value.push([])

    def sql(self):
        render = Renderer()
        rows = ", ".join("(" + ", ".join(render(e) for e in row) + ")" for row in self.rows)
        names = ", ".join(f"c{i}" for i in range(len(self.types)))
        return f"SELECT * FROM (VALUES {rows}) AS {new_alias()}({names})"


@dataclass(eq=False)
class SetPlan:
    """UNION, EXCEPT or INTERSECT of two plans with the same column types."""

    op: str
    distinct: bool
    left: object
    right: object

    @property
    def columns(self):
        return self.left.columns

    @property
    def reads_much(self):
        return any(getattr(side, "reads_much", False) for side in (self.left, self.right))

    def absorb(self, predicates, derived):
        self.left.absorb(predicates, derived)
        self.right.absorb(predicates, derived)

    def require(self, indexes=None):
        indexes = indexes if _can_drop_columns(self) else None
        self.left.require(indexes)
        self.right.require(indexes)

    def push(self, predicates):
        self.left.push([])
        self.right.push([])

    def sql(self):
        keyword = self.op + ("" if self.distinct else " ALL")
        return f"({self.left.sql()}) {keyword} ({self.right.sql()})"


def _can_drop_columns(plan):
    """Whether a plan gives only the columns required of it: UNION ALL does, whatever compares rows does not."""
    if isinstance(plan, SetPlan):
        return plan.op == "UNION" and not plan.distinct and all(map(_can_drop_columns, (plan.left, plan.right)))
    return isinstance(plan, SelectPlan) and not plan.distinct


RECURSION_DEPTH = 10  # Trino's max_recursion_depth, which Athena lets nobody change
_TOO_DEEP = (
    f"NOT_SUPPORTED: Recursion depth limit exceeded ({RECURSION_DEPTH}). "
    "Use ''max_recursion_depth'' session property to modify the limit."
)


@dataclass(eq=False)
class RecursivePlan:
    """A WITH RECURSIVE query, unrolled as Trino plans it: the step over what the step before gave, ten times.

    UNION without ALL makes the rows distinct at the end, not between the steps, so it stops no circle.
    """

    name: str
    step: SetPlan

    @property
    def columns(self):
        return self.step.columns

    def require(self, indexes=None):
        self.step.require()

    def absorb(self, predicates, derived):
        self.push([])

    def push(self, predicates):
        self.step.push([])

    def sql(self):
        names, step = ", ".join(f"c{i}" for i in range(len(self.columns))), self.step.right.sql()
        ctes = [f"{self.name}_0({names}) AS MATERIALIZED ({self.step.left.sql()})"]
        for i in range(RECURSION_DEPTH + 1):
            one = f"WITH {self.name} AS (SELECT * FROM {self.name}_{i}) SELECT * FROM ({step})"
            ctes.append(f"{self.name}_{i + 1}({names}) AS MATERIALIZED ({one})")
        parts = [f"SELECT {names} FROM {self.name}_{i}" for i in range(RECURSION_DEPTH + 1)]
        beyond = f"SELECT *, row_number() OVER () AS n FROM {self.name}_{RECURSION_DEPTH + 1}"
        parts.append(f"SELECT {names} FROM ({beyond}) WHERE error('{_TOO_DEEP}' || repeat('', n)) IS NULL")
        union = " UNION ALL ".join(parts)
        distinct = "DISTINCT " if self.step.distinct else ""
        return f"WITH {', '.join(ctes)} SELECT {distinct}{names} FROM ({union})"


def select_from(plan, change=None):
    """A SELECT of all columns of `plan`; `change(index, Expr)` may convert each."""
    derived = Derived(plan)
    columns = [derived.column(i, t) for i, (_, t) in enumerate(plan.columns)]
    outputs = [change(i, c) for i, c in enumerate(columns)] if change else columns
    return SelectPlan([name for name, _ in plan.columns], outputs, derived)
