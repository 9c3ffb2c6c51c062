"""A cursor over tokens: the few moves that every parser of this package makes."""

from ..errors import RequestError
from . import following
from .identifier import Identifier
from .lexer import decode_unicode, mismatched

# Reserved words of Trino's grammar, and the three that Athena's guide adds for SELECT.
RESERVED = set(
    """
    ALTER AND AS BETWEEN BY CASE CAST CONSTRAINT CREATE CROSS CUBE CURRENT_CATALOG CURRENT_DATE CURRENT_PATH
    CURRENT_ROLE CURRENT_SCHEMA CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER DEALLOCATE DELETE DESCRIBE
    DISTINCT DROP ELSE END ESCAPE EXCEPT EXECUTE EXISTS EXTRACT FALSE FOR FROM FULL GROUP GROUPING HAVING IN
    INNER INSERT INTERSECT INTO IS JOIN LEFT LIKE LISTAGG LOCALTIME LOCALTIMESTAMP NATURAL NORMALIZE NOT
    NULL ON OR ORDER OUTER PREPARE RECURSIVE RIGHT ROLLUP SELECT TABLE THEN TRIM TRUE UESCAPE UNION UNNEST
    USING VALUES WHEN WHERE WITH FIRST LAST SKIP
    """.split()
)


class Stream:
    """Tokens with a position. Keywords are compared in capitals."""

    def __init__(self, tokens, sql):
        self.tokens, self.sql, self.at = tokens, sql, 0
        self.parameters = 0
        self._clause = self._instead = (None, None)

    @property
    def token(self):
        return self.tokens[self.at]

    def peek(self, ahead=1):
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def advance(self):
        token = self.token
        self.at += 1
        return token

    def is_word(self, *words):
        """Whether the next tokens are these keywords or operators."""
        return all(self.peek(i).upper == word for i, word in enumerate(words))

    def accept(self, *words):
        """Move past these keywords or operators if they come next."""
        if not self.is_word(*words):
            return False
        self.at += len(words)
        return True

    def accept_any(self, *words):
        """Move past one of these, and say which."""
        return self.advance().upper if self.token.upper in words else None

    def expect(self, *words):
        for word in words:
            if not self.accept(word):
                raise self.mismatch(f"'{word}'")

    def mismatch(self, expecting=None):
        """The error for the current token."""
        at, clause = self._clause
        if at == self.at and expecting in ("<EOF>", "')'"):
            expecting = following.expecting(clause, expecting)
        at, words = self._instead
        if at == self.at and expecting == "<expression>":
            expecting = words
        return mismatched(self.token, expecting)

    def after(self, clause):
        """Note that a `clause` (of `following`) ends before the current token."""
        self._clause = (self.at, clause)

    def instead(self, words):
        """Note what else than an expression, which is read next, could stand at the current token."""
        self._instead = (self.at, words)

    def identifier(self):
        """A name, quoted or not, as an Identifier."""
        token = self.token
        if token.kind == "quoted":
            if not token.value:
                raise RequestError(
                    f"line {token.line}:{token.column}: Zero-length delimited identifier not allowed",
                    code="MALFORMED_QUERY",
                )
            return Identifier(self.advance().value, token.text)
        if token.kind == "backquoted":
            raise RequestError(
                f"line {token.line}:{token.column}: backquoted identifiers are not supported; "
                "use double quotes to quote identifiers",
                code="MALFORMED_QUERY",
            )
        if token.kind == "digits":
            raise RequestError(
                f"line {token.line}:{token.column}: identifiers must not start with a digit; "
                "surround the identifier with double quotes",
                code="MALFORMED_QUERY",
            )
        if token.kind == "name" and token.upper not in RESERVED:
            return Identifier(self.advance().value)
        raise self.mismatch("<identifier>")

    def at_identifier(self):
        return self.token.kind == "quoted" or (self.token.kind == "name" and self.token.upper not in RESERVED)

    def qualified_name(self):
        parts = [self.identifier()]
        while self.accept("."):
            parts.append(self.identifier())
        return tuple(parts)

    def string(self):
        if self.token.kind not in ("string", "unicode"):
            raise self.mismatch("<string>")
        token = self.advance()
        if token.kind == "string":
            return token.value
        escape = "\\"
        if self.accept("UESCAPE"):
            escape = self.string()
        try:
            return decode_unicode(token.value, escape)
        except ValueError as problem:
            raise RequestError(f"line {token.line}:{token.column}: {problem}", code="MALFORMED_QUERY") from None

    def comma_list(self, parse):
        items = [parse()]
        while self.accept(","):
            items.append(parse())
        return items

    def parenthesised(self, parse):
        self.expect("(")
        items = self.comma_list(parse)
        self.expect(")")
        return items

    def here(self):
        """The position of the current token, for a node."""
        return {"line": self.token.line, "column": self.token.column}
