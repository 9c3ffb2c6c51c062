"""Trino's color functions (functions/color): colors for terminals, as 0xRRGGBB or -1 … -8 for the system's eight."""

import colorsys

from helpers.local.athena import types
from helpers.local.athena.functions.numbers_text import double_text
from helpers.local.athena.functions.registry import scalar
from helpers.local.athena.functions.shape import Refused, python
from helpers.local.athena.types import COLORS

_RESET, _BLOCK = "\x1b[0m", "█"
_RED, _GREEN = -COLORS.index("red") - 1, -COLORS.index("green") - 1


def _color(name):
    if len(name) == 4 and name[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in name[1:]):
        return int("".join(c * 2 for c in name[1:]), 16)
    if name.lower() not in COLORS:
        raise Refused(f"Invalid color: '{name}'")
    return -COLORS.index(name.lower()) - 1


def _rgb(red, green, blue):
    for part, name in ((red, "red"), (green, "green"), (blue, "blue")):
        if not 0 <= part <= 255:
            raise Refused(f"{name} must be between 0 and 255")
    return red << 16 | green << 8 | blue


def _parts(color):
    return color >> 16 & 255, color >> 8 & 255, color & 255


def _between(fraction, low, high):
    """A color on the way from `low` to `high` through hue, saturation and brightness, as Java's Color does it."""
    start, end = (colorsys.rgb_to_hsv(*(p / 255 for p in _parts(c))) for c in (low, high))
    mixed = colorsys.hsv_to_rgb(*(fraction * (b - a) + a for a, b in zip(start, end, strict=True)))
    red, green, blue = (int(p * 255 + 0.5) for p in mixed)
    return red << 16 | green << 8 | blue


def _interpolated(fraction, low, high):
    for color, name in ((low, "lowColor"), (high, "highColor")):
        if color < 0:
            raise Refused(f"{name} not a valid RGB color")
    return _between(max(0.0, min(1.0, fraction)), low, high)


def _escape(color):
    """The sequence that starts a color in a terminal of 256 of them."""
    if color < 0:
        return f"\x1b[38;5;{-color - 1}m"
    red, green, blue = (p * 6 // 256 for p in _parts(color))
    return f"\x1b[38;5;{16 + red * 36 + green * 6 + blue}m"


def _render(text, color):
    return _escape(color) + text + _RESET


def _bar(share, width, low, high):
    filled = max(0, min(width, int(share * width)))
    drawn = (_escape(_between(i / (width - 1) if width > 1 else 0.0, low, high)) + _BLOCK for i in range(filled))
    return "".join(drawn) + _RESET + " " * (width - filled)


_V, _I, _D, _L = "VARCHAR", "INTEGER", "DOUBLE", "BIGINT"
python("t_color", _color, [_V], _I)
python("t_rgb", _rgb, [_L, _L, _L], _I)
python("t_interpolated", _interpolated, [_D, _I, _I], _I)
python("t_render", _render, [_V, _I], _V)
python("t_render_double", lambda x, color: _render(double_text(x), color), [_D, _I], _V)
python("t_render_truth", lambda x: _render("✓", _GREEN) if x else _render("✗", _RED), ["BOOLEAN"], _V)
python("t_bar", _bar, [_D, _L, _I, _I], _V)
scalar("color(varchar) -> color", "t_color({0})")
scalar("color(double, color, color) -> color", "t_interpolated({0}, {1}, {2})")
scalar(
    "color(double, double, double, color, color) -> color",
    "t_interpolated((({0}) - ({1})) / (({2}) - ({1})), {3}, {4})",
)
scalar("rgb(bigint, bigint, bigint) -> color", "t_rgb({0}, {1}, {2})")
scalar(
    "render(varchar(n), color) -> varchar",
    "t_render({0}, {1})",
    returns=lambda kinds: types.varchar(kinds[0].args[0] + 15) if kinds[0].args else types.VARCHAR,
)
scalar("render(bigint, color) -> varchar(35)", "t_render(CAST({0} AS VARCHAR), {1})")
scalar("render(double, color) -> varchar(41)", "t_render_double({0}, {1})")
scalar("render(boolean) -> varchar(16)", "t_render_truth({0})")
scalar("bar(double, bigint) -> varchar", f"t_bar({{0}}, {{1}}, {0xFF0000}, {0x00FF00})")
scalar("bar(double, bigint, color, color) -> varchar", "t_bar({0}, {1}, {2}, {3})")
