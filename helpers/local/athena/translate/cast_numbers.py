"""CAST to numbers as DuckDB SQL, with Trino's refusals (DoubleOperators, VarcharOperators, DecimalCasts)."""

_JAVA_NAME = {"integer": "INT", "bigint": "BIGINT", "smallint": "SMALLINT", "tinyint": "TINYINT"}


def _native(target):
    return lambda x: f"CAST({x} AS {target.duckdb})"


def _refused(value, message, code="INVALID_CAST_ARGUMENT"):
    """`value`, refused where it is NULL though its source is not; `message` is SQL text around {x}."""
    return lambda x: (
        f"CASE WHEN {x} IS NULL THEN NULL ELSE coalesce({value.replace('{x}', x)}, "
        f"error('{code}: ' || {message.replace('{x}', x)})) END"
    )


def to_integer(source, target):
    name = target.base
    if source.is_integer or source.base == "boolean":
        return _native(target)
    if source.base == "decimal":
        java = "INTEGER" if name == "integer" else name.upper()
        whole = f"TRY_CAST({{x}} AS {target.duckdb})"
        shown = "CAST(round({x}, 0) AS VARCHAR)" if source.args[0] <= 18 else "CAST({x} AS VARCHAR)"
        return _refused(whole, f"'Cannot cast ''' || {shown} || ''' to {java}'")
    if source.base in ("double", "real"):
        return _from_floating(source.base, target)
    if source.is_text:
        if name == "integer":
            return lambda x: f"t_cast_integer({x})"
        return lambda x: f"CAST(t_cast_bigint({x}, '{_JAVA_NAME[name]}', {_LIMIT[name]}) AS {target.duckdb})"
    return None


_LIMIT = {"tinyint": 2**7, "smallint": 2**15, "bigint": 2**63}


def _from_floating(kind, target):
    name = target.base
    shown = f"t_{kind}_text({{x}})"
    if name == "bigint" and kind == "double":
        return _refused("TRY_CAST(round({x}) AS BIGINT)", f"'Unable to cast ' || {shown} || ' to bigint'")
    if name == "bigint":
        whole = "CASE WHEN NOT isnan({x}) THEN coalesce(TRY_CAST(round({x}) AS BIGINT), CASE WHEN {x} > 0 THEN " \
                "9223372036854775807 ELSE -9223372036854775808 END) END"  # fmt: skip
        return _refused(whole, "'Cannot cast real NaN to bigint'")
    whole = _refused(
        f"TRY_CAST(round({{x}}) AS {target.duckdb})",
        f"'Out of range for {name}: ' || {shown}",
        "NUMERIC_VALUE_OUT_OF_RANGE",
    )
    not_a_number = f"error('INVALID_CAST_ARGUMENT: Cannot cast {kind} NaN to {name}')"
    return lambda x: f"CASE WHEN isnan({x}) THEN {not_a_number} ELSE {whole(x)} END"


def to_floating(source, target):
    narrower = _to_real if target.base == "real" else lambda x: x
    if source.base == "double":
        return narrower
    if source.is_numeric or source.base == "boolean":
        return _native(target)
    if source.is_text:
        return lambda x: narrower(f"t_cast_double({x}, '{target.base.upper()}')")
    return None


def _to_real(x):
    """A double as Java's float: what is too large for one is infinite."""
    infinite = f"CAST(CASE WHEN {x} > 0 THEN 'infinity' ELSE '-infinity' END AS FLOAT)"
    return f"CASE WHEN {x} IS NOT NULL THEN coalesce(TRY_CAST({x} AS FLOAT), {infinite}) END"


def to_decimal(source, target):
    precision, scale = target.args
    shown = f"DECIMAL({precision}, {scale})"
    if source.base == "boolean":
        return lambda x: f"CAST(CAST({x} AS INTEGER) AS {target.duckdb})"
    if source.is_integer:
        if precision - scale >= {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}[source.base]:
            return _native(target)
        message = f"'Cannot cast {source.base.upper()} ''' || {{x}} || ''' to {shown}'"
        return _refused(f"TRY_CAST({{x}} AS {target.duckdb})", message)
    if source.base == "decimal":
        p, s = source.args
        if scale >= s and precision - scale >= p - s:
            return _native(target)
        message = f"'Cannot cast DECIMAL({p}, {s}) ''' || CAST({{x}} AS VARCHAR) || ''' to {shown}'"
        return _refused(f"TRY_CAST({{x}} AS {target.duckdb})", message)
    if source.base in ("double", "real"):
        # Through the shortest text, as Java's BigDecimal.valueOf: 1.005 rounds to 1.01.
        message = f"'Cannot cast {source.base.upper()} ''' || t_{source.base}_text({{x}}) || ''' to {shown}'"
        return _refused(f"TRY_CAST(CAST({{x}} AS VARCHAR) AS {target.duckdb})", message)
    if source.is_text:
        number = "regexp_full_match({x}, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?')"
        why = f"CASE WHEN {number} THEN ' Value too large.' ELSE ' Value is not a number.' END"
        return _refused(
            f"CASE WHEN {number} THEN TRY_CAST({{x}} AS {target.duckdb}) END",
            f"'Cannot cast VARCHAR ''' || {{x}} || ''' to {shown}.' || {why}",
        )
    return None
