"""MATCH_RECOGNIZE when a query runs: its input is stored, matched row by row, and what it gives is stored again.

DuckDB evaluates all expressions, over a driver: a table `o` with a row for each evaluation that says which input rows
each navigation and aggregation has found (translate/pattern_relation.py). Conditions that look at their own row and
at rows a fixed way from it are evaluated for all rows at once, others when the search comes to them.
"""

from functools import partial
from itertools import count

import duckdb

from .. import errors
from ..sql import pattern_tree as patterns
from ..translate.expr import Renderer
from ..translate.pattern_relation import readings
from . import conditions, program
from .rows import Output, driver, find_rows, is_own

_names = count(1)
_OFTEN = 1000  # tests between two looks at whether the query was stopped


def store(matched, con, check_cancelled):
    """Find the matches of a Matched, and let it stand for the table of what it gives."""
    Matching(matched, con, check_cancelled).run()


class Matching:
    """One MATCH_RECOGNIZE of a running query, on its DuckDB connection."""

    def __init__(self, matched, con, check_cancelled):
        self.matched, self.con, self.check_cancelled = matched, con, check_cancelled
        self.node = matched.node
        self.program = program.compiled(self.node.pattern)
        self.tests = {}  # label → what tests a row for it
        self._tested = 0

    def run(self):
        self._store_input()
        for label, condition in self.matched.definitions.items():
            self.tests[label] = _Test(self, label, condition)
        remembers = any(not test.own for test in self.tests.values())
        needed = {i: self.matched.outputs[i][1] for i in sorted(self.matched.needed)}
        output = Output(self, needed)
        for begin, end in self.partitions:
            self._partition(begin, end, output, remembers)
        output.write()
        self.matched.relation_sql = output.table

    def _store_input(self):
        matched, source = self.matched, self.matched.source
        source.stored = f"matched_{next(_names)}"
        render = Renderer()
        keys = ", ".join(render(e) for e in matched.partition)
        orders = [o.sql(render(o.expr)) for o in matched.order]
        row = matched.row.alias
        part = f"dense_rank() OVER (ORDER BY {keys})" if keys else "1"
        # rows that the ordering holds for equal stay in the order in which they came
        place = ", ".join(["part", *orders, "came"])
        self.con.execute(
            f"CREATE TEMP TABLE {source.stored} AS SELECT *, row_number() OVER (ORDER BY {place}) - 1 AS rn FROM "
            f"(SELECT *, {part} AS part FROM (SELECT *, row_number() OVER () AS came FROM ({source.plan.sql()})) "
            f"AS {row}) AS {row} ORDER BY rn"
        )
        counts = self.con.execute(f"SELECT count(*) FROM {source.stored} GROUP BY part ORDER BY part").fetchall()
        self.partitions, at = [], 0
        for (size,) in counts:
            self.partitions.append((at, at + size))
            at += size

    def _partition(self, begin, end, output, remembers):
        at, number, matched_to = begin, 0, begin  # rows before `matched_to` were in a match that was not empty
        while at < end:
            test = partial(self._fits, at, begin, end, number + 1)
            found = program.find(self.program, at, begin, end, test, remembers)
            if found is None:
                if self.node.rows == patterns.UNMATCHED and at >= matched_to:
                    output.unmatched(at)
                at += 1
                continue
            number += 1
            labels, excluded = found
            output.match(number, at, labels, excluded, begin, end)
            matched_to = max(matched_to, at + len(labels))
            at = self._next(at, labels)

    def _fits(self, first, begin, end, number, labels):
        self._tested += 1
        if self._tested % _OFTEN == 0:
            self.check_cancelled()
        test = self.tests.get(labels[-1])
        return test is None or test.fits(labels, first, begin, end, number)

    def _next(self, at, labels):
        """Where the search goes on after a match at the row `at`."""
        skip = self.node.skip or patterns.Skip()
        if not labels or skip.to == patterns.NEXT_ROW:
            return at + 1
        if skip.to == patterns.PAST_LAST:
            return at + len(labels)
        wanted = self.matched.labels[patterns.label(skip.name)]
        places = [i for i, label in enumerate(labels) if label in wanted]
        if not places:
            message = "AFTER MATCH SKIP failed: pattern variable is not present in match"
            raise errors.AthenaError("GENERIC_USER_ERROR", message)
        place = places[0 if skip.to == patterns.FIRST else -1]
        if place == 0:
            message = "AFTER MATCH SKIP failed: cannot skip to first row of match"
            raise errors.AthenaError("GENERIC_USER_ERROR", message)
        return at + place

    def select(self, exprs, read):
        """SQL of expressions by their places over the table `driver`, in its order; `read`: their Readings."""
        render = Renderer()
        outputs = ["o.i", *(f"{render(e)} AS c{i}" for i, e in exprs.items())]
        joins = [
            f" LEFT JOIN {self.matched.source.stored} AS {n.alias} ON {n.alias}.rn = o.s{n.number}"
            for n in read.navigations
            if n.number in read.columns
        ]
        return f"SELECT {', '.join(outputs)} FROM driver AS o{''.join(joins)} ORDER BY o.i"


