"""Give me the course's data: deterministic, at scale N, in S3.

    sales = datasets.put_sales(course, scale=1)              # CSV, one file a quarter
    sales.uri                                                # 's3://athena-workbook/course_05/data/sales_csv/'
    datasets.put_sales(course, form="parquet", scale=0.25)
    datasets.put_flights(course, by="month")
    datasets.put_events(course)

Each function writes its files once into a cache (build/data, or the folder named by ATHENA_WORKBOOK_DATA)
and copies them to the lesson's folder in S3; what is there already, unchanged, is not sent again.

    python -m helpers.datasets            generates everything the lessons use
    python -m helpers.datasets --remove   removes the cache
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from helpers import cache, events, flights, formats, sales
from helpers.costs import format_bytes
from helpers.display import Progress
from helpers.lab import DATA_FOLDER, Lab
from helpers.oneline import OneLineError
from helpers.session import one_line_errors
from helpers.teardown import delete_objects, objects

COMMITTED = Path(__file__).resolve().parents[1] / "data"
FORMS = tuple(formats.WRITERS)
MOST_SCALE = 20  # a quarter of text must stay below 2 GB, Arrow's limit for one piece
FORMATS_SCALE = 0.25  # about 20 MB of CSV: above Athena's 10 MB minimum, quick to write in seven forms


class DatasetError(OneLineError):
    """The data cannot be made or placed: a wrong argument, a full disk, a missing package."""


@dataclass(frozen=True)
class Placed:
    """Data in S3: `uri` of the folder (ending in a slash), number of files, bytes, rows."""

    name: str
    uri: str
    files: int
    bytes: int
    rows: int

    def __str__(self) -> str:
        noun = "file" if self.files == 1 else "files"
        return f"{self.name}: {self.rows:,} rows in {self.files} {noun}, {format_bytes(self.bytes)}"

    def __repr__(self) -> str:
        return f"{self} at {self.uri}"


# --- what a lesson calls ------------------------------------------------------------------------------


def put_sales(lab: Lab, scale: float = 1.0, form: str = "csv", folder: str | None = None) -> Placed:
    """Place sales_order_data in S3: twelve files, one a quarter, without header, commas left out of fields.

    scale   1 is 433,181 order lines, 79 MB of CSV; from 0.001 to 20
    form    csv, csv.gz, tsv, json, avro, parquet or orc
    folder  under the lesson's data; by default `sales_csv`, `sales_csv_gz` …
    """
    if form not in FORMS:
        raise DatasetError(f"form = {form!r}: use one of {', '.join(FORMS)}.")
    if isinstance(scale, bool) or not isinstance(scale, (int, float)) or not 0.001 <= scale <= MOST_SCALE:
        raise DatasetError(f"scale = {scale!r}: use a number from 0.001 to {MOST_SCALE}.")
    return _put(lab, folder or f"sales_{form.replace('.', '_')}", _sales(float(scale), form))


def put_sales_formats(lab: Lab, scale: float = FORMATS_SCALE) -> dict[str, Placed]:
    """The same sales in every form: a dict from form (`csv`, `csv.gz`, … `orc`) to where it is."""
    return {form: put_sales(lab, scale, form) for form in FORMS}


def put_sales_sample(lab: Lab, folder: str = "sales_sample") -> Placed:
    """Place the committed sample, one CSV file of 3,008 order lines with header and quoted commas."""
    path = COMMITTED / "sales_order_data.csv"
    if not path.is_file():
        raise DatasetError(f"{path.name} is missing from the folder data/: restore it with git checkout.")
    lines = path.read_bytes().count(b"\n")
    described = cache.describe(path.parent, [path.name], rows=lines - 1)
    return _place(lab, folder, path.parent, described)


def put_flights(
    lab: Lab, form: str = "csv", by: str | None = "month", folder: str | None = None, files: int = 1
) -> Placed:
    """Place the flights of 2013 in S3.

    by     "month"  Hive layout, `year=2013/month=1/…`; year and month are then not in the files
           "day"    `year=2013/month=1/day=1/…`: 365 small partitions
           None     no partitions: all columns in the files of one folder
    files  how many files each partition (or the whole) is cut into, for the price of small files
    """
    if form not in FORMS:
        raise DatasetError(f"form = {form!r}: use one of {', '.join(FORMS)}.")
    if by not in FLIGHT_LAYOUTS:
        raise DatasetError(f"by = {by!r}: use 'month', 'day' or None.")
    if not isinstance(files, int) or not 1 <= files <= 1000:
        raise DatasetError(f"files = {files!r}: use a whole number from 1 to 1000.")
    default = "_".join(["flights", *(["by", by] if by else []), form.replace(".", "_")])
    default += f"_{files}_files" if files > 1 else ""
    return _put(lab, folder or default, _flights(form, by, files))


def put_airlines(lab: Lab, folder: str = "airlines") -> Placed:
    """Place the 16 carriers of the flights: CSV without header, code and name."""
    return _put(lab, folder, _airlines())


def put_events(lab: Lab, folder: str = "events") -> Placed:
    """Place the application events: JSON lines, one file a day; counts of their faults in helpers.events."""
    return _put(lab, folder, _events())


# --- how each is made -----------------------------------------------------------------------------------

Files = Iterator[tuple[str, Callable[[Path], int]]]  # relative name, writer that answers with its rows
FLIGHT_LAYOUTS = {None: (), "month": ("year", "month"), "day": ("year", "month", "day")}


@dataclass(frozen=True)
class Recipe:
    """How to make one cached data set: its key, how many files, and the writers of the files."""

    key: str
    count: int
    files: Callable[[], Files]


def _sales(scale: float, form: str) -> Recipe:
    def files() -> Files:
        for part, (year, number) in enumerate(sales.QUARTERS):

            def write(path: Path, part: int = part) -> int:
                table = sales.quarter(part, scale)
                formats.write(table, path, form)
                return table.num_rows

            yield f"sales_{year}_q{number}.{form}", write

    return Recipe(f"sales-{form}-scale-{scale:g}", len(sales.QUARTERS), files)


def _flights(form: str, by: str | None, pieces: int) -> Recipe:
    layout = FLIGHT_LAYOUTS[by]

    def files() -> Files:
        whole = flights.flights()
        for folder, table in _partitions(whole, layout):
            for piece in range(pieces):
                start = table.num_rows * piece // pieces
                cut = table.slice(start, table.num_rows * (piece + 1) // pieces - start)
                name = f"part_{piece:04d}.{form}" if pieces > 1 else f"flights.{form}"
                yield folder + name, _table_writer(cut, form)

    partitions = {None: 1, "month": 12, "day": 365}[by]
    return Recipe(f"flights-{form}-by-{by}-in-{pieces}", partitions * pieces, files)


def _partitions(table: pa.Table, layout: tuple[str, ...]) -> Iterator[tuple[str, pa.Table]]:
    """(folder, its rows without the partition columns), for a table sorted by the layout's columns."""
    if not layout:
        yield "", table
        return
    groups = table.group_by(list(layout), use_threads=False).aggregate([([], "count_all")])
    groups = groups.sort_by([(name, "ascending") for name in layout])
    rest, start = table.drop_columns(list(layout)), 0
    for group in groups.to_pylist():
        folder = "".join(f"{name}={group[name]}/" for name in layout)
        yield folder, rest.slice(start, group["count_all"])
        start += group["count_all"]


