"""Trino's Teradata functions (functions/teradata): formats with dd, hh, hh24, mi, mm, ss, yyyy and yy."""

import functools

from helpers.local.athena.functions.date_patterns import LITERAL
from helpers.local.athena.functions.date_texts import format_moment, parse_moment
from helpers.local.athena.functions.registry import scalar
from helpers.local.athena.functions.shape import Refused, python

_FIELDS = {
    "hh24": ("hour", 2), "yyyy": ("year", 4), "dd": ("day", 2), "hh": ("hour12", 2), "mi": ("minute", 2),
    "mm": ("month", 2), "ss": ("second", 2), "yy": ("year2", 2),
}  # fmt: skip
_PUNCTUATION = "-/,.;: "
_ZONED = "timestamp(p) with time zone"


@functools.lru_cache(maxsize=256)
def tokens(pattern):
    """A Teradata format → tokens as date_texts.py reads them."""
    found, at = [], 0
    while at < len(pattern):
        word = next((w for w in _FIELDS if pattern.startswith(w, at)), None)
        if word:
            found.append(_FIELDS[word])
        elif pattern[at] in _PUNCTUATION:
            found.append((LITERAL, pattern[at]))
        else:
            raise Refused(f"Failed to tokenize string [{pattern}] at offset [{at}]")
        at += len(word or " ")
    return tuple(found)


def _parse(text, pattern):
    return parse_moment(tokens(pattern), text)[0]


def _to_char(args, kinds):
    zoned = kinds[0].base.endswith("zone")
    return f"t_to_char({f't_local({args[0]})' if zoned else args[0]}, {args[1]})"


python("t_to_char", lambda moment, form: format_moment(tokens(form), moment), ["TIMESTAMP", "VARCHAR"], "VARCHAR")
python("t_to_timestamp", _parse, ["VARCHAR", "VARCHAR"], "TIMESTAMP")
python("t_char2hexint", lambda s: s.encode("utf-16-be").hex().upper(), ["VARCHAR"], "VARCHAR")
for _type in ("timestamp(p)", _ZONED):
    scalar(f"to_char({_type}, varchar) -> varchar", _to_char)
scalar("to_timestamp(varchar, varchar) -> timestamp(3)", "t_to_timestamp({0}, {1})")
scalar("to_date(varchar, varchar) -> date", "t_to_timestamp({0}, {1})::DATE")
scalar("char2hexint(varchar) -> varchar", "t_char2hexint({0})")
scalar("index(varchar, varchar) -> bigint", "CASE WHEN {1} = '' THEN 1 ELSE strpos({0}, {1}) END")
