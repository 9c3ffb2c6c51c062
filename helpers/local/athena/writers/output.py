"""Rows of a query → files below a location, divided by partition and bucket: written here first, then uploaded."""

import shutil
import tempfile
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from ..ddl.partition_values import escape
from ..errors import AthenaError, from_duckdb
from ..locations import split_uri
from ..objects import split_location
from ..partitions import NULL_PARTITION
from . import formats

MAX_WRITERS = 100  # open writers for partitions and buckets (User Guide, ctas-insert-into-etl)
BATCH = 122_880  # rows
HELD = 256 << 20  # bytes of rows waiting for their writers


@dataclass
class Written:
    """What a write left: `files` as s3:// URIs, rows, and the partitions as {values: location}.

    `notes`: for each file its partition's values, its bytes and what `Target.note` said.
    """

    rows: int = 0
    files: list = field(default_factory=list)
    partitions: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)


def partition_folder(names, values):
    """('year', 'city'), ('2024', None) → 'year=2024/city=__HIVE_DEFAULT_PARTITION__/', escaped as Hive does."""
    return "".join(
        f"{escape(n)}={escape(v) if v is not None else NULL_PARTITION}/" for n, v in zip(names, values, strict=True)
    )


@dataclass
class Target:
    """Where and how to write. `columns`: [(name, Type)] of the files; `partitions`: names of the partition columns.

    `line`: whether the query gives one column of finished lines instead of the columns.
    `place(values)`: the folder URI of a partition, below `location` unless the table says otherwise.
    `schema`: the Arrow schema of the files, where the columns do not say it all. `keys(table)`: the partition values
    of an Arrow table's rows, one array for each of `partitions`, where the query does not give them.
    `note(path)`: what to remember of a finished local file. `family`: whose error codes these are.
    """

    storage: object
    location: str
    columns: list
    partitions: tuple = ()
    line: bool = False
    place: object = None
    schema: object = None
    keys: object = None
    note: object = None
    family: str = "HIVE"
    extension: str | None = None

    def folder(self, values):
        if self.place is not None:
            found = self.place(values)
            if found:
                return found if found.endswith("/") else found + "/"
        return self.location.rstrip("/") + "/" + partition_folder(self.partitions, values)


def write(con, sql, target, context):
    """Run `sql` on `con` and store its rows → Written.

    `sql` gives the file columns (or the line), then the partition columns as text, then a bucket number when the
    storage has buckets. Nothing is uploaded before every file is complete.
    """
    home = tempfile.mkdtemp(prefix="write-", dir=context.services.objects.folder)
    try:
        with _Division(Path(home), target) as division:
            with duckdb_errors():
                reader = con.sql(sql).to_arrow_reader(BATCH)
                for batch in reader:
                    context.check_cancelled()
                    division.add(pa.Table.from_batches([batch]))
            division.finish()
        return _upload(division, target, context)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def duckdb_errors():
    """DuckDB's errors, also those that Arrow passes on, as AthenaError."""
    try:
        yield
    except AthenaError:
        raise
    except (duckdb.Error, pa.ArrowException) as failure:
        raise from_duckdb(failure) from failure
    except OSError as failure:
        if failure.errno is not None:  # the disk's own
            raise
        raise from_duckdb(failure) from failure


