"""CAST, TRY_CAST and the conversions that Trino makes by itself, as DuckDB SQL."""

from itertools import count

from .. import types
from ..errors import AthenaError
from . import cast_json, cast_numbers
from .cast_text import text_of, to_char, to_varchar
from .expr import Expr
from .trying import trying

_names = count(1)


def cast(expr, target, safe=False, line=1, column=1):
    """CAST(expr AS target), or TRY_CAST. Raises AthenaError where Trino has no such cast."""
    convert = conversion(expr.type, target)
    if convert is None:
        raise AthenaError("TYPE_MISMATCH", f"Cannot cast {expr.type} to {target}", line, column)
    if safe:
        return trying("try_cast", target, expr, convert, line=line, column=column)
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
    if source.base == "json":
        return cast_json.from_json(target)
    rule = _RULES.get(target.base)
    return rule(source, target) if rule else None


def _native(target):
    return lambda x: f"CAST({x} AS {target.duckdb})"


def _to_boolean(source, _target):
    if source.is_numeric:
        return lambda x: f"({x} <> 0)"
    return (lambda x: f"t_cast_boolean({x})") if source.is_text else None


def _to_date(source, target):
    if source.base == "timestamp":
        return lambda x: f"CAST({_micros(x, source)} AS {target.duckdb})"
    if source.base == "timestamp with time zone":
        return lambda x: f"CAST(t_local({x}) AS DATE)"
    return (lambda x: f"t_cast_date({x})") if source.is_text else None


def _micros(x, source):
    """The TIMESTAMP inside a timestamp, its digits beyond the sixth dropped."""
    return f"({x}).ts" if source.is_long else x


def _to_timestamp(source, target):
    if source.base == "date":
        return lambda x: _sized(f"CAST({x} AS TIMESTAMP)", 0, target)
    if source.base == "timestamp":
        return lambda x: _sized(x, source.args[0], target)
    if source.base == "timestamp with time zone":
        if source.is_long:
            return lambda x: _sized(f"t_long(t_local({x}), ({x}).ps)", source.args[0], target)
        return lambda x: _sized(f"t_local({x})", source.args[0], target)
    if source.base == "time":
        return lambda x: _sized(_today(x), min(source.args[0], 6), target)
    if source.is_text and target.args[0] < 6:
        return lambda x: _sized(f"t_cast_timestamp({x})", 6, target)
    return (lambda x: _sized(f"t_cast_long({x})", 12, target)) if source.is_text else None


def _today(x):
    """A time of day as a timestamp of the day on which the query runs (Trino's TimeToTimestampCast)."""
    return f"(CAST(t_utc_now() AS DATE) + {x})"


def _sized(x, digits, target):
    """A timestamp with `digits` after the point as one of the precision of `target`, rounded half up."""
    precision = target.args[0]
    if digits > 6:
        if precision > 6:
            return x if precision >= digits else f"t_round_long({x}, {10 ** (12 - precision)})"
        return f"t_micros(({x}).ts, ({x}).ps)" if precision == 6 else _sized(f"({x}).ts", 6, target)
    if precision > 6:
        return f"t_long({x}, 0)"
    return x if precision >= digits else f"t_round_timestamp({x}, {10 ** (6 - precision)})"


def _to_zoned(source, target):
    if source.base == "timestamp with time zone":
        return lambda x: _sized_zoned(x, source.args[0], target)
    if source.base == "date" or (source.base == "timestamp" and not source.is_long):
        digits = source.args[0] if source.args else 0
        return lambda x: _sized_zoned(f"t_zoned(CAST({x} AS TIMESTAMP), 'UTC')", digits, target)
    if source.base == "time":
        return lambda x: _sized_zoned(f"t_zoned({_today(x)}, 'UTC')", min(source.args[0], 6), target)
    if source.base == "timestamp":
        return lambda x: _sized_zoned(f"t_long_zoned(t_zoned(({x}).ts, 'UTC'), ({x}).ps)", source.args[0], target)
    if source.is_text and target.args[0] < 6:
        return lambda x: _sized_zoned(f"t_cast_zoned({x})", 6, target)
    return (lambda x: _sized_zoned(f"t_cast_long_zoned({x})", 12, target)) if source.is_text else None


def _sized_zoned(x, digits, target):
    """Likewise with a time zone."""
    precision = target.args[0]
    if digits > 6:
        if precision > 6:
            return x if precision >= digits else f"t_round_long_zoned({x}, {10 ** (12 - precision)})"
        if precision == 6:
            return f"t_zoned(t_micros(({x}).ts, ({x}).ps), ({x}).tz)"
        return _sized_zoned(f"t_zoned(({x}).ts, ({x}).tz)", 6, target)
    if precision > 6:
        return f"t_long_zoned({x}, 0)"
    return x if precision >= digits else f"t_round_zoned({x}, {10 ** (6 - precision)})"


