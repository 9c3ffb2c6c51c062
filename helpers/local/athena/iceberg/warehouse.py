"""The Iceberg tables of a Glue catalog, opened and committed through pyiceberg."""

import threading
from functools import lru_cache

from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, ValidationException
from pyiceberg.serializers import FromInputFile
from pyiceberg.table import Table

from ..errors import AthenaError
from .damage import DAMAGE
from .file_io import S3FileIO

_METADATA_KEPT = 256  # parsed metadata files


class Warehouse(GlueCatalog):
    """pyiceberg's GlueCatalog on the endpoint's own clients.

    Commits of one endpoint come one after the other: Glue's check of the table's version is what keeps other
    writers apart, and not every Glue endpoint makes it.
    """

    def __init__(self, glue, s3):
        super().__init__("awsdatacatalog", client=glue)
        self.file_io = S3FileIO(s3)
        self._commits = threading.Lock()
        self._metadata = lru_cache(_METADATA_KEPT)(self._read_metadata)

    def _load_file_io(self, properties=None, location=None):
        return self.file_io

    def _read_metadata(self, location):
        return FromInputFile.table_metadata(self.file_io.new_input(location))

    def open(self, described):
        """A catalog.Table → pyiceberg Table as Glue describes it there. ICEBERG_… errors for a damaged table."""
        where = f"{described.database}.{described.name}"
        location = described.parameters.get("metadata_location")
        if not location:
            raise AthenaError("ICEBERG_INVALID_METADATA", f"Table is missing [metadata_location] property: {where}")
        try:
            metadata = self._metadata(location)
        except FileNotFoundError as failure:
            message = f"Metadata not found in metadata location for table {where}"
            raise AthenaError("ICEBERG_MISSING_METADATA", message) from failure
        except DAMAGE as failure:
            message = f"Invalid metadata file for table {where}: {location}"
            raise AthenaError("ICEBERG_INVALID_METADATA", message) from failure
        name = (described.raw["DatabaseName"], described.raw["Name"])
        return Table(name, metadata, location, self.file_io, self)

    def commit_table(self, table, requirements, updates):
        with self._commits:
            return super().commit_table(table, requirements, updates)


_opening = threading.Lock()


def of(catalog):
    """The Warehouse of a catalog.Catalog, made once."""
    with _opening:
        if catalog.warehouse is None:
            catalog.warehouse = Warehouse(catalog.glue, catalog.s3)
        return catalog.warehouse


def open_table(described, catalog):
    """A catalog.Table that is an Iceberg table → pyiceberg Table."""
    return of(catalog).open(described)


def commit(table, change, catalog, code="ICEBERG_COMMIT_ERROR"):
    """Run `change()`, which commits to `table`; another writer who was faster makes it fail as in Athena."""
    where = ".".join(table.name())
    try:
        return change()
    except (CommitFailedException, ValidationException) as failure:
        raise AthenaError(code, f"Failed to commit Iceberg update to table: {where}") from failure
    except NoSuchTableError as failure:
        raise AthenaError("TABLE_NOT_FOUND", f"Table '{where}' does not exist") from failure
    finally:
        catalog.changed(*table.name()[-2:])
