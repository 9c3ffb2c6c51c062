"""Trino's string functions (trino.io/docs, functions/string)."""

import functools
import unicodedata

from helpers.local.athena import types
from helpers.local.athena.functions.registry import macros, scalar
from helpers.local.athena.functions.shape import (
    Refused,
    apply_lambda,
    bad_argument,
    literal_integer,
    literal_text,
    python,
    refuse,
)

# What Trino's trim removes: the whitespace of Unicode without the no-break spaces.
WHITESPACE = [*range(9, 14), *range(28, 33), 0x1680, *range(0x2000, 0x2007), *range(0x2008, 0x200B)]
WHITESPACE += [0x2028, 0x2029, 0x205F, 0x3000]
_BLANK = " || ".join(f"chr({c})" for c in WHITESPACE)

_LONGEST = 2**31 - 1  # characters; DuckDB refuses to count further than 32 bits

macros(
    f"CREATE OR REPLACE MACRO t_blank() AS {_BLANK}",
    """CREATE OR REPLACE MACRO t_substr(s, start) AS CASE
        WHEN start > 0 THEN substring(s, least(start, 2147483647))
        WHEN start = 0 OR start < -length(s) THEN CASE WHEN s IS NOT NULL THEN '' END
        ELSE substring(s, length(s) + least(start, start - start) + 1) END""",
    """CREATE OR REPLACE MACRO t_substr3(s, start, size) AS CASE
        WHEN size <= 0 OR start = 0 OR start < -length(s)
            THEN CASE WHEN s IS NOT NULL AND start IS NOT NULL AND size IS NOT NULL THEN '' END
        WHEN start > 0 THEN substring(s, least(start, 2147483647), least(size, 2147483647))
        ELSE substring(s, length(s) + least(start, start - start) + 1, least(size, 2147483647)) END""",
)


def _substr(args, _types):
    start = literal_integer(args[1])
    if len(args) == 2:
        plain = start is not None and 0 < start <= _LONGEST
        return f"substring({args[0]}, {start})" if plain else f"t_substr({args[0]}, {args[1]})"
    size = literal_integer(args[2])
    if start is not None and 0 < start <= _LONGEST and size is not None and 0 < size <= _LONGEST:
        return f"substring({args[0]}, {start}, {size})"
    return f"t_substr3({', '.join(args)})"


for _name in ("substr", "substring"):
    scalar(f"{_name}(varchar(n), bigint) -> varchar(n)", _substr)
    scalar(f"{_name}(varchar(n), bigint, bigint) -> varchar(n)", _substr)

for _name in ("lower", "upper"):
    scalar(f"{_name}(varchar(n)) -> varchar(n)", f"{_name}({{0}})")
    scalar(f"{_name}(char(n)) -> char(n)", f"{_name}({{0}})")

# DuckDB builds the set of characters for each row: look first whether there is anything to trim.
_SPACE = "[" + "".join(f"\\x{{{c:x}}}" for c in WHITESPACE) + "]"
for _name, _edge in (("trim", f"^{_SPACE}|{_SPACE}$"), ("ltrim", f"^{_SPACE}"), ("rtrim", f"{_SPACE}$")):
    macros(
        f"""CREATE OR REPLACE MACRO t_{_name}(s) AS
            CASE WHEN regexp_matches(s, '{_edge}') THEN {_name}(s, t_blank()) ELSE s END"""
    )
    scalar(f"{_name}(varchar(n)) -> varchar(n)", f"t_{_name}({{0}})")
    scalar(f"{_name}(varchar(n), varchar) -> varchar(n)", f"{_name}({{0}}, {{1}})")

scalar("length(varchar) -> bigint", "length({0})")
scalar(
    "length(char(n)) -> bigint",
    lambda args, kinds: f"CASE WHEN {args[0]} IS NOT NULL THEN {kinds[0].args[0]}::BIGINT END",
)
scalar("reverse(varchar(n)) -> varchar(n)", "reverse({0})")
scalar("starts_with(varchar, varchar) -> boolean", "starts_with({0}, {1})")
scalar("translate(varchar, varchar, varchar) -> varchar", "translate({0}, {1}, {2})")
scalar("concat(varchar...) -> varchar", lambda args, _types: _concat(args))