def _to_time(source, target):
    unit = 10 ** (6 - min(target.args[0], 6))
    if source.base == "time":
        if target.args[0] >= min(source.args[0], 6):
            return lambda x: x
        return lambda x: f"t_round_time({x}, {unit})"
    if source.base == "timestamp":
        return lambda x: f"t_round_time(CAST({_micros(x, source)} AS TIME), {unit})"
    if source.base == "timestamp with time zone":
        return lambda x: f"t_round_time(CAST(t_local({x}) AS TIME), {unit})"
    if source.base == "time with time zone":
        return lambda x: f"t_round_time(CAST(regexp_replace({x}, '[+-][0-9:]+$', '') AS TIME), {unit})"
    return (lambda x: f"t_round_time(t_cast_time({x}), {unit})") if source.is_text else None


def _to_zoned_time(source, target):
    if source.base == "time with time zone" and target.args[0] >= source.args[0]:
        return lambda x: _lengthened(x, source.args[0], target.args[0])
    if source.base == "time":
        return lambda x: f"({text_of(types.time(target.args[0]))(x)} || '+00:00')"
    if source.base in ("varchar", "timestamp", "timestamp with time zone", "time with time zone"):
        raise AthenaError("NOT_SUPPORTED", f"a cast of {source} to {target}")
    return None


def _lengthened(x, digits, precision):
    if digits == precision:
        return x
    zeros = "0" * (precision - digits)
    return f"regexp_replace({x}, '([+-][0-9:]+)$', '{'.' if digits == 0 else ''}{zeros}\\1')"


def _to_json(source, _target):
    return cast_json.to_json(source, text_of)


def _to_array(source, target):
    if source.base != "array":
        return None
    inner = conversion(source.args[0], target.args[0])
    if inner is None:
        return None
    if source.args[0].base == "unknown":
        return _native(target)
    return lambda x: _each(x, inner)


def _to_map(source, target):
    if source.base != "map":
        return None
    key, value = (conversion(s, t) for s, t in zip(source.args, target.args, strict=True))
    if key is None or value is None:
        return None
    if "unknown" in (source.args[0].base, source.args[1].base):
        return _native(target)
    return lambda x: f"CASE WHEN {x} IS NOT NULL THEN map_from_entries({_entries(x, key, value)}) END"


def _to_row(source, target):
    if source.base != "row" or len(source.args) != len(target.args):
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


def _entries(x, key, value):
    name = f"e{next(_names)}"
    body = f"struct_pack(k := {key(f'{name}.key')}, v := {value(f'{name}.value')})"
    return f"list_transform(map_entries({x}), lambda {name}: {body})"


def _to_uuid(source, _target):
    if source.base == "varbinary":
        return lambda x: f"CAST(t_binary_uuid({x}) AS UUID)"
    return (lambda x: f"CAST(t_cast_uuid({x}) AS UUID)") if source.is_text else None


def _to_ipaddress(source, _target):
    if source.base == "varbinary":
        return lambda x: f"t_binary_ipaddress({x})"
    return (lambda x: f"t_cast_ipaddress({x})") if source.is_text else None


def _to_varbinary(source, _target):
    if source.base == "varchar":
        return lambda x: f"encode({x})"
    if source.base == "uuid":
        return lambda x: f"from_hex(replace(CAST({x} AS VARCHAR), '-', ''))"
    if source.base == "ipaddress":
        return lambda x: f"t_ipaddress_binary({x})"
    return (lambda x: x) if source.base in types.SKETCHES else None


def _to_sketch(source, target):
    if (source.base, target.base) == ("hyperloglog", "p4hyperloglog"):
        return lambda x: f"t_hll_dense({x})"
    same = source.base == "varbinary" or (source.base, target.base) == ("p4hyperloglog", "hyperloglog")
    return (lambda x: x) if same else None


_RULES = {
    **dict.fromkeys(types.INTEGERS, cast_numbers.to_integer),
    "double": cast_numbers.to_floating,
    "real": cast_numbers.to_floating,
    "decimal": cast_numbers.to_decimal,
    "boolean": _to_boolean,
    "varchar": to_varchar,
    "char": to_char,
    "date": _to_date,
    "timestamp": _to_timestamp,
    "timestamp with time zone": _to_zoned,
    "time": _to_time,
    "time with time zone": _to_zoned_time,
    "json": _to_json,
    "array": _to_array,
    "map": _to_map,
    "row": _to_row,
    "uuid": _to_uuid,
    "ipaddress": _to_ipaddress,
    "varbinary": _to_varbinary,
    **dict.fromkeys(types.SKETCHES, _to_sketch),
}
