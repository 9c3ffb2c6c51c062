"""Uncertain inputs drawn many times over: what the answer is likely to be, with the seed that repeats it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from helpers.pricing.money import CostError, whole

Z90 = 1.2815515655446004  # the 90th percentile of the standard normal distribution


class Triangular(NamedTuple):
    """At least `low`, most likely `mode`, at most `high`."""

    low: float
    mode: float
    high: float

    def draw(self, generator: np.random.Generator, count: int) -> np.ndarray:
        """`count` draws."""
        return generator.triangular(self.low, self.mode, self.high, count)


class Uniform(NamedTuple):
    """Anything from `low` to `high`, all alike."""

    low: float
    high: float

    def draw(self, generator: np.random.Generator, count: int) -> np.ndarray:
        """`count` draws."""
        return generator.uniform(self.low, self.high, count)


class Lognormal(NamedTuple):
    """Half the draws below `median`, nine in ten below `p90`; never negative, with a long tail."""

    median: float
    p90: float

    def draw(self, generator: np.random.Generator, count: int) -> np.ndarray:
        """`count` draws."""
        return generator.lognormal(math.log(self.median), math.log(self.p90 / self.median) / Z90, count)


Distribution = Triangular | Uniform | Lognormal


def triangular(low: float, mode: float, high: float) -> Triangular:
    """An input of at least `low`, most likely `mode`, at most `high`."""
    if not low <= mode <= high or low == high:
        raise CostError(f"triangular needs low ≤ mode ≤ high and low < high, not {low}, {mode}, {high}")
    return Triangular(float(low), float(mode), float(high))


def uniform(low: float, high: float) -> Uniform:
    """An input anywhere from `low` to `high`."""
    if not low < high:
        raise CostError(f"uniform needs low < high, not {low}, {high}")
    return Uniform(float(low), float(high))


def lognormal(median: float, p90: float) -> Lognormal:
    """An input with a long tail upwards, by its median and its 90th percentile."""
    if not 0 < median < p90:
        raise CostError(f"lognormal needs 0 < median < p90, not {median}, {p90}")
    return Lognormal(float(median), float(p90))


@dataclass(frozen=True)
class MonteCarlo:
    """The draws: `inputs` by name and `values` by the name of the function, arrays of `draws` numbers."""

    seed: int
    draws: int
    inputs: dict[str, np.ndarray]
    values: dict[str, np.ndarray]

    def percentiles(self, name: str, at: tuple[float, ...] = (5, 50, 95)) -> dict[float, float]:
        """The answer's percentiles, by percent."""
        return {percent: float(np.percentile(self.values[name], percent)) for percent in at}

    def mean(self, name: str) -> float:
        """The answer's mean."""
        return float(np.mean(self.values[name]))

    def probability(self, cheaper: str, than: str) -> float:
        """The share of draws in which `cheaper` costs strictly less than `than`, 0 to 1."""
        return float(np.mean(self.values[cheaper] < self.values[than]))


def monte_carlo(
    functions: Callable[..., Any] | Mapping[str, Callable[..., Any]],
    inputs: Mapping[str, Distribution | float | int],
    *,
    seed: int,
    draws: int = 2_000,
) -> MonteCarlo:
    """Draw `inputs` together `draws` times and call each of `functions` with every draw.

    `functions`: one function, or several by name, which then see the same draws (so that "A is cheaper
    than B" compares like with like). Each is called with all inputs by keyword and answers a number or a
    Cost. A plain number among `inputs` is fixed. Each input has a stream of its own, a numpy Generator
    (PCG64) from the seed and the input's name: the same seed gives the same draws with the same numpy,
    and another input leaves the others' draws as they were.
    """
    whole("draws", draws, at_least=1)
    whole("seed", seed)
    if not inputs:
        raise CostError("monte_carlo needs at least one input, such as hours=costs.uniform(100, 730)")
    named = functions if isinstance(functions, Mapping) else {"value": functions}
    drawn = {name: _draw(name, one, seed, draws) for name, one in inputs.items()}
    rows = [dict(zip(drawn, row, strict=True)) for row in zip(*(a.tolist() for a in drawn.values()), strict=True)]
    values = {name: np.array([float(function(**row)) for row in rows]) for name, function in named.items()}
    return MonteCarlo(seed, draws, drawn, values)


def _draw(name: str, distribution: Distribution | float | int, seed: int, draws: int) -> np.ndarray:
    if isinstance(distribution, Triangular | Uniform | Lognormal):
        return distribution.draw(np.random.default_rng([seed, *name.encode()]), draws)
    return np.full(draws, float(distribution))
