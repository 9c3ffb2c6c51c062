"""A cursor over Hive's tokens, with the errors of the grammar that Athena reads DDL with (ANTLR's words)."""

from ..errors import RequestError
from .stream import Stream

# Athena User Guide, "Reserved keywords to escape in DDL statements", without TIME, which its own examples
# use as a column name.
_RESERVED_TEXT = """
    ALL ALTER AND ARRAY AS AUTHORIZATION BETWEEN BIGINT BINARY BOOLEAN BOTH BY CASE CASHE CAST CHAR COLUMN CONF
    CONSTRAINT COMMIT CREATE CROSS CUBE CURRENT CURRENT_DATE CURRENT_TIMESTAMP CURSOR DATABASE DATE DAYOFWEEK
    DECIMAL DELETE DESCRIBE DISTINCT DIV DOUBLE DROP ELSE END EXCHANGE EXISTS EXTENDED EXTERNAL EXTRACT FALSE
    FETCH FLOAT FLOOR FOLLOWING FOR FOREIGN FROM FULL FUNCTION GRANT GROUP GROUPING HAVING IF IMPORT IN INNER
    INSERT INT INTEGER INTERSECT INTERVAL INTO IS JOIN LATERAL LEFT LESS LIKE LOCAL MACRO MAP MORE NONE NOT NULL
    NUMERIC OF ON ONLY OR ORDER OUT OUTER OVER PARTIALSCAN PARTITION PERCENT PRECEDING PRECISION PRESERVE
    PRIMARY PROCEDURE RANGE READS REDUCE REGEXP REFERENCES REVOKE RIGHT RLIKE ROLLBACK ROLLUP ROW ROWS SELECT
    SET SMALLINT START TABLE TABLESAMPLE THEN TIMESTAMP TO TRANSFORM TRIGGER TRUE TRUNCATE UNBOUNDED UNION
    UNIQUEJOIN UPDATE USER USING UTC_TIMESTAMP VALUES VARCHAR VIEWS WHEN WHERE WINDOW WITH
"""
RESERVED = frozenset(_RESERVED_TEXT.split())


class HiveSyntax(Exception):
    """The text is not Athena's DDL; `request` is the error if Trino, too, could not say it better."""

    def __init__(self, request):
        self.request = request
        super().__init__(request.message)


class Cursor(Stream):
    """Hive's tokens with a position. `complaint` is the first thing that Hive's own parser would refuse."""

    def __init__(self, tokens, sql):
        super().__init__(tokens, sql)
        self.complaint = None

    def expect_end(self, expecting="<EOF>"):
        if self.token.kind != "end":
            raise self.mismatch(expecting)

    # ---- errors

    def mismatch(self, expecting):
        """A token that does not fit the one rule which is left; `expecting` a set as ANTLR prints it."""
        return self._error(f"mismatched input '{self.token.text}' expecting {expecting}")

    def no_alternative(self, start=None):
        """A token that fits none of the rules still possible since token `start` (the statement's first)."""
        begin = (start or self.tokens[0]).start
        text = self.sql[begin : self.token.end]
        for char, shown in (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
            text = text.replace(char, shown)
        return self._error(f"no viable alternative at input '{text}'")

    def missing(self, word):
        return self._error(f"missing '{word}' at '{self.token.text}'")

    def extraneous(self, expecting):
        return self._error(f"extraneous input '{self.token.text}' expecting {expecting}")

    def _error(self, text):
        return HiveSyntax(RequestError(f"line {self.token.line}:{self.token.column}: {text}", code="MALFORMED_QUERY"))

    def complain(self, token, text):
        """Remember what Hive says about `token`; it counts columns from 0."""
        self.refuse(f"FAILED: ParseException line {token.line}:{token.column - 1} {text}")

    def refuse(self, text):
        """Remember what Hive says, unless it has said something already."""
        self.complaint = self.complaint or text

    # ---- names and values

    def at_identifier(self):
        return self.token.kind in ("name", "backquoted")

    def identifier(self, where):
        """A name in lower case. `where` is the clause that Hive names when the word is reserved."""
        token = self.token
        if not self.at_identifier():
            raise self.mismatch("{IDENTIFIER, BACKQUOTED_IDENTIFIER}")
        self.mind(token, where)
        return self.advance().value.lower()

    def mind(self, token, where):
        """Remember that Hive takes no reserved word for a name in `where`."""
        if token.upper in RESERVED:
            self.complain(
                token, f"Failed to recognize predicate '{token.text}'. Failed rule: 'identifier' in {where}"
            )

    def string(self):
        if self.token.kind != "string":
            raise self.mismatch("STRING")
        return self.advance().value

    def properties(self):
        """('key' = 'value', …)"""
        return dict(self.parenthesised(self._property))

    def _property(self):
        key = self.string()
        self.expect("=")
        return key, self.string()
