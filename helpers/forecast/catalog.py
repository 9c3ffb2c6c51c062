"""What Glue says about tables and views, through its public API alone."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from helpers.forecast.errors import ForecastError

CATALOG = "awsdatacatalog"
_VIEW_TEXT = ("/* Presto View: ", " */")  # how Athena keeps a view in Glue (Trino's ViewReaderUtil)
_FORMATS = (  # by what the SerDe's class name ends with
    ("parquethiveserde", "parquet"),
    ("orcserde", "orc"),
    ("avroserde", "avro"),
    ("jsonserde", "json"),
    ("opencsvserde", "csv"),
    ("lazysimpleserde", "text"),
    ("multidelimitserde", "text"),
    ("regexserde", "text"),
    ("grokserde", "text"),
)


@dataclass(frozen=True)
class Table:
    """A table: `columns` and `keys` map lower-case names to Hive's text of their types, in order.

    `is_metadata`: a table such as "sales$partitions", which is answered by the catalog.
    """

    database: str
    name: str
    columns: dict[str, str]
    keys: dict[str, str]
    location: str
    serde: str
    serde_parameters: dict
    parameters: dict
    is_metadata: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.database}.{self.name}"

    @property
    def projected(self) -> bool:
        return self.parameters.get("projection.enabled", "").lower() == "true"


@dataclass(frozen=True)
class View:
    """A view: the query as it was written, and the database that its plain names mean."""

    database: str
    name: str
    sql: str


@dataclass
class Catalog:
    """Tables by name, each asked for once; `glue` is a boto3 client."""

    glue: object
    _known: dict = field(default_factory=dict)

    def table(self, database: str, name: str) -> Table | View:
        """The table or view. Raises ForecastError when it is missing or of a kind that is not estimated."""
        key = (database.lower(), name.lower())
        if key not in self._known:
            self._known[key] = self._read(*key)
        return self._known[key]

    def _read(self, database: str, name: str) -> Table | View:
        base, _, suffix = name.partition("$")
        try:
            described = self.glue.get_table(DatabaseName=database, Name=base)["Table"]
        except ClientError as error:
            raise ForecastError(self._refusal(error, database, base)) from error
        if described.get("Parameters", {}).get("table_type", "").upper() == "ICEBERG":
            raise ForecastError(f"{database}.{base} is an Iceberg table: its bytes are not estimated yet.")
        if suffix:
            return _metadata_table(described, database, name, suffix)
        if described.get("TableType") == "VIRTUAL_VIEW":
            return _view(described, database, name)
        return _table(described, database, name)

    def _refusal(self, error: ClientError, database: str, name: str) -> str:
        detail = error.response["Error"]
        if detail.get("Code") == "EntityNotFoundException":
            return f"There is no table {database}.{name} in the Glue catalog: check its name and database."
        return f"Glue refused to describe {database}.{name}: {detail.get('Code')}: {detail.get('Message')}"


def _table(described: dict, database: str, name: str) -> Table:
    storage = described.get("StorageDescriptor") or {}
    serde = storage.get("SerdeInfo") or {}
    return Table(
        database=database,
        name=name,
        columns=column_types(storage.get("Columns")),
        keys=column_types(described.get("PartitionKeys")),
        location=storage.get("Location") or "",
        serde=serde.get("SerializationLibrary") or "",
        serde_parameters=serde.get("Parameters") or {},
        parameters=described.get("Parameters") or {},
    )


def _metadata_table(described: dict, database: str, name: str, suffix: str) -> Table:
    keys = column_types(described.get("PartitionKeys"))
    if suffix != "partitions" or not keys:
        raise ForecastError(f"There is no table {database}.{name} in the Glue catalog.")
    return Table(database, name, keys, {}, "", "", {}, {}, is_metadata=True)


def column_types(described: list[dict] | None) -> dict[str, str]:
    """Glue's list of columns → lower-case name → Hive type."""
    return {column["Name"].lower(): column.get("Type") or "string" for column in described or []}


def _view(described: dict, database: str, name: str) -> View:
    text = (described.get("ViewOriginalText") or "").strip()
    start, end = _VIEW_TEXT
    if not (text.startswith(start) and text.endswith(end)):
        raise ForecastError(f"{database}.{name} is a view that Athena did not write: it cannot be estimated.")
    try:
        stored = json.loads(base64.b64decode(text[len(start) : -len(end)]))
        return View(stored.get("schema") or database, name, stored["originalSql"])
    except (binascii.Error, ValueError, KeyError) as error:
        raise ForecastError(f"The view {database}.{name} is damaged in the Glue catalog: create it again.") from error


def file_format(serde: str, where: str) -> str:
    """`parquet`, `orc`, `avro`, `json`, `csv` or `text`, from a SerDe's class name. Raises ForecastError."""
    for ending, form in _FORMATS:
        if serde.lower().endswith(ending):
            return form
    raise ForecastError(f"{where} uses the SerDe {serde or 'of no name'}, whose bytes cannot be estimated.")
