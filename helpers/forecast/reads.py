"""What a query asks of each table it names: the columns, down to nested fields, and the predicates.

sqlglot resolves the names (`qualify`) and drops the outputs that nobody uses (`pushdown_projections`);
`helpers.forecast.pushdown` carries the predicates down to the tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.resolver import Resolver
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from helpers.forecast import pushdown
from helpers.forecast.catalog import CATALOG, Catalog, Table
from helpers.forecast.errors import ForecastError
from helpers.forecast.inline import Inliner
from helpers.forecast.statement import DIALECT

Paths = dict[str, set[tuple[str, ...]]]  # column → the nested fields used of it; () is the whole column


@dataclass
class Read:
    """One place in a query where a table is read.

    predicates  conjuncts that every row that matters fulfils, their columns without a qualifier
    joined      whether the table is joined or compared with another, which dynamic filters may use
    limited     whether a LIMIT may end the reading early
    sampled     whether TABLESAMPLE leaves out some of it
    """

    table: Table
    alias: str
    columns: Paths = field(default_factory=dict)
    predicates: list[exp.Expression] = field(default_factory=list)
    joined: bool = False
    limited: bool = False
    sampled: bool = False


def reads(query: exp.Query, catalog: Catalog, database: str) -> list[Read]:
    """Every read of a table, in the order in which the query names them. Raises ForecastError."""
    inliner = Inliner(catalog)
    try:
        tree = inliner.inline(query, database)
        schema = _schema(inliner.tables)
        tree = qualify(
            tree,
            dialect=DIALECT,
            schema=schema,
            expand_alias_refs=False,  # in Trino, WHERE, GROUP BY and HAVING name columns, never aliases
            quote_identifiers=False,
        )
        _qualify_having(tree, schema)
        _select_nothing_in_exists(tree)
        tree = pushdown_projections(tree)
        found = _found(tree, inliner.tables)
        pushed = pushdown.predicates(tree)
    except SqlglotError as error:
        raise ForecastError(f"The query cannot be resolved: {str(error).splitlines()[0]}") from error
    except RecursionError as error:
        raise ForecastError("The query is nested too deeply to be estimated.") from error
    for node_id, predicates in pushed.items():
        if node_id in found:
            found[node_id].predicates = predicates
    return list(found.values())


def _schema(tables: dict[tuple[str, str], Table]) -> MappingSchema:
    """The tables' columns with their types, for sqlglot."""
    schema = MappingSchema(dialect=DIALECT)
    for table in tables.values():
        name = exp.table_(table.name, db=table.database, catalog=CATALOG, quoted=True)
        types = {**table.columns, **table.keys}
        schema.add_table(name, {column: column_type(text) for column, text in types.items()})
    return schema


def column_type(hive: str) -> exp.DataType:
    """A Hive type, `struct<os:string>`, as sqlglot's. Raises ForecastError for one that is none."""
    try:
        return exp.DataType.build(hive, dialect="hive")
    except SqlglotError as error:
        raise ForecastError(f"{hive!r} is no type of a column: correct the table in the Glue catalog.") from error


def _qualify_having(tree: exp.Expression, schema: MappingSchema) -> None:
    """Give HAVING's plain columns their tables: sqlglot leaves them alone, taking them for aliases."""
    for scope in traverse_scope(tree):
        having = scope.expression.args.get("having")
        if having is None:
            continue
        resolver = Resolver(scope, schema)
        for column in having.find_all(exp.Column):
            if column.table or column.find_ancestor(exp.Select) is not scope.expression:
                continue
            owner = resolver.get_table(column)
            if owner is None:
                raise ForecastError(f"Column {column.name!r} in HAVING cannot be resolved.")
            column.set("table", owner.copy())


def _select_nothing_in_exists(tree: exp.Expression) -> None:
    """EXISTS (SELECT * …) asks whether there is a row, so it reads only what its conditions name."""
    for exists in tree.find_all(exp.Exists):
        select = exists.this
        if isinstance(select, exp.Select) and not select.args.get("group") and not select.find(exp.AggFunc):
            select.set("expressions", [exp.alias_(exp.Literal.number(1), "one")])
            select.set("distinct", None)


