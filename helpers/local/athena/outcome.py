"""What a statement is run with, and what it comes back with."""

import threading
from dataclasses import dataclass, field

from .errors import Cancelled
from .result_settings import ResultSettings
from .types import DIGITS, UNBOUNDED


@dataclass(frozen=True)
class ResultColumn:
    """A column as GetQueryResults describes it."""

    name: str
    type: str
    precision: int = 0
    scale: int = 0
    case_sensitive: bool = False

    @classmethod
    def of(cls, name, t):
        """The description of a column of Trino type `t` (recorded answers; conformance README, fact 5)."""
        if t.is_integer:
            return cls(name, t.base, DIGITS[t.base])
        if t.base in ("double", "real"):
            return cls(name, "float" if t.base == "real" else "double", 17)
        if t.base == "decimal":
            return cls(name, "decimal", *t.args)
        if t.is_text:
            return cls(name, t.base, t.args[0] if t.args else UNBOUNDED, 0, True)
        if t.base == "varbinary":
            return cls(name, "varbinary", 1073741824)
        if t.base in ("timestamp", "time", "timestamp with time zone", "time with time zone"):
            return cls(name, t.base, 3)
        return cls(name, t.base)


@dataclass
class Outcome:
    """`rows` hold Athena's text, None for NULL. `file`: which result file is written: csv, txt or none.

    `update_type` goes into the metadata file; `manifest` lists the objects that a write made (s3:// URIs).
    `from_catalog`: answered from a table's metadata, where the same statement about a Hive table goes to Hive.
    """

    columns: list[ResultColumn] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)
    update_count: int | None = None
    update_type: str = ""
    file: str = "csv"
    header: bool = True
    manifest: list[str] | None = None
    from_catalog: bool = False


@dataclass
class Services:
    """What the engine stands on: boto3 clients at the endpoint, and what is built on them."""

    s3: object
    glue: object
    catalog: object
    objects: object
    duck: object
    prepared: object = None


@dataclass
class Context:
    """One execution: where it runs, what it has scanned, and how it is stopped."""

    execution_id: str
    services: Services
    catalog: str = "awsdatacatalog"
    database: str | None = None
    workgroup: str = "primary"
    settings: ResultSettings = field(default_factory=ResultSettings)
    parameters: list[str] | None = None
    enforced: bool = False
    scan_cutoff: int | None = None
    scanned_bytes: int = 0
    listings: dict = field(default_factory=dict)  # location → the files that this execution found there
    cancelled: threading.Event = field(default_factory=threading.Event)
    committing: bool = False
    exhausted: bool = False  # stopped because it held too much memory
    parquet_files: dict = field(default_factory=dict)  # what DuckDB is given to read: local path → URI
    _deciding: threading.Lock = field(default_factory=threading.Lock)
    _stoppers: list = field(default_factory=list)

    def add_scanned(self, count):
        """Count `count` more bytes as scanned; ends the query when its work group's cutoff is passed."""
        self.scanned_bytes += count
        if self.scan_cutoff is not None and self.scanned_bytes > self.scan_cutoff:
            raise Cancelled("Bytes scanned limit was exceeded")
        self.check_cancelled()

    def check_cancelled(self):
        if self.cancelled.is_set():
            raise Cancelled()

    def on_cancel(self, stop):
        """Call `stop` when the query is cancelled, for instance a connection's interrupt."""
        self._stoppers.append(stop)
        self.check_cancelled()

    def point_of_no_return(self):
        """From here on the statement cannot be stopped: it commits, and is then what it says it is."""
        with self._deciding:
            self.check_cancelled()
            self.committing = True

    def may_be_cancelled(self):
        """Whether the query can still be stopped; if so, it will not commit any more."""
        with self._deciding:
            if not self.committing:
                self.cancelled.set()
            return not self.committing

    def exhaust(self):
        """Stop the query for its use of memory, unless it is about to commit."""
        if self.may_be_cancelled():
            self.exhausted = True
            self.cancel()

    def cancel(self):
        self.cancelled.set()
        for stop in list(self._stoppers):
            stop()
