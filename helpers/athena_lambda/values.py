"""Athena's texts → JSON values, by the column's type.

GetQueryResults answers every value as text. Here a whole column becomes one JSON type, which the answer names:

integer types, double, real   number; the whole column becomes strings when one of its values does not fit a
                              JSON number that every reader keeps exact (beyond ±(2^53 − 1), NaN, Infinity)
boolean                       true, false
decimal                       string, because a binary floating-point number would change it
timestamp                     string in ISO 8601; a named zone stays as Athena writes it
array, map, row               Athena's own text, `[a, b]` and `{k=v}`: it cannot be parsed back, hence `text`
everything else               string
NULL                          null; the empty string stays ""
"""

from __future__ import annotations

import math
import re

WHOLE = {"tinyint", "smallint", "integer", "int", "bigint"}
FLOATING = {"double", "float", "real"}
NESTED = {"array", "map", "row", "struct"}
LARGEST_EXACT = 2**53 - 1  # ECMAScript's Number.MAX_SAFE_INTEGER; RFC 8259, section 6
_TIMESTAMP = re.compile(r"(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(?: (UTC|[+-]\d\d:\d\d))?")


def column(name: str, type_: str, texts: list[str | None]) -> tuple[dict, list]:
    """One column's description and its JSON values.

    `column("n", "bigint", ["1", None])` → `({"name": "n", "type": "bigint", "json": "number"}, [1, None])`
    """
    kind, convert = _conversion(type_.lower())
    values = [None if text is None else convert(text) for text in texts]
    if kind == "number" and not all(map(_exact, values)):
        kind, values = "string", texts
    return {"name": name, "type": type_, "json": kind}, values


def _conversion(type_: str):
    if type_ in WHOLE:
        return "number", int
    if type_ in FLOATING:
        return "number", float
    if type_ == "boolean":
        return "boolean", {"true": True, "false": False}.__getitem__
    if type_.startswith("timestamp"):
        return "string", iso
    if type_.partition("(")[0] in NESTED:
        return "text", str
    return "string", str


def _exact(value: float | None) -> bool:
    if value is None:
        return True
    return math.isfinite(value) if isinstance(value, float) else abs(value) <= LARGEST_EXACT


def iso(text: str) -> str:
    """`2026-10-10 12:34:56.123 UTC` → `2026-10-10T12:34:56.123Z`; other zones' names are left alone."""
    found = _TIMESTAMP.fullmatch(text)
    if not found:
        return text
    day, time, zone = found.groups()
    return f"{day}T{time}{'Z' if zone == 'UTC' else zone or ''}"
