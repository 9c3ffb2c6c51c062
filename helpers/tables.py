"""Rows as a table, in text and in HTML, the same on every machine and version of pandas.

NULL is written NULL and the empty string stays empty: in a lake they are different things.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

TEXT_WIDTH = 60  # characters of one cell in text; the rest is cut
HTML_WIDTH = 160
SIGNIFICANT_DIGITS = 12  # of a double: sums in another order differ only behind them


def cell_text(value: object) -> str:
    """One value in words: `NULL`, `true`, `1.5`, `2004-02-29 10:15:00`."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case float():
            return _double_text(value)
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat(sep=" ", timespec="milliseconds" if value.microsecond else "seconds")
    if type(value).__name__ in ("NAType", "NaTType"):
        return "NULL"
    return str(value)


def _double_text(value: float) -> str:
    if math.isnan(value) or math.isinf(value):
        return str(value).replace("nan", "NaN").replace("inf", "Infinity")
    if value == 0 or 1e-6 <= abs(value) < 1e15:
        digits = SIGNIFICANT_DIGITS - 1 - (math.floor(math.log10(abs(value))) if value else 0)
        text = f"{value:.{max(digits, 0)}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:.{SIGNIFICANT_DIGITS - 1}g}"


def text_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns padded with spaces, a line under the header; numbers to the right, text to the left."""
    cells = [[_clipped(_one_line(cell_text(value)), TEXT_WIDTH) for value in row] for row in rows]
    right = _right_aligned(len(columns), rows)
    names = [_clipped(_one_line(str(name)), TEXT_WIDTH) for name in columns]
    widths = [max([len(name), *(len(row[index]) for row in cells)]) for index, name in enumerate(names)]

    def line(parts: Sequence[str]) -> str:
        padded = [
            part.rjust(width) if to_right else part.ljust(width)
            for part, width, to_right in zip(parts, widths, right, strict=True)
        ]
        return "  ".join(padded).rstrip()

    return "\n".join([line(names), "  ".join("-" * width for width in widths), *map(line, cells)])


def html_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The same table as a plain HTML table; NULL in italics, so that no text can be mistaken for it."""
    right = ["right" if to_right else "left" for to_right in _right_aligned(len(columns), rows)]
    head = "".join(
        f'<th style="text-align: {side}">{html.escape(str(name))}</th>'
        for name, side in zip(columns, right, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="text-align: {side}">{_html_cell(value)}</td>' for value, side in zip(row, right, strict=True)
        )
        + "</tr>\n"
        for row in rows
    )
    return f'<table class="dataframe">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>'


def _html_cell(value: object) -> str:
    text = cell_text(value)
    if text == "NULL" and not isinstance(value, str):
        return "<em>NULL</em>"
    return html.escape(_clipped(text, HTML_WIDTH)).replace("\n", "<br>")


def _right_aligned(count: int, rows: Sequence[Sequence[object]]) -> list[bool]:
    """Per column: whether every value that is not NULL is a number."""
    return [
        all(_is_number(row[index]) or cell_text(row[index]) == "NULL" for row in rows) and bool(rows)
        for index in range(count)
    ]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _one_line(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")


def _clipped(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
