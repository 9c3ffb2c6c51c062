"""Trino's regular expression functions: Java's pattern syntax (functions/regexp).

DuckDB's RE2 is used where the pattern is a literal that means the same in both; everything else (look-around,
back references, possessive quantifiers, patterns that match the empty text) goes through Python's `re`.
"""

import functools
import re

from helpers.local.athena import types
from helpers.local.athena.functions.registry import scalar
from helpers.local.athena.functions.shape import (
    Refused,
    bad_argument,
    lambda_parts,
    literal_integer,
    literal_text,
    python,
    quote,
)

_CLASSES = {
    "Lower": "a-z", "Upper": "A-Z", "ASCII": r"\x00-\x7f", "Alpha": "a-zA-Z", "Digit": "0-9",
    "Alnum": "a-zA-Z0-9", "Punct": r"!-/:-@\[-`{-~", "Graph": "!-~", "Print": " -~", "Blank": r" \t",
    "Cntrl": r"\x00-\x1f\x7f", "XDigit": "0-9a-fA-F", "Space": r"\s", "IsAlphabetic": "a-zA-ZÀ-ɏͰ-῿",
    "IsDigit": "0-9", "L": "a-zA-ZªµºÀ-ÖØ-öø-ˁͰ-ͳΆ-ӿԱ-֏א-ת؀-ۿ぀-ヿ一-鿿가-힣", "N": "0-9²³¹¼-¾٠-٩",
    "Lu": "A-ZÀ-ÖØ-ÞΑ-ΫА-Я", "Ll": "a-zß-öø-ÿα-ώа-я", "Nd": "0-9٠-٩", "P": r"!-#%-*,-/:;?@\[-\]_{}¡§«¶·»¿",
    "S": r"$+<=>^`|~¢-¦¨©¬®-±´¸×÷€-₿", "Z": " \u00a0\u2000-\u200a\u2028\u2029\u3000",
}  # fmt: skip


def to_python(pattern):
    """A pattern in Java's syntax as Python's `re` writes it."""
    out, i, in_class = [], 0, 0
    scoped = [0]  # for each open group, how many (?i) inside it wait for its end
    while i < len(pattern):
        char = pattern[i]
        if char == "\\" and i + 1 < len(pattern):
            piece, i = _escape(pattern, i, in_class)
            out.append(piece)
            continue
        if char == "[":
            out.append("[" if not in_class else r"\[")
            in_class += not in_class
            if pattern.startswith("^]", i + 1) or pattern.startswith("]", i + 1):
                out.append(pattern[i + 1 : pattern.index("]", i) + 1].replace("]", r"\]"))
                i = pattern.index("]", i)
        elif char == "]" and in_class:
            in_class = 0
            out.append("]")
        elif not in_class and (flags := _FLAGS.match(pattern, i)):
            # Java allows (?i) anywhere, for the rest of its group; Python wants the group spelt out.
            kept = re.sub("[^ims-]", "", flags[1]).rstrip("-")
            out.append(f"(?{kept}:" if kept else "(?:")
            scoped[-1] += 1
            i = flags.end() - 1
        elif char == "(" and not in_class and not pattern.startswith("(?<", i):
            scoped.append(0)
            out.append(char)
        elif char == ")" and not in_class:
            out.append(")" * ((scoped.pop() if len(scoped) > 1 else 0) + 1))
        elif pattern.startswith("(?<", i) and pattern[i + 3 : i + 4] not in ("=", "!") and not in_class:
            scoped.append(0)
            out.append("(?P<")
            i += 2
        elif char == "(" and not in_class:
            scoped.append(0)
            out.append(char)
        else:
            out.append(char)
        i += 1
    return "".join(out) + ")" * scoped[0]


_FLAGS = re.compile(r"\(\?([a-zA-Z-]+)\)")


def _escape(pattern, i, in_class):
    """The escape that starts at `i` → (Python's text, the position after it)."""
    letter = pattern[i + 1]
    if letter == "Q":
        end = pattern.find("\\E", i + 2)
        end = len(pattern) if end < 0 else end
        return re.escape(pattern[i + 2 : end]), end + 2
    named = re.compile(r"\\k<(\w+)>").match(pattern, i)
    if named:
        return f"(?P={named[1]})", named.end()
    kind = re.compile(r"\\([pP])(?:\{\^?(\w+)\}|(\w))").match(pattern, i)
    if kind:
        body = _CLASSES.get(kind[2] or kind[3]) or _CLASSES.get((kind[2] or "").removeprefix("Is"))
        if body is None:
            raise Refused(f"invalid character property name <{kind[2] or kind[3]}>")
        negated = kind[1] == "P"
        if in_class:
            if negated:
                raise Refused("a negated property inside a character class is not supported", "NOT_SUPPORTED")
            return body, kind.end()
        return f"[{'^' if negated else ''}{body}]", kind.end()
    simple = {"z": r"\Z", "Z": r"(?=\n?\Z)", "h": r"[ \t]", "R": r"(?:\r\n|[\n\r\v\f])", "e": r"\x1b"}
    if letter in simple and not in_class:
        return simple[letter], i + 2
    wide = re.compile(r"\\x\{([0-9a-fA-F]+)\}").match(pattern, i)
    if wide:
        return re.escape(chr(int(wide[1], 16))), wide.end()
    if letter.isalpha() and letter not in "AbBdDsSwWfnrtvaxuU":
        return re.escape(letter), i + 2
    return pattern[i : i + 2], i + 2


