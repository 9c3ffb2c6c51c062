"""Which names mean what at one place of a query."""

from dataclasses import dataclass

from ..errors import AthenaError
from .expr import Expr


@dataclass(frozen=True, eq=False)
class Field:
    """A column that names can mean. `qualifier`: what may stand before it, such as (catalog, db, table)."""

    name: str | None
    expr: Expr
    qualifier: tuple[str, ...] = ()
    hidden: bool = False

    def matches(self, prefix, name):
        if self.name is None or self.name.lower() != name:
            return False
        return not prefix or self.qualifier[-len(prefix) :] == prefix

    @property
    def type(self):
        return self.expr.type


class Scope:
    """The fields of a FROM clause, and the scope around it for correlated subqueries."""

    def __init__(self, fields, parent=None):
        self.fields, self.parent = fields, parent

    def find(self, parts, node):
        """The longest leading part of a dotted name that is a column → (Expr, the rest of the name), or None."""
        lower = tuple(p.lower() for p in parts)
        for length in range(len(lower), 0, -1):
            *prefix, name = lower[:length]
            found = [f for f in self.fields if f.matches(tuple(prefix), name)]
            if len(found) > 1:
                written = ".".join(parts[:length])
                raise AthenaError("AMBIGUOUS_NAME", f"Column '{written}' is ambiguous", node.line, node.column)
            if found:
                return found[0].expr, lower[length:]
        return self.parent.find(parts, node) if self.parent else None

    def star(self, prefix=()):
        """The visible fields, of one relation if a prefix is given."""
        prefix = tuple(p.lower() for p in prefix)
        return [f for f in self.fields if not f.hidden and (not prefix or f.qualifier[-len(prefix) :] == prefix)]


def not_found(parts, node):
    return AthenaError(
        "COLUMN_NOT_FOUND",
        f"Column '{'.'.join(parts)}' cannot be resolved or requester is not authorized to access requested resources",
        node.line,
        node.column,
    )
