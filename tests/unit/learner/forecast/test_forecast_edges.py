"""Projection, odd partitions, statements that scan nothing, and what is refused with one clear line."""

import pytest

from helpers import forecast
from helpers.forecast.storage import Storage

SIZES = {"2024-01-01": 10, "2024-01-02": 200, "2024-01-31": 3_000, "2024-02-01": 40_000}


@pytest.fixture(scope="module", autouse=True)
def lake(place, run):
    """Text files of known sizes by day, below dt=…/ and below yyyy/MM/dd/, and one with a NULL day."""

    def put(key, size, **more):
        place.s3.put_object(Bucket=place.bucket, Key=place.prefix("text") + key, Body=b"x" * size, **more)

    for day, size in SIZES.items():
        put(f"hive/dt={day}/part.csv", size)
        put(f"plain/{day.replace('-', '/')}/part.csv", size)
    put("hive/dt=2024-01-01/archived.csv", 7, StorageClass="GLACIER")
    put("hive/dt=__HIVE_DEFAULT_PARTITION__/part.csv", 500_000)
    columns = "(line string) PARTITIONED BY (dt {}) ROW FORMAT DELIMITED"
    for name, kind in (("days", "date"), ("texts", "string")):
        run(f"CREATE EXTERNAL TABLE {name} {columns.format(kind)} LOCATION '{place.uri('text/hive')}'")
        run(f"MSCK REPAIR TABLE {name}")
    projected = {
        "plain_days": "'projection.dt.type' = 'date', 'projection.dt.format' = 'yyyy/MM/dd', "
        "'projection.dt.range' = '2024/01/01,2024/02/28', "
        f"'storage.location.template' = '{place.uri('text/plain')}${{dt}}/'",
        "recent": "'projection.dt.type' = 'date', 'projection.dt.format' = 'yyyy-MM-dd', "
        "'projection.dt.range' = '2024-01-01,NOW', 'projection.dt.interval' = '1', "
        "'projection.dt.interval.unit' = 'DAYS'",
        "listed": "'projection.dt.type' = 'enum', 'projection.dt.values' = '2024-01-01,2024-01-02,2030-01-01'",
        "injected": "'projection.dt.type' = 'injected'",
    }
    for name, properties in projected.items():
        run(
            f"CREATE EXTERNAL TABLE {name} {columns.format('string')} LOCATION '{place.uri('text/hive')}' "
            f"TBLPROPERTIES ('projection.enabled' = 'true', {properties})"
        )


JANUARY = 10 + 200 + 3_000
CASES = [  # SQL, the sizes that it reads
    ("SELECT * FROM days", sum(SIZES.values()) + 500_000),
    ("SELECT count(*) FROM days WHERE dt = DATE '2024-01-02'", 200),
    ("SELECT count(*) FROM days WHERE dt < DATE '2024-02-01'", JANUARY),
    ("SELECT count(*) FROM days WHERE month(dt) = 1", JANUARY),
    ("SELECT count(*) FROM days WHERE date_trunc('month', dt) = DATE '2024-02-01'", 40_000),
    ("SELECT count(*) FROM days WHERE day_of_week(dt) = 3 OR dt = DATE '2024-01-31'", 3_000),
    ("SELECT count(*) FROM days WHERE day_of_week(dt) = 1", 10),  # 1 January 2024 was a Monday
    ("SELECT count(*) FROM days WHERE dt IS NULL", 500_000),
    ("SELECT count(*) FROM days WHERE dt IS NOT NULL", sum(SIZES.values())),
    ("SELECT count(*) FROM days WHERE coalesce(dt, DATE '2024-01-01') = DATE '2024-01-01'", 500_010),
    ("SELECT count(*) FROM days WHERE NOT dt <= DATE '2024-01-31'", 40_000),
    ("SELECT count(*) FROM texts WHERE dt LIKE '2024-01%'", JANUARY),
    ("SELECT count(*) FROM texts WHERE substr(dt, 1, 7) = '2024-01'", JANUARY),
    ("SELECT count(*) FROM texts WHERE dt NOT LIKE '2024-01%'", 40_000),
    ("SELECT count(*) FROM texts WHERE dt BETWEEN '2024-01-02' AND '2024-01-31'", 3_200),
    ("SELECT count(*) FROM texts WHERE date(dt) >= DATE '2024-01-31'", 43_000),
    ("SELECT count(*) FROM texts WHERE dt IN ('2024-01-01', '2024-01-02', '1999-01-01')", 210),
    ("SELECT count(*) FROM texts WHERE length(line) > 5", sum(SIZES.values()) + 500_000),
    ("SELECT count(*) FROM texts WHERE split_part(dt, '-', 3) = '01'", 40_010),
    ("SELECT count(*) FROM texts WHERE regexp_like(dt, '^2024-0[12]-0')", 40_210),
    ("SELECT * FROM plain_days", sum(SIZES.values())),
    ("SELECT * FROM plain_days WHERE dt >= '2024/01/31'", 43_000),
    ("SELECT * FROM recent WHERE dt < '2024-02-01'", JANUARY),
    ("SELECT * FROM listed", 210),
    ("SELECT * FROM listed WHERE dt <> '2024-01-02'", 10),
    ("SELECT * FROM injected WHERE dt = '2024-01-31'", 3_000),
    ("SELECT * FROM injected WHERE dt IN ('2024-01-31', '2024-01-01')", 3_010),
]


