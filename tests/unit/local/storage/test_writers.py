"""CREATE TABLE AS, INSERT INTO and UNLOAD at a running endpoint."""

import gzip
import hashlib
import io
import itertools
import time

import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

BUCKET = "writer-tests"
_numbers = itertools.count()
FORMATS = ("PARQUET", "ORC", "AVRO", "JSON", "TEXTFILE")


class Queries:
    """Runs SQL; each object has its own folder and table names."""

    def __init__(self, athena, s3):
        self.athena, self.s3 = athena, s3
        self.name = f"w{next(_numbers)}"
        self.folder = f"s3://{BUCKET}/{self.name}/"

    def start(self, sql):
        return self.athena.start_query_execution(
            QueryString=sql.format(t=self.name, folder=self.folder),
            QueryExecutionContext={"Database": "writers"},
            ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/results/"},
        )["QueryExecutionId"]

    def wait(self, sql):
        query = self.start(sql)
        while True:
            execution = self.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
                return execution
            time.sleep(0.02)

    def run(self, sql):
        """Rows of a SELECT; the number of rows of a write."""
        execution = self.wait(sql)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"].get("StateChangeReason")
        answer = self.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
        rows = [[c.get("VarCharValue") for c in row["Data"]] for row in answer["ResultSet"]["Rows"]]
        return rows[1:] if rows else answer.get("UpdateCount")

    def reason(self, sql):
        execution = self.wait(sql)
        assert execution["Status"]["State"] == "FAILED"
        return execution["Status"]["StateChangeReason"]

    def scanned(self, sql):
        return self.wait(sql)["Statistics"]["DataScannedInBytes"]

    def objects(self, folder=""):
        prefix = f"{self.name}/{folder}"
        listed = self.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return {
            o["Key"][len(prefix) :]: self.s3.get_object(Bucket=BUCKET, Key=o["Key"])["Body"].read() for o in listed
        }


@pytest.fixture(scope="module", autouse=True)
def database(athena, s3):
    s3.create_bucket(Bucket=BUCKET)
    Queries(athena, s3).wait("CREATE DATABASE IF NOT EXISTS writers")


@pytest.fixture
def queries(athena, s3, database):
    return Queries(athena, s3)


MIXED = """SELECT CAST(n AS tinyint) AS ti, CAST(n AS smallint) AS si, n AS i, CAST(n AS bigint) AS bi, n * 1.5 AS d,
  CAST(n AS real) AS r, CAST(n AS decimal(10,2)) AS de, 'text ' || CAST(n AS varchar) AS s, n = 1 AS b,
  DATE '2020-01-01' AS day, CAST(TIMESTAMP '2020-01-01 10:00:00.5' AS timestamp(3)) AS at, ARRAY[n, 2] AS a,
  MAP(ARRAY['k'], ARRAY[n]) AS m, CAST(ROW(n, 'x') AS ROW(p integer, q varchar)) AS st, CAST(NULL AS varchar) AS nul,
  '' AS empty FROM (VALUES 1, 2) AS v(n)"""
EXPECTED = [
    [
        *(n, n, n, n, d, f"{n}.0", f"{n}.00", f"text {n}", b, "2020-01-01", "2020-01-01 10:00:00.500"),
        *(f"[{n}, 2]", f"{{k={n}}}", f"{{p={n}, q=x}}", None, ""),
    ]
    for n, d, b in (("1", "1.5", "true"), ("2", "3.0", "false"))
]


@pytest.mark.parametrize("kind", FORMATS)
def test_every_type_in_every_format(queries, kind):
    assert queries.run(f"CREATE TABLE {{t}} WITH (format='{kind}', external_location='{{folder}}') AS {MIXED}") == 2
    assert queries.run("SELECT * FROM {t} ORDER BY i") == EXPECTED
    assert queries.run(f"INSERT INTO {{t}} {MIXED}") == 2
    assert queries.run("SELECT count(*), sum(i), max(st.p) FROM {t}") == [["4", "6", "2"]]


