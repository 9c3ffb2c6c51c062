"""Trino's JSON functions (functions/json). A json value is its text in Jackson's form."""

import functools
import json

from helpers.local.athena.functions.json_paths import duckdb_path, parse_path, walk
from helpers.local.athena.functions.numbers_text import double_text
from helpers.local.athena.functions.registry import macros, scalar
from helpers.local.athena.functions.shape import Refused, literal_text, python, quote

_MISSING = object()


# ---- text ↔ values ----------------------------------------------------------------------------------------
def _encode_text(text):
    return json.dumps(text, ensure_ascii=False)


def encode(value, sort=False):
    """A JSON value as Trino prints it: no blanks, doubles as Java writes them."""
    if isinstance(value, dict):
        items = sorted(value.items()) if sort else value.items()
        return "{" + ",".join(f"{_encode_text(k)}:{encode(v, sort)}" for k, v in items) + "}"
    if isinstance(value, list):
        return "[" + ",".join(encode(v, sort) for v in value) + "]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float):
        return double_text(value)
    return _encode_text(value) if isinstance(value, str) else str(value)


def _no_constant(name):
    raise ValueError(name)


class Fraction(float):
    """A number with a point or an exponent, which remembers how it was written."""

    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=Fraction)


@functools.lru_cache(maxsize=256)
def decode(text):
    """JSON text → Python value, or ValueError. Cached: treat the value as read-only."""
    if text[:1] not in '{["tfn-0123456789 \t\r\n':
        raise ValueError(text)
    return _DECODER.decode(text)


def lenient(text):
    """The value, or _MISSING for text that is no JSON."""
    try:
        return decode(text)
    except (ValueError, RecursionError):
        return _MISSING


def _parse(text):
    value = lenient(text)
    if value is _MISSING:
        raise Refused(f"Cannot convert value to JSON: '{text}'")
    return encode(value, sort=True)


# ---- extraction -------------------------------------------------------------------------------------------
def _found(text, path):
    value = lenient(text)
    return [] if value is _MISSING else walk(value, parse_path(path))


def _extract(text, path):
    found = _found(text, path)
    return encode(found[0]) if found else None


def scalar_text(value):
    """A JSON scalar as varchar; NULL for null, arrays and objects."""
    if isinstance(value, dict | list) or value is None or value is _MISSING:
        return None
    return value if isinstance(value, str) else value.text if isinstance(value, Fraction) else encode(value)


def _extract_scalar(text, path):
    found = _found(text, path)
    return scalar_text(found[0]) if found else None


def _size(text, path):
    found = _found(text, path)
    return (len(found[0]) if isinstance(found[0], dict | list) else 0) if found else None


def _array(text):
    value = lenient(text)
    return value if isinstance(value, list) else None


def _array_length(text):
    value = _array(text)
    return None if value is None else len(value)


def _array_get(text, index):
    value = _array(text)
    if value is None or not -len(value) <= index < len(value) or value[index] is None:
        return None
    # Trino gives a string without its quotes here, which its manual calls broken.
    return value[index] if isinstance(value[index], str) else encode(value[index])


def _contains(kinds):
    def contains(text, wanted):
        value = _array(text)
        if value is None:
            return None
        return any(type(v) in kinds and v == wanted for v in value)

    return contains


def _is_scalar(text):
    value = lenient(text)
    if value is _MISSING:
        raise Refused(f"Invalid JSON value: {text}")
    return not isinstance(value, dict | list)


_V = "VARCHAR"
python("t_json_parse", _parse, [_V], _V)
python("t_json_extract", _extract, [_V, _V], _V)
python("t_json_extract_scalar", _extract_scalar, [_V, _V], _V)
python("t_json_size", _size, [_V, _V], "BIGINT")
python("t_json_array_length", _array_length, [_V], "BIGINT")
python("t_json_array_get", _array_get, [_V, "BIGINT"], _V)
python("t_is_json_scalar", _is_scalar, [_V], "BOOLEAN")
for _type, _duckdb, _kinds in (
    ("boolean", "BOOLEAN", (bool,)),
    ("bigint", "BIGINT", (int,)),
    ("double", "DOUBLE", (Fraction,)),
    ("varchar", _V, (str,)),
):
    python(f"t_json_contains_{_type}", _contains(_kinds), [_V, _duckdb], "BOOLEAN")
    for _json in ("varchar", "json"):
        scalar(f"json_array_contains({_json}, {_type}) -> boolean", f"t_json_contains_{_type}({{0}}, {{1}})")


# ---- the declarations -------------------------------------------------------------------------------------
def _scalar_sql(args, _types):
    path = literal_text(args[1])
    native = duckdb_path(path) if path is not None else None
    if native is None:
        return f"t_json_extract_scalar({args[0]}, {args[1]})"
    # json_value is NULL for objects, arrays and null.
    found = f"t_json_text(TRY(json_value({args[0]}, {quote(native)})), {args[0]}, {args[1]})"
    return found if "[" not in native else f"coalesce({found}, t_json_extract_scalar({args[0]}, {args[1]}))"


def _extract_sql(args, _types):
    path = literal_text(args[1])
    native = duckdb_path(path) if path is not None else None
    slow = f"t_json_extract({args[0]}, {args[1]})"
    if native is None:
        return slow
    found = f"t_json_part(TRY(json_extract({args[0]}, {quote(native)}))::VARCHAR, {args[0]}, {args[1]})"
    return found if "[" not in native else f"coalesce({found}, {slow})"  # [1] may be the name "1"


macros(
    # DuckDB reads documents fast, but writes 2.50 as 2.5 and 12345678.5 not as Java does: such go to Python.
    """CREATE OR REPLACE MACRO t_json_text(found, document, path) AS CASE
        WHEN starts_with(found, '"') THEN json_extract_string(found, '$')
        WHEN regexp_matches(found, '[.]|[0-9][eE]') THEN t_json_extract_scalar(document, path)
        ELSE found END""",
    """CREATE OR REPLACE MACRO t_json_part(found, document, path) AS CASE
        WHEN regexp_matches(found, '[0-9]{8}[.]|[0-9][eE]|0[.]00') THEN t_json_extract(document, path)
        ELSE found END""",
)


def _checked_size(args, _types):
    path = literal_text(args[1])
    if path is not None:
        parse_path(path)
    return f"t_json_size({args[0]}, {args[1]})"


scalar("json_parse(varchar) -> json", "t_json_parse({0})")
scalar("json_format(json) -> varchar", "({0})::VARCHAR")
scalar("json_extract_scalar(varchar(n), varchar) -> varchar(n)", _scalar_sql)
scalar("json_extract_scalar(json, varchar) -> varchar", _scalar_sql)
for _json in ("varchar", "json"):
    scalar(f"json_extract({_json}, varchar) -> json", _extract_sql)
    scalar(f"json_size({_json}, varchar) -> bigint", _checked_size)
    scalar(f"json_array_length({_json}) -> bigint", "t_json_array_length({0})")
    scalar(f"json_array_get({_json}, bigint) -> json", "t_json_array_get({0}, {1})")
    scalar(f"is_json_scalar({_json}) -> boolean", "t_is_json_scalar({0})")
