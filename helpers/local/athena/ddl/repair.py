"""MSCK REPAIR TABLE: folders named k=v below the table's location become partitions. It only adds."""

from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import ClientError

from ..errors import AthenaError
from ..objects import split_location
from ..outcome import Outcome
from ..partitions import NULL_PARTITION, typed_value
from .failures import execution_error, iceberg
from .names import existing
from .partition_values import unescape
from .partitions import create, partition_input

LISTERS = 8  # folders listed at once


def repair(statement, context):
    table = existing(statement.name, context)
    if table.is_iceberg:
        raise iceberg(f"{table.database}.{table.name}")
    if table.is_view or not table.location:
        raise execution_error("Can not create a Path from an empty string")
    if not table.partition_keys:
        return Outcome(file="txt")
    known = {p.values for p in context.services.catalog.registered_partitions(table)}
    bucket, prefix = split_location(table.location)
    with ThreadPoolExecutor(LISTERS) as pool:
        found = _walk(context, pool, bucket, {(): prefix}, table.partition_keys)
    new = {values: folder for values, folder in sorted(found.items(), key=_order) if values not in known}
    create(
        table,
        [partition_input(table, values, f"s3://{bucket}/{folder.rstrip('/')}") for values, folder in new.items()],
        context,
    )
    return Outcome(file="txt", rows=_report(table, prefix, new))


def _order(item):
    return tuple((value is None, value or "") for value in item[0])


def _report(table, prefix, new):
    """Hive's words: what was missing, then what was added."""
    if not new:
        return []
    names = [f"{table.name}:{folder[len(prefix) :].rstrip('/')}" for folder in new.values()]
    lines = ["Partitions not in metastore:\t" + "\t".join(names)]
    lines += [f"Repair: Added partition to metastore {name}" for name in names]
    return [[line] for line in lines]


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
        raise execution_error(
            f"MetaException(message:{exc.response['Error'].get('Message')} (Bucket: {bucket}))"
        ) from exc
    return [folder for folder in found if not folder[len(prefix) :].startswith(("_", "."))]
