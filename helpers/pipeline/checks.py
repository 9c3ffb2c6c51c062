"""Is the answer right? Measured on what went in and on what was written, before anything is published.

The lines are counted by Spark without our parser, the rows in the Parquet files that were written: a
line that the rules lost, or a row that the writer lost, shows as a difference.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from helpers.pipeline.manifest import DayEntry, FileEntry, Manifest
from helpers.pipeline.schema import EVENTS, QUARANTINE, SALES, Table

# What no written row may be. Decided by the rules already; here it is seen once more, in the files.
NEVER = {
    EVENTS.name: {
        "on another day than its time": "to_date(event_time) <> day",
        "a purchase without an amount": "action = 'purchase' AND amount IS NULL",
        "a negative amount": "amount < 0",
    },
    SALES.name: {
        "on another day than its order": "orderdate <> day",
        "a sum that is not quantity times price": "sales <> quantityordered * priceeach",
        "a quantity below 1": "quantityordered < 1",
    },
}


@dataclass
class Findings:
    """The checks that were made, each as one line, and those that failed."""

    made: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def equal(self, what: str, expected: object, found: object) -> None:
        """Note one comparison."""
        self.made.append(what)
        if expected != found:
            self.failed.append(f"{what}: expected {expected}, found {found}")


def files(findings: Findings, entries: dict[str, FileEntry], counted: dict[str, int]) -> None:
    """Each line of each file has exactly one verdict. `counted` are the lines by file, counted apart."""
    for key, entry in sorted(entries.items()):
        verdicts = entry.headers + sum(entry.refused.values()) + sum(entry.valid.values())
        findings.equal(f"{key}: lines", counted[key], verdicts)


def days(findings: Findings, table: Table, manifest: Manifest) -> None:
    """Over the whole lake: the valid lines of a day are its rows, duplicates and replaced records."""
    valid: dict[str, int] = {}
    for entry in manifest.files.values():
        if entry.dataset == table.name:
            for day, count in entry.valid.items():
                valid[day] = valid.get(day, 0) + count
    known = manifest.days.get(table.name, {})
    for day in sorted({*valid, *known}):
        entry = known.get(day, DayEntry())
        findings.equal(f"{table.name} {day}: valid lines", valid.get(day, 0), entry.valid)


def rows(findings: Findings, table: Table, written: DataFrame, expected: dict[str, int]) -> dict[str, str]:
    """The rows in the files: as many as computed, no key twice, nothing missing, nothing impossible.

    Returns each partition's fingerprint, by its name.
    """
    never = NEVER[table.name]
    found = {row["day"].isoformat(): row for row in _measured(table, written, never)}
    prints = {table.partition_name((day,)): row["print"] for day, row in found.items()}
    for day, count in sorted(expected.items()):
        row = found.pop(day, None)
        findings.equal(f"{table.name} {day}: rows", count, row["rows"] if row else 0)
        if row:
            findings.equal(f"{table.name} {day}: different keys", row["rows"], row["keys"])
            for name in table.needed:
                findings.equal(f"{table.name} {day}: {name} is NULL", 0, row[f"null_{name}"])
            for index, what in enumerate(never):
                findings.equal(f"{table.name} {day}: {what}", 0, row[f"never_{index}"])
    findings.equal(f"{table.name}: other days", [], sorted(found))
    return prints


def _measured(table: Table, written: DataFrame, never: dict[str, str]) -> list[Row]:
    return (
        written.groupBy("day")
        .agg(
            F.count("*").alias("rows"),
            F.countDistinct(*table.key).alias("keys"),
            _fingerprint(table),
            *(F.count(F.when(F.col(name).isNull(), 1)).alias(f"null_{name}") for name in table.needed),
            *(F.count(F.when(F.expr(rule), 1)).alias(f"never_{index}") for index, rule in enumerate(never.values())),
        )
        .collect()
    )


def quarantine(findings: Findings, written: DataFrame, expected: dict[tuple[str, str, str], int]) -> dict[str, str]:
    """As many lines in the quarantine's files as were refused or replaced, by dataset, kind and day.

    Returns each partition's fingerprint, by its name.
    """
    groups = written.groupBy("dataset", "kind", "day").agg(F.count("*").alias("lines"), _fingerprint(QUARANTINE))
    rows = {(row["dataset"], row["kind"], row["day"].isoformat()): row for row in groups.collect()}
    found = {key: row["lines"] for key, row in rows.items()}
    findings.equal("quarantine: lines", {key: count for key, count in expected.items() if count}, found)
    return {QUARANTINE.partition_name(key): row["print"] for key, row in rows.items()}


def _fingerprint(table: Table) -> Column:
    """A number that two partitions share only if they hold the same rows, in whatever order.

    Made from the values, since Parquet files of the same rows may differ: the Java writer lists a column's
    encodings in an order that changes from process to process.
    """
    row = F.xxhash64(F.to_json(F.struct(*table.names))).cast("decimal(38,0)")
    return F.concat_ws(":", F.count("*"), F.sum(row)).alias("print")
