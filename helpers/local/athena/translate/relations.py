"""What stands in a FROM clause. Each relation can say which of its columns are needed, take the predicates
that hold for its rows, and write itself as DuckDB SQL."""

from itertools import count

from .expr import ColumnRef, Expr, Renderer, conjuncts
from .scope import Field

_aliases = count(1)
EXISTS = "EXISTS ({0})"  # template of a subquery that is only asked whether it has a row
# Predicates that are never true when what they compare is NULL, and what is NULL when its argument is.
_NULL_REJECTING = {"=", "<>", "<", "<=", ">", ">=", "in", "like", "between"}
_NULL_FOLLOWING = {"widen", "cast", "field", "negate", "+", "-", "*", "/", "%"}


def new_alias():
    return f"r{next(_aliases)}"


def references(expr):
    """The relations whose columns `expr` reads, or None when it holds a subquery or an aggregate."""
    found = set()
    for node in expr.walk():
        if node.op in ("subquery", "aggregate", "window", "parameter"):
            return None
        if node.op == "column":
            found.add(node.value.relation)
    return found


WHOLE = ((),)


def need(expr, below=WHOLE):
    """Mark every column that `expr` reads, with the path into it, as needed.

    `below`: the nested fields that are used of the value of `expr`, when it is a column or a field of one.
    """
    path, node = [], expr
    while node.op == "field":
        path.append(node.value)
        node = node.args[0]
    if node.op == "column":
        for rest in below:
            node.value.relation.needs(node.value.index, (*reversed(path), *rest))
        return
    if node.op == "subquery":
        node.value.require(set() if node.template == EXISTS else None)
    for argument in node.args:
        need(argument)


class Relation:
    """A leaf of a FROM clause with its own alias. `reads_much`: whether a query's scans below it are large."""

    reads_much = False

    def __init__(self):
        self.alias = new_alias()
        self.needed: dict[int, set[tuple[str, ...]]] = {}

    def leaves(self):
        return [self]

    def column(self, index, type_):
        return Expr(type_, "column", value=ColumnRef(self, index))

    def needs(self, index, path=()):
        self.needed.setdefault(index, set()).add(path)

    def column_sql(self, index):
        return f"{self.alias}.c{index}"

    def settle(self):
        """Pass on what is needed to whatever this relation stands on."""

    def push(self, predicates):
        """Take predicates that hold for every row that matters."""


class Scan(Relation):
    """A table of the catalog."""

    def __init__(self, table, columns):
        super().__init__()
        self.table, self.columns = table, columns  # columns: [(name, Type)]
        self.predicates, self.relation_sql = [], None

    def column_sql(self, index):
        name = self.columns[index][0].replace('"', '""')
        return f'{self.alias}."{name}"'

    def push(self, predicates):
        self.predicates += predicates

    def sql(self):
        return f"{self.relation_sql} AS {self.alias}"


class Derived(Relation):
    """A subquery, a view or a WITH query."""

    def __init__(self, plan, lateral=False):
        super().__init__()
        self.plan, self.lateral = plan, lateral

    @property
    def reads_much(self):
        return getattr(self.plan, "reads_much", False)

    def settle(self):
        self.plan.require(self.needed)

    def push(self, predicates):
        self.plan.absorb(predicates, self)

    def sql(self):
        return f"{'LATERAL ' if self.lateral else ''}({self.plan.sql()}) AS {self.alias}"


class RowsOf(Relation):
    """UNNEST: the elements of arrays and maps, side by side. `pieces`: [(Expr, kind, Type)]."""

    def __init__(self, pieces, ordinality):
        super().__init__()
        self.pieces, self.ordinality = pieces, ordinality

    def settle(self):
        for expr, _, _ in self.pieces:
            need(expr)

    def sql(self):
        render = Renderer()
        columns, outputs, index = [], [], 0
        for position, (expr, kind, type_) in enumerate(self.pieces):
            text = render(expr)
            if kind == "map":
                columns += [f"unnest(map_keys({text})) AS k{position}", f"unnest(map_values({text})) AS v{position}"]
                outputs += [f"k{position} AS c{index}", f"v{position} AS c{index + 1}"]
                index += 2
            elif kind == "row":
                columns.append(f"unnest({text}) AS e{position}")
                for name, _ in type_.fields:
                    outputs.append(f"struct_extract(e{position}, '{name}') AS c{index}")
                    index += 1
            else:
                columns.append(f"unnest({text}) AS e{position}")
                outputs.append(f"e{position} AS c{index}")
                index += 1
        if self.ordinality:
            lengths = ", ".join(
                f"coalesce({'cardinality' if k == 'map' else 'len'}({render(e)}), 0)" for e, k, _ in self.pieces
            )
            columns.append(f"unnest(range(1, CAST(greatest({lengths}) AS BIGINT) + 1)) AS o")
            outputs.append(f"o AS c{index}")
        lateral = "LATERAL " if any(expr.has("column") for expr, _, _ in self.pieces) else ""
        return f"{lateral}(SELECT {', '.join(outputs)} FROM (SELECT {', '.join(columns)})) AS {self.alias}"


