"""WITH: named queries, planned anew for each reference, and recursive ones."""

from itertools import count

from .. import coercions
from ..errors import AthenaError
from ..sql import tree
from .plans import RecursivePlan, SetPlan
from .relations import Named

_names = count(1)


class WithQueries:
    """The part of `planner.Planner` that keeps `ctes`: name → what a reference to it needs."""

    @staticmethod
    def _check_with(item, query):
        first = next(other for other in query.withs if other.name == item.name)
        if first is not item:
            message = f"WITH query name '{item.name}' specified more than once"
            raise AthenaError("DUPLICATE_NAMED_QUERY", message, item.line, item.column)
        if query.recursive and item.columns is None:
            message = "missing column aliases in recursive WITH query"
            raise AthenaError("MISSING_COLUMN_ALIASES", message, item.line, item.column)

    def _check_with_query(self, item):
        """Trino analyses a WITH query where it stands, also one that nothing reads."""
        scans, self.scans = self.scans, []
        matches, self.matches = self.matches, []
        try:
            plan, columns = self.with_query(item.name)
        finally:
            self.scans, self.matches = scans, matches
        check_aliases(columns, len(plan.columns), item)

    def with_query(self, name):
        """The plan of a WITH query, made anew for each reference as Trino does, or None."""
        found = self.ctes.get(name)
        if found is None:
            return None
        if isinstance(found, Named):
            return found
        item, visible, recursive, parent = found
        outer, self.ctes = self.ctes, visible
        try:
            if recursive and isinstance(item.query.body, tree.SetOperation):
                return self._recursive(item, parent), item.columns
            return self.query(item.query, parent), item.columns
        finally:
            self.ctes = outer

    def _recursive(self, item, parent):
        body = item.query.body
        first = self._body(body.left, parent)
        check_aliases(item.columns, len(first.columns), item)
        name = f"w{next(_names)}"
        reference = Named(name)
        reference.columns = [
            (c, t) for c, (_, t) in zip(item.columns or [n for n, _ in first.columns], first.columns, strict=True)
        ]
        self.ctes = {**self.ctes, item.name: reference}
        self.recursing += 1
        try:
            step = self._body(body.right, parent)
        finally:
            self.recursing -= 1
        if len(step.columns) != len(first.columns):
            message = (
                f"base and step relations of recursion have different number of fields: {len(first.columns)}, "
                f"{len(step.columns)}"
            )
            raise AthenaError("TYPE_MISMATCH", message, body.right.line, body.right.column)
        self._check_step(first, step, body.right)
        step = self.coerced(step, [t for _, t in first.columns])
        return RecursivePlan(name, SetPlan("UNION", body.distinct, first, step))

    @staticmethod
    def _check_step(first, step, node):
        for i, ((_, wanted), (_, t)) in enumerate(zip(first.columns, step.columns, strict=True), 1):
            if coercions.common_type(wanted, t) != wanted:
                message = (
                    f"recursion step relation output type ({t}) is not coercible to recursion base relation output "
                    f"type ({wanted}) at column {i}"
                )
                raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)


def check_aliases(aliases, count, node):
    """A list of column aliases over `count` columns."""
    if aliases is None:
        return
    if len(aliases) != count:
        message = f"Column alias list has {len(aliases)} entries but relation has {count} columns"
        raise AthenaError("MISMATCHED_COLUMN_ALIASES", message, node.line, node.column)
    for i, alias in enumerate(aliases):
        if alias.lower() in [other.lower() for other in aliases[:i]]:
            message = f"Column name '{alias}' specified more than once"
            raise AthenaError("DUPLICATE_COLUMN_NAME", message, node.line, node.column)
