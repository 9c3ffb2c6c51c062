"""A statement's text → the query whose bytes it scans, as a sqlglot tree, or None when it scans nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

from helpers.forecast.errors import ForecastError
from helpers.placeholders import bind, literals

DIALECT = "athena"
# Statements about the catalog: "you are not charged for DDL" (aws.amazon.com/athena/pricing).
FREE = {"CREATE", "DROP", "ALTER", "SHOW", "DESCRIBE", "DESC", "MSCK", "PREPARE", "DEALLOCATE", "ANALYZE"}
# Rows of Iceberg tables change through these, and what they read depends on its manifests.
ICEBERG_ONLY = {"UPDATE", "DELETE", "MERGE", "OPTIMIZE", "VACUUM"}


def scanned_query(sql: str, parameters: Mapping[str, object] | Sequence[object] | None) -> exp.Query | None:
    """The query that a statement runs; None for DDL, SHOW, EXPLAIN and the like. Raises ForecastError.

    parameters  as `helpers.athena.query` takes them: a mapping for `:name`, a sequence for `?`
    """
    after = _after_word(sql, "EXPLAIN")
    if after is not None:
        after = _after_word(after, "ANALYZE")
        if after is None:
            return None  # EXPLAIN alone plans the query, EXPLAIN ANALYZE runs it
        sql = _after_word(after, "VERBOSE") or after
    text = _with_values(sql, parameters)
    tokens = _tokens(text)
    if not tokens:
        raise ForecastError("The statement is empty: pass one SQL statement.")
    first = tokens[0].text.upper()
    if first == "UNLOAD":
        return _parsed(_in_parentheses(text, tokens))
    if first in ICEBERG_ONLY:
        raise ForecastError(f"{first} works on Iceberg tables, whose bytes are not estimated yet.")
    if first == "EXECUTE":
        raise ForecastError("EXECUTE runs a prepared statement: estimate that statement's own SQL.")
    if first in FREE and not _is_ctas(tokens):
        return None
    return _parsed(text)


def _with_values(sql: str, parameters) -> str:
    """The SQL with its placeholders replaced by the literals that Athena would be sent."""
    if isinstance(parameters, Mapping):
        sql, texts = bind(sql, parameters)
    else:
        texts = literals(parameters or [])
    marks = [token for token in _tokens(sql) if token.token_type == TokenType.PLACEHOLDER]
    if any(sql[mark.start] != "?" for mark in marks) or len(marks) != len(texts):
        raise ForecastError(f"The statement has {len(marks)} placeholders and was given {len(texts)} values.")
    for mark, text in reversed(list(zip(marks, texts, strict=True))):
        sql = sql[: mark.start] + text + sql[mark.end + 1 :]
    return sql


def _tokens(sql: str) -> list[Token]:
    """Trino's tokens, or Athena's mixture where there are Hive's backticks."""
    failure: SqlglotError | None = None
    for dialect in ("trino", DIALECT):
        try:
            tokens = sqlglot.tokenize(sql, dialect=dialect)
        except SqlglotError as error:
            failure = failure or error
        else:
            return [token for token in tokens if token.token_type != TokenType.HIVE_TOKEN_STREAM]
    raise ForecastError(f"The statement cannot be read: {_reason(failure)}") from failure


def _is_ctas(tokens: list[Token]) -> bool:
    """CREATE TABLE … AS <query>: the only DDL that scans."""
    words = [token.text.upper() for token in tokens]
    return words[:2] == ["CREATE", "TABLE"] and any(
        word == "AS" and following in ("SELECT", "WITH", "(", "VALUES", "TABLE")
        for word, following in pairwise(words)
    )


def _after_word(text: str, word: str) -> str | None:
    """What follows `word` where the text begins with it, or None."""
    tokens = _tokens(text)
    return text[tokens[0].end + 1 :] if tokens and tokens[0].text.upper() == word else None


def _in_parentheses(text: str, tokens: list[Token]) -> str:
    """The query of `UNLOAD (query) TO …`."""
    depth = 0
    for token in tokens[1:]:
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)
        if depth == 0:
            if token.token_type != TokenType.R_PAREN:
                break
            return text[tokens[1].end + 1 : token.start]
    raise ForecastError("UNLOAD needs its query in parentheses: UNLOAD (SELECT …) TO 's3://…' WITH (…).")


def _parsed(text: str) -> exp.Query:
    query = parsed(text)
    unbound = query.find(exp.Placeholder, exp.Parameter)
    if unbound is not None:
        raise ForecastError(f"The placeholder {unbound.sql(DIALECT)} has no value: pass it in parameters.")
    no_data = query.find(exp.WithDataProperty)
    if no_data is not None and no_data.args.get("no"):
        return exp.select("1")  # CREATE TABLE … AS … WITH NO DATA copies the columns only
    if isinstance(query, (exp.Create, exp.Insert)):
        query = query.expression
    if isinstance(query, exp.Values) or not isinstance(query, exp.Query):
        query = _as_query(query)
    return query


def _as_query(tree: exp.Expression) -> exp.Query:
    if isinstance(tree, exp.Values):
        return exp.select("*").from_(tree)
    raise ForecastError(f"{type(tree).__name__.upper()} is no statement whose bytes can be estimated.")


def parsed(text: str) -> exp.Expression:
    """One statement as a tree. Raises ForecastError with the parser's reason."""
    try:
        trees = [tree for tree in sqlglot.parse(text, dialect=DIALECT) if tree is not None]
    except SqlglotError as error:
        raise ForecastError(f"The statement cannot be parsed: {_reason(error)}") from error
    if len(trees) != 1:
        raise ForecastError(f"Only one SQL statement is allowed, got {len(trees)}.")
    if isinstance(trees[0], exp.Command):
        raise ForecastError(f"The statement cannot be parsed: {trees[0].sql(DIALECT)[:80]}")
    return trees[0]


def _reason(error: SqlglotError) -> str:
    """sqlglot's message without its colours and without the statement, which it repeats."""
    details = getattr(error, "errors", None)
    if details:
        place = details[0]
        return f"{place['description'].rstrip('.')} (line {place['line']}, column {place['col']})"
    return str(error).splitlines()[0] if str(error) else type(error).__name__
