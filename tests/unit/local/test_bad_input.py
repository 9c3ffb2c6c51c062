"""Damaged files, odd names, huge and random requests: Athena's error or one clear line, and the next query works."""

import gzip
import http.client
import io
import json
import os
import random
import re
import resource
import signal
import string
import subprocess
import sys
import time

import boto3
import fastavro
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet as pq
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers.local import process
from tests.unit.local import queries

BUCKET = queries.BUCKET
PATIENCE = 60  # seconds within which every answer must come
CSV = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"
OPENCSV = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'"
OPENX = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"
HIVE_JSON = "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'"
GARBAGE = random.Random(7).randbytes(20_000)
MISSING = "missing-bucket-of-nobody"


@pytest.fixture(scope="module")
def session(client):
    return queries.Session(client, "bad_input")


@pytest.fixture(autouse=True)
def next_query_works(session):
    yield
    assert session.ok("SELECT 40 + 2 AS answer").rows == [["42"]]


_numbers = iter(range(1_000_000))


def table(session, columns, storage, files):
    """A new table over `files`, {name: bytes} → its name."""
    name = f"t{next(_numbers)}"
    for key, body in files.items():
        session.put(f"bad/{name}/{key}", body)
    session.ok(f"CREATE EXTERNAL TABLE {name} ({columns}) {storage} LOCATION 's3://{BUCKET}/bad/{name}/'")
    return name


def assert_clear(reason):
    """One line, without a traceback, a local path or a Python class."""
    assert reason and "\n" not in reason and len(reason) < 1500, reason
    for leak in ("Traceback", "/tmp/", "athena-workbook", "object at 0x", "NoneType", "GENERIC_INTERNAL_ERROR"):
        assert leak not in reason, reason


def parquet():
    out = io.BytesIO()
    pq.write_table(pa.table({"a": range(10_000), "b": [str(n) * 5 for n in range(10_000)]}), out)
    return out.getvalue()


def orc():
    out = io.BytesIO()
    pyarrow.orc.write_table(pa.table({"a": list(range(10_000)), "b": [str(n) for n in range(10_000)]}), out)
    return out.getvalue()


def avro():
    fields = [{"name": "a", "type": "long"}, {"name": "b", "type": "string"}]
    out = io.BytesIO()
    records = [{"a": n, "b": str(n)} for n in range(10_000)]
    fastavro.writer(out, {"type": "record", "name": "r", "fields": fields}, records, codec="deflate")
    return out.getvalue()


DAMAGE = {
    "half": lambda good: good[: len(good) // 2],
    "without its end": lambda good: good[:-5],
    "text under another name": lambda good: b"a,b\n1,2\n",
    "garbage": lambda good: GARBAGE,
    "magic only": lambda good: good[:4],
    "zeros inside": lambda good: good[:200] + bytes(50) + good[250:],
}
EXPECTED = {
    "PARQUET": r"HIVE_BAD_DATA: Not valid Parquet file: {uri}|HIVE_CURSOR_ERROR: Failed to read Parquet file: {uri}",
    "ORC": r"HIVE_BAD_DATA: .*Malformed ORC file",
    "AVRO": r"HIVE_CURSOR_ERROR: Failed to read file: {uri}: not a valid Avro file",
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize(("storage", "make"), [("PARQUET", parquet), ("ORC", orc), ("AVRO", avro)])
def test_damaged_columnar_file(session, storage, make, damage):
    name = table(session, "a bigint, b string", f"STORED AS {storage}", {"x.parquet": DAMAGE[damage](make())})
    reason = session.error(f"SELECT sum(a), max(b) FROM {name}")
    assert_clear(reason)
    assert re.match(EXPECTED[storage].format(uri=f"s3://{BUCKET}/bad/{name}/x.parquet"), reason), reason


def test_one_damaged_file_among_good_ones_is_named(session):
    name = table(session, "a bigint", "STORED AS PARQUET", {"good": parquet(), "worse": b"PAR1 no PAR1"})
    assert f"s3://{BUCKET}/bad/{name}/worse" in session.error(f"SELECT sum(a) FROM {name}")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (gzip.compress(b"1,x\n" * 50_000)[:-100], "ended before the end-of-stream marker"),
        (b"1,2\n", "Not a gzipped file"),
        (GARBAGE, "Not a gzipped file"),
    ],
)
def test_damaged_gzip(session, body, expected):
    name = table(session, "a int, b string", CSV, {"x.gz": body})
    reason = session.error(f"SELECT count(*) FROM {name}")
    assert_clear(reason)
    assert reason.startswith(f"HIVE_CURSOR_ERROR: Failed to read file: s3://{BUCKET}/bad/{name}/x.gz")
    assert expected in reason


