"""Quantities as people type them: `10TB/day`, `512 MiB`, `15min`. One clear line when they cannot be read."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from helpers.pricing.money import CostError

BYTES = {"B": 1}
BYTES |= {f"{prefix}B": 1000**power for power, prefix in enumerate("KMGTP", start=1)}
BYTES |= {f"{prefix}iB": 1024**power for power, prefix in enumerate("KMGTP", start=1)}
SECONDS = {"s": 1, "min": 60, "h": 3600}

_NUMBER = r"\s*(?P<number>-?[0-9][0-9_,]*(?:\.[0-9]+)?)\s*"
_SIZE = re.compile(_NUMBER + r"(?P<unit>[A-Za-z]+)\s*(?:/\s*(?P<period>[A-Za-z]+))?\s*")
_TIME = re.compile(_NUMBER + r"(?P<unit>[A-Za-z]+)\s*")


class Scan(NamedTuple):
    """`scanned_bytes`, once (`per` is None) or every `day`."""

    scanned_bytes: int
    per: str | None


def parse_bytes(text: str) -> int:
    """`10TB` → 10,000,000,000,000 bytes; TB is 10^12, TiB is 2^40. Raises CostError."""
    scan = parse_scan(text)
    if scan.per:
        raise CostError(f"{text!r} is a rate; a size is meant, such as 10TB")
    return scan.scanned_bytes


def parse_scan(text: str) -> Scan:
    """`10TB/day` → 10^13 bytes every day, `1TB` → 10^12 bytes once. Raises CostError."""
    match = _SIZE.fullmatch(text)
    if not match:
        raise CostError(f"{text!r} is no size; write a number and a unit, such as 10TB/day or 500GB")
    units = {unit.lower(): size for unit, size in BYTES.items()}
    unit, period = match["unit"].lower(), match["period"]
    if unit not in units:
        raise CostError(f"unknown unit {match['unit']!r} in {text!r}; there are: {', '.join(BYTES)}")
    if period not in (None, "day"):
        raise CostError(f"unknown period {period!r} in {text!r}; there is: day")
    return Scan(int(_number(match, text) * units[unit]), period)


def parse_seconds(text: str) -> Decimal:
    """`15min` → 900; s, min and h. Raises CostError."""
    match = _TIME.fullmatch(text)
    if not match:
        raise CostError(f"{text!r} is no time; write a number and a unit, such as 90s, 15min or 2h")
    if match["unit"] not in SECONDS:
        raise CostError(f"unknown unit {match['unit']!r} in {text!r}; there are: {', '.join(SECONDS)}")
    return _number(match, text) * SECONDS[match["unit"]]


def _number(match: re.Match, text: str) -> Decimal:
    number = Decimal(match["number"].replace(",", "").replace("_", ""))
    if number < 0:
        raise CostError(f"{text!r} is negative; give at least 0")
    return number