@functools.lru_cache(maxsize=512)
def compile_pattern(pattern):
    """Compile Java's syntax; INVALID_FUNCTION_ARGUMENT for a pattern that is none."""
    try:
        return re.compile(to_python(pattern), re.ASCII)
    except re.error as exc:
        raise Refused(_JONI.get(exc.msg, exc.msg)) from None


_JONI = {
    "missing ), unterminated subpattern": "end pattern with unmatched parenthesis",
    "unbalanced parenthesis": "unmatched close parenthesis",
    "unterminated character set": "premature end of char-class",
    "nothing to repeat": "target of repeat operator is not specified",
}


def _native(pattern_sql, groups=False):
    """The pattern as RE2 text when RE2 finds the same as Java; else None."""
    pattern = literal_text(pattern_sql)
    if pattern is None:
        return None
    try:
        compiled = compile_pattern(pattern)
    except Refused as exc:
        raise bad_argument(str(exc).partition(": ")[2]) from None
    differs = re.search(r"\(\?[=!<>]|\\[1-9kQERhZGX]|[+*?}]\+|\\p|&&|\[\[|\\x|\(\?[a-z]*[xdu]", pattern)
    if differs or not pattern.isascii() or compiled.search(""):
        return None
    if groups and re.search(r"\||\)[?*{]", pattern):
        return None  # a group that took no part is NULL in Trino and '' in RE2
    return pattern


# ---- the Python forms -----------------------------------------------------------------------------------
def _group(compiled, group):
    if group < 0:
        raise Refused("Group cannot be negative")
    if group > compiled.groups:
        raise Refused(f"Pattern has {compiled.groups} groups. Cannot access group {group}")
    return group


def _extract(text, pattern, group):
    compiled = compile_pattern(pattern)
    group = _group(compiled, group)
    found = compiled.search(text)
    return found[group] if found else None


def _extract_all(text, pattern, group):
    compiled = compile_pattern(pattern)
    group = _group(compiled, group)
    return [m[group] for m in compiled.finditer(text)]


def _split(text, pattern):
    pieces, start = [], 0
    for found in compile_pattern(pattern).finditer(text):
        pieces.append(text[start : found.start()])
        start = found.end()
    return [*pieces, text[start:]]


def _position(text, pattern, start, occurrence):
    if start < 1:
        raise Refused("start position cannot be smaller than 1")
    if occurrence < 1:
        raise Refused("occurrence cannot be smaller than 1")
    if start > len(text) + 1:
        return -1
    for i, found in enumerate(compile_pattern(pattern).finditer(text, start - 1), 1):
        if i == occurrence:
            return found.start() + 1
    return -1


@functools.lru_cache(maxsize=512)
def replacement_parts(replacement, pattern):
    """Java's replacement ($1, ${name}, backslash escapes) → list of texts and group numbers or names."""
    compiled, parts, i = compile_pattern(pattern), [], 0
    while i < len(replacement):
        char = replacement[i]
        if char == "\\":
            if i + 1 == len(replacement):
                raise Refused(f"Incorrect replacement string: {replacement}")
            parts.append(replacement[i + 1])
            i += 2
        elif char == "$":
            part, i = _reference(replacement, i, compiled)
            parts.append(part)
        else:
            parts.append(char)
            i += 1
    return parts


def _reference(replacement, i, compiled):
    named = re.compile(r"\$\{(\w+)\}").match(replacement, i)
    if named:
        if named[1] not in compiled.groupindex:
            raise Refused(f"Illegal replacement sequence: unknown group {{ {named[1]} }}")
        return compiled.groupindex[named[1]], named.end()
    digits = re.compile(r"\$(\d)").match(replacement, i)
    if not digits:
        raise Refused(f"Illegal replacement sequence: {replacement}")
    group, end = int(digits[1]), digits.end()
    if group > compiled.groups:
        raise Refused(f"Illegal replacement sequence: unknown group {group}")
    while end < len(replacement) and replacement[end].isdigit():
        longer = group * 10 + int(replacement[end])
        if longer > compiled.groups:
            break
        group, end = longer, end + 1
    return group, end


def _replace(text, pattern, replacement):
    parts = replacement_parts(replacement, pattern)
    return compile_pattern(pattern).sub(
        lambda m: "".join(p if isinstance(p, str) else (m[p] or "") for p in parts), text
    )