@pytest.mark.parametrize("storage", [CSV, OPENCSV])
def test_wrong_number_of_fields(session, storage):
    """Missing fields are NULL and those too many are dropped (facts: LazySimpleSerDe)."""
    name = table(session, "a string, b string, c int", storage, {"x": b"1,2,3\n4,5\n6\n7,8,9,10\n"})
    assert session.ok(f"SELECT * FROM {name} ORDER BY a").rows == [
        ["1", "2", "3"],
        ["4", "5", None],
        ["6", None, None],
        ["7", "8", "9"],
    ]


@pytest.mark.parametrize("storage", [CSV, OPENCSV])
def test_garbage_as_text_is_rows(session, storage):
    name = table(session, "a string, b string", storage, {"x": GARBAGE})
    lines = GARBAGE.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n").count(b"\n") + 1
    assert session.ok(f"SELECT count(*) FROM {name}").rows == [[str(lines)]]
    assert session.ok(f"SELECT a, b FROM {name} LIMIT 3").state == "SUCCEEDED"


@pytest.mark.parametrize("storage", [OPENX, HIVE_JSON])
def test_garbage_as_json(session, storage):
    name = table(session, "a string", storage, {"x": GARBAGE})
    reason = session.error(f"SELECT a FROM {name}")
    assert_clear(reason)
    assert reason.startswith("HIVE_CURSOR_ERROR: Row is not a valid JSON Object")


@pytest.mark.parametrize("storage", [CSV, OPENCSV, OPENX, "STORED AS PARQUET", "STORED AS ORC", "STORED AS AVRO"])
@pytest.mark.parametrize("files", [{}, {"x": b""}])
def test_nothing_to_read_is_no_rows(session, storage, files):
    """An empty prefix, and an object of no bytes."""
    name = table(session, "a string", storage, files)
    answer = session.ok(f"SELECT a FROM {name}")
    assert (answer.rows, answer.scanned) == ([], 0)
    assert session.ok(f"SELECT count(*) FROM {name}").rows == [["0"]]


def test_missing_bucket(session):
    session.ok(f"CREATE EXTERNAL TABLE nowhere (a int) LOCATION 's3://{MISSING}/a/'")
    for sql, expected in {
        "SELECT * FROM nowhere": "HIVE_FILESYSTEM_ERROR: Failed to list directory s3://" + MISSING,
        "INSERT INTO nowhere VALUES (1)": "HIVE_WRITER_CLOSE_ERROR: Error committing write to Hive",
        f"CREATE TABLE c WITH (external_location = 's3://{MISSING}/c/') AS SELECT 1 AS a": "HIVE_METASTORE_ERROR",
        f"UNLOAD (SELECT 1 AS a) TO 's3://{MISSING}/u/' WITH (format = 'ORC')": "HIVE_METASTORE_ERROR",
    }.items():
        reason = session.error(sql)
        assert_clear(reason)
        assert reason.startswith(expected) and "bucket does not exist" in reason
    session.ok("DROP TABLE nowhere")


def test_missing_result_bucket_is_refused(session):
    with pytest.raises(ClientError, match=f"Unable to verify/create output bucket {MISSING}"):
        session.athena.start_query_execution(
            QueryString="SELECT 1", ResultConfiguration={"OutputLocation": f"s3://{MISSING}/"}
        )


