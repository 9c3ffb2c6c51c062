"""CAST from JSON: each value of a document converted by Trino's rules (JsonUtil, JsonOperators), or refused.

DuckDB's own conversion is more lenient and more strict than Trino's by turns, so `t_json_shaped` writes the
document anew with every leaf already converted, and DuckDB then only reads it.
"""

import functools
import json
import math
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from helpers.local.athena import types
from helpers.local.athena.functions.conversions import java_double
from helpers.local.athena.functions.json_functions import Fraction, decode, encode
from helpers.local.athena.functions.numbers_text import double_text, scientific_text
from helpers.local.athena.functions.registry import macros
from helpers.local.athena.functions.shape import Refused, python

_CAST = "INVALID_CAST_ARGUMENT"
_BITS = {"tinyint": 7, "smallint": 15, "integer": 31, "bigint": 63}
_JAVA_NAME = {"tinyint": "TINYINT", "smallint": "SMALLINT", "integer": "INT", "bigint": "BIGINT"}


class _Unfit(Exception):
    """A value of the wrong kind; Trino wraps its text into a message about the whole document."""


def _refused(message):
    return Refused(message, _CAST)


def _token(value):
    return "[" if isinstance(value, list) else "{"


def half_up(number):
    """A finite double as the nearest integer, halves away from zero."""
    return int(math.copysign(math.floor(abs(Decimal(number)) + Decimal("0.5")), number))


def _integer(value, name):
    if isinstance(value, list | dict):
        raise _Unfit(f"Unexpected token when cast to {name}: {_token(value)}")
    limit = 2 ** _BITS[name]
    if isinstance(value, str):
        if not re.fullmatch(r"[+-]?[0-9]+", value) or not -limit <= int(value) < limit:
            raise _refused(f"Cannot cast '{value}' to {_JAVA_NAME[name]}")
        return int(value)
    number = half_up(value) if isinstance(value, float) else int(value)
    if not -limit <= number < limit:
        if name == "bigint" and isinstance(value, float):
            raise _refused(f"Unable to cast {double_text(value)} to bigint")
        raise _Unfit(f"Out of range for {name}: {double_text(value) if isinstance(value, float) else value}")
    return number


def _floating(value, name):
    if isinstance(value, list | dict):
        raise _Unfit(f"Unexpected token when cast to {name}: {_token(value)}")
    return java_double(value, name.upper()) if isinstance(value, str) else float(value)


def _boolean(value):
    if isinstance(value, list | dict):
        raise _Unfit(f"Unexpected token when cast to boolean: {_token(value)}")
    if isinstance(value, str):
        if value.lower() not in ("t", "true", "1", "f", "false", "0"):
            raise _refused(f"Cannot cast '{value}' to BOOLEAN")
        return value.lower() in ("t", "true", "1")
    return value != 0


def _varchar(value):
    if isinstance(value, list | dict):
        raise _Unfit(f"Unexpected token when cast to varchar: {_token(value)}")
    if isinstance(value, bool):
        return "true" if value else "false"
    return scientific_text(value) if isinstance(value, float) else str(value)


def _decimal(value, t):
    precision, scale = t.args
    if isinstance(value, list | dict):
        raise _Unfit(f"Unexpected token when cast to DECIMAL({precision},{scale}): {_token(value)}")
    written = value.text if isinstance(value, Fraction) else value if isinstance(value, str) else int(value)
    try:
        exact = Decimal(written).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    except InvalidOperation:
        raise _Unfit(f"Cannot cast input json to DECIMAL({precision},{scale})") from None
    if abs(exact) >= Decimal(10) ** (precision - scale):
        raise _refused(f"Cannot cast input json to DECIMAL({precision},{scale})")
    return f"{exact:f}"


def _leaf(value, t):
    """A Python value that is no None as one that stands for type `t`."""
    if t.is_integer:
        return _integer(value, t.base)
    if t.base in ("double", "real"):
        return _floating(value, t.base)
    if t.base == "boolean":
        return _boolean(value)
    if t.base == "decimal":
        return _decimal(value, t)
    return _varchar(value)[: t.args[0] if t.args else None]


