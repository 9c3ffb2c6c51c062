"""Which input rows the navigations and aggregations of a MATCH_RECOGNIZE find, and the rows that it gives."""

from dataclasses import replace
from itertools import count

import pyarrow as pa

from ..sql import pattern_tree as patterns
from ..translate.expr import call
from ..translate.pattern_relation import readings

_tables = count(1)
_ENTRIES = 200_000  # rows of aggregations that one driver lists


def is_own(read, label):
    """Whether a condition on `label` depends on the row alone: on it, or on rows a fixed way from it."""
    navigations = [n.navigation for n in read.navigations]
    return not (read.aggregations or read.classified or read.numbered) and all(
        not n.first and not n.offset and (n.labels is None or label in n.labels) for n in navigations
    )


def find_rows(read, labels, first, current, begin, end):
    """What Readings find, seen from the row `first + current` of a match that starts at `first` and bears `labels`.

    → ((row and label of each navigation), (rows and labels of each aggregation)); a row that is not there is None.
    """
    last = len(labels) - 1
    navigations = tuple(_navigate(n.navigation, labels, first, current, last, begin, end) for n in read.navigations)
    if read.classified:
        navigations = tuple(
            found if n.number in read.classified else (found[0], None)
            for n, found in zip(read.navigations, navigations, strict=True)
        )
    else:
        navigations = tuple((row, None) for row, _ in navigations)
    aggregations = tuple(
        tuple(
            (first + i, labels[i])
            for i in range((last if a.final else current) + 1)
            if a.labels is None or labels[i] in a.labels
        )
        for a in read.aggregations
    )
    return navigations, aggregations


def _navigate(navigation, labels, first, current, last, begin, end):
    # Trino's FIRST looks at the whole match that there is, also where it is RUNNING (LogicalIndexNavigation).
    places = range(last + 1) if navigation.first else range(last if navigation.final else current, -1, -1)
    left = navigation.offset
    for place in places:
        if navigation.labels is None or labels[place] in navigation.labels:
            if left == 0:
                break
            left -= 1
    else:
        return None, None
    row = first + place + navigation.physical
    if not begin <= row < end:
        return None, None
    at = row - first
    return row, labels[at] if 0 <= at < len(labels) else None


def driver(read, found, rows=None):
    """[(number of the match, what find_rows() found)] → Arrow table, as translate/pattern_relation.py says.

    `rows`: the input row that each output row stands for, which becomes `srow`.
    """
    columns = {"i": pa.array(range(len(found)), pa.int64()), "m": pa.array([m for m, _ in found], pa.int64())}
    if rows is not None:
        columns["srow"] = pa.array(rows, pa.int64())
    for place, navigated in enumerate(read.navigations):
        n = navigated.number
        pairs = [f[0][place] if f else (None, None) for _, f in found]
        columns[f"s{n}"] = pa.array([row for row, _ in pairs], pa.int64())
        columns[f"l{n}"] = pa.array([label for _, label in pairs], pa.string())
    for place, aggregated in enumerate(read.aggregations):
        lists = [f[1][place] if f else () for _, f in found]
        n = aggregated.number
        columns[f"a{n}"] = pa.array([[row for row, _ in pairs] for pairs in lists], pa.list_(pa.int64()))
        columns[f"b{n}"] = pa.array([[label for _, label in pairs] for pairs in lists], pa.list_(pa.string()))
    return pa.table(columns)


class Output:
    """The rows that the matches give, evaluated in portions and stored in the DuckDB table `table`.

    `outputs`: place among the relation's columns → bound expression.
    """

    def __init__(self, matching, outputs):
        self.matching = matching
        row = matching.matched.row
        self.exprs = {
            i: e if e.op == "column" and e.value.relation is row else _of_a_match(e) for i, e in outputs.items()
        }
        self.read = readings(self.exprs.values())
        self._found_by_rows = replace(self.read, navigations=[n for n in self.read.navigations if n is not row])
        self.table = f"given_{next(_tables)}"
        self._rows, self._found, self._entries, self._made = [], [], 0, False

    def unmatched(self, row):
        self._add(row, None, None)

    def match(self, number, first, labels, excluded, begin, end):
        """Take in a match: its number, first row, labels and excluded offsets, and the borders of its partition."""
        rows = self.matching.node.rows
        if not labels and rows == patterns.OMIT_EMPTY:
            return
        if not labels or rows in ("", patterns.ONE):
            places = [len(labels) - 1]
        else:
            hidden = {place for start, behind in excluded for place in range(start, behind)}
            places = [place for place in range(len(labels)) if place not in hidden]
        one = rows in ("", patterns.ONE) or not labels
        for place in places:
            found = find_rows(self._found_by_rows, labels, first, place, begin, end)
            self._add(first if one else first + place, number, found)

    def _add(self, row, number, found):
        self._rows.append(row)
        self._found.append((number, found))
        self._entries += 1 + (sum(map(len, found[1])) if found else 0)
        if self._entries > _ENTRIES:
            self.write()

    def write(self):
        """Evaluate what has come since the last time."""
        con = self.matching.con
        con.register("driver", driver(self._found_by_rows, self._found, self._rows))
        try:
            start = f"INSERT INTO {self.table}" if self._made else f"CREATE TEMP TABLE {self.table} AS"
            con.execute(f"{start} {self.matching.select(self.exprs, self.read)}")
        finally:
            con.unregister("driver")
        self._rows, self._found, self._entries, self._made = [], [], 0, True


def _of_a_match(expr):
    """A measure: NULL where there is no match."""
    return call("measure", expr.type, "CASE WHEN o.m IS NOT NULL THEN {0} END", expr)
