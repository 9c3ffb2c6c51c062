"""Writes that are stopped or killed at any moment: a table is whole or not there, and nothing is left behind."""

import os
import random
import signal
import time

import boto3
import pytest

from helpers.local import process
from tests.unit.local import queries
from tests.unit.local.locks import lock_is_free

BUCKET = queries.BUCKET
ROWS = 300_000
SOURCE = f"SELECT n, lpad(CAST(n AS varchar), 40, 'x') AS s FROM UNNEST(sequence(1, {ROWS // 100})) a(m), " + (
    "UNNEST(sequence(m * 100 - 99, m * 100)) b(n)"
)
MOMENTS = [n / 20 for n in range(12)]  # seconds after the start; the write takes about half a second
PATIENCE = 30  # seconds


@pytest.fixture(scope="module")
def session(client):
    return queries.Session(client, "stopped")


def start(session, sql):
    return session.athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": session.database},
        ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/results/"},
    )["QueryExecutionId"]


def stopped_after(session, sql, seconds):
    """The state in which the statement ended, stopped so long after its start."""
    query = start(session, sql)
    time.sleep(seconds)
    session.athena.stop_query_execution(QueryExecutionId=query)
    return session.wait(query)["Status"]["State"]


def keys(session, prefix):
    return [item["Key"] for item in session.s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])]


def settled(session, prefix, wanted):
    """Whether the number of objects becomes `wanted`: a stopped statement may still be tidying up."""
    end = time.monotonic() + PATIENCE
    while len(keys(session, prefix)) != wanted:
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_a_stopped_ctas_is_whole_or_not_there(session):
    states = set()
    for number, seconds in enumerate(MOMENTS):
        prefix = f"stopped/ctas{number}/"
        location = f"external_location = 's3://{BUCKET}/{prefix}', format = 'PARQUET'"
        states.add(state := stopped_after(session, f"CREATE TABLE c{number} WITH ({location}) AS {SOURCE}", seconds))
        if state == "CANCELLED":
            assert settled(session, prefix, 0), keys(session, prefix)
            assert session.error(f"SELECT 1 FROM c{number}").startswith("TABLE_NOT_FOUND")
        else:
            assert session.ok(f"SELECT count(DISTINCT n) FROM c{number}").rows == [[str(ROWS)]]
    assert "CANCELLED" in states


@pytest.mark.parametrize("iceberg", [False, True], ids=["hive", "iceberg"])
def test_a_stopped_insert_adds_all_or_nothing(session, iceberg):
    name, place = ("i", "stopped/iceberg/") if iceberg else ("h", "stopped/hive/")
    session.ok(
        f"CREATE TABLE {name} (n bigint, s string) LOCATION 's3://{BUCKET}/{place}'"
        " TBLPROPERTIES ('table_type' = 'ICEBERG')"
        if iceberg
        else f"CREATE EXTERNAL TABLE {name} (n bigint, s string) STORED AS PARQUET LOCATION 's3://{BUCKET}/{place}'"
    )
    whole, states = 0, set()
    for seconds in MOMENTS:
        state = stopped_after(session, f"INSERT INTO {name} {SOURCE}", seconds)
        states.add(state)
        files = keys(session, place)
        if state == "CANCELLED" and not iceberg:
            assert settled(session, place, whole), files
        found = int(session.ok(f"SELECT count(*) FROM {name}").rows[0][0])
        whole += state == "SUCCEEDED"
        assert found == ROWS * whole, state
    assert "CANCELLED" in states


@pytest.mark.parametrize("seconds", [0.1, 0.4])
def test_killed_in_the_middle_of_a_write_the_next_start_works(tmp_path, monkeypatch, seconds):
    """SIGKILL: the endpoint's tables live as long as it does, and the next one finds no trace of its files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    def at(endpoint):
        aws = boto3.Session("test", "test", region_name="us-east-1")
        return queries.Session(lambda service: aws.client(service, endpoint_url=endpoint.url), "killed")

    with process.start() as endpoint:
        session = at(endpoint)
        start(session, f"CREATE TABLE c WITH (external_location = 's3://{BUCKET}/c/') AS {SOURCE}")
        session.s3.put_object(Bucket=BUCKET, Key="large", Body=random.Random(1).randbytes(5_000_000))
        time.sleep(seconds)
        os.kill(endpoint.pid, signal.SIGKILL)
        end = time.monotonic() + PATIENCE
        while not lock_is_free(endpoint.folder):
            assert time.monotonic() < end
            time.sleep(0.05)
        with process.start() as second:
            session = at(second)
            assert session.error("SELECT 1 FROM c").startswith("TABLE_NOT_FOUND")
            assert session.ok("SELECT 42").rows == [["42"]]
            assert not endpoint.folder.exists()
    assert list(tmp_path.glob("athena-workbook-*/*")) == []