def _found(tree: exp.Expression, tables: dict[tuple[str, str], Table]) -> dict[int, Read]:
    """Read by the id of its node in the tree, in the order of the tree."""
    found: dict[int, Read] = {}
    uses = Uses()
    scopes = {id(scope.expression): scope for scope in traverse_scope(tree)}
    for scope in reversed(scopes.values()):  # outer before inner: what is used of a derived table is known then
        for name, (node, source) in scope.selected_sources.items():
            used = uses.of_source(scope, name)
            if isinstance(source, Scope):
                uses.pass_on(source.expression, used)
            elif (node.db, node.name) in tables:
                found[id(node)] = Read(
                    tables[node.db, node.name],
                    name,
                    used,
                    joined=_is_joined(scope),
                    limited=_is_limited(node),
                    sampled=bool(node.args.get("sample")),
                )
    order = {id(node): place for place, node in enumerate(tree.dfs()) if id(node) in found}
    return dict(sorted(found.items(), key=lambda item: order.get(item[0], 0)))


class Uses:
    """Which nested fields of the outputs of derived tables are used, by the queries around them."""

    def __init__(self):
        self._of: dict[tuple[int, str], set[tuple[str, ...]]] = {}

    def of_source(self, scope: Scope, name: str) -> Paths:
        """Column of a source of the scope → the paths used of it."""
        used: Paths = {}
        for column in scope.source_columns(name):
            path, whole = _path(column)
            for rest in self._below(scope.expression, whole):
                used.setdefault(column.name, set()).add(path + rest)
        return used

    def pass_on(self, query: exp.Expression, used: Paths) -> None:
        """Remember what is used of a derived table's outputs; of a union's, by place."""
        if isinstance(query, exp.Subquery):
            self.pass_on(query.this, used)
        elif isinstance(query, exp.SetOperation):
            whole = query.args.get("distinct") or not isinstance(query, exp.Union)  # rows are compared
            for side in (query.left, query.right):
                renamed = dict(zip(query.named_selects, side.named_selects, strict=False))
                inner = {renamed[name]: {()} if whole else paths for name, paths in used.items() if name in renamed}
                self.pass_on(side, inner)
        else:
            for name, paths in used.items():
                self._of.setdefault((id(query), name), set()).update(paths)

    def _below(self, select: exp.Expression, node: exp.Expression) -> set[tuple[str, ...]]:
        """The paths used of an output that is nothing but `node`; anything else is used whole."""
        output = node.parent if isinstance(node.parent, exp.Alias) else node
        if output.arg_key != "expressions" or output.parent is not select or select.args.get("distinct"):
            return {()}
        order = select.args.get("order")
        if order is not None and any(c.name == output.alias_or_name for c in order.find_all(exp.Column)):
            return {()}
        return self._of.get((id(select), output.alias_or_name), {()})


def _path(column: exp.Column) -> tuple[tuple[str, ...], exp.Expression]:
    """The fields that follow a column, and the node with them: ('os',) for `device.os`, () for `items[1].sku`."""
    path, node = [], column
    while isinstance(node.parent, exp.Dot) and node.arg_key == "this":
        node = node.parent
        path.append(node.expression.name.lower())
    return tuple(path), node


def _is_joined(scope: Scope) -> bool:
    """Whether rows of this scope meet rows of another table, in a join or in a subquery of a condition."""
    others = [s for s in scope.selected_sources.values() if not isinstance(s[1], Scope) or not s[1].is_udtf]
    if len(others) > 1 or scope.subquery_scopes or scope.is_subquery:
        return True
    parent = scope.parent
    return parent is not None and not scope.is_set_operation and not scope.is_cte and _is_joined(parent)


def _is_limited(node: exp.Expression) -> bool:
    while node is not None:
        if isinstance(node, exp.Query) and (node.args.get("limit") or node.args.get("offset")):
            return True
        node = node.parent
    return False
