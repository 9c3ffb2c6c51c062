"""What a lesson's file must be, as functions that list what is wrong with it (empty when nothing is)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from nbformat import NotebookNode

from helpers.course.notebooks import code_cells, cost_of, minutes_of, normalise, tags, text_of, title_of

CELLS = range(25, 61)
CODE_LINES = 14  # "about 12"
SQL_LINES = 18  # a CREATE TABLE names its columns one under the other
EXERCISES = range(2, 5)
TAGS = {"setup", "parameters", "exercise", "check", "solution", "hint", "report"}  # report: its page shows it

FOREIGN = {
    "a path of one machine": re.compile(
        r"(?<![\w.])/(?:root|home|tmp|Users|work|opt)/|/var/folders/|site-packages|[A-Z]:\\\\"
    ),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "an AWS secret": re.compile(r"aws_secret_access_key\s*=\s*['\"][^'\"]{16,}", re.IGNORECASE),
}
FLEETING = {
    "an id that differs from run to run": re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-"),
    "a local port": re.compile(r"\b(?:127\.0\.0\.1|localhost):\d{2,5}\b"),
    "an address in memory": re.compile(r"\bat 0x[0-9a-f]{6,}\b"),
}
CODE_IN_MARKDOWN = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
BARE_DOLLAR = re.compile(r"(?<!\\)\$")
LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(?:#[^)\s]*)?\)")

Rule = Callable[[NotebookNode, Path], Iterator[str]]


def every_cell_was_run_in_order(notebook, path):
    """nbval passes a cell that has never been run, so the counts must be 1..n."""
    counts = [cell.execution_count for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}"


def opens_with_what_it_offers(notebook, path):
    """The title, then what one will do, learn and need, with minutes and the cost on AWS."""
    first = notebook.cells[0]
    if first.cell_type != "markdown" or not title_of(notebook):
        yield "the first cell has no title"
        return
    for words in ("will do", "will learn", "need"):
        if words not in first.source.lower():
            yield f"the first cell does not say what you {words}"
    if minutes_of(notebook) is None:
        yield "the first cell names no minutes"
    if cost_of(notebook) is None:
        yield "the first cell names no cost on AWS"


def has_one_parameters_cell(notebook, path):
    """Papermill fills the cell tagged `parameters`; the lesson runs locally unless told otherwise."""
    found = [cell.source for cell in code_cells(notebook) if "parameters" in tags(cell)]
    if len(found) != 1:
        yield f"{len(found)} cells tagged parameters"
    elif not re.search(r'^MODE = "local"', found[0], re.MULTILINE):
        yield 'the parameters cell does not say MODE = "local"'


def fits_one_sitting(notebook, path):
    if len(notebook.cells) not in CELLS:
        yield f"{len(notebook.cells)} cells, expected {CELLS.start} to {CELLS.stop - 1}"
    for cell in code_cells(notebook):
        lines = len(cell.source.splitlines())
        if lines > (SQL_LINES if cell.source.startswith("%%") else CODE_LINES):
            yield f"a code cell of {lines} lines: {cell.source.splitlines()[0]}"


def has_exercises_that_can_be_solved(notebook, path):
    """Statement, stub, check, solution, in this order; the run attempts nothing and its solutions are right."""
    order = [tag for cell in code_cells(notebook) for tag in tags(cell) if tag in ("exercise", "check", "solution")]
    count = order.count("exercise")
    if count not in EXERCISES:
        yield f"{count} exercises, expected {EXERCISES.start} to {EXERCISES.stop - 1}"
    if order != ["exercise", "check", "solution"] * count:
        yield f"exercise, check, solution do not follow each other: {order}"
    for tag, verdict in (("check", "not attempted"), ("solution", "right")):
        for cell in code_cells(notebook):
            if tag in tags(cell) and not re.search(rf"^\d\d\.\d+ {verdict}\b", printed_by(cell), re.MULTILINE):
                yield f"a {tag} cell does not print {verdict!r}: {printed_by(cell)[:60]!r}"


def uses_known_tags_only(notebook, path):
    """No tag that lets a cell fail or keeps it from being compared."""
    for cell in notebook.cells:
        for tag in set(tags(cell)) - TAGS:
            yield f"tag {tag!r}"
        if re.search(r"nbval", cell.source, re.IGNORECASE):
            yield "a cell speaks to nbval"


def closes_with_a_summary(notebook, path):
    """The last cell sums up and leads to the next lesson (the last lesson: to any other)."""
    last = notebook.cells[-1]
    if last.cell_type != "markdown" or not re.match(r"#+\s+.*summary", last.source, re.IGNORECASE):
        yield "the last cell is no summary"
    lessons = sorted(each.name for each in path.parent.glob("[0-9][0-9]_*.ipynb"))
    following = lessons[lessons.index(path.name) + 1 :][:1] if path.name in lessons else []
    if following and following[0] not in last.source:
        yield f"the summary does not lead to {following[0]}"
    if ".ipynb)" not in last.source:
        yield "the summary links to no lesson"


def holds_no_errors(notebook, path):
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"an error: {output.ename}"
            if output.get("name") == "stderr":
                yield f"standard error: {output.text.strip().splitlines()[0]}"


def belongs_to_no_machine(notebook, path):
    """Neither paths nor keys anywhere; in outputs nothing that the next run would print differently."""
    written = "\n".join(cell.source for cell in notebook.cells)
    printed = "\n".join(printed_text(notebook))
    for what, pattern in FOREIGN.items():
        for found in pattern.finditer(written + "\n" + printed):
            yield f"{what}: {found.group()}"
    for what, pattern in FLEETING.items():
        for found in pattern.finditer(printed):
            yield f"{what}: {found.group()}"


def printed_text(notebook: NotebookNode) -> Iterator[str]:
    """Everything that the outputs say in text: streams, plain text, HTML, Markdown."""
    for cell in code_cells(notebook):
        yield printed_by(cell)


def printed_by(cell: NotebookNode) -> str:
    said = []
    for output in cell.outputs:
        said.append(output.get("text", ""))
        said += [content for kind, content in output.get("data", {}).items() if kind.startswith("text/")]
    return "\n".join(said)


def escapes_dollars(notebook, path):
    """Two bare dollar signs in a paragraph turn the text between them into a formula in JupyterLab."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in CODE_IN_MARKDOWN.sub("", cell.source).splitlines():
                if BARE_DOLLAR.search(line):
                    yield f"a bare $ in: {line[:60]}"


def links_lead_somewhere(notebook, path):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for found in LINK.finditer(CODE_IN_MARKDOWN.sub("", cell.source)):
                target = found["target"]
                if "://" not in target and not (path.parent / target).exists():
                    yield f"a link to {target}"


def is_in_normal_form(notebook, path):
    """`python -m helpers.course normalise` would change nothing."""
    if text_of(normalise(notebook)) != path.read_text(encoding="utf-8"):
        yield "not normalised"


RULES: list[Rule] = [
    every_cell_was_run_in_order,
    opens_with_what_it_offers,
    has_one_parameters_cell,
    fits_one_sitting,
    has_exercises_that_can_be_solved,
    uses_known_tags_only,
    closes_with_a_summary,
    holds_no_errors,
    belongs_to_no_machine,
    escapes_dollars,
    links_lead_somewhere,
    is_in_normal_form,
]
