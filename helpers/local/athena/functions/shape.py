"""What function families share when they write DuckDB text: literals, lambdas, refusals."""

import re

from helpers.local.athena.errors import AthenaError
from helpers.local.athena.functions import registry

ARGUMENT = "INVALID_FUNCTION_ARGUMENT"


def bad_argument(message):
    """The error of a function that refuses an argument (raised while translating or from Python)."""
    return AthenaError(ARGUMENT, message)


class Refused(ValueError):
    """Raised inside a Python function; DuckDB shows its text, which errors.from_duckdb reads."""

    def __init__(self, message, code=ARGUMENT):
        super().__init__(f"{code}: {message}")


def refuse(message_sql, code=ARGUMENT):
    """DuckDB text that ends the query; `message_sql` is an SQL text expression or a quoted literal."""
    return f"error('{code}: ' || {message_sql})"


def literal_text(sql):
    """The value of a DuckDB string literal, or None when `sql` is another expression."""
    sql = sql.strip()
    while True:
        inner = re.fullmatch(r"\((.*)\)|CAST\((.*) AS VARCHAR\)|(.*)::VARCHAR", sql, re.S)
        body = next((g for g in inner.groups() if g is not None), None) if inner else None
        if body is None or not re.fullmatch(r"\(*(CAST\()*'(?:[^']|'')*'.*", body, re.S):
            break
        sql = body.strip()
    found = re.fullmatch(r"'((?:[^']|'')*)'", sql, re.S)
    return found[1].replace("''", "'") if found else None


def literal_integer(sql):
    """The value of an integer literal (with casts and parentheses around it), or None."""
    found = re.fullmatch(r"(?:CAST\(|\()*\s*(-?)\s*\(?(\d+)\)?(?:::\w+)?(?:\)| AS \w+\))*", sql.strip(), re.I)
    return int(found[1] + found[2]) if found else None


def quote(text):
    """Text as a DuckDB string literal."""
    return "'" + text.replace("'", "''") + "'"


def lambda_parts(sql):
    """`lambda x, y: body` → ([names as written], body)."""
    text = sql.strip()
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    text = text.removeprefix("lambda").lstrip()
    quoted = False
    for i, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            names = [n.strip() for n in re.findall(r'\s*("(?:[^"]|"")*"|[^,]+)\s*,?', text[:i])]
            return [n for n in names if n], text[i + 1 :].strip()
    raise ValueError(f"not a lambda: {sql}")


def apply_lambda(sql, *values):
    """The body of a lambda with its parameters bound to `values` (DuckDB texts), as one expression.

    DuckDB has no LET: each parameter becomes the element of a list of one.
    """
    names, body = lambda_parts(sql)
    for name, value in reversed(list(zip(names, values, strict=True))):
        body = f"list_transform([{value}], lambda {name}: {body})[1]"
    return body


def let(name, value, body):
    """`body` with the DuckDB text `value` computed once and called `name`."""
    return f"list_transform([{value}], lambda {name}: {body})[1]"


# DuckDB counts the parameters of the callable it is given, so `*values` alone will not do.
_WITH_PARAMETERS = {
    0: lambda f: lambda: f(),
    1: lambda f: lambda a: f(a),
    2: lambda f: lambda a, b: f(a, b),
    3: lambda f: lambda a, b, c: f(a, b, c),
    4: lambda f: lambda a, b, c, d: f(a, b, c, d),
    5: lambda f: lambda a, b, c, d, e: f(a, b, c, d, e),
}


def python(name, function, arguments, returns):
    """Register a Python function that is NULL where an argument is NULL and may return NULL itself."""

    def guarded(*values):
        if any(v is None for v in values):
            return None
        try:
            return function(*values)
        except Refused:
            raise
        except (ValueError, ArithmeticError, LookupError) as exc:  # a value that Python's types cannot hold
            raise Refused(str(exc)) from None

    shaped = _WITH_PARAMETERS[len(arguments)](guarded)
    registry.python(name, shaped, arguments, returns, null_handling="special")


def python_with_nulls(name, function, arguments, returns):
    """Register a Python function that gets NULLs as None."""
    registry.python(name, function, arguments, returns, null_handling="special")


def as_text(sql, kind):
    """The varchar of a value as Trino's CAST gives it; INVALID_FUNCTION_ARGUMENT for types without one."""
    from helpers.local.athena.translate.casts import conversion
    from helpers.local.athena.types import VARCHAR

    convert = conversion(kind, VARCHAR)
    if convert is None:
        raise bad_argument(f"Type {kind} has no text form")
    return convert(sql)


def _fail(message):
    raise ValueError(message)


# DuckDB's own error() is volatile, and TRY refuses volatile functions: this one takes its name.
python_with_nulls("t_error", _fail, ["VARCHAR"], '"NULL"')
registry.macros("CREATE OR REPLACE MACRO error(message) AS t_error(message)")