COMPRESSIONS = [
    ("PARQUET", "SNAPPY"),
    ("PARQUET", "ZSTD"),
    ("PARQUET", "LZ4"),
    ("PARQUET", "NONE"),
    ("ORC", "SNAPPY"),
    ("ORC", "ZSTD"),
    ("ORC", "NONE"),
    ("AVRO", "BZIP2"),
    ("AVRO", "SNAPPY"),
    ("AVRO", "ZSTD"),
    ("JSON", "ZSTD"),
    ("JSON", "NONE"),
    ("TEXTFILE", "SNAPPY"),
    ("TEXTFILE", "BZIP2"),
]


@pytest.mark.parametrize(("kind", "codec"), COMPRESSIONS)
def test_compressions(queries, kind, codec):
    queries.run(
        f"CREATE TABLE {{t}} WITH (format='{kind}', write_compression='{codec}', external_location='{{folder}}') "
        "AS SELECT n, 'xxxxxxxxxxxxxxxxxxxxxxxxx' AS s FROM UNNEST(sequence(1, 5000)) AS t(n)"
    )
    assert queries.run("SELECT count(*), sum(n), min(s) FROM {t}") == [["5000", "12502500", "x" * 25]]
    (body,) = queries.objects().values()
    if kind == "PARQUET":
        column = pq.read_metadata(io.BytesIO(body)).row_group(0).column(1)
        assert column.compression == {"NONE": "UNCOMPRESSED"}.get(codec, codec)
    if kind in ("AVRO", "JSON", "TEXTFILE"):
        assert (len(body) > 100_000) == (codec == "NONE")


def test_parquet_is_gzip_by_default_and_names_have_no_extension(queries):
    queries.run("CREATE TABLE {t} WITH (external_location='{folder}') AS SELECT 1 AS a")
    ((key, body),) = queries.objects().items()
    assert pq.read_metadata(io.BytesIO(body)).row_group(0).column(0).compression == "GZIP"
    assert "." not in key


@pytest.mark.parametrize("kind", FORMATS)
def test_the_same_rows_give_the_same_bytes(queries, kind):
    digests = []
    for folder in ("x", "y"):
        queries.run(
            f"UNLOAD (SELECT n, n * 0.5 AS d, CAST(n AS varchar) AS s FROM UNNEST(sequence(1, 40000)) AS t(n)) "
            f"TO '{{folder}}{folder}/' WITH (format='{kind}')"
        )
        (body,) = queries.objects(f"{folder}/").values()
        digests.append(hashlib.sha256(body).hexdigest())
    assert digests[0] == digests[1]


def test_text_is_gzipped_lines(queries):
    queries.run(
        "UNLOAD (SELECT * FROM (VALUES (1, 'a', NULL), (2, '', 1.5)) AS v(i, s, d)) TO '{folder}' "
        "WITH (format='TEXTFILE', field_delimiter=',')"
    )
    ((key, body),) = queries.objects().items()
    assert key.endswith(".gz")
    assert gzip.decompress(body) == b"1,a,\\N\n2,,1.5\n"


def test_default_location_and_manifest(queries, s3):
    execution = queries.wait("CREATE TABLE {t} AS SELECT 1 AS a")
    query = execution["QueryExecutionId"]
    manifest = execution["Statistics"]["DataManifestLocation"]
    assert manifest.endswith(f"/{query}-manifest.csv")
    body = s3.get_object(Bucket=BUCKET, Key=manifest.removeprefix(f"s3://{BUCKET}/"))["Body"].read().decode()
    assert body.startswith(f"s3://{BUCKET}/results/tables/{query}/")
    assert body.count("\n") == 1


