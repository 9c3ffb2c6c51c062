"""Run the reports side by side: a kernel each, so many at a time; failures are kept, interruptions leave whole ones.

The endpoint, the process that forks kernels and the converter to HTML are started once for all reports. Each worker
has names of its own for database, work group and folder (`course_r1a2b3c_w1_12`), so reports do not meet, neither
on this machine nor in an AWS account; what they leave behind there is removed at the end.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode, v4

from helpers import lab, teardown
from helpers.course.execution import CELL_TIMEOUT, failure
from helpers.course.notebooks import INJECTED, normalise, tags, text_of
from helpers.session import PREFIX_VARIABLE, course_prefix

from . import files, pages
from .kernels import Nursery
from .story import MEDIA_TYPE
from .wanted import Wanted

STARTS = 3  # attempts to start a kernel: a port found free may be taken a moment later


@dataclass
class Outcome:
    """How one report went. `error` is the one line that says why it failed; `kept`: an earlier one, still good."""

    name: str
    summary: dict = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""
    kept: bool = False


def make(
    notebook: NotebookNode,
    folder: Path,
    reports: Sequence[Wanted],
    out: Path,
    workers: int,
    *,
    code: bool = False,
    resume: bool = False,
    done: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Make the reports, in the order given, into `out`, and an index over them.

    notebook  the report, in normal form; its cells run in `folder`
    workers   how many run at a time
    code      show the code in the pages
    resume    leave alone what is there already, whole, with these parameters, made by this very notebook
    done      is told each outcome as it comes

    Raises OneLineError when nothing can be made; KeyboardInterrupt after ending kernels, workers and endpoint.
    """
    for logger in ("nbclient", "asyncio", "traitlets"):  # a failure is reported once, in one line
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    with files.claimed(out):
        outcomes = {report.name: _kept(out, report, notebook, code) for report in reports} if resume else {}
        for outcome in filter(None, outcomes.values()):
            done(outcome)
        missing = [report for report in reports if not outcomes.get(report.name)]
        if missing:
            with _prefix(missing[0].parameters.get("MODE", "local")) as prefix:
                maker = _Maker(notebook, folder, out, prefix, code, done)
                outcomes |= {made.name: made for made in _in_a_thread(maker.make_all(missing, workers), maker.stop)}
        ordered = [outcomes[report.name] for report in reports]
        files.write_text(out / "index.html", pages.index([outcome.summary for outcome in ordered]))
    return ordered


def _kept(out: Path, report: Wanted, notebook: NotebookNode, code: bool) -> Outcome | None:
    summary = files.read_whole(out, report.name)
    if summary and summary.get("fingerprint") == _fingerprint(notebook, report, code) and not summary["error"]:
        return Outcome(report.name, summary, kept=True)
    return None


def _fingerprint(notebook: NotebookNode, report: Wanted, code: bool) -> str:
    """What a report depends on: the notebook's cells, the parameters, whether code is shown."""
    sources = [cell.source for cell in notebook.cells]
    return hashlib.sha256(repr((sources, dict(report.parameters), code)).encode()).hexdigest()


@contextmanager
def _prefix(mode: str):
    """The start of all names of this run; at the end nothing that bears them is left."""
    before, chosen = os.environ.get(PREFIX_VARIABLE), f"{course_prefix()}_r{secrets.token_hex(3)}"
    os.environ[PREFIX_VARIABLE] = chosen
    try:
        with lab.connect(mode, lesson="run") as place:
            try:
                yield chosen
            finally:
                teardown.delete(place.clients, place.bucket, teardown.find(place.clients, place.bucket, chosen))
    finally:
        os.environ.pop(PREFIX_VARIABLE)
        if before is not None:
            os.environ[PREFIX_VARIABLE] = before


def _in_a_thread(work, stop: Callable[[], None]) -> list[Outcome]:
    """Run a coroutine in a thread: nbclient would take over the signals of the main one, where Ctrl-C arrives."""
    loop, result, ended = asyncio.new_event_loop(), {}, threading.Event()
    task = loop.create_task(work)

    def run() -> None:
        try:
            result["value"] = loop.run_until_complete(task)
        except BaseException as error:
            result["error"] = error
        finally:
            ended.set()

    thread = threading.Thread(target=run)
    thread.start()
    interrupted = False
    while not ended.is_set():
        try:
            ended.wait()
        except KeyboardInterrupt:
            if not interrupted:  # kernels are ended; a report that is just being written is written
                stop()
                loop.call_soon_threadsafe(task.cancel)
            interrupted = True
    thread.join()
    loop.close()
    if interrupted:
        raise KeyboardInterrupt
    if "error" in result:
        raise _first(result["error"])
    return result["value"]


