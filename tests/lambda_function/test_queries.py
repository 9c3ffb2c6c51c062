"""What the handler answers, on the real local endpoint: figures, pages, types, failures, time, repetition."""

from __future__ import annotations

import time
from decimal import Decimal

import duckdb
import pytest

from helpers import lambda_to_athena_query as function
from helpers.athena_lambda.athena import Runner
from helpers.athena_lambda.parameters import NamedQuery, Text, Whole
from tests.lambda_function.conftest import event_of

ENDLESS = NamedQuery(  # 10^15 rows: hours on any machine
    "SELECT count(*) AS n FROM (SELECT a.x + b.x + c.x AS s FROM"
    " UNNEST(sequence(1, 10000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 10000)) AS b(x)"
    " CROSS JOIN UNNEST(sequence(1, 10000)) AS c(x) CROSS JOIN UNNEST(sequence(1, 1000)) AS d(x)) WHERE s % 7 = 3",
    {},
)
MANY = NamedQuery("SELECT n, n * 10 AS ten FROM UNNEST(sequence(1, 2500)) AS t(n) ORDER BY n", {})


def plain(sql: str, **parameters) -> dict:
    return {"plain": NamedQuery(sql, parameters)}


def test_figures_are_those_of_another_engine(ask, files):
    year, territory = 2004, "EMEA"
    _, body, _ = ask({"query": "revenue_by_month", "parameters": {"year": year, "territory": territory}})
    sql = f"""SELECT month_id, count(DISTINCT ordernumber), sum(sales)::varchar FROM '{files}'
        WHERE year_id = {year} AND territory = '{territory}' GROUP BY 1 ORDER BY 1"""
    assert [tuple(row) for row in body["rows"]] == duckdb.sql(sql).fetchall()
    assert [each["name"] for each in body["columns"]] == ["month_id", "orders", "revenue"]
    assert [each["json"] for each in body["columns"]] == ["number", "number", "string"]


@pytest.fixture(scope="module")
def files(course, tmp_path_factory):
    """The table's files, for DuckDB to read by itself."""
    folder = tmp_path_factory.mktemp("sales")
    for key, _ in course.objects(course.uri("data")):
        if key.endswith(".parquet"):
            course.s3.download_file(course.bucket, key, str(folder / key.rpartition("/")[2]))
    return folder / "*.parquet"


def test_parameters_reach_the_query(ask, course):
    _, body, _ = ask({"query": "top_customers", "parameters": {"year": 2003, "top": 3}})
    _, unnamed, _ = ask({"query": "top_customers", "parameters": {"year": "2003"}})
    assert len(body["rows"]) == 3 and len(unnamed["rows"]) == 10
    assert unnamed["rows"][:3] == body["rows"]
    revenues = [Decimal(revenue) for _, revenue in unnamed["rows"]]
    assert revenues == sorted(revenues, reverse=True)


@pytest.fixture
def pages(monkeypatch):
    """The number of rows of each page that is read."""
    read = []
    real = Runner.pages

    def counted(self, *arguments):
        for page in real(self, *arguments):
            read.append(len(page.rows))
            yield page

    monkeypatch.setattr(Runner, "pages", counted)
    return read


def test_all_pages_are_read_and_the_header_is_none_of_the_rows(ask, pages):
    status, body, _ = ask({"query": "many"}, queries={"many": MANY})
    assert status == 200
    assert body["rows"] == [[n, n * 10] for n in range(1, 2501)]
    assert pages == [999, 1000, 501]


def test_a_statement_without_a_header_loses_no_row(ask):
    queries = {"tables": NamedQuery("SHOW TABLES", {}), "describe": NamedQuery("DESCRIBE sales", {})}
    status, body, _ = ask({"query": "tables"}, queries=queries)
    assert (status, body["rows"], body["bytesScanned"], body["costUsd"]) == (200, [["sales"]], 0, "0")
    status, body, _ = ask({"query": "describe"}, queries=queries)
    assert status == 200 and len(body["rows"]) == 25 and body["rows"][0][0].split()[0] == "ordernumber"


