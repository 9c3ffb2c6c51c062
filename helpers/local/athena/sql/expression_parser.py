"""Trino's expressions, by recursive descent in the order of its grammar."""

from ..errors import RequestError, unsupported_statement
from . import tree
from .identifier import Identifier
from .special_forms import SpecialForms
from .stream import RESERVED

BIGINT_MAX = 2**63 - 1
COMPARISONS = ("=", "<>", "!=", "<", "<=", ">", ">=")
_NO_PARENTHESES = {
    "CURRENT_DATE": "current_date",
    "CURRENT_TIME": "current_time",
    "CURRENT_TIMESTAMP": "current_timestamp",
    "LOCALTIME": "localtime",
    "LOCALTIMESTAMP": "localtimestamp",
    "CURRENT_USER": "current_user",
    "CURRENT_CATALOG": "current_catalog",
    "CURRENT_SCHEMA": "current_schema",
}
_WINDOW_CLAUSES = ("PARTITION", "ROWS", "RANGE", "GROUPS")
_CALLED = ("LEFT", "RIGHT", "FIRST", "LAST")  # reserved words that are functions too


class ExpressionParser(SpecialForms):
    """Expressions. The query parser extends it, since expressions hold queries."""

    def expression(self):
        return self._logical("OR", lambda: self._logical("AND", self._negation))

    def _logical(self, word, operand):
        first = operand()
        if not self.is_word(word):
            return first
        operands = [first]
        while self.accept(word):
            operands.append(operand())
        return tree.Logical(word, operands, line=first.line, column=first.column)

    def _negation(self):
        here = self.here()
        if self.accept("NOT"):
            return tree.Not(self._negation(), **here)
        return self._predicate(self.value())

    def _predicate(self, value):
        here = self.here()
        if self.token.upper in COMPARISONS:
            return self._comparison(value)
        negated = self.is_word("NOT") and self.peek().upper in ("BETWEEN", "IN", "LIKE")
        if negated:
            self.advance()
        if self.accept("BETWEEN"):
            low = self.value()
            self.expect("AND")
            found = tree.Between(value, low, self.value(), **here)
        elif self.accept("IN"):
            found = self._in(value, here)
        elif self.accept("LIKE"):
            pattern = self.value()
            found = tree.Like(value, pattern, self.value() if self.accept("ESCAPE") else None, **here)
        elif self.accept("IS"):
            negated = self.accept("NOT")
            if self.accept("NULL"):
                found = tree.IsNull(value, **here)
            else:
                self.expect("DISTINCT", "FROM")
                found = tree.IsDistinct(value, self.value(), **here)
        else:
            return value
        found = tree.Not(found, **here) if negated else found
        if self.token.upper in COMPARISONS or self.is_word("IS"):
            raise self.mismatch()
        return found

    def _comparison(self, value):
        here = self.here()
        op = self.advance().text.replace("!=", "<>")
        quantifier = self.accept_any("ALL", "ANY", "SOME") if self.peek().upper == "(" else None
        if quantifier:
            self.expect("(")
            query = self.query()
            self.expect(")")
            meant = Identifier("ALL" if quantifier == "ALL" else "ANY", quantifier)
            return tree.Quantified(op, meant, value, query, **here)
        found = tree.Binary(op, value, self.value(), **here)
        if self.token.upper in COMPARISONS or self.token.upper in ("BETWEEN", "IN", "LIKE"):
            raise self.mismatch()
        if self.accept("IS"):
            negated = self.accept("NOT")
            self.expect("NULL")
            found = tree.IsNull(found, **here)
            return tree.Not(found, **here) if negated else found
        return found

    def _in(self, value, here):
        self.expect("(")
        if self.at_query():
            query = self.query()
            self.expect(")")
            return tree.InSubquery(value, query, **here)
        items = self.comma_list(self.expression)
        self.expect(")")
        return tree.InList(value, items, **here)

    # ---- value expressions: || under + -, under * / %, under signs, under AT TIME ZONE

    def value(self):
        return self._left_associative(("||",), self._sum)

    def _sum(self):
        return self._left_associative(("+", "-"), self._product)

    def _product(self):
        return self._left_associative(("*", "/", "%"), self._signed)

    def _left_associative(self, operators, operand):
        left = operand()
        while self.token.kind == "op" and self.token.text in operators:
            here = self.here()
            left = tree.Binary(self.advance().text, left, operand(), **here)
        return left

    def _signed(self):
        here = self.here()
        sign = self.accept_any("+", "-")
        if not sign:
            return self._zoned()
        if sign == "-" and self.token.kind == "integer":
            self.at -= 1  # the sign belongs to the literal
            return self._zoned()
        operand = self._signed()
        return tree.Unary(sign, operand, **here)

    def _zoned(self):
        value = self._postfix()
        while self.is_word("AT", "TIME", "ZONE"):
            here = self.here()
            self.expect("AT", "TIME", "ZONE")
            value = tree.AtTimeZone(value, self._postfix(), **here)
        return value

    def _postfix(self):
        value = self.primary()
        while True:
            here = self.here()
            if self.accept("["):
                index = self.value()
                self.expect("]")
                value = tree.Subscript(value, index, line=value.line, column=value.column)
            elif self.is_word(".") and self.peek().upper != "*" and not isinstance(value, tree.Literal):
                self.advance()
                value = self._dereference(value, here)
            else:
                return value

    def _dereference(self, value, here):
        name = self.identifier()
        if isinstance(value, tree.Name):
            return tree.Name((*value.parts, name), line=value.line, column=value.column)
        return tree.Dereference(value, name, line=value.line, column=value.column)

    # ---- primaries

    def primary(self):
        token, here = self.token, self.here()
        if token.kind in ("decimal", "float"):
            return tree.Literal("double", self.advance().value, **here)
        if token.kind == "integer" or (token.upper == "-" and self.peek().kind == "integer"):
            return self._integer(here)
        if token.kind in ("string", "unicode"):
            return tree.Literal("string", self.string(), **here)
        if token.kind == "binary":
            return tree.Literal("binary", self._binary(self.advance()), **here)
        if token.kind == "param":
            self.advance()
            self.parameters += 1
            return tree.Parameter(self.parameters - 1, **here)
        if token.upper == "(":
            return self._parenthesis(here)
        keyword = getattr(self, f"_primary_{token.upper.lower()}", None) if token.kind == "name" else None
        if keyword and (found := keyword(here)) is not None:
            return found
        if token.upper in _NO_PARENTHESES:
            return self._current(here)
        if not self._starts_name():
            raise self.mismatch("<expression>")
        return self._name_or_call(here)

    def _integer(self, here):
        sign = "-" if self.accept("-") else ""
        value = int(sign + self.advance().value)
        if not -BIGINT_MAX - 1 <= value <= BIGINT_MAX:
            raise unsupported_statement()
        return tree.Literal("integer", str(value), **here)

    def _starts_name(self):
        odd = self.token.kind in ("backquoted", "digits") or self.token.upper in _CALLED
        return odd or self.at_identifier()

    def _binary(self, token):
        if len(token.value) % 2:
            raise RequestError(
                f"line {token.line}:{token.column}: Binary literal must contain an even number of digits",
                code="MALFORMED_QUERY",
            )
        return bytes.fromhex(token.value)

    def _parenthesis(self, here):
        if self._at_lambda():
            names = [] if self.peek().upper == ")" else None
            self.expect("(")
            if names is None:
                names = self.comma_list(self.identifier)
            self.expect(")", "->")
            return tree.Lambda(names, self.expression(), **here)
        self.expect("(")
        if self.at_query():
            query = self.query()
            self.expect(")")
            return tree.Scalar(query, **here)
        items = self.comma_list(self.expression)
        self.expect(")")
        return items[0] if len(items) == 1 else tree.RowLiteral(items, **here)

    def _at_lambda(self):
        """`( names ) ->` comes next."""
        i = 1
        while self.peek(i).kind in ("name", "quoted") or self.peek(i).upper == ",":
            i += 1
        return self.peek(i).upper == ")" and self.peek(i + 1).upper == "->"

    def _current(self, here):
        name = _NO_PARENTHESES[self.advance().upper]
        arguments = []
        if name.startswith(("current_time", "local")) and self.accept("("):
            if self.token.kind != "integer":
                raise self.mismatch("<integer>")
            arguments = [self.primary()]
            self.expect(")")
        return tree.Call(name, arguments, **here)

    def _name_or_call(self, here):
        if self.peek().upper == "->":
            name = self.identifier()
            self.expect("->")
            return tree.Lambda([name], self.expression(), **here)
        typed = self._typed_literal(here)
        if typed:
            return typed
        if self.token.upper in _CALLED and self.peek().upper == "(":
            return self._call(Identifier(self.advance().value), here)
        if self.token.upper in ("RUNNING", "FINAL") and self.peek(2).upper == "(":
            mode = self.advance().upper
            call = self._call(Identifier(self.advance().value), here)
            call.mode = mode
            return call
        name = self.identifier()
        if self.is_word("("):
            return self._call(name, here)
        if self.is_word("OVER") and self._starts_window(self.peek()):
            raise unsupported_statement()  # a measure of a window's row pattern
        return tree.Name((name,), **here)

    @staticmethod
    def _starts_window(token):
        return token.upper == "(" or (token.kind in ("name", "quoted") and token.upper not in RESERVED)

    def _typed_literal(self, here):
        if self.token.kind == "name" and self.peek().kind in ("string", "unicode"):
            name = self.identifier()
            return tree.TypedLiteral(name.folded(), self.string(), **here)
        if self.is_word("DOUBLE", "PRECISION") and self.peek(2).kind == "string":
            self.expect("DOUBLE", "PRECISION")
            return tree.TypedLiteral(Identifier("double", "DOUBLE"), self.string(), **here)
        return None

    def _call(self, name, here):
        self.expect("(")
        call = tree.Call(name.folded(), [], **here)
        if self.accept("*"):
            call.star = True
        elif not self.is_word(")"):
            call.distinct = self.accept("DISTINCT")
            if not call.distinct:
                self.accept("ALL")
            call.arguments = self.comma_list(self._argument)
        if self.accept("ORDER", "BY"):
            call.order_by = self.comma_list(self.sort_item)
        self.expect(")")
        return self._call_tail(call)

    def _argument(self):
        """An expression, or `label.*` of a pattern variable."""
        if self.at_identifier() and self.peek(1).upper == "." and self.peek(2).upper == "*":
            here = self.here()
            name = tree.Name((self.identifier(),), **here)
            self.expect(".", "*")
            return tree.AllColumns(name, **here)
        return self.expression()

    def _call_tail(self, call):
        if self.is_word("FILTER", "("):
            self.expect("FILTER", "(", "WHERE")
            call.filter = self.expression()
            self.expect(")")
        if self.is_word("IGNORE", "NULLS", "OVER") or self.is_word("RESPECT", "NULLS", "OVER"):
            call.nulls = self.advance().upper
            self.expect("NULLS")
        if self.accept("OVER"):
            here = self.here()
            call.over = self.window() if self.is_word("(") else tree.Window(self.identifier().folded(), **here)
        return call

    def sort_item(self):
        here = self.here()
        item = tree.SortItem(self.expression(), **here)
        item.descending = self.accept_any("ASC", "DESC") == "DESC"
        if self.accept("NULLS"):
            item.nulls = self.accept_any("FIRST", "LAST") or ""
            if not item.nulls:
                raise self.mismatch("'FIRST', 'LAST'")
        return item

    def window(self):
        self.expect("(")
        window = tree.Window(**self.here())
        if self.at_identifier() and self.token.upper not in _WINDOW_CLAUSES and not self.at_measures():
            window.name = self.identifier().folded()
        if self.accept("PARTITION", "BY"):
            window.partition_by = self.comma_list(self.expression)
        window.ordered_at = (self.token.line, self.token.column)
        if self.accept("ORDER", "BY"):
            window.order_by = self.comma_list(self.sort_item)
        measured = self.at_measures()
        if measured:
            self.measures()
        here = self.here()
        unit = self.accept_any("ROWS", "RANGE", "GROUPS")
        if measured and not unit:
            raise self.mismatch("'GROUPS', 'RANGE', 'ROWS'")
        if unit:
            between = self.accept("BETWEEN")
            start = self._bound()
            if between:
                self.expect("AND")
            window.frame = tree.Frame(unit, start, self._bound() if between else None, **here)
            window.frame.pattern = self.pattern_of_frame() or measured
        self.expect(")")
        return window

    def _bound(self):
        if self.accept("UNBOUNDED"):
            return ("UNBOUNDED " + self._direction(), None)
        if self.accept("CURRENT", "ROW"):
            return ("CURRENT ROW", None)
        value = self.expression()
        return (self._direction(), value)

    def _direction(self):
        which = self.accept_any("PRECEDING", "FOLLOWING")
        if not which:
            raise self.mismatch("'PRECEDING', 'FOLLOWING'")
        return which
