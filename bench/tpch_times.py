"""TPC-H at scale 1: the 22 queries through PyAthena, against bare DuckDB and, where it runs them, ministack."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
import time

import boto3
import duckdb
import pyarrow.parquet as pq
import pyathena

from bench import figures, generated, pairs
from bench.local import BUCKET, DATABASE, Local, hive_columns
from bench.tpch import QUERIES, differences, for_duckdb
from bench.tpch.scans import expected_bytes

TITLE = "TPC-H at scale 1"
NOTE = (
    "Data by tpchgen-cli (Parquet, 362 MB). Ours: PyAthena's cursor, polling every 10 ms; other: DuckDB with its own "
    "settings, on the same files; the best of 3, in turns. *Same* says that all rows are DuckDB's, *bytes* that the "
    "bytes scanned are the sum of the column chunks in the Parquet footers. ministack gets the same files and the "
    "same statements through PyAthena, once; *differs* are other rows than DuckDB's, ended SUCCEEDED."
)
ROUNDS = 3
READY_WITHIN = 60  # seconds


def measure():
    files = generated.tpch()
    footers = [pq.read_metadata(path) for path in files.values()]
    con = duckdb.connect()
    for table, path in files.items():
        con.execute(f"CREATE VIEW {table} AS FROM read_parquet('{path}')")
    found, expected, totals = [], {}, [0.0, 0.0]
    with Local() as local:
        for table, path in files.items():
            local.put_file(path, f"{table}/{table}.parquet")
            local.external_table(table, hive_columns(path), table, "STORED AS PARQUET")
        tables = local.glue.get_tables(DatabaseName=DATABASE)["TableList"]
        cursor = _cursor(local.endpoint.url)
        for number, sql in QUERIES.items():
            other_sql = for_duckdb(sql)
            expected[number] = con.execute(other_sql).fetchall()
            different = differences(_rows(cursor, sql), expected[number])
            right_bytes = cursor.data_scanned_in_bytes == expected_bytes(number, footers)
            ours, other = pairs.best(
                pairs.in_turns(
                    lambda sql=sql: _rows(cursor, sql), lambda sql=other_sql: con.execute(sql).fetchall(), ROUNDS
                )
            )
            totals[0] += ours
            totals[1] += other
            figure = figures.ratio(f"query {number}, {figures.megabytes(cursor.data_scanned_in_bytes)}", ours, other)
            figure.limit = "same" + ("" if not different else f" NOT: {different[0]}")
            figure.limit += ", bytes" + ("" if right_bytes else " NOT")
            figure.kept = not different and right_bytes
            found.append(figure)
        found.append(figures.ratio("all 22", *totals))
        with _ministack() as url:
            found += _beside(url, files, tables, cursor, expected)
    return found


def _cursor(url, password="test"):
    connection = pyathena.connect(
        s3_staging_dir=f"s3://{BUCKET}/staging/",
        schema_name=DATABASE,
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="test",
        aws_secret_access_key=password,
        poll_interval=0.01,
    )
    return connection.cursor()


def _rows(cursor, sql):
    """The rows as text, as differences() compares them."""
    rows = cursor.execute(sql).fetchall()
    return [[None if value is None else str(value) for value in row] for row in rows]


@contextlib.contextmanager
def _ministack():
    """A ministack of its own on a free port → its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="athena-workbook-bench-") as folder:
        environment = {**os.environ, "GATEWAY_PORT": str(port), "TMPDIR": folder, "S3_DATA_DIR": folder}
        command = [generated.PROGRAMS / "ministack"]
        child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(port, child)
            yield url
        finally:
            child.terminate()
            child.wait(30)


def _wait_for(port, child):
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and child.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"ministack did not answer within {READY_WITHIN} seconds")


def _beside(url, files, tables, ours, expected):
    """Each query once at ministack and once here."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    s3, glue = (boto3.client(service, endpoint_url=url, **keys) for service in ("s3", "glue"))
    s3.create_bucket(Bucket=BUCKET)
    glue.create_database(DatabaseInput={"Name": DATABASE})
    for table in tables:
        name = table["Name"]
        s3.upload_file(str(files[name]), BUCKET, f"{name}/{name}.parquet")
        wanted = ("Name", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")
        glue.create_table(DatabaseName=DATABASE, TableInput={key: table[key] for key in wanted if key in table})
    theirs = _cursor(url)
    our_seconds = their_seconds = 0.0
    right, wrong, failed = [], [], []
    for number, sql in QUERIES.items():
        try:
            started = time.perf_counter()
            rows = _rows(theirs, sql)
            took = time.perf_counter() - started
        except Exception:
            failed.append(str(number))
            continue
        (wrong if differences(rows, expected[number]) else right).append(str(number))
        their_seconds += took
        our_seconds += pairs.timed(lambda sql=sql: _rows(ours, sql))
    verdicts = "; ".join(
        f"{what}: {', '.join(numbers)}" for what, numbers in (("differs", wrong), ("fails", failed)) if numbers
    )
    figure = figures.ratio(f"the {len(right) + len(wrong)} that ministack runs", our_seconds, their_seconds)
    figure.limit, figure.kept = f"ministack {verdicts}" if verdicts else "", True
    return [figure]
