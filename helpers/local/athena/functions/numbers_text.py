"""Floating-point numbers as Java, and so Athena, writes them."""

import math

import numpy


def double_text(value):
    """A double as Double.toString writes it: 1.5, 1.0E20, NaN."""
    return _java(repr(float(value)), value)


def real_text(value):
    """A real (32 bits) in the fewest digits that give it back."""
    return _java(str(numpy.float32(value)), value)


def scientific_text(value, real=False):
    """A double, or a real, as CAST writes it since Trino follows the SQL standard: 1.5E0, 1.0E20, 0E0."""
    if not math.isfinite(value):
        return _not_finite(value)
    if value == 0:
        return "-0E0" if math.copysign(1, value) < 0 else "0E0"
    shortest = str(numpy.float32(value)) if real else repr(float(value))
    sign, digits, point = _digits(f"{float(shortest):.6e}" if real else shortest)  # a real gets seven digits
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{point - 1}"


def _not_finite(value):
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _digits(shortest):
    """A number's text → (sign, its digits without zeros around them, where the point is among them)."""
    sign = "-" if shortest.startswith("-") else ""
    mantissa, _, exponent = shortest.lstrip("-").lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    return sign, digits.rstrip("0") or "0", point


def _java(shortest, value):
    if not math.isfinite(value):
        return _not_finite(value)
    if value == 0:
        return "-0.0" if shortest.startswith("-") else "0.0"
    sign, digits, point = _digits(shortest)
    if -3 < point <= 7:
        padded = digits.ljust(point, "0") if point > 0 else "0" * (1 - point) + digits
        cut = max(point, 1)
        return f"{sign}{padded[:cut]}.{padded[cut:] or '0'}"
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{point - 1}"
