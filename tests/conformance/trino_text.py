"""Whether Athena's text of a value means what Trino's documentation prints.

Trino's display quotes strings inside arrays, writes rows as (a, b) and maps as {k=v} or {k -> v}; Athena
quotes nothing, names row fields, and prints NULL as nothing at all.
"""

import json
import math
import re

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|-?Infinity|NaN")
_STAMP = re.compile(r"(\d{4,}-\d\d-\d\d )?(\d?\d:\d\d:\d\d)(\.\d+)?( ?[-+\w/:]+)?")
_CLOSING = {"[": "]", "(": ")", "{": "}"}


def means(expected, found, nested=False):
    """Whether the documented text `expected` and Athena's `found` (None for NULL) are the same value."""
    if expected is None or expected.strip().upper() == "NULL":
        return found is None or (nested and found.strip().lower() == "null")
    if found is None:
        return False
    expected, bare = expected.strip(), _unquoted(expected.strip())
    if found in (expected, bare) or _same_number(bare, found) or _same_stamp(bare, found):
        return True
    if expected.startswith("JSON '"):
        return _same_json(bare, found)
    found = found.strip()
    if expected[:1] == "[" and found[:1] == "[":
        return _same_items(_split(expected[1:-1]), _split(found[1:-1]))
    row = re.fullmatch(r"(?:ROW)?\((.*)\)", expected, re.S)
    if row and found[:1] in ("{", "("):
        fields = [re.sub(r"^\w+=", "", item) for item in _split(found[1:-1])]
        return _same_items(_split(row[1]), fields)
    if expected[:1] == "{" and found[:1] == "{":
        return _same_entries(_entries(expected), _entries(found))
    return False


def _unquoted(text):
    typed = re.fullmatch(r"JSON\s+'(.*)'", text, re.S)
    if typed:
        return typed[1]
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == "'" else text


def _same_number(expected, found):
    if not (_NUMBER.fullmatch(expected) and _NUMBER.fullmatch(found)):
        return False
    a, b = float(expected), float(found)
    return a == b or (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-6)


def _same_stamp(expected, found):
    """Times with or without date and zone; trailing zeros of the fraction do not matter."""
    parts = [_STAMP.fullmatch(text) for text in (expected, found)]
    if None in parts:
        return False
    a, b = ((m[1] or "", m[2].zfill(8), (m[3] or "").rstrip("0").rstrip("."), (m[4] or "").strip()) for m in parts)
    return a == b


def _same_json(expected, found):
    try:
        return json.loads(expected) == json.loads(found)
    except ValueError:
        return False


def _same_items(expected, found):
    return len(expected) == len(found) and all(means(a, b, nested=True) for a, b in zip(expected, found, strict=True))


def _same_entries(expected, found):
    if expected is None or found is None or len(expected) != len(found):
        return False
    left = list(found)
    for key, value in expected:
        hits = (entry for entry in left if means(key, entry[0], True) and means(value, entry[1], True))
        hit = next(hits, None)
        if hit is None:
            return False
        left.remove(hit)
    return True


def _entries(text):
    entries = []
    for item in _split(text[1:-1]):
        key, separator, value = item.partition("->" if "->" in item else "=")
        if not separator:
            return None
        entries.append((key.strip(), value.strip()))
    return entries


def _split(text):
    """The items between the commas that are outside brackets and quotes."""
    items, depth, quote, start = [], 0, None, 0
    for at, char in enumerate(text):
        if quote:
            quote = None if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in _CLOSING:
            depth += 1
        elif char in _CLOSING.values():
            depth -= 1
        elif char == "," and depth == 0:
            items.append(text[start:at].strip())
            start = at + 1
    last = text[start:].strip()
    return [*items, last] if last or items else []
