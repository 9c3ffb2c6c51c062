"""CAST, TRY_CAST and the conversions that Trino makes by itself, as DuckDB SQL."""

from itertools import count

from .. import types
from ..errors import AthenaError
from ..functions.registry import or_null
from .expr import Expr

_names = count(1)
_JAVA_NAME = {"integer": "INT", "bigint": "BIGINT", "smallint": "SMALLINT", "tinyint": "TINYINT"}


def cast(expr, target, safe=False, line=1, column=1):
    """CAST(expr AS target), or TRY_CAST. Raises AthenaError where Trino has no such cast."""
    convert = conversion(expr.type, target)
    if convert is None:
        raise AthenaError("TYPE_MISMATCH", f"Cannot cast {expr.type} to {target}", line, column)
    if safe:
        return Expr(
            target, "try_cast", (expr,), lambda parts: f"TRY({or_null(convert(parts[0]))})", None, line, column
        )
    return Expr(target, "cast", (expr,), lambda parts: convert(parts[0]), target, line, column)


def coerce(expr, target):
    """`expr` as `target` where Trino converts by itself; widening that keeps order is marked `widen`."""
    if expr.type == target:
        return expr
    if expr.type.base == "varchar" and target.base == "varchar":
        return Expr(target, "widen", (expr,), "{0}", None, expr.line, expr.column)
    if expr.op == "literal" and expr.value is None:
        return Expr(target, "literal", (), f"CAST(NULL AS {target.duckdb})", None, expr.line, expr.column)
    found = cast(expr, target, False, expr.line, expr.column)
    found.op = "widen"
    return found


def conversion(source, target):
    """How a value of `source` becomes one of `target`: text → text, or None where there is no way."""
    if source == target:
        return lambda x: x
    if source.base == "unknown":
        return lambda x: f"CAST(NULL AS {target.duckdb})"
    rule = _RULES.get(target.base)
    return rule(source, target) if rule else None


def _native(target):
    return lambda x: f"CAST({x} AS {target.duckdb})"


def _to_integer(source, target):
    if source.is_integer or source.base in ("boolean", "decimal"):
        return _native(target)
    if source.base in ("double", "real"):
        name = source.base.upper()
        return lambda x: (
            f"CASE WHEN isfinite({x}) THEN CAST(round({x}) AS {target.duckdb}) WHEN {x} IS NOT NULL THEN "
            f"error('INVALID_CAST_ARGUMENT: Cannot cast {name} NaN to {target.base}') END"
        )
    if source.is_text:
        if target.base == "integer":
            return lambda x: f"t_cast_integer({x})"
        return lambda x: f"CAST(t_cast_bigint({x}, '{_JAVA_NAME[target.base]}') AS {target.duckdb})"
    return _from_json(source, target)


def _from_json(source, target):
    if source.base != "json":
        return None
    if target.base in ("array", "map", "row"):
        return lambda x: f"CAST(CAST({x} AS JSON) AS {target.duckdb})"
    inner = conversion(types.VARCHAR, target)
    return lambda x: inner(f"json_extract_string({x}, '$')")


def _to_floating(source, target):
    if source.is_numeric or source.base == "boolean":
        return _native(target)
    if source.is_text:
        return lambda x: f"CAST(t_cast_double({x}) AS {target.duckdb})"
    return _from_json(source, target)


def _to_decimal(source, target):
    if source.is_numeric or source.base == "boolean":
        return _native(target)
    if source.is_text:
        name = f"DECIMAL({target.args[0]}, {target.args[1]})"
        return lambda x: (
            f"CASE WHEN {x} IS NULL THEN NULL WHEN TRY_CAST({x} AS {target.duckdb}) IS NULL THEN "
            f"error('INVALID_CAST_ARGUMENT: Cannot cast VARCHAR ''' || {x} || ''' to {name}') "
            f"ELSE CAST({x} AS {target.duckdb}) END"
        )
    return _from_json(source, target)


def _to_boolean(source, target):
    if source.is_numeric:
        return lambda x: f"({x} <> 0)"
    if source.is_text:
        return lambda x: f"t_cast_boolean({x})"
    return _from_json(source, target)


def _to_varchar(source, target):
    whole = _text_of(source)
    if whole is None or not target.args:
        return whole
    if source.base == "varchar" and source.args and source.args[0] <= target.args[0]:
        return whole
    return lambda x: f"left({whole(x)}, {target.args[0]})"


def _text_of(source):
    if source.is_integer or source.base in ("boolean", "decimal", "date", "uuid"):
        return lambda x: f"CAST({x} AS VARCHAR)"
    if source.base == "double":
        return lambda x: f"t_double_text({x})"
    if source.base == "real":
        return lambda x: f"t_real_text({x})"
    if source.base == "timestamp":
        return lambda x: timestamp_text(x, source.args[0])
    if source.base == "timestamp with time zone":
        return lambda x: f"({timestamp_text(f't_local({x})', source.args[0])} || ' ' || ({x}).tz)"
    if source.base == "time":
        return lambda x: f"left(strftime(DATE '2000-01-01' + {x}, '%H:%M:%S.%f'), {_length(8, source.args[0])})"
    if source.base == "json":
        return lambda x: f"json_extract_string({x}, '$')"
    if source.is_text or source.base in ("ipaddress", "time with time zone"):
        return lambda x: x
    if source.base == "interval day to second":
        return lambda x: f"t_interval_text({x})"
    return None


def _length(base, precision):
    return base + (precision + 1 if precision else 0)


def timestamp_text(x, precision):
    """A timestamp with as many digits after the point as its type has."""
    if precision > 6:
        return f"(strftime({x}, '%Y-%m-%d %H:%M:%S.%f') || '{'0' * (precision - 6)}')"
    return f"left(strftime({x}, '%Y-%m-%d %H:%M:%S.%f'), {_length(19, precision)})"


