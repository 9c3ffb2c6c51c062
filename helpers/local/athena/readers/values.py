"""Text of a field → SQL of a typed value.

`lenient`: the rules of Hive's LazySimpleSerDe and RegexSerDe, where text that does not fit its type is
quietly NULL (facts.md section 3, LazySimpleSerDe; Trino's line/simple and encodings/text read alike).
`strict`: the rules of OpenCSVSerde, where it ends the query with HIVE_BAD_DATA.

Every function takes `x`, the SQL of the text, and returns SQL. `x` is repeated, so pass a column.
"""

from ..errors import AthenaError

BITS = {"tinyint": "TINYINT", "smallint": "SMALLINT", "integer": "INTEGER", "bigint": "BIGINT"}


def literal(text):
    """A Python string as a SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def name(text):
    """A Python string as a SQL identifier."""
    return '"' + text.replace('"', '""') + '"'


def null(t):
    return f"CAST(NULL AS {t.duckdb})"


def lenient(x, t):
    """LazySimpleSerDe's reading of a primitive; NULL where the text is no such value."""
    if t.base in BITS:
        return _integer(x, BITS[t.base])
    if t.base in ("double", "real"):
        return _floating(x, t.duckdb)
    if t.base == "decimal":
        return f"TRY_CAST({x} AS {t.duckdb})"
    if t.base == "boolean":
        return f"CASE lower({x}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    if t.base == "date":
        return date(x)
    if t.base == "timestamp":
        return timestamp(x)
    return text(x, t)


def text(x, t):
    """varchar, char and varbinary from text."""
    if t.base == "varchar":
        return f"substr({x}, 1, {t.args[0]})" if t.args else x
    if t.base == "char":
        return f"rpad(substr({x}, 1, {t.args[0]}), {t.args[0]}, ' ')"
    if t.base == "varbinary":
        base64 = "'(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?'"
        return f"CASE WHEN regexp_full_match({x}, {base64}) THEN from_base64({x}) ELSE encode({x}) END"
    raise AthenaError("NOT_SUPPORTED", f"Unsupported Hive type in a text table: {t.display}")


def _integer(x, sql_type):
    """Digits with an optional sign; a fraction is cut off, anything else is NULL."""
    plain = f"TRY_CAST({x} AS {sql_type})"
    return (
        f"CASE WHEN CAST({plain} AS VARCHAR) = {x} THEN {plain} "
        f"WHEN regexp_full_match({x}, '[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)') "
        f"THEN TRY_CAST(coalesce(nullif(regexp_extract({x}, '^[+-]?[0-9]*'), ''), '0') AS {sql_type}) END"
    )


def _floating(x, sql_type):
    """Java's Double.parseDouble: surrounding blanks, NaN and Infinity are fine."""
    value = f"TRY_CAST({x} AS {sql_type})"
    return (
        f"CASE WHEN contains({x}, '_') THEN NULL WHEN isfinite({value}) THEN {value} "
        f"WHEN trim({x}) IN ('NaN', 'Infinity', '+Infinity', '-Infinity') THEN {value} END"
    )


def date(x):
    """yyyy-mm-dd, blanks around it and anything after a blank ignored."""
    return (
        f"coalesce(CASE WHEN {x} LIKE '____-__-__' THEN TRY_CAST({x} AS DATE) END, "
        f"CASE WHEN regexp_full_match({x}, '[\\s\\v]*-?[0-9]{{1,6}}-[0-9]{{1,2}}-[0-9]{{1,2}}([\\s\\v].*)?') "
        f"THEN TRY_CAST(regexp_extract({x}, '-?[0-9]+-[0-9]+-[0-9]+') AS DATE) END)"
    )


TIMESTAMP_FORM = "\\s*-?[0-9]{1,6}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(\\.[0-9]{0,9})?)?\\s*"


def timestamp(x):
    """yyyy-mm-dd hh:mm:ss[.fffffffff], rounded to milliseconds; ISO's T and Z are not this form: NULL."""
    return f"CASE WHEN regexp_full_match({x}, '{TIMESTAMP_FORM}') THEN {millis(f'TRY_CAST({x} AS TIMESTAMP)')} END"


def millis(value):
    """A TIMESTAMP rounded to milliseconds, which is all that Athena's timestamp of a Hive table holds."""
    return (
        f"CASE WHEN epoch_us({value}) % 1000 = 0 THEN {value} "
        f"ELSE date_trunc('millisecond', {value} + INTERVAL 500 MICROSECOND) END"
    )


def strict(x, t, ordinal):
    """OpenCSVSerde's reading of column number `ordinal` (from 0): HIVE_BAD_DATA where the text does not fit.

    DATE is a number of days since 1970-01-01 and TIMESTAMP of milliseconds (User Guide, csv-serde); a
    timestamp may also be written yyyy-mm-dd hh:mm:ss[.f].
    """
    if t.base in BITS:
        sql_type = BITS[t.base]
        return _or_bad(
            x, f"CASE WHEN regexp_full_match({x}, '[+-]?[0-9]+') THEN TRY_CAST({x} AS {sql_type}) END", ordinal
        )
    if t.base in ("double", "real"):
        return _or_bad(x, _floating(x, t.duckdb), ordinal)
    if t.base == "decimal":
        return _or_bad(x, f"TRY_CAST({x} AS {t.duckdb})", ordinal)
    if t.base == "boolean":
        return f"lower({x}) = 'true'"
    if t.base == "date":
        days = (
            f"CASE WHEN regexp_full_match({x}, '[+-]?[0-9]+') THEN DATE '1970-01-01' + TRY_CAST({x} AS INTEGER) END"
        )
        return _or_bad(x, days, ordinal)
    if t.base == "timestamp":
        moment = (
            f"CASE WHEN regexp_full_match({x}, '[+-]?[0-9]+') "
            f"THEN make_timestamp(TRY_CAST({x} AS BIGINT) * 1000) ELSE {timestamp(x)} END"
        )
        return _or_bad(x, moment, ordinal, "'Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff]'")
    if t.base in ("array", "map", "row"):
        return f"CAST(error('GENERIC_INTERNAL_ERROR: Parent builder is null') AS {t.duckdb})"
    return text(x, t)


def _or_bad(x, value, ordinal, reason=None):
    reason = reason or f"'For input string: \"' || {x} || '\"'"
    message = f"'HIVE_BAD_DATA: Error parsing field value ''' || {x} || ''' for field {ordinal}: ' || {reason}"
    return f"CASE WHEN {x} IS NULL THEN NULL ELSE coalesce({value}, error({message})) END"
