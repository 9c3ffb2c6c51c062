"""Spark and Athena on the same files: equal values both ways, and bytes that can be checked."""

import datetime as dt
import io
from decimal import Decimal

import pyarrow.parquet
import pytest
from pyspark.sql import functions as F

from helpers import athena, lab, spark

ROWS = [
    (
        1, True, -128, -32768, -(2**31), -(2**63), 1.5, -0.1, Decimal("12345678901234567890.123456789"),
        "Ünïcødé\n\"quoted\", and a comma", bytearray(b"\x00\xff"), dt.date(1969, 12, 31),
        dt.datetime(2024, 3, 31, 2, 30, 0, 123000), [1, None, 3], {"a": 1.5}, ("Łódź", [(1, "x")]),
    ),
    (
        2, False, 127, 32767, 2**31 - 1, 2**63 - 1, -2.5, 1e300, Decimal("-0.000000001"),
        "", bytearray(b""), dt.date(2400, 2, 29),
        dt.datetime(1969, 7, 20, 20, 17, 40, 1000), [], {}, (None, []),
    ),
    (3, *[None] * 15),
]  # fmt: skip
COLUMNS = {
    "id": "int", "b": "boolean", "t": "tinyint", "s": "smallint", "i": "int", "l": "bigint",
    "f": "float", "d": "double",
    "m": "decimal(38,9)", "c": "string", "y": "binary", "a": "date", "z": "timestamp", "r": "array<int>",
    "p": "map<string,double>", "n": "struct<city:string,parts:array<struct<k:int,v:string>>>",
}  # fmt: skip
SCHEMA = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
PLAIN = "id, b, t, s, i, l, f, d, m, c, y, a, z"


@pytest.fixture(scope="module")
def course():
    with lab.connect("local", lesson="spark") as connected:
        yield connected


@pytest.fixture(scope="module")
def session(course):
    yield spark.session(course)
    spark.stop()


@pytest.fixture(scope="module")
def written(course, session):
    """The rows as Spark writes them, as a table of Athena for each columnar format."""
    frame = session.createDataFrame(ROWS, SCHEMA)
    for form in ("parquet", "orc"):
        address = course.uri("types", form)
        frame.coalesce(1).write.format(form).save(spark.uri(address))
        athena.query(f"CREATE EXTERNAL TABLE types_{form} ({SCHEMA}) STORED AS {form.upper()} LOCATION '{address}'")
    return frame


@pytest.mark.parametrize("form", ["parquet", "orc"])
def test_athena_reads_what_spark_wrote(form, written):
    first, second, nulls = athena.query(f"SELECT {PLAIN} FROM types_{form} ORDER BY id").rows
    for answer, row in zip((first, second), ROWS, strict=False):
        assert [plain(value) for value in answer] == [plain(value) for value in row[:13]]
    assert list(nulls) == [3] + [None] * 12
    nested = athena.query(
        "SELECT id, cardinality(r), cardinality(p), n.city, cardinality(n.parts), element_at(p, 'a'),"
        f" CASE WHEN id = 1 THEN n.parts[1].v END, CASE WHEN id = 1 THEN r[3] END FROM types_{form} ORDER BY id"
    )
    assert [list(row) for row in nested.rows] == [
        [1, 3, 1, "Łódź", 1, 1.5, "x", 3],
        [2, 0, 0, None, 0, None, None, None],
        [3, *[None] * 7],
    ]


@pytest.mark.parametrize("form", ["parquet", "orc"])
def test_spark_reads_back_what_it_wrote(form, course, session, written):
    again = session.read.format(form).load(spark.uri(course.uri("types", form))).orderBy("id").collect()
    assert [tuple(row) for row in again] == ROWS


@pytest.mark.parametrize("form", ["PARQUET", "ORC"])
def test_spark_reads_what_athena_wrote(form, course, session):
    address = course.uri("from_athena", form)
    athena.query(f"""
        CREATE TABLE from_athena_{form} WITH (format = '{form}', external_location = '{address}') AS
        SELECT 1 id, true b, tinyint '-7' t, bigint '9007199254740993' l, 0.1E0 d, real '1.5' f,
               CAST('12345678901234567890.123456789' AS decimal(38,9)) m, 'Łódź' c, date '1582-10-15' a,
               timestamp '2024-03-31 02:30:00.123' z, ARRAY[1, NULL, 3] r, MAP(ARRAY['a'], ARRAY[1.5E0]) p,
               CAST(ROW('x', 5) AS row(k varchar, v integer)) n, to_utf8('é') y
        UNION ALL
        SELECT 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL""")
    row, nulls = session.read.format(form.lower()).load(spark.uri(address)).orderBy("id").collect()
    assert row.asDict(recursive=True) == {
        "id": 1, "b": True, "t": -7, "l": 9007199254740993, "d": 0.1, "f": 1.5,
        "m": Decimal("12345678901234567890.123456789"), "c": "Łódź", "a": dt.date(1582, 10, 15),
        "z": dt.datetime(2024, 3, 31, 2, 30, 0, 123000), "r": [1, None, 3], "p": {"a": 1.5},
        "n": {"k": "x", "v": 5}, "y": bytearray("é".encode()),
    }  # fmt: skip
    assert list(nulls) == [2] + [None] * 13


@pytest.mark.parametrize("form", ["json", "csv"])
def test_text_goes_both_ways(form, course, session):
    frame = session.createDataFrame([(1, 'a,b"c'), (2, None), (3, "Łódź")], "id int, c string")
    address = spark.uri(course.uri("text", form))
    frame.write.format(form).option("header", True).option("escape", '"').save(address)
    reader = session.read.format(form).schema("id int, c string").option("header", True).option("escape", '"')
    assert [tuple(row) for row in reader.load(address).orderBy("id").collect()] == [
        (1, "a,b\"c"), (2, None), (3, "Łódź")
    ]  # fmt: skip


