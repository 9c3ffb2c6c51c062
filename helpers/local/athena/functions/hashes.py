"""Three published hash functions that Trino offers and Python's library lacks.

xxHash64 (xxhash.com), MurmurHash3 x64 128 and SpookyHash V2 (burtleburtle.net), all with seed 0.
"""

import struct

_M = (1 << 64) - 1


def _rotate(value, by):
    return ((value << by) | (value >> (64 - by))) & _M


# ---- xxHash64 ---------------------------------------------------------------------------------------------
_P1, _P2, _P3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_P4, _P5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5


def _xx_round(lane, value):
    return _rotate((lane + value * _P2) & _M, 31) * _P1 & _M


def xxhash64(data):
    """xxHash64 of bytes, as an unsigned integer."""
    at, size = 0, len(data)
    if size >= 32:
        lanes = [(_P1 + _P2) & _M, _P2, 0, -_P1 & _M]
        while at + 32 <= size:
            lanes = [_xx_round(a, b) for a, b in zip(lanes, struct.unpack_from("<4Q", data, at), strict=True)]
            at += 32
        result = sum(_rotate(a, r) for a, r in zip(lanes, (1, 7, 12, 18), strict=True)) & _M
        for lane in lanes:
            result = ((result ^ _xx_round(0, lane)) * _P1 + _P4) & _M
    else:
        result = _P5
    result = (result + size) & _M
    while at + 8 <= size:
        result ^= _xx_round(0, struct.unpack_from("<Q", data, at)[0])
        result = (_rotate(result, 27) * _P1 + _P4) & _M
        at += 8
    if at + 4 <= size:
        result ^= struct.unpack_from("<I", data, at)[0] * _P1 & _M
        result = (_rotate(result, 23) * _P2 + _P3) & _M
        at += 4
    for byte in data[at:]:
        result = _rotate(result ^ (byte * _P5 & _M), 11) * _P1 & _M
    result = (result ^ (result >> 33)) * _P2 & _M
    result = (result ^ (result >> 29)) * _P3 & _M
    return result ^ (result >> 32)


# ---- MurmurHash3 x64 128 ----------------------------------------------------------------------------------
_C1, _C2 = 0x87C37B91114253D5, 0x4CF5AD432745937F


def _mix(k):
    k = (k ^ (k >> 33)) * 0xFF51AFD7ED558CCD & _M
    k = (k ^ (k >> 33)) * 0xC4CEB9FE1A85EC53 & _M
    return k ^ (k >> 33)


def _murmur3_words(data):
    h1 = h2 = 0
    blocks = len(data) // 16
    for i in range(blocks):
        k1, k2 = struct.unpack_from("<2Q", data, 16 * i)
        h1 ^= _rotate(k1 * _C1 & _M, 31) * _C2 & _M
        h1 = ((_rotate(h1, 27) + h2) * 5 + 0x52DCE729) & _M
        h2 ^= _rotate(k2 * _C2 & _M, 33) * _C1 & _M
        h2 = ((_rotate(h2, 31) + h1) * 5 + 0x38495AB5) & _M
    rest = data[16 * blocks :]
    if len(rest) > 8:
        h2 ^= _rotate(int.from_bytes(rest[8:], "little") * _C2 & _M, 33) * _C1 & _M
    if rest:
        h1 ^= _rotate(int.from_bytes(rest[:8], "little") * _C1 & _M, 31) * _C2 & _M
    h1, h2 = h1 ^ len(data), h2 ^ len(data)
    h1 = (h1 + h2) & _M
    h2 = (h2 + h1) & _M
    h1, h2 = _mix(h1), _mix(h2)
    h1 = (h1 + h2) & _M
    return h1, (h2 + h1) & _M


def murmur3_128(data):
    """The 16 bytes of MurmurHash3 x64 128."""
    return struct.pack("<2Q", *_murmur3_words(data))


def murmur3_64(data):
    """The first word of MurmurHash3 x64 128, as a signed integer (what a set digest keeps)."""
    return struct.unpack("<q", struct.pack("<Q", _murmur3_words(data)[0]))[0]