def _pieces(text, pattern):
    """What lies between the matches, with the groups of the match that follows (NULL at the end)."""
    pieces, start = [], 0
    for found in compile_pattern(pattern).finditer(text):
        pieces.append({"plain": text[start : found.start()], "groups": list(found.groups())})
        start = found.end()
    return [*pieces, {"plain": text[start:], "groups": None}]


_V, _B = "VARCHAR", "BIGINT"
python("t_re_like", lambda s, p: compile_pattern(p).search(s) is not None, [_V, _V], "BOOLEAN")
python("t_re_extract", _extract, [_V, _V, _B], _V)
python("t_re_extract_all", _extract_all, [_V, _V, _B], "VARCHAR[]")
python("t_re_split", _split, [_V, _V], "VARCHAR[]")
python("t_re_position", _position, [_V, _V, _B, _B], _B)
python("t_re_count", lambda s, p: sum(1 for _ in compile_pattern(p).finditer(s)), [_V, _V], _B)
python("t_re_replace", _replace, [_V, _V, _V], _V)
python("t_re_pieces", _pieces, [_V, _V], "STRUCT(plain VARCHAR, groups VARCHAR[])[]")


# ---- the declarations -----------------------------------------------------------------------------------
def _like_sql(args, _types):
    pattern = _native(args[1])
    return f"regexp_matches({args[0]}, {quote(pattern)})" if pattern else f"t_re_like({args[0]}, {args[1]})"


def _extract_sql(args, _types):
    group = literal_integer(args[2]) if len(args) > 2 else 0
    pattern = _native(args[1], groups=group != 0) if group is not None else None
    if pattern is None or group < 0 or group > compile_pattern(pattern).groups:
        return f"t_re_extract({args[0]}, {args[1]}, {args[2] if len(args) > 2 else 0})"
    found = f"regexp_extract({args[0]}, {quote(pattern)}, {group})"
    return f"CASE WHEN regexp_matches({args[0]}, {quote(pattern)}) THEN {found} END"


def _replace_sql(args, _types):
    pattern = _native(args[1])
    replacement = literal_text(args[2]) if len(args) > 2 else ""
    if pattern is not None and replacement is not None and not re.search(r"[$\\]", replacement):
        return f"regexp_replace({args[0]}, {quote(pattern)}, {quote(replacement)}, 'g')"
    return f"t_re_replace({args[0]}, {args[1]}, {args[2] if len(args) > 2 else quote('')})"


def _replace_lambda_sql(args, _types):
    (name,), body = lambda_parts(args[2])
    return (
        f"list_aggregate(list_transform(t_re_pieces({args[0]}, {args[1]}), lambda __p: __p.plain || "
        "CASE WHEN __p.groups IS NULL THEN '' ELSE coalesce("
        f"list_transform([__p.groups], lambda {name}: {body})[1], '') END), 'string_agg', '')"
    )


def _replaced_length(kinds):
    """Trino's bound for the result of regexp_replace."""
    if not kinds[0].args or not kinds[2].args:
        return types.VARCHAR
    x, y = kinds[0].args[0], kinds[2].args[0]
    return types.varchar(min(types.UNBOUNDED, x + max(x * y // 2, y) * (x + 1)))


scalar("regexp_like(varchar, varchar) -> boolean", _like_sql)
scalar("regexp_extract(varchar(n), varchar) -> varchar(n)", _extract_sql)
scalar("regexp_extract(varchar(n), varchar, bigint) -> varchar(n)", _extract_sql)
scalar("regexp_extract_all(varchar(n), varchar) -> array(varchar(n))", "t_re_extract_all({0}, {1}, 0)")
scalar("regexp_extract_all(varchar(n), varchar, bigint) -> array(varchar(n))", "t_re_extract_all({0}, {1}, {2})")
scalar("regexp_split(varchar(n), varchar) -> array(varchar(n))", "t_re_split({0}, {1})")
scalar("regexp_count(varchar, varchar) -> bigint", "t_re_count({0}, {1})")
scalar("regexp_position(varchar, varchar) -> integer", "t_re_position({0}, {1}, 1, 1)::INTEGER")
scalar("regexp_position(varchar, varchar, bigint) -> integer", "t_re_position({0}, {1}, {2}, 1)::INTEGER")
scalar(
    "regexp_position(varchar, varchar, bigint, bigint) -> integer",
    "t_re_position({0}, {1}, {2}, {3})::INTEGER",
)
scalar("regexp_replace(varchar(n), varchar) -> varchar(n)", _replace_sql)
scalar("regexp_replace(varchar(n), varchar, varchar(m)) -> varchar", _replace_sql, returns=_replaced_length)
scalar("regexp_replace(varchar, varchar, function(array(varchar), varchar)) -> varchar", _replace_lambda_sql)
