"""Columns of plain text whose every value is written in its type's plain form: DuckDB's CSV reader converts those.

Its conversion is several times faster than text that SQL converts afterwards, but follows other rules than Hive's:
` 5` and `1_000` are numbers to it, `1e3` is an error. For values in plain form both agree. Whether all of a column's
are is found by one pass when large objects are read for the second time, and remembered with their version.
"""

from . import lines
from .source import FILE
from .values import BITS

LARGE = 64 << 20  # bytes of a query's objects from where the pass is worth its time
DIGITS = 15  # that a plain number may have before and after its point


def kinds(source, separator, null_text, places):
    """{place of a field: SQL type} of the fields that may be read typed; `places`: the wanted ones."""
    forms = {w.ordinal: w.type for w in source.wanted if w.ordinal in places and plain("x", w.type)}
    if not forms or not source.reads_all or sum(file.size for file in source.files) < LARGE:
        return {}
    layout = (separator, null_text, source.count("skip.header.line.count"))

    def key(place):
        return ("plain form", *layout, place, forms[place].duckdb)

    def fact(file, place):
        return source.objects.memo(file, key(place), lambda: None)

    unknown = [place for place in forms if any(fact(file, place) is None for file in source.files)]
    if unknown:
        if all(source.objects.memo(file, ("read before", *layout), lambda: None) for file in source.files):
            _look(source, separator, null_text, {place: forms[place] for place in unknown}, key)
        for file in source.files:
            source.objects.remember(file, ("read before", *layout), True)
    return {place: t.duckdb for place, t in forms.items() if all(fact(file, place) for file in source.files)}


def _look(source, separator, null_text, forms, key):
    """Read the fields `forms` of every file once, and remember of each whether all its values are in plain form."""
    columns = [f"c{place}" for place in range(max(forms) + 1)]
    all_plain = ", ".join(
        f"bool_and(c{place} IS NULL OR coalesce({plain(f'c{place}', t)}, false))" for place, t in forms.items()
    )
    rows = lines.read(source, separator, columns, null_text)
    found = source.owner.execute(f"SELECT {FILE}, {all_plain} FROM ({rows}) GROUP BY ALL").fetchall()
    answers = {number: facts for number, *facts in found}
    for number, file in enumerate(source.files):
        for i, place in enumerate(forms):
            source.objects.remember(file, key(place), answers[number][i] if number in answers else True)


def plain(x, t):
    """SQL: whether the text `x` is a `t` in the form that every reader understands; None where none is known."""
    written = f"CAST(TRY_CAST({x} AS {t.duckdb}) AS VARCHAR) = {x}"
    if t.base in BITS:
        return written
    if t.base == "date":
        return f"strlen({x}) = 10 AND {written}"
    if t.base == "timestamp":
        return f"strlen({x}) BETWEEN 19 AND 23 AND {written} AND epoch_us(TRY_CAST({x} AS TIMESTAMP)) % 1000 = 0"
    if t.base == "boolean":
        return f"{x} IN ('true', 'false')"
    if t.base in ("double", "real"):
        return f"regexp_full_match({x}, '-?[0-9]{{1,{DIGITS}}}(\\.[0-9]{{1,{DIGITS}}})?')"
    if t.base == "decimal":
        precision, scale = t.args
        fraction = f"(\\.[0-9]{{1,{scale}}})?" if scale else ""
        form = f"-?[0-9]{{1,{max(precision - scale, 1)}}}{fraction}"
        return f"regexp_full_match({x}, '{form}') AND TRY_CAST({x} AS {t.duckdb}) IS NOT NULL"
    return None
