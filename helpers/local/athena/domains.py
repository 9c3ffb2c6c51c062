"""What a predicate leaves of a column: a union of ranges, and whether NULL is left.

Used to prune partitions and row groups. Values are Python values of the column's type (int, float,
Decimal, str, bytes, bool, date, datetime).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """low..high; None is an open end."""

    low: object = None
    low_inclusive: bool = True
    high: object = None
    high_inclusive: bool = True

    def contains(self, value):
        above = self.low is None or value > self.low or (self.low_inclusive and value == self.low)
        below = self.high is None or value < self.high or (self.high_inclusive and value == self.high)
        return above and below

    def overlaps(self, low, high):
        """Whether any value of [low, high] is inside."""
        after = self.low is None or high > self.low or (self.low_inclusive and high == self.low)
        before = self.high is None or low < self.high or (self.high_inclusive and low == self.high)
        return after and before

    def intersect(self, other):
        low, low_inclusive = self.low, self.low_inclusive
        if other.low is not None and (low is None or other.low > low):
            low, low_inclusive = other.low, other.low_inclusive
        elif other.low is not None and other.low == low:
            low_inclusive = low_inclusive and other.low_inclusive
        high, high_inclusive = self.high, self.high_inclusive
        if other.high is not None and (high is None or other.high < high):
            high, high_inclusive = other.high, other.high_inclusive
        elif other.high is not None and other.high == high:
            high_inclusive = high_inclusive and other.high_inclusive
        if (
            low is not None
            and high is not None
            and (low > high or (low == high and not (low_inclusive and high_inclusive)))
        ):
            return None
        return Range(low, low_inclusive, high, high_inclusive)


EVERYTHING = Range()


@dataclass(frozen=True)
class Domain:
    """A union of ranges, and whether NULL passes."""

    ranges: tuple[Range, ...] = (EVERYTHING,)
    nulls: bool = True

    @classmethod
    def of_values(cls, values, nulls=False):
        return cls(tuple(Range(v, True, v, True) for v in dict.fromkeys(values)), nulls)

    @classmethod
    def of_range(cls, low=None, low_inclusive=True, high=None, high_inclusive=True):
        return cls((Range(low, low_inclusive, high, high_inclusive),), False)

    def values(self):
        """The single values it consists of, or None when it is a range."""
        if self.nulls or any(r.low is None or r.low != r.high for r in self.ranges):
            return None
        return [r.low for r in self.ranges]

    def contains(self, value):
        return self.nulls if value is None else any(r.contains(value) for r in self.ranges)

    def overlaps(self, low, high, has_null=True):
        """Whether a block with these statistics may hold a matching row."""
        return (has_null and self.nulls) or any(r.overlaps(low, high) for r in self.ranges)

    @property
    def is_all(self):
        return self.nulls and EVERYTHING in self.ranges

    @property
    def is_none(self):
        return not self.ranges and not self.nulls

    def intersect(self, other):
        pairs = (a.intersect(b) for a in self.ranges for b in other.ranges)
        return Domain(tuple(r for r in pairs if r is not None), self.nulls and other.nulls)

    def union(self, other):
        if EVERYTHING in self.ranges or EVERYTHING in other.ranges:
            return Domain((EVERYTHING,), self.nulls or other.nulls)
        return Domain(tuple(dict.fromkeys(self.ranges + other.ranges)), self.nulls or other.nulls)
