"""What a run must compute: the arrival days that changed, the table's days they touch, and those days' rows.

A day's partition is a function of raw files alone: of all files that hold a row of that day. A run reads the
files that are new or changed, sees which days they touch (a late event touches an older one), and reads
again the few other files that hold rows of those days too. All other days stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from helpers.pipeline import frames, refusals
from helpers.pipeline.arrivals import Folder, RawFile, header_of
from helpers.pipeline.fields import Refused
from helpers.pipeline.manifest import DayEntry, FileEntry, Manifest
from helpers.pipeline.schema import SALES, Table
from helpers.pipeline.settle import settle


@dataclass
class Outcome:
    """One dataset's part of a run; the DataFrames are cached until `release`."""

    table: Table
    read: list[RawFile] = field(default_factory=list)  # new or changed
    again: list[RawFile] = field(default_factory=list)  # unchanged, with rows of a touched day
    arrivals: set[date] = field(default_factory=set)
    files: dict[str, FileEntry] = field(default_factory=dict)  # what is now known of the files read
    lines: dict[str, int] = field(default_factory=dict)  # of each of them, counted apart
    days: dict[str, DayEntry] = field(default_factory=dict)  # of each touched day
    parsed: DataFrame | None = None
    settled: DataFrame | None = None

    def release(self) -> None:
        """Give the cached data back."""
        for frame in (self.parsed, self.settled):
            if frame is not None:
                frame.unpersist()


@dataclass(frozen=True)
class Inputs:
    """Where the run reads: Spark, the S3 client, the raw folder, its files, what was there before."""

    session: SparkSession
    s3: object
    source: Folder
    present: tuple[RawFile, ...]
    manifest: Manifest

    def of(self, table: Table) -> list[RawFile]:
        """The files of one dataset."""
        return [file for file in self.present if file.dataset == table.name]

    def parse(self, table: Table, files: Iterable[RawFile], whole: dict[RawFile, Refused] | None = None) -> DataFrame:
        """The verdicts on the files' lines, cached; see `frames.parse`. `whole`: those that are refused as one."""
        whole = whole or {}
        columns = {
            file: header_of(self.s3, self.source, file) if table.name == SALES.name else None
            for file in files
            if file not in whole
        }
        verdicts = frames.parse(self.session, self.source, table, columns)
        if whole:
            rows = [refusals.row(self.s3, self.source, file, refusal) for file, refusal in whole.items()]
            verdicts = verdicts.unionByName(frames.refused(self.session, table, rows))
        return _cached(verdicts)


@dataclass
class Examined:
    """What is known of files apart from their verdicts: how many lines, and which are refused as a whole.

    A file refused as a whole counts as one line.
    """

    inputs: Inputs
    lines: dict[str, int] = field(default_factory=dict)
    refused: dict[RawFile, Refused] = field(default_factory=dict)

    def examine(self, files: Iterable[RawFile]) -> None:
        """Look at those that have not been looked at."""
        s3, source = self.inputs.s3, self.inputs.source
        new = [file for file in files if file.key not in self.lines]
        refused = {file: refusals.by_beginning(s3, source, file) for file in new}
        measures = frames.measure(self.inputs.session, source, [file for file in new if not refused[file]])
        for file in new:
            measure = measures.get(file.key)
            self.lines[file.key] = measure.lines if measure else 1
            self._refuse(file, refused[file] or refusals.by_measure(s3, source, file, measure))

    def refuse_by_lines(self, outcome: Outcome) -> bool:
        """Whether further files are refused as a whole because of what was found in their lines."""
        known = len(self.refused)
        for file in outcome.read:
            if file not in self.refused:
                self._refuse(file, refusals.by_lines(outcome.files[file.key].refused))
        return len(self.refused) > known

    def _refuse(self, file: RawFile, refusal: Refused | None) -> None:
        if refusal:
            self.refused[file], self.lines[file.key] = refusal, 1


def changed_arrivals(table: Table, inputs: Inputs, days: Iterable[date] | None, again: bool) -> set[date]:
    """The arrival days whose files are not what the lake was made from; `again`: all that are chosen."""
    now: dict[date, dict[str, str]] = {}
    before: dict[date, dict[str, str]] = {}
    for file in inputs.of(table):
        now.setdefault(file.arrival, {})[file.key] = file.etag
    for key, entry in inputs.manifest.files.items():
        if entry.dataset == table.name:
            before.setdefault(date.fromisoformat(entry.arrival), {})[key] = entry.etag
    chosen = {*now, *before} if days is None else {*now, *before} & set(days)
    return {arrival for arrival in chosen if again or now.get(arrival) != before.get(arrival)}


