"""Fields of plain lines, split by DuckDB's own CSV reader: several times faster than splitting line by line in SQL.

Without quotes and escapes that reader does what a split at every separator does, but for empty lines, which it leaves
out. So files with empty lines go the other way, and so do separators that it has its own ideas about.
"""

from . import lines
from .source import FILE
from .values import name


def can_split(source, separator, null_text):
    """Whether `relation` gives what splitting each line gives: decided by the files' content."""
    if len(separator) != 1 or not separator.isascii() or separator in "\r\n" or separator in null_text:
        return False
    source.paths(lambda file: lines.prepared(file, source))
    return not any(lines.facts(file, source).blank for file in source.files)


def relation(source, separator, null_text, kinds):
    """SQL of the wanted fields as c0, c1 …, and "$file"; `null_text` and missing fields are NULL.

    `kinds`: {place: SQL type} of the fields that are not VARCHAR.
    """
    wanted = places(source)
    columns = [f"c{place}" for place in range(max(wanted, default=0) + 1)]
    chosen = ", ".join([*(name(f"c{place}") for place in wanted), FILE])
    typed = {f"c{place}": kind for place, kind in kinds.items()}
    return f"SELECT {chosen} FROM ({lines.read(source, separator, columns, null_text, typed)})"


def places(source):
    """The places of the wanted fields, in order."""
    return sorted({wanted.ordinal for wanted in source.wanted if wanted.ordinal is not None})
