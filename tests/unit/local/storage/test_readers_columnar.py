"""Parquet, ORC and Avro: columns by name or place, files that do not fit, files that are damaged."""

import datetime as dt
import io
from decimal import Decimal

import duckdb
import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from helpers.local.athena.errors import AthenaError


def parquet(table, **options):
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def orc_file(table, **options):
    sink = io.BytesIO()
    orc.write_table(table, sink, **options)
    return sink.getvalue()


def avro(schema, records, codec="null"):
    sink = io.BytesIO()
    fastavro.writer(sink, {"type": "record", "name": "r", "fields": schema}, records, codec=codec)
    return sink.getvalue()


def test_parquet_columns_go_by_name_and_absent_ones_are_null(lake):
    lake.put("a.parquet", parquet(pa.table({"B": ["x", "y"], "a": pa.array([1, 2], pa.int32())})))
    lake.put("b.parquet", parquet(pa.table({"a": pa.array([3], pa.int64())})))
    table = lake.table("parquet", ["a bigint", "b string", "later string"])
    assert lake.read(table).rows == [(1, "x", None), (2, "y", None), (3, None, None)]


def test_every_type_comes_back(lake):
    day, at = dt.date(2020, 1, 2), dt.datetime(2020, 1, 2, 3, 4, 5, 678000)
    columns = {
        "b": (pa.array([True, None]), "boolean", True),
        "t": (pa.array([1, None], pa.int8()), "tinyint", 1),
        "i": (pa.array([2, None], pa.int32()), "int", 2),
        "l": (pa.array([3, None], pa.int64()), "bigint", 3),
        "f": (pa.array([1.5, None], pa.float32()), "float", 1.5),
        "d": (pa.array([2.5, None]), "double", 2.5),
        "n": (pa.array([Decimal("1.23"), None], pa.decimal128(9, 2)), "decimal(9,2)", Decimal("1.23")),
        "s": (pa.array(["x", None]), "string", "x"),
        "v": (pa.array(["abcdef", None]), "varchar(3)", "abc"),
        "y": (pa.array([b"\x00\xff", None]), "binary", b"\x00\xff"),
        "day": (pa.array([day, None]), "date", day),
        "at": (pa.array([at, None], pa.timestamp("ns")), "timestamp", at),
        "zoned": (pa.array([at, None], pa.timestamp("us", tz="UTC")), "timestamp", at),
        "arr": (pa.array([[1, None], None], pa.list_(pa.int32())), "array<int>", [1, None]),
        "m": (pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int32())), "map<string,int>", {"k": 1}),
        "r": (pa.array([{"x": 1, "y": "z"}, None]), "struct<y:string,x:bigint>", {"y": "z", "x": 1}),
    }
    lake.put("a.parquet", parquet(pa.table({n: column for n, (column, _, _) in columns.items()})))
    table = lake.table("parquet", [f"{n} {hive}" for n, (_, hive, _) in columns.items()])
    first, second = lake.read(table).rows
    assert dict(zip(columns, first, strict=True)) == {n: value for n, (_, _, value) in columns.items()}
    assert second == (None,) * len(columns)


def test_how_a_column_lay_in_its_writers_memory_does_not_matter(lake):
    """The notes that Arrow leaves in a file (views, dictionaries, wide offsets, durations) are for Arrow alone."""
    columns = {
        "view": (pa.array(["x", None], pa.string_view()), "string", "x"),
        "wide": (pa.array(["x", None], pa.large_string()), "string", "x"),
        "word": (pa.array(["x", None]).dictionary_encode(), "string", "x"),
        "bytes": (pa.array([b"x", None], pa.large_binary()), "binary", b"x"),
        "spent": (pa.array([5, None], pa.duration("us")), "bigint", 5),
        "list": (pa.array([["x"], None], pa.large_list(pa.large_string())), "array<string>", ["x"]),
        "nested": (
            pa.array([{"a": "x"}, None], pa.struct([("a", pa.large_string())])), "struct<a:string>", {"a": "x"},
        ),
        "named": (
            pa.array([[("k", "x")], None], pa.map_(pa.string(), pa.large_string())), "map<string,string>", {"k": "x"},
        ),
    }  # fmt: skip
    lake.put("a.parquet", parquet(pa.table({n: column for n, (column, _, _) in columns.items()})))
    table = lake.table("parquet", [f"{n} {hive}" for n, (_, hive, _) in columns.items()])
    first, second = lake.read(table).rows
    assert dict(zip(columns, first, strict=True)) == {n: value for n, (_, _, value) in columns.items()}
    assert second == (None,) * len(columns)


def test_int96_timestamps(lake):
    at = dt.datetime(2020, 1, 2, 3, 4, 5, 678000)
    lake.put("a.parquet", parquet(pa.table({"at": pa.array([at])}), use_deprecated_int96_timestamps=True))
    assert lake.read(lake.table("parquet", ["at timestamp"])).rows == [(at,)]


