"""`MODE = "aws"`, proven against an endpoint that plays the AWS account: no lesson knows the difference.

The lessons get what a caller of AWS has: credentials, a region, a bucket and a database server. At the end nothing of
the course is left in the account, and each lesson has cost what its first cell says.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import boto3
import pytest

from helpers.course.notebooks import NOTEBOOKS, cost_of, read
from helpers.local import mysql, process
from tests.notebooks.running import ROOT, promises_kept

LESSONS = [path.stem for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))]
BUCKET = "the-callers-own-bucket"
OURS = ("AWS_", "ATHENA_WORKBOOK_", "RDS_")


def python(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
    """Run a module of the project in a process of its own, with nothing about AWS but `variables`."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return subprocess.run(
        [sys.executable, "-m", *map(str, arguments)],
        cwd=ROOT,
        env={**plain, **variables},
        capture_output=True,
        text=True,
        timeout=1200,
    )


@pytest.fixture(scope="module")
def account():
    """The variables of an account with one bucket, and of a MySQL server that its owner may use."""
    with process.start() as endpoint, mysql.start() as server:
        session = boto3.Session("AKIDOFTHECALLER", "secret", region_name="us-east-1")
        session.client("s3", endpoint_url=endpoint.url).create_bucket(Bucket=BUCKET)
        yield {
            "AWS_ENDPOINT_URL": endpoint.url,
            "AWS_ACCESS_KEY_ID": "AKIDOFTHECALLER",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "ATHENA_WORKBOOK_BUCKET": BUCKET,
            **server.env,
        }


@pytest.fixture(scope="module")
def course(account, tmp_path_factory):
    """The folder of the whole course run in aws mode; a lesson that failed shows in its own test."""
    out = tmp_path_factory.mktemp("aws")
    answer = python("helpers.course", "run", "-p", "MODE=aws", "--out", out, **account)
    assert answer.returncode in (0, 1), answer.stderr
    return out


@pytest.mark.parametrize("lesson", LESSONS)
def test_lesson_runs_and_costs_what_it_says(lesson, course):
    figures = {row["lesson"]: row for row in json.loads((course / "figures.json").read_text())}[lesson]
    assert figures["error"] == ""
    notebook = read(course / f"{lesson}.ipynb")
    assert promises_kept(notebook) == []
    said, measured = float(cost_of(notebook)), figures["usage"]["usd"]
    assert said == pytest.approx(measured, rel=0.25, abs=0.0005), "its first cell says another cost"


def test_nothing_is_left_in_the_account(course, account):
    answer = python("helpers.teardown", **account)
    assert answer.stdout == f"Nothing of the course is left in s3://{BUCKET}, Glue and Athena (us-east-1).\n"


def test_without_a_bucket_it_refuses_in_one_line(tmp_path):
    answer = python("helpers.course", "run", "-p", "MODE=aws", "--only", "00", "--out", tmp_path)
    assert answer.returncode == 2
    assert answer.stderr.splitlines() == [
        "helpers.course: aws mode needs a bucket of yours: set the environment variable ATHENA_WORKBOOK_BUCKET to"
        " its name."
    ]