def compute(table: Table, inputs: Inputs, arrivals: set[date], published: dict[str, str]) -> Outcome:
    """The new state of every day that these arrivals touch. `published`: day → address of its files now."""
    manifest, examined = inputs.manifest, Examined(inputs)
    while True:
        outcome = Outcome(table, arrivals=set(arrivals))
        outcome.read = [file for file in inputs.of(table) if file.arrival in arrivals]
        examined.examine(outcome.read)
        outcome.lines = examined.lines
        outcome.parsed = inputs.parse(table, outcome.read, examined.refused)
        outcome.files = _file_entries(outcome)
        if examined.refuse_by_lines(outcome):
            outcome.release()
            continue
        touched = _touched(outcome, inputs, published)
        others = {
            key: entry
            for key, entry in manifest.files.items()
            if entry.dataset == table.name
            and date.fromisoformat(entry.arrival) not in arrivals
            and touched & set(entry.valid)
        }
        outcome.again = [file for file in inputs.of(table) if file.key in others and manifest.unchanged(file)]
        stale = set(others) - {file.key for file in outcome.again}
        if not stale:  # otherwise a file that is needed has itself changed or gone: its day is read anew too
            _settle(outcome, inputs, touched)
            return outcome
        arrivals = arrivals | {date.fromisoformat(others[key].arrival) for key in stale}
        outcome.release()


def _file_entries(outcome: Outcome) -> dict[str, FileEntry]:
    entries = {
        file.key: FileEntry(file.dataset, file.arrival.isoformat(), file.etag, file.bytes) for file in outcome.read
    }
    for row in outcome.parsed.groupBy("source", "kind", "reason", "day").count().collect():
        entry, count = entries[row["source"]], row["count"]
        entry.lines += count
        if row["kind"] == "header":
            entry.headers += count
        elif row["kind"] == "refused":
            entry.refused[row["reason"]] = count
        else:
            entry.valid[row["day"].isoformat()] = count
    return entries


def _touched(outcome: Outcome, inputs: Inputs, published: dict[str, str]) -> set[str]:
    """Days with rows of the files as they are and as they were, and days that share keys with those."""
    table, manifest = outcome.table, inputs.manifest
    days = {day for entry in outcome.files.values() for day in entry.valid}
    days |= {day for entry in manifest.arrived(table.name, outcome.arrivals).values() for day in entry.valid}
    days = manifest.with_linked(table.name, days)
    elsewhere = {day: where for day, where in published.items() if day not in days}
    if outcome.read and elsewhere:
        days |= manifest.with_linked(table.name, _days_of_same_keys(outcome, inputs, elsewhere))
    return days


def _days_of_same_keys(outcome: Outcome, inputs: Inputs, elsewhere: dict[str, str]) -> set[str]:
    """Days of the lake, among `elsewhere`, with a row whose key is in the new files: it may be replaced.

    Reads the key's columns of the lake, nothing else.
    """
    key = list(outcome.table.key)
    keys = outcome.parsed.where("kind = 'valid'").select(*key).distinct()
    rows = inputs.session.read.parquet(
        *(frames.address(inputs.session, where) for where in sorted(elsewhere.values()))
    )
    path = F.col("_metadata.file_path")
    found = rows.select(*key, F.regexp_extract(path, r"day=([0-9-]+)", 1).alias("day")).join(keys, key, "semi")
    return {row["day"] for row in found.select("day").distinct().collect()}


def _settle(outcome: Outcome, inputs: Inputs, touched: set[str]) -> None:
    valid = outcome.parsed.where("kind = 'valid'")
    if outcome.again:
        wanted = [date.fromisoformat(day) for day in sorted(touched)]
        again = inputs.parse(outcome.table, outcome.again)
        valid = valid.unionByName(again.where("kind = 'valid'").where(F.col("day").isin(wanted)))
    outcome.settled = _cached(settle(valid, outcome.table))
    outcome.days = {day: DayEntry() for day in touched}
    for row in outcome.settled.groupBy("day", "kind", "winner_day").count().collect():
        day, winner_day = row["day"].isoformat(), row["winner_day"].isoformat()
        entry = outcome.days[day]
        if row["kind"] == "row":
            entry.rows += row["count"]
        elif row["kind"] == "duplicate":
            entry.duplicates += row["count"]
        else:
            entry.replaced += row["count"]
        if winner_day != day:
            entry.linked = sorted({*entry.linked, winner_day})
            outcome.days[winner_day].linked = sorted({*outcome.days[winner_day].linked, day})


def _cached(frame: DataFrame) -> DataFrame:
    return frame.persist(StorageLevel.MEMORY_AND_DISK)
