"""Trino's binary functions and hashes (functions/binary), checked against the published test vectors."""

import base64
import hashlib
import hmac
import string
import struct
import zlib

from helpers.local.athena.functions.hashes import murmur3_128, spooky_hash_32, spooky_hash_64, xxhash64
from helpers.local.athena.functions.registry import scalar
from helpers.local.athena.functions.shape import Refused, python

_BLOB, _TEXT = "BLOB", "VARCHAR"


def _declare(signature, function, arguments, returns):
    name = signature.partition("(")[0]
    python(f"t_{name}", function, arguments, returns)
    places = ", ".join(f"{{{i}}}" for i in range(len(arguments)))
    scalar(signature, f"t_{name}({places})")


# ---- digests ----------------------------------------------------------------------------------------------
for _name in ("md5", "sha1", "sha256"):
    scalar(f"{_name}(varbinary) -> varbinary", f"unhex({_name}({{0}}))")
_declare("sha512(varbinary) -> varbinary", lambda b: hashlib.sha512(b).digest(), [_BLOB], _BLOB)
for _name in ("md5", "sha1", "sha256", "sha512"):
    _declare(
        f"hmac_{_name}(varbinary, varbinary) -> varbinary",
        lambda b, key, name=_name: hmac.digest(key, b, name),
        [_BLOB, _BLOB],
        _BLOB,
    )
_declare("crc32(varbinary) -> bigint", zlib.crc32, [_BLOB], "BIGINT")
_declare("xxhash64(varbinary) -> varbinary", lambda b: xxhash64(b).to_bytes(8, "big"), [_BLOB], _BLOB)
_declare("murmur3(varbinary) -> varbinary", murmur3_128, [_BLOB], _BLOB)
_declare("spooky_hash_v2_32(varbinary) -> varbinary", spooky_hash_32, [_BLOB], _BLOB)
_declare("spooky_hash_v2_64(varbinary) -> varbinary", spooky_hash_64, [_BLOB], _BLOB)


# ---- text forms -------------------------------------------------------------------------------------------
def _from_hex(text):
    if len(text) % 2:
        raise Refused(f"Invalid input length {len(text)}")
    bad = next((c for c in text if c not in string.hexdigits), None)
    if bad is not None:
        raise Refused(f"Unrecognized character: {bad}")
    return bytes.fromhex(text)


def _decode(function, alphabet):
    def decode(text):
        raw = text.encode() if isinstance(text, str) else text
        if raw.strip(alphabet.encode()):
            raise Refused(f"Illegal base64 character {raw.strip(alphabet.encode())[0]:x}")
        body = raw.rstrip(b"=")
        if len(body) % 4 == 1:
            raise Refused("Last unit does not have enough valid bits")
        return function(body + b"=" * (-len(body) % 4))

    return decode


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789="
scalar("to_hex(varbinary) -> varchar", "hex({0})")
scalar("to_base64(varbinary) -> varchar", "base64({0})")
_declare("from_hex(varchar) -> varbinary", _from_hex, [_TEXT], _BLOB)
_declare("from_base64(varchar) -> varbinary", _decode(base64.b64decode, _LETTERS + "+/"), [_TEXT], _BLOB)
_declare("from_base64url(varchar) -> varbinary", _decode(base64.urlsafe_b64decode, _LETTERS + "-_"), [_TEXT], _BLOB)
_declare("to_base64url(varbinary) -> varchar", lambda b: base64.urlsafe_b64encode(b).decode(), [_BLOB], _TEXT)
_declare("to_base32(varbinary) -> varchar", lambda b: base64.b32encode(b).decode(), [_BLOB], _TEXT)
_declare("from_base32(varchar) -> varbinary", lambda t: _from_base32(t), [_TEXT], _BLOB)
for _name in ("from_hex", "from_base64", "from_base64url", "from_base32"):
    scalar(f"{_name}(varbinary) -> varbinary", f"t_{_name}(decode({{0}}))")


def _from_base32(text):
    try:
        return base64.b32decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 8))
    except ValueError:
        raise Refused(f"Invalid input length or character in base32 text: {text}") from None


# ---- numbers as bytes -------------------------------------------------------------------------------------
def _unpack(name, layout):
    size = struct.calcsize(layout)

    def unpack(raw):
        if len(raw) != size:
            raise Refused(f"expected {size}-byte input, but got instead: {len(raw)}" if name.startswith("from_big")
                          else f"Input floating-point value must be exactly {size} bytes long")  # fmt: skip
        return struct.unpack(layout, raw)[0]

    return unpack


for _kind, _type, _duckdb, _layout in (
    ("big_endian_32", "integer", "INTEGER", ">i"),
    ("big_endian_64", "bigint", "BIGINT", ">q"),
    ("ieee754_32", "real", "FLOAT", ">f"),
    ("ieee754_64", "double", "DOUBLE", ">d"),
):
    _declare(f"to_{_kind}({_type}) -> varbinary", lambda v, layout=_layout: struct.pack(layout, v), [_duckdb], _BLOB)
    _declare(f"from_{_kind}(varbinary) -> {_type}", _unpack(f"from_{_kind}", _layout), [_BLOB], _duckdb)


# ---- bytes as sequences -----------------------------------------------------------------------------------
def _substring(raw, start, size=None):
    if start == 0 or abs(start) > len(raw) + (start > 0) or (size is not None and size <= 0):
        return b""
    begin = start - 1 if start > 0 else len(raw) + start
    return raw[begin:] if size is None else raw[begin : begin + size]


def _pad(left):
    def pad(raw, size, filler):
        if not 0 <= size <= 2**31 - 1:
            raise Refused("Target length must be in the range [0..2147483647]")
        if not filler:
            raise Refused("Padding bytes must not be empty")
        missing = size - len(raw)
        if missing <= 0:
            return raw[:size]
        padding = (filler * (missing // len(filler) + 1))[:missing]
        return padding + raw if left else raw + padding

    return pad


scalar("length(varbinary) -> bigint", "octet_length({0})")
scalar("concat(varbinary...) -> varbinary", lambda args, _kinds: "(" + " || ".join(f"({a})" for a in args) + ")")
python("t_bytes_reverse", lambda b: b[::-1], [_BLOB], _BLOB)
python("t_bytes_substr", _substring, [_BLOB, "BIGINT"], _BLOB)
python("t_bytes_substr3", _substring, [_BLOB, "BIGINT", "BIGINT"], _BLOB)
scalar("reverse(varbinary) -> varbinary", "t_bytes_reverse({0})")
for _name in ("substr", "substring"):
    scalar(f"{_name}(varbinary, bigint) -> varbinary", "t_bytes_substr({0}, {1})")
    scalar(f"{_name}(varbinary, bigint, bigint) -> varbinary", "t_bytes_substr3({0}, {1}, {2})")
for _name in ("lpad", "rpad"):
    python(f"t_bytes_{_name}", _pad(_name == "lpad"), [_BLOB, "BIGINT", _BLOB], _BLOB)
    scalar(f"{_name}(varbinary, bigint, varbinary) -> varbinary", f"t_bytes_{_name}({{0}}, {{1}}, {{2}})")