def _to_char(source, target):
    text = _text_of(source)
    length = target.args[0]
    return text and (lambda x: f"rpad(left({text(x)}, {length}), {length}, ' ')")


def _to_date(source, target):
    if source.base == "timestamp":
        return _native(target)
    if source.base == "timestamp with time zone":
        return lambda x: f"CAST(t_local({x}) AS DATE)"
    if source.is_text:
        return lambda x: f"t_cast_date({x})"
    return _from_json(source, target)


def _to_timestamp(source, target):
    if source.base == "date":
        return _native(target)
    if source.base == "timestamp":
        if target.args[0] >= min(source.args[0], 6):
            return lambda x: x
        return lambda x: f"t_round_timestamp({x}, {10 ** (6 - target.args[0])})"
    if source.base == "timestamp with time zone":
        return lambda x: f"t_local({x})"
    if source.is_text:
        return lambda x: f"t_cast_timestamp({x})"
    return _from_json(source, target)


def _to_zoned(source, target):
    if source.base == "timestamp with time zone":
        return lambda x: x
    if source.base in ("date", "timestamp"):
        return lambda x: f"CASE WHEN {x} IS NOT NULL THEN struct_pack(ts := CAST({x} AS TIMESTAMP), tz := 'UTC') END"
    if source.is_text:
        return lambda x: f"t_cast_zoned({x})"
    return None


def _to_time(source, target):
    if source.base in ("time", "timestamp"):
        return lambda x: f"CAST({x} AS TIME)"
    if source.base == "timestamp with time zone":
        return lambda x: f"CAST(t_local({x}) AS TIME)"
    if source.is_text:
        return lambda x: (
            f"CASE WHEN {x} IS NULL THEN NULL WHEN TRY_CAST({x} AS TIME) IS NULL THEN "
            f"error('INVALID_CAST_ARGUMENT: Value cannot be cast to time: ' || {x}) ELSE CAST({x} AS TIME) END"
        )
    return None


def _to_json(source, target):
    if source.base in ("varbinary", "function", "hyperloglog") or source.base.startswith("interval"):
        return None
    return lambda x: f"CASE WHEN {x} IS NOT NULL THEN CAST(to_json({_jsonable(source, x)}) AS VARCHAR) END"


def _jsonable(source, x):
    """A value in the form whose to_json is Trino's: dates as text, JSON as itself, anonymous fields as ''."""
    if source.base == "json":
        return f"CAST({x} AS JSON)"
    if source.is_numeric or source.base in ("boolean", "varchar", "char"):
        return x
    if source.base == "array":
        return _each(x, lambda e: _jsonable(source.args[0], e))
    if source.base == "map":
        entries = _entries(x, source, _text_of(source.args[0]), lambda v: _jsonable(source.args[1], v))
        return f"map_from_entries({entries})"
    if source.base == "row":
        parts = (f'"{n}" := {_jsonable(t, _field(x, n))}' for n, t in source.fields)
        return f"CASE WHEN {x} IS NOT NULL THEN struct_pack({', '.join(parts)}) END"
    return _text_of(source)(x)


def _to_array(source, target):
    if source.base == "array":
        inner = conversion(source.args[0], target.args[0])
        if inner is None:
            return None
        if source.args[0].base == "unknown":
            return _native(target)
        return lambda x: _each(x, inner)
    return _from_json(source, target)


def _to_map(source, target):
    if source.base == "map":
        key, value = (conversion(s, t) for s, t in zip(source.args, target.args, strict=True))
        if key is None or value is None:
            return None
        if "unknown" in (source.args[0].base, source.args[1].base):
            return _native(target)
        return lambda x: f"CASE WHEN {x} IS NOT NULL THEN map_from_entries({_entries(x, source, key, value)}) END"
    return _from_json(source, target)


def _to_row(source, target):
    if source.base != "row":
        return _from_json(source, target)
    if len(source.args) != len(target.args):
        return None
    inner = [conversion(s, t) for (_, s), (_, t) in zip(source.args, target.args, strict=True)]
    if None in inner:
        return None

    def convert(x):
        pairs = zip(source.fields, target.fields, inner, strict=True)
        fields = ", ".join(f'"{new}" := {c(_field(x, old))}' for (old, _), (new, _), c in pairs)
        return f"CASE WHEN {x} IS NOT NULL THEN struct_pack({fields}) END"

    return convert


def _field(x, name):
    return f"struct_extract({x}, '{name}')"


def _each(x, inner):
    name = f"e{next(_names)}"
    body = inner(name)
    return x if body == name else f"list_transform({x}, lambda {name}: {body})"


def _entries(x, source, key, value):
    name = f"e{next(_names)}"
    body = f"struct_pack(k := {key(f'{name}.key')}, v := {value(f'{name}.value')})"
    return f"list_transform(map_entries({x}), lambda {name}: {body})"


def _to_uuid(source, target):
    return (lambda x: f"CAST({x} AS UUID)") if source.is_text else None


def _to_ipaddress(source, target):
    return (lambda x: f"t_cast_ipaddress({x})") if source.is_text else None


_RULES = {
    **dict.fromkeys(types.INTEGERS, _to_integer),
    "double": _to_floating,
    "real": _to_floating,
    "decimal": _to_decimal,
    "boolean": _to_boolean,
    "varchar": _to_varchar,
    "char": _to_char,
    "date": _to_date,
    "timestamp": _to_timestamp,
    "timestamp with time zone": _to_zoned,
    "time": _to_time,
    "json": _to_json,
    "array": _to_array,
    "map": _to_map,
    "row": _to_row,
    "uuid": _to_uuid,
    "ipaddress": _to_ipaddress,
}
