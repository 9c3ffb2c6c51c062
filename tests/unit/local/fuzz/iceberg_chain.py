"""An Iceberg table's files under new names, so that one can be damaged: metadata → list → manifest → data."""

import io
import itertools
import json

import fastavro

LEVELS = ("metadata", "manifest list", "manifest", "data")
_numbers = itertools.count()


class Chain:
    """The current files of the table `name` of a queries.Session in `bucket`."""

    def __init__(self, session, glue, name, bucket):
        self.s3, self.glue, self.bucket, self.database = session.s3, glue, bucket, session.database
        described = glue.get_table(DatabaseName=self.database, Name=name)["Table"]
        kept = ("Name", "TableType", "Parameters", "StorageDescriptor", "PartitionKeys")
        self.described = {key: described[key] for key in kept if key in described}
        self.metadata = self._get(described["Parameters"]["metadata_location"])
        current = json.loads(self.metadata)
        snapshots = {s["snapshot-id"]: s for s in current["snapshots"]}
        self.list_uri = snapshots[current["current-snapshot-id"]]["manifest-list"]
        self.list = self._get(self.list_uri)
        self.manifest_uri = _records(self.list)[0]["manifest_path"]
        self.manifest = self._get(self.manifest_uri)
        self.data_uri = _records(self.manifest)[0]["data_file"]["file_path"]
        self.data = self._get(self.data_uri)

    def damaged(self, level, damage):
        """Point the table to a copy in which the file of `level` is what `damage(bytes)` makes of it."""
        metadata, listed, manifest, data = self.metadata, self.list, self.manifest, self.data
        if level == "data":
            uri = self._put(damage(data), "parquet")
            manifest = _rewritten(manifest, lambda r: r["data_file"].update(file_path=uri))
        if level in ("manifest", "data"):
            uri = self._put(damage(manifest) if level == "manifest" else manifest, "avro")
            listed = _rewritten(listed, lambda r: r.update(manifest_path=uri, manifest_length=len(manifest)))
        if level != "metadata":
            uri = self._put(damage(listed) if level == "manifest list" else listed, "avro")
            metadata = metadata.replace(self.list_uri.encode(), uri.encode())
        uri = self._put(damage(metadata) if level == "metadata" else metadata, "metadata.json")
        self.described["Parameters"] |= {"metadata_location": uri}
        self.glue.update_table(DatabaseName=self.database, TableInput=self.described)

    def _get(self, uri):
        return self.s3.get_object(Bucket=self.bucket, Key=uri.partition(f"{self.bucket}/")[2])["Body"].read()

    def _put(self, body, ending):
        key = f"chain/{next(_numbers):05}.{ending}"
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)
        return f"s3://{self.bucket}/{key}"


def _records(data):
    return list(fastavro.reader(io.BytesIO(data)))


def _rewritten(data, change):
    """The Avro file with `change(record)` applied to its first record."""
    reader = fastavro.reader(io.BytesIO(data))
    records = list(reader)
    change(records[0])
    metadata = {k: v for k, v in reader.metadata.items() if not k.startswith("avro.")}
    out = io.BytesIO()
    fastavro.writer(out, reader.writer_schema, records, metadata=metadata)
    return out.getvalue()
