"""Predicates carried down to the tables: what every row of a table must fulfil to matter to the query.

The rules are those of Trino's PredicatePushDown, in small: through derived tables, views, unions, grouping
keys and window partitions; into both sides of an inner join, with `a = b AND a < 5` implying `b < 5`; into
the inner side of an outer join only what its ON says. Not across LIMIT.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

# Never true where what they compare is NULL, so they turn an outer join into an inner one; and what is NULL
# when its argument is.
NULL_REJECTING = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.In, exp.Like, exp.Between)
NULL_FOLLOWING = (exp.Dot, exp.Cast, exp.Paren, exp.Neg, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)
_RANDOM = (exp.Rand, exp.Uuid)
_RANDOM_NAMES = {"random", "rand", "uuid", "shuffle"}


def predicates(tree: exp.Expression) -> dict[int, list[exp.Expression]]:
    """The conjuncts for each table, by the id of its node; their columns carry no qualifier."""
    found: dict[int, list[exp.Expression]] = {}
    _push(tree, [], found)
    return found


def conjuncts(condition: exp.Expression | None) -> list[exp.Expression]:
    """The parts of a condition that AND joins."""
    if condition is None:
        return []
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        return conjuncts(condition.left) + conjuncts(condition.right)
    return [condition]


def _push(query: exp.Expression, incoming: list[exp.Expression], found: dict) -> None:
    """Carry `incoming`, whose columns are the query's outputs by name, into the query."""
    if isinstance(query, exp.Subquery):
        blocked = query.args.get("limit") or query.args.get("offset")
        _push(query.this, [] if blocked else incoming, found)
    elif isinstance(query, exp.SetOperation):
        _push_set(query, incoming, found)
    elif isinstance(query, exp.Select):
        _push_select(query, incoming, found)
    with_ = query.args.get("with_")
    for cte in with_.expressions if with_ else []:
        _push(cte.this, [], found)


def _push_set(query: exp.SetOperation, incoming: list[exp.Expression], found: dict) -> None:
    if query.args.get("limit") or query.args.get("offset"):
        incoming = []
    names, others = query.left.named_selects, query.right.named_selects
    renamed = {name: exp.column(exp.to_identifier(other)) for name, other in zip(names, others, strict=False)}
    _push(query.left, incoming, found)
    _push(query.right, [_substituted(p, renamed) for p in incoming], found)


def _push_select(select: exp.Select, incoming: list[exp.Expression], found: dict) -> None:
    pool = conjuncts(select.args["where"].this) if select.args.get("where") else []
    pool += _absorbed(select, incoming)
    limit = select.args.get("limit")
    if limit is not None and limit.expression is not None and limit.expression.name == "0":
        pool.append(exp.false())
    _distribute(select, [p for p in pool if _is_plain(p)], found)
    for subquery in _expression_subqueries(select):
        _push(subquery, [], found)


def _absorbed(select: exp.Select, incoming: list[exp.Expression]) -> list[exp.Expression]:
    """The incoming predicates in terms of the select's own columns, where rows may be dropped before it."""
    if select.args.get("limit") or select.args.get("offset"):
        return []
    outputs = {output.alias_or_name: output.unalias() for output in select.selects}
    keys = _keys(select)
    passed = []
    for predicate in incoming:
        used = [outputs.get(name) for name in _names(predicate)]
        if all(u is not None for u in used) and (keys is None or (used and all(u in keys for u in used))):
            passed.append(_substituted(predicate, outputs))
    return passed


def _keys(select: exp.Select) -> set | None:
    """The expressions whose values a group or a window's partition has in common; None: all are."""
    keys: set | None = None
    group = select.args.get("group")
    aggregated = any(not isinstance(a.parent, exp.Window) for s in select.selects for a in s.find_all(exp.AggFunc))
    if group is not None or aggregated or select.args.get("having"):
        simple = group is not None and not any(group.args.get(k) for k in ("cube", "rollup", "grouping_sets"))
        keys = _grouping_keys(select, group) if simple else set()
    for window in (w for s in select.selects for w in s.find_all(exp.Window)):
        own = set(window.args.get("partition_by") or [])
        keys = own if keys is None else keys & own
    return keys


def _grouping_keys(select: exp.Select, group: exp.Group) -> set:
    keys = set()
    for key in group.expressions:
        place = int(key.name) if isinstance(key, exp.Literal) and key.is_int else None
        keys.add(select.selects[place - 1].unalias() if place and place <= len(select.selects) else key)
    return keys


def _substituted(predicate: exp.Expression, outputs: dict[str, exp.Expression]) -> exp.Expression:
    """The predicate with each output's name replaced by what computes it."""

    def change(node):
        if isinstance(node, exp.Column) and not node.table and node.name in outputs:
            inner = outputs[node.name].copy()
            return inner if isinstance(inner, (exp.Column, exp.Literal)) else exp.paren(inner, copy=False)
        return node

    return predicate.copy().transform(change)


# --- joins ----------------------------------------------------------------------------------------------


def _distribute(select: exp.Select, pool: list[exp.Expression], found: dict) -> None:
    """Hand the conjuncts of WHERE and of the joins' ON to the sources that they speak of alone."""
    from_ = select.args.get("from_")
    if from_ is None:
        return
    _deliver_joined(from_.this, select.args.get("joins") or [], pool, found)
    for lateral in select.args.get("laterals") or []:
        _deliver(lateral, [], found)


