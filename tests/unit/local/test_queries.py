"""Trino's semantics through the API: what a query gives, and what it is refused with.

Expected values are Trino's documented results or simple arithmetic; error texts are recorded ones (facts) or
those of Trino's analyser.
"""

import pytest

from tests.unit.local.queries import Session

SALES = "(VALUES (1, 'a', 10), (1, 'b', 20), (2, 'a', 30)) AS t(g, k, x)"


@pytest.fixture(scope="module")
def session(client):
    return Session(client, "query_semantics")


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT 5 / 2, -7 / 2, 7 % -4, 5 / 2.0", [["2", "-3", "3", "2.5"]]),
        ("SELECT 1.0 / 0, -1.0 / 0, 0.0 / 0", [["Infinity", "-Infinity", "NaN"]]),
        ("SELECT CAST(2.5 AS integer), CAST(-2.5 AS integer), CAST(1.4 AS bigint)", [["3", "-3", "1"]]),
        ("SELECT DECIMAL '1.50' * DECIMAL '2.0', DECIMAL '1' / DECIMAL '3.000'", [["3.000", "0.333"]]),
        (
            "SELECT x * x, x / y, x % y, typeof(x * x), typeof(x / y) "
            "FROM (VALUES (DECIMAL '9999999999999.99', DECIMAL '0.03')) AS t(x, y)",
            [
                ["99999999999999800000000000.0001", "333333333333333.00", "0.00", "decimal(30,4)", "decimal(17,2)"],
            ],
        ),
        (
            "SELECT '' = '', '' IS NULL, NULL = NULL, NULL IS NOT DISTINCT FROM NULL",
            [["true", "false", None, "true"]],
        ),
        ("SELECT 'a' || NULL, concat('a', 'b'), 3 IN (1, NULL), 3 NOT IN (3, NULL)", [[None, "ab", None, "false"]]),
        ("SELECT ARRAY[10, 20][1], element_at(ARRAY[10, 20], 3), substr('hello', 2, 3)", [["10", None, "ell"]]),
        ("SELECT 'a_b' LIKE 'a\\_b' ESCAPE '\\', 'A' LIKE 'a', 'ab' LIKE 'a_'", [["true", "false", "true"]]),
        (
            "SELECT DATE '2020-01-31' + INTERVAL '1' MONTH, DATE '2020-03-01' - DATE '2020-02-01'",
            [["2020-02-29", "29 00:00:00.000"]],
        ),
        (
            "SELECT TIMESTAMP '2020-01-01 00:00:00 UTC' AT TIME ZONE 'Asia/Tokyo'",
            [["2020-01-01 09:00:00 Asia/Tokyo"]],
        ),
        ("SELECT TRY(1 / 0), TRY_CAST('x' AS integer), TRY(CAST('2020-13-01' AS date))", [[None, None, None]]),
        (
            "SELECT CAST('abcdef' AS varchar(3)), CAST(1e20 AS varchar), CAST(true AS varchar)",
            [["abc", "1.0E20", "true"]],
        ),
        ("SELECT CAST(JSON '[1, 2]' AS array(integer)), CAST(ARRAY[1, 2] AS json)", [["[1, 2]", "[1,2]"]]),
        ("SELECT CAST(ROW(1, 'x') AS ROW(id bigint, name varchar)).name", [["x"]]),
        (
            "SELECT IF(1 = 2, 'a'), NULLIF(1, 1), COALESCE(NULL, 2), CASE 3 WHEN 3 THEN 'y' END",
            [[None, None, "2", "y"]],
        ),
        ("SELECT 10_000, .5, 1E3, X'CAFE', U&'\\00e9'", [["10000", "0.5", "1000.0", "ca fe", "é"]]),
    ],
)
def test_expressions(session, sql, rows):
    assert session.ok(sql).rows == rows


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        (
            f"SELECT g, count(*) AS n, sum(x) FROM {SALES} GROUP BY g ORDER BY n DESC",
            [["1", "2", "30"], ["2", "1", "30"]],
        ),
        (
            f"SELECT substr(k, 1, 1), x % BIGINT '20', CAST(g AS varchar), count(*) FROM {SALES}"
            " GROUP BY substr(k, 1, 1), x % BIGINT '20', CAST(g AS varchar) ORDER BY 1, 3, x % BIGINT '20'",
            [["a", "10", "1", "1"], ["a", "10", "2", "1"], ["b", "0", "1", "1"]],
        ),
        (
            f"SELECT g, k, sum(x), grouping(g, k) FROM {SALES} GROUP BY ROLLUP (g, k) ORDER BY 1, 2",
            [
                ["1", "a", "10", "0"],
                ["1", "b", "20", "0"],
                ["1", None, "30", "1"],
                ["2", "a", "30", "0"],
                ["2", None, "30", "1"],
                [None, None, "60", "3"],
            ],
        ),
        (
            f"SELECT g, sum(x) FROM {SALES} GROUP BY DISTINCT ROLLUP (g), CUBE (g) ORDER BY 1",
            [["1", "30"], ["2", "30"], [None, "60"]],
        ),
        (
            f"SELECT x, rank() OVER (PARTITION BY g ORDER BY x DESC) FROM {SALES} ORDER BY x",
            [["10", "2"], ["20", "1"], ["30", "1"]],
        ),
        (
            f"SELECT x, sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM {SALES} ORDER BY x",
            [["10", "10"], ["20", "30"], ["30", "50"]],
        ),
        (
            f"SELECT sum(x) FILTER (WHERE k = 'a'), count(DISTINCT k), array_agg(x ORDER BY x DESC) FROM {SALES}",
            [["40", "2", "[30, 20, 10]"]],
        ),
        (
            f"WITH s AS (SELECT * FROM {SALES}) SELECT a.x FROM s a "
            "WHERE x = (SELECT max(x) FROM s b WHERE b.g = a.g) ORDER BY x",
            [["20"], ["30"]],
        ),
        (
            "SELECT a, e FROM (VALUES (1, ARRAY[7, 8]), (2, ARRAY[])) AS t(a, l) LEFT JOIN UNNEST(l) AS u(e) ON true "
            "ORDER BY a, e",
            [["1", "7"], ["1", "8"], ["2", None]],
        ),
        (
            "SELECT x, y, o FROM UNNEST(ARRAY[ROW(1, 'a'), ROW(2, 'b')]) WITH ORDINALITY AS u(x, y, o)",
            [["1", "a", "1"], ["2", "b", "2"]],
        ),
        (
            "SELECT * FROM (VALUES (1, 'l'), (2, 'm')) AS a(id, l) FULL JOIN (VALUES (2, 'r'), (3, 's')) AS b(id, r) "
            "USING (id) ORDER BY id",
            [["1", "l", None], ["2", "m", "r"], ["3", None, "s"]],
        ),
        (
            "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT sum(n) FROM r",
            [["15"]],
        ),
        ("SELECT x FROM (VALUES 1) AS t(x) UNION SELECT 2.5 ORDER BY 1", [["1.0"], ["2.5"]]),
        ("SELECT x FROM (VALUES 3, 1, NULL) AS t(x) ORDER BY x DESC", [["3"], ["1"], [None]]),
        ("SELECT x FROM (VALUES 1, 2, 3, 4) AS t(x) ORDER BY x OFFSET 1 LIMIT 2", [["2"], ["3"]]),
        ("SELECT x + 1 AS x FROM (VALUES 1, 5) AS t(x) ORDER BY -x", [["6"], ["2"]]),
        ("SELECT (1, 2) IN (SELECT a, b FROM (VALUES (1, 2)) AS t(a, b))", [["true"]]),
    ],
)
def test_queries(session, sql, rows):
    assert session.ok(sql).rows == rows


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELECT 1 / 0", "DIVISION_BY_ZERO: Division by zero"),
        (
            "SELECT x * x FROM (VALUES DECIMAL '99999999999999999999') AS t(x)",
            "NUMERIC_VALUE_OUT_OF_RANGE: Decimal overflow",
        ),
        ("SELECT 2147483647 + 1", "NUMERIC_VALUE_OUT_OF_RANGE: integer addition overflow: 2147483647 + 1"),
        ("SELECT CAST('abc' AS integer)", "INVALID_CAST_ARGUMENT: Cannot cast 'abc' to INT"),
        ("SELECT CAST(' 1' AS integer)", "INVALID_CAST_ARGUMENT: Cannot cast ' 1' to INT"),
        ("SELECT 'a' = 1", "TYPE_MISMATCH: line 1:12: Cannot apply operator: varchar(1) = integer"),
        ("SELECT 1 + 'a'", "TYPE_MISMATCH: line 1:10: Cannot apply operator: integer + varchar(1)"),
        ("SELECT nosuch('a')", "FUNCTION_NOT_FOUND: line 1:8: Function 'nosuch' not registered"),
        ("SELECT list_sum(ARRAY[1])", "FUNCTION_NOT_FOUND: line 1:8: Function 'list_sum' not registered"),
        (
            "SELECT x AS y FROM (VALUES 1) AS t(x) GROUP BY y",
            "COLUMN_NOT_FOUND: line 1:48: Column 'y' cannot be resolved or requester is not authorized to access "
            "requested resources",
        ),
        (
            "SELECT x, count(*) FROM (VALUES 1) AS t(x)",
            "EXPRESSION_NOT_AGGREGATE: line 1:8: 'x' must be an aggregate expression or appear in GROUP BY clause",
        ),
        (
            "SELECT substr(k, 1, 2) FROM (VALUES 'ab') AS t(k) GROUP BY substr(k, 1, 1)",
            "EXPRESSION_NOT_AGGREGATE: line 1:8: 'substr(k, 1, 2)' must be an aggregate expression or "
            "appear in GROUP BY clause",
        ),
        ("SELECT x FROM (VALUES 1) AS a(x), (VALUES 2) AS b(x)", "AMBIGUOUS_NAME: line 1:8: Column 'x' is ambiguous"),
        (
            "SELECT 1 UNION SELECT 'a'",
            "TYPE_MISMATCH: line 1:10: column 1 in UNION query has incompatible types: integer, varchar(1)",
        ),
        (
            "SELECT 1 WHERE 2",
            "TYPE_MISMATCH: line 1:16: WHERE clause must evaluate to a boolean: actual type integer",
        ),
        (
            "SELECT sum(x) FROM (VALUES 1) AS t(x) WHERE sum(x) > 1",
            "EXPRESSION_NOT_SCALAR: line 1:52: WHERE clause cannot contain aggregations, window functions or "
            "grouping operations: [sum(x)]",
        ),
        ("SELECT MAP(ARRAY['a'], ARRAY[1])['b']", "INVALID_FUNCTION_ARGUMENT: Key not present in map: b"),
        (
            "SELECT * FROM nosuch",
            "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.query_semantics.nosuch' does not exist",
        ),
        ("SELECT * FROM nodb.t", "SCHEMA_NOT_FOUND: line 1:15: Schema 'nodb' does not exist"),
        (
            "SELECT (SELECT x FROM (VALUES 1, 2) AS t(x))",
            "SUBQUERY_MULTIPLE_ROWS: Scalar sub-query has returned multiple rows",
        ),
    ],
)
def test_refused_while_running(session, sql, reason):
    assert session.error(sql) == reason


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * EXCLUDE (a) FROM t",
        "FROM t SELECT a",
        "SELECT a::integer FROM t",
        "SELECT a, FROM t",
        "SELECT a FROM t QUALIFY row_number() OVER () = 1",
        "SELECT a FROM t LIMIT 5 OFFSET 2",
        "SELECT DISTINCT ON (a) a FROM t",
        "SELECT [1, 2]",
        "SELECT {'a': 1}",
        "SELECT 1 # comment",
        "SELECT a ILIKE 'x' FROM t",
        "SELECT `a` FROM t",
        "SELECT a == 1 FROM t",
        "SELECT 1 = 1 = 1",
        "COPY t TO 'file'",
        "ATTACH 'file'",
        "PRAGMA version",
        "INSTALL httpfs",
        "SELECT * FROM 'file.csv'",
        "SELECT 1 FROM t WHERE",
    ],
)
def test_refused_at_the_start(session, sql):
    with pytest.raises(session.athena.exceptions.InvalidRequestException) as refused:
        session.run(sql)
    assert refused.value.response["AthenaErrorCode"] == "MALFORMED_QUERY"


