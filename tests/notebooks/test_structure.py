"""Every committed lesson obeys every rule, and every rule notices the lesson that does not."""

from __future__ import annotations

import nbformat
import pytest

from helpers.course.notebooks import NOTEBOOKS, normalise, read, text_of
from tests.notebooks import rules
from tests.notebooks.example import lesson

LESSONS = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lesson(path, rule):
    assert list(rule(read(path), path)) == []


def test_the_lessons_are_there():
    assert [path.stem[:2] for path in LESSONS] == "00 01 02 03 04 05 06 07 08 09 10 11 12".split()


@pytest.fixture
def folder(tmp_path):
    """A folder with two lessons that obey all the rules."""
    for name in ("03_example", "04_example"):
        (tmp_path / f"{name}.ipynb").write_text(text_of(normalise(lesson())), encoding="utf-8")
    return tmp_path


def broken_rules(path) -> list[str]:
    notebook = read(path)
    return [rule.__name__ for rule in rules.RULES if list(rule(notebook, path))]


def test_the_example_obeys(folder):
    assert broken_rules(folder / "03_example.ipynb") == []


def stop_in_the_middle(notebook):
    notebook.cells[4].execution_count = None


def run_twice(notebook):
    notebook.cells[4].execution_count = 40


def forget_the_minutes(notebook):
    notebook.cells[0].source = notebook.cells[0].source.replace("10 minutes", "patience")


def forget_the_cost(notebook):
    notebook.cells[0].source = notebook.cells[0].source.split("; 0.01")[0]


def default_to_aws(notebook):
    notebook.cells[2].source = 'MODE = "aws"'


def forget_the_parameters(notebook):
    notebook.cells[2].metadata.tags = ["setup"]


def write_a_long_cell(notebook):
    notebook.cells[4].source = "\n".join(["x = 1"] * 15)


def leave_out_a_solution(notebook):
    del notebook.cells[-2]


def solve_it_wrongly(notebook):
    notebook.cells[-2].outputs[0].text = "03.1 not yet: think again\n"


def let_a_cell_fail(notebook):
    notebook.cells[4].metadata.tags = ["raises-exception"]


def keep_a_cell_from_being_compared(notebook):
    notebook.cells[4].source = "# NBVAL_IGNORE_OUTPUT\nx = 1"


def stop_without_summary(notebook):
    notebook.cells[-1].source = "The end. [another](04_example.ipynb)"


def lead_elsewhere(notebook):
    notebook.cells[-1].source = "## Summary\n\n[again](03_example.ipynb)"


def print_an_error(notebook):
    notebook.cells[4].outputs = [nbformat.v4.new_output("error", ename="KeyError", evalue="x", traceback=[])]


def warn(notebook):
    notebook.cells[4].outputs = [nbformat.v4.new_output("stream", name="stderr", text="careful\n")]


def show_a_path(notebook):
    notebook.cells[4].outputs = [nbformat.v4.new_output("stream", text="/home/ada/lake\n")]


def show_a_key(notebook):
    notebook.cells[4].source = "key = 'AKIA" + "A" * 16 + "'"


def show_an_id(notebook):
    text = "query 0c1f2a3b-1111-2222-3333-444455556666"
    notebook.cells[4].outputs = [nbformat.v4.new_output("display_data", {"text/html": text})]


def write_a_formula_by_accident(notebook):
    notebook.cells[3].source = "It costs $5, not $6."


def link_to_nothing(notebook):
    notebook.cells[3].source = "See [there](99_missing.ipynb)."


def keep_papermill_metadata(notebook):
    notebook.metadata["papermill"] = {"duration": 1.5}


BREAKS = {
    stop_in_the_middle: "every_cell_was_run_in_order",
    run_twice: "every_cell_was_run_in_order",
    forget_the_minutes: "opens_with_what_it_offers",
    forget_the_cost: "opens_with_what_it_offers",
    default_to_aws: "has_one_parameters_cell",
    forget_the_parameters: "has_one_parameters_cell",
    write_a_long_cell: "fits_one_sitting",
    leave_out_a_solution: "has_exercises_that_can_be_solved",
    solve_it_wrongly: "has_exercises_that_can_be_solved",
    let_a_cell_fail: "uses_known_tags_only",
    keep_a_cell_from_being_compared: "uses_known_tags_only",
    stop_without_summary: "closes_with_a_summary",
    lead_elsewhere: "closes_with_a_summary",
    print_an_error: "holds_no_errors",
    warn: "holds_no_errors",
    show_a_path: "belongs_to_no_machine",
    show_a_key: "belongs_to_no_machine",
    show_an_id: "belongs_to_no_machine",
    write_a_formula_by_accident: "escapes_dollars",
    link_to_nothing: "links_lead_somewhere",
    keep_papermill_metadata: "is_in_normal_form",
}


@pytest.mark.parametrize(("damage", "rule"), BREAKS.items(), ids=lambda each: getattr(each, "__name__", each))
def test_a_broken_lesson_is_noticed(folder, damage, rule):
    path = folder / "03_example.ipynb"
    notebook = read(path)
    damage(notebook)
    path.write_text(text_of(notebook), encoding="utf-8")
    noticed = broken_rules(path)
    assert rule in noticed
    assert set(noticed) <= {rule, "every_cell_was_run_in_order", "has_exercises_that_can_be_solved"}


def test_every_rule_is_tried():
    assert {rule.__name__ for rule in rules.RULES} == set(BREAKS.values())
