"""Java's date patterns (`yyyy-MM-dd'T'HH`), as partition projection uses them, in Python."""

import re
from datetime import datetime

# Letter runs of java.time.format.DateTimeFormatter → (regular expression, field). Others are refused.
_FIELDS = {
    "y": ("year", r"\d{4}", 4),
    "u": ("year", r"\d{4}", 4),
    "M": ("month", r"\d{1,2}", 2),
    "d": ("day", r"\d{1,2}", 2),
    "H": ("hour", r"\d{1,2}", 2),
    "m": ("minute", r"\d{1,2}", 2),
    "s": ("second", r"\d{1,2}", 2),
}
_TOKEN = re.compile(r"([A-Za-z])\1*|'((?:[^']|'')*)'|[^A-Za-z']+")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
UNITS = ("year", "month", "day", "hour", "minute", "second")


class DateFormat:
    """One pattern: text ↔ datetime. Raises ValueError for a pattern or a text that it cannot read."""

    def __init__(self, pattern):
        self.pattern, self._parts = pattern, []
        at = 0
        while at < len(pattern):
            token = _TOKEN.match(pattern, at)
            if token is None:
                raise ValueError(f"Unknown pattern: {pattern}")
            self._parts.append(self._part(token))
            at = token.end()
        self._regex = re.compile("".join(regex for _, _, regex in self._parts))
        fields = {field for field, _, _ in self._parts if field}
        self.finest = max(fields, key=UNITS.index) if fields else None

    def _part(self, token):
        """(field or None, letter run or literal text, regular expression)"""
        letter, text = token[1], token.group()
        if letter is None:
            literal = token[2].replace("''", "'") or "'" if token[2] is not None else text
            return None, literal, re.escape(literal)
        if letter == "M" and len(text) == 3:
            return "month", text, "(" + "|".join(_MONTHS) + ")"
        if letter not in _FIELDS or len(text) > 4:
            raise ValueError(f"Unknown pattern letter: {letter}")
        field, regex, width = _FIELDS[letter]
        if field == "year" and len(text) == 2:
            regex = r"\d{2}"
        elif len(text) == width:
            regex = rf"\d{{{width}}}"
        return field, text, f"({regex})"

    def parse(self, text):
        match = self._regex.fullmatch(text)
        if not match:
            raise ValueError(f"Text '{text}' could not be parsed")
        values = {"year": 1970, "month": 1, "day": 1}
        fields = [part for part in self._parts if part[0]]
        for (field, run, _), value in zip(fields, match.groups(), strict=True):
            if field == "month" and len(run) == 3:
                values[field] = _MONTHS.index(value) + 1
            else:
                values[field] = int(value) + (2000 if field == "year" and len(run) == 2 else 0)
        return datetime(**values)

    def format(self, moment):
        out = []
        for field, run, _ in self._parts:
            if field is None:
                out.append(run)
            elif field == "month" and len(run) == 3:
                out.append(_MONTHS[moment.month - 1])
            elif field == "year" and len(run) == 2:
                out.append(f"{moment.year % 100:02d}")
            else:
                out.append(f"{getattr(moment, field):0{len(run)}d}")
        return "".join(out)
