"""Each test gets its environment back, whatever the one before it did, and each test file, too."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.environment import forget, given_back

ROOT = Path(__file__).resolve().parents[2]
LEAVES = """
import os
import pytest
from helpers import session

@pytest.fixture(scope="module")
def place():
    os.environ["AWS_REGION"] = "of-the-file"

def test_that_leaves_everything_behind(place):
    session._set_environment({"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "RDS_PASSWORD": "x"})
    del os.environ["KEPT"]
    assert session._environment_before

def test_that_comes_next(place):
    assert "AWS_ENDPOINT_URL" not in os.environ and "RDS_PASSWORD" not in os.environ
    assert (os.environ["KEPT"], os.environ["AWS_REGION"]) == ("yes", "of-the-file")
    assert not session._environment_before
"""
FINDS_NOTHING = """
import os

def test_of_another_file():
    assert os.environ["KEPT"] == "yes" and not [name for name in os.environ if name.startswith(("AWS_", "RDS_"))]
"""


def run_two_files(folder: Path, *helpers: str) -> str:
    """The summary of a test process with those two files, beside the named files of this project's tests."""
    place = folder / "tests"
    place.mkdir()
    for name in helpers:
        shutil.copy(ROOT / "tests" / name, place)
    (place / "test_a.py").write_text(LEAVES)
    (place / "test_b.py").write_text(FINDS_NOTHING)
    (folder / "pytest.ini").write_text(f"[pytest]\npythonpath = . {ROOT}\naddopts = --import-mode=importlib\n")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "RDS_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=folder, env={**plain, "KEPT": "yes"}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return (done.stdout.splitlines() or [done.stderr])[-1]


def test_nothing_of_a_test_reaches_the_next(tmp_path):
    assert run_two_files(tmp_path, "conftest.py", "environment.py").startswith("3 passed")


def test_without_it_the_next_test_and_the_next_file_would_see_it(tmp_path):
    assert run_two_files(tmp_path).startswith("2 failed, 1 passed")


def test_a_time_zone_is_given_back_to_the_clock_too(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    with given_back():
        os.environ["TZ"] = "Asia/Tokyo"
        time.tzset()
        assert time.localtime(0).tm_hour == 9
    assert time.localtime(0).tm_hour == 0
    monkeypatch.undo()
    time.tzset()


def test_an_error_gives_it_back_too():
    with pytest.raises(ZeroDivisionError), given_back():
        os.environ["RDS_HOST"] = "x"
        1 / 0  # noqa: B018
    assert "RDS_HOST" not in os.environ


def test_what_is_forgotten_for_a_test_comes_back(monkeypatch):
    monkeypatch.setenv("RDS_HOST", "db")
    monkeypatch.setenv("ATHENA_WORKBOOK_DATA", "/data")
    with pytest.MonkeyPatch.context() as patch:
        forget(patch)
        assert "RDS_HOST" not in os.environ and os.environ["ATHENA_WORKBOOK_DATA"] == "/data"
    assert os.environ["RDS_HOST"] == "db"
