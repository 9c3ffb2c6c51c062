"""Random numbers that are the same on every machine and with every version of NumPy.

NumPy promises that a *bit generator* keeps its stream for ever (NEP 19), but not that `integers`, `normal`
or `choice` do. So only raw 64-bit words are taken from PCG64, and everything else is integer arithmetic
done here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class Stream:
    """One reproducible stream: `Stream(seed, part)`; parts are independent of each other."""

    def __init__(self, *seed: int):
        self._bits = np.random.PCG64(np.random.SeedSequence(seed))

    def below(self, bounds: int | np.ndarray, size: int | None = None) -> np.ndarray:
        """Integers from 0 up to, not including, `bounds` (a number, or one per element; below 2^31).

        The upper 32 bits times the bound, shifted down: a bias of at most bound / 2^32 is accepted.
        """
        count = len(bounds) if size is None else size
        words = self._bits.random_raw(count).astype(np.uint64) >> np.uint64(32)
        return ((words * np.asarray(bounds, dtype=np.uint64)) >> np.uint64(32)).astype(np.int64)

    def between(self, low: int, high: int, size: int) -> np.ndarray:
        """Integers from `low` to `high`, both included, each as likely as the other."""
        return low + self.below(high - low + 1, size)

    def weighted(self, weights: Sequence[int], size: int) -> np.ndarray:
        """Indexes into `weights`, each drawn in proportion to its weight (whole numbers)."""
        edges = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(edges, self.below(int(edges[-1]), size), side="right")