def _joined(pieces, separator):
    return separator.join(piece for piece in pieces if piece is not None)


python("t_join", _joined, ["VARCHAR[]", "VARCHAR"], "VARCHAR")


def join_present(array, separator):
    """The elements that are not NULL; DuckDB's array_to_string gives NULL for none of them and wants a constant."""
    if literal_text(separator) is None:
        return f"t_join({array}, {separator})"
    return (
        f"CASE WHEN ({separator}) IS NOT NULL AND ({array}) IS NOT NULL THEN "
        f"coalesce(array_to_string({array}, {separator}), '') END"
    )


scalar("concat_ws(varchar, array(varchar)) -> varchar", lambda args, _types: join_present(args[1], args[0]))
scalar(
    "concat_ws(varchar, varchar...) -> varchar",
    lambda args, _types: join_present(f"[{', '.join(args[1:])}]::VARCHAR[]", args[0]),
)


def _concat(args):
    if len(args) < 2:
        raise bad_argument("There must be two or more concatenation arguments")
    return "(" + " || ".join(f"({a})" for a in args) + ")"


# ---- replace --------------------------------------------------------------------------------------------
def _replaced_length(arguments):
    lengths = [t.args[0] if t.args else types.UNBOUNDED for t in arguments]
    return types.varchar(min(types.UNBOUNDED, lengths[0] + lengths[2] * (lengths[0] + 1)))


def _replace(args, _types):
    if literal_text(args[1]):
        return f"replace({args[0]}, {args[1]}, {args[2]})"
    return f"CASE WHEN {args[1]} = '' THEN t_replace({', '.join(args)}) ELSE replace({', '.join(args)}) END"


python("t_replace", str.replace, ["VARCHAR"] * 3, "VARCHAR")
scalar("replace(varchar(n), varchar) -> varchar(n)", "replace({0}, {1}, '')")
scalar("replace(varchar(n), varchar(m), varchar(k)) -> varchar", _replace, returns=_replaced_length)

# ---- padding --------------------------------------------------------------------------------------------
for _name in ("lpad", "rpad"):
    macros(
        f"""CREATE OR REPLACE MACRO t_{_name}(s, size, pad) AS CASE
            WHEN size < 0 OR size > 2147483647 THEN
                {refuse("'Target length must be in the range [0..2147483647]'")}
            WHEN pad = '' THEN {refuse("'Padding string must not be empty'")}
            ELSE {_name}(s, size::INTEGER, pad) END"""
    )
    scalar(f"{_name}(varchar, bigint, varchar) -> varchar", f"t_{_name}({{0}}, {{1}}, {{2}})")


# ---- positions and parts ------------------------------------------------------------------------------
def _strpos_nth(text, part, instance):
    if instance == 0:
        raise Refused("'instance' must not be a zero")
    if part == "":
        return 0 if instance < 0 else 1
    at = -1 if instance > 0 else len(text)
    for _ in range(abs(instance)):
        at = text.find(part, at + 1) if instance > 0 else text.rfind(part, 0, at + len(part) - 1)
        if at < 0:
            return 0
    return at + 1


def _split_limit(text, delimiter, limit):
    if limit <= 0:
        raise Refused("Limit must be positive")
    if delimiter == "":
        raise Refused("The delimiter may not be the empty string")
    return text.split(delimiter, limit - 1)


def _split(args, _types):
    if literal_text(args[1]):
        return f"string_split({args[0]}, {args[1]})"
    return f"t_split({args[0]}, {args[1]}, 2147483647)"


def _split_part(args, _types):
    index = literal_integer(args[2])
    if index is not None and index > 0:
        return f"string_split({args[0]}, {args[1]})[{index}]"
    if index is not None:
        raise bad_argument("Index must be greater than zero")
    return f"t_split_part({', '.join(args)})"


