"""Invoke a Lambda archive as Lambda would: a fresh process, a JSON event in, a JSON answer out, a hard time limit.

    invocation = invoke.run(archive, {"query": "orders_by_year"}, environment, limit_seconds=10)
    invocation.status, invocation.body, invocation.logs, invocation.timed_out

The process sees the archive, boto3 and the variables given, and nothing else of this project. At the limit it is
killed, in the middle of whatever it does, as Lambda kills a function. It stands in for Lambda in both modes of the
course: only AWS itself is elsewhere. What it does not imitate: the memory limit, the read-only disk, warm starts.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from helpers.athena_lambda.package import HANDLER

EXIT_SECONDS = 5.0
INIT_SECONDS = 60.0  # importing the function; Lambda gives it 10 s, a busy laptop may need more

# What Lambda's runtime does: import the handler, then, and only then, the clock starts; call it, send its answer.
_RUNTIME = """
import importlib, json, os, sys, time
job = json.loads(sys.stdin.read())
sys.path.insert(0, job["archive"])
module, _, name = job["handler"].rpartition(".")
handler = getattr(importlib.import_module(module), name)
ends = time.monotonic() + job["limit"]
os.write(job["ready"], b"!")
class Context:
    aws_request_id, function_name, memory_limit_in_mb = job["request_id"], "athena-query", 128
    def get_remaining_time_in_millis(self):
        return max(0, int((ends - time.monotonic()) * 1000))
answer = handler(job["event"], Context())
with open(job["answer"], "w") as file:
    json.dump(answer, file)
os.write(job["ready"], b".")
"""


_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VARYING = {"requestId", "queryId", "milliseconds", "location"}


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
            "answer": str(answer),
            "limit": limit_seconds,
        }
        with open(Path(folder) / "log", "w+") as logs, open(Path(folder) / "errors", "w+") as errors:
            seconds, timed_out = _run_process(job, {**own, **environment}, folder, logs, errors)
            lines, said = _text(logs).splitlines(), _text(errors)
        found = json.loads(answer.read_text()) if answer.exists() and not timed_out else None
    return Invocation(found, [_parsed(line) for line in lines], said, seconds, timed_out)


_PASSED = ("NO_PROXY", "PATH", "SYSTEMROOT", "LANG", "HOME")


def _run_process(job: dict, environment: dict, folder: str, logs, errors) -> tuple[float, bool]:
    """Run the process to its end or to the limit: seconds since the handler began, and whether it was killed."""
    reading, writing = os.pipe()
    # -P keeps the current folder off the path; no PYTHONPATH is passed, so the archive is the only `helpers`.
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", _RUNTIME],
        stdin=subprocess.PIPE,
        stdout=logs,
        stderr=errors,
        cwd=folder,
        env=environment,
        pass_fds=(writing,),
        start_new_session=True,
    )
    try:
        os.close(writing)
        child.stdin.write(json.dumps({**job, "ready": writing}).encode())
        child.stdin.close()
        _heard(reading, INIT_SECONDS)
        started = time.monotonic()
        # Its answer, or its end. How long Python takes to exit does not count.
        in_time = _heard(reading, job["limit"])
        seconds = time.monotonic() - started
        if in_time:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(EXIT_SECONDS)
        return seconds, not in_time
    finally:
        os.close(reading)
        if child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _heard(pipe: int, seconds: float) -> bool:
    """Whether the process said something, or ended, in time."""
    heard = bool(select.select([pipe], [], [], seconds)[0])
    if heard:
        os.read(pipe, 1)
    return heard


def _text(file) -> str:
    file.seek(0)
    return file.read()


def _parsed(line: str):
    try:
        return json.loads(line)
    except ValueError:
        return line
