"""What a predicate leaves of one column: a union of ranges, and whether NULL is left (Trino's Domain)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cmp_to_key


@dataclass(frozen=True)
class Range:
    """low..high; None is an open end; `low_in`, `high_in`: whether the end itself is inside."""

    low: object = None
    high: object = None
    low_in: bool = True
    high_in: bool = True

    def meets(self, low: object, high: object) -> bool:
        """Whether a value from `low` to `high`, both inside, lies in this range."""
        above = self.low is None or high > self.low or (self.low_in and high == self.low)
        below = self.high is None or low < self.high or (self.high_in and low == self.high)
        return above and below

    def both(self, other: Range) -> Range | None:
        """What lies in both, or None."""
        low, low_in = max(self._lows(), other._lows(), key=_BY_LOW)
        high, high_in = min(self._highs(), other._highs(), key=_BY_HIGH)
        if low is not None and high is not None and (low > high or (low == high and not (low_in and high_in))):
            return None
        return Range(low, high, low_in, high_in)

    def _lows(self):
        return self.low, self.low_in

    def _highs(self):
        return self.high, self.high_in


def _compare_lows(one, two):
    (a, a_in), (b, b_in) = one, two
    if a is None or b is None:
        return (a is not None) - (b is not None)
    return (a > b) - (a < b) or b_in - a_in


def _compare_highs(one, two):
    (a, a_in), (b, b_in) = one, two
    if a is None or b is None:
        return (a is None) - (b is None)
    return (a > b) - (a < b) or a_in - b_in


_BY_LOW, _BY_HIGH = cmp_to_key(_compare_lows), cmp_to_key(_compare_highs)


@dataclass(frozen=True)
class Domain:
    """The values that may pass: those in one of `ranges`, and NULL when `null`."""

    ranges: tuple[Range, ...] = (Range(),)
    null: bool = True

    @property
    def is_empty(self) -> bool:
        return not self.ranges and not self.null

    def both(self, other: Domain) -> Domain:
        """AND."""
        ranges = (a.both(b) for a in self.ranges for b in other.ranges)
        return Domain(tuple(r for r in ranges if r is not None), self.null and other.null)

    def either(self, other: Domain) -> Domain:
        """OR."""
        return Domain(tuple(dict.fromkeys(self.ranges + other.ranges)), self.null or other.null)

    def others(self) -> Domain:
        """The values, without NULL, that are not in the ranges: what NOT leaves of a comparison."""
        left = Domain((Range(),), False)
        for r in self.ranges:
            outside = []
            if r.low is not None:
                outside.append(Range(high=r.low, high_in=not r.low_in))
            if r.high is not None:
                outside.append(Range(low=r.high, low_in=not r.high_in))
            left = left.both(Domain(tuple(outside), False))
        return left

    def may_hold(self, low: object, high: object, has_null: bool) -> bool:
        """Whether a block of rows with these statistics may hold a row that passes."""
        return (self.null and has_null) or any(r.meets(low, high) for r in self.ranges)


EVERYTHING = Domain()
NOTHING = Domain((), False)


def of_values(values) -> Domain:
    """The domain of single values: `=` and IN."""
    return Domain(tuple(Range(v, v) for v in dict.fromkeys(values)), False)
