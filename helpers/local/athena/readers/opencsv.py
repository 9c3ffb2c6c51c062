"""OpenCSVSerde: separated, quoted text.

Quotes and escapes are honoured, a quoted field cannot span lines, an empty string stays empty, and text that does not
fit a typed column ends the query with HIVE_BAD_DATA (facts.md section 3, OpenCSVSerDe). Lines without quotes and
lines of plain quoted fields are split in SQL; the rest go through the character by character rules.
"""

from . import lines
from .source import FILE
from .udf import ensure
from .values import literal, name, strict

HELD = "\x1f"  # stands for a separator inside quotes


def relation(source):
    """SQL of the wanted columns and "$file"."""
    separator = source.property("separatorchar", ",")[:1] or ","
    quote = source.property("quotechar", '"')[:1]
    escape = source.property("escapechar", "\\")[:1]
    rows = lines.relation(source)
    if not source.wanted:
        return f"SELECT {FILE} FROM ({rows})"
    ensure(source.owner)
    split = f"SELECT {_split(separator, quote, escape)} AS p, {FILE} FROM ({rows})"
    wanted = [w for w in source.wanted if w.ordinal is not None]
    fields = ", ".join([f"p[{w.ordinal + 1}] AS {name(f'c{w.ordinal}')}" for w in wanted] + [FILE])
    return source.projection(
        lambda w: strict(name(f"c{w.ordinal}"), w.type, w.ordinal), f"SELECT {fields} FROM ({split})"
    )


def _split(separator, quote, escape):
    """SQL: line `l` → list of its fields. An empty line has none: all NULL."""
    s, e = literal(separator), literal(escape)
    plain = f"string_split(l, {s})"
    exact = f"hive_csv_fields(l, {s}, {literal(quote)}, {e})"
    if not quote or len(separator.encode()) > 1:
        return f"CASE WHEN l = '' THEN [] ELSE {exact} END"
    q, between = literal(quote), literal(quote + separator + quote)
    quotes = f"(length(l) - length(replace(l, {q}, '')))"
    all_quoted = f"starts_with(l, {q}) AND ends_with(l, {q}) AND length(l) > 1"
    inner = f"string_split(l[2:-2], {between})"
    parts = f"string_split(l, {q})"
    swapped = (
        f"list_transform({parts}, lambda part, i: "
        f"CASE WHEN i % 2 = 1 THEN replace(part, {s}, {literal(HELD)}) ELSE part END)"
    )
    simple = f"string_split(array_to_string({swapped}, ''), {literal(HELD)})"
    # Standard: an even number of quotes, each run outside them bounded by separators or the line's ends.
    outside = (
        f"len(list_filter({parts}, lambda part, i: i % 2 = 1 AND NOT ("
        f"(i = 1 OR (part != '' AND starts_with(part, {s}))) AND "
        f"(i = {quotes} + 1 OR part = '' AND i = 1 OR ends_with(part, {s})))))"
    )
    escaped = f"contains(l, {e})" if escape else "false"
    return (
        f"CASE WHEN l = '' THEN [] WHEN NOT {escaped} AND NOT contains(l, {q}) THEN {plain} "
        f"WHEN {escaped} OR contains(l, {literal(HELD)}) THEN {exact} "
        f"WHEN {all_quoted} AND {quotes} = 2 * len({inner}) THEN {inner} "
        f"WHEN {quotes} % 2 = 0 AND {outside} = 0 THEN {simple} "
        f"ELSE {exact} END"
    )
