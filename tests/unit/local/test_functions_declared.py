"""Every declared function is known to DuckDB, gives the type it promises, and NULL for NULL."""

import duckdb
import pytest

from helpers.local.athena import errors, functions, types
from helpers.local.athena.functions import registry
from helpers.local.athena.translate import signatures

assert functions  # importing the package declares the families

VARIABLES = dict.fromkeys("ABCDEFGHIJ", types.INTEGER) | {
    "T": types.VARCHAR,
    "S": types.BIGINT,
    "K": types.VARCHAR,
    "V": types.INTEGER,
    "W": types.DOUBLE,
    "U": types.DOUBLE,
    "R": types.DOUBLE,
}
NUMBERS = {"p": 10, "s": 2, "q": 12, "r": 4, "n": 20, "m": 3, "k": 4}
SAMPLES = {
    "boolean": "true", "tinyint": "2::TINYINT", "smallint": "2::SMALLINT", "integer": "2", "bigint": "2::BIGINT",
    "real": "0.5::FLOAT", "double": "0.5::DOUBLE", "decimal": "2.5", "varchar": "'ab'", "char": "'ab'",
    "varbinary": "'\\x01\\x02'::BLOB", "date": "DATE '2020-02-29'", "timestamp": "TIMESTAMP '2020-02-29 10:20:30'",
    "time": "TIME '10:20:30'", "json": "'[1]'", "uuid": "uuid()", "ipaddress": "'10.0.0.1'",
    "timestamp with time zone": "struct_pack(ts := TIMESTAMP '2020-02-29 10:20:30', tz := 'Asia/Tokyo')",
    "time with time zone": "'10:20:30.000+00:00'", "interval day to second": "3600000::BIGINT",
    "interval year to month": "2", "setdigest": "''::BLOB", "color": "255",
    **dict.fromkeys(("hyperloglog", "p4hyperloglog"), "from_hex('020c0000')"),
    **dict.fromkeys(("geometry", "sphericalgeography"), "from_hex('0101000000000000000000f03f0000000000000040')"),
    "bingtile": "103",
    **dict.fromkeys(("tdigest", "qdigest"), "from_hex('000000000000f03f000000000000f03f')"),
}  # fmt: skip
# What a function's text argument has to be for the call to mean anything.
WORDS = {"date_trunc": "day", "date_add": "day", "date_diff": "day", "at_timezone": "UTC", "with_timezone": "UTC",
         "from_unixtime": "UTC", "format_datetime": "yyyy", "json_extract": "$", "json_size": "$",
         "json_extract_scalar": "$", "word_stem": "en", "from_iso8601_timestamp_nanos": "2020-01-01"}  # fmt: skip
REFUSALS = {"INVALID_FUNCTION_ARGUMENT", "INVALID_CAST_ARGUMENT"}
OVERLOADS = [f for overloads in registry.FUNCTIONS.values() for f in overloads]


def concrete(pattern):
    """A pattern with sample types for its variables."""
    if pattern.is_variable:
        return VARIABLES[pattern.base]
    if pattern.base == "row":
        return types.row(*((n, concrete(p)) for n, p in pattern.args))
    if pattern.base in ("array", "map", "function", "qdigest"):
        return types.Type(pattern.base, tuple(concrete(p) for p in pattern.args))
    numbers = NUMBERS | {"p": 6} if pattern.base.startswith("time") else NUMBERS
    return types.Type(pattern.base, tuple(numbers.get(a, a) for a in pattern.args))


def sample(kind):
    if kind.base == "array":
        return f"[{sample(kind.args[0])}]::{kind.duckdb}"
    if kind.base == "map":
        return f"MAP([{sample(kind.args[0])}], [{sample(kind.args[1])}])"
    if kind.base == "row":
        return "struct_pack(" + ", ".join(f'"{n}" := {sample(t)}' for n, t in kind.fields) + ")"
    return f"CAST({SAMPLES[kind.base]} AS {kind.duckdb})"


