"""Views and WITH queries put where they are used, so that what is left names only tables.

Trino plans a WITH query once for every place that names it, and not at all when no place does; so do views.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

from helpers.forecast.catalog import CATALOG, Catalog, Table, View
from helpers.forecast.errors import ForecastError
from helpers.forecast.statement import DIALECT, parsed

DEEPEST = 50  # views within views; more is taken for a circle
HIDDEN = ("$path", "$file_size", "$file_modified_time", "$bucket", "$partition")


class Inliner:
    """One statement's tables; `tables` maps (database, name) to Table for those that are left."""

    def __init__(self, catalog: Catalog):
        self.catalog = catalog
        self.tables: dict[tuple[str, str], Table] = {}

    def inline(self, query: exp.Expression, database: str) -> exp.Expression:
        """The query with lower-case names, full table names, and no view or WITH except recursive ones."""
        return self._query(query, database, 0)

    def _query(self, query: exp.Expression, database: str, depth: int) -> exp.Expression:
        holder = exp.Paren(this=normalize_identifiers(query, dialect=DIALECT))
        _hide_pseudocolumns(holder)
        self._visit(holder, {}, database, depth)
        return holder.this

    def _visit(self, node: exp.Expression, named: dict, database: str, depth: int) -> None:
        """Replace the tables below `node`; `named` maps a WITH query's name to what builds it."""
        with_ = node.args.get("with_")
        if with_ is not None:
            named = self._with(with_, named, database, depth)
            if not with_.expressions:
                node.set("with_", None)
        for child in list(node.iter_expressions()):
            if isinstance(child, exp.With):
                continue
            self._visit(child, named, database, depth)
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            self._table(node, named, database, depth)

    def _with(self, with_: exp.With, named: dict, database: str, depth: int) -> dict:
        named = dict(named)
        for cte in list(with_.expressions):
            name = cte.alias
            if with_.recursive and any(t.name == name and not t.db for t in cte.this.find_all(exp.Table)):
                named[name] = None  # stays where it is: it names itself
                self._visit(cte.this, named, database, depth)
                continue
            self._visit(cte.this, named, database, depth)
            named[name] = cte
            cte.pop()
        return named

    def _table(self, node: exp.Table, named: dict, database: str, depth: int) -> None:
        if not node.db and node.name in named:
            cte = named[node.name]
            if cte is not None:
                columns = [c.copy() for c in cte.args["alias"].args.get("columns") or []]
                _replace(node, cte.this.copy, columns)
            return
        if node.catalog and node.catalog.lower() != CATALOG:
            raise ForecastError(f"{node.sql(DIALECT)} lies in another data source than {CATALOG}: not estimated.")
        owner = node.db or database
        if owner == "information_schema":
            raise ForecastError("information_schema is answered by the catalog, not from S3: not estimated.")
        found = self.catalog.table(owner, node.name)
        if isinstance(found, View):
            if depth >= DEEPEST:
                raise ForecastError(f"The view {owner}.{node.name} nests views more than {DEEPEST} deep.")
            _replace(node, lambda: self._view_query(found, depth), [])
            return
        self.tables[found.database, found.name] = found
        if not node.alias:
            node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name, quoted=True)))
        node.set("db", exp.to_identifier(found.database, quoted=True))
        node.set("catalog", exp.to_identifier(CATALOG, quoted=True))

    def _view_query(self, view: View, depth: int) -> exp.Expression:
        return self._query(parsed(view.sql), view.database, depth + 1)


def _replace(node: exp.Table, query: Callable[[], exp.Expression], columns: list) -> None:
    """Put a derived table where the table name stands, under the same alias."""
    own = node.args.get("alias")
    given = [c.copy() for c in own.args.get("columns") or []] if own else []
    alias = exp.TableAlias(
        this=exp.to_identifier(node.alias_or_name, quoted=True), columns=(given or columns) or None
    )
    derived = exp.Subquery(this=query().unnest(), alias=alias)
    for kept in ("joins", "laterals"):
        if node.args.get(kept):
            derived.set(kept, [part.copy() for part in node.args[kept]])
    node.replace(derived)


def _hide_pseudocolumns(tree: exp.Expression) -> None:
    """`"$path"` and its like come with every object and cost nothing: they become calls that read no column."""
    for column in list(tree.find_all(exp.Column)):
        if column.name in HIDDEN:
            call = exp.Anonymous(this="hidden", expressions=[exp.Literal.string(column.name)])
            if isinstance(column.parent, exp.Select) and column.arg_key == "expressions":
                call = exp.alias_(call, column.name, quoted=True)
            column.replace(call)