class _Test:
    """The DEFINE condition of one label. `own`: it looks at its own row and at rows a fixed way from it alone."""

    def __init__(self, matching, label, condition):
        self.matching, self.label, self.condition = matching, label, condition
        self.read = readings([condition])
        self.own = is_own(self.read, label)
        self._known, self._remembered, self._compiled = None, {}, None
        if self.own:
            self._known = self._for_all()
        else:
            self._compile()

    def _for_all(self):
        """Whether the label fits, a byte for every row; None when a row refuses the evaluation."""
        stored = self.matching.matched.source.stored
        joins = "".join(
            f" LEFT JOIN {stored} AS {n.alias} ON {n.alias}.part = o.part AND "
            f"{n.alias}.rn = o.rn + ({n.navigation.physical})"
            for n in self.read.navigations
        )
        sql = f"SELECT {Renderer()(self.condition)} FROM {stored} AS o{joins} ORDER BY o.rn"
        values = self._tried(lambda con: con.execute(sql).fetchall())
        return None if values is None else bytes(value is True for (value,) in values)

    def _compile(self):
        parts = conditions.Parts(self.read)
        function = conditions.compiled(self.condition, parts)
        if function is None:
            return
        for where, expr in parts.exprs:
            values = self._tried(partial(self._part, where, expr))
            if values is None:
                return
            parts.values.append([value for (value,) in values])
        self._compiled = function

    def _part(self, where, expr, con):
        """The values of an expression of one navigation for every row, then for no row at all."""
        sql, stored = Renderer()(expr), self.matching.matched.source.stored
        if where is None:
            return con.execute(f"SELECT {sql}").fetchall()
        alias = self.read.navigations[where].alias
        rows = con.execute(f"SELECT {sql} FROM {stored} AS {alias} ORDER BY {alias}.rn").fetchall()
        return rows + con.execute(f"SELECT {sql} FROM (SELECT 1) LEFT JOIN {stored} AS {alias} ON false").fetchall()

    def _tried(self, ask):
        """What `ask` gets from DuckDB, or None when a row refuses: it may be one that the search never tests."""
        try:
            return ask(self.matching.con)
        except duckdb.InterruptException:
            raise
        except (duckdb.Error, ValueError, OverflowError):  # the latter for dates that Python has not
            return None

    def fits(self, labels, first, begin, end, number):
        row = first + len(labels) - 1
        if self._known is not None:
            return self._known[row] == 1
        found = find_rows(self.read, labels, first, len(labels) - 1, begin, end)
        if self._compiled:
            try:
                return self._compiled(number, found) is True
            except conditions.OutOfRange:
                return self._asked(number, found)
        return self._asked(number, found)

    def _asked(self, number, found):
        """What DuckDB says."""
        key = (number if self.read.numbered else None, found)
        if key not in self._remembered:
            con = self.matching.con
            con.register("driver", driver(self.read, [(number, found)]))
            try:
                rows = con.execute(self.matching.select({0: self.condition}, self.read)).fetchall()
            finally:
                con.unregister("driver")
            self._remembered[key] = rows[0][1] is True
        return self._remembered[key]
