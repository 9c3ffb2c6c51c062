"""The JSON path of json_extract and its kin: $, .name, ["name"], [index], and * for any child.

A path is a tuple of steps: a name, an index, or None for *.
"""

import functools
import re

from helpers.local.athena.functions.shape import bad_argument

_STEP = re.compile(
    r"""\.?(?:\[\s*(?:"((?:[^"\\]|\\["\\])*)"|'((?:[^'\\])*)'|([A-Za-z0-9_]+)|(\*))\s*\]"""
    r"""|(?<=\.)(?:(\*)|([\w:$\-/@|#]+)))"""
)


@functools.lru_cache(maxsize=1024)
def parse_path(path):
    """The steps of a path, or INVALID_FUNCTION_ARGUMENT."""
    if not path.startswith("$"):
        raise bad_argument(f"Invalid JSON path: '{path}'")
    path_steps = path[1:]
    steps, at = [], 0
    while at < len(path_steps):
        found = _STEP.match(path_steps, at)
        if not found:
            raise bad_argument(f"Invalid JSON path: '{path}'")
        quoted, single, subscript, any_child, any_name, name = found.groups()
        if any_child or any_name:
            steps.append(None)
        elif quoted is not None:
            steps.append(re.sub(r"\\(.)", r"\1", quoted))
        else:
            steps.append(next(s for s in (single, subscript, name) if s is not None))
        at = found.end()
    return tuple(steps)


def walk(value, steps):
    """The values that a path leads to: a list, empty where it leads nowhere."""
    values = [value]
    for step in steps:
        following = []
        for v in values:
            if isinstance(v, list):
                if step is None:
                    following.extend(v)
                elif step.isdigit() and int(step) < len(v):
                    following.append(v[int(step)])
            elif isinstance(v, dict):
                if step is None:
                    following.extend(v.values())
                elif step in v:
                    following.append(v[step])
        values = following
    return values


def duckdb_path(path):
    """The same path as DuckDB writes it, or None where the two differ."""
    steps = parse_path(path)
    if any(s is None or s.isdigit() or re.search(r'["\\*]', s) or s == "" for s in steps):
        # A number is an index of an array and a name of an object in Trino; DuckDB wants to know which.
        if not all(s is not None and re.fullmatch(r"\w+", s) for s in steps):
            return None
        brackets = re.findall(r"\[(\d+)\]", path)
        if [s for s in steps if s.isdigit()] != brackets:
            return None
    return "$" + "".join(f"[{s}]" if s.isdigit() else f'."{s}"' for s in steps)
