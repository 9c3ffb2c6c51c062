"""A table of the report in HTML and in text: numbers grouped and to the right, words to the left, all escaped."""

from __future__ import annotations

import html
from collections.abc import Sequence


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> tuple[str, str]:
    """The table as HTML and as text. A column is to the left when its first value is a text without digits."""
    cells = [[f"{value:,}" if isinstance(value, int) else str(value) for value in row] for row in rows]
    left = [_is_words(rows[0][index]) if rows else True for index in range(len(columns))]
    return _html(columns, cells, left), _text(columns, cells, left)


def _is_words(value: object) -> bool:
    return isinstance(value, str) and not value.strip("+-").replace(".", "").replace(",", "")[:1].isdigit()


def _html(columns: Sequence[str], cells: Sequence[Sequence[str]], left: Sequence[bool]) -> str:
    def line(tag: str, row: Sequence[str]) -> str:
        sides = ("left" if to_left else "right" for to_left in left)
        parts = (
            f'<{tag} style="text-align: {side}">{html.escape(cell)}</{tag}>'
            for cell, side in zip(row, sides, strict=True)
        )
        return f"<tr>{''.join(parts)}</tr>"

    body = "".join(line("td", row) + "\n" for row in cells)
    return f'<table class="dataframe">\n<thead>{line("th", columns)}</thead>\n<tbody>\n{body}</tbody>\n</table>'


def _text(columns: Sequence[str], cells: Sequence[Sequence[str]], left: Sequence[bool]) -> str:
    widths = [max(len(row[index]) for row in (columns, *cells)) for index in range(len(columns))]

    def line(row: Sequence[str]) -> str:
        padded = (
            cell.ljust(width) if to_left else cell.rjust(width)
            for cell, width, to_left in zip(row, widths, left, strict=True)
        )
        return "  ".join(padded).rstrip()

    return "\n".join([line(columns), "  ".join("-" * width for width in widths), *map(line, cells)])