@pytest.mark.parametrize(("sql", "size"), CASES)
def test_the_bytes_are_the_sizes_of_the_objects_left(sql, size, estimate, run):
    assert estimate(sql).bytes == size
    assert run(sql) == size


def test_the_line_of_a_table_says_what_is_left_of_it(estimate):
    days = estimate("SELECT dt, line FROM days d WHERE dt < DATE '2024-01-15'").tables[0]
    assert (days.partitions_kept, days.partitions_all, days.files, days.stored_bytes) == (2, 5, 2, 210)
    assert (days.alias, days.format, days.columns, days.row_groups_all) == ("d", "text", ("line",), None)
    plain = estimate("SELECT * FROM plain_days WHERE dt < '2024/01/15'").tables[0]
    assert (plain.partitions_kept, plain.partitions_all, plain.files) == (14, 31 + 28, 2)
    assert estimate("SELECT * FROM injected WHERE dt = '2024-01-31'").tables[0].partitions_all is None


def test_many_partitions_are_listed_with_few_requests(estimate):
    every = estimate("SELECT * FROM plain_days")
    assert (every.tables[0].partitions_kept, every.lists) == (31 + 28, 1)
    few = estimate("SELECT * FROM plain_days WHERE dt <= '2024/01/05'")
    assert (few.tables[0].partitions_kept, few.lists, few.bytes) == (5, 5, 210)
    days = estimate("SELECT * FROM plain_days WHERE dt >= '2024/01/20'")
    assert (days.tables[0].partitions_kept, days.bytes, days.tables[0].files) == (40, 43_000, 2)


def test_a_predicate_that_cannot_be_computed_here_excludes_nothing_and_says_so(estimate):
    guess = estimate("SELECT count(*) FROM texts WHERE dt = bar(dt, 1) AND dt < '2024-01-05'")
    assert guess.bytes == 210
    assert guess.how == "upper bound"
    assert "BAR(dt, 1)" in guess.notes[0]


def test_a_predicate_on_the_hidden_path_may_skip_files(estimate):
    guess = estimate("""SELECT count(*) FROM days WHERE "$path" LIKE '%2024-01-01%' AND dt < DATE '2024-01-05'""")
    assert (guess.bytes, guess.how) == (210, "upper bound")
    assert guess.notes[0].startswith('"$path" LIKE')


def test_a_recursive_with_reads_its_table_once(estimate, run):
    sql = (
        "WITH RECURSIVE r(n) AS (SELECT length(line) FROM texts WHERE dt = '2024-01-01' "
        "UNION ALL SELECT n + 1 FROM r WHERE n < 12) SELECT count(*) FROM r"
    )
    assert estimate(sql).bytes == run(sql) == 10


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "SELECT current_date + INTERVAL '1' DAY;",
        "VALUES (1, 'a'), (2, 'b')",
        "SELECT * FROM (VALUES (1, 'a')) AS t(a, b)",
        "SELECT x FROM UNNEST(sequence(1, 3)) AS t(x)",
        "SHOW TABLES",
        "SHOW PARTITIONS days",
        "DESCRIBE `days`",
        "MSCK REPAIR TABLE days",
        "DROP TABLE IF EXISTS nothing",
        "CREATE DATABASE IF NOT EXISTS d LOCATION 's3://b/p/'",
        "CREATE EXTERNAL TABLE n (`a` int) PARTITIONED BY (`b` string) LOCATION 's3://b/p/'",
        "CREATE OR REPLACE VIEW v AS SELECT * FROM days",
        "ALTER TABLE days ADD PARTITION (dt = '2024-03-01')",
        "EXPLAIN SELECT * FROM days",
        "PREPARE p FROM SELECT * FROM days WHERE dt = ?",
        "CREATE TABLE n AS SELECT * FROM days WITH NO DATA",
        "-- a remark\nSELECT 'from days'",
    ],
)
def test_what_reads_no_table_scans_nothing(sql, estimate):
    guess = estimate(sql)
    assert (guess.bytes, guess.tables, guess.cost_usd) == (0, (), 0)
    assert "scans nothing" in str(guess)


