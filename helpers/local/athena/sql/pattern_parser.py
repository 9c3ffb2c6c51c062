"""The clauses of MATCH_RECOGNIZE and its row patterns (Trino's grammar, patternRecognition and rowPattern)."""

from dataclasses import replace

from . import pattern_tree as patterns
from . import tree
from .expression_parser import ExpressionParser

_EVERY = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_END = (")", "|", ",")


class PatternParser(ExpressionParser):
    """On top of expressions: `match_recognize` reads what stands behind the relation."""

    def match_recognize(self, relation, here):
        self.expect("MATCH_RECOGNIZE", "(")
        found = patterns.MatchRecognize(relation, **here)
        if self.accept("PARTITION", "BY"):
            found.partition_by = self.comma_list(self.expression)
        if self.accept("ORDER", "BY"):
            found.order_by = self.comma_list(self.sort_item)
        if self.is_word("MEASURES"):
            found.measures = self.measures()
        found.rows = self._rows_per_match()
        found.skip = self._skip_after_match()
        search = self.here()
        mode = self.accept_any("INITIAL", "SEEK")
        found.search = (mode, search["line"], search["column"]) if mode else None
        self.expect("PATTERN", "(")
        found.pattern = self._pattern_alternatives()
        self.expect(")")
        if self.accept("SUBSET"):
            found.subsets = self.comma_list(self._subset_definition)
        self.expect("DEFINE")
        found.definitions = self.comma_list(self._variable_definition)
        self.expect(")")
        return found

    def at_measures(self):
        """MEASURES comes next, and not a window of that name."""
        return self.is_word("MEASURES") and self.peek().upper not in (
            ")",
            "PARTITION",
            "ORDER",
            "ROWS",
            "RANGE",
            "GROUPS",
        )

    def measures(self):
        self.expect("MEASURES")
        return self.comma_list(self._measure)

    def pattern_of_frame(self):
        """Move past what asks for a pattern behind the extent of a window's frame; whether there is any."""
        first = self.at
        self._skip_after_match()
        self.accept_any("INITIAL", "SEEK")
        if self.accept("PATTERN", "("):
            self._pattern_alternatives()
            self.expect(")")
        if self.accept("SUBSET"):
            self.comma_list(self._subset_definition)
        if self.accept("DEFINE"):
            self.comma_list(self._variable_definition)
        return self.at > first

    def _measure(self):
        value = self.expression()
        self.expect("AS")
        return value, self.identifier()

    def _rows_per_match(self):
        if self.accept("ONE"):
            self.expect("ROW", "PER", "MATCH")
            return patterns.ONE
        if not self.accept("ALL"):
            return ""
        self.expect("ROWS", "PER", "MATCH")
        if self.accept("OMIT"):
            self.expect("EMPTY", "MATCHES")
            return patterns.OMIT_EMPTY
        if self.accept("WITH"):
            self.expect("UNMATCHED", "ROWS")
            return patterns.UNMATCHED
        if self.accept("SHOW"):
            self.expect("EMPTY", "MATCHES")
        return patterns.SHOW_EMPTY

    def _skip_after_match(self):
        here = self.here()
        if not self.accept("AFTER"):
            return None
        self.expect("MATCH", "SKIP")
        if self.accept("PAST"):
            self.expect("LAST", "ROW")
            return patterns.Skip(**here)
        self.expect("TO")
        if self.accept("NEXT", "ROW"):
            return patterns.Skip(patterns.NEXT_ROW, **here)
        to = patterns.FIRST if self.accept("FIRST") else patterns.LAST
        self.accept("LAST")
        here = self.here()
        return patterns.Skip(to, self.identifier(), **here)

    def _subset_definition(self):
        here = self.here()
        name = self.identifier()
        self.expect("=")
        return patterns.Subset(name, self.parenthesised(self._subset_element), **here)

    def _subset_element(self):
        here = self.here()
        return tree.Name((self.identifier(),), **here)

    def _variable_definition(self):
        here = self.here()
        name = self.identifier()
        self.expect("AS")
        return patterns.Definition(name, self.expression(), **here)

    # ---- PATTERN

    def _pattern_alternatives(self):
        here = self.here()
        items = [self._pattern_sequence()]
        while self.accept("|"):
            items.append(self._pattern_sequence())
        return items[0] if len(items) == 1 else patterns.Alternatives(items, **here)

    def _pattern_sequence(self):
        here = self.here()
        items = [self._pattern_step()]
        while self.token.upper not in _END and not self.is_word("-", "}") and self.token.kind != "end":
            items.append(self._pattern_step())
        return items[0] if len(items) == 1 else patterns.Sequence(items, **here)

    def _pattern_step(self):
        item = self._pattern_primary()
        here = self.here()
        if self.token.upper in _EVERY:
            written = self.advance().upper
            least, most = _EVERY[written]
        elif self.is_word("{") and not self.is_word("{", "-"):
            lower, upper = self._pattern_range()
            written = f"{{{lower},{upper}}}"
            least, most = int(lower or 0), int(upper) if upper else None
        else:
            return item
        return patterns.Repeated(item, least, most, not self.accept("?"), written, **here)

    def _pattern_range(self):
        """`{2}`, `{2,}`, `{,3}`, `{2,3}` → the numbers as texts, empty for none."""
        self.expect("{")
        lower = self.advance().value if self.token.kind == "integer" else ""
        upper = lower
        if self.accept(","):
            upper = self.advance().value if self.token.kind == "integer" else ""
        elif not lower:
            raise self.mismatch("',', <integer>")
        self.expect("}")
        return lower, upper

    def _pattern_primary(self):
        here = self.here()
        self._split_anchor()
        if self.accept("("):
            if self.accept(")"):
                return patterns.Sequence([], **here)
            return self._pattern_group(here)
        if self.token.upper in ("^", "$"):
            return patterns.Anchor(self.advance().upper, **here)
        if self.accept("{", "-"):
            item = self._pattern_alternatives()
            self.expect("-", "}")
            return patterns.Excluded(item, **here)
        if self.is_word("PERMUTE", "("):
            self.advance()
            return patterns.Permutation(self.parenthesised(self._pattern_alternatives), **here)
        if not self.at_identifier():
            raise self.mismatch("'$', '(', 'PERMUTE', '^', '{-', <identifier>")
        return patterns.Variable(self.identifier(), **here)

    def _pattern_group(self, here):
        item = self._pattern_alternatives()
        self.expect(")")
        return item

    def _split_anchor(self):
        """`A$` is a variable and an anchor here; elsewhere a dollar sign may be part of a name."""
        token = self.token
        if token.kind != "name" or not token.text.endswith("$"):
            return
        size = len(token.text) - 1
        name = replace(token, text=token.text[:size], value=token.value[:size], end=token.end - 1)
        anchor = replace(token, kind="op", text="$", value="$", column=token.column + size, start=token.end - 1)
        self.tokens[self.at : self.at + 1] = [name, anchor]
