"""Trino's bitwise functions (functions/bitwise): two's complement, shifts that lose bits."""

from helpers.local.athena.functions.registry import scalar
from helpers.local.athena.functions.shape import Refused, python

_SIZES = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}


def _signed(value, bits):
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def _left(value, shift, bits):
    return 0 if not 0 <= shift < bits else _signed(value << shift, bits)


def _right(value, shift, bits):
    return 0 if not 0 <= shift < bits else _signed((value & ((1 << bits) - 1)) >> shift, bits)


def _right_arithmetic(value, shift, bits):
    return value >> shift if 0 <= shift < bits else (-1 if value < 0 else 0)


def _bit_count(value, bits):
    if not 2 <= bits <= 64:
        raise Refused(f"Bits specified in bit_count must be between 2 and 64, got {bits}")
    if not -(1 << (bits - 1)) <= value < (1 << (bits - 1)):
        raise Refused(f"Number must be representable with the bits specified. {value} cannot be represented "
                      f"with {bits} bits")  # fmt: skip
    return (value & ((1 << bits) - 1)).bit_count()


for _name, _symbol in (("and", "&"), ("or", "|")):
    scalar(f"bitwise_{_name}(bigint, bigint) -> bigint", f"(({{0}}) {_symbol} ({{1}}))")
scalar("bitwise_xor(bigint, bigint) -> bigint", "xor({0}, {1})")
scalar("bitwise_not(bigint) -> bigint", "(~({0}))")
python("t_bit_count", _bit_count, ["BIGINT", "BIGINT"], "BIGINT")
scalar("bit_count(bigint, bigint) -> bigint", "t_bit_count({0}, {1})")

for _name, _function in (
    ("left_shift", _left),
    ("right_shift", _right),
    ("right_shift_arithmetic", _right_arithmetic),
):
    python(f"t_{_name}", _function, ["BIGINT", "BIGINT", "BIGINT"], "BIGINT")
    for _type, _bits in _SIZES.items():
        scalar(
            f"bitwise_{_name}({_type}, bigint) -> {_type}",
            f"t_{_name}({{0}}, {{1}}, {_bits})::{_type.upper()}",
        )
