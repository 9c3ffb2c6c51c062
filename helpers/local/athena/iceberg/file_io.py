"""pyiceberg's files, through the endpoint's boto3 client for S3.

Every file of an Iceberg table is written once and never changed, so what was read stays in memory, a few at a time.
"""

import io
import threading
from collections import OrderedDict

import fastavro
from botocore.exceptions import ClientError, ParamValidationError
from pyiceberg.io import FileIO, InputFile, OutputFile

from ..locations import split_uri
from ..readers.avro_blocks import plain_stream

KEPT = 64 << 20  # bytes of metadata and manifest files kept in memory
_ABSENT = ("NoSuchKey", "NoSuchBucket", "404", "NotFound")


class S3FileIO(FileIO):
    """All of a table's metadata files; data files are read and written elsewhere, as local copies."""

    def __init__(self, s3):
        super().__init__({})
        self.s3 = s3
        self._guard, self._kept, self._size = threading.Lock(), OrderedDict(), 0

    def new_input(self, location):
        return _Input(location, self)

    def new_output(self, location):
        return _Output(location, self)

    def delete(self, location):
        location = location if isinstance(location, str) else location.location
        bucket, key = split_uri(location)
        self.s3.delete_object(Bucket=bucket, Key=key)
        self._forget(location)

    def read(self, location):
        """The bytes of a file. FileNotFoundError when it is not there."""
        with self._guard:
            if location in self._kept:
                self._kept.move_to_end(location)
                return self._kept[location]
        bucket, key = split_uri(location)
        try:
            data = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as failure:
            raise _translated(failure, location) from failure
        except ParamValidationError as failure:  # no name of a bucket
            raise FileNotFoundError(f"{location} does not exist") from failure
        if location.endswith(".avro"):
            _check_avro(data)
        self._keep(location, data)
        return data

    def write(self, location, data):
        bucket, key = split_uri(location)
        self.s3.put_object(Bucket=bucket, Key=key, Body=data)
        self._keep(location, data)

    def exists(self, location):
        bucket, key = split_uri(location)
        try:
            self.s3.head_object(Bucket=bucket, Key=key)
        except ClientError as failure:
            if failure.response["Error"]["Code"] in _ABSENT:
                return False
            raise
        return True

    def _keep(self, location, data):
        self._forget(location)
        with self._guard:
            self._kept[location] = data
            self._size += len(data)
            while self._size > KEPT and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1])

    def _forget(self, location):
        with self._guard:
            self._size -= len(self._kept.pop(location, b""))


def _check_avro(data):
    """Raise for damaged Avro: pyiceberg's decoder trusts the lengths in it and reads on past the end of memory."""
    for _ in fastavro.reader(plain_stream(io.BufferedReader(io.BytesIO(data)))):
        pass


def _translated(failure, location):
    if failure.response["Error"]["Code"] in _ABSENT:
        return FileNotFoundError(f"{location} does not exist")
    return failure


class _Located:
    """What an input and an output have in common."""

    def __init__(self, location, owner):
        super().__init__(location)
        self._owner = owner

    def __len__(self):
        return len(self._owner.read(self.location))

    def exists(self):
        return self._owner.exists(self.location)


class _Input(_Located, InputFile):
    def open(self, seekable=True):
        return io.BytesIO(self._owner.read(self.location))


class _Output(_Located, OutputFile):
    def to_input_file(self):
        return _Input(self.location, self._owner)

    def create(self, overwrite=False):
        if not overwrite and self.exists():
            raise FileExistsError(f"{self.location} already exists")
        return _Stream(self.location, self._owner)


class _Stream(io.BytesIO):
    """Uploaded when it is closed, unless what filled it has failed."""

    def __init__(self, location, owner):
        super().__init__()
        self._location, self._owner, self._done = location, owner, False

    def close(self):
        if not self._done and not self.closed:
            self._done = True
            self._owner.write(self._location, self.getvalue())
        super().close()

    def __exit__(self, kind, failure, traceback):
        self._done = self._done or kind is not None
        return super().__exit__(kind, failure, traceback)
