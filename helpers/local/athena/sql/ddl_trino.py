"""What Trino's grammar says about a DDL or SHOW statement that is not Athena's Hive DDL.

Athena tries both grammars. Where Trino's accepts the text, the error of the Hive grammar is shown; where
both refuse it, Trino's is: the token furthest into the text that no rule takes, and what would have fitted.
Only the statements are spelled out here whose first word Hive's DDL shares.
"""

import re

from .lexer import mismatched
from .stream import RESERVED

# Words are keywords, 'x' an operator, lower case a rule; | ? * ( ) as usual. MULTI and PROTECTED are Athena's.
_GRAMMAR = {
    "statement": "CREATE create | DROP drop | ALTER alter | SHOW show | (DESCRIBE | DESC) (INPUT | OUTPUT)? name",
    "create": """SCHEMA (IF NOT EXISTS)? name (AUTHORIZATION principal)? (WITH properties)?
        | TABLE (IF NOT EXISTS)? name list (element) (COMMENT string)? (WITH properties)?
        | (OR REPLACE)? MATERIALIZED VIEW (IF NOT EXISTS)? name (COMMENT string)? (WITH properties)? AS query
        | (OR REPLACE)? (MULTI)? (PROTECTED)? VIEW name (COMMENT string)? (SECURITY (DEFINER | INVOKER))? AS query
        | ROLE identifier (WITH ADMIN identifier)? (IN identifier)?""",
    "drop": """SCHEMA (IF EXISTS)? name (CASCADE | RESTRICT)? | TABLE (IF EXISTS)? name | VIEW (IF EXISTS)? name
        | MATERIALIZED VIEW (IF EXISTS)? name | ROLE identifier (IN identifier)?""",
    "alter": """TABLE (IF EXISTS)? name tablechange | TABLE name propertychange
        | SCHEMA name (RENAME TO identifier | SET AUTHORIZATION principal)
        | VIEW name (RENAME TO name | SET AUTHORIZATION principal)
        | MATERIALIZED VIEW (IF EXISTS)? name (RENAME TO name | SET PROPERTIES assignments)""",
    "tablechange": """RENAME TO name | RENAME COLUMN (IF EXISTS)? identifier TO identifier
        | ADD COLUMN (IF NOT EXISTS)? column | DROP COLUMN (IF EXISTS)? name""",
    "propertychange": """SET AUTHORIZATION principal | SET PROPERTIES assignments
        | EXECUTE identifier ('(' arguments ')')? (WHERE anything)?""",
    "show": """CATALOGS like? | COLUMNS (FROM | IN) name like?
        | CREATE (MATERIALIZED VIEW | SCHEMA | TABLE | VIEW) name
        | CURRENT ROLES | FUNCTIONS like? | GRANTS (ON TABLE? name)? | ROLE GRANTS ((FROM | IN) identifier)?
        | ROLES ((FROM | IN) identifier)? | SCHEMAS ((FROM | IN) identifier)? like? | SESSION like?
        | STATS FOR (name | '(' query ')') | TABLES ((FROM | IN) name)? like? | VIEWS ((FROM | IN) name)? like?""",
    "like": "LIKE string (ESCAPE string)?",
    "name": "identifier ('.' identifier)*",
    "principal": "USER identifier | ROLE identifier | identifier",
    "element": "column | LIKE name ((INCLUDING | EXCLUDING) PROPERTIES)?",
    "column": "identifier type (NOT NULL)? (COMMENT string)? (WITH properties)?",
    "type": "onetype (ARRAY ('[' integer ']')?)*",
    "onetype": """ROW list (field) | INTERVAL unit (TO unit)? | DOUBLE PRECISION
        | ARRAY '<' type '>' | MAP '<' type ',' type '>'
        | (TIME | TIMESTAMP) ('(' integer ')')? ((WITH | WITHOUT) TIME ZONE)?
        | name ('(' (integer | type) (',' (integer | type))* ')')?""",
    "unit": "YEAR | MONTH | DAY | HOUR | MINUTE | SECOND",
    "field": "identifier type | type",
    "properties": "'(' assignments ')'",
    "assignments": "identifier '=' value (',' identifier '=' value)*",
    "arguments": "argument (',' argument)*",
    "argument": "identifier '=>' value | value",
}
# Rules that Trino names by their kind, not by the tokens that they begin with.
_NAMED = ("identifier", "string", "integer", "type", "query", "value")
_SHOWN_AS = {"value": "<expression>"}


