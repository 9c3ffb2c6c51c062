"""A bound expression: every name resolved, every type known, ready to become DuckDB SQL."""

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace

from ..errors import AthenaError
from ..types import Type


@dataclass(frozen=True)
class ColumnRef:
    """Column `index` of a relation (relations.py)."""

    relation: object
    index: int


@dataclass(eq=False)
class Expr:
    """One node. `op` says what it means (column, literal, call, =, and, …), `template` how DuckDB writes it.

    A template is text with {0}, {1} … for the arguments, or a callable of their rendered texts.
    `shown`: a column as it was written.
    `value`: a literal's Python value, a column's ColumnRef, a subquery's plan, a lambda's parameters, a name.
    """

    type: Type
    op: str
    args: tuple["Expr", ...] = ()
    template: object = None
    value: object = None
    line: int = 1
    column: int = 1
    deterministic: bool = True
    shown: str = ""

    def walk(self) -> Iterator["Expr"]:
        """This node and all below it, without entering subqueries."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.args))

    def has(self, op):
        return any(node.op == op for node in self.walk())

    @property
    def is_constant(self):
        """Its value depends on no row."""
        return all(
            node.deterministic and node.op not in ("column", "parameter", "aggregate", "window", "subquery")
            for node in self.walk()
        )

    def key(self):
        """Equal for expressions that Trino's GROUP BY takes as the same."""
        value = self.value if not isinstance(self.value, (list, dict, set)) else repr(self.value)
        if self.op == "literal":
            value = repr(value)
        return (self.op, self.type, value, _same_writing(self.template), *(a.key() for a in self.args))

    def replace(self, change):
        """A copy in which `change(node)` took the place of each node for which it is not None."""
        new = change(self)
        if new is not None:
            return new
        args = tuple(a.replace(change) for a in self.args)
        if all(a is b for a, b in zip(args, self.args, strict=True)):
            return self
        return replace(self, args=args)


def _same_writing(part):
    """Equal for templates that write alike: each call of a function makes a new one, of the same code and values."""
    if isinstance(part, Expr):
        return part.key()
    if isinstance(part, (list, tuple)):
        return tuple(map(_same_writing, part))
    if hasattr(part, "__code__"):
        return (part.__code__, *(_same_writing(cell.cell_contents) for cell in part.__closure__ or ()))
    return part if isinstance(part, Hashable) else id(part)


def literal(value, type_, template=None, **position):
    return Expr(type_, "literal", (), template, value, **position)


def call(op, type_, template, *args, **options):
    return Expr(type_, op, tuple(args), template, **options)


def conjuncts(expr):
    """`a AND b AND c` → [a, b, c]."""
    if expr is None:
        return []
    if expr.op == "and":
        return [part for a in expr.args for part in conjuncts(a)]
    return [expr]


TOO_DEEP = 100  # calls inside one another; DuckDB's own stack is the limit
NESTED_CALLS = 4  # calls inside one another that DuckDB may expand together
_EXPANDING = re.compile(r"\bt_\w+\(")  # a macro: DuckDB copies the argument to each place that it is used in


def nested_calls(expr):
    """How many calls that may copy their arguments lie inside one another here."""
    found = expr.__dict__.get("_nested_calls")
    if found is None:
        found = max(map(nested_calls, expr.args), default=0)
        found += _copies(expr)
        if found > TOO_DEEP:
            raise AthenaError("STACK_OVERFLOW", "statement is too large (stack overflow during analysis)")
        expr.__dict__["_nested_calls"] = found
    return found


def _copies(expr):
    if expr.op == "cast" or callable(expr.template):
        return expr.op in ("cast", "between", "nullif") or expr.op.startswith("call:")
    template = expr.template or ""
    return bool(expr.args) and (template.count("{0}") > 1 or bool(_EXPANDING.search(template)))


def _flat(column):
    """SQL of a column without the dictionary that a Parquet file keeps its values in.

    A grouped aggregation in DuckDB 2.0 holds every dictionary that it has met until it ends, outside its memory
    limit: 100 MB for each file of TPC-H's lineitem. Values stay the same; it costs about a tenth of the query's time.
    """
    return f"coalesce({column}, NULL)"


@dataclass
class Renderer:
    """Expr → DuckDB SQL. `columns` overrides how a ColumnRef is written; `flat`: aggregates get flat columns."""

    columns: dict = field(default_factory=dict)
    flat: bool = False

    def __call__(self, expr):
        if expr.op == "column":
            return self.columns.get(expr.value) or expr.value.relation.column_sql(expr.value.index)
        if expr.op == "subquery":
            return self._fill(expr, [*map(self, expr.args), expr.value.sql()])
        if expr.op == "parameter":
            return f'"{expr.value}"'
        parts = [self(a) for a in expr.args]
        if expr.op == "aggregate" and self.flat:
            parts = [_flat(part) if a.op == "column" else part for a, part in zip(expr.args, parts, strict=True)]
        if _copies(expr):
            return self._fill_once(expr, parts)
        return self._fill(expr, parts)

    def _fill_once(self, expr, parts):
        """Deep arguments go into variables, DuckDB's being those of lambdas: copies of copies grow exponentially."""
        held = {}
        for i, argument in enumerate(expr.args):
            if argument.op != "lambda" and nested_calls(argument) >= NESTED_CALLS:
                held[f"__deep{i}"], parts[i] = parts[i], f"__deep{i}"
        sql = self._fill(expr, parts)
        for variable, value in held.items():
            sql = f"list_transform([{value}], lambda {variable}: {sql})[1]"
        return sql

    def _fill(self, expr, parts):
        if callable(expr.template):
            return expr.template(parts)
        return expr.template.format(*parts) if parts else expr.template