def test_partitions_are_folders_and_glue_knows_them(queries):
    queries.run(
        "CREATE TABLE {t} WITH (external_location='{folder}', partitioned_by=ARRAY['y', 'c']) AS "
        "SELECT * FROM (VALUES (1, 2020, 'a'), (2, 2020, 'b/=x'), (3, 2021, NULL)) AS v(i, y, c)"
    )
    folders = sorted(key.rpartition("/")[0] for key in queries.objects())
    assert folders == ["y=2020/c=a", "y=2020/c=b%2F%3Dx", "y=2021/c=__HIVE_DEFAULT_PARTITION__"]
    assert queries.run("SELECT i, y, c FROM {t} ORDER BY i") == [
        ["1", "2020", "a"],
        ["2", "2020", "b/=x"],
        ["3", "2021", None],
    ]
    assert queries.run("INSERT INTO {t} VALUES (4, 2020, 'a'), (5, 2022, 'z')") == 2
    assert queries.run("SELECT i FROM {t} WHERE y IN (2020, 2022) AND c IN ('a', 'z') ORDER BY i") == [
        ["1"],
        ["4"],
        ["5"],
    ]
    one, all_of_it = (queries.scanned("SELECT i FROM {t}" + where) for where in (" WHERE y = 2022", ""))
    assert 0 < one < all_of_it


def test_a_hundred_partitions_and_no_more(queries):
    sql = (
        "CREATE TABLE {{t}} WITH (external_location='{{folder}}', partitioned_by=ARRAY['p']) AS "
        "SELECT n AS a, n AS p FROM UNNEST(sequence(1, {0})) AS t(n)"
    )
    reason = queries.reason(sql.format(101))
    assert reason.startswith(
        "HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of 100 open writers for partitions/buckets. "
    )
    assert queries.objects() == {}
    assert queries.run(sql.format(100)) == 100
    assert queries.run("SELECT count(*), count(DISTINCT p) FROM {t}") == [["100", "100"]]


def test_buckets_count_as_writers(queries):
    sql = (
        "CREATE TABLE {{t}} WITH (external_location='{{folder}}', partitioned_by=ARRAY['p'], "
        "bucketed_by=ARRAY['a'], bucket_count=5) AS "
        "SELECT n / {0} AS a, n % {0} AS p FROM UNNEST(sequence(1, 40000)) AS t(n)"
    )
    assert "HIVE_TOO_MANY_OPEN_PARTITIONS" in queries.reason(sql.format(21))
    queries.run(sql.format(20))
    files = queries.objects()
    assert len(files) == 100
    assert {key[-6:] for key in files} == {f"-0000{i}" for i in range(5)}


def test_a_location_that_is_not_empty_is_refused_and_left_alone(queries, s3):
    s3.put_object(Bucket=BUCKET, Key=f"{queries.name}/keep.txt", Body=b"mine")
    reason = queries.reason("CREATE TABLE {t} WITH (external_location='{folder}') AS SELECT 1 AS a")
    assert reason.startswith(
        f"HIVE_PATH_ALREADY_EXISTS: Target directory for table 'writers.{queries.name}' already exists: "
        f"{queries.folder}"
    )
    assert "HIVE_PATH_ALREADY_EXISTS" in queries.reason("UNLOAD (SELECT 1 AS a) TO '{folder}' WITH (format='ORC')")
    assert queries.objects() == {"keep.txt": b"mine"}