def test_sql_of_300_000_characters(session):
    with pytest.raises(ClientError) as caught:
        session.run("SELECT '" + "x" * 300_000 + "'")
    assert caught.value.response["Error"]["Message"] == (
        "1 validation error detected: Value at 'queryString' failed to satisfy constraint: "
        "Member must have length less than or equal to 262144"
    )


LONG = {
    "a string": ("SELECT length('" + "x" * 262_000 + "')", "262000"),
    "spaces": ("SELECT" + " " * 262_000 + "1", "1"),
    "a comment": ("SELECT 1 /*" + "x" * 262_000 + "*/", "1"),
    "a list": (
        f"SELECT count(*) FROM UNNEST(sequence(1, 9)) t(n) WHERE n IN ({', '.join(map(str, range(38_000)))})",
        "9",
    ),
    "columns": ("SELECT " + ", ".join(f"{n} column_number_{n}" for n in range(9_000)), "0"),
}


@pytest.mark.parametrize("kind", LONG)
def test_long_legal_sql(session, kind):
    """Just under 262,144 characters."""
    sql, first = LONG[kind]
    assert 200_000 < len(sql) <= 262_144
    assert session.ok(sql).rows[0][0] == first


DEEP = {
    "parentheses": lambda n: "SELECT " + "(" * n + "1" + ")" * n,
    "signs": lambda n: "SELECT " + "- " * n + "1",
    "arrays": lambda n: "SELECT " + "ARRAY[" * n + "1" + "]" * n,
    "functions": lambda n: "SELECT " + "abs(" * n + "1" + ")" * n,
    "casts": lambda n: "SELECT " + "CAST(" * n + "1" + " AS bigint)" * n,
    "subqueries": lambda n: "SELECT * FROM " + "(SELECT * FROM " * n + "(VALUES 1)" + ")" * n,
    "types": lambda n: "SELECT CAST(NULL AS " + "array(" * n + "int" + ")" * n + ")",
    "JSON": lambda n: "SELECT json_format(json_parse('" + "[" * n + "1" + "]" * n + "'))",
}


