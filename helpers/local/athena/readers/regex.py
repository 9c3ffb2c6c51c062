"""RegexSerDe: each group of `input.regex` is a column; a line that does not match is a row of NULLs."""

from ..errors import AthenaError
from . import lines
from .regex_rules import compiled
from .source import FILE
from .udf import ensure
from .values import lenient, literal, name


def relation(source):
    """SQL of the wanted columns and "$file"."""
    pattern = source.property("input.regex")
    if not pattern:
        raise AthenaError("HIVE_INVALID_METADATA", "RegexSerDe needs the SerDe property input.regex")
    ignore_case = source.flag("input.regex.case.insensitive")
    compiled(pattern, ignore_case)
    rows = lines.relation(source)
    if not source.wanted:
        return f"SELECT {FILE} FROM ({rows})"
    ensure(source.owner)
    flag = "'true'" if ignore_case else "'false'"
    matched = f"SELECT hive_regex_groups(l, {literal(pattern)}, {flag}) AS p, {FILE} FROM ({rows})"
    wanted = [w for w in source.wanted if w.ordinal is not None]
    fields = ", ".join([f"p[{w.ordinal + 1}] AS {name(f'c{w.ordinal}')}" for w in wanted] + [FILE])
    return source.projection(lambda w: lenient(name(f"c{w.ordinal}"), w.type), f"SELECT {fields} FROM ({matched})")
