"""EMR Serverless, Glue ETL and Lambda against worked examples."""

from decimal import Decimal

import pytest

from helpers import costs


def test_a_worker_of_emr_serverless_for_an_hour():
    # 4 × 0.052624 + 16 × 0.0057785
    assert costs.emr_serverless_cost(4, 16, 3600).usd == Decimal("0.302952")


def test_workers_and_runs_multiply():
    assert costs.emr_serverless_cost(4, 16, 3600, workers=5, runs=30).usd == Decimal("45.4428")


def test_only_the_disk_beyond_20_gb_is_paid():
    assert costs.emr_serverless_cost(4, 16, 3600, disk_gb=20).usd == Decimal("0.302952")
    # 100 GB more × $0.000111
    assert costs.emr_serverless_cost(4, 16, 3600, disk_gb=120).usd == Decimal("0.314052")
    # two workers, three runs of half an hour: 2 × 3 × 0.5 h × 100 GB × $0.000111
    assert costs.emr_serverless_cost(4, 16, 1800, workers=2, runs=3, disk_gb=120).lines[2].usd == Decimal("0.0333")


def test_frankfurt_is_dearer():
    # 4 × 0.060528 + 16 × 0.006643
    assert costs.emr_serverless_cost(4, 16, 3600, region="eu-central-1").usd == Decimal("0.3484")


@pytest.mark.parametrize(
    "cost",
    [
        lambda seconds: costs.emr_serverless_cost(4, 16, seconds),
        lambda seconds: costs.glue_job_cost(10, seconds),
    ],
)
def test_a_minute_is_the_least_and_then_it_is_seconds(cost):
    assert cost(0).usd == cost(1).usd == cost(60).usd
    assert round(cost(61).usd / cost(60).usd, 12) == round(Decimal(61) / 60, 12)


def test_aws_s_own_example_of_a_glue_job():
    # https://aws.amazon.com/glue/pricing/: 6 DPU, 15 minutes, 6 × 1/4 h × $0.44 = $0.66
    assert costs.glue_job_cost(6, 15 * 60).usd == Decimal("0.66")
    # and of an interactive session: 5 DPU, 24 minutes: $0.88
    assert costs.glue_job_cost(5, 24 * 60).usd == Decimal("0.88")


def test_flex_is_cheaper():
    assert costs.glue_job_cost(10, 3600).usd == Decimal("4.40")
    assert costs.glue_job_cost(10, 3600, flex=True, runs=2).usd == Decimal("5.80")


def test_glue_in_europe_has_etl_and_no_known_flex():
    assert costs.glue_job_cost(10, 3600, region="eu-west-1").usd == Decimal("4.40")
    with pytest.raises(costs.PriceError, match=r"glue\.flex.*eu-west-1.*us-east-1"):
        costs.glue_job_cost(10, 3600, flex=True, region="eu-west-1")


def test_a_function_that_waits_a_quarter_of_an_hour_for_athena():
    # 0.125 GB × 900 s × 0.0000166667 = 0.00187500375, + 1 request at 0.0000002
    cost = costs.lambda_cost(1, 128, 900)
    assert cost.lines[1].usd == Decimal("0.00187500375")
    assert cost.usd == Decimal("0.00187520375")
    assert round(cost.usd, 4) == Decimal("0.0019")


def test_requests_alone_are_20_cents_a_million():
    # and the 100 ms at 128 MB which each takes: 12,500 GB-seconds, $0.20833
    cost = costs.lambda_cost(1_000_000, 128, "0.1")
    assert cost.lines[0].usd == Decimal("0.20")
    assert round(cost.lines[1].usd, 5) == Decimal("0.20833")


@pytest.mark.parametrize(("memory", "seconds"), [(127, 1), (10_241, 1), (128, 901), (128, -1)])
def test_what_lambda_does_not_offer_has_no_price(memory, seconds):
    with pytest.raises(costs.CostError):
        costs.lambda_cost(1, memory, seconds)


@pytest.mark.parametrize(("vcpu", "memory"), [(0, 16), (4, 0), (-1, 16)])
def test_a_worker_needs_something_to_work_with(vcpu, memory):
    with pytest.raises(costs.CostError):
        costs.emr_serverless_cost(vcpu, memory, 60)
