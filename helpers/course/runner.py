"""The whole course, one lesson after the other: executed notebooks, pages and the closing table."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from papermill.exceptions import PapermillException

from helpers import lab, teardown
from helpers.session import course_prefix

from . import pages, parameters
from .execution import CELL_TIMEOUT, QUIET_KERNEL, failure
from .figures import Outcome, remember
from .notebooks import CourseError, normalise, read, write
from .usage import Usage, execution_ids, total_of

ROOM = 200 * 2**20  # bytes that the executed notebooks, their pages and the lake need at the very least


def run(lessons: list[Path], given: dict[str, str], out: Path) -> list[Outcome]:
    """Run the lessons and write notebooks, pages and an index into the folder `out`.

    Wrong parameters, an unwritable folder and a full disk are refused before anything runs (CourseError). A
    lesson that fails does not stop the others; its notebook is kept with the error in it.
    """
    notebooks = {path.stem: read(path) for path in lessons}
    known = {lesson: parameters.of(notebook, lesson) for lesson, notebook in notebooks.items()}
    values = parameters.for_lessons(given, known)
    _require_room(out)
    place = lab.connect(given.get("MODE", "local"), lesson="runner")
    for logger in ("papermill", "nbclient", "asyncio"):  # a failure is reported once, in one line
        logging.getLogger(logger).setLevel(logging.CRITICAL)

    outcomes = []
    with place, _query_history(place):
        for number, path in enumerate(lessons, start=1):
            label = f"{number}/{len(lessons)} {path.stem}"
            outcomes.append(_run_one(path, values[path.stem], out, place, label))
    pages.write_course(out, remember(out, outcomes), pictures=lessons[0].parent)
    return outcomes


def _run_one(path: Path, values: dict, out: Path, place: lab.Lab, label: str) -> Outcome:
    """Run one lesson, write its executed notebook, and ask Athena what its queries scanned."""
    ours = course_prefix() if place.mode == "aws" else ""  # locally every query is the lesson's
    outcome = Outcome(path.stem)
    before, started = execution_ids(place.athena, ours), time.perf_counter()
    notebook = _execute(path, values, outcome, label)
    outcome.seconds = time.perf_counter() - started
    outcome.usage = total_of(place.athena, execution_ids(place.athena, ours) - before)
    write(notebook, out / path.name)
    return outcome


@contextmanager
def _query_history(place: lab.Lab):
    """Lessons delete their work groups at the end, and the history in them; while measuring, it stays."""
    os.environ[lab.HISTORY_VARIABLE] = "yes"
    try:
        yield
    finally:
        del os.environ[lab.HISTORY_VARIABLE]
        kept = teardown.find(place.clients, place.bucket, course_prefix()).workgroups
        leftover = teardown.Belongings(workgroups=[name for name in kept if name != place.workgroup])
        teardown.delete(place.clients, place.bucket, leftover)


def _require_room(out: Path) -> None:
    """Refuse an output folder that cannot be written, and a disk that is nearly full."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            free = shutil.disk_usage(out).free
    except OSError as error:
        raise CourseError(f"cannot write to {out}: {error.strerror or error}") from None
    if free < ROOM:
        raise CourseError(f"{out}: {free // 2**20} MB free on this disk, the course needs {ROOM // 2**20} MB")


def _execute(path: Path, values: dict, outcome: Outcome, label: str) -> NotebookNode:
    """The executed notebook in normal form; a failure goes into `outcome.error`.

    Papermill saves after every cell, so it works in a temporary folder: in `out` a notebook appears whole.
    """
    with tempfile.TemporaryDirectory(prefix="athena-workbook-") as workshop:
        executed = Path(workshop) / path.name
        try:
            papermill.execute_notebook(
                str(path),
                str(executed),
                parameters=values,
                cwd=str(path.parent),
                kernel_name="python3",
                execution_timeout=CELL_TIMEOUT,
                progress_bar=_bar(label),
                extra_arguments=list(QUIET_KERNEL),
                coalesce_streams=True,
            )
        except OSError as error:
            raise CourseError(f"cannot write to {workshop}: {error.strerror or error}") from None
        except (PapermillException, CellTimeoutError, DeadKernelError) as error:
            outcome.error = failure(path.stem, read(executed) if executed.exists() else read(path), error)
        return normalise(read(executed) if executed.exists() else read(path))


def _bar(label: str) -> dict:
    """One line of progress per lesson; where nobody watches it move, it is redrawn seldom."""
    watched = sys.stderr.isatty()
    return {"desc": label.ljust(28), "leave": True, "mininterval": 0.1 if watched else 5.0, "ncols": 90}


def table(outcomes: list[Outcome]) -> str:
    """The closing table: lesson, seconds, queries, bytes scanned, what that would have cost on Athena."""
    rows = [("lesson", "seconds", "queries", "bytes scanned", "Athena, USD")]
    for outcome in outcomes:
        rows.append(_row(outcome.lesson + (" FAILED" if outcome.error else ""), outcome.seconds, outcome.usage))
    total = sum((outcome.usage for outcome in outcomes), Usage())
    rows.append(_row("all", sum(outcome.seconds for outcome in outcomes), total))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in rows
    ]
    rule = "  ".join("-" * width for width in widths)
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def _row(name: str, seconds: float, usage: Usage) -> tuple[str, ...]:
    return (name, f"{seconds:.1f}", f"{usage.queries:,}", f"{usage.scanned_bytes:,}", f"{usage.usd:.6f}")


def report(outcomes: list[Outcome], out: Path) -> int:
    """Print the table and where to look; returns the exit status, 1 when a lesson failed."""
    failed = [outcome for outcome in outcomes if outcome.error]
    print()
    print(table(outcomes))
    print()
    for outcome in failed:
        print(f"FAILED {outcome.error} (see {out / outcome.lesson}.ipynb)")
    print(f"{len(outcomes) - len(failed)} of {len(outcomes)} lessons ran; open {_shown(out / 'index.html')}")
    return 1 if failed else 0


def _shown(path: Path) -> str:
    return os.path.relpath(path) if path.is_absolute() and Path.cwd() in path.parents else str(path)
