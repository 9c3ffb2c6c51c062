"""xxHash64 and MurmurHash3 of whole columns: Trino's hash of each value of an Arrow array, with NumPy.

hashes.py has the same functions for one value at a time; here a batch of 2,048 values costs about as much as
twenty of those. An integer is hashed as its eight bytes, little-endian, as Trino's XxHash64.hash(long) does.
The names that templates use: t_xx_* and t_murmur_* of a long, a double, a real (its bits as a long), text and bytes.
"""

import numpy as np
import pyarrow as pa

from helpers.local.athena.functions.registry import arrow

_U = np.uint64
_X1, _X2, _X3, _X4, _X5 = (
    _U(v)
    for v in (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
)
_SEEDS = np.array([_X1, _X2, 0, 0], _U) + np.array([_X2, 0, 0, ~_X1 + _U(1)], _U)  # xxHash's, with seed 0
_C1, _C2 = _U(0x87C37B91114253D5), _U(0x4CF5AD432745937F)


def _rotate(value, by):
    return (value << _U(by)) | (value >> _U(64 - by))


# ---- xxHash64 ---------------------------------------------------------------------------------------------
def _round(lane, word):
    return _rotate(lane + word * _X2, 31) * _X1


def _word(state, word):
    return _rotate(state ^ _round(_U(0), word), 27) * _X1 + _X4


def _avalanche(state):
    state = (state ^ (state >> _U(33))) * _X2
    state = (state ^ (state >> _U(29))) * _X3
    return state ^ (state >> _U(32))


def xxhash64_longs(words):
    """uint64 array → uint64 array of hashes."""
    return _avalanche(_word(np.full(words.shape, _X5 + _U(8)), words))


class _Texts:
    """The bytes of many values in one buffer: where each begins, how long it is, and words from any place."""

    def __init__(self, array):
        array = array.cast(pa.large_binary())
        offsets = np.frombuffer(array.buffers()[1], np.int64)[array.offset : array.offset + len(array) + 1]
        data = np.frombuffer(array.buffers()[2] or b"", np.uint8)[: offsets[-1] if len(offsets) else 0]
        self.bytes = np.concatenate([data, np.zeros(8, np.uint8)])  # a word may begin at the last byte
        self.at, self.left = offsets[:-1].copy(), np.diff(offsets)

    def take(self, rows, kind):
        """The next little-endian number of `kind` in each of `rows`, which moves on."""
        size = np.dtype(kind).itemsize
        windows = np.ndarray((len(self.bytes) - size + 1,), kind, self.bytes, strides=(1,))
        found = windows[self.at[rows]].astype(_U)
        self.at[rows] += size
        self.left[rows] -= size
        return found

    def having(self, size):
        return np.flatnonzero(self.left >= size)


def xxhash64_bytes(array):
    """Arrow array of strings or bytes → uint64 array of hashes."""
    texts = _Texts(array)
    lengths = texts.left.astype(_U)
    state = np.full(len(array), _X5)
    long = texts.having(32)
    if len(long):
        lanes = [np.full(len(array), seed) for seed in _SEEDS]
        while len(rows := texts.having(32)):
            for lane in lanes:
                lane[rows] = _round(lane[rows], texts.take(rows, "<u8"))
        lanes = [lane[long] for lane in lanes]
        mixed = sum((_rotate(a, by) for a, by in zip(lanes, (1, 7, 12, 18), strict=True)), start=_U(0))
        for lane in lanes:
            mixed = (mixed ^ _round(_U(0), lane)) * _X1 + _X4
        state[long] = mixed
    state += lengths
    while len(rows := texts.having(8)):
        state[rows] = _word(state[rows], texts.take(rows, "<u8"))
    if len(rows := texts.having(4)):
        state[rows] = _rotate(state[rows] ^ (texts.take(rows, "<u4") * _X1), 23) * _X2 + _X3
    while len(rows := texts.having(1)):
        state[rows] = _rotate(state[rows] ^ (texts.take(rows, "<u1") * _X5), 11) * _X1
    return _avalanche(state)


# ---- MurmurHash3 x64 128, its first word ------------------------------------------------------------------
def _mix(k):
    k = (k ^ (k >> _U(33))) * _U(0xFF51AFD7ED558CCD)
    k = (k ^ (k >> _U(33))) * _U(0xC4CEB9FE1A85EC53)
    return k ^ (k >> _U(33))


def _finish(h1, h2, lengths):
    h1, h2 = h1 ^ lengths, h2 ^ lengths
    h1 = h1 + h2
    h2 = h2 + h1
    h1, h2 = _mix(h1), _mix(h2)
    return h1 + h2


def _first(k):
    return _rotate(k * _C1, 31) * _C2


def _second(k):
    return _rotate(k * _C2, 33) * _C1


def murmur3_longs(words):
    """uint64 array → uint64 array of hashes."""
    return _finish(_first(words), np.zeros(words.shape, _U), _U(8))


def murmur3_bytes(array):
    """Arrow array of strings or bytes → uint64 array of hashes."""
    texts = _Texts(array)
    lengths = texts.left.astype(_U)
    h1, h2 = np.zeros(len(array), _U), np.zeros(len(array), _U)
    while len(rows := texts.having(16)):
        a = h1[rows] ^ _first(texts.take(rows, "<u8"))
        h1[rows] = a = (_rotate(a, 27) + h2[rows]) * _U(5) + _U(0x52DCE729)
        b = h2[rows] ^ _second(texts.take(rows, "<u8"))
        h2[rows] = (_rotate(b, 31) + a) * _U(5) + _U(0x38495AB5)
    if len(rows := texts.having(8)):
        h1[rows] ^= _first(texts.take(rows, "<u8"))
        h2[rows] ^= _second(_rest(texts, rows))
    rows = texts.having(1)
    h1[rows] ^= _first(_rest(texts, rows))
    return _finish(h1, h2, lengths)


def _rest(texts, rows):
    """The last bytes (fewer than eight) of each of `rows` as one number; they are taken."""
    found = np.zeros(len(rows), _U)
    for i in range(7):
        more = texts.left[rows] > 0
        found[more] |= texts.take(rows[more], "<u1") << _U(8 * i)
    return found


# ---- as DuckDB functions ----------------------------------------------------------------------------------
def _words(array):
    """An Arrow array of 64 bit numbers as uint64; zero where it is NULL."""
    return array.fill_null(0).to_numpy(zero_copy_only=False).view(_U)


def _double_words(array):
    """Bits as Java's doubleToLongBits gives them; minus zero is zero."""
    values = array.fill_null(0).to_numpy(zero_copy_only=False) + 0.0
    return np.where(np.isnan(values), np.nan, values).view(_U)


def _real_words(array):
    """Bits as Java's floatToIntBits gives them, widened with their sign; minus zero is zero."""
    values = array.fill_null(0).to_numpy(zero_copy_only=False) + np.float32(0)
    return np.where(np.isnan(values), np.float32(np.nan), values).view(np.int32).astype(np.int64).view(_U)


def _texts(array):
    return array.fill_null("" if pa.types.is_string(array.type) else b"")


def _declare(name, argument, words, hashed):
    arrow(name, lambda array: pa.array(hashed(words(array))), [argument], "UBIGINT")


for _prefix, _longs, _bytes in (
    ("xx", xxhash64_longs, xxhash64_bytes),
    ("murmur", murmur3_longs, murmur3_bytes),
):
    _declare(f"t_{_prefix}_long", "BIGINT", _words, _longs)
    _declare(f"t_{_prefix}_double", "DOUBLE", _double_words, _longs)
    _declare(f"t_{_prefix}_real", "FLOAT", _real_words, _longs)
    _declare(f"t_{_prefix}_text", "VARCHAR", _texts, _bytes)
    _declare(f"t_{_prefix}_bytes", "BLOB", _texts, _bytes)
