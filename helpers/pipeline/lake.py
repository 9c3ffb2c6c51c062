"""Files of the lake: written beside what is published, compared with it, removed when nothing points there.

    lake/events/<version>/day=2024-03-01/part-….parquet

Each run writes to a version of its own. Spark's dynamic partition overwrite (which lesson 09 shows) would
write into the published folders instead: it deletes the old files and then moves the new ones in one by
one, and whoever reads meanwhile, or after a crash, finds a part.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from pyspark.sql import DataFrame, SparkSession

from helpers.pipeline.arrivals import Folder
from helpers.pipeline.catalog import Values
from helpers.pipeline.frames import address
from helpers.pipeline.schema import Table, spark_ddl

STAMP = "v-%Y%m%dT%H%M%S"
ABANDONED = timedelta(days=1)  # a version this old that no partition names was left by a killed run
PER_REQUEST = 1000  # keys in one DeleteObjects
# Version 2 of the committer moves a task's files when the task ends, not all of them when the job ends: on
# S3 a move is a copy. A failed job may then leave files, in a folder that nothing points to.
OPTIONS = {
    "compression": "zstd",
    "mapreduce.fileoutputcommitter.algorithm.version": "2",
    "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
}


@dataclass(frozen=True)
class Piece:
    """A partition's files: `location` as an s3:// address, their keys, `bytes` of all."""

    location: str
    keys: tuple[str, ...]
    bytes: int


def new_version() -> str:
    """A folder name that no other run has."""
    return f"{datetime.now(timezone.utc):{STAMP}}-{secrets.token_hex(4)}"  # noqa: UP017


def write(session: SparkSession, target: Folder, table: Table, version: str, rows: DataFrame) -> None:
    """Write rows to the version's folder: one file for each partition, in the table's order.

    The same rows give the same file, row by row, however many workers there are, because a partition is
    written by one task and sorted.
    """
    where = address(session, target.uri(f"{table.name}/{version}"))
    (
        rows.select(*table.names, *table.partition_names)
        .repartition(*table.partition_names)
        .sortWithinPartitions(*table.partition_names, *table.order)
        .write.options(**OPTIONS)
        .partitionBy(*table.partition_names)
        .parquet(where)
    )


def read(session: SparkSession, target: Folder, table: Table, version: str) -> DataFrame:
    """What the version's folder holds, read back from its files."""
    schema = spark_ddl(table.columns + table.partitions)
    return session.read.schema(schema).parquet(address(session, target.uri(f"{table.name}/{version}")))


def snapshot(s3, address: str) -> dict[str, str]:
    """Every object below an address with its ETag: two equal snapshots are the same objects."""
    return {entry["Key"]: entry["ETag"] for entry in Folder.of(address).objects(s3)}


def pieces(s3, target: Folder, table: Table, version: str) -> dict[Values, Piece]:
    """The partitions in a version's folder."""
    start = f"{table.name}/{version}/"
    found: dict[str, list[dict]] = {}
    for entry in target.objects(s3, start):
        folder, _, name = entry["Key"].removeprefix(target.prefix + start).rpartition("/")
        if name.endswith(".parquet") and not folder.startswith("_"):
            found.setdefault(folder, []).append(entry)
    return {
        tuple(part.partition("=")[2] for part in folder.split("/")): _piece(target.uri(start + folder + "/"), entries)
        for folder, entries in found.items()
    }


def piece_at(s3, location: str) -> Piece:
    """The files that a published partition points to."""
    folder = Folder.of(location)
    return _piece(location, [entry for entry in folder.objects(s3) if entry["Key"].endswith(".parquet")])


def _piece(location: str, entries: list[dict]) -> Piece:
    return Piece(location, tuple(entry["Key"] for entry in entries), sum(entry["Size"] for entry in entries))


def remove(s3, locations: Iterable[str]) -> None:
    """Delete every object below these addresses."""
    for location in locations:
        folder = Folder.of(location)
        keys = [{"Key": entry["Key"]} for entry in folder.objects(s3)]
        for start in range(0, len(keys), PER_REQUEST):
            some = keys[start : start + PER_REQUEST]
            answer = s3.delete_objects(Bucket=folder.bucket, Delete={"Objects": some, "Quiet": True})
            for failed in answer.get("Errors", []):
                raise RuntimeError(f"s3://{folder.bucket}/{failed['Key']} was not deleted: {failed['Code']}")


def abandoned(s3, target: Folder, table: Table, published: Iterable[str]) -> list[str]:
    """Versions that a killed run left a day or more ago, as addresses: nothing published lies below them."""
    used = tuple(published)
    before = f"{datetime.now(timezone.utc) - ABANDONED:{STAMP}}"  # noqa: UP017
    start = target.prefix + table.name + "/"
    versions = {
        entry["Key"].removeprefix(start).split("/")[0]
        for entry in target.objects(s3, table.name + "/")
        if "/" in entry["Key"].removeprefix(start)
    }
    addresses = [target.uri(f"{table.name}/{version}/") for version in sorted(versions) if version < before]
    return [where for where in addresses if not any(location.startswith(where) for location in used)]
