"""What is in the lake and where it came from: one JSON object, `_pipeline/manifest.json`, below the target.

It names each raw file with its ETag and counts, and each day with its counts. From it a run knows which
files are new, and which older files also hold rows of a day that must be computed again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date

from helpers.pipeline.arrivals import Folder, RawFile

KEY = "_pipeline/manifest.json"
VERSION = 2  # raise it when the rules change: every file is then read again


@dataclass
class FileEntry:
    """A raw file as it was read: its lines, and what they were."""

    dataset: str
    arrival: str
    etag: str
    bytes: int
    lines: int = 0
    headers: int = 0
    refused: dict[str, int] = field(default_factory=dict)  # by reason
    valid: dict[str, int] = field(default_factory=dict)  # by the day the rows belong to


@dataclass
class DayEntry:
    """A day of a table: its rows, and the valid lines that are not in it.

    `linked` are the other days with records of the same keys: they are always computed together.
    """

    rows: int = 0
    duplicates: int = 0
    replaced: int = 0
    linked: list[str] = field(default_factory=list)

    @property
    def valid(self) -> int:
        """The valid lines of the day."""
        return self.rows + self.duplicates + self.replaced


@dataclass
class Manifest:
    """Raw files by key; days by dataset and day; the fingerprint of each published partition by its name."""

    files: dict[str, FileEntry] = field(default_factory=dict)
    days: dict[str, dict[str, DayEntry]] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)

    def unchanged(self, file: RawFile) -> bool:
        """Whether this very content has been read."""
        entry = self.files.get(file.key)
        return entry is not None and entry.etag == file.etag

    def days_with_rows(self, dataset: str) -> set[str]:
        """The days that must have a partition."""
        return {day for day, entry in self.days.get(dataset, {}).items() if entry.rows}

    def with_linked(self, dataset: str, days: Iterable[str]) -> set[str]:
        """The days and all that hang together with them."""
        found, waiting = set(), list(days)
        while waiting:
            day = waiting.pop()
            if day not in found:
                found.add(day)
                waiting += self.days.get(dataset, {}).get(day, DayEntry()).linked
        return found

    def arrived(self, dataset: str, arrivals: Iterable[date]) -> dict[str, FileEntry]:
        """The entries of the files that arrived on these days."""
        wanted = {arrival.isoformat() for arrival in arrivals}
        return {
            key: entry for key, entry in self.files.items() if entry.dataset == dataset and entry.arrival in wanted
        }


def load(s3, target: Folder) -> Manifest:
    """The manifest of a lake; an empty one for a new lake or one written by other rules."""
    try:
        body = s3.get_object(Bucket=target.bucket, Key=target.prefix + KEY)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return Manifest()
    found = json.loads(body)
    if found["version"] != VERSION:
        return Manifest()
    return Manifest(
        {key: FileEntry(**entry) for key, entry in found["files"].items()},
        {name: {day: DayEntry(**entry) for day, entry in days.items()} for name, days in found["days"].items()},
        found["fingerprints"],
    )


def save(s3, target: Folder, manifest: Manifest) -> None:
    """Replace the manifest; one PUT, so that a reader finds the old one or the new one."""
    body = json.dumps({"version": VERSION, **asdict(manifest)}, indent=1, sort_keys=True)
    s3.put_object(Bucket=target.bucket, Key=target.prefix + KEY, Body=body.encode())
