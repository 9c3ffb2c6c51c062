"""Damaged files, odd names, huge and random requests: Athena's error or one clear line, and the next query works."""

import gzip
import io
import random
import re
import time

import fastavro
import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from tests.unit.local import queries
from tests.unit.local.queries import assert_clear

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
