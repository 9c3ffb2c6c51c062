"""The functions of Trino, declared as text.

A family module (strings.py, numbers.py, …) lists its functions with `scalar`, `aggregate` and `window`:

    scalar("substr(varchar, bigint, bigint) -> varchar", "t_substr({0}, {1}, {2})")
    scalar("filter(array(T), function(T, boolean)) -> array(T)", "list_filter({0}, {1})")
    scalar("concat(varchar...) -> varchar", lambda args, types: "(" + " || ".join(args) + ")")
    aggregate("sum(bigint) -> bigint", "CAST(sum({distinct}{0}){tail} AS BIGINT)")
    aggregate("array_agg(T) -> array(T)", "list({distinct}{0}{order}){tail}")
    window("row_number() -> bigint", "row_number(){tail}")

Signature: single capital letters are type variables; `T...` repeats the last argument; `decimal(p,s)`,
`varchar(n)` and `timestamp(p)` bind numbers for the result. A return type may be a callable of the argument
types. Template: {0}, {1} … are the arguments' DuckDB SQL, each already of the declared type; in aggregates
{distinct} is 'DISTINCT ' or '', {order} is ' ORDER BY …' or '', {tail} is FILTER and OVER. A callable gets
(list of SQL, list of types). A lambda argument arrives as DuckDB text `lambda x, y: …`.
Several declarations of one name are overloads, tried in order: exact types first, then by coercion.
`macros` are CREATE MACRO statements and `python` registers Python functions, both on each connection.
A template that must refuse a value calls DuckDB's error('CODE: message').
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

SCALAR, AGGREGATE, WINDOW = "scalar", "aggregate", "window"


@dataclass(frozen=True)
class Function:
    """One signature of one function. `arguments` and `returns` are type patterns as text."""

    name: str
    kind: str
    arguments: tuple[str, ...]
    variadic: bool
    returns: str | Callable
    template: str | Callable
    deterministic: bool = True
    null_on_null: bool = True


FUNCTIONS: dict[str, list[Function]] = {}
MACROS: list[str] = []
PYTHON: list[tuple] = []  # (name, callable, [DuckDB argument types], DuckDB return type, null_handling, type)


def scalar(signature, template, returns=None, **options):
    """Declare a scalar function; `returns` overrides the signature's result with a callable of types."""
    return _declare(SCALAR, signature, template, returns, options)


def aggregate(signature, template, returns=None, **options):
    """Declare an aggregate function, usable over a window too."""
    return _declare(AGGREGATE, signature, template, returns, options)


def window(signature, template, returns=None, **options):
    """Declare a function that needs an OVER clause."""
    return _declare(WINDOW, signature, template, returns, options)


def macros(*statements):
    """CREATE MACRO statements that templates of this family use."""
    MACROS.extend(statements)


def python(name, function, arguments, returns, null_handling="default"):
    """A Python function that templates of this family use, with DuckDB types as text."""
    PYTHON.append((name, function, arguments, returns, null_handling, "native"))


def arrow(name, function, arguments, returns):
    """A Python function of whole batches: Arrow arrays in, one of the same length out.

    Its value is NULL where an argument is; what it gives there does not matter.
    """

    def of_batch(*columns):
        columns = [c.combine_chunks() if isinstance(c, pa.ChunkedArray) else c for c in columns]
        found = function(*columns)
        for column in columns:
            if column.null_count:
                found = pc.if_else(column.is_valid(), found, None)
        return found

    shaped = {1: lambda a: of_batch(a), 2: lambda a, b: of_batch(a, b)}[len(arguments)]
    PYTHON.append((name, shaped, arguments, returns, "special", "arrow"))


def install(connection):
    """Make the macros and Python functions known to a DuckDB connection (once per database).

    Each one that can refuse a value has a twin, `<name>_or_null`, for use inside TRY: DuckDB's TRY takes no
    expression that calls error() and does not catch what a Python function raises.
    """
    for name, function, arguments, returns, null_handling, kind in PYTHON:
        connection.create_function(name, function, arguments, returns, type=kind, null_handling=null_handling)
        connection.create_function(
            f"{name}{_TWIN}",
            function,
            arguments,
            returns,
            type=kind,
            null_handling=null_handling,
            exception_handling="return_null",
        )
    connection.execute("CREATE OR REPLACE MACRO error_or_null(message) AS NULL")
    for statement in MACROS:
        connection.execute(statement)
    for statement in MACROS:
        if _refusing().search(_code(statement)):
            connection.execute(or_null(_MACRO_NAME.sub(rf"\g<0>{_TWIN}", statement, count=1)))


_TWIN = "_or_null"
_MACRO_NAME = re.compile(r"(?<=\bMACRO )\w+", re.I)
_STRING = r"'(?:[^']|'')*'"


def or_null(sql):
    """DuckDB text that gives NULL where `sql` would refuse a value."""
    pattern = re.compile(f"{_STRING}|({_refusing().pattern})")
    return pattern.sub(lambda m: m[0][:-1] + _TWIN + "(" if m[1] else m[0], sql)


def _code(sql):
    return re.sub(_STRING, "''", sql)


@lru_cache(maxsize=1)
def _refusing():
    """A pattern for the start of a call that can refuse a value: error(), Python functions, macros over them."""
    names = {"error", *(entry[0] for entry in PYTHON)}
    while True:
        pattern = re.compile(r"\b(?:" + "|".join(sorted(names, key=len, reverse=True)) + r")\(")
        more = {_MACRO_NAME.search(s)[0] for s in MACROS if pattern.search(_code(s).partition(" AS")[2])} - names
        if not more:
            return pattern
        names |= more


def _declare(kind, signature, template, returns, options):
    head, _, result = signature.partition("->")
    name, _, rest = head.strip().partition("(")
    arguments = tuple(_split_top(rest.rstrip()[:-1]))
    variadic = bool(arguments) and arguments[-1].endswith("...")
    if variadic:
        arguments = (*arguments[:-1], arguments[-1].removesuffix("..."))
    function = Function(name.strip(), kind, arguments, variadic, returns or result.strip(), template, **options)
    FUNCTIONS.setdefault(function.name, []).append(function)
    return function


def _split_top(text):
    parts, depth, start = [], 0, 0
    for i, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append(text[start:i].strip())
            start = i + 1
    return [p for p in [*parts, text[start:].strip()] if p]