@pytest.mark.parametrize("kind", DEEP)
@pytest.mark.parametrize("depth", [20, 300, 20_000])
def test_deep_nesting(session, kind, depth):
    """Shallow nesting works; what is too deep for a parser's stack is said to be so."""
    sql = DEEP[kind](min(depth, 260_000 // len(DEEP[kind](1))))
    started = time.monotonic()
    try:
        answer = session.run(sql)
        reason = answer.reason
        assert depth > 20 or answer.state == "SUCCEEDED", reason
    except ClientError as refused:
        reason = refused.response["Error"]["Message"]
        assert depth > 20, reason
    if reason is not None:
        assert_clear(reason)
    assert time.monotonic() - started < PATIENCE


@pytest.mark.parametrize("storage", [OPENX, HIVE_JSON])
def test_deep_json_in_a_file(session, storage):
    body = b'{"a": "ok"}\n{"a": ' + b"[" * 50_000 + b"1" + b"]" * 50_000 + b"}\n"
    name = table(session, "a string", storage, {"x": body})
    answer = session.run(f"SELECT length(a) FROM {name}")
    if answer.state == "FAILED":
        assert_clear(answer.reason)


def test_line_of_5_megabytes(session):
    body = b"1," + b"y" * 5_000_000 + b"\n2,z\n"
    for storage in (CSV, OPENCSV):
        name = table(session, "a int, b string", storage, {"x": body})
        assert session.ok(f"SELECT a, length(b) FROM {name} ORDER BY a").rows == [["1", "5000000"], ["2", "1"]]


def test_1500_columns(session):
    names = [f"column_{n}" for n in range(1500)]
    name = table(session, ", ".join(f"{n} int" for n in names), CSV, {"x": ",".join(map(str, range(1500))).encode()})
    assert session.ok(f"SELECT * FROM {name}").rows == [[str(n) for n in range(1500)]]
    total = " + ".join(names[:300])
    assert session.ok(f"SELECT {total} FROM {name}").rows == [[str(sum(range(300)))]]


KEYS = [
    "a b c.csv",
    "plus+sign.csv",
    "per%20cent%.csv",
    "ümläut/日本語.csv",
    "quo'te\"s.csv",
    "back\\slash.csv",
    "tab\t.csv",
    "a/../b.csv",
    "../up.csv",
    "a//b.csv",
    "star*?[x]{y}.csv",
    "semi;colon--.csv",
    "{0} $1 \\1 %s.csv",
    "emoji😀.csv",
    "k" * (1024 - len("bad/t0000/")),
]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: ascii(key)[:30])
def test_odd_keys_are_read_and_named(session, key):
    name = table(session, "a int", CSV, {})
    prefix = f"bad/{name}/"
    key = key[: 1024 - len(prefix)]
    session.put(prefix + key, b"1\n2\n")
    answer = session.ok(f'SELECT a, "$path" FROM {name} ORDER BY a')
    assert answer.rows == [["1", f"s3://{BUCKET}/{prefix}{key}"], ["2", f"s3://{BUCKET}/{prefix}{key}"]]
    assert answer.scanned == 4


@pytest.mark.parametrize("value", ["a b", "per%cent", "ü", "quo'te", 'dou"ble', "x=y", "a/b", "..", "new\nline"])
def test_odd_partition_values(session, value):
    """Written, registered, found again by their value, and pruned by it."""
    name = f"t{next(_numbers)}"
    quoted = value.replace("'", "''")
    session.ok(
        f"CREATE TABLE {name} WITH (partitioned_by = ARRAY['p'], format = 'PARQUET', "
        f"external_location = 's3://{BUCKET}/bad/{name}/') "
        f"AS SELECT * FROM (VALUES (1, '{quoted}'), (2, 'other')) t(a, p)"
    )
    assert session.ok(f"SELECT a, p FROM {name} WHERE p = '{quoted}'").rows == [["1", value]]
    assert session.ok(f"SELECT count(*) FROM {name}").rows == [["2"]]


@pytest.mark.parametrize("column", ["select", "a b", "a-b", "1st", "ü", 'quo"te', "x.y", "$z", "date", "a;b", "per%"])
def test_column_names_that_need_quotes(session, column):
    quoted = '"' + column.replace('"', '""') + '"'
    assert session.ok(f"SELECT {quoted} FROM (VALUES 7) t({quoted}) WHERE {quoted} > 6").rows == [["7"]]
    name = f"t{next(_numbers)}"
    answer = session.run(f"CREATE EXTERNAL TABLE {name} (`{column}` int) {CSV} LOCATION 's3://{BUCKET}/bad/{name}/'")
    if answer.state == "FAILED":
        assert_clear(answer.reason)
        return
    session.put(f"bad/{name}/x", b"7\n")
    assert session.ok(f"SELECT {quoted} FROM {name} WHERE {quoted} > 6").rows == [["7"]]


def test_duplicate_columns(session):
    for sql in (
        f"CREATE EXTERNAL TABLE twice (a int, A int) LOCATION 's3://{BUCKET}/bad/twice/'",
        "CREATE TABLE twice AS SELECT 1 AS a, 2 AS a",
    ):
        reason = session.error(sql)
        assert_clear(reason)
        assert "duplicate" in reason.lower() or "more than once" in reason, reason
    assert session.ok("SELECT 1 AS a, 2 AS a").rows == [["1", "2"]]
    assert "is ambiguous" in session.error("SELECT a FROM (SELECT 1 AS a, 2 AS a)")


WORDS = (
    "SELECT FROM WHERE ( ) , * + - / % . ; ' \" ` 1 1.5 1e400 a b t 'x' \"y\" NULL AND OR NOT IN LIKE CASE WHEN "
    "THEN END GROUP BY ORDER LIMIT JOIN ON USING WITH AS UNION ALL VALUES ROW ARRAY [ ] MAP CAST int varchar(3) "
    "CREATE TABLE DROP ALTER SHOW DESCRIBE EXPLAIN INSERT INTO UNLOAD TO MSCK REPAIR PREPARE EXECUTE count( sum( "
    "date_trunc( INTERVAL DATE '2020-01-01' OVER ( PARTITION UNNEST LATERAL CROSS -> => || <= ? { } \\ # @ $"
).split()


def random_sql(seed):
    """Characters, bytes and words in no order; every third begins as a statement does."""
    chance = random.Random(seed)
    if seed % 4 == 0:
        return "".join(chance.choices(string.printable, k=chance.randint(1, 200)))
    if seed % 4 == 1:
        return chance.randbytes(chance.randint(1, 200)).decode("latin-1")
    words = " ".join(chance.choices(WORDS, k=chance.randint(1, 25)))
    return words if seed % 4 == 2 else "SELECT " + words


@pytest.mark.parametrize("start", range(0, 400, 50))
def test_random_sql(session, start):
    for seed in range(start, start + 50):
        sql = random_sql(seed)
        try:
            reason = session.run(sql).reason
        except ClientError as refused:
            assert refused.response["ResponseMetadata"]["HTTPStatusCode"] == 400, sql
            assert refused.response["Error"]["Code"] == "InvalidRequestException", (sql, refused)
            reason = refused.response["Error"]["Message"].replace("\n", " ")  # it may quote the statement
        if reason is not None:
            assert "Traceback" not in reason and "GENERIC_INTERNAL_ERROR" not in reason, (sql, reason)
            assert "this endpoint cannot run the query" not in reason, (sql, reason)


OPERATIONS = (
    "StartQueryExecution GetQueryExecution GetQueryResults StopQueryExecution BatchGetQueryExecution "
    "CreateWorkGroup GetWorkGroup UpdateWorkGroup DeleteWorkGroup CreateNamedQuery GetNamedQuery "
    "CreatePreparedStatement GetPreparedStatement GetDataCatalog ListDatabases GetDatabase "
    "GetTableMetadata ListTableMetadata TagResource UntagResource ListTagsForResource Nonsense"
).split()
NAMES = (
    "QueryString QueryExecutionId WorkGroup Name MaxResults NextToken ResultConfiguration OutputLocation "
    "ClientRequestToken ExecutionParameters CatalogName DatabaseName TableName ResourceARN Tags "
    "QueryExecutionIds QueryExecutionContext Database Catalog StatementName QueryStatement x"
).split()


def random_value(chance, depth=0):
    kinds = [
        lambda: None,
        lambda: chance.choice([True, False]),
        lambda: chance.randint(-(2**70), 2**70),
        lambda: chance.random() * 1e308,
        lambda: "".join(chance.choices(string.printable + "ü😀\x00", k=chance.randint(0, 30))),
        lambda: chance.choice(["primary", "AwsDataCatalog", "default", "s3://b/", "SELECT 1", "1", "0" * 40]),
        lambda: [random_value(chance, depth + 1) for _ in range(chance.randint(0, 3))],
        lambda: {chance.choice(NAMES): random_value(chance, depth + 1) for _ in range(chance.randint(0, 3))},
    ]
    return chance.choice(kinds[: 6 if depth > 3 else None])()


def random_body(seed):
    """Bytes, values that are no object, objects of known names with values of any type, and cut-off JSON."""
    chance = random.Random(seed)
    if seed % 5 == 0:
        return chance.randbytes(chance.randint(0, 100))
    if seed % 5 == 1:
        return json.dumps(random_value(chance)).encode()
    body = json.dumps({name: random_value(chance) for name in chance.sample(NAMES, chance.randint(0, 6))}).encode()
    return body[: chance.randint(0, len(body))] if seed % 5 == 2 else body


def test_random_api_bodies(endpoint):
    """Never a 500, a hang or a traceback; the answer is JSON, and a refusal names its kind."""
    host, port = endpoint.url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE)
    for seed in range(400):
        operation, body = OPERATIONS[seed % len(OPERATIONS)], random_body(seed)
        connection.request("POST", "/", body, {"X-Amz-Target": f"AmazonAthena.{operation}"})
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status in (200, 400), (operation, body, text)
        parsed = json.loads(text)
        assert b"Traceback" not in text
        if answer.status == 400:
            assert parsed["__type"] in (
                "InvalidRequestException",
                "UnknownOperationException",
                "SerializationException",
                "MetadataException",
                "ResourceNotFoundException",
            ), (operation, body, text)
    connection.close()


