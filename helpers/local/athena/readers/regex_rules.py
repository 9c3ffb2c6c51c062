"""Java's regular expressions of the RegexSerDe, by Python's `re`."""

import re
from functools import lru_cache

from ..errors import AthenaError

POSIX = {
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Upper": "A-Z",
    "Lower": "a-z",
    "Space": r"\s",
    "Punct": r"!-/:-@\[-`{-~",
    "XDigit": "0-9A-Fa-f",
}


@lru_cache(maxsize=256)
def compiled(pattern, ignore_case=False):
    """The pattern as Python writes it. AthenaError when neither Java nor Python can read it."""
    text = re.sub(r"\(\?<([A-Za-z]\w*)>", r"(?P<\1>", pattern)
    text = re.sub(r"\\p\{(\w+)\}", lambda m: f"[{POSIX[m[1]]}]" if m[1] in POSIX else m[0], text)
    try:
        return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
    except re.error as failure:
        raise AthenaError(
            "HIVE_INVALID_METADATA", f"Invalid input.regex '{pattern}': {failure}".splitlines()[0]
        ) from failure


def groups(line, pattern, ignore_case):
    """The groups of a line that the whole pattern matches, NULL for one that took no part; None without a match."""
    match = compiled(pattern, ignore_case == "true").fullmatch(line)
    return list(match.groups()) if match else None
