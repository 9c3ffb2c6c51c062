"""LazySimpleSerDe, Hive's default for delimited text, and its cousin MultiDelimitSerDe.

Missing columns are NULL, columns too many are dropped, text that does not fit its type is NULL, `\\N` is NULL, an
empty string stays empty (facts.md section 3, LazySimpleSerDe; Trino's line/simple, which says of itself that it is
bug for bug compatible). No quotes, so DuckDB's own reader splits most files (`fields`).
"""

from ..errors import AthenaError
from . import canonical, fields, lines
from .source import FILE
from .values import lenient, literal, name

DEFAULT_SEPARATORS = [chr(n) for n in range(1, 9)]
# Escaped characters wait in Unicode's private use area while a line is split.
PRIVATE_USE = 0xF0000


def relation(source):
    """SQL of the wanted columns and "$file"."""
    separators = separators_of(source.property, "multidelimit" in source.property("$serde", "").lower())
    escape = _byte(source.property("escape.delim")) if source.property("escape.delim") is not None else None
    null_text = source.property("serialization.null.format", "\\N")
    shelter = _Shelter(escape, separators)
    if not source.wanted:
        return f"SELECT {FILE} FROM ({lines.relation(source)})"
    kinds = {}
    if escape is None and fields.can_split(source, separators[0], null_text):
        kinds = canonical.kinds(source, separators[0], null_text, fields.places(source))
        rows = fields.relation(source, separators[0], null_text, kinds)
    else:
        rows = _split(source, shelter, separators[0], null_text)
    reader = _Reader(separators, null_text, shelter)

    def value(wanted):
        column = name(f"c{wanted.ordinal}")
        return column if wanted.ordinal in kinds else reader.value(column, wanted.type, 1)

    return source.projection(value, rows)


def _split(source, shelter, separator, null_text):
    """SQL of the wanted fields c0, c1 … and "$file", split line by line: for whatever text."""
    rows = lines.relation(source)
    split = f"SELECT string_split({shelter.hide('l')}, {literal(separator)}) AS p, {FILE} FROM ({rows})"
    wanted = [
        f"nullif(p[{place + 1}], {literal(null_text)}) AS {name(f'c{place}')}" for place in fields.places(source)
    ]
    return f"SELECT {', '.join([*wanted, FILE])} FROM ({split})"


def separators_of(get, multiple=False):
    """Field, collection and map key delimiters, then one for each deeper level (Hive's order).

    `get(key)` → property or None. `multiple`: whether the field delimiter may be several characters.
    """
    field = get("field.delim") or get("serialization.format")
    collection = get("collection.delim") or get("colelction.delim")
    given = [field, collection, get("mapkey.delim")]
    if multiple:
        return [field or DEFAULT_SEPARATORS[0], *DEFAULT_SEPARATORS[1:]]
    chosen = [_byte(text) if text else default for text, default in zip(given, DEFAULT_SEPARATORS, strict=False)]
    return chosen + DEFAULT_SEPARATORS[3:]


def _byte(text):
    """Hive writes a delimiter as itself or as the number of its byte; only the first character counts."""
    if text.isdigit() and 0 <= int(text) < 128:
        return chr(int(text))
    return text[:1] or "\\"


class _Shelter:
    """Hides escaped separators while lines are split, and brings text back."""

    def __init__(self, escape, separators):
        self.escape = escape
        self.places = {}
        if escape:
            for i, char in enumerate(dict.fromkeys([escape, *separators[:4]])):
                self.places[char] = chr(PRIVATE_USE + i)

    def hide(self, x):
        for char, place in self.places.items():
            x = f"replace({x}, {literal(self.escape + char)}, {literal(place)})"
        return x

    def restore(self, x):
        if not self.escape:
            return x
        for char, text in (("n", "\n"), ("r", "\r")):
            x = f"replace({x}, {literal(self.escape + char)}, {literal(text)})"
        x = f"replace({x}, {literal(self.escape)}, '')"
        for char, place in self.places.items():
            x = f"replace({x}, {literal(place)}, {literal(char)})"
        return x


class _Reader:
    def __init__(self, separators, null_text, shelter):
        self.separators, self.null_text, self.shelter = separators, null_text, shelter

    def value(self, x, t, level):
        """SQL of a value of type `t` at nesting `level` (0: the line) from the SQL of its text."""
        if t.base in ("array", "map", "row") and level + (t.base == "map") >= len(self.separators):
            raise AthenaError(
                "HIVE_INVALID_METADATA", "Number of levels of nesting supported for LazySimpleSerde is 7"
            )
        if t.base == "array":
            element = self.value(self.nullable("e"), t.args[0], level + 1)
            parts = f"list_transform(string_split({x}, {literal(self.separators[level])}), lambda e: {element})"
            return f"CASE WHEN {x} IS NULL THEN NULL WHEN {x} = '' THEN CAST([] AS {t.duckdb}) ELSE {parts} END"
        if t.base == "map":
            return self._map(x, t, level)
        if t.base == "row":
            return self._row(x, t, level)
        if t.is_text:
            x = self.shelter.restore(x)
        return lenient(x, t)

    def nullable(self, x):
        return f"nullif({x}, {literal(self.null_text)})"

    def _row(self, x, t, level):
        part = f"string_split({x}, {literal(self.separators[level])})"
        fields = ", ".join(
            f"{name(n)} := {self.value(self.nullable(f'{part}[{i + 1}]'), field, level + 1)}"
            for i, (n, field) in enumerate(t.fields)
        )
        return f"CASE WHEN {x} IS NULL THEN NULL ELSE struct_pack({fields}) END"

    def _map(self, x, t, level):
        between, inside = literal(self.separators[level]), literal(self.separators[level + 1])
        has_value = f"contains(e, {inside})"
        key = self.value(self.nullable(f"split_part(e, {inside}, 1)"), t.args[0], level + 2)
        rest = f"substr(e, length(split_part(e, {inside}, 1)) + {len(self.separators[level + 1]) + 1})"
        value = self.value(self.nullable(f"CASE WHEN {has_value} THEN {rest} END"), t.args[1], level + 2)
        entry = f"struct_pack(k := {key}, v := {value})"
        entries = (
            f"list_filter(list_transform(string_split({x}, {between}), lambda e: {entry}), lambda s: s.k IS NOT NULL)"
        )
        # Of a key that comes twice the first value counts, as in Hive's LazyMap.
        entries = (
            f"list_transform([{entries}], lambda m: list_filter(m, lambda s, i: "
            f"list_position(list_transform(m, lambda o: o.k), s.k) = i))[1]"
        )
        return (
            f"CASE WHEN {x} IS NULL THEN NULL WHEN {x} = '' THEN CAST(MAP {{}} AS {t.duckdb}) "
            f"ELSE map_from_entries({entries}) END"
        )