def test_garbage_in_the_glue_catalog(session, client):
    """Somebody else's tables need make no sense; each is one clear line, and the others stay readable."""
    glue = client("glue")
    whole = {"Columns": [{"Name": "a", "Type": "int"}], "Location": f"s3://{BUCKET}/bad/glue/"}
    text = {
        "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
        "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"},
    }
    broken = {
        "no_descriptor": None,
        "no_serde": whole,
        "unknown_serde": {**whole, "SerdeInfo": {"SerializationLibrary": "com.example.Nonsense"}},
        "bad_type": {**whole, **text, "Columns": [{"Name": "a", "Type": "array<in"}]},
        "no_columns": {**whole, **text, "Columns": []},
        "bad_location": {**whole, **text, "Location": "ftp://x"},
        "no_location": {**text, "Columns": whole["Columns"]},
    }
    for name, descriptor in broken.items():
        table = {"Name": name, "TableType": "EXTERNAL_TABLE"} | (
            {"StorageDescriptor": descriptor} if descriptor else {}
        )
        glue.create_table(DatabaseName=session.database, TableInput=table)
        reason = session.run(f"SELECT * FROM {name}").reason
        if reason is not None:
            assert_clear(reason)
        assert session.run("SHOW TABLES").state == "SUCCEEDED"
        glue.delete_table(DatabaseName=session.database, Name=name)


