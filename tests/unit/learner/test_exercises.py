"""Every exercise of every lesson refuses plausible wrong answers.

Rules about numbers, words and functions are judged here; rules that run SQL need the lesson's tables and are
judged inside it, by `tests/notebooks/test_other_parameters.py`.
"""

import pytest

from helpers import checks
from helpers.course.notebooks import NOTEBOOKS, code_cells, read

LESSONS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


def number_of(lesson) -> str:
    return lesson.stem[:2]


def runs_sql(entry) -> bool:
    return getattr(entry.rule, "runs_sql", False)


@pytest.mark.parametrize("lesson", LESSONS, ids=number_of)
def test_every_exercise_of_the_notebook_is_registered_with_two_wrong_answers(lesson):
    number = number_of(lesson)
    entries = checks.registered(number)
    sources = "\n".join(cell.source for cell in code_cells(read(lesson)))
    assert entries
    for name, entry in entries.items():
        assert f'"{name}"' in sources, f"{name} is registered, but the lesson does not check it"
        assert len(entry.wrong) >= 2, f"{name} lists fewer than two wrong answers"
        for answer in entry.wrong:
            assert checks.attempted(answer), f"{name}: {answer!r} counts as not attempted"


@pytest.mark.parametrize("lesson", LESSONS, ids=number_of)
def test_wrong_answers_get_a_hint(lesson):
    for name, entry in checks.registered(number_of(lesson)).items():
        if runs_sql(entry):
            continue
        for answer in entry.wrong:
            verdict = checks.judge(name, answer, **entry.context)
            assert verdict.status == "not yet", f"{name} takes {answer!r}"
            assert not verdict.message.startswith("Your answer cannot be judged"), (name, verdict.message)
