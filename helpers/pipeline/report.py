"""What a run did, as numbers that add up, and as text that is the same whenever the same was done."""

from __future__ import annotations

from dataclasses import dataclass, field

from helpers.pipeline.manifest import Manifest


@dataclass(frozen=True)
class Account:
    """Where the lines of a dataset went: lines = headers + refused + duplicates + replaced + rows."""

    files: int = 0
    bytes: int = 0
    lines: int = 0
    headers: int = 0
    refused: int = 0
    duplicates: int = 0
    replaced: int = 0
    rows: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether every line is accounted for exactly once."""
        return self.lines == self.headers + self.refused + self.duplicates + self.replaced + self.rows

    def __str__(self) -> str:
        return (
            f"{self.lines:,} lines = {self.rows:,} rows + {self.duplicates:,} duplicates + {self.replaced:,} replaced"
            f" + {self.refused:,} refused + {self.headers:,} headers"
        )


@dataclass
class Report:
    """One run.

    read       raw files that were new or changed, by dataset
    again      raw files that were read once more for a late row's day, by dataset
    written    partitions with new content, as `table/day=2024-03-01`
    unchanged  partitions that were computed and came out as they were: their objects stayed
    removed    partitions that have no rows any more
    ignored    keys below the source that are not raw files
    lake       where all lines of the whole lake went, by dataset
    refused    lines refused in the whole lake, by dataset and reason
    checks     how many checks were made; all passed, otherwise there is no report
    lake_bytes bytes of the published Parquet files, by table
    """

    read: dict[str, list[str]] = field(default_factory=dict)
    again: dict[str, list[str]] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    lake: dict[str, Account] = field(default_factory=dict)
    refused: dict[str, dict[str, int]] = field(default_factory=dict)
    checks: int = 0
    lake_bytes: dict[str, int] = field(default_factory=dict)

    @property
    def raw_bytes(self) -> int:
        """Bytes of the raw files that the lake was made from."""
        return sum(account.bytes for account in self.lake.values())

    def __str__(self) -> str:
        lines = []
        for name, account in self.lake.items():
            again = f", {len(self.again[name])} again" if self.again.get(name) else ""
            lines.append(f"{name}: {_files(len(self.read.get(name, ())))} read{again}")
            lines.append(f"  in all {_files(account.files)}, {account}")
        lines.append(
            f"partitions: {len(self.written)} written, {len(self.unchanged)} came out unchanged,"
            f" {len(self.removed)} removed; {self.checks} checks passed"
        )
        if self.ignored:
            lines.append(f"not raw files, left alone: {', '.join(self.ignored)}")
        return "\n".join(lines)


def _files(count: int) -> str:
    return f"{count} {'file' if count == 1 else 'files'}"


def account(manifest: Manifest, dataset: str) -> Account:
    """Where the lines of one dataset went, over the whole lake."""
    files = [entry for entry in manifest.files.values() if entry.dataset == dataset]
    days = manifest.days.get(dataset, {}).values()
    return Account(
        files=len(files),
        bytes=sum(entry.bytes for entry in files),
        lines=sum(entry.lines for entry in files),
        headers=sum(entry.headers for entry in files),
        refused=sum(sum(entry.refused.values()) for entry in files),
        duplicates=sum(day.duplicates for day in days),
        replaced=sum(day.replaced for day in days),
        rows=sum(day.rows for day in days),
    )


def refused(manifest: Manifest, dataset: str) -> dict[str, int]:
    """Refused lines by reason, the most frequent first."""
    counts: dict[str, int] = {}
    for entry in manifest.files.values():
        if entry.dataset == dataset:
            for reason, count in entry.refused.items():
                counts[reason] = counts.get(reason, 0) + count
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
