"""The endpoint as the benchmarks use it: a child process, its clients, tables over files, and timed queries."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import boto3
import duckdb
import psutil

from helpers.local import process

BUCKET, DATABASE = "bench-bucket", "bench"
POLL = 0.01  # seconds between two GetQueryExecution
FINAL = ("SUCCEEDED", "FAILED", "CANCELLED")


@dataclass
class Answer:
    """A finished query: seconds from StartQueryExecution to the last row, rows as text, bytes scanned."""

    seconds: float
    rows: list[list[str | None]]
    scanned: int


class Local:
    """`with Local() as local:` starts the endpoint, with a bucket and a Glue database in it."""

    def __enter__(self):
        self.endpoint = process.start()
        self.s3, self.glue, self.athena = (self.client(service) for service in ("s3", "glue", "athena"))
        self.s3.create_bucket(Bucket=BUCKET)
        self.glue.create_database(DatabaseInput={"Name": DATABASE})
        return self

    def __exit__(self, *exc_info):
        self.endpoint.stop()

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=self.endpoint.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name="us-east-1",
        )

    @property
    def process(self):
        return psutil.Process(self.endpoint.pid)

    def put_file(self, path, key):
        """Upload a file as one object."""
        self.s3.upload_file(str(path), BUCKET, key)

    def copy(self, key, copies):
        """Further objects with the content of `key`, named `{key}.0`, `{key}.1` …: no bytes travel for them."""
        with ThreadPoolExecutor(4) as pool:
            targets = [f"{key}.{i}" for i in range(copies)]
            source = {"Bucket": BUCKET, "Key": key}
            list(pool.map(lambda target: self.s3.copy_object(Bucket=BUCKET, Key=target, CopySource=source), targets))

    def external_table(self, name, columns, key, form, properties=None, partitioned=""):
        """A table over the objects below `key`; `form`: ROW FORMAT … or STORED AS …, `partitioned`: its columns."""
        declared = ", ".join(f"{column} {kind}" for column, kind in columns)
        clause = f"PARTITIONED BY ({partitioned})" if partitioned else ""
        more = ", ".join(f"'{k}'='{v}'" for k, v in (properties or {}).items())
        self.query(
            f"CREATE EXTERNAL TABLE {name} ({declared}) {clause} {form} LOCATION 's3://{BUCKET}/{key}/'"
            + (f" TBLPROPERTIES ({more})" if more else "")
        )

    def query(self, sql):
        """Start, poll, fetch every row → Answer. Raises RuntimeError when the query fails."""
        started = time.perf_counter()
        execution_id = self.athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": DATABASE},
            ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/results/"},
        )["QueryExecutionId"]
        while True:
            execution = self.athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
            if execution["Status"]["State"] in FINAL:
                break
            time.sleep(POLL)
        if execution["Status"]["State"] != "SUCCEEDED":
            raise RuntimeError(f"{sql[:60]}…: {execution['Status'].get('StateChangeReason')}")
        pages = self.athena.get_paginator("get_query_results").paginate(QueryExecutionId=execution_id)
        rows = [
            [cell.get("VarCharValue") for cell in row["Data"]] for page in pages for row in page["ResultSet"]["Rows"]
        ]
        seconds = time.perf_counter() - started
        return Answer(seconds, rows[1:], execution["Statistics"].get("DataScannedInBytes", 0))


def hive_columns(path):
    """The columns of a Parquet file as [(name, Hive type)]."""
    described = duckdb.execute("DESCRIBE FROM read_parquet(?)", [str(path)]).fetchall()
    words = {"BIGINT": "bigint", "INTEGER": "int", "DOUBLE": "double", "VARCHAR": "string", "DATE": "date"}
    return [(name, words.get(kind) or kind.lower()) for name, kind, *_ in described]
