"""One table in seven formats: each is read back by another reader than the one that wrote it."""

import gzip
import json
from datetime import date, datetime
from decimal import Decimal

import duckdb
import fastavro
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet
import pytest

from helpers import formats, sales

TABLE = pa.table(
    {
        "id": pa.array([1, 2, None], pa.int32()),
        "name": pa.array(['Old Timer, "Inc."', None, "Köln\ttab"], pa.string()),
        "sales": pa.array([Decimal("1.50"), Decimal("-0.05"), None], sales.MONEY),
        "day": pa.array([date(2004, 2, 29), None, date(2003, 1, 1)], pa.date32()),
    }
)


def written(tmp_path, form, table=TABLE, **options) -> bytes:
    path = tmp_path / f"x.{form}"
    formats.write(table, path, form, **options)
    return path.read_bytes()


def test_csv_quotes_only_what_needs_it_and_leaves_null_empty(tmp_path):
    assert written(tmp_path, "csv", header=True).decode() == (
        'id,name,sales,day\n1,"Old Timer, ""Inc.""",1.50,2004-02-29\n2,,-0.05,\n,Köln\ttab,,2003-01-01\n'
    )


def test_tsv_quotes_tabs_and_leaves_commas(tmp_path):
    lines = written(tmp_path, "tsv").decode().splitlines()
    assert lines[2] == '\t"Köln\ttab"\t\t2003-01-01'


def test_gzip_holds_the_same_csv_and_no_time(tmp_path):
    packed = written(tmp_path, "csv.gz")
    assert gzip.decompress(packed) == written(tmp_path, "csv")
    assert packed[4:8] == bytes(4)  # MTIME, RFC 1952


def test_json_leaves_the_key_of_a_null_out(tmp_path):
    rows = [json.loads(line) for line in written(tmp_path, "json").decode().splitlines()]
    assert rows == [
        {"id": 1, "name": 'Old Timer, "Inc."', "sales": 1.5, "day": "2004-02-29"},
        {"id": 2, "sales": -0.05},
        {"name": "Köln\ttab", "day": "2003-01-01"},
    ]


def test_json_of_a_row_that_starts_with_null_has_no_stray_comma(tmp_path):
    line = written(tmp_path, "json").decode().splitlines()[2]
    assert line.startswith('{"name"')


def test_avro_parquet_and_orc_hold_the_same_rows(tmp_path):
    expected = TABLE.to_pylist()
    for form in ("avro", "parquet", "orc"):
        written(tmp_path, form)
    with (tmp_path / "x.avro").open("rb") as file:
        assert list(fastavro.reader(file)) == expected
    assert pyarrow.orc.read_table(tmp_path / "x.orc").to_pylist() == expected
    rows = duckdb.sql(f"SELECT * FROM read_parquet('{tmp_path}/x.parquet')").fetchall()
    assert rows == [tuple(row.values()) for row in expected]


@pytest.mark.parametrize("form", list(formats.WRITERS))
def test_writing_twice_gives_the_same_bytes(tmp_path, form):
    table = sales.quarter(2, 0.01)
    assert written(tmp_path, form, table) == written(tmp_path, form, table)


def test_parquet_starts_a_row_group_every_fifty_thousand_rows(tmp_path):
    table = pa.table({"n": pa.array(range(100_001))})
    written(tmp_path, "parquet", table)
    assert pyarrow.parquet.ParquetFile(tmp_path / "x.parquet").num_row_groups == 3


def test_timestamps_keep_milliseconds_in_avro(tmp_path):
    moment = datetime(2013, 1, 1, 10, 0, 0, 45_000)
    written(tmp_path, "avro", pa.table({"t": pa.array([moment], pa.timestamp("ms"))}))
    with (tmp_path / "x.avro").open("rb") as file:
        assert next(fastavro.reader(file))["t"].replace(tzinfo=None) == moment


def test_a_line_break_in_a_field_is_refused(tmp_path):
    with pytest.raises(ValueError, match="line break"):
        written(tmp_path, "csv", pa.table({"a": ["x\ny"]}))


def test_no_rows_make_an_empty_file(tmp_path):
    assert written(tmp_path, "csv", TABLE.slice(0, 0)) == b""