@pytest.mark.parametrize(
    ("column", "hive_type", "physical"),
    [
        (pa.array(["x"]), "bigint", "BINARY"),
        (pa.array([1]), "string", "INT64"),
        (pa.array([1.5]), "int", "DOUBLE"),
        (pa.array([dt.date(2020, 1, 1)]), "string", "INT32"),
    ],
)
def test_a_column_of_another_type_is_an_error_only_when_it_is_read(lake, column, hive_type, physical):
    lake.put("a.parquet", parquet(pa.table({"c": column, "ok": [1]})))
    table = lake.table("parquet", [f"c {hive_type}", "ok bigint"])
    with pytest.raises(AthenaError) as failure:
        lake.read(table)
    assert str(failure.value) == (
        f"HIVE_BAD_DATA: Field c's type {physical} in parquet file {lake.location}a.parquet is incompatible with "
        f"type {hive_type} defined in table schema"
    )
    assert lake.read(table, ["ok"]).rows == [(1,)]


def test_only_the_struct_fields_in_use_are_read(lake):
    lake.put("a.parquet", parquet(pa.table({"s": [{"x": 1, "y": "q", "z": {"w": 2}}]})))
    table = lake.table("parquet", ["s struct<x:int,y:string,z:struct<w:int>>"])
    used = lake.read(table, leaves={"s": {("x",), ("z", "w")}})
    assert used.rows == [({"x": 1, "y": None, "z": {"w": 2}},)]
    assert used.scanned < lake.read(table).scanned


@pytest.mark.parametrize("kind", ["parquet", "orc", "avro"])
@pytest.mark.parametrize("cut", [30, 200])
def test_damaged_files_are_an_error_that_names_them_and_the_next_query_works(lake, kind, cut):
    whole = {
        "parquet": parquet(pa.table({"a": list(range(2000))})),
        "orc": orc_file(pa.table({"a": list(range(2000))})),
        "avro": avro([{"name": "a", "type": "long"}], [{"a": i} for i in range(2000)]),
    }[kind]
    lake.put(f"a.{kind}", whole[:-cut])
    table = lake.table(kind, ["a bigint"])
    with pytest.raises(AthenaError) as failure:
        lake.read(table)
    assert failure.value.code in ("HIVE_BAD_DATA", "HIVE_CURSOR_ERROR")
    assert f"{lake.location}a.{kind}" in str(failure.value)
    assert "\n" not in str(failure.value)
    lake.put(f"a.{kind}", whole)
    assert len(lake.read(table).rows) == 2000


def test_orc_goes_by_place_and_by_name_when_told(lake):
    lake.put("a.orc", orc_file(pa.table({"a": [1, 2], "b": ["x", "y"]})))
    assert lake.read(lake.table("orc", ["other bigint", "names string"])).rows == [(1, "x"), (2, "y")]
    by_name = {"orc.column.index.access": "false"}
    assert lake.read(lake.table("orc", ["b string", "c int"], by_name)).rows == [("x", None), ("y", None)]


def test_avro_by_name_with_logical_types(lake):
    inner = {"type": "record", "name": "inner", "fields": [{"name": "x", "type": "int"}]}
    schema = [
        {"name": "A", "type": ["null", "long"]},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "m", "type": {"type": "map", "values": ["null", "int"]}},
        {"name": "r", "type": ["null", inner]},
        {"name": "n", "type": {"type": "bytes", "logicalType": "decimal", "precision": 5, "scale": 2}},
    ]
    records = [
        {"A": 1, "tags": ["x"], "at": 1579059880000, "m": {"k": 1}, "r": {"x": 3}, "n": Decimal("1.50")},
        {"A": None, "tags": [], "at": 0, "m": {}, "r": None, "n": Decimal("-2.25")},
    ]
    size = lake.put("a.avro", avro(schema, records, "deflate"))
    columns = [
        "a bigint",
        "tags array<string>",
        "at timestamp",
        "m map<string,int>",
        "r struct<x:int>",
        "n decimal(5,2)",
        "later string",
    ]
    answer = lake.read(lake.table("avro", columns))
    assert answer.rows == [
        (1, ["x"], dt.datetime(2020, 1, 15, 3, 44, 40), {"k": 1}, {"x": 3}, Decimal("1.50"), None),
        (None, [], dt.datetime(1970, 1, 1), {}, None, Decimal("-2.25"), None),
    ]
    assert answer.scanned == size


def test_a_number_too_large_for_the_table_is_an_error(lake):
    lake.put("a.parquet", parquet(pa.table({"n": [2156111684], "ok": [5]})))
    table = lake.table("parquet", ["n int", "ok int"])
    with pytest.raises(duckdb.Error, match="GENERIC_INTERNAL_ERROR: Value 2156111684 exceeds MAX_INT"):
        lake.read(table)
    assert lake.read(table, ["ok"]).rows == [(5,)]
