"""Random queries in the SQL that Trino and SQLite share, over tables with the columns id, k, n (numbers), s (text).

Both read it the same way: no division (by zero, SQLite gives NULL), no boolean among the outputs (SQLite has none),
no implicit conversion, NULLS LAST wherever order counts, and windows ordered by all columns there are.
"""

NUMBERS, TEXTS = "number", "text"
COLUMNS = {"id": NUMBERS, "k": NUMBERS, "n": NUMBERS, "s": TEXTS}


class CommonSQL:
    def __init__(self, chance, tables):
        self.chance, self.tables, self.aliases = chance, tables, 0

    # Expressions: `reach` is {text of a column: kind}

    def value(self, kind, reach, depth):
        return self.number(reach, depth) if kind == NUMBERS else self.text(reach, depth)

    def _any(self, reach):
        return self.value(self.chance.choice((NUMBERS, TEXTS)), reach, 1)

    def _leaf(self, kind, reach):
        columns = [text for text, of in reach.items() if of == kind]
        if columns and self.chance.random() < 0.8:
            return self.chance.choice(columns)
        if kind == NUMBERS:
            return self.chance.choice(("0", "1", "2", "3", "7", "-1", "CAST(NULL AS bigint)"))
        return self.chance.choice(("'a'", "'b'", "''", "'ab'", "'B'", "CAST(NULL AS varchar)"))

    def number(self, reach, depth):
        if depth <= 0 or self.chance.random() < 0.3:
            return self._leaf(NUMBERS, reach)
        a, b = self.number(reach, depth - 1), self.number(reach, depth - 1)
        return self.chance.choice((
            f"({a} + {b})", f"({a} - {b})", f"({a} * {self._leaf(NUMBERS, reach)})", f"abs({a})", f"(- {a})",
            f"coalesce({a}, {b})", f"nullif({a}, {b})", f"length({self.text(reach, depth - 1)})",
            f"(({a}) % {self.chance.choice((2, 3, 5))})",
            f"CASE WHEN {self.condition(reach, depth - 1)} THEN {a} ELSE {b} END",
            f"CASE {a} WHEN {b} THEN 1 WHEN {self._leaf(NUMBERS, reach)} THEN 2 END",
        ))  # fmt: skip

    def text(self, reach, depth):
        if depth <= 0 or self.chance.random() < 0.3:
            return self._leaf(TEXTS, reach)
        a, b = self.text(reach, depth - 1), self.text(reach, depth - 1)
        return self.chance.choice((
            f"({a} || {b})", f"upper({a})", f"lower({a})", f"coalesce({a}, {b})", f"nullif({a}, {b})",
            f"substr({a}, {self.chance.choice((1, 2, -1))})", f"substr({a}, 1, 1)", f"replace({a}, 'a', 'xy')",
            f"trim({a})", f"CAST({self.number(reach, depth - 1)} AS varchar)",
            f"CASE WHEN {self.condition(reach, depth - 1)} THEN {a} ELSE {b} END",
            f"CASE WHEN {self.condition(reach, depth - 1)} THEN 'true'"
            f" WHEN NOT ({self.condition(reach, depth - 1)}) THEN 'false' END",
        ))  # fmt: skip

    def condition(self, reach, depth):
        chance = self.chance
        kind = chance.choice((NUMBERS, NUMBERS, TEXTS))
        a, b, c = (self.value(kind, reach, depth - 1) for _ in range(3))
        if depth > 0 and chance.random() < 0.4:
            p, q = self.condition(reach, depth - 1), self.condition(reach, depth - 1)
            return chance.choice((f"({p} AND {q})", f"({p} OR {q})", f"({p} OR NOT {q})", f"(NOT {p})"))
        if depth > 1 and chance.random() < 0.3:
            inner = self._query(depth - 2, [kind])
            return chance.choice((
                f"{a} IN ({inner})", f"{a} NOT IN ({inner})", f"EXISTS ({inner})",
                f"{self.number(reach, 1)} > {self._scalar(depth - 2)}",
            ))  # fmt: skip
        return chance.choice((
            f"{a} {chance.choice(('=', '<>', '<', '<=', '>', '>='))} {b}", f"{a} <> {b}", f"{a} BETWEEN {b} AND {c}",
            f"{a} IN ({b}, {c})", f"{a} NOT IN ({b}, {c})", f"{a} IS NULL", f"{a} IS NOT NULL",
            f"{self.text(reach, depth - 1)} LIKE {chance.choice(('a%', '%b', '_', '%a%', 'B%'))!r}",
        ))  # fmt: skip

    def _aggregate(self, reach, depth):
        """(text, kind)"""
        number, word = self.number(reach, depth), self.text(reach, depth)
        distinct = self.chance.choice(("", "", "DISTINCT "))
        return self.chance.choice((
            ("count(*)", NUMBERS), (f"count({distinct}{word})", NUMBERS), (f"count({distinct}{number})", NUMBERS),
            (f"sum({distinct}{number})", NUMBERS), (f"min({number})", NUMBERS), (f"max({number})", NUMBERS),
            (f"min({word})", TEXTS), (f"max({word})", TEXTS), (f"avg({distinct}{number})", NUMBERS),
            (f"count(*) FILTER (WHERE {self.condition(reach, depth - 1)})", NUMBERS),
            (f"sum({number}) FILTER (WHERE {self.condition(reach, depth - 1)})", NUMBERS),
        ))  # fmt: skip

    def _of_kind(self, kind, reach, depth):
        while True:
            text, of = self._aggregate(reach, depth)
            if of == kind and not text.startswith("avg"):  # an average may not meet whole numbers in a UNION
                return text

    def _scalar(self, depth):
        source, reach = self.relation(depth)
        return f"(SELECT {self._of_kind(NUMBERS, reach, 1)} FROM {source})"

    def _window(self, reach):
        chance = self.chance
        order = ", ".join(f"{column} NULLS LAST" for column in reach)
        parts = f"PARTITION BY {self._any(reach)} " if chance.random() < 0.6 else ""
        frame = chance.choice(("", "", " ROWS UNBOUNDED PRECEDING", " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING",
                               " ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING",
                               " ROWS BETWEEN 3 PRECEDING AND 2 PRECEDING"))  # fmt: skip
        number = self.number(reach, 1)
        ranked = chance.choice(("row_number()", "rank()", "dense_rank()", f"lag({number})", f"lead({number}, 2)",
                                f"lag({number}, 1, 99)", "ntile(3)"))  # fmt: skip
        named = chance.choice(("sum({})", "count({})", "min({})", "max({})", "first_value({})", "last_value({})",
                               "nth_value({}, 2)"))  # fmt: skip
        framed = named.format(number)
        if chance.random() < 0.4:
            return f"{ranked} OVER ({parts}ORDER BY {order})"
        return f"{framed} OVER ({parts}ORDER BY {order}{frame})"

    def _column(self, reach):
        return self.chance.choice([c if kind == NUMBERS else f"length({c})" for c, kind in reach.items()])

    # Queries

    def relation(self, depth):
        """(text, {column: kind})"""
        self.aliases += 1
        alias, roll = f"r{self.aliases}", self.chance.random()
        if depth <= 0 or roll < 0.5:
            return f"{self.chance.choice(self.tables)} {alias}", {f"{alias}.{c}": kind for c, kind in COLUMNS.items()}
        if roll < 0.8:
            (left, a), (right, b) = self.relation(depth - 1), self.relation(0)
            reach = {**a, **b}
            # SQLite 3.40 moves a constant condition of a join before it, past the outer join that follows.
            outer = ("RIGHT JOIN", "FULL JOIN") if " ON " not in left else ()
            kind = self.chance.choice(("JOIN", "JOIN", "LEFT JOIN", *outer))
            equal = f"{self._column(a)} = {self._column(b)}"
            rest = "" if kind == "FULL JOIN" or self.chance.random() < 0.6 else f" AND {self.condition(reach, 1)}"
            return f"{left} {kind} {right} ON {equal}{rest}", reach
        kinds = self.chance.choices((NUMBERS, TEXTS), k=2)
        inner = self._query(depth - 1, kinds, named=True)
        return f"({inner}) {alias}", {f"{alias}.c{i}": kind for i, kind in enumerate(kinds)}

    def _query(self, depth, kinds, named=False):
        """One SELECT, grouped by chance."""
        source, reach = self.relation(depth)
        where = f" WHERE {self.condition(reach, depth)}" if self.chance.random() < 0.35 else ""
        roll, groups, having = self.chance.random(), "", ""
        if roll < 0.3:
            keys = [self._any(reach) for _ in range(self.chance.randint(1, 2))]
            # A bare constant would be the number of an output.
            keys = [key for key in keys if any(column in key for column in reach)] or [next(iter(reach))]
            groups = f" GROUP BY {', '.join(keys)}"
            items = [self._of_kind(kind, reach, 1) for kind in kinds]
            if self.chance.random() < 0.4:
                having = f" HAVING {self._of_kind(NUMBERS, reach, 1)} > {self.chance.randint(0, 3)}"
        else:
            items = [self.value(kind, reach, depth) for kind in kinds]
            if roll > 0.85 and NUMBERS in kinds:
                items[kinds.index(NUMBERS)] = self._window(reach)
        if named:
            items = [f"{item} AS c{i}" for i, item in enumerate(items)]
        distinct = "DISTINCT " if self.chance.random() < 0.15 else ""
        return f"SELECT {distinct}{', '.join(items)} FROM {source}{where}{groups}{having}"

    def statement(self):
        depth, chance = self.chance.randint(1, 3), self.chance
        kinds = chance.choices((NUMBERS, TEXTS), k=chance.randint(1, 3))
        text, before = self._query(depth, kinds), ""
        if chance.random() < 0.2:
            before = f"WITH w AS (SELECT id, k, n, s FROM {self.tables[0]} r WHERE {self._on_table()}) "
            text = text.replace(f"FROM {self.tables[0]} ", "FROM w ")
        while chance.random() < 0.25:
            operator = chance.choice(("UNION", "UNION ALL", "INTERSECT", "EXCEPT"))
            text = f"SELECT * FROM ({text}) {operator} SELECT * FROM ({self._query(depth - 1, kinds)})"
        return before + text

    def _on_table(self):
        return self.condition({f"r.{name}": kind for name, kind in COLUMNS.items()}, 1)
