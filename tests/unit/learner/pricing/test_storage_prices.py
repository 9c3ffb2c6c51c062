"""S3, the Glue catalog and the crawler, by hand."""

from decimal import Decimal

import pytest

from helpers import costs

GB = 10**9
TB = costs.TB


def test_a_hundred_gigabytes_for_two_months():
    # 200 GB-months × $0.023
    assert costs.s3_cost(100 * GB, 2).usd == Decimal("4.60")
    assert costs.s3_cost(100 * GB, 2).usd == costs.s3_storage_cost(100 * GB, 2)


def test_requests_are_paid_by_the_thousand():
    # 1,000,000 GET: 1,000 × $0.0004 = $0.40; 10,000 PUT: 10 × $0.005 = $0.05
    cost = costs.s3_cost(gets=1_000_000, puts=10_000)
    assert cost.usd == Decimal("0.45") == costs.s3_request_cost(gets=1_000_000, puts=10_000)
    assert "1,000 × 1000 GET × $0.0004 = $0.4000" in str(cost)


def test_storage_beyond_50_and_500_terabytes_is_cheaper():
    # 50,000 × 0.023 + 450,000 × 0.022 + 100,000 × 0.021
    assert costs.s3_cost(600 * TB).usd == 1150 + 9900 + 2100
    assert costs.s3_cost(50 * TB).usd == 1150
    assert costs.s3_cost(51 * TB).usd == 1150 + 22


def test_a_region_without_the_later_tiers_says_so_only_when_they_count():
    assert costs.s3_cost(50 * TB, region="eu-central-1").usd == 1225  # 50,000 × 0.0245
    with pytest.raises(costs.PriceError, match=r"eu-central-1.*us-east-1"):
        costs.s3_cost(51 * TB, region="eu-central-1")


def test_the_first_million_of_the_catalog_is_free():
    assert costs.glue_catalog_cost(1_000_000, 1_000_000).usd == 0
    # 200,000 objects beyond: 2 × $1; 3 million requests beyond: 3 × $1
    assert costs.glue_catalog_cost(1_200_000, 4_000_000).usd == 5
    assert costs.glue_catalog_cost(1_200_000, 4_000_000, months=2).usd == 10


def test_catalog_objects_come_whole():
    with pytest.raises(costs.CostError, match=r"whole number.*1\.5"):
        costs.glue_catalog_cost(1.5)


def test_a_crawl_pays_ten_minutes_at_least():
    # 2 DPU × 1/6 h × $0.44
    assert round(costs.glue_crawler_cost(30).usd, 6) == Decimal("0.146667")
    assert costs.glue_crawler_cost(1).usd == costs.glue_crawler_cost(600).usd
    assert costs.glue_crawler_cost(3600, dpu=2, runs=30).usd == Decimal("26.40")  # 60 DPU-hours, as Infracost has it
