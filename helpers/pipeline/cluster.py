"""The same pipeline on several processes: a standalone Spark cluster on this machine, for one demonstration.

    python -m helpers.pipeline.cluster [--workers 3] [--scale 0.2]

Starts a master and workers through Spark's own `spark-class`, all on the loopback address; runs the pipeline
twice over the same raw files, once with master local[1] and once with `spark-submit` on the cluster; compares
the two lakes row by row; says which executor did how many tasks. Nothing stays: processes
end and folders go also after Ctrl-C.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from helpers import lab, spark
from helpers.oneline import OneLineError
from helpers.pipeline import archive, raw
from helpers.pipeline.catalog import Catalog
from helpers.pipeline.lake import piece_at
from helpers.pipeline.schema import TABLES

LESSON = "09cluster"  # database and folder course_09cluster
READY_WITHIN = 60  # seconds for the master to name its port, and for the workers to register
STOP_WITHIN = 10
WORKER_MEMORY, EXECUTOR_MEMORY, DRIVER_MEMORY = "640m", "512m", "768m"
PROGRAM = Path(__file__).with_name("__main__.py")


class ClusterError(OneLineError):
    """The cluster did not start, or its run failed."""


@dataclass
class Cluster:
    """A master and workers, as child processes that end with this one; `url` is the master's address."""

    submission: spark.Submission
    folder: Path
    url: str = ""
    children: list[subprocess.Popen] = field(default_factory=list)

    def start(self, workers: int) -> None:
        """Start the master, then the workers, and wait until all have registered. Raises ClusterError."""
        master = self._spawn("master", "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1",
                             "--port", "0", "--webui-port", "0")  # fmt: skip
        self.url = self._await(master, "master", "Starting Spark master at ", 1)[0].split()[0]
        for number in range(workers):
            name = f"worker-{number + 1}"
            self._spawn(name, "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--port", "0",
                        "--webui-port", "0", "--cores", "1", "--memory", WORKER_MEMORY,
                        "--work-dir", str(self.folder / name), self.url)  # fmt: skip
        self._await(master, "master", "Registering worker ", workers)

    def _spawn(self, name: str, *words: str) -> subprocess.Popen:
        return self._start([str(self.submission.program.with_name("spark-class")), *words], name)

    def _start(self, command: list[str], name: str) -> subprocess.Popen:
        """A child that `stop` will find, whenever Ctrl-C comes; what it says goes to the log of its name."""
        with (self.folder / f"{name}.log").open("wb") as log, _interrupts_wait():
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self._environment(),
                start_new_session=True,  # a group of its own: Ctrl-C reaches us, and we end the group
            )
            self.children.append(child)
        return child

    def _environment(self) -> dict[str, str]:
        # Master and workers say in their log when they are ready; the session's own settings are quieter.
        (self.folder / "log4j2.properties").write_text(LOGGING, encoding="utf-8")
        own = {
            "SPARK_LOCAL_DIRS": str(self.folder / "scratch"),
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
            f" -Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}",
        }
        return {**self.submission.environment, **own}

    def _await(self, child: subprocess.Popen, name: str, words: str, times: int) -> list[str]:
        """What follows `words` in a child's log, once it says them `times` times."""
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            lines = (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()
            found = [line.partition(words)[2] for line in lines if words in line]
            if len(found) >= times:
                return found
            if child.poll() is not None:
                raise ClusterError(f"Spark's {name} ended with status {child.returncode}: {lines[-1:]}")
            time.sleep(0.1)
        raise ClusterError(f"Spark's {name} was not ready after {READY_WITHIN} seconds.")

    def run(self, master: str, arguments: list[str]) -> dict:
        """Submit the pipeline to a master and return its report and the tasks of each executor."""
        out = self.folder / "report.json"
        out.unlink(missing_ok=True)
        code = archive.write(self.folder / "pipeline.zip")
        words = [*arguments, "--report", str(out)]
        command = self.submission.command(master, PROGRAM, *words)
        command[1:1] = ["--py-files", str(code), "--driver-memory", DRIVER_MEMORY]
        child = self._start(command, "submit")
        if child.wait() or not out.exists():
            said = (self.folder / "submit.log").read_text(encoding="utf-8", errors="replace").strip()
            raise ClusterError(f"spark-submit ended with status {child.returncode}: {said[-600:]}")
        return json.loads(out.read_text(encoding="utf-8"))

    def stop(self) -> None:
        """End everything that was started, workers' executors included: each child leads a group."""
        for wanted in (signal.SIGTERM, signal.SIGKILL):
            for child in self.children:
                _signal_group(child, wanted)
            deadline = time.monotonic() + STOP_WITHIN
            while any(_group_alive(child) for child in self.children) and time.monotonic() < deadline:
                time.sleep(0.05)
        self.children.clear()


@contextmanager
def _interrupts_wait():
    """Ctrl-C and SIGTERM come at the end of the block: between a child's start and its note they would lose it.

    (Blocking the signals instead would block them in the child too, which inherits the mask.)
    """
    seen = []
    both = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: seen.append(True)) for number in both}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if seen:
        raise KeyboardInterrupt


