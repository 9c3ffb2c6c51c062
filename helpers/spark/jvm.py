"""The JVM of one session as a child process that cannot outlive this one.

It ends when its standard input does, so also when this process is killed. It runs in a session of its own, so
that Ctrl-C in the terminal or the notebook reaches only Python, which then cancels the job.
"""

from __future__ import annotations

import logging
import os
import re
import subprocess
import time
from pathlib import Path

from helpers.spark.errors import SparkError
from helpers.temporary import Folder

READY_WITHIN = 120  # seconds; about 2 on a laptop
STOP_WITHIN = 15  # seconds until a JVM that does not end by itself is killed

# py4j writes these, each with a page of frames, beside raising the exception.
SAID_TWICE = (
    "KeyboardInterrupt while sending command.",
    "Exception while sending command.",
    "Exception occurred while shutting down connection",
)


class Jvm:
    """A running JVM with Spark's gateway in it. `gateway`: what pyspark talks through; `log`: its output."""

    def __init__(self, command: list[str], environment: dict[str, str], scratch: Folder):
        self.scratch = scratch
        self.log = scratch.path / "spark.log"
        address = scratch.path / "gateway"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                env=environment | {"_PYSPARK_DRIVER_CONN_INFO_PATH": str(address)},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        os.register_at_fork(after_in_child=self.process.stdin.close)
        try:
            self._wait_for(address)
            self.gateway = _connect(address)
            self._remove_files_when_orphaned()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        """The process id of the JVM."""
        return self.process.pid

    def running(self) -> bool:
        """Whether the JVM is alive."""
        return self.process.poll() is None

    def stop(self) -> None:
        """End the JVM with its Python workers; harmless when it has ended."""
        if not self.process.stdin.closed:
            self.process.stdin.close()
        try:
            self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _wait_for(self, address: Path) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not address.exists():
            if not self.running():
                raise SparkError(f"Spark's Java did not start: {reason(self.log)}")
            if time.monotonic() > deadline:
                raise SparkError(f"Spark was not ready after {READY_WITHIN} seconds: {reason(self.log)}")
            time.sleep(0.05)

    def _remove_files_when_orphaned(self) -> None:
        """Have the JVM delete the folder as it ends: nobody else is left when this process was killed."""
        java = self.gateway.jvm
        hooks = java.org.apache.spark.util.ShutdownHookManager
        hooks.registerShutdownDeleteDir(java.java.io.File(str(self.scratch.path)))


def reason(log: Path) -> str:
    """The line of the log that says what went wrong: the first with an error in it, else the last."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"error|exception|could not|unrecognized", line, re.I)]
    return (telling or lines[-1:] or ["it said nothing"])[0]


def _connect(address: Path):
    """pyspark's gateway to a JVM that runs already, through the variables pyspark has for that."""
    from pyspark.java_gateway import launch_gateway
    from pyspark.serializers import UTF8Deserializer, read_int

    with address.open("rb") as info:
        port, secret = read_int(info), UTF8Deserializer().loads(info)
    address.unlink()
    for logger in ("root", "py4j.clientserver", "py4j.java_gateway"):
        logging.getLogger(logger).addFilter(_not_said_twice)
    os.environ.update(PYSPARK_GATEWAY_PORT=str(port), PYSPARK_GATEWAY_SECRET=secret)
    try:
        return launch_gateway()
    finally:
        del os.environ["PYSPARK_GATEWAY_PORT"], os.environ["PYSPARK_GATEWAY_SECRET"]


def _not_said_twice(record: logging.LogRecord) -> bool:
    return record.msg not in SAID_TWICE
