"""What Spark did inside a block, from its own task metrics."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass

from helpers import costs

DRAINED_WITHIN = 30_000  # milliseconds until the events of finished tasks have arrived


@dataclass
class Measured:
    """Filled at the end of a `measure` block. Bytes, rows and seconds; `seconds` differs between runs.

    bytes_read       Spark's own counter: what tasks read from S3, files and cached blocks. The s3a of Hadoop
                     3.3.1 reports every byte from S3 twice (HADOOP-17774, corrected in 3.3.2)
    s3_bytes         what s3a itself counted: bytes from S3, each once, with the footers that planning reads;
                     of this JVM, which in local mode is all of Spark
    records_read     rows that came out of the readers
    shuffle_bytes    written by tasks for tasks of a later stage
    stages, tasks    that ran; a stage whose result was kept from before does not count
    """

    seconds: float = 0.0
    jobs: int = 0
    stages: int = 0
    tasks: int = 0
    bytes_read: int = 0
    s3_bytes: int = 0
    records_read: int = 0
    bytes_written: int = 0
    records_written: int = 0
    shuffle_bytes: int = 0

    def __str__(self) -> str:
        """One line, the same in every run: `1 job · 2 stages · 4 tasks · 1.9 MB from S3 · 548 B shuffled`."""
        counted = [_count(self.jobs, "job"), _count(self.stages, "stage"), _count(self.tasks, "task")]
        moved = {"from S3": self.s3_bytes, "shuffled": self.shuffle_bytes, "written": self.bytes_written}
        return " · ".join(counted + [f"{costs.format_bytes(size)} {what}" for what, size in moved.items() if size])


@contextmanager
def measure(session):
    """`with measure(session) as m: df.count()`, then m.bytes_read, m.jobs, m.seconds …: see `Measured`.

    Counts every job that starts inside the block, whoever starts it. DataFrames are lazy: only an action
    (count, collect, write, show) runs a job.
    """
    scala = session.sparkContext._jsc.sc()
    first, from_s3 = _next_job(scala), _s3_bytes(session)
    measured = Measured()
    started = time.perf_counter()
    try:
        yield measured
    finally:
        measured.seconds = time.perf_counter() - started
        _collect(measured, scala, first)
        measured.s3_bytes = _s3_bytes(session) - from_s3


def _s3_bytes(session) -> int:
    """Bytes that s3a has read since the JVM started; 0 before its first use."""
    counters = session._jvm.org.apache.hadoop.fs.FileSystem.getGlobalStorageStatistics().get("S3AStorageStatistics")
    return (counters.getLong("stream_read_bytes") or 0) if counters else 0


def _next_job(scala) -> int:
    scala.listenerBus().waitUntilEmpty(DRAINED_WITHIN)
    jobs = scala.statusStore().jobsList(None)
    return max((jobs.apply(i).jobId() for i in range(jobs.size())), default=-1) + 1


def _collect(measured: Measured, scala, first: int) -> None:
    scala.listenerBus().waitUntilEmpty(DRAINED_WITHIN)
    store = scala.statusStore()
    jobs = store.jobsList(None)
    stage_ids = set()
    for index in range(jobs.size()):
        job = jobs.apply(index)
        if job.jobId() >= first:
            measured.jobs += 1
            ids = job.stageIds()
            stage_ids.update(ids.apply(i) for i in range(ids.size()))
    for stage_id in stage_ids:
        attempts = store.stageData(stage_id, False, None, False, None)
        for index in range(attempts.size()):
            _add_stage(measured, attempts.apply(index))


def _add_stage(measured: Measured, stage) -> None:
    if stage.status().toString() in ("SKIPPED", "PENDING"):
        return
    measured.stages += 1
    measured.tasks += stage.numCompleteTasks() + stage.numFailedTasks() + stage.numKilledTasks()
    measured.bytes_read += stage.inputBytes()
    measured.records_read += stage.inputRecords()
    measured.bytes_written += stage.outputBytes()
    measured.records_written += stage.outputRecords()
    measured.shuffle_bytes += stage.shuffleWriteBytes()


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
