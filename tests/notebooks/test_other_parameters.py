"""Each lesson runs with parameters other than the committed ones, and its solutions still pass their checks."""

from __future__ import annotations

import pytest

from helpers.course import parameters
from helpers.course.notebooks import NOTEBOOKS, read
from tests.notebooks.other_parameters import OTHER
from tests.notebooks.running import promises_kept, run_lesson

CASES = [(lesson, given) for lesson, cases in OTHER.items() for given in cases]


@pytest.mark.parametrize(("lesson", "given"), CASES, ids=lambda each: str(each))
def test_other_parameters(lesson, given, tmp_path):
    assert promises_kept(run_lesson(lesson, given, tmp_path)) == []


def test_every_parameter_is_tried():
    """Every parameter but MODE (which has its own tests) takes another value in some run."""
    untried = []
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        for name, parameter in parameters.of(read(path), path.stem).items():
            tried = [case[name] for case in OTHER.get(path.stem, []) if name in case]
            if name != "MODE" and all(value == parameter.default for value in tried):
                untried.append(f"{path.stem}: {name}")
    assert untried == []
