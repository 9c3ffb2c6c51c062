"""The objects of S3 as local files: each version of an object is fetched once.

DuckDB reads local files much faster and more safely than it reads through Python, so a query first
fetches the objects that it needs. A file's name is a hash of bucket, key and ETag: no key, however odd,
ever becomes a path. The folder is bounded; the least recently used files go first, never those of a
running query.
"""

import hashlib
import os
import re
import shutil
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from .budget import ByteBudget
from .errors import NO_SPACE, AthenaError

LEAST_LIMIT, MOST_LIMIT = 1 << 30, 8 << 30  # bytes of local copies kept
SHARE_OF_DISK = 4  # the limit between these two is the free disk divided by this
IN_FLIGHT = 128 << 20  # bytes of objects on their way at once: an S3 server may hold each of them in memory
CHUNK = 1 << 20
FETCHERS = 8
ARCHIVED = ("GLACIER", "DEEP_ARCHIVE")  # Athena silently ignores such objects (User Guide, other limitations)


def disk_limit(folder):
    """Bytes of local copies worth keeping on the disk of `folder`: a share of what is free now."""
    return max(LEAST_LIMIT, min(MOST_LIMIT, shutil.disk_usage(folder).free // SHARE_OF_DISK))


@dataclass(frozen=True)
class DataFile:
    """One version of one object; `size` in bytes as stored. `etag` is '' for an object that never changes."""

    bucket: str
    key: str
    size: int
    etag: str

    @property
    def uri(self):
        return f"s3://{self.bucket}/{self.key}"

    @property
    def fingerprint(self):
        text = "\0".join((self.bucket, self.key, self.etag, str(self.size)))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def split_location(location):
    """'s3://bucket/a/b' → ('bucket', 'a/b/'): the prefix of everything below a table's location."""
    scheme, separator, rest = (location or "").partition("://")
    bucket, _, key = rest.partition("/")
    if not separator or scheme not in ("s3", "s3a", "s3n") or not bucket:
        raise AthenaError("HIVE_METASTORE_ERROR", f"Table location is not an S3 location: {location!r}")
    return bucket, key if not key or key.endswith("/") else key + "/"


def is_data(key, prefix, size, storage_class="STANDARD"):
    """Whether a query reads this object: empty ones, archived ones and hidden names (`_x`, `.x`) are skipped."""
    if size == 0 or storage_class in ARCHIVED or key.endswith(("/", "_$folder$")):
        return False
    parts = key[len(prefix) :].split("/")
    return not any(part.startswith(("_", ".")) and part not in (".", "..") for part in parts)


def _parents(key):
    """'a/b/c' → 'a/b/', 'a/', '': the prefixes that could be a location of this object, longest first."""
    end = key.rfind("/")
    while end >= 0:
        yield key[: end + 1]
        end = key.rfind("/", 0, end)
    yield ""


class ObjectCache:
    """Local copies of objects, shared by all queries of one endpoint. All methods are thread-safe."""

    def __init__(self, s3, folder, limit=LEAST_LIMIT):
        self.s3, self.folder, self.limit = s3, Path(folder), limit
        self.folder.mkdir(parents=True, exist_ok=True)
        self._guard = threading.RLock()
        self._making = {}  # name → lock of whoever makes that file
        self._files = {}  # name → size, least recently used first
        self._total = 0  # bytes of all of them
        self._pins = {}  # name → number of queries that use it
        self._uris = {}  # fingerprint → s3:// URI, for the messages of those who read the local files
        self._local = re.compile(re.escape(str(self.folder)) + r"/([0-9a-f]{40})[\w.]*")
        self._memo = {}
        self._in_flight = ByteBudget(IN_FLIGHT)
        self._pool = ThreadPoolExecutor(FETCHERS, thread_name_prefix="fetch")

    def close(self):
        self._pool.shutdown(wait=False, cancel_futures=True)

    def list(self, location):
        """The data files below a location, in key order. AthenaError when the bucket is missing or closed."""
        bucket, prefix = split_location(location)
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        try:
            return [
                DataFile(bucket, item["Key"], item["Size"], item["ETag"].strip('"'))
                for page in pages
                for item in page.get("Contents", [])
                if is_data(item["Key"], prefix, item["Size"], item.get("StorageClass", "STANDARD"))
            ]
        except ClientError as failure:
            raise _listing_error(failure, location) from failure

    def list_dealt(self, bucket, common, prefixes):
        """The data files below each of many prefixes that start with `common`, from one listing: {prefix: files}."""
        dealt = {prefix: [] for prefix in prefixes}
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=common)
        try:
            for page in pages:
                for item in page.get("Contents", []):
                    for prefix in _parents(item["Key"]):
                        if prefix in dealt:
                            if is_data(item["Key"], prefix, item["Size"], item.get("StorageClass", "STANDARD")):
                                found = DataFile(bucket, item["Key"], item["Size"], item["ETag"].strip('"'))
                                dealt[prefix].append(found)
                            break
        except ClientError as failure:
            raise _listing_error(failure, f"s3://{bucket}/{common}") from failure
        return dealt

    def list_many(self, locations, context):
        """`list` for each of many locations at once, in their order."""
        if len(locations) <= 1:
            return [self.list(location) for location in locations]
        return self._in_parallel(self.list, locations, context)

    def path(self, file, owner=None):
        """The local copy of an object. With `owner`, it stays until that object (a connection) is gone."""
        self._uris[file.fingerprint] = file.uri
        return self._made(file.fingerprint, lambda target: self._fetch(file, target), owner)

    def prepared(self, file, kind, make, owner=None):
        """A file made from an object once: `make(path of the object, path to write)`."""

        def build(target):
            make(self.path(file), target)

        return self._made(f"{file.fingerprint}.{kind}", build, owner)

    def named(self, message):
        """A message with the objects' URIs in the place of their local copies."""
        return self._local.sub(lambda found: self._uris.get(found[1], "an object"), message)

    def paths(self, files, prepare, context):
        """`prepare(file)` → local path for every file, several at a time, in order."""
        return self._in_parallel(prepare, files, context)

    def memo(self, file, key, compute):
        """What `compute()` says about one version of an object, remembered."""
        with self._guard:
            if (file.fingerprint, key) in self._memo:
                return self._memo[file.fingerprint, key]
        value = compute()
        if value is not None:
            self.remember(file, key, value)
        return value

    def remember(self, file, key, value):
        """Set what `memo` gives for one version of an object."""
        with self._guard:
            if len(self._memo) > 100_000:
                self._memo.clear()
            self._memo[file.fingerprint, key] = value

    def _in_parallel(self, work, items, context):
        def step(item):
            context.check_cancelled()
            return work(item)

        futures = [self._pool.submit(step, item) for item in items]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()

    def _made(self, name, make, owner):
        target = self.folder / name
        with self._guard:
            lock = self._making.setdefault(name, threading.Lock())
        with lock:
            with self._guard:
                known = name in self._files
                if known:
                    self._files[name] = self._files.pop(name)
                self._pin(name, owner)
            if not known:
                size = self._write(target, make)
                with self._guard:
                    self._files[name] = size
                    self._total += size
                    self._making.pop(name, None)
                    self._evict(keep=name)
        return str(target)

    def _write(self, target, make):
        partial = target.with_name(f"{target.name}.{threading.get_ident()}.part")
        try:
            make(partial)
            size = partial.stat().st_size
            os.replace(partial, target)
        except OSError as failure:
            if failure.errno not in NO_SPACE:
                raise
            raise AthenaError(
                "GENERIC_INTERNAL_ERROR",
                f"No space left on the disk of {self.folder}: free some and run the query again",
            ) from failure
        finally:
            with suppress(FileNotFoundError):
                partial.unlink()
        return size

    def _fetch(self, file, target):
        try:
            version = {"IfMatch": f'"{file.etag}"'} if file.etag else {}
            with self._in_flight.hold(file.size), open(target, "wb") as out:
                body = self.s3.get_object(Bucket=file.bucket, Key=file.key, **version)["Body"]
                for chunk in body.iter_chunks(CHUNK):
                    out.write(chunk)
        except (ClientError, BotoCoreError) as failure:
            reason = getattr(failure, "response", {}).get("Error", {}).get("Message") or str(failure)
            raise AthenaError(
                "HIVE_CANNOT_OPEN_SPLIT", f"Error opening Hive split {file.uri}: {reason}".replace("\n", " ")
            ) from failure

    def _pin(self, name, owner):
        if owner is None:
            return
        self._pins[name] = self._pins.get(name, 0) + 1
        weakref.finalize(owner, self._unpin, name).atexit = False

    def _unpin(self, name):
        with self._guard:
            left = self._pins.get(name, 1) - 1
            if left > 0:
                self._pins[name] = left
            else:
                self._pins.pop(name, None)

    def _evict(self, keep):
        if self._total <= self.limit:
            return
        for name in list(self._files):
            if self._total <= self.limit:
                return
            if name != keep and name not in self._pins and name not in self._making:
                self._total -= self._files.pop(name)
                self._uris.pop(name, None)
                with suppress(FileNotFoundError):
                    (self.folder / name).unlink()


def _listing_error(failure, location):
    error = failure.response.get("Error", {})
    code, message = error.get("Code", ""), error.get("Message", str(failure))
    if code in ("AccessDenied", "403"):
        return AthenaError("PERMISSION_DENIED", f"Access denied when listing {location}: {message}")
    return AthenaError("HIVE_FILESYSTEM_ERROR", f"Failed to list directory {location}: {message} ({code})")
