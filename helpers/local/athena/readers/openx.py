"""The lenient JSON of the OpenX SerDe, for the lines that are not plain JSON.

Its parser also takes single quotes, bare words, comments, `=` for `:` and `;` for `,`, and ignores what follows the
object. Such lines are rewritten as plain JSON; what even it refuses is malformed.
"""

import json

BLANK = " \t\r\n"
ENDS_WORD = " \r\n\t\f{}[]/\\:,=;#"
ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "v": "\v"}
MALFORMED = "!"  # opens the reason why a line is malformed; no JSON object or array starts with it


class Malformed(ValueError):
    """`str()` is the reason with its place, as the SerDe words it."""


def canonical(line, ignore_malformed):
    """Plain JSON of a line; None for a line that is no object or array; `!` and the reason for a malformed one."""
    text = line.strip()
    if not text.startswith(("{", "[")):
        return None
    try:
        return json.dumps(_Parser(text).value(), ensure_ascii=False)
    except Malformed as failure:
        return None if ignore_malformed == "true" else MALFORMED + str(failure)
    except RecursionError:
        return None if ignore_malformed == "true" else f"{MALFORMED}Nesting too deep"


class _Parser:
    def __init__(self, text):
        self.text, self.at = text, 0

    def refuse(self, reason):
        raise Malformed(f"{reason} at {self.at} [character {self.at + 1} line 1]")

    def value(self):
        char = self.next_token()
        if char is None:
            self.refuse("End of input")
        if char == "{":
            return self.object()
        if char == "[":
            return self.array()
        if char in "'\"":
            return self.string(char)
        self.at -= 1
        return self.word()

    def object(self):
        found = {}
        first = self.next_token()
        if first == "}":
            return found
        if first is not None:
            self.at -= 1
        while True:
            key = self.value()
            if not isinstance(key, (str, int, float)) or isinstance(key, bool):
                self.refuse("Names must be strings, but one is " + ("null" if key is None else type(key).__name__))
            if self.next_token() not in (":", "="):
                self.refuse(f"Expected ':' after {key}")
            if self.text[self.at - 1] == "=" and self.text[self.at : self.at + 1] == ">":
                self.at += 1
            found.pop(str(key), None)
            found[str(key)] = self.value()
            char = self.next_token()
            if char == "}":
                return found
            if char not in (",", ";"):
                self.refuse("Unterminated object")

    def array(self):
        found = []
        expects_more = False
        while True:
            char = self.next_token()
            if char is None:
                self.refuse("Unterminated array")
            if char == "]":
                return [*found, None] if expects_more else found
            if char in ",;":
                found.append(None)
                expects_more = True
                continue
            self.at -= 1
            found.append(self.value())
            char = self.next_token()
            if char == "]":
                return found
            if char not in (",", ";"):
                self.refuse("Unterminated array")
            expects_more = True

    def string(self, quote):
        parts = []
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char == quote:
                return "".join(parts).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            parts.append(self.escaped() if char == "\\" else char)
        self.refuse("Unterminated string")

    def escaped(self):
        if self.at >= len(self.text):
            self.refuse("Unterminated escape sequence")
        char = self.text[self.at]
        self.at += 1
        if char != "u":
            return ESCAPES.get(char, char)
        digits = self.text[self.at : self.at + 4]
        if len(digits) < 4:
            self.refuse("Unterminated escape sequence")
        self.at += 4
        try:
            return chr(int(digits, 16))
        except ValueError:
            self.refuse(f"Invalid escape sequence: {digits}")

    def word(self):
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in ENDS_WORD:
            self.at += 1
        word = self.text[start : self.at]
        if not word:
            self.refuse("Expected literal value")
        if word.lower() in ("null", "true", "false"):
            return {"null": None, "true": True, "false": False}[word.lower()]
        try:
            return int(word) if word.lstrip("-").isdigit() and str(int(word)) == word else word
        except ValueError:
            return word

    def next_token(self):
        """The next character that is neither blank nor comment, None at the end."""
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            following = self.text[self.at : self.at + 1]
            if char in BLANK:
                continue
            if char == "#" or (char == "/" and following == "/"):
                self.at = len(self.text)
            elif char == "/" and following == "*":
                end = self.text.find("*/", self.at)
                if end < 0:
                    self.refuse("Unterminated comment")
                self.at = end + 2
            else:
                return char
        return None