python("t_strpos", _strpos_nth, ["VARCHAR", "VARCHAR", "BIGINT"], "BIGINT")
python("t_split", _split_limit, ["VARCHAR", "VARCHAR", "BIGINT"], "VARCHAR[]")
macros(
    f"""CREATE OR REPLACE MACRO t_split_part(s, d, i) AS CASE
        WHEN i <= 0 THEN {refuse("'Index must be greater than zero'")} ELSE string_split(s, d)[i] END"""
)
scalar("strpos(varchar, varchar) -> bigint", "CASE WHEN {1} = '' THEN 1 ELSE strpos({0}, {1}) END")
scalar("strpos(varchar, varchar, bigint) -> bigint", "t_strpos({0}, {1}, {2})")
scalar("split(varchar(n), varchar) -> array(varchar(n))", _split)
scalar("split(varchar(n), varchar, bigint) -> array(varchar(n))", "t_split({0}, {1}, {2})")
scalar("split_part(varchar(n), varchar, bigint) -> varchar(n)", _split_part)


def _pairs(text, entry_delimiter, value_delimiter):
    for delimiter, name in ((entry_delimiter, "entryDelimiter"), (value_delimiter, "keyValueDelimiter")):
        if delimiter == "":
            raise Refused(f"{name} is empty")
    if entry_delimiter == value_delimiter:
        raise Refused("entryDelimiter and keyValueDelimiter must not be the same")
    entries = text.split(entry_delimiter)
    for entry in entries[:-1] if entries[-1] == "" else entries:
        if entry.count(value_delimiter) != 1:
            raise Refused(f"Key-value delimiter must appear exactly once in each entry. Bad input: '{entry}'")
        yield entry.split(value_delimiter)


def _split_to_map(text, entry_delimiter, value_delimiter):
    found = {}
    for key, value in _pairs(text, entry_delimiter, value_delimiter):
        if key in found:
            raise Refused(f"Duplicate keys ({key}) are not allowed")
        found[key] = value
    return [{"key": k, "value": v} for k, v in found.items()]


def _split_to_multimap(text, entry_delimiter, value_delimiter):
    found = {}
    for key, value in _pairs(text, entry_delimiter, value_delimiter):
        found.setdefault(key, []).append(value)
    return [{"key": k, "value": v} for k, v in found.items()]


_ENTRY = "STRUCT(key VARCHAR, value VARCHAR{})[]"
python("t_split_to_map", _split_to_map, ["VARCHAR"] * 3, _ENTRY.format(""))
python("t_split_to_multimap", _split_to_multimap, ["VARCHAR"] * 3, _ENTRY.format("[]"))
scalar(
    "split_to_map(varchar, varchar, varchar) -> map(varchar, varchar)",
    "map_from_entries(t_split_to_map({0}, {1}, {2}))",
)
scalar(
    "split_to_multimap(varchar, varchar, varchar) -> map(varchar, array(varchar))",
    "map_from_entries(t_split_to_multimap({0}, {1}, {2}))",
)


def _split_with_choice(args):
    """The lambda (key, first value, second value) → value picks among the values of one key."""
    chosen = apply_lambda(args[3], "__e.key", "__a", "__b")
    return (
        f"map_from_entries(list_transform(t_split_to_multimap({args[0]}, {args[1]}, {args[2]}), lambda __e: "
        f"struct_pack(key := __e.key, value := list_reduce(__e.value, lambda __a, __b: {chosen}))))"
    )


scalar(
    "split_to_map(varchar, varchar, varchar, function(varchar, varchar, varchar, varchar)) -> map(varchar, varchar)",
    lambda args, _types: _split_with_choice(args),
)


# ---- characters ---------------------------------------------------------------------------------------
def _chr(point):
    if not 0 <= point <= 0x10FFFF or 0xD800 <= point <= 0xDFFF:
        raise Refused(f"Not a valid Unicode code point: {point}")
    return chr(point)


