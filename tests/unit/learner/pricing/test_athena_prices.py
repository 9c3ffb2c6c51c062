"""Athena's bill against the worked examples of AWS and of the facts that were checked."""

from decimal import Decimal

import pytest

from helpers import costs

TB = costs.TB


def test_ten_terabytes_a_day_are_1500_dollars_a_month():
    # 10 × $5 × 30; the $150 that is often copied is ten times too little
    assert costs.athena_scan_cost(10 * TB, 30).usd == 1500
    assert costs.athena_scan_cost(10 * TB).usd == 50


def test_the_price_page_s_example_of_compression():
    # 3 TB of text cost $15; gzip at 3:1 scans 1 TB for $5; one of four equal columns of it costs $1.25
    assert costs.athena_scan_cost(3 * TB).usd == 15
    assert costs.athena_scan_cost(3 * TB / 3).usd == 5
    assert costs.athena_scan_cost(TB / 4).usd == Decimal("1.25")


def test_the_arithmetic_is_shown():
    assert str(costs.athena_scan_cost(10 * TB, 30)) == (
        "Athena, 30 × 10.0 TB: $1,500.00\n  data scanned  300 TB scanned × $5.00 = $1,500.00"
    )


def test_small_queries_pay_the_minimum_each():
    # 1,000 queries of 1 KB: 1,000 × 10 MB × $5 / 1,000,000 MB
    cost = costs.athena_scan_cost(1_000, 1_000)
    assert cost.usd == Decimal("0.05")
    assert "10 MB minimum" in str(cost)
    assert "minimum" not in str(costs.athena_scan_cost(10_000_000))


def test_each_query_is_rounded_up_to_the_megabyte():
    # 10,000,001 bytes are 11 MB: 100 × 11 × $0.000005
    assert costs.athena_scan_cost(10_000_001, 100).usd == Decimal("0.0055")


def test_one_query_costs_what_the_plain_function_says():
    for size in (0, 1, 9_999_999, 10_000_000, 123_456_789, 2**40):
        assert costs.athena_scan_cost(size).usd == costs.athena_query_cost(size)


def test_nothing_scanned_costs_nothing():
    assert costs.athena_scan_cost(0, 1_000).usd == 0


def test_an_average_of_queries_may_be_a_fraction():
    assert costs.athena_scan_cost(TB, "30.4").usd == Decimal("152")


def test_a_binary_terabyte_is_9_95_percent_larger():
    # 300 × 10^12 / 2^40 = 272.848 TiB, × $5 = $1,364.24
    band = costs.athena_terabyte_band(10 * TB, 30)
    assert band.decimal.usd == 1500
    assert round(band.binary.usd, 1) == Decimal("1364.2")
    assert round(band.percent, 2) == Decimal("9.95")
    assert "TiB scanned" in str(band.binary) and "TiB" not in str(band.decimal)


def test_only_the_two_readings_of_a_terabyte_exist():
    with pytest.raises(costs.CostError, match="1000"):
        costs.athena_scan_cost(TB, terabyte_bytes=1000)


def test_another_price_or_region_can_be_asked_for():
    assert costs.athena_scan_cost(TB, usd_per_tb="6.75").usd == Decimal("6.75")
    assert costs.athena_scan_cost(TB, region="eu-west-1").usd == 5
    with pytest.raises(costs.PriceError, match=r"eu-central-1.*us-east-1, eu-west-1"):
        costs.athena_scan_cost(TB, region="eu-central-1")


@pytest.mark.parametrize(("state", "usd"), [("SUCCEEDED", 5), ("CANCELLED", 5), ("FAILED", 0)])
def test_a_cancelled_query_pays_and_a_failed_one_does_not(state, usd):
    execution = {"Status": {"State": state}, "Statistics": {"DataScannedInBytes": TB}}
    assert costs.athena_execution_cost(execution) == usd


def test_reserved_capacity_is_paid_by_the_hour():
    assert costs.athena_provisioned_cost(24, 3600).usd == Decimal("7.20")  # AWS's old minimum for an hour
    assert costs.athena_provisioned_cost(4, 60).usd == Decimal("0.02")  # 4 × 1/60 h × $0.30


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 1), (1, 1), (60, 1), (61, 2), (3599, 60)])
def test_reserved_capacity_is_paid_for_at_least_a_minute_and_in_whole_ones(seconds, minutes):
    assert round(costs.athena_provisioned_cost(4, seconds).usd, 20) == Decimal("0.02") * minutes


def test_fewer_than_four_dpu_cannot_be_reserved():
    with pytest.raises(costs.CostError, match="at least 4 DPU, not 3"):
        costs.athena_provisioned_cost(3, 60)
    with pytest.raises(costs.CostError, match="whole number"):
        costs.athena_provisioned_cost("4.5", 60)


def test_a_spark_session_pays_driver_and_workers_in_whole_minutes():
    # a driver and 4 workers: 5 DPU × 1 h × $0.35
    assert costs.athena_spark_cost(4, 3600).usd == Decimal("1.75")
    assert costs.athena_spark_cost(4, 3541).usd == Decimal("1.75")  # 59 min and 1 s are 60 min
    assert costs.athena_spark_cost(0, 3600).usd == Decimal("0.35")  # the driver alone
    assert costs.athena_spark_cost(4, 3600, sessions=22).usd == Decimal("38.50")
