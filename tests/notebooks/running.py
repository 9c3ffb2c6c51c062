"""Run a committed lesson as `make run` does, in a process of its own, and read what it printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from nbformat import NotebookNode, v4

from helpers.course.notebooks import NOTEBOOKS, code_cells, read, tags, write
from tests.notebooks.rules import printed_by

ROOT = Path(__file__).resolve().parents[2]
ASKED = "the wrong answers"


def run_lesson(lesson: str, parameters: dict[str, object], out: Path, folder: Path = NOTEBOOKS) -> NotebookNode:
    """The executed notebook. Fails the test, with what the runner said, unless the lesson ran to its end."""
    given = [word for name, value in parameters.items() for word in ("-p", f"{name}={value}")]
    command = [sys.executable, "-m", "helpers.course", "run", "--only", lesson, *given]
    command += ["--folder", str(folder), "--out", str(out)]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    answer = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=900)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return read(out / f"{lesson}.ipynb")


def with_wrong_answers(lesson: str, folder: Path) -> Path:
    """The folder with a copy of the lesson that also tries the wrong answers of its exercises.

    Their rules run SQL on the lesson's tables, so this is done in a cell before the one that closes the lab.
    """
    notebook = read(NOTEBOOKS / f"{lesson}.ipynb")
    closing = next(n for n, cell in enumerate(notebook.cells) if ".close()" in cell.source)
    question = f"from helpers.checks import accepted_wrong_answers\nprint(accepted_wrong_answers({lesson[:2]!r}))"
    notebook.cells.insert(closing, v4.new_code_cell(f"{question}  # {ASKED}"))
    folder.mkdir()
    for beside in ("helpers", "data", "deploy", "docs"):  # lessons and their pages name files in them
        (folder.parent / beside).symlink_to(ROOT / beside)
    write(notebook, folder / f"{lesson}.ipynb")
    return folder


def accepted_wrong_answers(notebook: NotebookNode) -> str:
    """What the cell of `with_wrong_answers` printed: a list, `[]` when each of them was refused."""
    return next(printed_by(cell) for cell in code_cells(notebook) if cell.source.endswith(ASKED)).strip()


def promises_kept(notebook: NotebookNode) -> list[str]:
    """What a lesson must keep with any parameters, as a list of what it did not keep."""
    broken = []
    for cell in code_cells(notebook):
        said = printed_by(cell)
        if "solution" in tags(cell) and not re.search(r"^\d\d\.\d+ right\b", said, re.MULTILINE):
            broken.append(f"a solution is not right: {said[:200]}")
        if any(output.get("name") == "stderr" for output in cell.outputs):
            broken.append(f"standard error: {said[:200]}")
    return broken