REFUSED = [
    ("", "empty"),
    ("SELECT * FROM nowhere", "There is no table course_forecast.nowhere in the Glue catalog"),
    ("SELECT * FROM other.days", "other.days"),
    ("SELECT nothing FROM days", "'nothing' could not be resolved"),
    ("SELECT max(line) FROM days GROUP BY dt HAVING max(nothing) > 'a'", "nothing"),
    ("SELECT line FROM days, texts", "line"),
    ("SELECT * FROM days d JOIN texts d ON d.dt = d.dt", "Alias already used: d"),
    ("SELEC line FROM days", "cannot be parsed"),
    ("SELECT line FROM days WHERE (dt", "cannot be parsed"),
    ("SELECT 'open FROM days", "cannot be read"),
    ("SELECT 1; SELECT 2", "Only one SQL statement"),
    ("SELECT * FROM injected", "injected"),
    ("SELECT * FROM injected WHERE dt > '2024'", "injected"),
    ("SELECT * FROM information_schema.tables", "information_schema"),
    ("SELECT * FROM elsewhere.db.orders", "another data source"),
    ("DELETE FROM days WHERE dt = DATE '2024-01-01'", "Iceberg"),
    ("EXECUTE p USING 1", "prepared"),
    ("UNLOAD SELECT 1 TO 's3://b/'", "parentheses"),
    ("SELECT count(*) FROM days WHERE dt = :day", "day"),
    ('SELECT * FROM "days$files"', "days$files"),
]


@pytest.mark.parametrize(("sql", "said"), REFUSED)
def test_what_cannot_be_estimated_is_refused_in_one_line(sql, said, estimate):
    with pytest.raises(forecast.ForecastError) as refusal:
        estimate(sql)
    assert said in str(refusal.value)
    assert "\n" not in str(refusal.value) and len(str(refusal.value)) < 250


def table(place, name, serde, location=None, **parameters):
    """A table made through Glue itself."""
    storage = {
        "Columns": [{"Name": "a", "Type": "int"}],
        "Location": location or place.uri("text/hive"),
        "SerdeInfo": {"SerializationLibrary": serde},
    }
    described = {"Name": name, "StorageDescriptor": storage, "Parameters": parameters, "TableType": "EXTERNAL_TABLE"}
    place.glue.create_table(DatabaseName=place.database, TableInput=described)


def test_tables_that_cannot_be_estimated_say_why(place, estimate):
    parquet = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    table(place, "ice", parquet, table_type="ICEBERG")
    table(place, "strange", "com.example.IonSerDe")
    table(place, "no_parquet", parquet)
    table(place, "elsewhere", parquet, "hdfs://cluster/data")
    table(place, "no_bucket", parquet, "s3://there-is-no-such-bucket/data")
    for name, said in {
        "ice": "Iceberg",
        "strange": "com.example.IonSerDe",
        "no_parquet": "is no Parquet file",
        "elsewhere": "'hdfs://cluster/data'",
        "no_bucket": "cannot be listed",
    }.items():
        with pytest.raises(forecast.ForecastError, match=said):
            estimate(f"SELECT a FROM {name}")


def test_placeholders_and_values_must_match(estimate):
    with pytest.raises(forecast.ForecastError, match="1 placeholders and was given 2 values"):
        estimate("SELECT count(*) FROM days WHERE dt = ?", ["a", "b"])
    sql = "UNLOAD (SELECT line FROM texts WHERE dt = :day) TO 's3://b/:day/'"
    assert estimate(sql, {"day": "2024-01-31"}).bytes == 3_000


def test_a_long_listing_gives_way_to_one_for_each_partition(place):
    for number in range(30):
        place.s3.put_object(Bucket=place.bucket, Key=place.prefix("long") + f"d={number}/x", Body=b"12345")
    locations = [place.uri("long", f"d={number}") for number in range(30)]
    storage = Storage(OneAtATime(place.s3))
    assert [[o.size for o in found] for found in storage.objects(locations)] == [[5]] * 30
    assert storage.lists == 16 + 30


class OneAtATime:
    """An S3 whose pages hold one key, as if the folder were a thousand times larger."""

    def __init__(self, s3):
        self.s3 = s3

    def get_paginator(self, name):
        return OneAtATime(self.s3.get_paginator(name))

    def paginate(self, **arguments):
        return self.s3.paginate(**arguments, PaginationConfig={"PageSize": 1})
