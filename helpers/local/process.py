"""The local AWS as a child process that cannot outlive its parent.

endpoint = process.start()
boto3.client("s3", endpoint_url=endpoint.url)
endpoint.stop()
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

READY_WITHIN = 60  # seconds; about 2 on a laptop
STOP_WITHIN = 10  # seconds until a child that does not end by itself is killed


class Child:
    """A running child process, which ends with `stop()`, with this process, or by itself."""

    def __init__(self, child, log):
        self._child, self._log, self._owner = child, log, os.getpid()
        self.pid = child.pid
        atexit.register(self.stop)

    def log(self):
        """What the child has printed: tracebacks of unexpected errors, otherwise nothing."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def running(self):
        return self._child.poll() is None

    def stop(self):
        """End the child and remove its files; harmless when it has ended, and in a forked process."""
        if os.getpid() != self._owner:
            return
        atexit.unregister(self.stop)
        _end(self._child)
        self._log.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.stop()


class Endpoint(Child):
    """The local AWS, running. `url`: its address; `env`: the variables that lead AWS clients there."""

    def __init__(self, child, report, log):
        super().__init__(child, log)
        self.url, self.env, self.folder = report["url"], report["env"], Path(report["folder"])


def start(port=0):
    """Start the endpoint as a child on a loopback port (0: any free one) and wait until it answers.

    Raises OSError or RuntimeError, one line, when it cannot start.
    """
    return Endpoint(*launch("the local endpoint", "helpers.local", "--port", str(port)))


def launch(what, module, *arguments):
    """Run `python -m module --child <our pid> …` and wait for its report: (child, report, log).

    `what`: its name in an error. Raises OSError or RuntimeError, one line, when it cannot start.
    """
    log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
    command = [sys.executable, "-m", module, "--child", str(os.getpid()), *arguments]
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(root), _python_path()]))}
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,  # its end of file tells the child that we have died
        stdout=subprocess.PIPE,
        stderr=log,
        cwd=root,
        env=environment,
        start_new_session=True,  # Ctrl-C in the terminal or notebook is for us alone
    )
    os.register_at_fork(after_in_child=child.stdin.close)
    try:
        report = _read_report(child, what)
    except BaseException:
        _end(child)
        raise
    if "error" in report:
        _end(child)
        log.seek(0)
        raise RuntimeError(report["error"])
    return child, report, log


def _python_path():
    return os.environ.get("PYTHONPATH")


def _read_report(child, what):
    """The child's line of JSON; an explanation when it ends or stays silent."""
    import select

    deadline = time.monotonic() + READY_WITHIN
    line = b""
    while not line.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([child.stdout], [], [], left)[0]:
            raise RuntimeError(f"{what} was not ready after {READY_WITHIN} seconds")
        piece = os.read(child.stdout.fileno(), 65536)
        if not piece:
            raise RuntimeError(f"{what} ended with status {child.wait()} before it was ready")
        line += piece
    child.stdout.close()
    return json.loads(line)


def _end(child):
    """Ask the child to end by closing its standard input, and kill it when it does not."""
    if child.stdin and not child.stdin.closed:
        child.stdin.close()
    try:
        child.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout and not child.stdout.closed:
        child.stdout.close()
