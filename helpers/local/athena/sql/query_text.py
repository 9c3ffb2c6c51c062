"""Queries as Trino's SqlFormatter writes them, the form in which Athena keeps the text of a view.

    SELECT
      a
    , count(*) c
    FROM
      t
    GROUP BY a

Three spaces for each level of nesting. A rule for each node, as in expression_text.py.
"""

from . import pattern_tree, tree
from .pattern_text import PatternText

_INDENT = "   "
_GROUPINGS = {"sets": "GROUPING SETS", "rollup": "ROLLUP", "cube": "CUBE"}


class QueryText(PatternText):
    """`query` gives the lines of a whole query; relations are written behind what is already on the line."""

    def query(self, node, depth=0):
        pad = _INDENT * depth
        ending = f"{pad}{self.order_by(node.order_by)}\n" if node.order_by else ""
        ending += f"{pad}OFFSET {self.text(node.offset)} ROWS\n" if node.offset is not None else ""
        if node.fetch:
            ending += f"{pad}FETCH FIRST {'ROW' if node.one_row else self.text(node.limit) + ' ROWS'} {node.fetch}\n"
        elif node.limit is not None or node.limit_all:
            ending += f"{pad}LIMIT {'ALL' if node.limit_all else self.text(node.limit)}\n"
        return self._withs(node, depth) + self._body(node.body, depth) + ending

    def _withs(self, node, depth):
        if not node.withs:
            return ""
        pad = _INDENT * depth
        queries = [
            f"{pad}{self.identifier(w.name)}{self._columns(w.columns)} AS {self._nested(w.query, depth)}\n"
            for w in node.withs
        ]
        return f"{pad}WITH{' RECURSIVE' if node.recursive else ''}\n  " + ", ".join(queries)

    def _body(self, node, depth):
        if isinstance(node, tree.Query):
            return self._nested(node, depth)
        if isinstance(node, tree.SetOperation):
            left, right = self._body(node.left, depth), self._body(node.right, depth)
            return f"{left}{node.op} {'' if node.distinct else 'ALL '}{right}"
        if isinstance(node, tree.Values):
            pad = _INDENT * depth
            rows = "".join(f"\n{pad}{', ' if i else '  '}{self.text(row)}" for i, row in enumerate(node.rows))
            return f" VALUES {rows}\n"
        if node.explicit_table:
            return f"TABLE {self._relation(node.relation, depth)}\n"
        return self._select(node, depth)

    def _nested(self, query, depth):
        return f"(\n{self.query(query, depth + 1)}{_INDENT * depth}) "

    # ---- SELECT

    def _select(self, node, depth):
        pad = _INDENT * depth
        lines = [f"{pad}SELECT{' DISTINCT' if node.distinct else ''}{self._items(node.items, pad)}"]
        lines.append(f"{pad}FROM\n{pad}  {self._relation(node.relation, depth)}" if node.relation is not None else "")
        lines += [f"{pad}WHERE {self.text(node.where)}"] if node.where is not None else []
        if node.group_by is not None:
            distinct = " DISTINCT " if node.group_distinct else ""
            lines.append(f"{pad}GROUP BY {distinct}{', '.join(map(self._element, node.group_by))}")
        lines += [f"{pad}HAVING {self.text(node.having)}"] if node.having is not None else []
        if node.windows:
            windows = [f"{self._name(name)} AS {self.specification(window)}" for name, window in node.windows]
            inner = f"\n{pad}{_INDENT}"
            lines.append(f"{pad}WINDOW{' ' if len(windows) == 1 else inner}" + f",{inner}".join(windows))
        return "".join(line + "\n" for line in lines)

    def _items(self, items, pad):
        return self._list([self._item(item) for item in items], pad)

    @staticmethod
    def _list(texts, pad):
        if len(texts) == 1:
            return f" {texts[0]}"
        return "".join(f"\n{pad}{', ' if i else '  '}{text}" for i, text in enumerate(texts))

    def _item(self, item):
        if isinstance(item, tree.AllColumns):
            aliases = f" AS ({', '.join(map(self.identifier, item.aliases))})" if item.aliases else ""
            return (f"{self.text(item.of)}." if item.of is not None else "") + "*" + aliases
        return self.text(item.value) + (f" {self.identifier(item.alias)}" if item.alias else "")

    def _element(self, element):
        if element.kind == "simple" and len(element.sets[0]) == 1:
            return self.text(element.sets[0][0])
        if element.kind == "simple":
            return self._set(element.sets[0])
        if element.kind != "sets" and all(len(group) == 1 for group in element.sets):
            return f"{_GROUPINGS[element.kind]} {self._set([group[0] for group in element.sets])}"
        return f"{_GROUPINGS[element.kind]} ({', '.join(map(self._set, element.sets))})"

    def _set(self, expressions):
        return f"({self.listed(expressions)})"

    # ---- relations

    def _relation(self, node, depth):
        return getattr(self, f"_relation_{type(node).__name__.lower()}")(node, depth)

    def _relation_tablename(self, node, depth):
        version = f" FOR {node.version[0]} AS OF {self.text(node.version[1])}" if node.version else ""
        return ".".join(map(self.identifier, node.parts)) + version

    def _relation_subqueryrelation(self, node, depth):
        if node.lateral:
            pad = _INDENT * depth
            return f"{pad}LATERAL ({self.query(node.query, depth + 1)}{pad})"
        return self._nested(node.query, depth)

    def _relation_unnest(self, node, depth):
        return f"UNNEST({self.listed(node.arguments)}){' WITH ORDINALITY' if node.ordinality else ''}"

    def _relation_tablefunction(self, node, depth):
        pad = _INDENT * (depth + 2)
        arguments = [f"{pad}{self._argument(*argument)}" for argument in node.arguments]
        return f"{_INDENT * depth}TABLE({node.name.written}(\n" + ",\n".join(arguments) + "))"

    def _argument(self, name, value):
        return (f"{self.identifier(name)} => " if name else "") + self.text(value)

    def _relation_aliased(self, node, depth):
        return f"{self._inner(node.relation, depth)} {self.identifier(node.alias)}{self._columns(node.columns)}"

    def _relation_sampled(self, node, depth):
        return f"{self._inner(node.relation, depth)} TABLESAMPLE {node.method} ({self.text(node.percentage)})"

    def _relation_matchrecognize(self, node, depth):
        return self._inner(node.relation, depth) + self.match_recognize(node, depth)

    def _inner(self, node, depth):
        if isinstance(node, (tree.Aliased, tree.Sampled, pattern_tree.MatchRecognize)):
            return f"( {self._relation(node, depth + 1)}{_INDENT * depth})"
        return self._relation(node, depth)

    def _relation_join(self, node, depth):
        pad, left, right = _INDENT * depth, self._relation(node.left, depth), self._relation(node.right, depth)
        if node.implicit:
            return f"{left}\n{pad}, {right}"
        criteria = f" ON {self.text(node.on)}" if node.on is not None else ""
        criteria = f" USING ({', '.join(map(self.identifier, node.using))})" if node.using else criteria
        return f"({left}\n{pad}{'NATURAL ' if node.natural else ''}{node.kind.upper()} JOIN {right}{criteria})"

    def _columns(self, columns):
        return f" ({', '.join(map(self.identifier, columns))})" if columns else ""


_TEXT = QueryText()
text, listed, identifier = _TEXT.text, _TEXT.listed, _TEXT.identifier


def formatted(query):
    """A tree.Query → its text, which ends with a line break."""
    return _TEXT.query(query)
