"""Run one notebook, and say in one line what went wrong when it fails."""

from __future__ import annotations

import logging
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from .notebooks import ERROR_MARKER, INJECTED, CourseError, normalise, read, tags, write

CELL_TIMEOUT = 300  # seconds; the longest cell of the course takes a few
# A kernel on 127.0.0.1 warns at every start that its sockets are not encrypted; errors still show.
QUIET_KERNEL = ["--IPKernelApp.log_level=ERROR"]


class LessonFailed(CourseError):
    """A lesson that did not run to its end; the message names lesson, cell and error."""


def first_line(text: object) -> str:
    """The first line of an error that says something."""
    lines = [line.strip() for line in str(text).splitlines() if line.strip()]
    return lines[0] if lines else type(text).__name__


def failure(lesson: str, notebook: NotebookNode, error: Exception) -> str:
    """`lesson, cell n: ErrorType: what happened`, from the first cell that holds an error.

    Cells are counted from 1 as in the committed notebook, without those that papermill adds.
    """
    own = [cell for cell in notebook.cells if not {ERROR_MARKER, INJECTED} & set(tags(cell))]
    for number, cell in enumerate(own, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                return f"{lesson}, cell {number}: {output.ename}: {first_line(output.evalue)}"
    if isinstance(error, DeadKernelError):
        return f"{lesson}: the notebook's kernel died (out of memory?); {_last_cell(notebook)}"
    if isinstance(error, CellTimeoutError):
        return f"{lesson}: a cell ran for more than {CELL_TIMEOUT} s; {_last_cell(notebook)}"
    return f"{lesson}: {type(error).__name__}: {first_line(error)}"


def _last_cell(notebook: NotebookNode) -> str:
    counts = [cell.get("execution_count") or 0 for cell in notebook.cells]
    ran = [number for number, count in enumerate(counts, start=1) if count]
    return f"the last cell that ran is cell {ran[-1]}" if ran else "no cell ran"


def execute_in_place(path: Path, failed: Path) -> None:
    """Run a lesson with its own parameters and write sources, outputs and counts back in normal form.

    A lesson that fails is left untouched; what it printed until then goes to the folder `failed`.
    Raises LessonFailed.
    """
    logging.getLogger("nbclient").setLevel(logging.CRITICAL)  # the failure is reported once, below
    notebook = normalise(read(path))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        coalesce_streams=True,
        extra_arguments=list(QUIET_KERNEL),
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        kept = failed / path.name
        write(notebook, kept)
        raise LessonFailed(f"{failure(path.stem, notebook, error)} (see {kept})") from None
    write(normalise(notebook), path)
