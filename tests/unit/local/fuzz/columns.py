"""What the grammars know of a column."""

from dataclasses import dataclass


@dataclass
class Column:
    """How it is written, and its type in Trino's words."""

    text: str
    type: str
