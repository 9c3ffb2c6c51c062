"""A full disk, a port in use, an end by signal: one clear line, nothing left behind."""

import os
import resource
import signal
import subprocess
import sys

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers.local import process
from tests.unit.local import queries

BUCKET = queries.BUCKET
PATIENCE = 60  # seconds within which every answer must come


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

    session = queries.Session(client, "full_disk")
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
