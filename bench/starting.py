"""From nothing to the first answer: our endpoint, and moto's server alone."""

from __future__ import annotations

import socket
import subprocess
import sys
import time

import boto3

from bench import figures, pairs
from bench.local import Local

TITLE = "Start to first answer"
NOTE = (
    "Ours: the endpoint's process starts, a bucket and a database are made, `SELECT 1` is answered. Other: moto's "
    "own server starts and makes a bucket. Medians of 5, in turns."
)
ROUNDS = 5
WITHIN = 60  # seconds


def measure():
    ours, other = pairs.medians(pairs.in_turns(_ours, _moto, ROUNDS))
    return [figures.ratio("start to first answer", ours, other)]


def _ours():
    with Local() as local:
        local.query("SELECT 1")


def _moto():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.01)
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
        boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", **keys).create_bucket(Bucket="bench-bucket")
    finally:
        child.terminate()
        child.wait(30)