@pytest.mark.parametrize(
    "function",
    [
        "read_csv('/etc/passwd')",
        "read_text('/etc/hostname')",
        "glob('*')",
        "getenv('HOME')",
        "duckdb_settings()",
        "current_setting('threads')",
    ],
)
def test_duckdb_functions_do_not_exist(session, function):
    assert session.error(f"SELECT {function}").startswith("FUNCTION_NOT_FOUND")


def test_names_types_and_parameters(session):
    answer = session.ok("SELECT 1, 'x' AS Name, CAST(1 AS decimal(5, 2)), ARRAY[1]")
    assert answer.columns == [("_col0", "integer"), ("Name", "varchar"), ("_col2", "decimal"), ("_col3", "array")]
    assert session.ok("SELECT ? + 1, ?", parameters=["41", "bare words"]).rows == [["42", "bare words"]]


def test_a_view_runs_in_its_own_database(session):
    session.ok("CREATE OR REPLACE VIEW v AS SELECT x, x * 2 AS y FROM (VALUES 1, 2) AS t(x)")
    assert session.ok("SELECT sum(y) FROM query_semantics.v WHERE x > 1", "default").rows == [["4"]]


def test_a_long_statement_still_runs(session):
    items = ", ".join(str(i) for i in range(20_000))
    assert session.ok(f"SELECT count(*) FROM (VALUES 5, 50000) AS t(x) WHERE x IN ({items})").rows == [["1"]]
    ors = " OR ".join(f"x = {i}" for i in range(5_000))
    assert session.ok(f"SELECT count(*) FROM (VALUES 5, 50000) AS t(x) WHERE {ors}").rows == [["1"]]


