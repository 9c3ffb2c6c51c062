"""The 22 queries of TPC-H as Athena SQL: the answers are DuckDB's on the same files, the bytes the footers'."""

import io

import pyarrow.parquet
import pytest

from bench.tpch import QUERIES, TABLES, differences, for_duckdb
from bench.tpch.scans import SCANS, expected_bytes
from tests.unit.local import tpch_data
from tests.unit.local.queries import BUCKET, Session

_HIVE = {"BIGINT": "bigint", "INTEGER": "int", "VARCHAR": "string", "DATE": "date", "DECIMAL(15,2)": "decimal(15,2)"}


@pytest.fixture(scope="module")
def tpch(client):
    """A session whose database holds the tables, with `duckdb` and the Parquet `footers` beside it."""
    session = Session(client, "tpch")
    session.duckdb, session.footers = tpch_data.database(), []
    for table in TABLES:
        content = io.BytesIO()
        pyarrow.parquet.write_table(session.duckdb.table(table).to_arrow_table(), content, row_group_size=100_000)
        session.put(f"tpch/{table}/data.parquet", content.getvalue())
        session.footers.append(pyarrow.parquet.read_metadata(content))
        relation = session.duckdb.table(table)
        columns = ", ".join(f"{n} {_HIVE[str(t)]}" for n, t in zip(relation.columns, relation.types, strict=True))
        session.ok(
            f"CREATE EXTERNAL TABLE {table} ({columns}) STORED AS PARQUET LOCATION 's3://{BUCKET}/tpch/{table}/'"
        )
    return session


def test_all_are_there():
    assert list(QUERIES) == list(SCANS) == list(range(1, 23))


@pytest.mark.parametrize("number", QUERIES)
def test_rows_are_duckdbs_and_bytes_the_footers(tpch, number):
    expected = tpch.duckdb.execute(for_duckdb(QUERIES[number])).fetchall()
    assert expected and any(value is not None for row in expected for value in row), "no rows: nothing is compared"
    answer = tpch.ok(QUERIES[number])
    assert differences(answer.rows, expected) == []
    assert answer.scanned == expected_bytes(number, tpch.footers)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ([["1"]], []),
        ([["1.25"]], [(1.2449,)]),
        ([["1.25"]], [(1.256,)]),
        ([["a", "1"]], [("a", 2)]),
        ([["1"], ["2"]], [(2,), (1,)]),
        ([[None]], [(0,)]),
        ([["1995-01-02"]], [("1995-01-03",)]),
    ],
)
def test_the_comparison_sees_a_difference(ours, theirs):
    assert differences(ours, theirs)
