"""The decision tree: every branch, and its prices by hand."""

from decimal import Decimal

import pytest

from helpers import costs
from helpers.decision import (
    ATHENA,
    CONVERTED,
    HYBRID,
    SPARK,
    WAYS,
    Workload,
    decide,
    month_of_each,
    nodes_for_queries,
)


def usd(workload: Workload) -> dict[str, Decimal]:
    return {way: round(cost.usd, 4) for way, cost in month_of_each(workload).items()}


def test_a_small_workload_by_hand():
    """10 GB a day, 20 queries of 50 GB; a tenth of that after the conversion; a node reads 80 MB/s (4 × 20)."""
    bills = usd(Workload(new_tb_per_day=0.01, queries_per_day=20, raw_tb_per_query=0.05))
    assert bills[ATHENA] == 150  # 20 × 30 × 0.05 TB × $5
    # 0.3 TB × $5 to convert, 3 TB × $5 to ask, 30 GB kept × $0.023
    assert bills[CONVERTED] == Decimal("1.50") + 15 + Decimal("0.69")
    # 10 GB at 80 MB/s are 125 s, and 300 s to start, 30 times, × $0.315 an hour; 20 h of care × $60
    conversion = Decimal("0.315") * 30 * 425 / 3600
    assert bills[HYBRID] == round(conversion + 15 + Decimal("0.69") + 1200, 4)
    # a query of 5 GB in 60 s: 2 nodes (80 MB/s × 60 s = 4.8 GB), 30 × (9 h and 300 s)
    cluster = Decimal("0.315") * 2 * 30 * (9 + Decimal(300) / 3600)
    assert bills[SPARK] == round(conversion + cluster + Decimal("0.69") + 1200, 4)


def test_a_cluster_is_as_large_as_the_work_needs():
    """10 TB at 80 MB/s are 34.7 h: 6 nodes for a night of 6 h; 200 × 50 GB the same, in 9 h: 4 nodes."""
    workload = Workload(10, 200, 0.5, curated_share=0.1, seconds_to_wait=3600, team_knows_spark=True)
    found = month_of_each(workload)[SPARK]
    by_label = {line.label: line.quantity for line in found.lines}
    # the work is the same on any number of nodes, the start is not
    hours = Decimal(10**13) / (80 * 10**6) / 3600 + Decimal(6 * 300) / 3600
    assert by_label["conversion: EMR fee"] == pytest.approx(30 * hours)
    assert by_label["queries: EMR fee"] == 4 * 30 * (9 + Decimal(300) / 3600)
    assert by_label["care"] == 4


@pytest.mark.parametrize(("seconds", "nodes"), [(3600, 4), (60, 11), (10, 63)])
def test_who_does_not_want_to_wait_needs_nodes(seconds, nodes):
    """50 GB at 80 MB/s and node: 625 s on one; in 60 s on 11, in 10 s on 63; the day's 10 TB need 4 anyway."""
    assert nodes_for_queries(Workload(10, 200, 0.5, seconds_to_wait=seconds)) == nodes


def test_a_stream_keeps_its_cluster_up():
    plain, stream = (month_of_each(Workload(1, 1, 0.1, streaming=each))[HYBRID] for each in (False, True))
    fee = {each: next(x.quantity for x in cost.lines if x.label == "conversion: EMR fee")
           for each, cost in (("plain", plain), ("stream", stream))}  # fmt: skip
    assert fee["stream"] == 720  # 1 TB a day are 11.6 MB/s: one node, 24 h × 30
    assert fee["plain"] < 110


@pytest.mark.parametrize(
    ("workload", "choice"),
    [
        (Workload(0.0001, 10, 0.001), ATHENA),  # $1.50 against $0.17: not worth a conversion
        (Workload(0.01, 20, 0.05), CONVERTED),
        (Workload(10, 1, 10), ATHENA),  # each byte is read once: converting it first reads it once as well
        (Workload(10, 50, 0.5, team_knows_spark=True), HYBRID),
        (Workload(10, 200, 0.5, team_knows_spark=True), SPARK),
        (Workload(0.01, 20, 0.05, streaming=True), HYBRID),
        (Workload(0.01, 20, 0.05, training=True), HYBRID),
        (Workload(0.01, 20, 0.05, graphs=True), HYBRID),
        (Workload(0.01, 20, 0.05, row_changes=True, own_functions=True), CONVERTED),  # no reasons for Spark
        (Workload(1, 0, 0), ATHENA),
    ],
)
def test_the_branches(workload, choice):
    decision = decide(workload)
    assert decision.choice == choice
    assert str(decision).splitlines()[-1] == f"→ {choice}"


def test_a_team_that_must_learn_spark_pays_for_it():
    # 10 TB a day, 50 × 0.5 TB: converted $1,500 + $375 + $690 = $2,565; hybrid $332.85 + $375 + $690 + care
    knows, learns = (decide(Workload(10, 50, 0.5, team_knows_spark=each)) for each in (True, False))
    assert (knows.choice, learns.choice) == (HYBRID, CONVERTED)
    assert knows.costs[CONVERTED].usd == learns.costs[CONVERTED].usd == 2565
    assert learns.costs[HYBRID].usd - knows.costs[HYBRID].usd == 16 * 60


def test_the_reasons_name_the_needs():
    text = str(decide(Workload(1, 5, 0.1, graphs=True, streaming=True, row_changes=True, seconds_to_wait=1)))
    assert "streaming, graphs" in text and "Iceberg" in text and "from a database" in text
    assert "Iceberg" not in str(decide(Workload(1, 5, 0.1)))


def test_every_way_has_its_price_and_its_arithmetic():
    decision = decide(Workload(0.01, 20, 0.05, training=True))
    assert list(decision.costs) == list(WAYS)
    assert "queries: data scanned  30 TB scanned × $5.00 = $150.00" in decision.bills
    assert "Athena, converted       $15.00   $1.50       $0.6900  -" in str(decision)


@pytest.mark.parametrize(
    "wrong",
    [{"curated_share": 0}, {"curated_share": 1.5}, {"hours_per_day": 0}, {"hours_per_day": 25},
     {"new_tb_per_day": -1}, {"queries_per_day": 1.5}, {"raw_tb_per_query": "much"}, {"core_mb_per_second": 0},
     {"seconds_to_wait": 0}, {"care_hours_per_month": -1}],
)  # fmt: skip
def test_nonsense_is_refused_in_one_line(wrong):
    with pytest.raises(costs.CostError) as refused:
        decide(Workload(**{"new_tb_per_day": 1, "queries_per_day": 5, "raw_tb_per_query": 0.1, **wrong}))
    assert "\n" not in str(refused.value)
