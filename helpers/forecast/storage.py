"""S3 as a forecast sees it: names and sizes from listings, and file footers by ranged GET; never data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from helpers.forecast.errors import ForecastError

AT_ONCE = 8  # listings and footers fetched side by side
FEW = 20  # up to this many locations are listed one by one
# Athena ignores archived objects and names that start with _ or . (User Guide: other notable limitations;
# create-table: "Athena ignores … files that start with an underscore or a dot").
ARCHIVED = ("GLACIER", "DEEP_ARCHIVE")


@dataclass(frozen=True)
class StoredObject:
    """One object: `size` in bytes as stored."""

    bucket: str
    key: str
    size: int

    @property
    def uri(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


class Storage:
    """Listings and byte ranges over a boto3 S3 client; `lists`, `gets`, `bytes_got` count what that took."""

    def __init__(self, s3):
        self.s3 = s3
        self.lists = self.gets = self.bytes_got = 0
        self._listed: dict[str, list[StoredObject]] = {}
        self._footers: dict[tuple[str, str], object] = {}

    def objects(self, locations: list[str]) -> list[list[StoredObject]]:
        """For each location the objects below it that Athena reads, by key."""
        new = [location for location in dict.fromkeys(locations) if location not in self._listed]
        if len(new) > FEW:
            self._listed |= self._list_together(new)
            new = [location for location in new if location not in self._listed]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for location, (found, pages) in zip(new, pool.map(self._list, new), strict=True):
                self._listed[location] = found
                self.lists += pages
        return [self._listed[location] for location in locations]

    def _list(self, location: str) -> tuple[list[StoredObject], int]:
        bucket, prefix = split(location)
        found, pages = [], 0
        for page in self._pages(location, bucket, prefix):
            pages += 1
            found += [StoredObject(bucket, e["Key"], e["Size"]) for e in page if _is_read(e, prefix)]
        return found, pages

    def _list_together(self, locations: list[str]) -> dict[str, list[StoredObject]]:
        """Many locations from one listing of the folder above them; nothing when that takes more requests."""
        split_up = {split(location): location for location in locations}
        bucket = next(iter(split_up))[0]
        prefixes = {prefix: location for (_, prefix), location in split_up.items()}
        above = _common_folder(min(prefixes), max(prefixes))
        if any(other != bucket for other, _ in split_up) or len(prefixes) < len(locations):
            return {}
        found: dict[str, list[StoredObject]] = {location: [] for location in locations}
        for number, page in enumerate(self._pages(locations[0], bucket, above)):
            self.lists += 1
            if number == len(locations) // 2:
                return {}
            for entry in page:
                prefix = _owner(entry["Key"], prefixes)
                if prefix is not None and _is_read(entry, prefix):
                    found[prefixes[prefix]].append(StoredObject(bucket, entry["Key"], entry["Size"]))
        return found

    def _pages(self, location: str, bucket: str, prefix: str) -> Iterator[list[dict]]:
        try:
            for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                yield page.get("Contents", [])
        except (ClientError, BotoCoreError) as error:
            raise ForecastError(f"{location} cannot be listed: {_reason(error)}") from error

    def footers(self, objects: list[StoredObject], read: Callable) -> list[object]:
        """`read(object, ranged)` for each object, several at a time; asked once for each object."""
        new = [o for o in dict.fromkeys(objects) if (o.uri, read.__module__) not in self._footers]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(lambda o: _counted(self.s3, o, read), new))
        for each, (footer, sizes) in zip(new, answers, strict=True):
            self._footers[each.uri, read.__module__] = footer
            self.gets += len(sizes)
            self.bytes_got += sum(sizes)
        return [self._footers[o.uri, read.__module__] for o in objects]


def _common_folder(first: str, last: str) -> str:
    """What two prefixes share, up to a slash; between the first and the last in order, all share it."""
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[: first.rfind("/", 0, same) + 1]


def _owner(key: str, prefixes: dict[str, str]) -> str | None:
    """The longest of the prefixes, each ending in a slash, that a key lies below."""
    end = key.rfind("/")
    while end >= 0:
        if key[: end + 1] in prefixes:
            return key[: end + 1]
        end = key.rfind("/", 0, end)
    return None


def _counted(s3, stored: StoredObject, read: Callable) -> tuple[object, list[int]]:
    """What `read` makes of an object, and the sizes of the ranges that it asked for."""
    sizes: list[int] = []

    def ranged(start: int, length: int) -> bytes:
        if start < 0 or length < 0 or start + length > stored.size:
            raise ForecastError(f"{stored.uri} is damaged: its footer points outside the file.")
        if length == 0:
            return b""
        sizes.append(length)
        try:
            answer = s3.get_object(Bucket=stored.bucket, Key=stored.key, Range=f"bytes={start}-{start + length - 1}")
            return answer["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise ForecastError(f"The footer of {stored.uri} cannot be read: {_reason(error)}") from error

    return read(stored, ranged), sizes


def split(location: str) -> tuple[str, str]:
    """'s3://bucket/a/b' → ('bucket', 'a/b/'). Raises ForecastError for what is no S3 location."""
    scheme, separator, rest = location.partition("://")
    bucket, _, key = rest.partition("/")
    if not separator or scheme not in ("s3", "s3a", "s3n") or not bucket:
        raise ForecastError(f"The location {location!r} is none in S3: correct the table in the Glue catalog.")
    return bucket, key if not key or key.endswith("/") else key + "/"


def _is_read(entry: dict, prefix: str) -> bool:
    key = entry["Key"]
    if entry["Size"] == 0 or entry.get("StorageClass") in ARCHIVED or key.endswith(("/", "_$folder$")):
        return False
    return not any(part.startswith(("_", ".")) for part in key[len(prefix) :].split("/"))


def _reason(error: Exception) -> str:
    details = getattr(error, "response", {}).get("Error", {})
    return f"{details.get('Code')}: {details.get('Message')}" if details else str(error)
