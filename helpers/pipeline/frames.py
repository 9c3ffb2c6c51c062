"""Spark reads the lines of the raw files and hands them to the rules; nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from helpers.pipeline.arrivals import Folder, RawFile
from helpers.pipeline.fields import LONGEST_LINE
from helpers.pipeline.lines import Origin, origin_of, parser
from helpers.pipeline.refusals import LONGEST_READ, Measure
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


def refused(session: SparkSession, table: Table, rows: Iterable[dict[str, object]]) -> DataFrame:
    """Entries of whole files beside the answer of `parse`; see `refusals.row`."""
    columns = parsed_columns(table)
    return session.createDataFrame([tuple(row.get(name) for name, _ in columns) for row in rows], spark_ddl(columns))


def measure(session: SparkSession, source: Folder, files: Iterable[RawFile]) -> dict[str, Measure]:
    """What Spark itself reads of each file, by key, without our parser; nothing of an empty one."""
    measures = {file.key: Measure() for file in files}
    if not measures:
        return measures
    origins = {address(session, source.uri(file.key)): Origin(file.key, file.arrival) for file in files}
    size = F.octet_length("value")
    found = (
        _lines(session, origins)
        .groupBy(F.col("_metadata.file_path").alias("path"))
        .agg(F.count("*").alias("lines"), F.sum(size + 1).alias("bytes"), F.max(size).alias("longest"))
    )
    for row in found.collect():
        measures[origin_of(row["path"], origins).source] = Measure(row["lines"], row["bytes"], row["longest"])
    return measures


def _lines(session: SparkSession, origins: dict[str, Origin]) -> DataFrame:
    """The lines as Hadoop's reader cuts them, which keeps no more of an endless one than it is told."""
    options = {"lineSep": "\n", "mapreduce.input.linerecordreader.line.maxlength": LONGEST_READ}
    return session.read.options(**options).text(sorted(origins))
