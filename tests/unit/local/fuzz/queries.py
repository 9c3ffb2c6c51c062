"""Random queries over known tables."""

from .columns import Column
from .expressions import SCALARS, TYPES, Expressions

_METADATA = ("files", "snapshots", "history", "partitions", "manifests")


class Queries(Expressions):
    """`tables`: {name: [Column]} of what can be read; `changed`: names of Iceberg tables among them."""

    def __init__(self, chance, tables, changed=(), functions=()):
        super().__init__(chance, functions)
        self.tables, self.changed = tables, list(changed)

    def query(self, columns, depth):
        return self.select(depth, columns, ("bigint",)) if depth > 0 else f"SELECT {self._leaf('bigint', columns)}"

    def select(self, depth=3, outer=(), kinds=None):
        """A query whose outputs are of `kinds`, by chance where it is None."""
        chance = self.chance
        kinds = kinds or chance.choices(TYPES if chance.random() < 0.4 else SCALARS, k=chance.randint(1, 4))
        withs, added = self._withs(depth)
        text = self._body(depth, outer, kinds)
        while chance.random() < 0.12:
            operator = chance.choice(("UNION", "UNION ALL", "INTERSECT", "EXCEPT"))
            text = f"{text} {operator} {self._body(depth - 1, outer, kinds)}"
        if chance.random() < 0.3:
            orders = [
                f"{chance.randint(1, len(kinds))}{chance.choice(('', ' DESC', ' NULLS FIRST'))}" for _ in range(2)
            ]
            text += f" ORDER BY {', '.join(orders)}"
        if chance.random() < 0.2:
            text += chance.choice(
                (" LIMIT 3", " OFFSET 1 LIMIT 2", " FETCH FIRST 2 ROWS ONLY", " LIMIT 0", " LIMIT ALL")
            )
        for name in added:
            del self.tables[name]
        return withs + text

    def _withs(self, depth):
        if depth < 2 or self.chance.random() > 0.15:
            return "", []
        name, kinds = f"w{self.chance.randint(0, 9)}", self.chance.choices(SCALARS, k=2)
        if name in self.tables:
            return "", []
        text = f"WITH {name} (a, b) AS ({self.select(depth - 1, (), kinds)}) "
        self.tables[name] = [Column("a", kinds[0]), Column("b", kinds[1])]
        return text, [name]

    def _body(self, depth, outer, kinds):
        chance = self.chance
        if chance.random() < 0.05:
            rows = [", ".join(self._leaf(k, ()) for k in kinds) for _ in range(chance.randint(1, 3))]
            return f"VALUES {', '.join(f'({r})' for r in rows)}"
        relation, columns = self.relation(depth - 1, outer) if chance.random() < 0.9 else (None, [])
        reach = [*columns, *outer]
        where = f" WHERE {self.expression('boolean', reach, depth - 1)}" if chance.random() < 0.4 else ""
        source = f" FROM {relation}" if relation else ""
        if chance.random() < 0.3:
            return self._grouped(depth, reach, kinds, source + where)
        items = [self.expression(k, reach, depth) for k in kinds]
        if chance.random() < 0.2:
            items[-1] = self.window(reach, depth)
        items = [f"{item} AS c{i}" if chance.random() < 0.5 else item for i, item in enumerate(items)]
        if relation and chance.random() < 0.04:
            items = ["*"]
        return f"SELECT {chance.choice(('', '', '', 'DISTINCT '))}{', '.join(items)}{source}{where}"

    def _grouped(self, depth, reach, kinds, source):
        chance = self.chance
        keys = [self.expression(k, reach, min(depth - 1, 1)) for k in chance.choices(SCALARS, k=chance.randint(0, 2))]
        items = [
            chance.choice(keys) if keys and chance.random() < 0.4 else self.aggregate(k, reach, depth - 1)
            for k in kinds
        ]
        if not keys:
            return f"SELECT {', '.join(items)}{source}"
        one, all_keys = keys[0], ", ".join(keys)
        groups = chance.choice((all_keys, all_keys, f"ROLLUP ({all_keys})", f"CUBE ({all_keys})",
                                f"GROUPING SETS (({all_keys}), ({one}), ())",
                                f"{one}, ROLLUP ({all_keys})"))  # fmt: skip
        if chance.random() < 0.1:
            items[0] = f"grouping({one})"
        having = f" HAVING {self.aggregate('bigint', reach, 1)} > 0" if chance.random() < 0.2 else ""
        return f"SELECT {', '.join(items)}{source} GROUP BY {groups}{having}"

    def relation(self, depth, outer=()):
        """(text, its columns)"""
        chance, roll = self.chance, self.chance.random()
        if depth <= 0 or roll < 0.45:
            name, alias = chance.choice(list(self.tables)), f"t{chance.randint(0, 99)}"
            known = self.tables[name]
            text = f"{name} {alias}"
            if chance.random() < 0.03:
                text = f"{name} TABLESAMPLE BERNOULLI (50) {alias}"
            elif name in self.changed and chance.random() < 0.1:
                text = f"{name} FOR TIMESTAMP AS OF {self.expression('timestamp(3) with time zone', (), 1)} {alias}"
            elif name in self.changed and chance.random() < 0.05:
                return f'"{name}${chance.choice(_METADATA)}" {alias}', []
            return text, [Column(f"{alias}.{c.text}", c.type) for c in known]
        if roll < 0.65:
            return self._join(depth, outer)
        if roll < 0.8:
            return self._subquery(depth)
        return self._unnested(depth, outer)

    def _join(self, depth, outer):
        (left, columns), (right, more) = self.relation(depth - 1, outer), self.relation(depth - 1, outer)
        kind = self.chance.choice(
            ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN", "JOIN LATERAL", "NATURAL JOIN")
        )
        if kind == "CROSS JOIN":
            return f"({left} CROSS JOIN {right})", columns + more
        if kind == "JOIN LATERAL":
            return f"({left} CROSS JOIN LATERAL ({self.select(depth - 1, columns, ('bigint',))}) AS l (y))", [
                *columns,
                Column("l.y", "bigint"),
            ]
        if kind == "NATURAL JOIN" or self.chance.random() < 0.1:
            return (
                f"({left} NATURAL JOIN {right})" if kind[0] == "N" else f"({left} {kind} {right} USING (id))"
            ), columns
        return f"({left} {kind} {right} ON {self.expression('boolean', columns + more, 2)})", columns + more

    def _subquery(self, depth):
        kinds, alias = self.chance.choices(SCALARS, k=2), f"s{self.chance.randint(0, 99)}"
        text = f"({self.select(depth - 1, (), kinds)}) AS {alias} (x, y)"
        return text, [Column(f"{alias}.x", kinds[0]), Column(f"{alias}.y", kinds[1])]

    def _unnested(self, depth, outer):
        before, columns = self.relation(depth - 1, outer)
        alias = f"u{self.chance.randint(0, 99)}"
        array = self.expression("array(bigint)", [*columns, *outer], depth - 1)
        ordinality = self.chance.random() < 0.3
        names, ends = ("n, o", "WITH ORDINALITY ") if ordinality else ("n", "")
        join = self.chance.choice((f"{before} CROSS JOIN", f"{before} LEFT JOIN", f"{before},"))
        end = " ON true" if "LEFT" in join else ""
        return f"{join} UNNEST({array}) {ends}AS {alias} ({names}){end}", [*columns, Column(f"{alias}.n", "bigint")]
