"""From a statement to its estimate: tables, partitions, objects, footers, bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpers import lab
from helpers.forecast import orc, parquet
from helpers.forecast.catalog import Catalog, Table, file_format
from helpers.forecast.conditions import Conditions
from helpers.forecast.evaluate import Evaluator
from helpers.forecast.parquet import Scanned
from helpers.forecast.partitions import Found, Partition, partitions
from helpers.forecast.ranges import Domain
from helpers.forecast.reads import Paths, Read, column_type, reads
from helpers.forecast.result import Estimate, TableEstimate
from helpers.forecast.statement import scanned_query
from helpers.forecast.storage import Storage, StoredObject

READERS = {"parquet": parquet, "orc": orc}

DYNAMIC = "a join or subquery may leave fewer partitions or row groups once it runs (dynamic filtering)"
LIMITED = "LIMIT may end the reading early on AWS; counted here as read to the end"
SAMPLED = "TABLESAMPLE SYSTEM may skip whole files"
FREE = "the statement is answered by the catalog or computed without a table: it scans nothing"


def estimate(
    sql: str,
    database: str | None = None,
    parameters: Mapping[str, object] | Sequence[object] | None = None,
    *,
    where: lab.Lab | None = None,
) -> Estimate:
    """The bytes that Athena will report for `sql`, from the Glue catalog, S3 listings and file footers.

    Nothing runs on Athena, and of the objects only footers are fetched.

    database    what plain table names mean; by default the lesson's own
    parameters  a mapping for `:name`, or a sequence for `?`, as `helpers.athena.query` takes them
    where       a Lab other than the one connected last

    Raises ForecastError, one line, for a missing table, a statement that cannot be parsed, an Iceberg table.
    """
    place = where or lab.current()
    query = scanned_query(sql, parameters)
    if query is None:
        return Estimate(sql, (), (FREE,))
    catalog, storage, evaluator = Catalog(place.glue), Storage(place.s3), Evaluator()
    try:
        found = reads(query, catalog, (database or place.database).lower())
        lines = tuple(_table(read, place.glue, storage, evaluator) for read in found)
    finally:
        evaluator.close()
    notes = tuple(dict.fromkeys(doubt for line in lines for doubt in line.doubts)) or (() if lines else (FREE,))
    return Estimate(sql, lines, notes, storage.gets, storage.lists, storage.bytes_got)


def _table(read: Read, glue, storage: Storage, evaluator: Evaluator) -> TableEstimate:
    """The line of one read of a table."""
    table = read.table
    if table.is_metadata:
        return TableEstimate(table.full_name, read.alias, "catalog", 0, 0, 0, 0, (), None, None, 0)
    types = {name: column_type(text) for name, text in {**table.columns, **table.keys}.items()}
    conditions = Conditions(read.predicates, types, list(table.keys), evaluator)
    domains = conditions.domains()
    impossible = conditions.impossible()
    left = Found([], None) if impossible else partitions(glue, table, domains, conditions.keep)
    objects = storage.objects([partition.location for partition in left.kept])
    columns = {name: paths for name, paths in read.columns.items() if name in table.columns}
    scans = [
        _scan(table, partition, files, columns, domains, storage)
        for partition, files in zip(left.kept, objects, strict=True)
        if files
    ]
    form = file_format(left.kept[0].serde if left.kept else table.serde, table.full_name)
    files = [file for group in objects for file in group]
    columnar = form in READERS
    total = sum(scan.bytes for scan in scans)
    return TableEstimate(
        table=table.full_name,
        alias=read.alias,
        format=form,
        partitions_kept=len(left.kept),
        partitions_all=left.all,
        files=len(files),
        stored_bytes=sum(file.size for file in files),
        columns=_named(columns),
        row_groups_kept=sum(scan.kept for scan in scans) if columnar else None,
        row_groups_all=sum(scan.all for scan in scans) if columnar else None,
        bytes=total,
        doubts=_doubts(read, conditions, columnar) if total else (),
    )


def _scan(
    table: Table,
    partition: Partition,
    files: list[StoredObject],
    columns: Paths,
    domains: dict[str, Domain],
    storage: Storage,
) -> Scanned:
    """What reading the objects of one partition scans."""
    form = file_format(partition.serde, table.full_name)
    reader = READERS.get(form)
    if reader is None:  # text, JSON, Avro: every object whole, whatever the columns
        return Scanned(sum(file.size for file in files), 0, 0)
    footers = storage.footers(files, reader.read_footer)
    scanned = []
    for footer in footers:
        held = _held(table, partition, form, footer.roots)
        inside = {held[name]: paths for name, paths in columns.items() if name in held}
        tested = {held[name]: domain for name, domain in domains.items() if name in held}
        scanned.append(reader.scanned(footer, inside, tested) if columns else Scanned(0, *_groups(reader, footer)))
    return Scanned(sum(s.bytes for s in scanned), sum(s.kept for s in scanned), sum(s.all for s in scanned))


def _groups(reader, footer) -> tuple[int, int]:
    """(0, all groups) of a file that only gives its number of rows."""
    return 0, reader.scanned(footer, {}, {}).all


def _held(table: Table, partition: Partition, form: str, roots: list[str]) -> dict[str, str]:
    """Column of the table → the file's column that holds it.

    Parquet finds columns by name, ORC by place (User Guide, handling-schema-updates), unless a SerDe
    property says otherwise.
    """
    parameters = {key.lower(): str(value).lower() for key, value in partition.serde_parameters.items()}
    default = "true" if form == "orc" else "false"
    if parameters.get(f"{form}.column.index.access", default) == "true":
        return dict(zip(table.columns, roots, strict=False))
    return {name: name for name in table.columns if name in roots}


def _named(columns: Paths) -> tuple[str, ...]:
    """The columns as a reader writes them: `ordernumber`, `device.os`."""
    named = []
    for name, paths in columns.items():
        if () in paths:
            named.append(name)
        else:
            named += [".".join((name, *path)) for path in sorted(paths)]
    return tuple(sorted(named))


def _doubts(read: Read, conditions: Conditions, columnar: bool) -> tuple[str, ...]:
    """Why the query may scan less than was counted."""
    doubts = list(dict.fromkeys(conditions.doubts))
    if read.joined and (columnar or read.table.keys):
        doubts.append(DYNAMIC)
    if read.limited:
        doubts.append(LIMITED)
    if read.sampled:
        doubts.append(SAMPLED)
    return tuple(doubts)
