"""The files of an Iceberg table: which there are, and how to delete them."""

from contextlib import suppress

from botocore.exceptions import BotoCoreError, ClientError

from ..locations import split_uri
from .damage import reads_metadata

BATCH = 1000  # keys in one DeleteObjects


@reads_metadata
def of_snapshots(table, snapshots):
    """The URIs of the manifest lists, manifests, data and delete files of some snapshots."""
    found = set()
    for snapshot in snapshots:
        found.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(table.io):
            found.add(manifest.manifest_path)
            entries = manifest.fetch_manifest_entry(table.io)
            found.update(entry.data_file.file_path for entry in entries)
    return found


def of_metadata(table):
    """The URIs of the current metadata file and those before it that it remembers, and of statistics."""
    metadata = table.metadata
    found = {table.metadata_location, *(entry.metadata_file for entry in metadata.metadata_log)}
    return found | {s.statistics_path for s in [*metadata.statistics, *metadata.partition_statistics]}


def of_all_snapshots(table):
    """Every file that the table knows of."""
    return of_snapshots(table, table.snapshots()) | of_metadata(table)


def delete(uris, context):
    """Delete objects; what cannot be deleted stays, for VACUUM to find."""
    by_bucket = {}
    for uri in sorted(uris):
        bucket, key = split_uri(uri)
        by_bucket.setdefault(bucket, []).append({"Key": key})
    for bucket, keys in by_bucket.items():
        for at in range(0, len(keys), BATCH):
            with suppress(ClientError, BotoCoreError):
                context.services.s3.delete_objects(
                    Bucket=bucket, Delete={"Objects": keys[at : at + BATCH], "Quiet": True}
                )