def argument(kind, null):
    if kind.base == "function":
        names = ", ".join(f"x{i}" for i in range(len(kind.args) - 1))
        body = f"CAST(NULL AS {kind.args[-1].duckdb})" if null else sample(kind.args[-1])
        return f"lambda {names}: {body}"
    return f"CAST(NULL AS {kind.duckdb})" if null else sample(kind)


def render(function, null):
    """(DuckDB text of a call, the promised type) with sample or NULL arguments."""
    count = len(function.arguments) + function.variadic
    kinds = [concrete(p) for p in signatures.argument_patterns(function, count)]
    texts = [argument(k, null) for k in kinds]
    word = WORDS.get(function.name)
    if word and "time(p)" in function.arguments:
        word = "hour"
    word = None if null and len(texts) == 1 else word
    texts = [f"'{word}'" if word and k == types.VARCHAR else t for k, t in zip(kinds, texts, strict=True)]
    given = [k if k.base != "function" else k.args[-1] for k in kinds]
    sql = function.template(texts, given) if callable(function.template) else function.template
    tail = " OVER (ORDER BY 1)" if function.kind == registry.WINDOW else ""
    sql = sql.replace("{distinct}", "").replace("{order}", "").replace("{tail}", tail)
    for i, text in enumerate(texts):
        sql = sql.replace("{" + str(i) + "}", text)
    promised = (
        function.returns(given) if callable(function.returns) else concrete(signatures.pattern(function.returns))
    )
    return sql, promised


@pytest.fixture(scope="module")
def connection():
    con = duckdb.connect(config={"integer_division": "false", "ieee_floating_point_ops": "true"})
    con.execute("SET TimeZone = 'UTC'")
    registry.install(con)
    yield con
    con.close()


def label(function):
    return f"{function.name}({', '.join(function.arguments)})"


@pytest.mark.parametrize("function", OVERLOADS, ids=label)
def test_declaration_binds_and_gives_its_type(connection, function):
    sql, promised = render(function, null=False)
    found = connection.execute(f"SELECT typeof(x) FROM (SELECT {sql} AS x LIMIT 0) t").description
    shown = connection.execute(f"DESCRIBE SELECT {sql} AS x").fetchone()[1]
    wanted = connection.execute(f"DESCRIBE SELECT CAST(NULL AS {promised.duckdb}) AS x").fetchone()[1]
    assert found and shown.replace('"', "") == wanted.replace('"', "")


@pytest.mark.parametrize("function", OVERLOADS, ids=label)
def test_runs_on_ordinary_arguments(connection, function):
    sql, _ = render(function, null=False)
    try:
        connection.execute(f"SELECT CAST({sql} AS VARCHAR)").fetchall()
    except duckdb.Error as exc:
        # Sample arguments may be no date, no JSON path …: then the refusal is one that Athena knows.
        assert errors.from_duckdb(exc).code in REFUSALS, str(exc)


NOT_NULL = {"typeof", "concat_ws", "array_agg", "count", "count_if", "approx_distinct", "histogram", "entropy", "map",
            "array_join", "format", "repeat", "checksum", "concat", "zip", "array_sort", "zip_with", "regexp_replace",
            "approx_set", "make_set_digest", "merge", "merge_set_digest", "max_by", "min_by",
            "set_agg", "set_union", "empty_approx_set"}  # fmt: skip
# DuckDB wants a constant, not NULL: the share of approx_percentile over an array, the number of a window.
CONSTANT = {"ntile", "nth_value"}


def may_be_null(function):
    array_of_shares = function.name == "approx_percentile" and "array" in function.arguments[-1]
    return function.arguments and function.name not in NOT_NULL | CONSTANT and not array_of_shares


@pytest.mark.parametrize("function", [f for f in OVERLOADS if may_be_null(f)], ids=label)
def test_null_arguments_give_null(connection, function):
    sql, _ = render(function, null=True)
    found = connection.execute(f"SELECT ({sql}) IS NULL").fetchone()[0]
    assert found
