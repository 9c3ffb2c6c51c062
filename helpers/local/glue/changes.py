"""Which table or database a request to Glue changes: what our Athena has read of others, it may keep."""

import io
import json
import re

# What databases say of themselves is read for each query.
_CHANGE = re.compile(r"AWSGlue\.(?!(Create|Update)Database$)(Batch)?(Create|Update|Delete|Import|Put)")


def is_change(target):
    """Whether the operation of this X-Amz-Target writes what is kept of the catalog: tables and partitions."""
    return _CHANGE.match(target) is not None


def place(environ):
    """What a WSGI request changes: (database, table), (database,) or, for whatever else, (). Its body stays there."""
    body = environ["wsgi.input"].read()
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
    try:
        request = json.loads(body)
        database = request.get("DatabaseName")
        names = [request.get("TableName"), request.get("Name"), request.get("TableInput", {}).get("Name")]
    except (ValueError, AttributeError):
        return ()  # moto says what is wrong with it
    tables = {name.lower() for name in names if isinstance(name, str)}
    if not isinstance(database, str):
        return ()
    return (database, *tables) if len(tables) == 1 else (database,)
