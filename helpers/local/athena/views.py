"""A view in Glue: the query as Presto wrote it, base64 of JSON inside a comment, as Athena keeps it.

The layout is Trino's `ViewReaderUtil` (`/* Presto View: … */`), which Athena, Trino and awswrangler all read.
"""

import base64
import binascii
import json

from .errors import AthenaError

_PREFIX, _SUFFIX = "/* Presto View: ", " */"


def hive_text(t):
    """The Hive type that Glue shows for a view's column; `string` where Hive has none."""
    return t.hive or "string"


def encode(sql, catalog, database, columns):
    """(query, [(name, Type)]) → ViewOriginalText."""
    view = {
        "originalSql": sql,
        "catalog": catalog,
        "schema": database,
        "columns": [{"name": name, "type": t.display} for name, t in columns],
    }
    text = json.dumps(view, separators=(",", ":"), ensure_ascii=False)
    return _PREFIX + base64.b64encode(text.encode()).decode() + _SUFFIX


def decode(described):
    """Glue's description of a table → the view's dictionary, or None when it is no view.

    Raises AthenaError for a view that another system wrote (Hive's or Spark's, say) or that is damaged.
    """
    if described.get("TableType") != "VIRTUAL_VIEW":
        return None
    text = (described.get("ViewOriginalText") or "").strip()
    if not (text.startswith(_PREFIX) and text.endswith(_SUFFIX)):
        if not text:
            return {"originalSql": None}
        return {"originalSql": text}
    try:
        return json.loads(base64.b64decode(text[len(_PREFIX) : -len(_SUFFIX)]))
    except (binascii.Error, ValueError) as exc:
        name = f"{described['DatabaseName']}.{described['Name']}"
        raise AthenaError("INVALID_VIEW", f"Invalid view JSON: {name}") from exc


def table_input(name, sql, catalog, database, columns, comment=None):
    """The TableInput of CREATE VIEW, as Athena writes it."""
    described = [{"Name": n, "Type": hive_text(t)} for n, t in columns]
    return {
        "Name": name,
        "TableType": "VIRTUAL_VIEW",
        "Parameters": {"presto_view": "true", "comment": comment or "Presto View"},
        "PartitionKeys": [],
        "StorageDescriptor": {
            "Columns": described,
            "Location": "",
            "Compressed": False,
            "NumberOfBuckets": 0,
            "SerdeInfo": {},
            "BucketColumns": [],
            "SortColumns": [],
            "StoredAsSubDirectories": False,
        },
        "ViewOriginalText": encode(sql, catalog, database, columns),
        "ViewExpandedText": "/* Presto View */",
    }
