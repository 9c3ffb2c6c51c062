"""What a query answered: its typed rows, the bytes it scanned, what that cost, how long it took."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

import pandas as pd

from helpers import costs, display, tables

SHOWN_ROWS = 20  # a table shows these; the result holds them all
INTEGERS = ("tinyint", "smallint", "integer", "int", "bigint")
CHANGING = ("UPDATE", "DELETE", "MERGE")  # substatements that change rows of an Iceberg table
DOUBLES = ("float", "real", "double")


@dataclass(frozen=True)
class Column:
    """A column of a result: its name and Athena's type, for example `decimal`."""

    name: str
    type: str


@dataclass(repr=False)
class Result:
    """A finished query. In a notebook it shows itself as a table with one line about its cost.

    df              the rows as a typed DataFrame
    rows            the rows as tuples of Python values; NULL is None, the empty string ''
    value           the only value of a result with one row and one column
    bytes_scanned   bytes, what Athena bills
    cost_usd        USD, Decimal
    seconds         from start to answer, as the client saw it
    """

    sql: str
    query_id: str
    state: str
    statement_type: str
    substatement_type: str
    columns: list[Column]
    texts: list[list[str | None]]
    bytes_scanned: int
    seconds: float
    update_count: int | None = None
    output_location: str | None = None
    reused: bool = False
    shown_rows: int = field(default=SHOWN_ROWS)

    @property
    def cost_usd(self) -> Decimal:
        """USD that Athena charges for this query."""
        return costs.athena_query_cost(self.bytes_scanned)

    @property
    def is_free(self) -> bool:
        """DDL and statements about the catalog scan nothing; CTAS is DDL in name but pays for its scan."""
        return self.statement_type != "DML" and self.bytes_scanned == 0

    @cached_property
    def rows(self) -> list[tuple]:
        """The rows as tuples of Python values."""
        convert = [converter(column.type) for column in self.columns]
        return [
            tuple(None if text is None else to(text) for to, text in zip(convert, texts, strict=False))
            for texts in map(self._cells, self.texts)
        ]

    def _cells(self, texts: list[str | None]) -> list[str | None]:
        """A row with a cell per column: DESCRIBE declares three columns and sends one cell, joined by tabs."""
        if len(texts) == len(self.columns) or len(texts) != 1:
            return texts
        parts = [part.strip() for part in (texts[0] or "").split("\t")][: len(self.columns)]
        return parts + [""] * (len(self.columns) - len(parts))

    @cached_property
    def df(self) -> pd.DataFrame:
        """The rows as a DataFrame: int64 (Int64 with NULLs), float64, bool, datetime64, Decimal, text."""
        series = [
            _series([row[index] for row in self.rows], column.type) for index, column in enumerate(self.columns)
        ]
        frame = pd.concat(series, axis=1) if series else pd.DataFrame()
        frame.columns = [column.name for column in self.columns]
        return frame

    @property
    def value(self):
        """The only value of a result with one row and one column. Raises ValueError otherwise."""
        if len(self.rows) != 1 or len(self.columns) != 1:
            shape = f"{len(self.rows)} × {len(self.columns)}"
            raise ValueError(f"value needs one row and one column, this result has {shape}")
        return self.rows[0][0]

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, column: str) -> pd.Series:
        return self.df[column]

    # --- how it shows itself --------------------------------------------------------------------------

    @property
    def cost_line(self) -> str:
        """One line: `104.9 MB scanned · $0.000525 (105 MB × $5.00 per TB)`."""
        if self.is_free:
            what = "free: DDL is not charged" if self.statement_type == "DDL" else "free"
            return f"{costs.format_bytes(self.bytes_scanned)} scanned · {what}"
        line = f"{costs.format_bytes(self.bytes_scanned)} scanned · "
        line += costs.athena_query_arithmetic(self.bytes_scanned)
        return line + (" · reused result" if self.reused else "")

    @property
    def _caption(self) -> str | None:
        """What stands in place of a table, or above one that is cut."""
        if self.update_count is not None and not self.texts:
            noun = "row" if self.update_count == 1 else "rows"
            done = "changed" if self.substatement_type in CHANGING else "written"
            return f"{_words(self.substatement_type)}: {self.update_count:,} {noun} {done}"
        if not self.columns or (not self.texts and self.statement_type != "DML"):
            return f"{_words(self.substatement_type)}: done"
        if not self.texts:
            return "no rows"
        return None

    @property
    def _is_listing(self) -> bool:
        """SHOW, DESCRIBE and EXPLAIN answer with lines of text rather than with a table."""
        one_column = len(self.columns) == 1 and self.statement_type != "DML"
        return one_column or self.substatement_type.startswith(("DESC", "EXPLAIN"))

    def __repr__(self) -> str:
        caption = self._caption
        if caption:
            parts = [caption]
        elif self._is_listing:
            parts = [self._listing()]
        else:
            rows = self.rows[: self.shown_rows]
            parts = [tables.text_table([column.name for column in self.columns], rows)]
        return "\n".join([*parts, *self._rest(), self.cost_line])

    def _repr_html_(self) -> str:
        caption = self._caption
        if caption:
            body = f"<pre>{html.escape(caption)}</pre>"
        elif self._is_listing:
            body = f"<pre>{html.escape(self._listing())}</pre>"
        else:
            rows = self.rows[: self.shown_rows]
            body = tables.html_table([column.name for column in self.columns], rows)
        notes = "\n".join([*self._rest(), self.cost_line])
        # MathJax would read the text between two dollar signs as a formula: the class tells it not to.
        return f'<div class="tex2jax_ignore mathjax_ignore">{body}\n<pre>{html.escape(notes)}</pre></div>'

    def _listing(self) -> str:
        lines = ["\t".join(text or "" for text in texts).rstrip() for texts in self.texts]
        return "\n".join(line.expandtabs(4) for line in lines[: self._listing_limit])

    @property
    def _listing_limit(self) -> int:
        return max(self.shown_rows, 60)

    def _rest(self) -> list[str]:
        limit = self._listing_limit if self._is_listing else self.shown_rows
        if len(self.texts) <= limit:
            return []
        return [f"… {len(self.texts):,} rows in all, the first {limit} are shown"]

    def _ipython_display_(self) -> None:
        from IPython.display import display as publish

        publish({"text/plain": repr(self), "text/html": self._repr_html_()}, raw=True)
        display.show_aside(f"{self.seconds:.2f} s")


def _words(substatement: str) -> str:
    return substatement.replace("_", " ") or "statement"


def converter(athena_type: str):
    """The function that turns Athena's text of a type into a Python value; unknown types stay text."""
    base = athena_type.lower()
    if base in INTEGERS:
        return int
    if base in DOUBLES:
        return float  # reads NaN, Infinity and 1.0E10 as Athena writes them
    if base.startswith("decimal"):
        return Decimal
    if base == "boolean":
        return lambda text: text == "true"
    if base == "date":
        return date.fromisoformat
    if base == "timestamp":
        return datetime.fromisoformat
    return str


def _series(values: list, athena_type: str) -> pd.Series:
    base = athena_type.lower()
    missing = any(value is None for value in values)
    if base in INTEGERS:
        return pd.Series(values, dtype="Int64" if missing else "int64")
    if base in DOUBLES:
        return pd.Series(values, dtype="float64")
    if base == "boolean":
        return pd.Series(values, dtype="boolean" if missing else "bool")
    if base == "timestamp":
        return pd.Series(values, dtype="datetime64[us]")
    return pd.Series(values, dtype="object")