def test_show_functions_has_a_header_although_it_is_no_select(ask):
    _, body, _ = ask({"query": "functions"}, queries={"functions": NamedQuery("SHOW FUNCTIONS LIKE 'abs'", {})})
    assert body["rows"] and {row[0] for row in body["rows"]} == {"abs"}


def test_a_statement_without_a_result_is_an_empty_table(ask):
    status, body, _ = ask(
        {"query": "make"}, queries={"make": NamedQuery("CREATE TABLE made AS SELECT 1 AS one", {})}
    )
    assert (status, body["rows"]) == (200, [])


def test_types_become_json(ask):
    sql = """
        SELECT 1 AS i, CAST(2 AS bigint) AS b, DECIMAL '1.50' AS d, true AS yes, 0.5e0 AS half, '' AS empty,
               CAST(NULL AS varchar) AS nothing, DATE '2004-02-29' AS day, TIMESTAMP '2004-02-29 12:00:00.123' AS at,
               ARRAY[1, 2] AS list, 1 AS i"""
    _, body, _ = ask({"query": "plain"}, queries=plain(sql))
    (row,) = body["rows"]
    assert row == [1, 2, "1.50", True, 0.5, "", None, "2004-02-29", "2004-02-29T12:00:00.123", "[1, 2]", 1]
    assert type(row[3]) is bool and type(row[4]) is float
    assert [each["json"] for each in body["columns"]] == [
        "number", "number", "string", "boolean", "number", "string", "string", "string", "string", "text", "number",
    ]  # fmt: skip
    assert [each["name"] for each in body["columns"]].count("i") == 2


def test_numbers_that_json_cannot_hold_make_the_column_strings(ask):
    sql = "SELECT n, x FROM (VALUES (9007199254740991, 1e0), (9007199254740992, nan())) AS t(n, x) ORDER BY n"
    _, body, _ = ask({"query": "plain"}, queries=plain(sql))
    assert body["rows"] == [["9007199254740991", "1.0"], ["9007199254740992", "NaN"]]
    assert [each["json"] for each in body["columns"]] == ["string", "string"]
    _, body, _ = ask({"query": "plain"}, queries=plain("SELECT 9007199254740991 AS n"))
    assert body["rows"] == [[9007199254740991]]


@pytest.mark.parametrize(
    "text", ["O'Brien", "' OR '1'='1", "'; DROP TABLE sales; --", "\\' OR 1=1 --", "Zoë 日本", "?"]
)
def test_a_text_stays_a_value(ask, text):
    status, body, _ = ask({"query": "plain", "parameters": {"x": text}}, queries=plain("SELECT ? AS x", x=Text()))
    assert (status, body["rows"]) == (200, [[text]])


def test_too_much_for_an_answer_is_handed_over(ask, course, pages):
    status, body, lines = ask({"query": "many"}, queries={"many": MANY}, answer_bytes=10_000)
    assert status == 200 and "rows" not in body and "url" not in body
    bucket, _, key = body["location"].removeprefix("s3://").partition("/")
    assert body["location"].startswith(course.uri("answers"))
    stored = course.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode().splitlines()
    assert len(stored) == 2501 and stored[-1] == '"2500","25000"'
    assert event_of(lines, "handed over")["location"] == body["location"]
    assert pages == [999], "reading ends once it is clear that the answer would be too large"


def test_escaping_counts_towards_the_size(ask):
    """Quotes are escaped twice: in the body, and in the answer around it."""
    quotes = plain("SELECT rpad('', 1000, '\"') AS q")
    assert "rows" in ask({"query": "plain"}, queries=quotes, answer_bytes=6_000)[1]
    assert "location" in ask({"query": "plain"}, queries=quotes, answer_bytes=3_900)[1]


def test_a_link_only_where_it_is_configured(ask):
    _, body, _ = ask({"query": "many"}, queries={"many": MANY}, answer_bytes=10_000, presign_seconds=60)
    assert "Expires=" in body["url"] and body["url"].split("?")[0].endswith(".csv")


