"""What must hold of every bill, whatever the numbers."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import costs

ALWAYS = settings(deadline=None, derandomize=True)  # the machine may be busy; the same examples every time

BYTES = st.integers(0, 10**17)
HOURS = st.decimals(0, 10_000, places=3)
COUNT = st.integers(1, 50)
MONEY = st.decimals(0, 10**6, places=6)
LINES = st.builds(costs.line, st.just("x"), MONEY, st.just("unit"), MONEY)
COST = st.builds(costs.Cost, st.just("cost"), st.lists(LINES, max_size=4).map(tuple))


@ALWAYS
@given(BYTES, BYTES)
def test_more_bytes_never_cost_less(one, other):
    small, large = sorted((one, other))
    assert costs.athena_scan_cost(small).usd <= costs.athena_scan_cost(large).usd


@ALWAYS
@given(BYTES)
def test_athena_s_bill_is_the_rule_done_in_fractions(size):
    megabytes = 0 if size == 0 else max(10, -(-size // 10**6))
    assert Fraction(costs.athena_scan_cost(size).usd) == Fraction(5 * megabytes, 10**6)


@ALWAYS
@given(BYTES, st.integers(0, 10_000))
def test_many_queries_cost_one_times_the_number(size, queries):
    assert costs.athena_scan_cost(size, queries).usd == costs.athena_scan_cost(size).usd * queries


@ALWAYS
@given(st.integers(1, 10**15), st.integers(1, 20))
def test_a_scan_cut_in_pieces_is_never_cheaper(size, pieces):
    each = -(-size // pieces)
    assert costs.athena_scan_cost(each, pieces).usd >= costs.athena_scan_cost(size).usd


@ALWAYS
@given(st.integers(10**9, 10**17))
def test_the_binary_reading_is_9_05_percent_cheaper(size):
    band = costs.athena_terabyte_band(size)
    ratio = band.binary.usd / band.decimal.usd
    assert abs(ratio - Decimal(10**12) / 2**40) < Decimal("0.002")


@ALWAYS
@given(HOURS, HOURS, COUNT)
def test_a_cluster_s_hours_add_up(work, idle, nodes):
    together = costs.emr_cluster_cost(hours=work, idle_hours=idle, nodes=nodes).usd
    assert together == costs.emr_cluster_cost(hours=work + idle, nodes=nodes).usd


@ALWAYS
@given(HOURS, HOURS, st.sampled_from([None, "low", "high"]))
def test_a_cluster_that_is_up_longer_never_costs_less(one, other, spot):
    short, long = sorted((one, other))
    cheap, dear = (costs.emr_cluster_cost(hours=hours, spot=spot).usd for hours in (short, long))
    assert cheap <= dear


@ALWAYS
@given(HOURS, COUNT)
def test_spot_is_never_below_the_emr_fee_nor_above_on_demand(hours, nodes):
    low, high = costs.emr_spot_range(hours=hours, nodes=nodes)
    assert low.lines[1].usd <= low.usd <= high.usd <= costs.emr_cluster_cost(hours=hours, nodes=nodes).usd


@ALWAYS
@given(COST, COST, COST)
def test_costs_add_up_in_any_grouping(a, b, c):
    assert ((a + b) + c).usd == (a + (b + c)).usd == sum([c, a, b]).usd == a.usd + b.usd + c.usd


@ALWAYS
@given(COST, st.integers(0, 1000))
def test_a_multiple_is_the_repeated_sum(cost, times):
    assert (cost * times).usd == cost.usd * times


@ALWAYS
@given(COST)
def test_every_line_is_quantity_times_rate_and_is_shown(cost):
    assert all(one.usd == one.quantity * one.rate for one in cost.lines)
    assert len(str(cost).splitlines()) == 1 + len(cost.lines)


@ALWAYS
@given(st.integers(1, 10**15), COUNT)
def test_enough_nodes_are_enough_and_one_fewer_is_not(per_day, core):
    nodes = costs.nodes_needed(per_day, core_mb_per_second=core)
    assert costs.cluster_throughput(nodes=nodes, core_mb_per_second=core).feasible(per_day)
    if nodes > 1:
        assert not costs.cluster_throughput(nodes=nodes - 1, core_mb_per_second=core).feasible(per_day)


@ALWAYS
@given(st.decimals("0.01", 10**6, places=2))
def test_below_the_break_even_athena_is_cheaper_and_above_it_is_not(usd):
    meets = costs.break_even_tb_per_month(usd)
    # half a percent to either side: a query is rounded up to the megabyte
    assert costs.athena_scan_cost(meets * costs.TB * Decimal("0.995")).usd <= usd + Decimal("0.00005")
    assert costs.athena_scan_cost(meets * costs.TB * Decimal("1.005")).usd >= usd


@ALWAYS
@given(st.text(max_size=12))
def test_whatever_is_typed_as_a_size_is_read_or_refused_in_one_line(text):
    try:
        assert costs.parse_bytes(text) >= 0
    except costs.CostError as error:
        assert "\n" not in str(error)
