"""Just enough of protobuf's wire format for the footers of ORC (https://protobuf.dev/programming-guides/encoding)."""

from __future__ import annotations

import struct

VARINT, FIXED64, DELIMITED, FIXED32 = 0, 1, 2, 5


def fields(data: bytes) -> dict[int, list]:
    """A message → field number → its raw values in order: int for varints, bytes for the others.

    Raises ValueError or IndexError for bytes that are no message.
    """
    found: dict[int, list] = {}
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == VARINT:
            value, at = varint(data, at)
        elif kind == DELIMITED:
            length, at = varint(data, at)
            value, at = data[at : at + length], at + length
        elif kind in (FIXED64, FIXED32):
            width = 8 if kind == FIXED64 else 4
            value, at = data[at : at + width], at + width
        else:
            raise ValueError(f"wire type {kind}")
        found.setdefault(tag >> 3, []).append(value)
    return found


def varint(data: bytes, at: int = 0) -> tuple[int, int]:
    """(number, where it ends): seven bits a byte, the lowest first."""
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return number, at


def numbers(values: list) -> list[int]:
    """A repeated number, whether packed into one value or not."""
    found: list[int] = []
    for value in values:
        if isinstance(value, int):
            found.append(value)
            continue
        at = 0
        while at < len(value):
            number, at = varint(value, at)
            found.append(number)
    return found


def zigzag(number: int) -> int:
    """The signed number of a sint."""
    return (number >> 1) ^ -(number & 1)


def double(value: bytes) -> float:
    """The eight bytes of a double."""
    return struct.unpack("<d", value)[0]