def test_the_query_is_stopped_when_the_time_is_up(ask, course):
    started = time.monotonic()
    status, body, lines = ask({"query": "endless"}, seconds=3, queries={"endless": ENDLESS})
    assert status == 408
    assert body["code"] == "OUT_OF_TIME"
    assert time.monotonic() - started < 3, "the answer comes inside the limit, or Lambda would have ended it"
    query_id = event_of(lines, "stopped")["queryId"]
    end = time.monotonic() + 20
    while (state := _state(course, query_id)) == "RUNNING" and time.monotonic() < end:
        time.sleep(0.1)
    assert state == "CANCELLED"


def _state(course, query_id):
    return course.athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]["State"]


def test_no_time_at_all_starts_nothing(ask):
    status, _, lines = ask({"query": "orders_by_year"}, seconds=0)
    assert status == 408 or event_of(lines, "started")


def test_the_same_event_runs_one_query(ask):
    def ids(*events, **options):
        return [ask(event, **options)[1]["queryId"] for event in events]

    first, again, other = ids(
        {"query": "orders_by_year", "request_id": "a"},
        {"query": "orders_by_year", "request_id": "a"},
        {"query": "orders_by_year", "request_id": "b"},
    )
    assert first == again != other
    retried = ids({"query": "orders_by_year"}, {"query": "orders_by_year"}, request_id="the same invocation")
    assert retried[0] == retried[1]
    values = ids(*({"query": "top_customers", "parameters": {"year": 2003 + n}, "request_id": "a"} for n in (0, 1)))
    assert values[0] != values[1]


@pytest.mark.parametrize(
    "sql, status, code",
    [
        ("SELECT 1 / ? AS x", 400, "DIVISION_BY_ZERO"),
        ("SELECT CAST('abc' AS int) + ? AS x", 400, "INVALID_CAST_ARGUMENT"),
        ("SELEC ?", 500, "INTERNAL_ERROR"),
        ("SELECT ? FROM no_such_table", 500, "INTERNAL_ERROR"),
        ("SELECT no_such_column + ? FROM sales", 500, "INTERNAL_ERROR"),
        ("SELECT ? + ?", 500, "INTERNAL_ERROR"),
        ("SELECT no_such_function(?)", 500, "INTERNAL_ERROR"),
        ("DROP TABLE IF EXISTS a; SELECT ?", 500, "INTERNAL_ERROR"),
    ],
)
def test_whose_fault_it_is(ask, sql, status, code):
    got, body, lines = ask({"query": "plain", "parameters": {"x": 0}}, queries=plain(sql, x=Whole(0, 9)))
    assert (got, body["code"]) == (status, code)
    assert "no_such" not in str(body) and "SELEC" not in str(body)
    assert [line for line in lines if line["level"] == "ERROR" and "reason" in line], "the log has the reason"


def test_a_wrong_database_or_work_group_is_our_fault(ask):
    for changes in ({"database": "nowhere"}, {"workgroup": "nobody"}):
        status, body, _ = ask({"query": "orders_by_year"}, **changes)
        assert (status, body["code"]) == (500, "INTERNAL_ERROR")
        assert "nowhere" not in str(body) and "nobody" not in str(body)


def test_the_log_has_id_bytes_and_cost(ask, course):
    _, body, lines = ask({"query": "orders_by_year"})
    finished = event_of(lines, "finished")
    execution = course.athena.get_query_execution(QueryExecutionId=body["queryId"])["QueryExecution"]
    assert finished["bytesScanned"] == body["bytesScanned"] == execution["Statistics"]["DataScannedInBytes"] > 0
    assert Decimal(finished["costUsd"]) == Decimal("0.00005"), "10 MB × $5 per TB, the minimum"
    assert event_of(lines, "answered")["status"] == 200
    assert function.SETTINGS.results not in str(body)


def test_the_result_of_the_query_is_where_it_was_told(ask, course):
    _, body, _ = ask({"query": "orders_by_year"})
    keys = [key for key, _ in course.objects(course.uri("answers"))]
    assert course.prefix("answers") + body["queryId"] + ".csv" in keys