def test_a_query_that_fails_half_way_leaves_nothing(queries):
    reason = queries.reason(
        "CREATE TABLE {t} WITH (external_location='{folder}') AS "
        "SELECT 1 / (n - 49999) AS a FROM UNNEST(sequence(1, 50000)) AS t(n)"
    )
    assert reason.startswith("DIVISION_BY_ZERO: Division by zero. You may need to manually clean the data")
    assert queries.objects() == {}
    assert "TABLE_NOT_FOUND" in queries.reason("SELECT * FROM {t}")


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("CREATE TABLE {t} AS SELECT 1", "MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1"),
        ("CREATE TABLE {t} AS SELECT 1 AS a, 2 AS A", "DUPLICATE_COLUMN_NAME: line 1:1: Column name 'a' specified"),
        (
            "CREATE TABLE {t} WITH (colour='red') AS SELECT 1 AS a",
            "INVALID_TABLE_PROPERTY: Catalog 'awsdatacatalog' table property 'colour' does not exist",
        ),
        ("CREATE TABLE {t} WITH (format='XLS') AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY: "),
        (
            "CREATE TABLE {t} WITH (table_type='DELTA') AS SELECT 1 AS a",
            "INVALID_TABLE_PROPERTY: Invalid value for catalog 'awsdatacatalog' table property 'table_type': DELTA",
        ),
        ("CREATE TABLE {t} WITH (write_compression='RAR') AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY: "),
        (
            "CREATE TABLE {t} WITH (partitioned_by=ARRAY['a']) AS SELECT 1 AS a, 2 AS b",
            "HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns",
        ),
        (
            "CREATE TABLE {t} WITH (partitioned_by=ARRAY['a']) AS SELECT 1 AS a",
            "INVALID_TABLE_PROPERTY: Table contains only partition columns",
        ),
        (
            "CREATE TABLE {t} WITH (bucketed_by=ARRAY['x'], bucket_count=2) AS SELECT 1 AS a",
            "INVALID_TABLE_PROPERTY: Bucketing columns [x] not present",
        ),
        (
            "CREATE TABLE {t} AS SELECT TIMESTAMP '2020-01-01 00:00:00.123456' AS a",
            "NOT_SUPPORTED: Incorrect timestamp precision for timestamp(6)",
        ),
        (
            "CREATE TABLE {t} WITH (table_type='ICEBERG', is_external=false) AS SELECT 1 AS a",
            "INVALID_TABLE_PROPERTY: ",
        ),
    ],
)
def test_what_create_table_as_refuses(queries, sql, reason):
    assert queries.reason(sql).startswith(reason)


def test_insert_matches_by_place_and_by_name(queries):
    queries.run(
        "CREATE EXTERNAL TABLE {t} (a bigint, b string, c double) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        "LOCATION '{folder}'"
    )
    assert queries.run("INSERT INTO {t} VALUES (1, 'x', 1.5)") == 1
    assert queries.run("INSERT INTO {t} (c, a) VALUES (2.5, 2)") == 1
    assert queries.run("SELECT * FROM {t} ORDER BY a") == [["1", "x", "1.5"], ["2", None, "2.5"]]
    assert queries.reason("INSERT INTO {t} VALUES (1, 2, 3)").startswith(
        "TYPE_MISMATCH: Insert query has mismatched column types: Table: [bigint, varchar, double], "
        "Query: [integer, integer, integer]"
    )
    assert "TYPE_MISMATCH" in queries.reason("INSERT INTO {t} VALUES (1, 'x')")
    assert queries.reason("INSERT INTO {t} (a, z) VALUES (1, 2)").startswith(
        "COLUMN_NOT_FOUND: Insert column name does not exist in target table: z. If a data manifest"
    )
    assert queries.reason("INSERT INTO {t} (a, a) VALUES (1, 2)").startswith(
        "DUPLICATE_COLUMN_NAME: Insert column name is specified more than once: a. If a data manifest"
    )


def test_insert_casts_where_both_types_have_a_common_one(queries):
    """Trino's typesMatchForInsert; dbt-athena's own tests insert bigint into integer and instants with a zone."""
    queries.run(
        "CREATE EXTERNAL TABLE {t} (i int, s varchar(4), t timestamp, d decimal(4,1), f float) STORED AS PARQUET "
        "LOCATION '{folder}'"
    )
    queries.run(
        "INSERT INTO {t} VALUES (BIGINT '7', 'ab     ', TIMESTAMP '2024-01-01 10:00:00 UTC', DECIMAL '1.25', 0.5), "
        "(BIGINT '8', 'abcd', NULL, DECIMAL '-1.25', 1.5)"
    )
    assert queries.run("SELECT * FROM {t} ORDER BY i") == [
        ["7", "ab  ", "2024-01-01 10:00:00.000", "1.3", "0.5"],
        ["8", "abcd", None, "-1.3", "1.5"],
    ]
    assert queries.reason("INSERT INTO {t} (i) SELECT 3000000000").startswith(
        "NUMERIC_VALUE_OUT_OF_RANGE: Out of range for integer: 3000000000"
    )
    assert queries.reason("INSERT INTO {t} (s) SELECT 'abcde'").startswith(
        "INVALID_CAST_ARGUMENT: Cannot truncate non-space characters when casting from varchar(5) to varchar(4) on "
        "INSERT"
    )
    refused = queries.reason("INSERT INTO {t} (i) SELECT true")
    assert refused.startswith(
        "TYPE_MISMATCH: Insert query has mismatched column types: Table: [integer], Query: [boolean]"
    )


