"""Every exercise of every lesson refuses plausible wrong answers.

Rules about numbers, words and functions are judged here; rules that run SQL are judged inside the lesson,
where its tables are: in a cell put in before the one that closes the lab.
"""

import os

import pytest
from nbclient import NotebookClient
from nbformat import v4

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


@pytest.mark.parametrize("lesson", LESSONS, ids=number_of)
def test_wrong_sql_is_refused_where_the_tables_are(lesson, endpoint):
    number = number_of(lesson)
    if not any(runs_sql(entry) for entry in checks.registered(number).values()):
        return
    notebook = read(lesson)
    closing = next(n for n, cell in enumerate(notebook.cells) if ".close()" in cell.source)
    question = f"from helpers.checks import accepted_wrong_answers\nprint(accepted_wrong_answers({number!r}))"
    notebook.cells.insert(closing, v4.new_code_cell(question))
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(lesson.parent)}}
    )
    client.execute(env={**os.environ, **endpoint.env, "AWS_ENDPOINT_URL": endpoint.url})
    assert notebook.cells[closing].outputs[0].text == "[]\n"
