"""The path language of SQL/JSON: its text → a tree of tuples, by Trino's grammar (functions/json).

("number", 1.5) ("string", text) ("boolean", true) ("null",) ("context",) ("variable", name) ("current",) ("last",)
("binary", op, left, right) ("unary", op, operand) ("member", base, key or None) ("descendant", base, key)
("elements", base, [(from, to or None)] or None) ("filter", base, predicate) ("method", base, name)
Predicates: ("and" | "or", left, right) ("not", p) ("exists", path) ("compare", op, left, right)
("starts", path, prefix) ("unknown", p)
"""

import functools
import re

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)
      | (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<variable>\$\w+)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<op>\.\.|==|<>|!=|<=|>=|&&|\|\||[-+*/%().,\[\]?!<>$@]))""",
    re.X,
)
_METHODS = ("double", "ceiling", "floor", "abs", "keyvalue", "type", "size")
_COMPARISONS = ("==", "<>", "!=", "<", ">", "<=", ">=")
_AFTER_A_PATH = (*_COMPARISONS, "starts", ".", "[", "+", "-", "*", "/", "%")


class PathSyntaxError(ValueError):
    """Text that is no path."""


@functools.lru_cache(maxsize=512)
def parse(text):
    """A path → (whether it is strict, its tree)."""
    parser = _Parser(text)
    mode = parser.take()
    if mode not in ("lax", "strict"):
        raise PathSyntaxError(f"mismatched input '{mode}' expecting {{'lax', 'strict'}}")
    try:
        tree = parser.sum()
    except RecursionError:
        raise PathSyntaxError("it is nested too deep") from None
    parser.end()
    return mode == "strict", tree


class _Parser:
    def __init__(self, text):
        self.tokens, at = [], 0
        text = text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if not found:
                raise PathSyntaxError(f"token recognition error at: '{text[at:]}'")
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self.at = 0

    def peek(self, ahead=0):
        return self.tokens[self.at + ahead][1] if self.at + ahead < len(self.tokens) else "<EOF>"

    def kind(self):
        return self.tokens[self.at][0] if self.at < len(self.tokens) else "end"

    def take(self):
        text = self.peek()
        self.at += 1
        return text

    def accept(self, *words):
        if all(self.peek(i) == w for i, w in enumerate(words)):
            self.at += len(words)
            return True
        return False

    def expect(self, word):
        if not self.accept(word):
            raise PathSyntaxError(f"mismatched input '{self.peek()}' expecting '{word}'")

    def end(self):
        if self.kind() != "end":
            raise PathSyntaxError(f"mismatched input '{self.peek()}' expecting <EOF>")

    # ---- paths

    def sum(self):
        left = self._product()
        while self.peek() in ("+", "-"):
            left = ("binary", self.take(), left, self._product())
        return left

    def _product(self):
        left = self._signed()
        while self.peek() in ("*", "/", "%"):
            left = ("binary", self.take(), left, self._signed())
        return left

    def _signed(self):
        if self.peek() in ("+", "-"):
            return ("unary", self.take(), self._signed())
        return self._accessors(self._primary())

    def _primary(self):
        kind, text = self.kind(), self.take()
        if kind == "number":
            return ("number", int(text) if text.isdigit() else float(text))
        if kind == "string":
            return ("string", _unquoted(text))
        if kind == "variable":
            return ("variable", text[1:])
        if text in ("$", "@", "last"):
            return ({"$": "context", "@": "current", "last": "last"}[text],)
        if text in ("true", "false"):
            return ("boolean", text == "true")
        if text == "null":
            return ("null",)
        if text == "(":
            inner = self.sum()
            self.expect(")")
            return inner
        raise PathSyntaxError(f"mismatched input '{text}'")

    def _accessors(self, base):
        while True:
            if self.accept(".", "*"):
                base = ("member", base, None)
            elif self.accept(".."):
                base = ("descendant", base, self._key())
            elif self.accept("."):
                base = self._member(base)
            elif self.accept("[", "*", "]"):
                base = ("elements", base, None)
            elif self.accept("["):
                base = ("elements", base, self._subscripts())
            elif self.accept("?"):
                self.expect("(")
                base = ("filter", base, self._or())
                self.expect(")")
            else:
                return base

    def _member(self, base):
        if self.peek() in _METHODS and self.peek(1) == "(":
            name = self.take()
            self.expect("(")
            self.expect(")")
            return ("method", base, name)
        return ("member", base, self._key())

    def _key(self):
        kind, text = self.kind(), self.take()
        if kind not in ("name", "string"):
            raise PathSyntaxError(f"mismatched input '{text}'")
        return _unquoted(text) if kind == "string" else text

    def _subscripts(self):
        ranges = []
        while True:
            start = self.sum()
            ranges.append((start, self.sum() if self.accept("to") else None))
            if not self.accept(","):
                self.expect("]")
                return tuple(ranges)

    # ---- predicates

    def _or(self):
        left = self._and()
        while self.accept("||"):
            left = ("or", left, self._and())
        return left

    def _and(self):
        left = self._predicate()
        while self.accept("&&"):
            left = ("and", left, self._predicate())
        return left

    def _predicate(self):
        if self.accept("!"):
            return ("not", self._delimited())
        if self.peek() == "exists":
            return self._delimited()
        mark = self.at
        if self.accept("("):  # a predicate in parentheses, or a path that starts with them
            try:
                inner = self._or()
                self.expect(")")
                if self.accept("is", "unknown"):
                    return ("unknown", inner)
                if self.peek() not in _AFTER_A_PATH:
                    return inner
            except PathSyntaxError:
                pass  # it is a path after all
            self.at = mark
        return self._comparison()

    def _delimited(self):
        if self.accept("exists"):
            self.expect("(")
            path = self.sum()
            self.expect(")")
            return ("exists", path)
        self.expect("(")
        inner = self._or()
        self.expect(")")
        return inner

    def _comparison(self):
        left = self.sum()
        if self.accept("starts", "with"):
            return ("starts", left, self.sum())
        op = self.take()
        if op not in _COMPARISONS:
            raise PathSyntaxError(f"mismatched input '{op}'")
        return ("compare", "<>" if op == "!=" else op, left, self.sum())


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def _unquoted(text):
    return re.sub(
        r"\\(?:u([0-9a-fA-F]{4})|(.))",
        lambda m: chr(int(m[1], 16)) if m[1] else _ESCAPES.get(m[2], m[2]),
        text[1:-1],
    )