def _codepoint(text):
    if len(text) != 1:
        raise Refused(f"Expected a single character: {text}")
    return ord(text)


python("t_chr", _chr, ["BIGINT"], "VARCHAR")
python("t_codepoint", _codepoint, ["VARCHAR"], "INTEGER")
scalar("chr(bigint) -> varchar(1)", "t_chr({0})")
scalar("codepoint(varchar(1)) -> integer", "t_codepoint({0})")

python("t_from_utf8", lambda raw, other: _from_utf8(raw, other), ["BLOB", "VARCHAR"], "VARCHAR")
scalar("to_utf8(varchar) -> varbinary", "encode({0})")
scalar("from_utf8(varbinary) -> varchar", "coalesce(TRY(decode({0})), t_from_utf8({0}, chr(65533)))")
scalar("from_utf8(varbinary, varchar) -> varchar", "t_from_utf8({0}, {1})")
scalar("from_utf8(varbinary, bigint) -> varchar", "t_from_utf8({0}, t_chr({1}))")


def _from_utf8(raw, replacement):
    if len(replacement) > 1:
        raise Refused("Replacement character string must empty or a single character")
    text = raw.decode("utf-8", errors="replace")
    return text if replacement == "\ufffd" else text.replace("\ufffd", replacement)


def _normalize(text, form):
    if form.upper() not in ("NFD", "NFC", "NFKD", "NFKC"):
        raise Refused("Normalization form must be one of [NFD, NFC, NFKD, NFKC]")
    return unicodedata.normalize(form.upper(), text)


python("t_normalize", _normalize, ["VARCHAR", "VARCHAR"], "VARCHAR")
scalar("normalize(varchar(n)) -> varchar(n)", "t_normalize({0}, 'NFC')")
scalar("normalize(varchar(n), varchar) -> varchar", "t_normalize({0}, {1})")


# ---- distances and codes --------------------------------------------------------------------------------
@functools.lru_cache(maxsize=4096)
def _levenshtein(left, right):
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        corner, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (a != b))
    return row[-1]


def _hamming(left, right):
    if len(left) != len(right):
        raise Refused("The input strings to hamming_distance function must have the same length")
    return sum(a != b for a, b in zip(left, right, strict=True))


_SOUNDEX = {c: d for d, cs in enumerate(("BFPV", "CGJKQSXZ", "DT", "L", "MN", "R"), 1) for c in cs}


def _soundex(text):
    letters = [c for c in text.upper() if c.isalpha()]
    for c in letters:
        if not "A" <= c <= "Z":
            raise Refused(f"The character is not mapped: {c} (index={ord(c) - ord('A')})")
    if not letters:
        return ""
    code, last = letters[0], _SOUNDEX.get(letters[0])
    for c in letters[1:]:
        digit = _SOUNDEX.get(c)
        if digit and digit != last:
            code += str(digit)
        if c not in "HW":  # H and W between two equal codes do not separate them
            last = digit
    return code[:4].ljust(4, "0")


def _luhn(text):
    if not text.isascii() or not (text.isdigit() or text == ""):
        raise Refused("Input string only accepts digit")
    if text == "":
        return False
    digits = [int(c) for c in reversed(text)]
    return (sum(digits[::2]) + sum(sum(divmod(2 * d, 10)) for d in digits[1::2])) % 10 == 0


python("t_levenshtein", _levenshtein, ["VARCHAR", "VARCHAR"], "BIGINT")
python("t_hamming", _hamming, ["VARCHAR", "VARCHAR"], "BIGINT")
python("t_soundex", _soundex, ["VARCHAR"], "VARCHAR")
python("t_luhn", _luhn, ["VARCHAR"], "BOOLEAN")
scalar("levenshtein_distance(varchar, varchar) -> bigint", "t_levenshtein({0}, {1})")
scalar("hamming_distance(varchar, varchar) -> bigint", "t_hamming({0}, {1})")
scalar("soundex(varchar) -> varchar(4)", "t_soundex({0})")
scalar("luhn_check(varchar) -> boolean", "t_luhn({0})")
