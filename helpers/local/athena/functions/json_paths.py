"""The JSON path of json_extract and its kin: $, .name, ["name"] and [index].

Trino's own small language, not SQL/JSON's: no wildcards, no blanks, and only letters, digits, _ and : unquoted.
"""

import functools
import re

from helpers.local.athena.functions.shape import bad_argument

_STEP = re.compile(r'\.([\w:]+)|\["((?:[^"\\]|\\["\\])*)"\]|\[(\w+)\]')


@functools.lru_cache(maxsize=1024)
def parse_path(path):
    """The steps of a path, names and indexes alike as text; INVALID_FUNCTION_ARGUMENT for another."""
    steps, at = [], 1
    while path.startswith("$") and at < len(path):
        found = _STEP.match(path, at)
        if not found:
            break
        name, quoted, subscript = found.groups()
        steps.append(re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else name or subscript)
        at = found.end()
    if not path.startswith("$") or at < len(path):
        raise bad_argument(f"Invalid JSON path: '{path}'")
    return tuple(steps)


def walk(value, steps):
    """The value that a path leads to, in a list; an empty list where it leads nowhere."""
    for step in steps:
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return []
    return [value]


def duckdb_path(path):
    """The same path as DuckDB writes it, or None where the two differ.

    A number is an index of an array and a name of an object in Trino; DuckDB wants to know which, so only
    [0] is taken for an index, as people write it.
    """
    steps = parse_path(path)
    if any(re.search(r'["\\*]', s) or s == "" for s in steps):
        return None
    if [s for s in steps if s.isdigit()] != re.findall(r"\[(\d+)\]", path):
        return None
    return "$" + "".join(f"[{s}]" if s.isdigit() else f'."{s}"' for s in steps)