class _Reader:
    """Reads one grammar rule's text into ("seq", [...]), ("alt", [...]), ("opt", x), ("many", x), ("list", x)
    (parenthesised, with commas), ("rule", name) or ("is", word)."""

    def __init__(self, text):
        self.tokens, self.at = re.findall(r"'[^']+'|\w+|[()|?*]", text), 0

    def alternatives(self):
        found = [self._sequence()]
        while self.at < len(self.tokens) and self.tokens[self.at] == "|":
            self.at += 1
            found.append(self._sequence())
        return found[0] if len(found) == 1 else ("alt", found)

    def _sequence(self):
        items = []
        while self.at < len(self.tokens) and self.tokens[self.at] not in "|)":
            items.append(self._item())
        return ("seq", items)

    def _item(self):
        token = self.tokens[self.at]
        self.at += 1
        if token == "list":
            self.at += 1
            node = ("list", self.alternatives())
            self.at += 1
        elif token == "(":
            node = self.alternatives()
            self.at += 1
        elif token.islower():
            node = ("rule", token)
        else:
            node = ("is", token.strip("'"))
        following = self.tokens[self.at] if self.at < len(self.tokens) else ""
        if following in ("?", "*") and following:
            self.at += 1
            return ("opt" if following == "?" else "many", node)
        return node


_RULES = {name: _Reader(text).alternatives() for name, text in _GRAMMAR.items()}


class _Match:
    """All ways to read the tokens, and the furthest token that stopped one."""

    def __init__(self, tokens):
        self.tokens, self.furthest, self.expected = tokens, 0, set()

    def ends(self, node, at):
        """The positions after which `node`, begun at token `at`, can end."""
        kind, inside = node
        if kind == "is":
            return {at + 1} if self.tokens[at].upper == inside else self._stopped(at, f"'{inside}'")
        if kind == "seq":
            reached = {at}
            for item in inside:
                reached = {end for start in reached for end in self.ends(item, start)}
            return reached
        if kind == "alt":
            return {end for choice in inside for end in self.ends(choice, at)}
        if kind == "list":
            return self._list(inside, at)
        if kind == "opt":
            return {at} | self.ends(inside, at)
        if kind == "many":
            reached, fresh = {at}, {at}
            while fresh:
                fresh = {end for start in fresh for end in self.ends(inside, start)} - reached
                reached |= fresh
            return reached
        return self._rule(inside, at)

    def _list(self, element, at):
        """( element, … ). What may go on inside an element is not among the expected: ANTLR has left it by then."""
        if self.tokens[at].upper != "(":
            return self._stopped(at, "'('")
        reached, starts = set(), {at + 1}
        while starts:
            ends = {end for start in starts for end in self.ends(element, start)}
            starts = {end + 1 for end in ends if self.tokens[end].upper == ","}
            reached |= {end + 1 for end in ends if self.tokens[end].upper == ")"}
            for end in ends:
                if self.tokens[end].upper not in (",", ")") and end >= self.furthest:
                    self.furthest, self.expected = end, {"','", "')'"}
        return reached

    def _rule(self, name, at):
        builtin = getattr(self, f"_{name}", None)
        if builtin is not None:
            return builtin(at)
        if name not in _NAMED:
            return self.ends(_RULES[name], at)
        furthest, expected = self.furthest, set(self.expected)
        reached = self.ends(_RULES[name], at)
        if not reached and self.furthest == at:
            self.furthest, self.expected = furthest, expected
            return self._stopped(at, f"<{name}>")
        return reached

    def _stopped(self, at, expected):
        if at > self.furthest:
            self.furthest, self.expected = at, set()
        if at == self.furthest:
            self.expected.add(expected)
        return set()

    def _identifier(self, at):
        token = self.tokens[at]
        fits = token.kind == "quoted" or (token.kind == "name" and token.upper not in RESERVED)
        return {at + 1} if fits else self._stopped(at, "<identifier>")

    def _string(self, at):
        return {at + 1} if self.tokens[at].kind == "string" else self._stopped(at, "<string>")

    def _integer(self, at):
        return {at + 1} if self.tokens[at].kind == "integer" else self._stopped(at, "<integer>")

    def _value(self, at):
        """An expression, up to the comma or parenthesis that ends it."""
        depth, end = 0, at
        while self.tokens[end].kind != "end":
            text = self.tokens[end].upper
            if depth == 0 and text in (",", ")"):
                break
            depth += (text in ("(", "[")) - (text in (")", "]"))
            end += 1
        return {end} if end > at else self._stopped(at, "<expression>")

    def _anything(self, at):
        return {len(self.tokens) - 1} if at < len(self.tokens) - 1 else self._stopped(at, "<expression>")

    def _query(self, at):
        starts = ("SELECT", "WITH", "VALUES", "TABLE", "(")
        if self.tokens[at].upper not in starts:
            return self._stopped(at, "<query>")
        return {len(self.tokens) - 1}


def refusal(tokens):
    """Trino's RequestError for `tokens` (of Trino's lexer), or None when its grammar accepts them."""
    match = _Match(tokens)
    last = len(tokens) - 1
    reached = match.ends(_RULES["statement"], 0)
    if last in reached:
        return None
    for end in reached:
        match._stopped(end, "<EOF>")
    token, expected = tokens[match.furthest], match.expected
    verb = tokens[match.furthest - 1].upper
    if expected == {"'COLUMN'"} and verb in ("ADD", "DROP"):
        expected = {"'.'", f"'{verb}'"}  # as recorded: Trino explains this from the choice before
    return mismatched(token, ", ".join(sorted(expected)))
