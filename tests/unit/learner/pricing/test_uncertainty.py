"""The tornado and the Monte Carlo: order, seeds, and answers known in closed form."""

import math
import statistics

import numpy as np
import pytest

from helpers import costs


def bill(tb, price, hours=0):
    return tb * price - hours


def test_the_longest_bar_comes_first():
    bars = costs.tornado(bill, {"tb": 10, "price": 5, "hours": 0}, {"hours": (0, 1), "price": (4, 6), "tb": (0, 20)})
    assert [bar.name for bar in bars] == ["tb", "price", "hours"]
    assert bars[0] == ("tb", 0, 20, 0.0, 100.0, 50.0)
    assert [bar.span for bar in bars] == [100, 20, 1]


def test_one_input_moves_at_a_time():
    price = costs.tornado(bill, {"tb": 10, "price": 5}, {"price": (4, 6), "tb": (0, 20)})[1]
    assert (price.low, price.high, price.base) == (40, 60, 50)


def test_a_bar_may_run_downwards():
    (bar,) = costs.tornado(bill, {"tb": 10, "price": 5, "hours": 3}, {"hours": (0, 10)})
    assert (bar.low, bar.high, bar.span) == (50, 40, 10)


def test_equal_bars_keep_the_order_given():
    base, ranges = {"tb": 1, "price": 1}, {"price": (0, 2), "tb": (0, 2)}
    assert [bar.name for bar in costs.tornado(bill, base, ranges)] == ["price", "tb"]


def test_a_tornado_of_costs():
    (bar,) = costs.tornado(costs.emr_cluster_cost, {"hours": 730, "nodes": 1}, {"nodes": (1, 10)})
    assert (bar.low, bar.high) == (229.95, 2299.5)


def test_a_range_of_an_unknown_input_is_refused():
    with pytest.raises(costs.CostError, match="does not have: days"):
        costs.tornado(bill, {"tb": 1, "price": 1}, {"days": (1, 2)})


# --- Monte Carlo -------------------------------------------------------------------------------------

INPUTS = {"tb": costs.triangular(0, 10, 50), "price": 5}


def test_the_same_seed_gives_the_same_draws_and_another_gives_others():
    first, again, other = (costs.monte_carlo(bill, INPUTS, seed=seed, draws=50) for seed in (7, 7, 8))
    assert np.array_equal(first.values["value"], again.values["value"])
    assert not np.array_equal(first.values["value"], other.values["value"])


def test_the_draws_are_those_of_numpy_s_pcg64_from_the_seed_and_the_name():
    expected = np.random.Generator(np.random.PCG64([7, *b"tb"])).triangular(0, 10, 50, 3)
    drawn = costs.monte_carlo(bill, INPUTS, seed=7, draws=3).inputs["tb"]
    assert drawn.tolist() == expected.tolist()


def test_another_input_leaves_the_draws_as_they_were():
    more = INPUTS | {"hours": costs.uniform(0, 1)}
    two, three = (costs.monte_carlo(bill, inputs, seed=7, draws=20) for inputs in (INPUTS, more))
    assert np.array_equal(two.inputs["tb"], three.inputs["tb"])
    assert not np.array_equal(three.inputs["tb"], three.inputs["hours"])


def test_the_mean_is_the_triangle_s():
    found = costs.monte_carlo(bill, INPUTS, seed=1, draws=20_000)
    assert found.mean("value") == pytest.approx(5 * (0 + 10 + 50) / 3, rel=0.02)


def test_percentiles_are_the_uniform_s():
    found = costs.monte_carlo(lambda x: x, {"x": costs.uniform(100, 200)}, seed=1, draws=20_000)
    assert found.percentiles("value") == pytest.approx({5: 105, 50: 150, 95: 195}, abs=2)
    assert found.percentiles("value", (0, 100)) == pytest.approx({0: 100, 100: 200}, abs=0.1)


def test_the_lognormal_has_its_median_and_its_90th_percentile():
    found = costs.monte_carlo(lambda x: x, {"x": costs.lognormal(10, 40)}, seed=1, draws=40_000)
    assert found.percentiles("value", (50, 90)) == pytest.approx({50: 10, 90: 40}, rel=0.05)
    bell = statistics.NormalDist(math.log(10), np.log(found.inputs["x"]).std())
    assert bell.cdf(math.log(40)) == pytest.approx(0.9, abs=0.01)


def test_the_probability_that_one_is_cheaper_is_the_share_of_the_draws():
    # Athena at $5 × tb beats $100 when tb < 20: a fifth of 0 to 100
    ways = {"Athena": lambda tb: 5 * tb, "cluster": lambda tb: 100}
    found = costs.monte_carlo(ways, {"tb": costs.uniform(0, 100)}, seed=3, draws=20_000)
    assert found.probability("Athena", than="cluster") == pytest.approx(0.2, abs=0.01)
    total = found.probability("Athena", than="cluster") + found.probability("cluster", than="Athena")
    assert total == pytest.approx(1)
    assert found.probability("cluster", than="cluster") == 0  # equal is not cheaper


def test_functions_see_the_same_draws():
    found = costs.monte_carlo({"a": lambda x: x, "b": lambda x: x + 1}, {"x": costs.uniform(0, 9)}, seed=1, draws=30)
    assert np.allclose(found.values["b"] - found.values["a"], 1)


def test_costs_can_be_drawn():
    ways = {
        "Athena": lambda tb, hours: costs.athena_scan_cost(tb * costs.TB),
        "EMR": lambda tb, hours: costs.emr_cluster_cost(hours=hours),
    }
    found = costs.monte_carlo(ways, {"tb": costs.lognormal(40, 100), "hours": 730}, seed=7, draws=200)
    assert set(found.values["EMR"].tolist()) == {229.95}
    cheaper = found.probability("Athena", than="EMR")
    assert cheaper == np.mean(found.inputs["tb"] < 45.99)  # the break-even


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: costs.triangular(5, 1, 9),
        lambda: costs.triangular(5, 5, 5),
        lambda: costs.uniform(2, 2),
        lambda: costs.lognormal(0, 1),
        lambda: costs.lognormal(2, 1),
        lambda: costs.monte_carlo(bill, INPUTS, seed=1, draws=0),
        lambda: costs.monte_carlo(bill, INPUTS, seed=-1),
        lambda: costs.monte_carlo(bill, {}, seed=1),
    ],
)
def test_inputs_that_make_no_sense(wrong):
    with pytest.raises(costs.CostError):
        wrong()
