"""The least that must pass, and a list of failures without strangers."""

from . import known_failures
from .cases import RECORDED, TRINO

RECORDED_SHARE, TRINO_SHARE = 0.97, 0.95


def test_list_names_only_cases_that_exist():
    assert known_failures.read() <= {case["id"] for case in [*RECORDED, *TRINO]}


def test_enough_recorded_cases_pass():
    ids = {case["id"] for case in RECORDED}
    passing = 1 - len(ids & known_failures.read()) / len(ids)
    assert passing >= RECORDED_SHARE, f"{passing:.1%} of {len(ids)}"


def test_enough_trino_examples_pass():
    ids = {case["id"] for case in TRINO}
    passing = 1 - len(ids & known_failures.read()) / len(ids)
    assert passing >= TRINO_SHARE, f"{passing:.1%} of {len(ids)}"