@pytest.fixture
def small_disk(monkeypatch):
    """An endpoint that cannot write more than 1 MB to one file, as at the end of a disk.

    The limit is the kernel's and is inherited by the child alone; nobody fills a disk in a test.
    """
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, limits[1]))
    try:
        endpoint = process.start()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with endpoint:
        yield endpoint


def test_full_disk(small_disk):
    """A result, a table and an object that do not fit: each one line, and what fits works afterwards."""

    def client(service):
        return boto3.client(
            service,
            endpoint_url=small_disk.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 1}, proxies={}),
        )

    session = queries.Session(client, "full")
    wide = "SELECT n, lpad(CAST(n * 7919 AS varchar), 200, 'x') AS s FROM UNNEST(sequence(1, 20000)) t(n)"
    for sql in (
        wide,
        f"CREATE TABLE big WITH (format = 'TEXTFILE', write_compression = 'NONE', "
        f"external_location = 's3://{BUCKET}/big/') AS {wide}",
    ):
        reason = session.error(sql)
        assert reason.startswith("GENERIC_INTERNAL_ERROR: No space left"), reason
        assert "\n" not in reason and "Traceback" not in reason
    with pytest.raises(ClientError, match="no space left"):
        session.put("large", bytes(5_000_000))
    session.put("small/x", b"1\n")
    session.ok(f"CREATE EXTERNAL TABLE small (a int) LOCATION 's3://{BUCKET}/small/'")
    assert session.ok("SELECT a FROM small").rows == [["1"]]


def foreground(port, folder):
    return subprocess.Popen(
        [sys.executable, "-m", "helpers.local", "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_foreground_ends_cleanly(tmp_path, number):
    """It prints what to export; Ctrl-C and SIGTERM end it with status 0, no traceback and no files."""
    running = foreground(0, tmp_path)
    lines = [running.stdout.readline() for _ in range(8)]
    assert any(line.startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:") for line in lines)
    assert list(tmp_path.glob("athena-workbook-*/*"))
    running.send_signal(number)
    out, err = running.communicate(timeout=PATIENCE)
    assert (running.returncode, err) == (0, "") and out.endswith("# ended\n")
    assert list(tmp_path.glob("athena-workbook-*/*")) == []


def test_port_in_use_is_one_line(tmp_path, endpoint):
    port = endpoint.url.rpartition(":")[2]
    out, err = (running := foreground(port, tmp_path)).communicate(timeout=PATIENCE)
    assert running.returncode != 0 and out == ""
    assert err == f"helpers.local: port {port} is in use: choose another with --port\n"
    assert list(tmp_path.glob("athena-workbook-*/*")) == []
