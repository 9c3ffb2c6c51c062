"""Data catalogs, and the databases and tables that Athena shows of the Glue catalog."""

import re
import threading

from botocore.exceptions import ClientError

from ..ddl.failures import glue_error
from ..errors import RequestError
from . import paging

AWS_DATA_CATALOG = "AwsDataCatalog"


class Catalogs:
    def __init__(self, glue, tags, workgroups):
        self._glue, self._tags, self._workgroups = glue, tags, workgroups
        self._lock = threading.Lock()
        self._catalogs = {AWS_DATA_CATALOG: {"Name": AWS_DATA_CATALOG, "Type": "GLUE"}}

    def _check_workgroup(self, request):
        """The work group that a request may name must be there; nothing here depends on which it is."""
        if "WorkGroup" in request:
            self._workgroups.get(request["WorkGroup"])

    def _get(self, name):
        for known, catalog in self._catalogs.copy().items():
            if known.lower() == name.lower():
                return catalog
        raise RequestError(f"Data Catalog {name} was not found", "DATACATALOG_NOT_FOUND")

    def _check_glue(self, request):
        """Only the Glue catalog has databases here; another one is registered by name alone."""
        self._check_workgroup(request)
        name = request["CatalogName"]
        if self._get(name)["Name"] != AWS_DATA_CATALOG:
            raise RequestError(f"NOT_SUPPORTED: this endpoint reads {AWS_DATA_CATALOG} only, not {name}")

    # The operations on catalogs

    def create_data_catalog(self, request):
        name = request["Name"]
        with self._lock:
            if any(known.lower() == name.lower() for known in self._catalogs):
                raise RequestError(f"Data Catalog {name} already exists")
            kept = ("Name", "Type", "Description", "Parameters")
            self._catalogs[name] = {key: request[key] for key in kept if key in request}
            self._tags.put("datacatalog", name, request.get("Tags", []))
        return {}

    def get_data_catalog(self, request):
        self._check_workgroup(request)
        return {"DataCatalog": self._get(request["Name"])}

    def list_data_catalogs(self, request):
        self._check_workgroup(request)
        summaries = [
            {"CatalogName": name, "Type": catalog["Type"]} for name, catalog in sorted(self._catalogs.copy().items())
        ]
        return paging.page("DataCatalogsSummary", "catalogs", summaries, request)

    def update_data_catalog(self, request):
        with self._lock:
            catalog = self._get(request["Name"])
            changes = {key: request[key] for key in ("Type", "Description", "Parameters") if key in request}
            self._catalogs[catalog["Name"]] = {**catalog, **changes}
        return {}

    def delete_data_catalog(self, request):
        with self._lock:
            name = self._get(request["Name"])["Name"]
            if name == AWS_DATA_CATALOG:
                raise RequestError(f"Data Catalog {AWS_DATA_CATALOG} can not be deleted")
            del self._catalogs[name]
            self._tags.drop("datacatalog", name)
        return {}

    # The operations on databases and tables

    def list_databases(self, request):
        self._check_glue(request)
        pages = self._glue.get_paginator("get_databases").paginate()
        databases = [_database(found) for page in pages for found in page["DatabaseList"]]
        databases.sort(key=lambda database: database["Name"])
        return paging.page("DatabaseList", "databases", databases, request)

    def get_database(self, request):
        self._check_glue(request)
        name = request["DatabaseName"].lower()
        try:
            found = self._glue.get_database(Name=name)["Database"]
        except ClientError as error:
            raise _metadata_error(error) from None
        return {"Database": _database(found)}

    def list_table_metadata(self, request):
        self._check_glue(request)
        database = request["DatabaseName"].lower()
        pattern = _name_pattern(request.get("Expression"))
        try:
            pages = self._glue.get_paginator("get_tables").paginate(DatabaseName=database)
            tables = [table for page in pages for table in page["TableList"]]
        except ClientError as error:
            raise _metadata_error(error) from None
        names = sorted((t for t in tables if pattern.fullmatch(t["Name"])), key=lambda t: t["Name"])
        page = paging.page("TableMetadataList", f"tables/{database}", names, request)
        page["TableMetadataList"] = [_table(table) for table in page["TableMetadataList"]]
        return page

    def get_table_metadata(self, request):
        self._check_glue(request)
        database, name = request["DatabaseName"].lower(), request["TableName"].lower()
        try:
            found = self._glue.get_table(DatabaseName=database, Name=name)["Table"]
        except ClientError as error:
            raise _metadata_error(error) from None
        return {"TableMetadata": _table(found)}


def _metadata_error(error):
    """A refusal of Glue as Athena passes it on; clients look for Glue's own code in it."""
    code, message = (error.response["Error"].get(name) for name in ("Code", "Message"))
    if code == "EntityNotFoundException":
        message = "Entity Not Found"
    return RequestError(glue_error(code, message), code=None, exception="MetadataException")


def _name_pattern(expression):
    """The regular expression of a ListTableMetadata request; a bare `*` matches any text, as in Glue."""
    text = re.sub(r"(?<![.\])}\\])\*", ".*", expression) if expression else ".*"
    try:
        return re.compile(text, re.I)
    except re.error as error:
        raise RequestError(f"Expression {expression!r} is not a regular expression: {error}") from None


def _database(found):
    shown = {"Name": found["Name"]}
    if found.get("Description"):
        shown["Description"] = found["Description"]
    if found.get("Parameters"):
        shown["Parameters"] = found["Parameters"]
    return shown


def _table(found):
    storage = found.get("StorageDescriptor", {})
    serde = storage.get("SerdeInfo", {})
    parameters = dict(found.get("Parameters", {}))
    described = {
        "location": storage.get("Location"),
        "inputformat": storage.get("InputFormat"),
        "outputformat": storage.get("OutputFormat"),
        "serde.serialization.lib": serde.get("SerializationLibrary"),
        **{f"serde.param.{name}": value for name, value in serde.get("Parameters", {}).items()},
    }
    parameters |= {name: value for name, value in described.items() if value is not None}
    shown = {
        "Name": found["Name"],
        "Columns": [_column(column) for column in storage.get("Columns", [])],
        "PartitionKeys": [_column(column) for column in found.get("PartitionKeys", [])],
        "Parameters": parameters,
    }
    if found.get("TableType"):
        shown["TableType"] = found["TableType"]
    for name in ("CreateTime", "LastAccessTime"):
        if found.get(name) is not None:
            shown[name] = found[name].timestamp()
    return shown


def _column(found):
    shown = {"Name": found["Name"], "Type": found.get("Type", "string")}
    if found.get("Comment"):
        shown["Comment"] = found["Comment"]
    return shown
