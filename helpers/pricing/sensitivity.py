"""Which assumption moves the answer most: each input alone, from its low to its high."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from helpers.pricing.money import CostError


class Bar(NamedTuple):
    """One bar of a tornado: the answer with `name` at its `low_input` and at its `high_input`, all else at base."""

    name: str
    low_input: Any
    high_input: Any
    low: float
    high: float
    base: float

    @property
    def span(self) -> float:
        """How far the answer moves, in the answer's unit."""
        return abs(self.high - self.low)


def tornado(
    function: Callable[..., Any], base: Mapping[str, Any], ranges: Mapping[str, tuple[Any, Any]]
) -> list[Bar]:
    """One bar per name in `ranges`, the longest first; equal ones in the order of `ranges`.

    `function(**base)` answers with a number or a Cost. One input at a time: what two inputs do together
    it does not show; that is what `monte_carlo` is for.
    """
    unknown = [name for name in ranges if name not in base]
    if unknown:
        raise CostError(f"ranges name inputs that base does not have: {', '.join(unknown)}")
    middle = float(function(**base))
    bars = []
    for name, (low, high) in ranges.items():
        at_low, at_high = (float(function(**{**base, name: value})) for value in (low, high))
        bars.append(Bar(name, low, high, at_low, at_high, middle))
    return sorted(bars, key=lambda bar: -bar.span)
