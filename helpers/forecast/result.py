"""An estimate: the bytes of a query before it runs, table by table, with what may make it differ."""

from __future__ import annotations

import html
from dataclasses import dataclass
from decimal import Decimal

from helpers import costs, tables

HEADER = ("table", "format", "partitions", "files", "columns read", "row groups", "bytes", "how")
SHOWN_COLUMNS = 4  # of a long list of columns, the first are named and the others counted


@dataclass(frozen=True)
class TableEstimate:
    """One place in the query where a table is read.

    table            `database.name`;  alias  the name that the query gives it
    format           text, csv, json, avro, parquet or orc; `catalog` for what Glue answers
    partitions_kept, partitions_all   left by the predicates, of how many (None: projection does not say)
    files            objects in the partitions left;  stored_bytes  their size
    columns          the columns read, nested fields as `device.os`; partition columns are not in it
    row_groups_kept, row_groups_all   (stripes for ORC) left by min/max statistics; None for other formats
    bytes            what reading them scans
    doubts           why it may be fewer; none: the figure is exact by the rule
    """

    table: str
    alias: str
    format: str
    partitions_kept: int
    partitions_all: int | None
    files: int
    stored_bytes: int
    columns: tuple[str, ...]
    row_groups_kept: int | None
    row_groups_all: int | None
    bytes: int
    doubts: tuple[str, ...] = ()

    @property
    def how(self) -> str:
        """`exact`, or `upper bound` when something may make it fewer."""
        return "upper bound" if self.doubts else "exact"

    @property
    def row(self) -> tuple:
        """The cells of this line, see HEADER."""
        groups = "" if self.row_groups_all is None else f"{self.row_groups_kept} of {self.row_groups_all}"
        name = self.table if self.alias == self.table.rpartition(".")[2] else f"{self.table} {self.alias}"
        partitions = f"{self.partitions_kept} of {'?' if self.partitions_all is None else self.partitions_all}"
        return (name, self.format, partitions, self.files, self._columns, groups, f"{self.bytes:,}", self.how)

    @property
    def _columns(self) -> str:
        if len(self.columns) <= SHOWN_COLUMNS:
            return ", ".join(self.columns) or "none"
        return f"{', '.join(self.columns[:SHOWN_COLUMNS])} and {len(self.columns) - SHOWN_COLUMNS} more"


@dataclass(frozen=True, repr=False)
class Estimate:
    """The bytes that Athena will report for a statement, predicted from the catalog and file footers.

    bytes        bytes;  cost_usd  USD, Decimal;  arithmetic  the price with how it comes about
    tables       a TableEstimate for each place where a table is read
    notes        what may make the measured bytes fewer, and other things to know
    gets, lists, bytes_got   what the estimate itself asked of S3: GET and LIST requests, bytes
    """

    sql: str
    tables: tuple[TableEstimate, ...]
    notes: tuple[str, ...]
    gets: int = 0
    lists: int = 0
    bytes_got: int = 0

    @property
    def bytes(self) -> int:
        """Bytes that the query scans."""
        return sum(table.bytes for table in self.tables)

    @property
    def exact(self) -> bool:
        """Whether nothing is known that would make the query scan fewer bytes than `bytes`."""
        return all(table.how == "exact" for table in self.tables)

    @property
    def how(self) -> str:
        """`exact` or `upper bound`."""
        return "exact" if self.exact else "upper bound"

    @property
    def cost_usd(self) -> Decimal:
        """USD that Athena charges for these bytes."""
        return costs.athena_query_cost(self.bytes)

    @property
    def arithmetic(self) -> str:
        """`$0.000620 (124 MB × $5.00 per TB)`."""
        return costs.athena_query_arithmetic(self.bytes)

    @property
    def line(self) -> str:
        """One line: `estimate: 12,345 bytes (12.3 KB), exact · $0.000050 (10 MB minimum)`."""
        size = f"{self.bytes:,} bytes"
        if self.bytes >= 1000:
            size += f" ({costs.format_bytes(self.bytes)})"
        return f"estimate: {size}, {self.how} · {self.arithmetic}"

    def __str__(self) -> str:
        parts = [tables.text_table(HEADER, [table.row for table in self.tables])] if self.tables else []
        return "\n".join([*parts, self.line, *(f"note: {note}" for note in self.notes)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        body = tables.html_table(HEADER, [table.row for table in self.tables]) if self.tables else ""
        lines = "\n".join([self.line, *(f"note: {note}" for note in self.notes)])
        return f'<div class="tex2jax_ignore mathjax_ignore">{body}\n<pre>{html.escape(lines)}</pre></div>'
