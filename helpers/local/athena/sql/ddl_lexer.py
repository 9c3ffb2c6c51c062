"""Hive's text → tokens. Strings stand in single or double quotes and know backslash escapes, unlike Trino's."""

import re
from itertools import islice

from .lexer import Token

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
      | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<backquoted>`(?:[^`]|``)*`)
      | (?P<integer>\d+(?!\w))
      | (?P<name>\w[\w$]*)
      | (?P<op><>|!=|<=|>=|.)
    """,
    re.X | re.S,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|[0-1][0-7]{2}|.)", re.S)
_CONTROL = {"0": "\0", "n": "\n", "t": "\t", "r": "\r", "b": "\b", "Z": "\x1a", "%": "\\%", "_": "\\_"}
_STARTS = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)*(\w+)", re.S)


def first_word(sql):
    """The first keyword of a statement, in capitals; '' when it begins with something else."""
    match = _STARTS.match(sql)
    return match[1].upper() if match else ""


def tokenize(sql):
    """`sql` → tokens, the last of kind `end`. Never fails: an odd character is an `op` that no rule expects.

    Columns are counted as Athena's DDL grammar counts them, in UTF-16 units.
    """
    tokens, line, line_start, wide = [], 1, 0, 0
    for match in _TOKEN.finditer(sql):
        kind, text, at = match.lastgroup, match.group(), match.start()
        if kind != "space":
            tokens.append(Token(kind, text, _value(kind, text), line, at - line_start + wide + 1, at, match.end()))
        wide += _wide(text)
        if "\n" in text:
            line += text.count("\n")
            line_start = at + text.rindex("\n") + 1
            wide = _wide(sql[line_start : match.end()])
    end = len(sql)
    tokens.append(Token("end", "<EOF>", "", line, end - line_start + wide + 1, end, end))
    return tokens


def first_words(sql, count):
    """The first tokens of a statement, words in capitals."""
    found = (match.group().upper() for match in _TOKEN.finditer(sql) if match.lastgroup != "space")
    return list(islice(found, count))


def _wide(text):
    """How many characters take two UTF-16 units."""
    return 0 if text.isascii() else sum(character > "\uffff" for character in text)


def _value(kind, text):
    if kind == "string":
        return _ESCAPE.sub(_unescaped, text[1:-1])
    return text[1:-1].replace("``", "`") if kind == "backquoted" else text


def _unescaped(match):
    """Hive's `BaseSemanticAnalyzer.unescapeSQLString`: an unknown escape is the character itself."""
    code = match[1]
    if len(code) == 5:
        return chr(int(code[1:], 16))
    if len(code) == 3:
        return chr(int(code, 8))
    return _CONTROL.get(code, code)