def test_unload_of_no_rows_leaves_an_empty_manifest(queries, s3):
    """PyAthena and ibis read it; an INSERT of no rows leaves none, as recorded."""
    execution = queries.wait("UNLOAD (SELECT 1 AS a WHERE false) TO '{folder}' WITH (format = 'PARQUET')")
    manifest = execution["Statistics"]["DataManifestLocation"]
    assert s3.get_object(Bucket=BUCKET, Key=manifest.removeprefix(f"s3://{BUCKET}/"))["Body"].read() == b""


def test_rows_go_into_a_struct_by_place(queries):
    queries.run("CREATE EXTERNAL TABLE {t} (s struct<a:bigint,b:string>) STORED AS PARQUET LOCATION '{folder}'")
    queries.run("INSERT INTO {t} SELECT CAST(ROW(1, 'x') AS ROW(p integer, q varchar))")
    assert queries.run("SELECT s.a, s.b FROM {t}") == [["1", "x"]]


@pytest.mark.parametrize(
    ("row_format", "line"),
    [
        ("SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'", b'"1","say \\"hi\\"",\n'),
        ("SERDE 'org.openx.data.jsonserde.JsonSerDe'", b'{"a":"1","b":"say \\"hi\\"","c":null}\n'),
        ("DELIMITED FIELDS TERMINATED BY '|' ESCAPED BY '\\\\' NULL DEFINED AS 'nil'", b'1|say "hi"|nil\n'),
    ],
)
def test_insert_writes_as_the_serde_reads(queries, row_format, line):
    queries.run(
        f"CREATE EXTERNAL TABLE {{t}} (a string, b string, c string) ROW FORMAT {row_format} LOCATION '{{folder}}'"
    )
    queries.run("""INSERT INTO {t} VALUES ('1', 'say "hi"', CAST(NULL AS varchar))""")
    (body,) = queries.objects().values()
    assert gzip.decompress(body) == line
    assert queries.run("SELECT a, b FROM {t}") == [["1", 'say "hi"']]


def test_cancelled_while_writing(queries):
    query = queries.start(
        "CREATE TABLE {t} WITH (external_location='{folder}') AS SELECT a.n * b.n + c.n AS x FROM "
        "UNNEST(sequence(1, 3000)) AS a(n) CROSS JOIN UNNEST(sequence(1, 3000)) AS b(n) "
        "CROSS JOIN UNNEST(sequence(1, 3000)) AS c(n)"
    )
    time.sleep(1)
    queries.athena.stop_query_execution(QueryExecutionId=query)
    deadline = time.time() + 20
    while time.time() < deadline:
        state = queries.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"]
        if state not in ("QUEUED", "RUNNING"):
            break
        time.sleep(0.05)
    assert state == "CANCELLED"
    assert queries.run("SELECT 1") == [["1"]]
    assert queries.objects() == {}


def test_a_missing_bucket(queries):
    assert "does not exist" in queries.reason(
        "CREATE TABLE {t} WITH (external_location='s3://there-is-no-such-bucket/x/') AS SELECT 1 AS a"
    )


def test_too_many_dots_are_refused_at_once(queries):
    with pytest.raises(ClientError, match="Invalid table name"):
        queries.start("CREATE TABLE awsdatacatalog.writers.{t}.x AS SELECT 1 AS a")