def test_many_objects_are_listed_and_an_overwrite_changes_its_partition_only(course, session):
    table = course.uri("by_day")
    days = session.range(1200).selectExpr("id", "date_add(date'2024-01-01', cast(id % 3 as int)) day")
    days.repartition(10).write.partitionBy("day").parquet(spark.uri(table))
    before = dict(course.objects(table))
    assert len([key for key in before if key.endswith(".parquet")]) == 30
    assert session.read.parquet(spark.uri(table)).count() == 1200
    new = session.range(5).selectExpr("id", "date'2024-01-02' day").coalesce(1)
    writer = new.write.mode("overwrite").option("partitionOverwriteMode", "dynamic")
    writer.partitionBy("day").parquet(spark.uri(table))
    after = dict(course.objects(table))
    counts = session.read.parquet(spark.uri(table)).groupBy("day").count().orderBy("day").collect()
    assert [tuple(row) for row in counts] == [
        (dt.date(2024, 1, 1), 400), (dt.date(2024, 1, 2), 5), (dt.date(2024, 1, 3), 400)
    ]  # fmt: skip
    untouched = {key: size for key, size in before.items() if "day=2024-01-02" not in key}
    assert {key: size for key, size in after.items() if "day=2024-01-02" not in key} == untouched
    assert not [key for key in after if "_temporary" in key or "staging" in key or key.endswith("/")]


def test_a_failed_job_leaves_no_file_of_the_tasks_that_had_ended(course, session):
    """Version 1 of the committer: version 2 moves a task's file as soon as the task ends."""
    address = course.uri("failed")
    late = F.when(F.col("id") < 4, F.col("id")).otherwise(F.raise_error(F.lit("refused")).cast("long"))
    with pytest.raises(Exception, match="refused"):
        session.range(0, 5, 1, 5).select(late.alias("id")).write.parquet(spark.uri(address))
    assert [key for key, _ in course.objects(address) if key.endswith(".parquet")] == []


def test_s3_addresses_mean_the_same_as_s3a(course, session):
    session.range(3).write.parquet(course.uri("plain"))
    assert session.read.parquet(spark.uri(course.uri("plain"))).count() == 3


def test_bytes_from_s3_are_the_chunks_of_the_columns_and_the_footers(course, session):
    address = course.uri("measured")
    rows = session.range(0, 50_000, 1, 3).selectExpr(
        "id", "id * 7 % 1000 price", "repeat(cast(id as string), 5) text"
    )
    rows.write.parquet(spark.uri(address))
    frame = session.read.parquet(spark.uri(address))
    chunks, footers = sizes_in_parquet(course, address)
    for columns in (["price"], ["id", "text"], ["id", "price", "text"]):
        seen = [measured(session, frame.select(*columns)) for _ in range(2)]
        assert seen[0].s3_bytes == seen[1].s3_bytes == sum(chunks[name] for name in columns) + footers
        # Hadoop 3.3.1's s3a tells Spark every byte twice: HADOOP-17774.
        assert seen[0].bytes_read == seen[1].bytes_read == 2 * seen[0].s3_bytes
        assert (seen[0].jobs, seen[0].stages, seen[0].records_read) == (1, 1, 50_000)


def test_text_is_read_whole_and_once(course, session):
    address = course.uri("lines")
    session.range(0, 300_000, 1, 2).selectExpr("repeat(cast(id as string), 2) line").write.text(spark.uri(address))
    size = sum(bytes_ for _, bytes_ in course.objects(address))
    assert measured(session, session.read.text(spark.uri(address))).s3_bytes == size


def test_a_shuffle_a_write_and_a_cache_are_measured(course, session):
    with spark.measure(session) as nothing:
        pass
    assert (nothing.jobs, nothing.tasks, nothing.s3_bytes, str(nothing)) == (0, 0, 0, "0 jobs · 0 stages · 0 tasks")
    with spark.measure(session) as shuffled:
        session.range(0, 100, 1, 2).groupBy((F.col("id") % 5).alias("k")).count().collect()
    assert shuffled.shuffle_bytes > 0
    with spark.measure(session) as write:
        session.range(0, 1000, 1, 2).write.parquet(spark.uri(course.uri("counted")))
    stored = sum(size for key, size in course.objects(course.uri("counted")) if key.endswith(".parquet"))
    assert (write.bytes_written, write.records_written, write.tasks) == (stored, 1000, 2)


def measured(session, frame):
    with spark.measure(session) as m:
        frame.write.format("noop").mode("overwrite").save()
    return m


def sizes_in_parquet(course, address):
    """Compressed bytes by column, and the footers with their length and magic number: by pyarrow."""
    chunks, footers = {}, 0
    for key, _ in course.objects(address):
        if not key.endswith(".parquet"):
            continue
        body = course.s3.get_object(Bucket=course.bucket, Key=key)["Body"].read()
        metadata = pyarrow.parquet.read_metadata(io.BytesIO(body))
        footers += metadata.serialized_size + 8
        for group in range(metadata.num_row_groups):
            for index in range(metadata.num_columns):
                column = metadata.row_group(group).column(index)
                chunks[column.path_in_schema] = chunks.get(column.path_in_schema, 0) + column.total_compressed_size
    return chunks, footers


def plain(value):
    """A value as Athena gives it: binary as pairs of hexadecimal digits."""
    if isinstance(value, bytearray):
        return value.hex(" ")
    return value.to_pydatetime() if hasattr(value, "to_pydatetime") else value
