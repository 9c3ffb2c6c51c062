"""The Glue catalog: its partitions say which files Athena reads, so changing them is what publishes.

S3 has no rename and no transaction over several objects; a partition in the catalog changes in one step.
New files are therefore written to a folder that no partition names yet, and a partition then points to it:
a query sees the old files or the new ones, never half of each.
"""

from __future__ import annotations

from collections.abc import Iterable

from helpers.pipeline.schema import Table

PER_REQUEST = 25  # BatchDeletePartition takes 25 partitions, BatchCreate and BatchUpdate 100
PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
}
Values = tuple[str, ...]  # a partition's values, for example ("2024-03-01",)


class Catalog:
    """The tables of one Glue database; `glue` is a boto3 client."""

    def __init__(self, glue, database: str):
        self._glue, self._database = glue, database

    def ensure(self, table: Table, location: str) -> None:
        """Create the table, or give it the columns of `table` when it has others."""
        wanted = {
            "Name": table.name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": "parquet", "EXTERNAL": "TRUE"},
            "PartitionKeys": _columns(table.partitions),
            "StorageDescriptor": _storage(table, location),
        }
        try:
            found = self._glue.get_table(DatabaseName=self._database, Name=table.name)["Table"]
        except self._glue.exceptions.EntityNotFoundException:
            self._glue.create_table(DatabaseName=self._database, TableInput=wanted)
            return
        if found["StorageDescriptor"]["Columns"] != wanted["StorageDescriptor"]["Columns"]:
            self._glue.update_table(DatabaseName=self._database, TableInput=wanted)

    def published(self, table: Table) -> dict[Values, str]:
        """Where each partition's files are; empty when there is no such table."""
        pages = self._glue.get_paginator("get_partitions").paginate(DatabaseName=self._database, TableName=table.name)
        try:
            return {
                tuple(partition["Values"]): partition["StorageDescriptor"]["Location"]
                for page in pages
                for partition in page["Partitions"]
            }
        except self._glue.exceptions.EntityNotFoundException:
            return {}

    def publish(self, table: Table, wanted: dict[Values, str | None]) -> None:
        """Point partitions to new places; None takes a partition out.

        When a request fails half-way, the partitions that had changed are pointed back, and the error
        goes on to the caller.
        """
        before = self.published(table)
        try:
            self._apply(table, before, wanted)
        except BaseException:
            self._apply(table, self.published(table), {values: before.get(values) for values in wanted})
            raise

    def _apply(self, table: Table, before: dict[Values, str], wanted: dict[Values, str | None]) -> None:
        place = {"DatabaseName": self._database, "TableName": table.name}
        new = {values: where for values, where in wanted.items() if where and values not in before}
        moved = {
            values: where
            for values, where in wanted.items()
            if where and values in before and before[values] != where
        }
        gone = [values for values, where in wanted.items() if not where and values in before]
        for some in _batches(new):
            inputs = [_partition(table, values, new[values]) for values in some]
            _refuse(self._glue.batch_create_partition(**place, PartitionInputList=inputs))
        for some in _batches(moved):
            entries = [
                {"PartitionValueList": list(values), "PartitionInput": _partition(table, values, moved[values])}
                for values in some
            ]
            _refuse(self._glue.batch_update_partition(**place, Entries=entries))
        for some in _batches(gone):
            values = [{"Values": list(each)} for each in some]
            _refuse(self._glue.batch_delete_partition(**place, PartitionsToDelete=values))


def _refuse(answer: dict) -> None:
    """A batch answers with success and a list of what failed."""
    for failed in answer.get("Errors", []):
        detail = failed.get("ErrorDetail", {})
        values = "/".join(failed.get("PartitionValues") or failed.get("PartitionValueList") or [])
        raise RuntimeError(f"partition {values}: {detail.get('ErrorCode')}: {detail.get('ErrorMessage')}")


def _batches(values: Iterable[Values]) -> Iterable[list[Values]]:
    every = sorted(values)
    for start in range(0, len(every), PER_REQUEST):
        yield every[start : start + PER_REQUEST]


def _partition(table: Table, values: Values, location: str) -> dict:
    return {"Values": list(values), "StorageDescriptor": _storage(table, location)}


def _storage(table: Table, location: str) -> dict:
    return {"Columns": _columns(table.columns), "Location": location, **PARQUET}


def _columns(columns: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"Name": name, "Type": kind} for name, kind in columns]
