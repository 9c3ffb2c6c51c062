"""`MODE = "aws"`, proven against an endpoint that plays the AWS account: no lesson knows the difference.

The lessons get what a caller of AWS has: credentials, a region and a bucket of their own. Nothing of the local
side is started by them, and at the end nothing of the course is left in the account.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import boto3
import pytest

from helpers.course.notebooks import NOTEBOOKS, cost_of
from helpers.local import process
from tests.notebooks.running import ROOT, promises_kept, run_lesson

LESSONS = [path.stem for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))]
BUCKET = "the-callers-own-bucket"


@pytest.fixture(scope="module")
def account():
    """The variables of an account with one bucket."""
    with process.start() as endpoint:
        variables = {
            "AWS_ENDPOINT_URL": endpoint.url,
            "AWS_ACCESS_KEY_ID": "AKIDOFTHECALLER",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "ATHENA_WORKBOOK_BUCKET": BUCKET,
        }
        session = boto3.Session("AKIDOFTHECALLER", "secret", region_name="us-east-1")
        session.client("s3", endpoint_url=endpoint.url).create_bucket(Bucket=BUCKET)
        yield variables


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson(lesson, account, tmp_path):
    notebook = run_lesson(lesson, {"MODE": "aws"}, tmp_path, **account)
    assert promises_kept(notebook) == []
    (figures,) = json.loads((tmp_path / "figures.json").read_text())
    told, measured = float(cost_of(notebook)), figures["usage"]["usd"]
    assert told == pytest.approx(measured, rel=0.25, abs=0.0005), "the lesson's first cell says another cost"
    left = subprocess.run(
        [sys.executable, "-m", "helpers.teardown"],
        cwd=ROOT,
        env={**os.environ, **account},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert left.stdout == f"Nothing of the course is left in s3://{BUCKET}, Glue and Athena (us-east-1).\n", left


def test_without_a_bucket_it_refuses_in_one_line(tmp_path):
    answer = subprocess.run(
        [sys.executable, "-m", "helpers.course", "run", "-p", "MODE=aws", "--only", "00", "--out", tmp_path],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "ATHENA_WORKBOOK_BUCKET"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert answer.returncode == 2
    assert answer.stderr.splitlines() == [
        "helpers.course: aws mode needs a bucket of yours: set the environment variable ATHENA_WORKBOOK_BUCKET to"
        " its name."
    ]
