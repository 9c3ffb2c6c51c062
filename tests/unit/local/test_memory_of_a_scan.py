"""What a query holds in memory does not grow with the number of files that it reads."""

import io
import threading

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from helpers.local.athena import queries
from helpers.local.athena.service import client
from tests.unit.local.in_process import Engine

BUCKET, DATABASE = "memory-of-a-scan", "memory_of_a_scan"
FILES, ROW_GROUPS, ROWS = 60, 5, 100_000
DISTINCT = 50_000  # values of 8 bytes in a row group's dictionary, for each of four columns
DICTIONARIES = FILES * ROW_GROUPS * DISTINCT * 8 * 4  # bytes of them all: 480 MB


@pytest.fixture(scope="module")
def executor(endpoint, tmp_path_factory):
    s3, glue = client("s3", endpoint.url), client("glue", endpoint.url)
    s3.create_bucket(Bucket=BUCKET)
    glue.create_database(DatabaseInput={"Name": DATABASE})
    values = np.random.default_rng(5).integers(0, DISTINCT, (4, ROWS * ROW_GROUPS))
    table = pa.table([*values, values[0] % 3], names=list("abcdg"))
    content = io.BytesIO()
    pq.write_table(table, content, row_group_size=ROWS)
    s3.put_object(Bucket=BUCKET, Key="t/0.parquet", Body=content.getvalue())
    for i in range(1, FILES):
        s3.copy_object(Bucket=BUCKET, Key=f"t/{i}.parquet", CopySource={"Bucket": BUCKET, "Key": "t/0.parquet"})
    made = Engine(endpoint.url, tmp_path_factory.mktemp("engine"), DATABASE)
    columns = ", ".join(f"{name} bigint" for name in "abcdg")
    made.run(f"CREATE EXTERNAL TABLE t ({columns}) STORED AS PARQUET LOCATION 's3://{BUCKET}/t/'")
    made.expected = [
        [str(g), *(str(FILES * int(column[values[0] % 3 == g].sum())) for column in values)] for g in range(3)
    ]
    return made


def test_a_grouped_scan_of_many_files_lets_their_dictionaries_go(executor, monkeypatch):
    """DuckDB 2.0 would hold every dictionary until the query ends: more than half of them is too much."""
    monkeypatch.setattr(queries, "MUCH", 1 << 20)
    source = "(SELECT * FROM t UNION ALL SELECT * FROM t WHERE a < 0)"
    sql = f"SELECT g, sum(a), sum(b), sum(c), sum(d) FROM {source} GROUP BY g ORDER BY g"
    process, done, held = psutil.Process(), threading.Event(), []
    before = process.memory_info().rss

    def watch():
        while not done.wait(0.02):
            held.append(process.memory_info().rss - before)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        rows, _ = executor.run(sql)
    finally:
        done.set()
        watcher.join()
    assert rows == executor.expected
    assert max(held) < DICTIONARIES / 2
