"""Snapshots of Athena's kind: appends, and row-level changes with position delete files."""

from contextlib import contextmanager

from pyiceberg.exceptions import ValidationException
from pyiceberg.manifest import (
    ManifestContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestWriterV2,
)
from pyiceberg.table.snapshots import Operation, SnapshotSummaryCollector, Summary, update_snapshot_summaries
from pyiceberg.table.update.snapshot import _OverwriteFiles

from ..writers import output
from . import warehouse
from .damage import reads_metadata


@reads_metadata
def append(table, files, catalog):
    """Commit new data files; other appends and deletes in the meantime do not matter."""

    def change():
        with table.transaction() as transaction, transaction.update_snapshot().fast_append() as snapshot:
            for file in files:
                snapshot.append_data_file(file)

    warehouse.commit(table, change, catalog)


@reads_metadata
def change_rows(
    table, data_files, delete_files, catalog, removed=(), removed_deletes=(), operation=Operation.OVERWRITE
):
    """Commit data and position delete files, and the removal of both. Any other commit in the meantime wins."""
    if removed and not (data_files or delete_files):
        operation = Operation.DELETE  # whole files are gone, and nothing else happened

    def change():
        with table.transaction() as transaction:
            snapshot = _RowDelta(operation, transaction, table.io)
            for file in data_files:
                snapshot.append_data_file(file)
            for file in removed:
                snapshot.delete_data_file(file)
            snapshot.delete_files, snapshot.removed_deletes = list(delete_files), list(removed_deletes)
            snapshot.commit()

    warehouse.commit(table, change, catalog)


@contextmanager
def removed_unless_committed(files, s3):
    """Delete uploaded files (s3:// URIs; the list may grow) when the block fails."""
    try:
        yield
    except BaseException:
        output.remove(files, s3)
        raise


class _DeleteManifestWriter(ManifestWriterV2):
    """A manifest of delete files."""

    def content(self):
        return ManifestContent.DELETES

    @property
    def _meta(self):
        return super()._meta | {"content": "deletes"}


class _RowDelta(_OverwriteFiles):
    """pyiceberg's overwrite, which only knows data files, with `delete_files` added and `removed_deletes` left out.

    It is valid only on the snapshot that the statement has read.
    """

    def __init__(self, operation, transaction, io):
        super().__init__(operation, transaction, io)
        self.delete_files, self.removed_deletes = [], []

    def _validate_concurrency(self):
        if self._commit_window is not None and not self._commit_window.is_empty():
            raise ValidationException("another writer has committed since the statement began")

    def _process_manifests(self, manifests):
        by_spec = {}
        for file in self.delete_files:
            by_spec.setdefault(file.spec_id, []).append(file)
        return [*manifests, *(self._delete_manifest(*item) for item in by_spec.items())]

    def _existing_manifests(self):
        gone = {file.file_path for file in self.removed_deletes}
        found = []
        for manifest in super()._existing_manifests():
            if manifest.content != ManifestContent.DELETES or not gone:
                found.append(manifest)
                continue
            entries = manifest.fetch_manifest_entry(self._io)
            left = [entry for entry in entries if entry.data_file.file_path not in gone]
            if len(left) == len(entries):
                found.append(manifest)
            elif left:
                found.append(self._delete_manifest(manifest.partition_spec_id, left))
        return found

    def _delete_manifest(self, spec_id, entries):
        """A manifest of entries that are there already, or of files to be added."""
        writer = _DeleteManifestWriter(
            self.spec(spec_id),
            self.schema(),
            self.new_manifest_output(),
            self._snapshot_id,
            self._compression,
        )
        with writer:
            for entry in entries:
                writer.existing(entry) if isinstance(entry, ManifestEntry) else writer.add_entry(self._new(entry))
        return writer.to_manifest_file()

    def _new(self, file):
        return ManifestEntry.from_args(
            status=ManifestEntryStatus.ADDED,
            snapshot_id=self._snapshot_id,
            sequence_number=None,
            file_sequence_number=None,
            data_file=file,
        )

    def _summary(self, snapshot_properties=None):
        metadata = self._transaction.table_metadata
        collector = SnapshotSummaryCollector()
        for file in [*self._added_data_files, *self.delete_files]:
            collector.add_file(file, metadata.schema(), metadata.spec())
        for file in [*self._deleted_data_files, *self.removed_deletes]:
            collector.remove_file(file, metadata.schema(), metadata.specs()[file.spec_id])
        parent = metadata.snapshot_by_id(self._parent_snapshot_id) if self._parent_snapshot_id else None
        found = update_snapshot_summaries(
            summary=Summary(operation=Operation.OVERWRITE, **collector.build()),
            previous_summary=parent.summary if parent else None,
        )
        return Summary(operation=self._operation, **found.additional_properties)
