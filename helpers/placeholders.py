"""Names in SQL: `:name` becomes a bound parameter, `{name}` the name of a table or a place.

    SELECT count(*) FROM sales WHERE year_id = :year AND country IN (:countries)
    CREATE EXTERNAL TABLE … LOCATION '{course.bucket}/…'

`:name` is bound as one of Athena's ExecutionParameters, so a value can never become part of the SQL. It
is left alone inside string literals, quoted names and comments, and after another colon (`::`).

Athena binds values only, never names or locations. For those there is `{name}` (or `{course.uri}`-like
attributes): the text is put in as it is, and therefore refused unless it consists of letters, digits and
`_ . - / : = + @`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal

from helpers.oneline import OneLineError

PARAMETER_LENGTH = 1024  # characters, the limit of one ExecutionParameter (the Athena API's model)

# What is skipped whole comes first; then the two kinds of names. `${…}` belongs to partition projection.
_PIECES = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\*.*?\*/ )
    | (?P<string>  '(?:[^']|'')*' )
    | (?P<quoted>  "(?:[^"]|"")*" | `[^`]*` )
    | (?P<cast>    :: )
    | :(?P<name>   [A-Za-z_][A-Za-z0-9_]* )
    """,
    re.VERBOSE | re.DOTALL,
)
_BRACES = re.compile(r"(?<!\$)\{([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)\}")
_PLAIN = re.compile(r"[A-Za-z0-9_.\-/:=+@]*")


class PlaceholderError(OneLineError):
    """A placeholder without a value, or with one that cannot be bound."""


def bind(sql: str, values: Mapping[str, object]) -> tuple[str, list[str]]:
    """Replace every `:name` by `?`; returns the SQL and the parameters, in order, as SQL literals.

    A list or tuple becomes one parameter per element, for `IN (:names)`. Raises PlaceholderError.
    """
    parameters: list[str] = []

    def replace(match: re.Match) -> str:
        name = match["name"]
        if name is None:
            return match[0]
        if name not in values:
            raise PlaceholderError(f":{name} has no value: define {name} before this cell.")
        value = values[name]
        if isinstance(value, (list, tuple)) or type(value).__name__ in ("ndarray", "Series"):
            elements = list(value)
            if not elements:
                raise PlaceholderError(f":{name} is an empty list; IN () is not SQL.")
        else:
            elements = [value]
        parameters.extend(literal(element, name) for element in elements)
        return ", ".join("?" * len(elements))

    return _PIECES.sub(replace, sql), parameters


def fill(sql: str, values: Mapping[str, object]) -> str:
    """Replace `{name}` and `{name.attribute}` by plain text, for names and locations only.

    Braces that hold anything else (`{2}`, `{"a": 1}`, `${day}`) stay. Raises PlaceholderError.
    """

    def replace(match: re.Match) -> str:
        first, *attributes = match[1].split(".")
        if first not in values:
            raise PlaceholderError(f"{{{match[1]}}} has no value: define {first} before this cell.")
        value = values[first]
        for attribute in attributes:
            if not hasattr(value, attribute):
                raise PlaceholderError(f"{{{match[1]}}}: {first} has no attribute {attribute!r}.")
            value = getattr(value, attribute)
        text = str(value)
        if not isinstance(value, (str, int)) or not _PLAIN.fullmatch(text):
            raise PlaceholderError(
                f"{{{match[1]}}} is {text[:60]!r}: only names and locations made of letters, digits and"
                f" _ . - / : = + @ can stand in braces; bind values with :{first}."
            )
        return text

    return _BRACES.sub(replace, sql)


def literals(values: Iterable[object]) -> list[str]:
    """Python values as ExecutionParameters, for SQL that already has its `?`."""
    return [literal(value) for value in values]


def literal(value: object, name: str = "?") -> str:
    """One Python value as a Trino literal: `'it''s'`, `42`, `DATE '2004-02-29'`, `NULL`.

    Raises PlaceholderError for types without a literal and for text that Athena would not accept.
    """
    if hasattr(value, "item") and not isinstance(value, (str, bytes)):  # a numpy scalar
        value = value.item()
    text = _literal(value, name)
    if len(text) > PARAMETER_LENGTH:
        raise PlaceholderError(
            f":{name} is {len(text):,} characters long as a literal; Athena takes {PARAMETER_LENGTH:,}."
        )
    return text


def _literal(value: object, name: str) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            if not value.is_finite():
                raise PlaceholderError(f":{name} is {value}; a decimal cannot hold it.")
            return f"DECIMAL '{value:f}'"
        case float():
            if math.isnan(value):
                return "nan()"
            if math.isinf(value):
                return "infinity()" if value > 0 else "-infinity()"
            return repr(value) if "e" in repr(value) else f"{value!r}e0"
        case datetime():
            if value.tzinfo is not None:
                raise PlaceholderError(f":{name} has a time zone; pass UTC without one.")
            return f"TIMESTAMP '{value.isoformat(sep=' ', timespec='milliseconds')}'"
        case date():
            return f"DATE '{value.isoformat()}'"
        case time():
            return f"TIME '{value.isoformat(timespec='milliseconds')}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
    raise PlaceholderError(
        f":{name} is a {type(value).__name__}; bind text, numbers, dates, None, or a list of these."
    )