def _first(error: BaseException) -> BaseException:
    """What went wrong, out of the groups that asyncio wraps around it."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


class _Maker:
    """Makes reports of one notebook with one nursery of kernels."""

    def __init__(self, notebook, folder: Path, out: Path, prefix: str, code: bool, done: Callable):
        self.notebook, self.folder, self.out, self.prefix = notebook, folder, out, prefix
        self.code, self.done = code, done
        self.stopped = False

    def stop(self) -> None:
        """Begin no further report, and write none that was running."""
        self.stopped = True

    async def make_all(self, reports: Sequence[Wanted], workers: int) -> list[Outcome]:
        """The outcomes, as they came."""
        queue, outcomes = list(reversed(reports)), []
        async with Nursery(files.draft(self.out)) as self.nursery, asyncio.TaskGroup() as group:
            for number in range(1, min(workers, len(queue)) + 1):
                group.create_task(self._work(number, queue, outcomes))
        return outcomes

    async def _work(self, worker: int, queue: list[Wanted], outcomes: list[Outcome]) -> None:
        while queue and not self.stopped:
            outcome = await self._make(worker, queue.pop())
            outcomes.append(outcome)
            self.done(outcome)

    async def _make(self, worker: int, report: Wanted) -> Outcome:
        started, outcome = time.perf_counter(), Outcome(report.name)
        notebook = with_parameters(self.notebook, report)
        environment = {**os.environ, PREFIX_VARIABLE: f"{self.prefix}_w{worker}"}
        for attempt in range(1, STARTS + 1):
            try:
                notebook = with_parameters(self.notebook, report)
                await self._execute(notebook, environment)
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                outcome.error = failure(report.name, notebook, error)
            except RuntimeError as error:  # nbclient's word for a kernel that died before it answered
                if attempt < STARTS and not self.stopped:
                    continue
                outcome.error = f"{report.name}: the kernel did not start: {error}"
            if self.stopped:  # nbclient takes our cancelling a cell for the death of its kernel
                raise asyncio.CancelledError
            break
        outcome.summary = self._write(report, normalise(notebook), outcome.error)
        outcome.seconds = time.perf_counter() - started
        return outcome

    async def _execute(self, notebook: NotebookNode, environment: dict[str, str]) -> None:
        client = NotebookClient(
            notebook,
            km=self.nursery.manager(environment),
            timeout=CELL_TIMEOUT,
            kernel_name="python3",
            coalesce_streams=True,
            shutdown_kernel="immediate",
            resources={"metadata": {"path": str(self.folder)}},
        )
        client.owns_km = True  # the kernel ends with its report
        await client.async_execute(cleanup_kc=True)

    def _write(self, report: Wanted, notebook: NotebookNode, error: str) -> dict:
        """Notebook, page and JSON in the report's folder; returns what the JSON holds."""
        summary = {
            "report": report.name,
            "error": error,
            "parameters": dict(report.parameters),
            "fingerprint": _fingerprint(self.notebook, report, self.code),
            **published(notebook),
        }
        page = pages.report(notebook, summary, self.code)
        files.write(self.out, report.name, {".ipynb": text_of(notebook), ".html": page}, summary)
        return summary


def with_parameters(notebook: NotebookNode, report: Wanted) -> NotebookNode:
    """A copy without outputs, and with papermill's cell that sets the values after the one with the defaults."""
    copy = nbformat.from_dict(notebook)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    values = "".join(f"{name} = {_literal(value)}\n" for name, value in report.parameters.items())
    injected = v4.new_code_cell(f"# Parameters\n{values}", metadata={"tags": [INJECTED]}, id="parameters-given")
    place = next(index for index, cell in enumerate(copy.cells) if "parameters" in tags(cell))
    copy.cells.insert(place + 1, injected)
    return copy


def _literal(value: object) -> str:
    """The value as papermill writes it: texts in double quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def published(notebook: NotebookNode) -> dict:
    """What the notebook handed over as JSON (`Report.publish`); empty when it did not get that far."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if MEDIA_TYPE in output.get("data", {}):
                return dict(output.data[MEDIA_TYPE])
    return {}
