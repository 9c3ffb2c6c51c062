"""Each lesson runs with parameters other than the committed ones: its solutions pass, wrong answers do not."""

from __future__ import annotations

import pytest

from helpers.course import parameters
from helpers.course.notebooks import NOTEBOOKS, read
from tests.notebooks.other_parameters import OTHER
from tests.notebooks.running import accepted_wrong_answers, promises_kept, run_lesson, with_wrong_answers

CASES = [(lesson, given) for lesson, cases in OTHER.items() for given in cases]


@pytest.mark.parametrize(("lesson", "given"), CASES, ids=lambda each: str(each))
def test_other_parameters(lesson, given, tmp_path):
    notebook = run_lesson(lesson, given, tmp_path / "out", with_wrong_answers(lesson, tmp_path / "lessons"))
    assert promises_kept(notebook) == []
    assert accepted_wrong_answers(notebook) == "[]"


def test_every_parameter_is_tried():
    """Every parameter but MODE (which has its own tests) takes another value in some run."""
    untried = []
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        for name, parameter in parameters.of(read(path), path.stem).items():
            tried = [case[name] for case in OTHER.get(path.stem, []) if name in case]
            if name != "MODE" and all(value == parameter.default for value in tried):
                untried.append(f"{path.stem}: {name}")
    assert untried == []