class ConstantRows(Relation):
    """Rows known beforehand, such as information_schema's. `rows` are DuckDB literals."""

    def __init__(self, columns, rows):
        super().__init__()
        self.columns, self.rows = columns, rows

    def sql(self):
        names = ", ".join(f"c{i}" for i in range(len(self.columns)))
        if not self.rows:
            nulls = ", ".join(f"CAST(NULL AS {t.duckdb}) AS c{i}" for i, (_, t) in enumerate(self.columns))
            return f"(SELECT {nulls} WHERE false) AS {self.alias}"
        rows = ", ".join("(" + ", ".join(row) + ")" for row in self.rows)
        return f"(VALUES {rows}) AS {self.alias}({names})"


class Named(Relation):
    """A recursive WITH query referring to itself."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def sql(self):
        return f"{self.name} AS {self.alias}"


class Sample:
    """TABLESAMPLE over a relation."""

    def __init__(self, relation, method, percentage):
        self.relation, self.method, self.percentage = relation, method, percentage

    def leaves(self):
        return self.relation.leaves()

    def push(self, predicates):
        self.relation.push(predicates)

    def conditions(self):
        return []

    def sql(self):
        return f"{self.relation.sql()} TABLESAMPLE {self.method.lower()}({self.percentage}%)"


class Joined:
    """Two relations side by side. `kind`: inner, left, right, full or cross."""

    def __init__(self, kind, left, right, condition=None):
        self.kind, self.left, self.right, self.condition = kind, left, right, condition

    def leaves(self):
        return self.left.leaves() + self.right.leaves()

    def conditions(self):
        below = [c for side in (self.left, self.right) if hasattr(side, "conditions") for c in side.conditions()]
        return below + ([self.condition] if self.condition is not None else [])

    def push(self, predicates):
        own, kind = conjuncts(self.condition), self._kind_for(predicates)
        left, right = [], []
        sides = ((left, set(self.left.leaves())), (right, set(self.right.leaves())))
        if kind in ("inner", "cross"):
            pool = predicates + own
            pool += _implied(pool)
            for taken, leaves in sides:
                taken += [p for p in pool if _within(p, leaves)]
        elif kind in ("left", "right"):
            (outer, outer_leaves), (inner, inner_leaves) = sides if kind == "left" else sides[::-1]
            outer += [p for p in predicates if _within(p, outer_leaves)]
            inner += [p for p in own + _implied(outer + own) if _within(p, inner_leaves)]
        self.left.push(left)
        self.right.push(right)

    def _kind_for(self, predicates):
        """What kind of join it is for the rows that fulfil `predicates`: an outer join whose added NULLs they
        reject is an inner one (Trino's PredicatePushDown)."""
        if self.kind in ("inner", "cross"):
            return self.kind
        keeps_left = self.kind in ("left", "full") and not _reject_null(predicates, set(self.right.leaves()))
        keeps_right = self.kind in ("right", "full") and not _reject_null(predicates, set(self.left.leaves()))
        if keeps_left and keeps_right:
            return "full"
        return "left" if keeps_left else "right" if keeps_right else "inner"

    def sql(self):
        if self.kind == "cross" or (self.kind == "inner" and self.condition is None):
            return f"{self.left.sql()} CROSS JOIN {self._right_sql()}"
        condition = Renderer()(self.condition) if self.condition is not None else "true"
        return f"{self.left.sql()} {self.kind.upper()} JOIN {self._right_sql()} ON {condition}"

    def _right_sql(self):
        return f"({self.right.sql()})" if isinstance(self.right, Joined) else self.right.sql()


def _within(predicate, leaves):
    found = references(predicate)
    return found is not None and found <= leaves


def _reject_null(predicates, leaves):
    """Whether one of the predicates is never true for a row whose columns of `leaves` are all NULL."""
    return any(
        p.op in _NULL_REJECTING
        and _within(p, leaves)
        and any(_follows_null(a) for a in (p.args[:1] if p.op == "in" else p.args))
        for p in predicates
    )


def _follows_null(expr):
    """Whether an expression is NULL when its columns are: not so for coalesce() or IS NULL."""
    return expr.op == "column" or (expr.op in _NULL_FOLLOWING and any(_follows_null(a) for a in expr.args))


def _implied(predicates):
    """`a = b AND a < 5` implies `b < 5` (Trino's equality inference), for plain columns of one type."""
    equal = [p.args for p in predicates if p.op == "=" and all(a.op == "column" for a in p.args)]
    found = []
    for pair in equal:
        for this, other in (pair, pair[::-1]):
            for p in predicates:
                columns = {n.value for n in p.walk() if n.op == "column"}
                if columns == {this.value} and references(p) is not None and this.type == other.type:
                    found.append(
                        p.replace(lambda n, a=this, b=other: b if n.op == "column" and n.value == a.value else None)
                    )
    return found


def fields_of(relation, columns, qualifier):
    """Fields for a leaf relation's columns [(name, Type)]."""
    return [Field(name, relation.column(i, t), qualifier) for i, (name, t) in enumerate(columns)]