@pytest.mark.parametrize(
    ("clause", "parameter", "reason"),
    [
        ("LIMIT", "-1", "NUMERIC_VALUE_OUT_OF_RANGE: line 1:10: LIMIT row count must be greater or equal to 0"),
        ("OFFSET", "-1", "NUMERIC_VALUE_OUT_OF_RANGE: line 1:10: OFFSET row count must be greater or equal to 0"),
        ("LIMIT", "'a'", "TYPE_MISMATCH: line 1:10: Cannot cast type varchar(1) to bigint"),
        ("LIMIT", "null", "INVALID_ARGUMENTS: line 1:10: Parameter value provided for LIMIT is NULL: null"),
    ],
)
def test_a_parameter_that_is_no_number_of_rows(session, clause, parameter, reason):
    answer = session.run(f"SELECT 1 {clause} ?", parameters=[parameter])
    assert answer.state == "FAILED" and answer.reason.startswith(reason)


def test_a_parameter_that_is_a_number_of_rows_and_one_that_is_a_question_mark(session):
    assert session.ok("SELECT * FROM (VALUES 1, 2, 3) t(a) LIMIT ?", parameters=["1 + 1"]).rows == [["1"], ["2"]]
    assert session.ok("SELECT ?", parameters=["?"]).rows == [["?"]]


@pytest.mark.parametrize("sql", ["PREPARE a FROM SELECT 1", "EXECUTE a", "DEALLOCATE PREPARE a"])
def test_what_is_about_prepared_statements_is_not_prepared(session, sql):
    """Trino's PrepareTask."""
    kind = sql.split()[0]
    expected = f"NOT_SUPPORTED: Invalid statement type for prepared statement: {kind}"
    assert session.error(f"PREPARE b FROM {sql}") == expected
    assert session.error("EXECUTE b") == "NOT_FOUND: Prepared statement not found: b"