def _shape(value, t):
    """A document as DuckDB shall read it for type `t`; JSON parts become text."""
    if t.base == "json":
        return encode(value)
    if value is None:
        return None
    if t.base == "array":
        if not isinstance(value, list):
            raise _Unfit(f"Expected a json array, but got {_shown(value)}")
        return [_shape(v, t.args[0]) for v in value]
    if t.base == "map":
        if not isinstance(value, dict):
            raise _Unfit(f"Expected a json object, but got {_shown(value)}")
        return {_key(_leaf(k, t.args[0])): _shape(v, t.args[1]) for k, v in value.items()}
    if t.base == "row":
        return _row(value, t)
    return _leaf(value, t)


def _key(value):
    return value if isinstance(value, str) else json.dumps(value)


def _row(value, t):
    if isinstance(value, list):
        if len(value) != len(t.args):
            raise _Unfit("Expected json array ending" if len(value) > len(t.args) else "Unexpected json array ending")
        pairs = zip(value, t.args, t.fields, strict=True)
        return {sql: _shape(v, kind) for v, (_, kind), (sql, _) in pairs}
    if not isinstance(value, dict):
        raise _Unfit(f"Expected a json array or object, but got {_shown(value)}")
    if t.args[0][0] is None:
        raise _Unfit("Cannot cast a JSON object to anonymous row type. Input must be a JSON array.")
    found = {}
    for key, part in value.items():
        if key.lower() in found:
            raise _Unfit(f"Duplicate field: {key.lower()}")
        found[key.lower()] = part
    return {sql: _shape(found.get((name or "").lower()), kind) for (name, kind), (sql, _) in
            zip(t.args, t.fields, strict=True)}  # fmt: skip


def _shown(value):
    return _token(value) if isinstance(value, list | dict) else value if isinstance(value, str) else encode(value)


_type = functools.lru_cache(maxsize=256)(types.parse_type)


def _document(text, name):
    try:
        return decode(text)
    except (ValueError, RecursionError):
        raise _refused(f"Cannot cast '{text}' to {name}") from None


def _scalar(text, kind):
    """A document that must be a scalar → its value as text; NULL for null."""
    t = _type(kind)
    name = f"DECIMAL({t.args[0]},{t.args[1]})" if t.base == "decimal" else t.base
    value = _document(text, name)
    if value is None:
        return None
    try:
        found = _leaf(value, t)
    except _Unfit:
        raise _refused(f"Cannot cast '{text}' to {name}") from None
    return found if isinstance(found, str) else _key(found) if not isinstance(found, float) else repr(found)


def _shaped(text, kind):
    t = _type(kind)
    try:
        shaped = _shape(_document(text, t.display), t)
    except (_Unfit, ValueError) as problem:  # Refused is a ValueError
        message = str(problem).removeprefix(f"{_CAST}: ")
        raise _refused(f"Cannot cast to {t.display}. {message}\n{text}") from None
    return None if shaped is None else _written(shaped)


def _written(value):
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f'"{value!r}"'
    return json.dumps(value)


python("t_json_scalar", _scalar, ["VARCHAR", "VARCHAR"], "VARCHAR")
python("t_json_shaped", _shaped, ["VARCHAR", "VARCHAR"], "VARCHAR")
macros(
    # What most documents hold is read without Python.
    """CREATE OR REPLACE MACRO t_json_varchar(x) AS CASE
        WHEN starts_with(x, '"') THEN json_extract_string(x, '$')
        WHEN x = 'null' THEN NULL
        WHEN regexp_full_match(x, '-?[0-9]+|true|false') THEN x
        ELSE t_json_scalar(x, 'varchar') END""",
    """CREATE OR REPLACE MACRO t_json_number(x, kind) AS CASE
        WHEN regexp_full_match(x, '-?[0-9]{1,2}|-?1[01][0-9]') THEN x ELSE t_json_scalar(x, kind) END""",
)
