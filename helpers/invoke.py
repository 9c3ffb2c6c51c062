"""Invoke a Lambda archive as Lambda would: a fresh process, a JSON event in, a JSON answer out, a hard time limit.

    invocation = invoke.run(archive, {"query": "orders_by_year"}, environment, limit_seconds=10)
    invocation.status, invocation.body, invocation.logs, invocation.timed_out

The process sees the archive, boto3 and the variables given, and nothing else of this project. It is a fork of one
in which Python and boto3 are loaded (helpers/invoke_runtime.py); the function itself starts cold, each time. At
the limit it is killed, in the middle of whatever it does, as Lambda kills a function. It stands in for Lambda in
both modes of the course: only AWS itself is elsewhere. What it does not imitate: the memory limit, the read-only
disk, warm starts.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers.athena_lambda.package import HANDLER

EXIT_SECONDS = 5.0
INIT_SECONDS = 60.0  # importing the function; Lambda gives it 10 s, a busy laptop may need more

_PASSED = ("NO_PROXY", "PATH", "SYSTEMROOT", "LANG", "HOME")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VARYING = {"requestId", "queryId", "milliseconds", "location"}

_runtime: _Runtime | None = None  # this kernel's, once an archive was run
_lock = threading.Lock()


@dataclass(frozen=True)
class Invocation:
    """What came back.

    answer      the handler's answer, or None when it raised or was killed
    logs        its log lines, parsed where they are JSON
    errors      what it wrote to standard error: a traceback where it raised
    seconds     wall-clock time of the handler, without the import before it
    timed_out   it was killed at the limit
    """

    answer: object
    logs: list
    errors: str
    seconds: float
    timed_out: bool

    @property
    def status(self) -> int | None:
        """The answer's statusCode."""
        return self.answer.get("statusCode") if isinstance(self.answer, dict) else None

    @property
    def body(self):
        """The answer's body, parsed when it is a JSON text."""
        body = self.answer.get("body") if isinstance(self.answer, dict) else None
        return json.loads(body) if isinstance(body, str) else body

    def __str__(self) -> str:
        """Status and body in one line, ids left out; why there is none when there is none."""
        if self.timed_out:
            return "killed at the time limit: no answer"
        if self.answer is None:
            return self.error
        return _ID.sub("…", f"{self.status} {json.dumps(self.body, ensure_ascii=False)}")

    def log_lines(self) -> list[str]:
        """The log without what differs from run to run: ids and times."""
        lines = [line if isinstance(line, dict) else {"text": line} for line in self.logs]
        kept = [{name: value for name, value in line.items() if name not in _VARYING} for line in lines]
        return [json.dumps(line, ensure_ascii=False) for line in kept]

    @property
    def error(self) -> str:
        """The last line of standard error: the exception's name and message, or the empty string."""
        lines = self.errors.strip().splitlines()
        return lines[-1] if lines else ""


def run(
    archive: Path | str,
    event: object,
    environment: Mapping[str, str],
    limit_seconds: float = 3.0,
    handler: str = HANDLER,
    request_id: str | None = None,
) -> Invocation:
    """Invoke `handler` of an archive (or folder) once; 3 seconds is Lambda's own default limit.

    environment  the function's variables; those of AWS (AWS_…, NO_PROXY) come from this process
    """
    own = {name: value for name, value in os.environ.items() if name.startswith("AWS_") or name in _PASSED}
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        job = {
            "archive": str(archive),
            "handler": handler,
            "event": event,
            "request_id": request_id or str(uuid.uuid4()),
            "environment": {**own, **environment},
            "folder": folder,
            "answer": str(answer),
            "limit": limit_seconds,
        }
        with open(Path(folder) / "log", "w+") as logs, open(Path(folder) / "errors", "w+") as errors:
            seconds, timed_out = _run_process(job, logs, errors)
            lines, said = _text(logs).splitlines(), _text(errors)
        found = json.loads(answer.read_text()) if answer.exists() and not timed_out else None
    return Invocation(found, [_parsed(line) for line in lines], said, seconds, timed_out)


def _run_process(job: dict, logs, errors) -> tuple[float, bool]:
    """Run the process to its end or to the limit: seconds since the handler began, and whether it was killed."""
    life, writing = os.pipe()
    try:
        try:
            pid = _fork(job, [logs.fileno(), errors.fileno(), writing])
        finally:
            os.close(writing)
        ended = False
        try:
            _heard(life, INIT_SECONDS)
            started = time.monotonic()
            # Its answer, or its end. How long it takes to exit does not count.
            in_time = _heard(life, job["limit"]) is not None
            seconds = time.monotonic() - started
            ended = in_time and _ended(life, EXIT_SECONDS)
            return seconds, not in_time
        finally:
            if not ended:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
                _ended(life, EXIT_SECONDS)
    finally:
        os.close(life)


def _fork(job: dict, descriptors: list[int]) -> int:
    """The id of a new process for the job. The runtime that forks it is started where none lives."""
    global _runtime
    text = json.dumps(job).encode()
    with _lock:
        if _runtime is None or _runtime.poll() is not None:
            _runtime = _start_runtime()
        channel, answer = _runtime.channel, b""
        with contextlib.suppress(ConnectionError):  # it has just ended
            socket.send_fds(channel, [len(text).to_bytes(8, "big")], descriptors)
            channel.sendall(text)
            answer = channel.recv(8, socket.MSG_WAITALL)
        if len(answer) < 8:
            _runtime.wait(EXIT_SECONDS)
            raise RuntimeError("The process that stands in for Lambda has ended: invoke again.")
    return int.from_bytes(answer, "big")


class _Runtime(subprocess.Popen):
    """The process of helpers/invoke_runtime.py, with our end of its socket."""

    channel: socket.socket


def _start_runtime() -> _Runtime:
    ours, theirs = socket.socketpair()
    # -P keeps folders of the project off the path; no PYTHONPATH is passed, so an archive is the only `helpers`.
    started = _Runtime(
        [sys.executable, "-P", str(Path(__file__).with_name("invoke_runtime.py"))],
        stdin=theirs,
        env={name: value for name, value in os.environ.items() if name in _PASSED},
        start_new_session=True,
    )
    theirs.close()
    started.channel = ours  # it ends with us, and so does the runtime
    return started


def _heard(pipe: int, seconds: float) -> bytes | None:
    """What the process said in time: a byte, nothing when it has ended; None when the time is up."""
    return os.read(pipe, 1) if select.select([pipe], [], [], seconds)[0] else None


def _ended(pipe: int, seconds: float) -> bool:
    """Whether the process ended in time; what it still says is of no interest."""
    deadline = time.monotonic() + seconds
    while (said := _heard(pipe, max(0.0, deadline - time.monotonic()))) is not None:
        if said == b"":
            return True
    return False


def _text(file) -> str:
    file.seek(0)
    return file.read()


def _parsed(line: str):
    try:
        return json.loads(line)
    except ValueError:
        return line
