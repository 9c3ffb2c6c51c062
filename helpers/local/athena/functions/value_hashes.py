"""The 64 bit hash that Trino gives a value of each type: xxHash64, as its XX_HASH_64 operators have it.

`value_hash` writes DuckDB text of a UBIGINT, NULL for NULL. Sources: Trino's type classes (io.trino.spi.type, the
operators xxHash64Operator). A value that fits into a long is hashed as one, in Trino's own unit: days of a date,
microseconds of a timestamp, picoseconds of a time, milliseconds in UTC of a timestamp with a zone, the digits of a
decimal without its point.
"""

import numpy as np
import pyarrow as pa

from helpers.local.athena.errors import AthenaError
from helpers.local.athena.functions.registry import arrow, macros
from helpers.local.athena.functions.shape import let

_LOW = "18446744073709551615::HUGEINT"
macros(
    # Two longs, high and low, each hashed: decimals of more than 18 digits.
    f"CREATE OR REPLACE MACRO t_hash_wide(n) AS xor(t_xx_long((n >> 64)::BIGINT), t_xx_long(t_signed(n & {_LOW})))",
    "CREATE OR REPLACE MACRO t_signed(n) AS "
    "(CASE WHEN n >= 9223372036854775808 THEN n - 18446744073709551616 ELSE n END)::BIGINT",
    "CREATE OR REPLACE MACRO t_hash_pair(a, b) AS xor(t_xx_long((a)::BIGINT), t_xx_long((b)::BIGINT))",
    "CREATE OR REPLACE MACRO t_hash_halves(b) AS xor(t_xx_bytes(b[1:8]), t_xx_bytes(b[9:16]))",
)


def _fold(hashes, seeds):
    """31 times what is there plus the next, for each list of an Arrow array (whose NULL elements are 0)."""
    values = hashes.values.fill_null(0).to_numpy(zero_copy_only=False)
    offsets = hashes.offsets.to_numpy()
    at, end = offsets[:-1].copy(), offsets[1:]
    folded = seeds.fill_null(0).to_numpy(zero_copy_only=False).astype(np.uint64)
    while len(rows := np.flatnonzero(at < end)):
        folded[rows] = folded[rows] * np.uint64(31) + values[at[rows]]
        at[rows] += 1
    return pa.array(folded)


def _sum(hashes):
    values = hashes.values.fill_null(0).to_numpy(zero_copy_only=False)
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(values, dtype=np.uint64)])
    offsets = hashes.offsets.to_numpy()
    return pa.array(sums[offsets[1:]] - sums[offsets[:-1]])


arrow("t_hash_fold", _fold, ["UBIGINT[]", "UBIGINT"], "UBIGINT")
arrow("t_hash_sum", _sum, ["UBIGINT[]"], "UBIGINT")


def value_hash(kind, sql):
    """DuckDB text of the hash of the value `sql` of a Trino type; NOT_SUPPORTED where its rule is not known."""
    rule = _RULES.get(kind.base)
    if rule is None:
        raise AthenaError("NOT_SUPPORTED", f"hash of a value of type {kind}")
    return rule(sql, kind)


def _long(text):
    return lambda sql, _kind: f"t_xx_long(({text.format(sql)})::BIGINT)"


def _decimal(sql, kind):
    digits, scale = kind.args
    if digits > 18:
        return f"t_hash_wide(replace(CAST({sql} AS VARCHAR), '.', '')::HUGEINT)"
    return f"t_xx_long((CAST({sql} AS DECIMAL(38,{scale})) * {10**scale}::DECIMAL({scale + 1},0))::BIGINT)"


def _timestamp(sql, kind):
    return f"t_hash_pair(epoch_us({sql}.ts), {sql}.ps)" if kind.is_long else f"t_xx_long(epoch_us({sql}))"


def _zoned(sql, kind):
    value = f"({sql})"
    if kind.args[0] <= 3:
        return f"t_xx_long(epoch_ms({value}.ts))"
    more = f" + {value}.ps" if kind.is_long else ""
    micros = f"(epoch_us({value}.ts) - epoch_ms({value}.ts) * 1000)"
    return f"t_hash_pair(epoch_ms({value}.ts), {micros} * 1000000{more})"


def _zoned_time(sql, kind):
    """The time of day in UTC: in nanoseconds, or in picoseconds where the type has more than nine digits."""
    digits = 9 if kind.args[0] <= 9 else 12
    hours, minutes, seconds = (f"substr(__t, {at}, 2)::BIGINT" for at in (1, 4, 7))
    fraction = f"rpad(regexp_extract(__t, '[.]([0-9]+)', 1), {digits}, '0')::BIGINT"
    offset = "(left(right(__t, 6), 3)::BIGINT * 60 + (left(right(__t, 6), 1) || right(__t, 2))::BIGINT)"
    utc = f"((({hours} + 48) * 3600 + ({minutes} - {offset}) * 60 + {seconds}) % 86400)"
    return let("__t", f"replace({sql}, 'UTC', '+00:00')", f"t_xx_long({utc} * {10**digits} + {fraction})")


def _array(sql, kind):
    element = value_hash(kind.args[0], "__h")
    return (
        f"t_hash_fold(list_transform({sql}, lambda __h: {element}), CASE WHEN {sql} IS NOT NULL THEN 0::UBIGINT END)"
    )


def _row(sql, kind):
    fields = ", ".join(value_hash(t, f'__r."{name}"') for name, t in kind.fields)
    return let("__r", sql, f"t_hash_fold([{fields}], CASE WHEN __r IS NOT NULL THEN 1::UBIGINT END)")


def _map(sql, kind):
    key, value = (value_hash(t, f"__e.{part}") for t, part in zip(kind.args, ("key", "value"), strict=True))
    pair = f"xor({key}, coalesce({value}, 0::UBIGINT))"
    return f"t_hash_sum(list_transform(map_entries({sql}), lambda __e: {pair}))"


_RULES = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint", "interval year to month"), _long("{}")),
    "interval day to second": _long("{}"),
    "boolean": _long("{}"),
    "date": _long("t_days({})"),
    "time": _long("epoch_ns({}) * 1000"),
    "timestamp": _timestamp,
    "timestamp with time zone": _zoned,
    "time with time zone": _zoned_time,
    "decimal": _decimal,
    "double": lambda sql, _kind: f"t_xx_double({sql})",
    "real": lambda sql, _kind: f"t_xx_real({sql})",
    **dict.fromkeys(("varchar", "json"), lambda sql, _kind: f"t_xx_text({sql})"),
    "char": lambda sql, _kind: f"t_xx_text(rtrim({sql}, ' '))",
    "varbinary": lambda sql, _kind: f"t_xx_bytes({sql})",
    "uuid": lambda sql, _kind: f"t_hash_halves(from_hex(replace(CAST({sql} AS VARCHAR), '-', '')))",
    "ipaddress": lambda sql, _kind: f"t_xx_bytes(t_ipaddress_binary({sql}))",
    "array": _array,
    "map": _map,
    "row": _row,
}
