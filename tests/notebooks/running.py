"""Run a committed lesson as `make run` does, in a process of its own, and read what it printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from nbformat import NotebookNode

from helpers.course.notebooks import code_cells, read, tags
from tests.notebooks.rules import printed_by

ROOT = Path(__file__).resolve().parents[2]


def run_lesson(lesson: str, parameters: dict[str, object], out: Path, **variables: str) -> NotebookNode:
    """The executed notebook. Fails the test, with what the runner said, unless the lesson ran to its end."""
    given = [word for name, value in parameters.items() for word in ("-p", f"{name}={value}")]
    command = [sys.executable, "-m", "helpers.course", "run", "--only", lesson, "--out", str(out), *given]
    answer = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, timeout=300
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return read(out / f"{lesson}.ipynb")


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
