"""RDS by the month against the figures of Infracost's golden files."""

from decimal import Decimal

import pytest

from helpers import costs


@pytest.mark.parametrize(
    ("instance", "multi_az", "usd"),
    [
        ("db.t3.small", False, "24.82"),  # often given as ~15
        ("db.t3.small", True, "49.64"),
        ("db.m5.large", False, "124.83"),
        ("db.m5.large", True, "249.66"),
        ("db.t4g.small", False, "23.36"),
        ("db.t4g.small", True, "47.45"),
    ],
)
def test_a_month_of_an_instance(instance, multi_az, usd):
    assert costs.rds_instance_cost(instance, multi_az=multi_az).usd == Decimal(usd)


@pytest.mark.parametrize("storage_type", ["gp2", "gp3"])
def test_100_gb_of_storage(storage_type):
    single = costs.rds_instance_cost(storage_gb=100, storage_type=storage_type)
    double = costs.rds_instance_cost(storage_gb=100, storage_type=storage_type, multi_az=True)
    assert single.lines[1].usd == Decimal("11.50")
    assert double.lines[1].usd == Decimal("23.00")


def test_backups_are_free_up_to_the_storage():
    assert costs.rds_backup_cost(100, storage_gb=100).usd == 0
    assert costs.rds_backup_cost(99, storage_gb=100).usd == 0
    assert costs.rds_backup_cost(200, storage_gb=100).usd == Decimal("9.50")  # 100 × 0.095
    assert costs.rds_backup_cost(1_000, storage_gb=0).usd == Decimal("95.00")


def test_the_whole_of_a_database():
    # 49.64 + 100 × 0.23 + (150 - 100) × 0.095
    cost = costs.rds_instance_cost(multi_az=True, storage_gb=100, backup_gb=150)
    assert cost.usd == Decimal("77.39")


def test_half_a_month_costs_half():
    whole = costs.rds_instance_cost(storage_gb=100, backup_gb=200).usd
    assert costs.rds_instance_cost(hours=365, storage_gb=100, backup_gb=200).usd == whole / 2


def test_ten_minutes_are_the_least():
    # 1/6 h × 0.034
    assert round(costs.rds_instance_cost(hours=0).usd, 9) == Decimal("0.005666667")
    assert costs.rds_instance_cost(hours=0).usd == costs.rds_instance_cost(hours=Decimal(1) / 6).usd


def test_a_proxy_pays_for_two_vcpu_at_least():
    assert costs.rds_proxy_cost(1).usd == costs.rds_proxy_cost(2).usd == Decimal("21.90")
    assert costs.rds_proxy_cost(8).usd == Decimal("87.60")


def test_aurora_pays_for_its_requests_unless_it_is_io_optimized():
    # 100 GB × 0.10 + 50 million × 0.20 / million; 100 × 0.225
    assert costs.aurora_storage_cost(100, 50_000_000).usd == 20
    assert costs.aurora_storage_cost(100, 50_000_000, io_optimized=True).usd == Decimal("22.50")
    assert costs.aurora_storage_cost(100, months=2, backup_gb=100).usd == Decimal("24.20")  # 20 + 200 × 0.021


def test_unknown_instances_and_disks():
    with pytest.raises(costs.PriceError, match=r"rds\.db\.x9\.single_az"):
        costs.rds_instance_cost("db.x9")
    with pytest.raises(costs.PriceError, match=r"rds\.tape"):
        costs.rds_instance_cost(storage_gb=1, storage_type="tape")
    with pytest.raises(costs.CostError, match="vcpu"):
        costs.rds_proxy_cost(0)
