"""What MATCH_RECOGNIZE gives: a relation whose rows are found before the query runs (row_patterns).

Expressions of MEASURES and DEFINE read rows of the input through navigations and aggregations. Each is a relation
of its own here, with an alias by which it stands beside the driver `o`, a row for each evaluation:
`o.m` is the number of the match, `o.s3` the input row that navigation 3 has found, `o.l3` its label, `o.a3` and
`o.b3` the rows and labels that aggregation 3 is about.
"""

from dataclasses import dataclass

from .expr import Expr, Renderer
from .relations import Relation, need

MATCH_NUMBER, CLASSIFIER = "match number", "classifier"  # the Expr.op of both functions


@dataclass(frozen=True)
class Navigation:
    """Which row of a match: the `offset`-th FIRST or LAST of those that bear one of `labels` (None: any label),
    seen from the current row (`final`: from the end), then `physical` rows further in the partition."""

    labels: frozenset | None = None
    first: bool = False
    final: bool = False
    offset: int = 0
    physical: int = 0


class _Reading(Relation):
    """Rows of the input, read in a way of their own. `number` tells the navigations, or aggregations, apart."""

    def __init__(self, source, number):
        super().__init__()
        self.source, self.number = source, number

    def needs(self, index, path=()):
        self.source.needs(index, path)


class Navigated(_Reading):
    """The one row that a Navigation finds, or none."""

    def __init__(self, source, number, navigation):
        super().__init__(source, number)
        self.navigation = navigation


class Aggregated(_Reading):
    """The rows that an aggregation is about, as a subquery of one value: `value` is the bound aggregate.

    `counts`: it is count(*), whose value is the number of rows.
    """

    def __init__(self, source, number, final):
        super().__init__(source, number)
        self.final, self.labels, self.value, self.counts = final, None, None, False

    def require(self, indexes=None):
        need(self.value)

    def push(self, predicates):
        """Nothing is known beforehand of the rows of a match."""

    def sql(self):
        n, a = self.number, self.alias
        rows = f"(SELECT unnest(o.a{n}) AS r, unnest(o.b{n}) AS label) AS {a}_o"
        return f"SELECT {Renderer()(self.value)} FROM {rows} JOIN {self.source.stored} AS {a} ON {a}.rn = {a}_o.r"


class Input:
    """The rows that are matched: a plan, stored as the DuckDB table `stored` when the query runs."""

    def __init__(self, plan):
        self.plan, self.stored = plan, None
        self.needed = {}

    def needs(self, index, path=()):
        self.needed.setdefault(index, set()).add(path)


class Matched(Relation):
    """MATCH_RECOGNIZE, as its tree `node` says.

    `partition`, `order`: columns of the input, [Expr] and [Order]. `outputs`: [(name, Expr, hidden)], a column of
    `row`, which reads the input row that an output row stands for, or a measure, in their order.
    `definitions`: label → bound DEFINE condition. `labels`: label or subset → the variables that it stands for.
    """

    def __init__(self, source):
        super().__init__()
        self.source = source
        self.navigations, self.aggregations = {}, []
        self.row = Navigated(source, "row", None)
        self.partition, self.order, self.outputs = [], [], []
        self.node, self.definitions, self.labels = None, {}, {}
        self.relation_sql = None

    def navigation(self, navigation):
        found = self.navigations.get(navigation)
        if found is None:
            found = self.navigations[navigation] = Navigated(self.source, len(self.navigations), navigation)
        return found

    def aggregation(self, final):
        self.aggregations.append(Aggregated(self.source, len(self.aggregations), final))
        return self.aggregations[-1]

    @property
    def plan(self):
        return self.source.plan

    def settle(self):
        chosen = [self.outputs[i][1] for i in self.needed]
        for expr in [*self.partition, *(o.expr for o in self.order), *self.definitions.values(), *chosen]:
            need(expr)
        self.plan.require(dict(self.source.needed))

    def push(self, predicates):
        self.plan.push([])
        for expr in [*self.definitions.values(), *(e for _, e, _ in self.outputs)]:
            for node in expr.walk():
                if node.op == "subquery":
                    node.value.push([])

    def sql(self):
        return f"{self.relation_sql} AS {self.alias}"


@dataclass
class Readings:
    """What some expressions read: `navigations` and `aggregations`; of which navigations they read columns
    (`columns`) or the label (`classified`), by number; whether they read the match's number."""

    navigations: list
    aggregations: list
    columns: set
    classified: set
    numbered: bool


def readings(exprs):
    """→ Readings of bound expressions of MEASURES or DEFINE."""
    found = Readings([], [], set(), set(), False)
    for expr in exprs:
        _collect(expr, found)
    return found


def _collect(expr: Expr, found):
    for node in expr.walk():
        relation = node.value.relation if node.op == "column" else node.value
        if isinstance(relation, Navigated) and relation not in found.navigations:
            found.navigations.append(relation)
        if isinstance(relation, Navigated):
            (found.classified if node.op == CLASSIFIER else found.columns).add(relation.number)
        found.numbered = found.numbered or node.op == MATCH_NUMBER
        if isinstance(relation, Aggregated) and relation not in found.aggregations and node.op == "subquery":
            found.aggregations.append(relation)
            _collect(relation.value, found)