def _deliver_joined(first: exp.Expression, joins: list[exp.Join], pool: list, found: dict) -> None:
    if not joins:
        own = {first.alias_or_name}
        _deliver(first, [p for p in pool if tables_of(p) <= own], found)
        return
    *earlier, join = joins
    left = {first.alias_or_name, *(j.this.alias_or_name for j in earlier)}
    right = {join.this.alias_or_name}
    to_left, to_right = _divided(join, pool, left, right)
    _deliver(join.this, [p for p in to_right if tables_of(p) <= right], found)
    _deliver_joined(first, earlier, [p for p in to_left if tables_of(p) <= left], found)


def _divided(join: exp.Join, pool: list, left: set, right: set) -> tuple[list, list]:
    """What may be asked of the rows on the left and on the right of a join."""
    on = [p for p in conjuncts(join.args.get("on")) if _is_plain(p)]
    keeps_left, keeps_right = _kept_sides(join, pool, left, right)
    if keeps_left and keeps_right:
        return [], []
    if not keeps_left and not keeps_right:
        both = pool + on
        both = both + _implied(both)
        return both, both
    own = [p for p in pool if tables_of(p) <= (left if keeps_left else right)]
    preserved, other = own + _implied(own), on + _implied(own + on)
    return (preserved, other) if keeps_left else (other, preserved)


def _kept_sides(join: exp.Join, pool: list, left: set, right: set) -> tuple[bool, bool]:
    """Whether unmatched rows of the left and of the right side stay; a predicate on the other side may end it."""
    keeps_left = join.side in ("LEFT", "FULL") and not _rejects_null(pool, right)
    keeps_right = join.side in ("RIGHT", "FULL") and not _rejects_null(pool, left)
    return keeps_left, keeps_right


def _rejects_null(pool: list, side: set) -> bool:
    """Whether one of the predicates is never true for a row whose columns of `side` are all NULL."""
    return any(
        isinstance(p, NULL_REJECTING)
        and tables_of(p)
        and tables_of(p) <= side
        and any(_follows_null(part) for part in (p.this, p.args.get("expression")))
        for p in pool
    )


def _follows_null(node: object) -> bool:
    """Whether an expression is NULL when its columns are: not so for coalesce() or IS NULL."""
    if isinstance(node, exp.Column):
        return True
    return isinstance(node, NULL_FOLLOWING) and any(map(_follows_null, node.iter_expressions()))


def _implied(pool: list[exp.Expression]) -> list[exp.Expression]:
    """`a = b` carries what is said of a alone over to b (Trino's equality inference), for plain columns."""
    pairs = [
        (p.left, p.right)
        for p in pool
        if isinstance(p, exp.EQ) and isinstance(p.left, exp.Column) and isinstance(p.right, exp.Column)
    ]
    implied: list[exp.Expression] = []
    for _ in range(min(len(pairs), 4) or 0):  # a = b AND b = c carries over in two rounds
        for pair in pairs:
            for this, other in (pair, pair[::-1]):
                implied += _carried(pool + implied, this, other)
    return implied


def _carried(pool: list, this: exp.Column, other: exp.Column) -> list[exp.Expression]:
    carried = []
    for predicate in pool:
        columns = list(predicate.find_all(exp.Column))
        if columns and all(column == this for column in columns):
            copy = predicate.copy().transform(lambda n: other.copy() if n == this else n)
            if copy not in pool and copy not in carried:
                carried.append(copy)
    return carried


def _deliver(source: exp.Expression, pool: list[exp.Expression], found: dict) -> None:
    """Give a source its predicates, now without the qualifier."""
    joins = source.args.get("joins") or []
    plain = [_unqualified(p) for p in pool]
    if isinstance(source, exp.Table):
        found[id(source)] = [] if joins else plain
    elif isinstance(source, exp.Subquery) and isinstance(source.this, exp.Query):
        _push(source.this, [] if source.args.get("sample") else plain, found)
    elif isinstance(source, (exp.Subquery, exp.Paren)):
        _deliver(source.this, [], found)
    elif isinstance(source, exp.Lateral):
        _push(source.this, [], found)
    if joins and isinstance(source, exp.Table):
        for join in joins:
            _deliver(join.this, [], found)


def _unqualified(predicate: exp.Expression) -> exp.Expression:
    return predicate.copy().transform(
        lambda node: exp.column(node.this.copy()) if isinstance(node, exp.Column) else node
    )


# --- small questions about predicates ---------------------------------------------------------------------


def tables_of(predicate: exp.Expression) -> set[str]:
    """The aliases of the sources whose columns a predicate names."""
    return {column.table for column in predicate.find_all(exp.Column)}


def _names(predicate: exp.Expression) -> set[str]:
    return {column.name for column in predicate.find_all(exp.Column)}


def _is_plain(predicate: exp.Expression) -> bool:
    """Whether a predicate may be asked of a table's rows: no subquery, aggregate, window or chance in it."""
    if any(predicate.find_all(exp.Query, exp.AggFunc, exp.Window, exp.Lambda, *_RANDOM)):
        return False
    return all(call.name.lower() not in _RANDOM_NAMES for call in predicate.find_all(exp.Anonymous))


def _expression_subqueries(select: exp.Select) -> Iterable[exp.Query]:
    """The subqueries inside the select's expressions, outermost first, without those of its FROM."""
    roots = [*select.selects, *(join.args.get("on") for join in select.args.get("joins") or [])]
    roots += [select.args.get(part) for part in ("where", "having", "order", "group", "qualify")]
    for root in filter(None, roots):
        yield from _outermost(root)


def _outermost(node: exp.Expression) -> Iterable[exp.Query]:
    if isinstance(node, (exp.Select, exp.SetOperation)):
        yield node
        return
    for child in node.iter_expressions():
        yield from _outermost(child)
