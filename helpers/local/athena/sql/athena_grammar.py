"""Whether Athena's own grammar reads a query that Trino's refuses: such a query is "not supported", not wrong.

Athena asks two grammars. Trino's error is shown only when its own refuses the text as well, and that one, Spark
SQL's of its 2.x days, is generous: every word can be a name there (`SELECT * FROM` names the star FROM, `a.end`
is a column, `CAST(x)` a function), names stand in backquotes, numbers have no end. This module tries the same
readings with Trino's parser: the words that stop it become names, one after the other.
"""

from dataclasses import replace

from ..errors import RequestError
from .lexer import Token, tokenize
from .query_parser import QueryParser

_TRIES = 200  # readings of one statement; each word that stops the parser offers a few
_WORK = 200_000  # tokens read in all of them
# Words of Spark's that mean what a word of Trino's means, or nothing that matters to whether it can be read.
_SAME = {"==": "=", "<=>": "=", "RLIKE": "LIKE", "REGEXP": "LIKE", "DIV": "*", "SEMI": "OUTER", "ANTI": "OUTER"}
_SORTS = ("SORT", "CLUSTER", "DISTRIBUTE")


class _Names(QueryParser):
    """Trino's parser, which remembers where it stopped."""

    def furthest(self):
        """The index of the token that stops it, or None."""
        try:
            self.query()
        except (RequestError, RecursionError):
            return self.at
        return None if self.token.kind == "end" else self.at


def accepts(sql):
    """`sql`: a statement that Trino's parser refuses."""
    tokens = [_known(token) for token in tokenize(_spelled(sql))]
    if tokens[0].upper not in ("SELECT", "WITH", "VALUES", "TABLE", "FROM", "("):
        return False
    if tokens[0].upper == "FROM":
        return any(token.upper in ("SELECT", "INSERT", "MAP", "REDUCE") for token in tokens)
    return _reads(_spark_clauses(tokens), sql)


def _spelled(sql):
    return sql.replace("<=>", "==")


def _known(token):
    if token.kind in ("backquoted", "digits"):
        return replace(token, kind="quoted")
    if token.kind == "integer" and len(token.text) > 18:
        return replace(token, value="1", text="1")
    return token


def _spark_clauses(tokens):
    """The tokens with Spark's own clauses in Trino's words."""
    found, i = [], 0
    while i < len(tokens):
        token = tokens[i]
        pair = (token.upper, tokens[i + 1].upper if i + 1 < len(tokens) else "")
        if pair == ("=", "=") and token.end == tokens[i + 1].start:
            i += 1
        if pair[0] in _SORTS and pair[1] == "BY":
            token = _word(token, "ORDER")
        elif pair == ("LATERAL", "VIEW"):
            found += [_word(token, "CROSS"), _word(token, "JOIN"), _word(token, "UNNEST"), _word(token, "(")]
            i = _lateral_view(tokens, i + 2, found)
            continue
        elif token.upper in _SAME:
            token = _word(token, _SAME[token.upper])
        found.append(token)
        i += 1
    return found


def _lateral_view(tokens, i, found):
    """LATERAL VIEW [OUTER] f(…) t [AS] a, b → UNNEST(f(…)) t; returns the index behind it."""
    i += tokens[i].upper == "OUTER"
    depth = 0
    while tokens[i].kind != "end":
        depth += (tokens[i].upper == "(") - (tokens[i].upper == ")")
        found.append(tokens[i])
        i += 1
        if depth == 0 and found[-1].upper == ")":
            break
    found.append(_word(found[-1], ")"))
    if tokens[i].kind in ("name", "quoted") and tokens[i].upper != "AS":
        found.append(tokens[i])
        i += 1
    if tokens[i].upper == "AS":
        i += 2
        while tokens[i].upper == ",":
            i += 2
    return i


def _word(token, text):
    kind = "name" if text.isalpha() else "op"
    return Token(kind, text, text, token.line, token.column, token.start, token.end)


def _reads(tokens, sql):
    """Whether some of the words that stop Trino's parser, read as names, make it a query."""
    seen, waiting, tries = set(), [(tokens, frozenset())], 0
    while waiting and tries < min(_TRIES, _WORK // len(tokens)):
        tries += 1
        current, changed = waiting.pop()
        at = _Names(current, sql).furthest()
        if at is None:
            return True
        for index in {at, at - 1, at - 2, _caller(current, at)}:
            change = changed | {index}
            if index <= 0 or change in seen or current[index].kind != "name":
                continue
            seen.add(change)
            waiting.insert(0, (_named(current, index), change))
    return False


def _caller(tokens, at):
    """The index before the innermost parenthesis that is open at token `at`: a form that is read as a function."""
    depth = 0
    for index in range(at - 1, 0, -1):
        depth += (tokens[index].upper == ")") - (tokens[index].upper == "(")
        if depth < 0:
            return index - 1
    return 0


def _named(tokens, index):
    """The tokens with one word as a name. A name behind a star is its alias, which Trino's grammar does not know."""
    before = tokens[index - 1]
    if before.upper == "*" and tokens[index - 2].upper in ("SELECT", ",", "DISTINCT", "ALL"):
        return tokens[:index] + tokens[index + 1 :]
    return [*tokens[:index], replace(tokens[index], kind="quoted"), *tokens[index + 1 :]]