def _table_writer(table: pa.Table, form: str) -> Callable[[Path], int]:
    def write(path: Path) -> int:
        formats.write(table, path, form)
        return table.num_rows

    return write


def _airlines() -> Recipe:
    return Recipe("airlines", 1, lambda: iter([("airlines.csv", _table_writer(flights.airlines(), "csv"))]))


def _events() -> Recipe:
    def files() -> Files:
        for day in range(events.DAYS):

            def write(path: Path, day: int = day) -> int:
                lines = events.day_lines(day)
                path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
                return len(lines)

            yield events.day_name(day), write

    return Recipe("events", events.DAYS, files)


# --- cache and S3 ---------------------------------------------------------------------------------------


def _put(lab: Lab, folder: str, recipe: Recipe) -> Placed:
    path, described = make(recipe)
    return _place(lab, folder, path, described)


def make(recipe: Recipe) -> tuple[Path, cache.Description]:
    """The files of a recipe in the cache, written when they are not there yet. Raises DatasetError."""
    try:
        with Progress(f"writing {recipe.key}", recipe.count) as step:
            return cache.folder_for(recipe.key, recipe.files, step)
    except OSError as error:
        reason = error.strerror or error
        raise DatasetError(f"Cannot write {recipe.key} to {cache.root()}: {reason}.") from error
    except ModuleNotFoundError as error:
        raise DatasetError(f"{error}: install the course's dependencies with make.") from error


