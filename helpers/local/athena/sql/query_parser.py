"""Trino's queries: SELECT with everything around it."""

from . import tree
from .identifier import Identifier
from .pattern_parser import PatternParser

_NOT_AN_ALIAS = {
    "LIMIT",
    "OFFSET",
    "FETCH",
    "WINDOW",
    "TABLESAMPLE",
    "MATCH_RECOGNIZE",
    "FOR",
    "UNPIVOT",
    "PIVOT",
}


class QueryParser(PatternParser):
    """Queries and relations, on top of expressions."""

    _run = (1, 0)  # the tokens from … to before … are opening parentheses

    def at_query(self):
        """A query starts here, perhaps inside parentheses."""
        i = self._opened()
        if self.peek(i).upper == "TABLE" and self.peek(i + 1).upper == "(":
            return False
        return self.peek(i).upper in ("SELECT", "WITH", "VALUES", "TABLE") and (i == 0 or self._closes_as_query(i))

    def _opened(self):
        """How many opening parentheses come next; counted once for all of a run."""
        first, behind = self._run
        if not first <= self.at <= behind:
            behind = self.at
            while self.tokens[behind].upper == "(":
                behind += 1
            self._run = (self.at, behind)
        return behind - self.at

    def _closes_as_query(self, opened):
        """After the parenthesis that closes the innermost query comes what may follow a query, not an operator."""
        depth, ahead = 0, opened - 1
        while self.peek(ahead).kind != "end":
            depth += (self.peek(ahead).upper == "(") - (self.peek(ahead).upper == ")")
            ahead += 1
            if depth == 0:
                break
        after = self.peek(ahead)
        return after.kind == "end" or after.upper in (
            ")",
            "UNION",
            "EXCEPT",
            "INTERSECT",
            "ORDER",
            "LIMIT",
            "OFFSET",
            "FETCH",
        )

    def query(self):
        here = self.here()
        query = tree.Query(None, **here)
        if self.accept("WITH"):
            query.recursive = self.accept("RECURSIVE")
            query.withs = self.comma_list(self._with)
        query.body = self._set_operation()
        if self.accept("ORDER", "BY"):
            query.order_by = self.comma_list(self.sort_item)
            self.after("order")
        here = self.here()
        if self.accept("OFFSET"):
            query.offset = self._row_count(here)
            self.accept_any("ROW", "ROWS")
        here = self.here()
        if self.accept("LIMIT"):
            query.limit_all = self.accept("ALL")
            query.limit = None if query.limit_all else self._row_count(here, "'?', 'ALL', <integer>")
        elif self.accept("FETCH"):
            query.one_row = self.peek().upper in ("ROW", "ROWS")
            query.limit = self._fetch(here)
            query.fetch = "WITH TIES" if self.accept("WITH", "TIES") else "ONLY"
            if query.fetch == "ONLY":
                self.expect("ONLY")
        return query

    def _row_count(self, here, expecting="'?', <integer>"):
        """A number of rows. Its position is that of its clause, as in Trino's errors."""
        if self.token.kind not in ("integer", "param"):
            raise self.mismatch(expecting)
        count = self.primary()
        count.line, count.column = here["line"], here["column"]
        return count

    def _fetch(self, here):
        if not self.accept_any("FIRST", "NEXT"):
            raise self.mismatch("'FIRST', 'NEXT'")
        counted = self.token.kind in ("integer", "param")
        count = self._row_count(here) if counted else tree.Literal("integer", "1", **here)
        if not self.accept_any("ROW", "ROWS"):
            raise self.mismatch("'ROW', 'ROWS'" if counted else "'?', 'ROW', 'ROWS', <integer>")
        return count

    def _with(self):
        here = self.here()
        name = self.identifier()
        columns = self.parenthesised(self.identifier) if self.is_word("(") else None
        self.expect("AS", "(")
        query = self.query()
        self.expect(")")
        return tree.With(name.folded(), columns, query, **here)

    def _set_operation(self):
        left = self._intersection()
        while self.token.upper in ("UNION", "EXCEPT"):
            left = self._operation(left, self._intersection)
        return left

    def _intersection(self):
        left = self._query_primary()
        while self.is_word("INTERSECT"):
            left = self._operation(left, self._query_primary)
        return left

    def _operation(self, left, operand):
        here, op = self.here(), self.advance().upper
        distinct = self.accept_any("ALL", "DISTINCT") != "ALL"
        return tree.SetOperation(op, distinct, left, operand(), **here)

    def _query_primary(self):
        here = self.here()
        if self.accept("("):
            query = self.query()
            self.expect(")")
            return query
        if self.accept("VALUES"):
            values = tree.Values(self.comma_list(self.expression), **here)
            self.after("values")
            return values
        if self.accept("TABLE"):
            table = tree.TableName(
                self.qualified_name(),
                line=self.tokens[self.at - 1].line,
                column=self.tokens[self.at - 1].column,
            )
            return tree.Select([tree.AllColumns(None, **here)], relation=table, explicit_table=True, **here)
        if not self.accept("SELECT"):
            raise self.mismatch("'(', 'SELECT', 'TABLE', 'VALUES'")
        return self._select(here)

    def _select(self, here):
        select = tree.Select([], **here)
        first = self.at
        select.distinct = self.accept("DISTINCT")
        if not select.distinct:
            self.accept("ALL")
        self._quantified = None if self.at > first else first
        select.items = self.comma_list(self._select_item)
        if self.accept("FROM"):
            select.relation = self._relations()
        if self.accept("WHERE"):
            select.where = self.expression()
            self.after("where")
        if self.accept("GROUP", "BY"):
            select.group_distinct = self.accept_any("ALL", "DISTINCT") == "DISTINCT"
            select.group_by = self.comma_list(self._grouping_element)
            self.after("group")
        if self.accept("HAVING"):
            select.having = self.expression()
            self.after("having")
        if self.accept("WINDOW"):
            select.windows = self.comma_list(self._named_window)
        return select

    def _named_window(self):
        here = self.here()
        name = tree.Name((self.identifier(),), **here)
        self.expect("AS")
        return name, self.window()

    def _select_item(self):
        here = self.here()
        self.instead("'*', 'ALL', 'DISTINCT', <expression>" if self.at == self._quantified else "'*', <expression>")
        if self.accept("*"):
            self.after("star")
            return tree.AllColumns(None, **here)
        mark = self.at
        if self.at_identifier():
            name = self.qualified_prefix()
            if name:
                aliases = self.parenthesised(self.identifier) if self.accept("AS") else None
                return tree.AllColumns(tree.Name(name, **here), aliases, **here)
            self.at = mark
        value = self.expression()
        if self.accept("."):
            self.expect("*")
            aliases = self.parenthesised(self.identifier) if self.accept("AS") else None
            return tree.AllColumns(value, aliases, **here)
        alias = None
        self.after("item")
        if self.accept("AS") or (self.at_identifier() and self.token.upper not in _NOT_AN_ALIAS):
            alias = self.identifier()
            self.after("item alias")
        return tree.SelectItem(value, alias, **here)

    def qualified_prefix(self):
        """`a.b.*`: its parts without the star, or None when something else comes."""
        parts = [self.identifier()]
        while self.accept("."):
            if self.accept("*"):
                return tuple(parts)
            if not self.at_identifier():
                return None
            parts.append(self.identifier())
        return None

    def _grouping_element(self):
        here = self.here()
        for kind in ("ROLLUP", "CUBE"):
            if self.is_word(kind, "("):
                self.advance()
                return tree.GroupingElement(kind.lower(), self.parenthesised(self._grouping_set), **here)
        if self.is_word("GROUPING", "SETS"):
            self.expect("GROUPING", "SETS")
            return tree.GroupingElement("sets", self.parenthesised(self._grouping_set), **here)
        return tree.GroupingElement("simple", [self._grouping_set()], **here)

    def _grouping_set(self):
        if self.is_word("(", ")"):
            self.expect("(", ")")
            return []
        expression = self.expression()
        return expression.items if isinstance(expression, tree.RowLiteral) else [expression]

    # ---- relations

    def _relations(self):
        left = self._joined()
        while self.is_word(","):
            here = self.here()
            self.advance()
            left = tree.Join("cross", left, self._joined(), implicit=True, **here)
        return left

    def _joined(self):
        here = self.here()
        left = self._sampled()
        while True:
            if self.accept("CROSS", "JOIN"):
                left = tree.Join("cross", left, self._sampled(), **here)
                continue
            natural = self.accept("NATURAL")
            kind = self._join_kind()
            if not kind:
                if natural:
                    raise self.mismatch("'FULL', 'INNER', 'JOIN', 'LEFT', 'RIGHT'")
                return left
            left = self._join(kind, natural, left, here)

    def _join_kind(self):
        kind = self.accept_any("LEFT", "RIGHT", "FULL")
        if kind:
            self.accept("OUTER")
            self.expect("JOIN")
            return kind.lower()
        if self.accept("INNER"):
            self.expect("JOIN")
            return "inner"
        return "inner" if self.accept("JOIN") else None

    def _join(self, kind, natural, left, here):
        if natural:
            return tree.Join(kind, left, self._sampled(), natural=True, **here)
        right = self._joined()
        if self.accept("ON"):
            on = self.expression()
            self.after("on")
            return tree.Join(kind, left, right, on=on, **here)
        if self.accept("USING"):
            return tree.Join(kind, left, right, using=self.parenthesised(self.identifier), **here)
        raise self.mismatch("'ON', 'USING'")

    def _sampled(self):
        here = self.here()
        relation = self._aliased()
        if self.is_word("MATCH_RECOGNIZE", "("):
            relation = self._alias_of(self.match_recognize(relation, here), here)
        if not self.accept("TABLESAMPLE"):
            return relation
        method = self.accept_any("BERNOULLI", "SYSTEM")
        if not method:
            raise self.mismatch("'BERNOULLI', 'SYSTEM'")
        self.expect("(")
        percentage = self.expression()
        self.expect(")")
        return tree.Sampled(relation, method, percentage, **here)

    def _aliased(self):
        here = self.here()
        return self._alias_of(self._relation_primary(), here)

    def _alias_of(self, relation, here):
        self.after("table" if isinstance(relation, tree.TableName) else "relation")
        if not (self.accept("AS") or (self.at_identifier() and self.token.upper not in _NOT_AN_ALIAS)):
            return relation
        alias = self.identifier()
        self.after("alias")
        columns = self.parenthesised(self.identifier) if self.is_word("(") else None
        return tree.Aliased(relation, alias.folded(), columns, **here)

    def _relation_primary(self):
        here = self.here()
        if self.accept("UNNEST"):
            arguments = self.parenthesised(self.expression)
            ordinality = self.accept("WITH", "ORDINALITY")
            return tree.Unnest(arguments, ordinality, **here)
        if self.is_word("TABLE", "("):
            return self._table_function()
        if self.is_word("LATERAL", "("):
            self.expect("LATERAL", "(")
            query = self.query()
            self.expect(")")
            return tree.SubqueryRelation(query, lateral=True, **here)
        if self.accept("("):
            if self.at_query():
                query = self.query()
                self.expect(")")
                return tree.SubqueryRelation(query, **here)
            relation = self._relations()
            self.expect(")")
            return relation
        if not self.at_identifier() and self.token.kind not in ("backquoted", "digits"):
            raise self.mismatch("'(', 'LATERAL', 'TABLE', 'UNNEST', <identifier>")
        name = self.qualified_name()
        version = None
        if self.accept("FOR"):
            kind = self.accept_any("TIMESTAMP", "VERSION", "SYSTEM_TIME", "SYSTEM_VERSION")
            self.expect("AS", "OF")
            version = (kind or "TIMESTAMP", self.value())
        return tree.TableName(name, version, **here)

    def _table_function(self):
        self.expect("TABLE", "(")
        here = self.here()
        parts = self.qualified_name()
        name = Identifier(".".join(parts), ".".join(p.written for p in parts)).folded()
        self.expect("(")
        arguments = [] if self.is_word(")") else self.comma_list(self._named_argument)
        self.expect(")")
        self.expect(")")
        return tree.TableFunction(name, arguments, **here)

    def _named_argument(self):
        name = None
        if self.at_identifier() and self.peek(1).upper == "=>":
            name = self.identifier().folded()
            self.expect("=>")
        return name, self.expression()
