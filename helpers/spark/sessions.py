"""The one session of this process: started, used again, started anew, ended."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from py4j.protocol import Py4JError

from helpers import display, temporary
from helpers.spark import java, settings
from helpers.spark.errors import SparkError
from helpers.spark.interrupts import Interrupts
from helpers.spark.jvm import Jvm, reason

FOLDERS = ("local", "warehouse", "checkpoints", "hadoop", "s3a", "tmp")


@dataclass
class Running:
    """A session with what it runs on. `wanted`: what the caller asked for, to tell whether it still fits."""

    session: object
    jvm: Jvm
    interrupts: Interrupts
    wanted: tuple
    owner: int
    zone_before: str | None


_running: Running | None = None


def session(course, memory="1g", cores=2, app="athena-workbook", configuration=None):
    """The SparkSession of this process, in local mode, on the files of `course`.

    course         what `lab.connect` answered: its endpoint, region and credentials are Spark's too
    memory         the heap of the JVM: '1g', '768m'; the JVM then takes up to about 0.6 GB more
    cores          how many tasks run at a time, each with a Python worker if it runs Python
    configuration  further settings of Spark, for example {"spark.sql.ansi.enabled": True}

    Called again with the same things it answers with the same session; with others (another endpoint, new
    credentials, more memory), or after the JVM has died, it starts a new one and the old one ends.
    Timestamps are in UTC, also those that `collect()` makes: TZ is UTC in this process until `stop()`.
    Raises SparkError, one line, when Spark cannot start.
    """
    global _running
    extra = {key: _text(value) for key, value in (configuration or {}).items()}
    wanted = (memory, cores, app, extra, settings.lake(course), settings.credentials(course))
    if _running is not None:
        if _running.wanted == wanted and _alive(_running):
            return _running.session
        stop()
    _running = _start(course, wanted)
    return _running.session


def stop() -> None:
    """End the session, its JVM and its Python workers, and remove its files; harmless without a session."""
    global _running
    if _running is None or _running.owner != os.getpid():
        return
    ending, _running = _running, None
    ending.interrupts.release()
    _forget_context(ending.jvm)
    ending.jvm.stop()
    ending.jvm.scratch.remove()
    _set_zone(ending.zone_before)


def log() -> Path:
    """The file with Spark's own warnings and errors, as long as the session runs. Raises SparkError without."""
    if _running is None:
        raise SparkError("No Spark session runs: call spark.session(course) first.")
    return _running.jvm.log


def jvm_pid() -> int | None:
    """The process id of the session's JVM; None without a session."""
    return _running.jvm.pid if _running else None


def _start(course, wanted) -> Running:
    memory, cores, app, extra, lake, _ = wanted
    settings.heap_bytes(memory)
    started = time.monotonic()
    with display.Progress("starting Spark", 3) as step:
        step("finding Java")
        chosen = java.find()
        scratch = _scratch()
        try:
            for name in FOLDERS:
                scratch.folder(name)
            own = settings.laptop(cores, app, scratch.path)
            configuration = {**lake, **settings.answers(), **own, **extra}
            step(f"Java {chosen.version}")
            command = settings.java_command(chosen, memory, scratch.path, configuration)
            jvm = Jvm(command, settings.environment(course, chosen), scratch)
            step("the session")
            running = _with_session(jvm, wanted)
        except BaseException:
            scratch.remove()
            raise
    seconds = time.monotonic() - started
    about = f"Spark {running.session.version} · Java {chosen.version} · {cores} cores · {memory} heap"
    display.show_aside(f"{about} · started in {seconds:.1f} s")
    atexit.register(stop)
    return running


def _scratch() -> temporary.Folder:
    """The folder for everything the session writes to this machine's disk; the JVM removes it, too."""
    try:
        return temporary.Folder("athena-workbook-spark")
    except OSError as error:
        raise SparkError(f"{error}.") from error


def _with_session(jvm: Jvm, wanted) -> Running:
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable  # pyspark reads it whenever a function is sent to a worker
    handler, zone = signal.getsignal(signal.SIGINT), os.environ.get("TZ")
    try:
        context = SparkContext(gateway=jvm.gateway)
    except BaseException as error:
        why = reason(jvm.log)
        _forget_context(jvm)
        jvm.stop()
        if isinstance(error, Py4JError):
            raise SparkError(f"Spark did not start: {why}") from error
        raise
    _drop_copied_credentials(context)
    _set_zone("UTC")
    return Running(SparkSession(context), jvm, Interrupts(context, handler), wanted, os.getpid(), zone)


def _drop_copied_credentials(context) -> None:
    """Spark copies AWS variables into its Hadoop settings, where `SET -v` and logs could show them."""
    hadoop = context._jsc.hadoopConfiguration()
    for name in ("access.key", "secret.key", "session.token"):
        hadoop.unset(f"fs.s3a.{name}")
    for scheme in ("s3", "s3n"):
        hadoop.unset(f"fs.{scheme}.awsAccessKeyId")
        hadoop.unset(f"fs.{scheme}.awsSecretAccessKey")


def _alive(running: Running) -> bool:
    """Whether the JVM and the context in it still answer."""
    if not running.jvm.running():
        return False
    try:
        return not running.session.sparkContext._jsc.sc().isStopped()
    except (Py4JError, OSError, AttributeError):
        return False


def _forget_context(jvm: Jvm) -> None:
    """Stop the context, and make pyspark forget it and its gateway, whether or not the JVM still lives."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession, SQLContext

    context = SparkContext._active_spark_context
    if context is not None:
        if not jvm.running():
            context._jsc = None  # nobody there to ask
        context.stop()
    SparkSession._instantiatedSession = SparkSession._activeSession = None
    SQLContext._instantiatedContext = None
    SparkContext._gateway = SparkContext._jvm = None
    jvm.gateway.shutdown()


def _set_zone(zone: str | None) -> None:
    """Set this process's time zone; None: the machine's."""
    if zone is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = zone
    time.tzset()


def _text(value) -> str:
    """A setting as Spark writes it: true for True."""
    return str(value).lower() if isinstance(value, bool) else str(value)
