"""Patterns of dates and times: MySQL's (date_format, date_parse) and Joda's (format_datetime, parse_datetime).

A pattern becomes a tuple of tokens (field, width). `strftime` writes it as DuckDB does, where DuckDB can;
date_texts.py formats and parses the rest as Joda-Time would.
"""

import functools
import re

from helpers.local.athena.functions.shape import bad_argument

LITERAL = "literal"
_MYSQL = {
    "a": ("weekday_short", 0), "b": ("month_short", 0), "c": ("month", 1), "d": ("day", 2), "e": ("day", 1),
    "f": ("fraction", 6), "H": ("hour", 2), "h": ("hour12", 2), "I": ("hour12", 2), "i": ("minute", 2),
    "j": ("day_of_year", 3), "k": ("hour", 1), "l": ("hour12", 1), "M": ("month_name", 0), "m": ("month", 2),
    "p": ("half", 0), "S": ("second", 2), "s": ("second", 2), "v": ("week", 2), "W": ("weekday_name", 0),
    "x": ("week_year", 4), "Y": ("year", 4), "y": ("year2", 2), "%": (LITERAL, "%"),
}  # fmt: skip
_MYSQL_GROUPS = {"r": "%h:%i:%s %p", "T": "%H:%i:%s"}
_MYSQL_REFUSED = "DUuVwX"

_JODA = {
    "G": "era", "C": "century", "Y": "year", "y": "year", "x": "week_year", "w": "week", "e": "weekday",
    "D": "day_of_year", "d": "day", "a": "half", "K": "hour_from_0", "h": "hour12", "H": "hour", "k": "hour_to_24",
    "m": "minute", "s": "second", "S": "fraction",
}  # fmt: skip

_STRFTIME = {
    ("weekday_short", 0): "%a", ("weekday_name", 0): "%A", ("month_short", 0): "%b", ("month_name", 0): "%B",
    ("month", 1): "%-m", ("month", 2): "%m", ("day", 1): "%-d", ("day", 2): "%d", ("hour", 1): "%-H",
    ("hour", 2): "%H", ("hour12", 1): "%-I", ("hour12", 2): "%I", ("minute", 1): "%-M", ("minute", 2): "%M",
    ("second", 1): "%-S", ("second", 2): "%S", ("fraction", 3): "%g", ("fraction", 6): "%f",
    ("day_of_year", 1): "%-j", ("day_of_year", 3): "%j", ("half", 0): "%p", ("year", 4): "%Y", ("year2", 2): "%y",
    ("weekday", 1): "%u", ("week", 2): "%V", ("week_year", 4): "%G",
}  # fmt: skip


@functools.lru_cache(maxsize=512)
def mysql_tokens(pattern):
    """The tokens of a MySQL pattern such as %Y-%m-%d; INVALID_FUNCTION_ARGUMENT for what Trino refuses."""
    tokens, at = [], 0
    while at < len(pattern):
        if pattern[at] != "%" or at + 1 == len(pattern):
            tokens.append((LITERAL, pattern[at]))
            at += 1
            continue
        letter = pattern[at + 1]
        if letter in _MYSQL_REFUSED:
            raise bad_argument(f"%{letter} not supported in date format string")
        if letter in _MYSQL_GROUPS:
            tokens.extend(mysql_tokens(_MYSQL_GROUPS[letter]))
        else:
            tokens.append(_MYSQL.get(letter, (LITERAL, letter)))
        at += 2
    return _merged(tokens)


@functools.lru_cache(maxsize=512)
def joda_tokens(pattern):
    """The tokens of a Joda pattern such as yyyy-MM-dd; INVALID_FUNCTION_ARGUMENT for an illegal letter."""
    if not pattern:
        raise bad_argument("Invalid pattern specification")
    tokens, at = [], 0
    while at < len(pattern):
        char = pattern[at]
        if char == "'":
            text, at = _quoted(pattern, at)
            tokens.append((LITERAL, text))
            continue
        if not (char.isascii() and char.isalpha()):
            tokens.append((LITERAL, char))
            at += 1
            continue
        width = len(re.match(re.escape(char) + "+", pattern[at:])[0])
        tokens.append(_joda_token(char, width))
        at += width
    return _merged(tokens)


def _quoted(pattern, at):
    """'text' or the '' that stands for one quote, starting at `at` → (text, the position behind it)."""
    if pattern.startswith("''", at):
        return "'", at + 2
    end = at + 1
    while end < len(pattern) and (pattern[end] != "'" or pattern.startswith("''", end)):
        end += 2 if pattern.startswith("''", end) else 1
    return pattern[at + 1 : end].replace("''", "'"), end + 1


def _joda_token(letter, width):
    if letter == "M":
        return ("month", width) if width < 3 else ("month_short", 0) if width == 3 else ("month_name", 0)
    if letter == "E":
        return ("weekday_name", 0) if width >= 4 else ("weekday_short", 0)
    if letter in "yYx" and width == 2:
        return ("year2", 2) if letter != "x" else ("week_year2", 2)
    if letter == "z":
        return ("zone_long", 0) if width >= 4 else ("zone_short", 0)
    if letter == "Z":
        return ("offset", min(width, 3))
    if letter not in _JODA:
        raise bad_argument(f"Illegal pattern component: {letter * width}")
    return (_JODA[letter], 0 if letter in "aG" else width)


def _merged(tokens):
    """Adjacent literals as one."""
    merged = []
    for kind, value in tokens:
        if kind == LITERAL and merged and merged[-1][0] == LITERAL:
            merged[-1] = (LITERAL, merged[-1][1] + value)
        else:
            merged.append((kind, value))
    return tuple(merged)


def strftime(tokens):
    """The pattern as DuckDB's strftime and strptime read it, or None where they cannot."""
    parts = []
    for token in tokens:
        if token[0] == LITERAL:
            parts.append(token[1].replace("%", "%%"))
        elif token in _STRFTIME:
            parts.append(_STRFTIME[token])
        else:
            return None
    return "".join(parts)