def _signal_group(child: subprocess.Popen, wanted: signal.Signals) -> None:
    if _group_alive(child):
        os.killpg(child.pid, wanted)


def _group_alive(child: subprocess.Popen) -> bool:
    child.poll()  # otherwise an ended child stays as a zombie, which counts as alive
    try:
        os.killpg(child.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


LOGGING = """\
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %p %c{1}: %m%n
"""


# --- the demonstration ------------------------------------------------------------------------------------


def demonstrate(workers: int, scale: float) -> Iterable[str]:
    """The lines that the demonstration prints. Raises ClusterError when the lakes differ."""
    with lab.connect("local", lesson=LESSON) as course, tempfile.TemporaryDirectory(prefix="pipeline-") as folder:
        placed = raw.put(course, range(raw.DAYS), scale)
        yield f"raw: {placed.rows:,} lines in {placed.files} files"
        # Small files, several tasks: otherwise one executor would get them all.
        settings = {"spark.executor.memory": EXECUTOR_MEMORY, "spark.executor.cores": 1,
                    "spark.default.parallelism": workers, "spark.sql.shuffle.partitions": workers,
                    "spark.sql.adaptive.coalescePartitions.enabled": "false",
                    "spark.sql.files.openCostInBytes": 0, "spark.sql.files.minPartitionNum": 2 * workers}  # fmt: skip
        cluster = Cluster(spark.submit_environment(course, settings), Path(folder))
        database = _database(course, "together")
        # A second database beside the lesson's own, for the second lake.
        course.glue.create_database(DatabaseInput={"Name": database})
        try:
            yield from _compare(course, cluster, workers)
        finally:
            cluster.stop()
            course.glue.delete_database(Name=database)


def _compare(course, cluster: Cluster, workers: int) -> Iterable[str]:
    alone = cluster.run("local[1]", _arguments(course, "alone"))
    yield f"local[1]: one process\n{alone['report']}"
    cluster.start(workers)
    together = cluster.run(cluster.url, _arguments(course, "together"))
    yield f"spark-submit to a standalone cluster: a master and {workers} workers\n{together['report']}"
    tasks = {name: count for name, count in together["executors"].items() if name != "driver"}
    for name, count in sorted(tasks.items()):
        yield f"  executor {name}: {count} tasks"
    if len(tasks) != workers or not all(tasks.values()):
        raise ClusterError(f"not every worker took part: tasks by executor {tasks}.")
    for table in TABLES:
        one, other = (_rows(course, name, table) for name in ("alone", "together"))
        if one.keys() != other.keys():
            raise ClusterError(f"the two lakes have other partitions in {table.name}: {set(one) ^ set(other)}.")
        for values in one:
            if not one[values].equals(other[values]):
                raise ClusterError(f"the two lakes differ in {table.partition_name(values)}.")
        count = sum(rows.num_rows for rows in one.values())
        yield f"{table.name}: {len(one)} partitions, {count:,} rows, the same in both lakes, row by row"


def _arguments(course, name: str) -> list[str]:
    return ["--source", course.uri("raw"), "--target", course.uri(name), "--database", _database(course, name)]


def _database(course, name: str) -> str:
    return course.database if name == "alone" else f"{course.database}_{name}"


def _rows(course, name: str, table) -> dict[tuple, pa.Table]:
    """Each partition's rows, read by Arrow instead of Spark."""
    published = Catalog(course.glue, _database(course, name)).published(table)
    found = {}
    for values, where in published.items():
        bodies = [
            course.s3.get_object(Bucket=course.bucket, Key=key)["Body"].read()
            for key in piece_at(course.s3, where).keys
        ]
        found[values] = pa.concat_tables(pq.ParquetFile(io.BytesIO(body)).read() for body in bodies)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 0; 1 when the demonstration failed; 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m helpers.pipeline.cluster", description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=3, choices=range(2, 9), help="worker processes (default 3)")
    parser.add_argument("--scale", type=float, default=0.2, help="of the raw data (default 0.2)")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a plain kill tidies up as Ctrl-C does
    try:
        for line in demonstrate(options.workers, options.scale):
            print(line, flush=True)
    except OneLineError as error:
        print(f"helpers.pipeline.cluster: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("helpers.pipeline.cluster: interrupted; nothing was left behind.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
