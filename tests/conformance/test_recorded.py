"""Requests recorded on the real service, replayed against the local endpoint."""

import pytest

from .cases import RECORDED
from .expectations import problems
from .replay import Unanswered


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case["id"])
def test_recorded(case, replay, settle):
    try:
        answer, named = replay.case(case)
        found = problems(case, answer, named, replay)
    except Unanswered as error:
        found = [("answer", "an answer", str(error))]
    settle(case["id"], found)
