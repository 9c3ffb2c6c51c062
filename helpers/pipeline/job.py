"""One run of the pipeline: what is new in the raw folder becomes rows of the lake, or the lake stays.

    report = job.run(session, "s3://bucket/raw/", "s3://bucket/lake/", database="course_09")
    print(report)

Idempotent: a second run finds nothing new and changes nothing; with `again=True` it computes everything
once more and finds that every partition has the content it had. Incremental: only days that new or
changed files touch are computed. Whole or not at all: files are written to a folder that no partition
points to, checked there, and published by pointing the catalog to them; whatever fails before leaves the
lake as it was. If a process is killed between two requests to the catalog, each partition is whole, old or
new, and the next run finishes the work.

Two runs never work on one target at the same time: the second is refused, see `lease`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from datetime import date

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from helpers.pipeline import arrivals, checks, compute, frames, lake, lease, manifest, report
from helpers.pipeline.arrivals import Folder
from helpers.pipeline.catalog import Catalog, Values
from helpers.pipeline.compute import Inputs, Outcome
from helpers.pipeline.errors import PipelineError
from helpers.pipeline.report import Report
from helpers.pipeline.schema import DATASETS, QUARANTINE, TABLES, Table

Wanted = dict[Values, str | None]  # partition → its new place; None: no rows any more


def run(
    session: SparkSession,
    source: str,
    target: str,
    database: str,
    *,
    days: Iterable[date | str] | None = None,
    again: bool = False,
    aws: boto3.Session | None = None,
) -> Report:
    """Bring the lake up to date with the raw files, and answer with what was done.

    source    s3:// folder with `events/` and `sales/`, see `arrivals`
    target    s3:// folder of the lake; its tables are events, sales and quarantine
    database  an existing Glue database
    days      arrival days to look at (dates or `2024-03-01`); all without it
    again     compute the chosen days once more although their files have not changed
    aws       the boto3 session for S3 and Glue; by default the environment's

    Raises PipelineError, one line, also when another run works on the target; the lake is then as it was.
    """
    try:
        chosen = None if days is None else [date.fromisoformat(str(day)) for day in days]
        work = Run(session, aws or boto3.Session(), Folder.of(source), Folder.of(target), database)
    except ValueError as error:
        raise PipelineError(f"The run did not start: {error}") from error
    try:
        with lease.held(work.s3, work.target, work.version) as mine, frames.small_batches(session):
            return work.go(chosen, again, mine)
    except (ValueError, RuntimeError, ClientError, BotoCoreError) as error:
        raise PipelineError(f"The run stopped, the lake is as it was: {error}") from error
    except (PySparkException, Py4JError) as error:
        broken = arrivals.broken_archive(work.s3, work.source)
        cause = f"{broken} is cut off or damaged" if broken else _first_cause(error)
        raise PipelineError(f"Spark stopped, the lake is as it was: {cause}.") from error
    except OSError as error:  # py4j's, when nobody listens any more
        cause = "its Java process has ended; give it more memory, or see the end of its log"
        raise PipelineError(f"Spark stopped, the lake is as it was: {cause} ({error}).") from error


class Run:
    """The steps of one run, in order; `version` is the folder that its files go to."""

    def __init__(self, session: SparkSession, aws: boto3.Session, source: Folder, target: Folder, database: str):
        self.session, self.source, self.target = session, source, target
        self.s3, self.catalog = aws.client("s3"), Catalog(aws.client("glue"), database)
        self.version = lake.new_version()

    def go(self, days: list[date] | None, again: bool, mine: lease.Lease) -> Report:
        present, ignored = arrivals.list_raw(self.s3, self.source)
        known = manifest.load(self.s3, self.target)
        published = {table.name: self.catalog.published(table) for table in TABLES}
        if any(known.days_with_rows(table.name) - _days(published[table.name]) for table in DATASETS):
            known = manifest.Manifest()  # the catalog has lost partitions: start again from the raw files
        inputs = Inputs(self.session, self.s3, self.source, tuple(present), known)
        outcomes: list[Outcome] = []
        try:
            for table in DATASETS:
                changed = compute.changed_arrivals(table, inputs, days, again)
                if changed:
                    where = {values[0]: location for values, location in published[table.name].items()}
                    outcomes.append(compute.compute(table, inputs, changed, where))
            done = Report(ignored=ignored)
            after = _after(known, outcomes)
            if outcomes:
                self._write(outcomes)
                done.checks = self._check(outcomes, after)
                mine.confirm()
                self._publish(outcomes, published, known, after, done)
            self._describe(done, outcomes, after)
            return done
        finally:
            for outcome in outcomes:
                outcome.release()
            self._sweep()

    def _write(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            if any(day.rows for day in outcome.days.values()):
                rows = outcome.settled.where("kind = 'row'")
                lake.write(self.session, self.target, outcome.table, self.version, rows)
        if any(_quarantined(outcomes).values()):
            lines = [_refused(outcome) for outcome in outcomes] + [_replaced(outcome) for outcome in outcomes]
            whole = lines[0]
            for more in lines[1:]:
                whole = whole.unionByName(more)
            lake.write(self.session, self.target, QUARANTINE, self.version, whole)

    def _check(self, outcomes: list[Outcome], after: manifest.Manifest) -> int:
        """Every check of `checks`; the number of them. Raises PipelineError when one fails.

        Notes the fingerprints of the partitions that were computed in `after`.
        """
        findings = checks.Findings()
        prints: dict[str, str] = {}
        for outcome in outcomes:
            table, expected = outcome.table, {day: entry.rows for day, entry in outcome.days.items() if entry.rows}
            checks.files(findings, outcome.files, outcome.lines)
            checks.days(findings, table, after)
            if expected:
                written = lake.read(self.session, self.target, table, self.version)
                prints |= checks.rows(findings, table, written, expected)
        expected = _quarantined(outcomes)
        if any(expected.values()):
            written = lake.read(self.session, self.target, QUARANTINE, self.version)
            prints |= checks.quarantine(findings, written, expected)
        if findings.failed:
            raise PipelineError(
                f"{len(findings.failed)} of {len(findings.made)} checks failed, nothing was published:"
                f" {'; '.join(findings.failed[:3])}."
            )
        for name in _computed(outcomes):
            after.fingerprints.pop(name, None)
        after.fingerprints.update(prints)
        return len(findings.made)

    def _publish(self, outcomes, published, known, after: manifest.Manifest, done: Report) -> None:
        """Point the catalog to what is new, note it in the manifest, and undo all of it when a step fails."""
        plans = [
            (table, self._compare(table, partitions, published[table.name], known, after, done))
            for table, partitions in _partitions(outcomes)
        ]
        for table in TABLES:
            self.catalog.ensure(table, self.target.uri(table.name + "/"))
        begun: list[tuple[Table, Wanted]] = []
        try:
            for table, wanted in plans:
                begun.append((table, {values: published[table.name].get(values) for values in wanted}))
                self.catalog.publish(table, wanted)
            manifest.save(self.s3, self.target, after)
        except BaseException:
            for table, before in reversed(begun):
                self.catalog.publish(table, before)
            raise
        replaced = [published[table.name].get(values) for table, wanted in plans for values in wanted]
        lake.remove(self.s3, filter(None, replaced))

    def _compare(self, table, partitions: list[Values], published: dict[Values, str], known, after, done) -> Wanted:
        """Of the partitions that were computed, those whose rows are new or gone."""
        new, wanted = lake.pieces(self.s3, self.target, table, self.version), {}
        for values in partitions:
            name = table.partition_name(values)
            if values not in new:
                if values in published:
                    wanted[values] = None
                    done.removed.append(name)
            elif values in published and known.fingerprints.get(name) == after.fingerprints[name]:
                done.unchanged.append(name)
            else:
                wanted[values] = new[values].location
                done.written.append(name)
        return wanted

    def _describe(self, done: Report, outcomes: list[Outcome], after: manifest.Manifest) -> None:
        for outcome in outcomes:
            done.read[outcome.table.name] = [file.key for file in outcome.read]
            done.again[outcome.table.name] = [file.key for file in outcome.again]
        for table in DATASETS:
            done.lake[table.name] = report.account(after, table.name)
            done.refused[table.name] = report.refused(after, table.name)
        for table in TABLES:
            places = self.catalog.published(table).values()
            done.lake_bytes[table.name] = sum(lake.piece_at(self.s3, where).bytes for where in places)

    def _sweep(self) -> None:
        """Remove what this run wrote and did not publish, and what killed runs left long ago."""
        for table in TABLES:
            used = self.catalog.published(table).values()
            mine = [piece.location for piece in lake.pieces(self.s3, self.target, table, self.version).values()]
            whole = self.target.uri(f"{table.name}/{self.version}/")
            unused = [location for location in mine if location not in used]
            lake.remove(self.s3, unused if len(unused) < len(mine) else [whole])
            lake.remove(self.s3, lake.abandoned(self.s3, self.target, table, used))


def _days(published: dict[Values, str]) -> set[str]:
    return {values[-1] for values in published}


def _partitions(outcomes: list[Outcome]) -> list[tuple[Table, list[Values]]]:
    """The partitions that these outcomes decide, by table."""
    found = [(outcome.table, [(day,) for day in sorted(outcome.days)]) for outcome in outcomes]
    return [*found, (QUARANTINE, sorted(_quarantined(outcomes)))]


def _computed(outcomes: list[Outcome]) -> list[str]:
    """Their names."""
    return [table.partition_name(values) for table, every in _partitions(outcomes) for values in every]


def _after(known: manifest.Manifest, outcomes: list[Outcome]) -> manifest.Manifest:
    """The manifest as it will be: what was read and computed replaced, days without valid lines left out."""
    after = copy.deepcopy(known)
    for outcome in outcomes:
        name = outcome.table.name
        for key in known.arrived(name, outcome.arrivals):
            del after.files[key]
        after.files.update(outcome.files)
        days = {**after.days.get(name, {}), **outcome.days}
        after.days[name] = {day: entry for day, entry in days.items() if entry.valid}
    return after


def _quarantined(outcomes: list[Outcome]) -> dict[Values, int]:
    """Partitions of the quarantine that these outcomes decide, and how many lines belong there."""
    counts: dict[Values, int] = {}
    for outcome in outcomes:
        name = outcome.table.name
        for arrival in outcome.arrivals:
            counts[name, "refused", arrival.isoformat()] = 0
        for entry in outcome.files.values():
            counts[name, "refused", entry.arrival] += sum(entry.refused.values())
        for day, entry in outcome.days.items():
            counts[name, "replaced", day] = entry.replaced
    return counts


def _refused(outcome: Outcome) -> DataFrame:
    refused = outcome.parsed.where("kind = 'refused'")
    return refused.withColumn("dataset", F.lit(outcome.table.name)).select(_QUARANTINE_COLUMNS)


def _replaced(outcome: Outcome) -> DataFrame:
    key = F.concat_ws("/", *(F.col(name).cast("string") for name in outcome.table.key))
    return (
        outcome.settled.where("kind = 'replaced'")
        .withColumn("reason", F.lit("replaced"))
        .withColumn("detail", F.concat(F.lit("key "), key))
        .withColumn("dataset", F.lit(outcome.table.name))
        .select(_QUARANTINE_COLUMNS)
    )


_QUARANTINE_COLUMNS = [*QUARANTINE.names, *QUARANTINE.partition_names]


def _first_cause(error: Exception) -> str:
    """Spark's last cause: one line out of its many."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by:")]
    return (causes[-1] if causes else lines[0] if lines else type(error).__name__)[:300]
