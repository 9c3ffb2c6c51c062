"""Bucketed tables: Hive's hash, and that a filter on the bucket columns reads and bills its buckets' files only.

Hash values are those that Trino's and Hive's own implementations agree on (Trino's TestHiveBucketing).
"""

from datetime import date

import duckdb
import pytest

from helpers.local.athena import bucketing, types
from helpers.local.athena.readers import udf
from tests.unit.local.queries import BUCKET, Session

HASHES = [
    ("boolean", True, 1),
    ("boolean", False, 0),
    ("tinyint", -128, -128),
    ("smallint", 300, 300),
    ("int", 300_000, 300000),
    ("int", -2147483648, -2147483648),
    ("bigint", 300_000_000_000, -647710651),
    ("bigint", -9223372036854775808, -2147483648),
    ("bigint", 9223372036854775807, -2147483648),
    ("varchar(15)", "", 1),
    ("varchar(15)", "test string", -189841218),
    ("varchar(15)", "\u5f3a\u5927\u7684Trino\u5f15\u64ce", 1899852420),
    ("string", "Trino rocks", 1132136730),
    ("string", "", 0),
    ("string", "test string", -318923937),
    ("string", "\u5f3a\u5927\u7684Trino\u5f15\u64ce", 1688501507),
    ("string", "\U00020ffc\U00020ffd\U00020ffe\U00020fff", -1810797254),
    ("date", date(2015, 11, 19), 16758),
    ("date", date(1950, 11, 19), -6983),
    ("string", None, 0),
    ("bigint", None, 0),
]
MANY = 1 << 31  # as many buckets as there are hashes: the number of the bucket is the hash without its sign


@pytest.fixture(scope="module")
def session(client):
    return Session(client, "bucketed")


@pytest.fixture(scope="module")
def connection():
    connection = duckdb.connect()
    udf.ensure(connection)
    return connection


@pytest.mark.parametrize(("hive", "value", "expected"), HASHES)
def test_hashes_are_hives(connection, hive, value, expected):
    t = types.from_hive(hive)
    assert bucketing.bucket([value], [t], MANY) == expected & 0x7FFFFFFF
    sql = bucketing.bucket_sql([(f"CAST(? AS {t.duckdb})", t)], MANY - 1)
    found = connection.execute(f"SELECT {sql}", [value] * sql.count("?")).fetchone()[0]
    assert found == (expected & 0x7FFFFFFF) % (MANY - 1)


def test_values_of_several_columns_are_combined(connection):
    """Trino's testBucketFilterFromDiscreteSets: (1 or 10, 5 or 6) lie in buckets 3, 4 and 5 of 8."""
    kinds = [types.from_hive("int"), types.from_hive("tinyint")]
    pairs = [(a, b) for a in (1, 10) for b in (5, 6)]
    assert {bucketing.bucket(pair, kinds, 8) for pair in pairs} == {3, 4, 5}
    sql = bucketing.bucket_sql([("a", kinds[0]), ("b", kinds[1])], 8)
    rows = connection.execute(f"SELECT {sql} FROM (VALUES (1, 5), (1, 6), (10, 5), (10, 6)) AS t(a, b)").fetchall()
    assert [row[0] for row in rows] == [bucketing.bucket(pair, kinds, 8) for pair in pairs]


def stored(session, table, names, properties=""):
    """A table of 4 buckets by n, 0 to 99, as CSV files of these names in the order of their buckets → file sizes."""
    sizes = []
    for number, name in enumerate(names):
        body = "".join(f"{n}\n" for n in range(100) if n % 4 == number).encode() or b"100\n"
        session.s3.put_object(Bucket=BUCKET, Key=f"bucketed/{table}/{name}", Body=body)
        sizes.append(len(body))
    session.ok(
        f"CREATE EXTERNAL TABLE {table} (n int) CLUSTERED BY (n) INTO 4 BUCKETS ROW FORMAT DELIMITED "
        f"LOCATION 's3://{BUCKET}/bucketed/{table}/' {properties}"
    )
    return sizes


@pytest.mark.parametrize(
    "names",
    [
        [f"00000{n}_0" for n in range(4)],
        [f"20260101_120000_00007_abcde_bucket-0000{n}.gz"[:-3] for n in range(4)],
        [f"5f0c_bucket-0000{n}.csv" for n in range(4)],
        ["a.csv", "b.csv", "c.csv", "d.csv"],
    ],
    ids=["hive", "trino", "awswrangler", "by place"],
)
def test_a_filter_reads_the_files_of_its_buckets(session, names, request):
    table = "by_" + request.node.callspec.id.replace(" ", "_")
    sizes = stored(session, table, names)
    for predicate, buckets, count in (
        ("n = 6", [2], 1),
        ("n IN (5, 9, 7)", [1, 3], 3),
        ("n = 6 OR n = 8", [0, 2], 2),
        ("n IS NULL", [0], 0),
        ("n > 50", [0, 1, 2, 3], 49),
        ("n <> 6", [0, 1, 2, 3], 99),
        ("n = 6 OR n IS NULL", [0, 1, 2, 3], 1),
    ):
        answer = session.run(f"SELECT count(*) FROM {table} WHERE {predicate}")
        assert (answer.rows, answer.scanned) == ([[str(count)]], sum(sizes[b] for b in buckets)), predicate


@pytest.mark.parametrize(
    ("name", "properties", "files"),
    [
        ("spark", "TBLPROPERTIES ('bucketing_format'='spark')", 4),
        ("second", "TBLPROPERTIES ('bucketing_version'='2')", 4),
        ("more", "", 5),
    ],
)
def test_buckets_that_are_not_hives_are_all_read(session, name, properties, files):
    sizes = stored(session, f"all_{name}", ["w.csv", "x.csv", "y.csv", "z.csv", "extra.csv"][:files], properties)
    answer = session.run(f"SELECT count(*) FROM all_{name} WHERE n = 6")
    assert (answer.rows, answer.scanned) == ([["1"]], sum(sizes))


def test_a_new_table_has_its_rows_where_a_filter_looks(session):
    session.ok(
        f"CREATE TABLE made WITH (format = 'TEXTFILE', external_location = 's3://{BUCKET}/bucketed/made/', "
        "bucketed_by = ARRAY['name', 'n'], bucket_count = 4) AS SELECT * FROM (SELECT 'n' || CAST(n AS varchar) "
        "AS name, CAST(n AS bigint) * 100000000000 AS n FROM UNNEST(sequence(-20, 20)) AS t(n))"
    )
    whole = session.run("SELECT name, n FROM made")
    assert len(whole.rows) == 41
    for name, n in whole.rows:
        one = session.run(f"SELECT count(*) FROM made WHERE name = '{name}' AND n = {n}")
        assert one.rows == [["1"]] and 0 < one.scanned < whole.scanned
    assert session.run("SELECT count(*) FROM made WHERE name = 'n3'").scanned == whole.scanned
