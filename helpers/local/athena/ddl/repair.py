"""MSCK REPAIR TABLE: folders named k=v below the table's location become partitions. It only adds."""

from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import ClientError

from ..errors import AthenaError
from ..objects import split_location
from ..outcome import Outcome
from ..partitions import NULL_PARTITION, typed_value
from .failures import execution_error
from .names import find
from .partition_values import path, unescape
from .partitions import create, partition_input

LISTERS = 8  # folders listed at once


def repair(statement, context):
    table = find(statement.name, context)
    if table is None:
        return _outcome([f"Tables not in metastore:\t{statement.name.table}"])
    if table.is_view or not table.location:
        raise execution_error("Can not create a Path from an empty string")
    bucket, prefix = split_location(table.location)
    if not _exists(context, bucket, prefix):
        return _outcome([f"Tables missing on filesystem:\t{table.name}"])
    if not table.partition_keys:
        return _outcome([])
    known = context.services.catalog.registered_partitions(table)
    with ThreadPoolExecutor(LISTERS) as pool:
        found = _walk(context, pool, bucket, {(): prefix}, table.partition_keys)
        missing = _missing(context, pool, known, bucket, found)
    taken = {partition.values for partition in known}
    new = {values: folder for values, folder in sorted(found.items(), key=_order) if values not in taken}
    create(
        table,
        [partition_input(table, values, f"s3://{bucket}/{folder.rstrip('/')}") for values, folder in new.items()],
        context,
    )
    added = [f"{table.name}:{folder[len(prefix) :].rstrip('/')}" for folder in new.values()]
    gone = [f"{table.name}:{path(table, partition.values)}" for partition in missing]
    return _outcome(_report(added, gone))


def _outcome(lines):
    """Rows without a column, as Athena answers."""
    return Outcome(file="txt", rows=[[line] for line in lines], header=False)


def _order(item):
    return tuple((value is None, value or "") for value in item[0])


def _report(added, gone):
    """Hive's words: what is not in the catalog, what has no folder, and what was added."""
    lines = []
    if added:
        lines.append("Partitions not in metastore:\t" + "\t".join(added))
    if gone:
        lines.append("Partitions missing from filesystem:\t" + "\t".join(gone))
    return lines + [f"Repair: Added partition to metastore {name}" for name in added]


def _missing(context, pool, known, bucket, found):
    """The registered partitions without a folder. Those below the table's location have been walked already."""
    folders = {f"s3://{bucket}/{folder}".rstrip("/") for folder in found.values()}

    def gone(partition):
        location = partition.location.rstrip("/")
        if location in folders:
            return False
        return not _exists(context, *split_location(location))

    return [partition for partition, lost in zip(known, pool.map(gone, known), strict=True) if lost]


def _exists(context, bucket, prefix):
    """Whether any object lies below `prefix`. Raises Hive's error for a bucket that is not there."""
    try:
        return context.services.s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1)["KeyCount"] > 0
    except ClientError as exc:
        raise _no_bucket(exc, bucket) from exc


def _no_bucket(exc, bucket):
    return execution_error(f"MetaException(message:{exc.response['Error'].get('Message')} (Bucket: {bucket}))")


def _walk(context, pool, bucket, folders, keys):
    """Values so far → prefix, one level deeper for each key. Folders with other names, or whose value is not of
    the key's type, are passed over, as Hive does."""
    for key in keys:
        context.check_cancelled()
        deeper = {}
        listed = pool.map(lambda folder: _subfolders(context, bucket, folder), folders.values())
        for values, subfolders in zip(folders, listed, strict=True):
            for subfolder in subfolders:
                name, equals, text = subfolder.rstrip("/").rpartition("/")[2].partition("=")
                if equals and unescape(name) == key.name:
                    value = _value(unescape(text), key)
                    if value is not _WRONG:
                        deeper.setdefault((*values, value), subfolder)
        folders = deeper
    return folders


_WRONG = object()


def _value(text, key):
    if text == NULL_PARTITION:
        return None
    try:
        typed_value(text, key.type, key.name)
    except AthenaError:
        return _WRONG
    return text or _WRONG


def _subfolders(context, bucket, prefix):
    pages = context.services.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/")
    try:
        found = [common["Prefix"] for page in pages for common in page.get("CommonPrefixes", [])]
    except ClientError as exc:
        raise _no_bucket(exc, bucket) from exc
    return [folder for folder in found if not folder[len(prefix) :].startswith(("_", "."))]