class _Division:
    """Deals rows out to one writer for each partition and bucket."""

    def __init__(self, home, target):
        self.home, self.target = home, target
        self.width = 1 if target.line else len(target.columns)
        self.schema = None if target.line else (target.schema or formats.schema_of(target.columns))
        self.keys = [f"p{i}" for i in range(len(target.partitions))] + ["bucket"] * bool(target.storage.bucket_count)
        self.waiting, self.writers, self.paths = {}, {}, {}
        self.rows = self.held = 0

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        for writer in self.writers.values():
            if failure[0] is None:
                writer.close()
            else:
                with suppress(Exception):
                    writer.close()
        return False

    def add(self, table):
        self.rows += table.num_rows
        for key, part in self._parts(table):
            if key not in self.waiting:
                if len(self.waiting) >= MAX_WRITERS:
                    raise AthenaError(
                        f"{self.target.family}_TOO_MANY_OPEN_PARTITIONS",
                        f"Exceeded limit of {MAX_WRITERS} open writers for partitions/buckets",
                    )
                self.waiting[key] = []
            self.waiting[key].append(part)
            self.held += part.nbytes
            if sum(p.num_rows for p in self.waiting[key]) >= formats.ROW_GROUP:
                self._flush(key)
        if self.held > HELD:
            for key in list(self.waiting):
                self._flush(key, everything=True)

    def finish(self):
        for key in list(self.waiting):
            self._flush(key, everything=True)

    def _parts(self, table):
        """(partition values and bucket, rows of it) in the order in which they first appear."""
        if not self.keys:
            yield (), table
            return
        data = table.select(range(self.width))
        if self.target.keys is not None:
            keys = pa.table(self.target.keys(self._typed(data)), names=self.keys)
        else:
            keys = table.select(range(self.width, table.num_columns)).rename_columns(self.keys)
        groups = keys.append_column("row", pa.array(range(len(keys)))).group_by(self.keys, use_threads=False)
        found = groups.aggregate([("row", "list")])
        order = sorted(range(len(found)), key=lambda i: found.column("row_list")[i].values[0].as_py())
        for i in order:
            yield tuple(found.column(k)[i].as_py() for k in self.keys), data.take(found.column("row_list")[i].values)

    def _flush(self, key, everything=False):
        """Write whole row groups, and with `everything` the rest: file bytes must not hang on how rows arrive."""
        parts = self.waiting[key]
        if not parts:
            return
        table = pa.concat_tables(parts)
        self.held -= sum(p.nbytes for p in parts)
        ready = len(table) if everything else len(table) // formats.ROW_GROUP * formats.ROW_GROUP
        rest = table.slice(ready)
        self.waiting[key] = [rest] if len(rest) else []
        self.held += rest.nbytes
        if ready:
            self._writer(key).write(self._typed(table.slice(0, ready)))

    def _typed(self, table):
        if self.schema is None:
            return table
        arrays = [
            pc.cast(column.combine_chunks(), f.type) if column.type != f.type else column
            for column, f in zip(table.columns, self.schema, strict=True)
        ]
        return pa.table(arrays, schema=self.schema)

    def _writer(self, key):
        if key not in self.writers:
            path = self.home / f"{len(self.writers):05d}"
            self.writers[key] = formats.open_writer(str(path), self.target.storage, self.target.columns, self.schema)
            self.paths[key] = path
        return self.writers[key]


def _upload(division, target, context):
    """Upload the files; on a failure take back what was uploaded. Glue learns of it only afterwards."""
    written = Written(rows=division.rows)
    stem = f"{datetime.now(UTC):%Y%m%d_%H%M%S}_{context.execution_id.split('-')[0]}"
    s3 = context.services.s3
    count = len(target.partitions)
    try:
        for key, path in division.paths.items():
            context.check_cancelled()
            values = key[:count]
            folder = target.folder(values)
            bucket, prefix = split_location(folder)
            part = f"bucket-{key[-1]:05d}" if target.storage.bucket_count else uuid.uuid4()
            ending = formats.extension(target.storage) if target.extension is None else target.extension
            object_key = f"{prefix}{stem}_{part}{ending}"
            try:
                s3.upload_file(str(path), bucket, object_key, ExtraArgs=context.settings.put_arguments())
            except (ClientError, BotoCoreError, Boto3Error) as failure:
                raise AthenaError(
                    f"{target.family}_WRITER_CLOSE_ERROR",
                    f"Error committing write to {target.family.title()}: {_reason(failure)} ({folder})",
                ) from failure
            written.files.append(f"s3://{bucket}/{object_key}")
            if target.note is not None:
                written.notes.append((values, path.stat().st_size, target.note(path)))
            if target.partitions:
                written.partitions[values] = folder
        context.point_of_no_return()  # stopped before here, nothing stays; after here, all of it does
    except BaseException:
        remove(written.files, s3)
        raise
    return written


def remove(uris, s3):
    """Delete objects (s3:// URIs) that nobody may see; one that cannot be deleted stays."""
    for uri in uris:
        bucket, key = split_uri(uri)
        with suppress(ClientError, BotoCoreError):
            s3.delete_object(Bucket=bucket, Key=key)


def _reason(failure):
    """What S3 said. boto3 wraps it in an error of its own that names our local file."""
    cause = failure.__context__ if isinstance(failure, Boto3Error) else failure
    error = getattr(cause, "response", {}).get("Error", {})
    return error.get("Message") or str(cause or failure)


def require_empty(s3, location, message):
    """HIVE_PATH_ALREADY_EXISTS when anything lies below a location; the bucket must exist."""
    bucket, prefix = split_location(location)
    try:
        found = s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=1).get("KeyCount", 0)
    except ClientError as failure:
        reason = failure.response.get("Error", {}).get("Message", str(failure))
        raise AthenaError("HIVE_METASTORE_ERROR", f"{reason} ({location})") from failure
    if found:
        raise AthenaError("HIVE_PATH_ALREADY_EXISTS", message)
