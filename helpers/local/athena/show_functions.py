"""SHOW FUNCTIONS: what functions/ declares."""

import re

from . import types
from .errors import AthenaError
from .functions import registry
from .outcome import Outcome, ResultColumn

_COLUMNS = ("Function", "Return Type", "Argument Types", "Function Type", "Deterministic", "Description")


def show(statement, context):
    """A statement_tree.ShowFunctions → Outcome."""
    if statement.escape is not None and len(statement.escape) != 1:
        raise AthenaError("INVALID_FUNCTION_ARGUMENT", "Escape string must be a single character")
    wanted = _pattern(statement.like, statement.escape)
    rows = []
    for name in sorted(registry.FUNCTIONS):
        if name.startswith("$") or (wanted and not wanted.fullmatch(name)):
            continue
        for f in registry.FUNCTIONS[name]:
            returns = f.returns if isinstance(f.returns, str) else "depends on the arguments"
            rows.append([name, returns, ", ".join(f.arguments), f.kind, "true" if f.deterministic else "false", ""])
    columns = [ResultColumn.of(c, types.BOOLEAN if c == "Deterministic" else types.VARCHAR) for c in _COLUMNS]
    return Outcome(columns, rows, update_count=0)


def _pattern(like, escape):
    if like is None:
        return None
    parts, chars = [], iter(like)
    for char in chars:
        if escape and char == escape:
            parts.append(re.escape(next(chars, escape)))
        else:
            parts.append({"%": ".*", "_": "."}.get(char, re.escape(char)))
    return re.compile("".join(parts), re.S)
