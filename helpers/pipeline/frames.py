"""Spark reads the lines of the raw files and hands them to the rules; nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from helpers.pipeline.arrivals import Folder, RawFile
from helpers.pipeline.fields import LONGEST_LINE
from helpers.pipeline.lines import Origin, origin_of, parser
from helpers.pipeline.schema import Table, parsed_columns, spark_ddl

LINES_A_BATCH = 500  # an Arrow batch is one piece of Java's direct memory: few lines, since some are long


@contextmanager
def small_batches(session: SparkSession) -> Iterator[None]:
    """While it lasts, Spark hands Python at most LINES_A_BATCH rows at a time, instead of 10,000."""
    name = "spark.sql.execution.arrow.maxRecordsPerBatch"
    before = session.conf.get(name)
    session.conf.set(name, str(LINES_A_BATCH))
    try:
        yield
    finally:
        session.conf.set(name, before)


def address(session: SparkSession, uri: str) -> str:
    """An `s3://` address as this Spark reads it: EMR's own s3://, open-source Spark's s3a://.

    Whoever maps s3:// to a file system (EMR does, and so does `helpers.spark`) gets it as it is.
    """
    hadoop = session.sparkContext._jsc.hadoopConfiguration()
    return uri if hadoop.get("fs.s3.impl") else "s3a://" + uri.removeprefix("s3://")


def parse(session: SparkSession, source: Folder, table: Table, files: dict[RawFile, tuple | None]) -> DataFrame:
    """Every line of the files as one row, see `lines`; `files` has the header's columns, or None, of each.

    A file is cut into lines at line feeds alone: a carriage return inside a line does not end it.
    """
    if not files:
        return session.createDataFrame([], spark_ddl(parsed_columns(table)))
    origins = {
        address(session, source.uri(file.key)): Origin(file.key, file.arrival, columns)
        for file, columns in files.items()
    }
    lines = _lines(session, origins).select(
        F.col("_metadata.file_path").alias("path"),
        F.col("_metadata.file_block_start").alias("start"),
        F.monotonically_increasing_id().alias("position"),
        # One byte more than a line may have shows that it is too long; the rest of it stays here. An Arrow batch
        # with an endless line in it would not fit Java's direct memory, and Spark 3.5 then waits for ever.
        F.substring(F.col("value").cast("binary"), 1, LONGEST_LINE + 1).alias("line"),
    )
    return lines.mapInArrow(parser(table, origins), spark_ddl(parsed_columns(table)))


def count_lines(session: SparkSession, source: Folder, files: Iterable[RawFile]) -> dict[str, int]:
    """How many lines each file has, by key, counted by Spark itself without our parser; 0 for an empty one."""
    counts = {file.key: 0 for file in files}
    if not counts:
        return counts
    origins = {address(session, source.uri(file.key)): Origin(file.key, file.arrival) for file in files}
    found = _lines(session, origins).groupBy(F.col("_metadata.file_path").alias("path")).count()
    for row in found.collect():
        counts[origin_of(row["path"], origins).source] += row["count"]
    return counts


def _lines(session: SparkSession, origins: dict[str, Origin]) -> DataFrame:
    return session.read.option("lineSep", "\n").text(sorted(origins))
