"""SQL text → tokens with their positions, for Trino's statements and Hive's DDL alike."""

import re
from dataclasses import dataclass

from ..errors import RequestError


@dataclass(frozen=True)
class Token:
    """`kind`: name, quoted ("x"), backquoted (`x`), string ('x'), binary (X'…'), integer, decimal, float, digits
    (1x, which is no name), op, param (?) or end. `value` is the text without quotes; `start`/`end` index into
    the statement."""

    kind: str
    text: str
    value: str
    line: int
    column: int
    start: int
    end: int

    @property
    def upper(self):
        """The keyword this could be, or the operator."""
        return self.text.upper() if self.kind in ("name", "op", "param") else ""


_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
      | (?P<binary>[xX]'[0-9a-fA-F\s]*')
      | (?P<unicode>[uU]&'(?:[^']|'')*')
      | (?P<string>'(?:[^']|'')*')
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<backquoted>`(?:[^`]|``)*`)
      | (?P<radix>0[xX][0-9a-fA-F](?:_?[0-9a-fA-F])*|0[oO][0-7](?:_?[0-7])*|0[bB][01](?:_?[01])*)
      | (?P<float>(?:\d[\d_]*\.?(?:\d[\d_]*)?|\.\d[\d_]*)[eE][+-]?\d+)
      | (?P<decimal>\d[\d_]*\.(?:\d[\d_]*)?|\.\d[\d_]*)
      | (?P<digits>\d\w*[^\W\d_]\w*)
      | (?P<integer>\d(?:_?\d)*)
      | (?P<name>[^\W\d][\w@$]*)
      | (?P<param>\?)
      | (?P<op><>|!=|<=|>=|=>|->|\|\||.)
    """,
    re.X | re.S,
)
_QUOTES = {"string": "'", "quoted": '"', "backquoted": "`"}


def tokenize(sql):
    """`sql` → list of tokens, the last of kind `end`. An odd character is an `op` that no rule expects."""
    tokens, at, line, line_start = [], 0, 1, 0
    for match in _TOKEN.finditer(sql):
        kind, text = match.lastgroup, match.group()
        kind = "integer" if kind == "radix" else kind
        if kind != "space":
            tokens.append(Token(kind, text, _value(kind, text), line, at - line_start + 1, at, match.end()))
        newlines = text.count("\n")
        if newlines:
            line += newlines
            line_start = at + text.rindex("\n") + 1
        at = match.end()
    tokens.append(Token("end", "<EOF>", "", line, at - line_start + 1, at, at))
    return tokens


def _value(kind, text):
    quote = _QUOTES.get(kind)
    if quote:
        return text[1:-1].replace(quote * 2, quote)
    if kind == "binary":
        return re.sub(r"\s", "", text[2:-1])
    if kind == "unicode":
        return text[3:-1].replace("''", "'")
    if kind == "integer" and text[1:2].lower() in ("x", "o", "b"):
        return str(int(text.replace("_", ""), 0))
    if kind in ("integer", "decimal", "float"):
        return text.replace("_", "")
    return text


def decode_unicode(text, escape="\\"):
    """What U&'…' means: hhhh and +hhhhhh behind the escape character; ValueError for anything else."""
    parts, at = [], 0
    while at < len(text):
        if text[at] != escape:
            parts.append(text[at])
            at += 1
            continue
        found = re.compile(r"\+([0-9a-fA-F]{6})|([0-9a-fA-F]{4})").match(text, at + 1)
        if text[at + 1 : at + 2] == escape:
            parts.append(escape)
            at += 2
        elif found:
            parts.append(chr(int(found[1] or found[2], 16)))
            at = found.end()
        else:
            raise ValueError(f"Incomplete escape sequence: {text[at:]}")
    return "".join(parts)


def mismatched(token, expecting=None):
    """Trino's message for a token that fits no rule."""
    tail = f" Expecting: {expecting}" if expecting else ""
    return RequestError(
        f"line {token.line}:{token.column}: mismatched input '{token.text}'.{tail}", code="MALFORMED_QUERY"
    )
