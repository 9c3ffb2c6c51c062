"""From lines to verdicts: every line of the raw files becomes exactly one row of the answer.

`parse` runs on Spark's workers, one Arrow batch of lines after another. Its answer has a row for each
line: `valid` with the table's columns filled, `refused` with a reason, or `header`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote

import pyarrow as pa

from helpers.pipeline import rules
from helpers.pipeline.fields import LONGEST_LINE, Refused, decoded
from helpers.pipeline.schema import Table, arrow_schema, parsed_columns


@dataclass(frozen=True)
class Origin:
    """What a worker must know of a file: its key below the source, its day, the columns of its header."""

    source: str
    arrival: date
    columns: tuple[str, ...] | None = None


def parser(table: Table, origins: dict[str, Origin]) -> Callable[[Iterator[pa.RecordBatch]], Iterator]:
    """The function for `DataFrame.mapInArrow`; `origins` has an entry for each file's full address."""
    schema = arrow_schema(parsed_columns(table))

    def parse(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            rows = [
                {**verdict(table.name, row["line"], origin_of(row["path"], origins)), **place(row)}
                for row in batch.to_pylist()
            ]
            yield pa.RecordBatch.from_pylist(rows, schema=schema)

    return parse


def origin_of(path: str, origins: dict[str, Origin]) -> Origin:
    """The origin of a file; Spark may write its address with %20 for a space."""
    return origins.get(path) or origins[unquote(path)]


def place(row: dict) -> dict[str, int]:
    """Where the line stood, which decides between two records of one key."""
    return {"start": row["start"], "position": row["position"]}


def verdict(name: str, line: bytes, origin: Origin) -> dict[str, object]:
    """What becomes of one line of table `name`: a row, a refusal with its reason, or a header."""
    about = {"source": origin.source, "arrival": origin.arrival, "line": printable(line)}
    try:
        if name == "events":
            return {"kind": "valid", **rules.event(line, origin.arrival), **about}
        header = rules.header(decoded(line))
        if header:
            if header != (origin.columns or rules.SALE_COLUMNS):
                raise Refused("bad header", "not the columns of the file's first header")
            return {"kind": "header", "day": origin.arrival, **about}
        row = rules.sale(line, origin.arrival, origin.columns or rules.SALE_COLUMNS)
        return {"kind": "valid", **row, **about}
    except Refused as refusal:
        found = {"reason": refusal.reason, "detail": refusal.detail}
        return {"kind": "refused", "day": origin.arrival, **found, **about}


def printable(line: bytes) -> str:
    """A line as the quarantine keeps it: invalid bytes and zeros written as \\xff, an endless one cut."""
    if len(line) > LONGEST_LINE:
        line = line[:1000] + b"..."
    return line.decode("utf-8", "backslashreplace").replace("\x00", "\\x00")
