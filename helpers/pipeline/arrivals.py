"""The raw files: which are there, to which day each belongs, and what its header says.

    raw/events/2024-03-01.json        the day of arrival is the first date in the key
    raw/events/2024-03-02/part-1.json.gz
    raw/sales/2024-03-01.csv

A file of another kind, or one without a date in its key, is not read: it is named in the report.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from helpers.pipeline import rules
from helpers.pipeline.fields import Refused, decoded
from helpers.pipeline.schema import DATASETS

ENDINGS = {"events": (".json", ".jsonl", ".ndjson"), "sales": (".csv",)}
HEADER_BYTES = 65_536  # as much of a file as is fetched for its header
PIECE = 2**20  # bytes of a text that are looked at together
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PLAIN = re.compile(r"[\w.=/+-]+", re.ASCII)  # Spark reads * ? [ { in an address as a pattern


@dataclass(frozen=True)
class RawFile:
    """A file below the source: `key` relative to it, `arrival` its day, `etag` its content's mark."""

    dataset: str
    key: str
    arrival: date
    etag: str
    bytes: int

    @property
    def zipped(self) -> bool:
        """Whether its name says that it is gzipped."""
        return self.key.endswith(".gz")


@dataclass(frozen=True)
class Folder:
    """A folder in S3, from its `s3://bucket/prefix/` address."""

    bucket: str
    prefix: str

    @classmethod
    def of(cls, address: str) -> Folder:
        """Raises ValueError when the address is not one of S3."""
        match = re.fullmatch(r"s3[an]?://([^/]+)/?(.*?)/*", address)
        if not match:
            raise ValueError(f"{address!r} is not an address in S3: use s3://bucket/folder/.")
        return cls(match[1], match[2] + "/" if match[2] else "")

    def uri(self, key: str = "") -> str:
        """The `s3://` address of a key below the folder."""
        return f"s3://{self.bucket}/{self.prefix}{key}"

    def objects(self, s3, below: str = "") -> Iterable[dict]:
        """The entries of ListObjectsV2 below the folder."""
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix + below)
        for page in pages:
            yield from page.get("Contents", [])


def list_raw(s3, source: Folder) -> tuple[list[RawFile], list[str]]:
    """The files of both datasets, sorted by key, and the keys that are none."""
    files, others = [], []
    for dataset in DATASETS:
        for entry in source.objects(s3, dataset.name + "/"):
            key = entry["Key"].removeprefix(source.prefix)
            name = key.rsplit("/", 1)[-1]
            if not name:  # the mark of a folder
                continue
            arrival = _arrival(key, dataset.name)
            if arrival is None or name.startswith(("_", ".")):
                others.append(key)
                continue
            files.append(RawFile(dataset.name, key, arrival, entry["ETag"].strip('"'), entry["Size"]))
    return sorted(files, key=lambda file: file.key), sorted(others)


def _arrival(key: str, dataset: str) -> date | None:
    found = _DAY.search(key)
    if not found or not _PLAIN.fullmatch(key) or not key.removesuffix(".gz").endswith(ENDINGS[dataset]):
        return None
    try:
        return date.fromisoformat(found.group())
    except ValueError:
        return None


def header_of(s3, source: Folder, file: RawFile) -> tuple[str, ...] | None:
    """The column names of a CSV file's first line, in lower case; None when it has no header."""
    return header_in(unpacked(file, stored_beginning(s3, source, file)))


def header_in(start: bytes) -> tuple[str, ...] | None:
    """The same, told from the file's first bytes."""
    try:
        return rules.header(decoded(start.split(b"\n", 1)[0]))
    except Refused:
        return None


def stored_beginning(s3, source: Folder, file: RawFile) -> bytes:
    """The first bytes of the object, up to HEADER_BYTES."""
    if not file.bytes:
        return b""
    return _range(s3, source, file, f"0-{HEADER_BYTES - 1}")


def unpacked(file: RawFile, start: bytes) -> bytes:
    """The first bytes of the text, told from those of the object; none when its compression is damaged."""
    if not file.zipped:
        return start
    try:
        return zlib.decompressobj(wbits=31).decompress(start, HEADER_BYTES)
    except zlib.error:
        return b""


def text_size(s3, source: Folder, file: RawFile) -> int:
    """Bytes of the text. Of a gzipped one what its last four bytes say (RFC 1952): modulo 4 GB, and of several
    archives in one file only the last one's."""
    if not file.zipped or not file.bytes:
        return file.bytes
    return int.from_bytes(_range(s3, source, file, "-4"), "little")


def longest_line(s3, source: Folder, file: RawFile, enough: int) -> int:
    """Bytes of the longest line of a gzipped file, or of the first with more than `enough`; reads all of it."""
    body = s3.get_object(Bucket=source.bucket, Key=source.prefix + file.key)["Body"]
    longest = begun = 0
    with gzip.GzipFile(fileobj=body) as archive:
        while longest <= enough and (piece := archive.read(PIECE)):
            lengths = [len(part) for part in piece.split(b"\n")]
            lengths[0] += begun
            longest, begun = max(longest, *lengths), lengths[-1]
    return longest


def _range(s3, source: Folder, file: RawFile, of: str) -> bytes:
    return s3.get_object(Bucket=source.bucket, Key=source.prefix + file.key, Range=f"bytes={of}")["Body"].read()


def broken_archive(s3, source: Folder) -> str | None:
    """The address of the first gzipped raw file that cannot be unpacked; Spark's own error names none."""
    for file in list_raw(s3, source)[0]:
        if file.zipped:
            body = s3.get_object(Bucket=source.bucket, Key=source.prefix + file.key)["Body"]
            try:
                with gzip.GzipFile(fileobj=body) as archive:
                    while archive.read(HEADER_BYTES):
                        pass
            except (EOFError, OSError, zlib.error):
                return source.uri(file.key)
    return None
