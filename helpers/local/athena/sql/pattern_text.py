"""MATCH_RECOGNIZE as Trino's SqlFormatter and RowPatternFormatter write it."""

from . import pattern_tree as patterns
from .expression_text import ExpressionText

_INDENT = "   "
_ROWS = {
    patterns.ONE: "ONE ROW PER MATCH",
    patterns.SHOW_EMPTY: "ALL ROWS PER MATCH SHOW EMPTY MATCHES",
    patterns.OMIT_EMPTY: "ALL ROWS PER MATCH OMIT EMPTY MATCHES",
    patterns.UNMATCHED: "ALL ROWS PER MATCH WITH UNMATCHED ROWS",
}
_SKIPS = {
    patterns.PAST_LAST: "PAST LAST ROW",
    patterns.NEXT_ROW: "TO NEXT ROW",
    patterns.FIRST: "TO FIRST ",
    patterns.LAST: "TO LAST ",
}


class PatternText(ExpressionText):
    """The part of `query_text.QueryText` for patterns of rows."""

    def match_recognize(self, node, depth):
        """What stands behind the input relation."""
        pad = _INDENT * (depth + 1)
        lines = []
        if node.partition_by:
            lines.append(f"PARTITION BY {self.listed(node.partition_by)}")
        if node.order_by:
            lines.append(self.order_by(node.order_by))
        if node.measures:
            measures = [f"{self.text(value)} AS {self.identifier(name)}" for value, name in node.measures]
            lines.append("MEASURES" + self._definitions(measures, depth + 2))
        if node.rows:
            lines.append(_ROWS[node.rows])
        if node.skip is not None:
            name = self.identifier(node.skip.name) if node.skip.name is not None else ""
            lines.append(f"AFTER MATCH SKIP {_SKIPS[node.skip.to]}{name}")
        if node.search is not None:
            lines.append(node.search[0])
        lines.append(f"PATTERN ({self.pattern(node.pattern)})")
        if node.subsets:
            subsets = [f"{self.identifier(s.name)} = ({self.listed(s.elements)})" for s in node.subsets]
            lines.append("SUBSET" + self._definitions(subsets, depth + 2))
        conditions = [f"{self.identifier(d.name)} AS {self.text(d.condition)}" for d in node.definitions]
        lines.append("DEFINE" + self._definitions(conditions, depth + 2))
        return " MATCH_RECOGNIZE (\n" + "".join(f"{pad}{line}\n" for line in lines) + ")"

    @staticmethod
    def _definitions(texts, depth):
        if len(texts) == 1:
            return f" {texts[0]}"
        return "\n" + ",\n".join(f"{_INDENT * depth}{text}" for text in texts)

    def pattern(self, node):
        if isinstance(node, patterns.Variable):
            return self.identifier(node.name)
        if isinstance(node, patterns.Anchor):
            return node.which
        if isinstance(node, patterns.Excluded):
            return "{-" + self.pattern(node.item) + "-}"
        if isinstance(node, patterns.Repeated):
            return f"({self.pattern(node.item)}{node.written}{'' if node.greedy else '?'})"
        items = [self.pattern(item) for item in node.items]
        if isinstance(node, patterns.Permutation):
            return f"PERMUTE({', '.join(items)})"
        return "(" + (" | " if isinstance(node, patterns.Alternatives) else " ").join(items) + ")"