# ---- SpookyHash V2 ----------------------------------------------------------------------------------------
_CONST = 0xDEADBEEFDEADBEEF
_SHORT_MIX = ((2, 50, 3), (3, 52, 0), (0, 30, 1), (1, 41, 2), (2, 54, 3), (3, 48, 0), (0, 38, 1), (1, 37, 2),
              (2, 62, 3), (3, 34, 0), (0, 5, 1), (1, 36, 2))  # fmt: skip
_SHORT_END = ((3, 2, 15), (0, 3, 52), (1, 0, 26), (2, 1, 51), (3, 2, 28), (0, 3, 9), (1, 0, 47), (2, 1, 54),
              (3, 2, 32), (0, 3, 25), (1, 0, 63))  # fmt: skip
_LONG_ROTATE = (11, 32, 43, 31, 17, 28, 39, 57, 55, 54, 22, 46)
_LONG_END = (44, 15, 34, 21, 38, 33, 10, 13, 38, 53, 42, 54)


def _short_mix(h):
    for a, by, b in _SHORT_MIX:
        h[a] = (_rotate(h[a], by) + h[b]) & _M
        c = (a + 2) % 4
        h[c] ^= h[a]


def _spooky_short(data):
    h = [0, 0, _CONST, _CONST]
    size, at = len(data), 0
    while at + 32 <= size:
        words = struct.unpack_from("<4Q", data, at)
        h[2] = (h[2] + words[0]) & _M
        h[3] = (h[3] + words[1]) & _M
        _short_mix(h)
        h[0] = (h[0] + words[2]) & _M
        h[1] = (h[1] + words[3]) & _M
        at += 32
    rest = data[at:]
    if len(rest) >= 16:
        words = struct.unpack_from("<2Q", rest)
        h[2] = (h[2] + words[0]) & _M
        h[3] = (h[3] + words[1]) & _M
        _short_mix(h)
        rest = rest[16:]
    h[3] = (h[3] + (size << 56)) & _M
    if rest:
        low, high = struct.unpack("<2Q", rest.ljust(16, b"\0"))
        h[2] = (h[2] + low) & _M
        h[3] = (h[3] + high) & _M
    else:
        h[2] = (h[2] + _CONST) & _M
        h[3] = (h[3] + _CONST) & _M
    for a, b, by in _SHORT_END:
        h[a] ^= h[b]
        h[b] = _rotate(h[b], by)
        h[a] = (h[a] + h[b]) & _M
    return h[0], h[1]


def _spooky(data):
    """The two words of SpookyHash V2."""
    if len(data) < 192:
        return _spooky_short(data)
    h = [0, 0, _CONST] * 4
    whole = len(data) // 96 * 96
    for at in range(0, whole, 96):
        for i, word in enumerate(struct.unpack_from("<12Q", data, at)):
            h[i] = (h[i] + word) & _M
            h[(i + 2) % 12] ^= h[(i + 10) % 12]
            h[(i + 11) % 12] ^= h[i]
            h[i] = _rotate(h[i], _LONG_ROTATE[i])
            h[(i + 11) % 12] = (h[(i + 11) % 12] + h[(i + 1) % 12]) & _M
    rest = data[whole:]
    last = rest.ljust(95, b"\0") + bytes([len(rest)])
    for i, word in enumerate(struct.unpack("<12Q", last)):
        h[i] = (h[i] + word) & _M
    for _ in range(3):
        for i in range(12):
            h[(i + 11) % 12] = (h[(i + 11) % 12] + h[(i + 1) % 12]) & _M
            h[(i + 2) % 12] ^= h[(i + 11) % 12]
            h[(i + 1) % 12] = _rotate(h[(i + 1) % 12], _LONG_END[i])
    return h[0], h[1]


def spooky_hash_32(data):
    """The low 32 bits of SpookyHash V2, big-endian, as Trino gives them."""
    return (_spooky(data)[0] & 0xFFFFFFFF).to_bytes(4, "big")


def spooky_hash_64(data):
    """The first word of SpookyHash V2, big-endian, as Trino gives it."""
    return _spooky(data)[0].to_bytes(8, "big")