def _place(lab: Lab, folder: str, path: Path, described: cache.Description) -> Placed:
    """Make the S3 folder hold exactly the files of `path`. Raises LabError when S3 refuses."""
    with one_line_errors(lab.region):
        _synchronise(lab, folder, path, described)
    size = sum(file.bytes for file in described.files)
    return Placed(folder, lab.uri(DATA_FOLDER, folder), len(described.files), size, described.rows)


def _synchronise(lab: Lab, folder: str, path: Path, described: cache.Description) -> None:
    prefix = lab.prefix(DATA_FOLDER, folder)
    present = _etags(lab, prefix)
    wanted = {prefix + file.name: file for file in described.files}
    delete_objects(lab.s3, lab.bucket, sorted(set(present) - set(wanted)))
    missing = {key: file for key, file in wanted.items() if present.get(key) != file.md5}
    with Progress(f"placing {folder}", len(missing)) as step:
        for key, file in missing.items():
            with (path / file.name).open("rb") as body:
                lab.s3.put_object(Bucket=lab.bucket, Key=key, Body=body)
            step(file.name)


def _etags(lab: Lab, prefix: str) -> dict[str, str]:
    """Key → ETag without its quotes, which for an object sent in one piece is its MD5."""
    pages = lab.s3.get_paginator("list_objects_v2").paginate(Bucket=lab.bucket, Prefix=prefix)
    return {entry["Key"]: entry["ETag"].strip('"') for page in pages for entry in page.get("Contents", [])}


def remove(lab: Lab, placed: Placed) -> None:
    """Delete what a put function placed."""
    prefix = placed.uri.removeprefix(f"s3://{lab.bucket}/")
    delete_objects(lab.s3, lab.bucket, [key for key, _ in objects(lab.s3, lab.bucket, prefix)])


def recipes(scale: float = 1.0) -> list[Recipe]:
    """Everything that the lessons use."""
    return [
        _sales(scale, "csv"),
        *(_sales(FORMATS_SCALE, form) for form in FORMS),
        _flights("csv", None, 1),
        _flights("csv", "month", 1),
        _airlines(),
        _events(),
    ]


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 when the data could not be made."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.datasets", description="Generate the course's data ahead, or remove it."
    )
    parser.add_argument("--scale", type=float, default=1.0, help="of the sales lake (default 1: 79 MB of CSV)")
    parser.add_argument("--remove", action="store_true", help="remove the generated data")
    options = parser.parse_args(arguments)
    try:
        if options.remove:
            cache.remove()
            return 0
        for recipe in recipes(options.scale):
            _, described = make(recipe)
            size = format_bytes(sum(file.bytes for file in described.files))
            print(f"{recipe.key}: {described.rows:,} rows, {len(described.files)} files, {size}")
    except OneLineError as error:
        print(f"helpers.datasets: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
