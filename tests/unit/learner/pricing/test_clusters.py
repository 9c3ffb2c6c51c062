"""EMR on EC2 by hand: the instance, the fee, the disk; Spot; who is up pays."""

from decimal import Decimal

import pytest

from helpers import costs


def test_the_claimed_cluster_costs_229_95_a_month_and_not_180():
    # 730 h × (0.252 + 0.063) = 730 × 0.315
    cost = costs.emr_cluster_cost("r5.xlarge", 730)
    assert cost.usd == Decimal("229.95")
    assert [one.usd for one in cost.lines] == [Decimal("183.96"), Decimal("45.99")]
    assert cost.usd == costs.emr_cluster_cost().usd


def test_the_arithmetic_is_shown():
    assert str(costs.emr_cluster_cost()) == (
        "EMR on EC2, 1 × r5.xlarge, on demand: $229.95\n"
        "  EC2 r5.xlarge, on demand  730 node-hours × $0.252 = $183.96\n"
        "  EMR fee                   730 node-hours × $0.063 = $45.99"
    )


def test_the_other_instance():
    assert costs.emr_cluster_cost("m5.xlarge", 100).usd == 24  # 100 × (0.192 + 0.048)


def test_spot_leaves_the_emr_fee_as_it_is():
    # 730 × 0.0661 + 45.99 = 94.243; 730 × 0.1038 + 45.99 = 121.764
    band = costs.emr_spot_range()
    assert (band.low.usd, band.high.usd) == (Decimal("94.243"), Decimal("121.764"))
    assert all(cost.lines[1].usd == Decimal("45.99") for cost in band)


def test_spot_was_59_to_74_percent_cheaper():
    least, most = costs.spot_saving()
    assert (round(least, 2), round(most, 2)) == (Decimal("0.59"), Decimal("0.74"))


def test_a_spot_price_of_one_s_own():
    assert costs.emr_cluster_cost(hours=100, spot="0.10").usd == Decimal("16.30")  # 100 × (0.10 + 0.063)


@pytest.mark.parametrize("wrong", ["cheap", -1, 0, ""])
def test_spot_is_low_high_or_a_price(wrong):
    with pytest.raises(costs.CostError, match="'low', 'high' or USD per hour"):
        costs.emr_cluster_cost(spot=wrong)


def test_nodes_multiply():
    assert costs.emr_cluster_cost(hours=10, nodes=5).usd == Decimal("15.75")  # 50 × 0.315


def test_idle_hours_cost_what_working_hours_cost():
    assert costs.emr_cluster_cost(hours=200, idle_hours=530).usd == Decimal("229.95")


def test_every_start_pays_its_start_up_time():
    # 22 mornings × (8 h + 6 min): 178.2 h × 0.315
    assert costs.emr_cluster_cost(hours=176, starts=22, start_seconds=360).usd == Decimal("56.133")


def test_a_second_pays_a_minute_and_the_next_second_a_second():
    minute = Decimal("0.315") / 60
    assert round(costs.emr_cluster_cost(hours=Decimal(1) / 3600).usd, 12) == round(minute, 12)
    assert round(costs.emr_cluster_cost(hours=Decimal(61) / 3600).usd, 12) == round(minute * 61 / 60, 12)
    assert round(costs.emr_cluster_cost(hours=0, starts=10, nodes=3).usd, 12) == round(30 * minute, 12)


def test_the_disk_is_paid_while_the_node_is_up():
    # 100 GB × $0.10 a month of 730 h; half the month, half the price; gp3 at $0.08
    assert costs.emr_cluster_cost(ebs_gb=100).usd == Decimal("239.95")
    assert costs.emr_cluster_cost(hours=365, ebs_gb=100).lines[2].usd == 5
    assert costs.emr_cluster_cost(nodes=2, ebs_gb=100, ebs_type="gp3").lines[2].usd == 16


def test_what_has_no_price_is_refused():
    with pytest.raises(costs.PriceError, match=r"ec2\.x9"):
        costs.emr_cluster_cost("x9")
    with pytest.raises(costs.PriceError, match=r"ebs\.io9"):
        costs.emr_cluster_cost(ebs_gb=1, ebs_type="io9")
    with pytest.raises(costs.PriceError, match="it is there for: us-east-1"):
        costs.emr_cluster_cost(region="eu-west-1")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"nodes": 0}, "nodes must be a whole number of at least 1"),
        ({"nodes": 1.5}, "nodes must be a whole number"),
        ({"hours": -1}, "hours cannot be negative"),
        ({"idle_hours": -1}, "idle_hours cannot be negative"),
        ({"starts": 0}, "starts must be above 0"),
        ({"start_seconds": -1}, "start_seconds cannot be negative"),
        ({"ebs_gb": -1}, "ebs_gb cannot be negative"),
    ],
)
def test_quantities_that_make_no_sense(options, says):
    with pytest.raises(costs.CostError, match=says):
        costs.emr_cluster_cost(**options)
