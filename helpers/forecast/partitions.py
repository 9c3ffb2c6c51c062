"""The partitions of a table: registered in Glue, or described by partition projection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from helpers.forecast import projection
from helpers.forecast.catalog import Table, column_types
from helpers.forecast.errors import ForecastError
from helpers.forecast.ranges import Domain

NULL = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class Partition:
    """`values`: one text a key, None for NULL; `columns`, `serde`: its own where Glue says so."""

    values: tuple
    location: str
    columns: dict[str, str]
    serde: str
    serde_parameters: dict


@dataclass(frozen=True)
class Found:
    """The partitions left, and of how many; `all` is None where projection does not list them all."""

    kept: list[Partition]
    all: int | None


def partitions(glue, table: Table, domains: dict[str, Domain], keep: Callable[[list[tuple]], list[bool]]) -> Found:
    """The partitions that may hold rows that pass. Raises ForecastError.

    domains  column → what the predicates leave of it;  keep  lists of values → whether each may hold rows
    """
    if not table.keys:
        return Found([_own(table, (), table.location)], 1)
    if table.projected:
        values, count = projection.values(table, domains)
        listed = [_own(table, v, projection.location(table, v)) for v in values]
    else:
        listed = _registered(glue, table)
        count = len(listed)
    if not listed:
        return Found([], count)
    kept = keep([partition.values for partition in listed])
    return Found([p for p, stays in zip(listed, kept, strict=True) if stays], count)


def _own(table: Table, values: tuple, location: str) -> Partition:
    return Partition(values, location, table.columns, table.serde, table.serde_parameters)


def _registered(glue, table: Table) -> list[Partition]:
    pages = glue.get_paginator("get_partitions").paginate(DatabaseName=table.database, TableName=table.name)
    try:
        described = [partition for page in pages for partition in page["Partitions"]]
    except (ClientError, BotoCoreError) as error:
        raise ForecastError(f"Glue did not list the partitions of {table.full_name}: {error}") from error
    found = [_partition(table, each) for each in described if len(each["Values"]) == len(table.keys)]
    return sorted(found, key=lambda p: tuple((v is None, v or "") for v in p.values))


def _partition(table: Table, described: dict) -> Partition:
    storage = described.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    own = bool(serde.get("SerializationLibrary"))
    return Partition(
        values=tuple(None if value == NULL else value for value in described["Values"]),
        location=storage.get("Location") or "",
        columns=column_types(storage.get("Columns")) or table.columns,
        serde=serde["SerializationLibrary"] if own else table.serde,
        serde_parameters=(serde.get("Parameters") or {}) if own else table.serde_parameters,
    )
