"""Files that are refused as a whole, since nothing can be said of their lines: one entry in the quarantine each.

    by their beginning    compressed or binary under a name that promises text, or the reverse; a header that
                          names a column twice
    by their measure      a line without end: Spark reads no more than LONGEST_READ bytes of one, since a task
                          holds it in memory several times over, and such a file's bytes then do not add up
    by their lines        a second header with other columns: nobody knows which lines are whose

A file that breaks off in the middle is not among them: it stops the run (see `job`), as it may still be coming.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from helpers.pipeline import arrivals
from helpers.pipeline.arrivals import Folder, RawFile
from helpers.pipeline.fields import Refused, shown
from helpers.pipeline.lines import printable
from helpers.pipeline.schema import SALES

LONGEST_READ = 16 * 2**20  # bytes of a line
GZIP = b"\x1f\x8b"
KINDS = {
    GZIP: "gzip",
    b"PK\x03\x04": "zip, as Excel's xlsx is",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xfd7zXZ\x00": "xz",
    b"PAR1": "Parquet",
    b"Obj\x01": "Avro",
}
SHOWN = 200  # bytes of the beginning that the quarantine keeps
FOUR_GIGABYTES = 2**32
# Bytes of a text that are in none of its lines: its byte order mark; or one less than none, when Measure has counted
# a line feed that the last line does not have.
UNREAD = (0, FOUR_GIGABYTES - 1, 3, 2)


@dataclass(frozen=True)
class Measure:
    """What Spark read of a file: its lines, their bytes with line feeds, and the bytes of the longest."""

    lines: int = 0
    bytes: int = 0
    longest: int = 0


def by_beginning(s3, source: Folder, file: RawFile) -> Refused | None:
    """Why the file's first bytes or its header refuse it; None when they do not."""
    stored = arrivals.stored_beginning(s3, source, file)
    if file.zipped and stored and not stored.startswith(GZIP):
        return Refused("not text", "the whole file: its name says gzip, which it is not")
    start = arrivals.unpacked(file, stored)
    for sign, kind in KINDS.items():
        if start.startswith(sign):
            return Refused("not text", f"the whole file: {kind}{' inside gzip' if file.zipped else ''}")
    names = arrivals.header_in(start) if file.dataset == SALES.name else None
    twice = [name for name, count in Counter(names or ()).items() if count > 1]
    return Refused("bad header", f"the whole file: it names {shown(twice[0])} twice") if twice else None


def by_measure(s3, source: Folder, file: RawFile, read: Measure) -> Refused | None:
    """Whether a line has no end, told from what Spark has read of the file."""
    endless = read.longest >= LONGEST_READ
    missing = arrivals.text_size(s3, source, file) - read.bytes
    if not endless and not file.zipped:
        endless = missing >= LONGEST_READ
    elif not endless and missing % FOUR_GIGABYTES not in UNREAD:
        endless = arrivals.longest_line(s3, source, file, LONGEST_READ) > LONGEST_READ
    return Refused("line too long", f"the whole file: one has more than {LONGEST_READ:,} bytes") if endless else None


def by_lines(reasons: Iterable[str]) -> Refused | None:
    """Whether one of its lines is a header of other columns, told from the reasons of its refused lines."""
    if "bad header" in reasons:
        return Refused("bad header", "the whole file: further down is another header, with other columns")
    return None


def row(s3, source: Folder, file: RawFile, refusal: Refused) -> dict[str, object]:
    """The entry of a file refused as a whole, in the words of `lines.verdict`."""
    start = arrivals.unpacked(file, arrivals.stored_beginning(s3, source, file))
    return {
        "kind": "refused", "reason": refusal.reason, "detail": refusal.detail, "day": file.arrival,
        "source": file.key, "arrival": file.arrival, "line": printable(start[:SHOWN]), "start": 0, "position": 0,
    }  # fmt: skip
