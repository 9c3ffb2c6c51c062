"""Break-even, a team's month, every way to do a scan, and the hybrid: against sums done by hand."""

from decimal import Decimal

import pytest

from helpers import costs

TB = costs.TB
GB = 10**9


def test_the_break_even_is_46_terabytes_a_month():
    # 229.95 / 5
    assert costs.break_even_tb_per_month() == Decimal("45.99")
    assert costs.break_even_tb_per_month(100) == 20
    assert costs.break_even_tb_per_month(100, usd_per_tb=4) == 25


def test_on_spot_it_is_19_to_24_terabytes():
    # 94.243 / 5, 121.764 / 5
    low, high = (costs.break_even_tb_per_month(cost) for cost in costs.emr_spot_range())
    assert (low, high) == (Decimal("18.8486"), Decimal("24.3528"))


def test_at_the_break_even_both_cost_the_same():
    found = costs.break_even(nodes=3, spot="low", ebs_gb=64)
    assert abs(costs.athena_scan_cost(found.tb_per_month * TB).usd - found.cluster.usd) < Decimal("0.00001")


def test_the_capacity_is_the_other_bound():
    # 156.25 MB/s × 730 h × 3,600 s = 410.625 TB
    found = costs.break_even()
    assert (found.tb_per_month, found.capacity_tb_per_month) == (Decimal("45.99"), Decimal("410.625"))
    assert found.feasible


def test_idle_hours_take_capacity_and_leave_the_bill():
    # 5 h of work: 5 × 3,600 × 156.25 MB = 2.8125 TB, but 45.99 would have to be scanned
    found = costs.break_even(idle_hours=725)
    assert found.cluster.usd == Decimal("229.95")
    assert found.capacity_tb_per_month == Decimal("2.8125")
    assert not found.feasible
    assert str(found).splitlines()[-1] == "never cheaper: it can scan 2.8125 TB a month and would have to scan 45.99"


def test_cores_too_slow_make_it_never_cheaper():
    # 4 × 4 MB/s × 730 h = 42.0 TB < 45.99
    assert not costs.break_even(core_mb_per_second=4).feasible
    assert costs.break_even(core_mb_per_second=5).feasible


def test_the_division_is_shown():
    lines = str(costs.break_even()).splitlines()
    assert lines[0] == "EMR on EC2, 1 × r5.xlarge, on demand: $229.95"
    assert lines[-2] == "break-even: $229.95 ÷ $5.00 per TB = 45.99 TB a month"
    assert lines[-1] == "cheaper than Athena from 45.99 to 410.625 TB a month, then it needs more nodes"


def test_a_month_does_not_have_800_hours():
    with pytest.raises(costs.CostError, match="at most 744 hours, not 800"):
        costs.break_even(hours=700, idle_hours=100)
    assert costs.break_even(idle_hours=744).capacity_tb_per_month == 0


# --- a team ------------------------------------------------------------------------------------------


def test_a_team_of_100_queries_of_20_gb_a_day():
    # Athena: 22 × 100 × 0.02 TB × $5 = $220; cluster: 22 × 9 h × 0.315 = $62.37; 2 TB at 562.5 GB an hour
    month = costs.team_month(100, 20 * GB)
    assert (month.athena.usd, month.cluster.usd) == (220, Decimal("62.37"))
    assert round(month.busy_hours_per_day, 4) == Decimal("3.5556")
    assert round(month.utilisation, 4) == Decimal("0.3951")
    assert month.feasible and month.cheaper == "cluster"


def test_a_team_of_few_small_queries_has_athena_cheaper():
    month = costs.team_month(20, 5 * GB)  # 22 × 20 × 0.005 × 5 = $11
    assert month.athena.usd == 11
    assert month.cheaper == "Athena"


def test_a_cluster_that_cannot_keep_up_is_not_cheaper():
    month = costs.team_month(300, 20 * GB)  # 6 TB a day: 10.7 h of 9
    assert month.cluster.usd < month.athena.usd
    assert not month.feasible and month.cheaper == "Athena"
    assert "cannot keep up" in str(month)
    assert costs.team_month(300, 20 * GB, nodes=2).cheaper == "cluster"


def test_a_day_that_fits_may_have_an_hour_that_does_not():
    # 3.56 h of reading; 40 % of it in one hour are 1.42 h of work
    month = costs.team_month(100, 20 * GB)
    assert month.feasible
    assert round(month.busiest_hour_utilisation("0.4"), 4) == Decimal("1.4222")
    assert month.busiest_hour_utilisation(1 / 9) < 1  # evenly spread
    with pytest.raises(costs.CostError, match="0 to 1, not 40"):
        month.busiest_hour_utilisation(40)


def test_every_morning_s_start_is_paid():
    # 22 × 10 min × 0.315 / 60
    late = costs.team_month(1, GB, start_seconds=600).cluster.usd - costs.team_month(1, GB).cluster.usd
    assert round(late, 10) == Decimal("1.155")


def test_a_team_s_day_has_24_hours():
    with pytest.raises(costs.CostError, match="24 hours, not 25"):
        costs.team_month(1, GB, open_hours_per_day=25)


# --- every way ---------------------------------------------------------------------------------------


def test_the_copied_comparison_with_its_feasibility():
    found = {option.name: option for option in costs.compare(10 * TB)}
    assert found["Athena"].cost.usd == 1500
    assert found["1 × r5.xlarge all day, on demand"].cost.usd == Decimal("226.80")  # 720 × 0.315
    # 17.78 h × 30 × 0.315 = $168
    assert round(found["1 × r5.xlarge while it reads, on demand"].cost.usd, 6) == 168
    assert all(option.feasible for option in found.values())


def test_what_cannot_be_done_comes_last_however_cheap():
    found = costs.compare(20 * TB)
    feasible = [option.feasible for option in found]
    assert feasible == sorted(feasible, reverse=True) and not feasible[-1]
    able = [option.cost.usd for option in found if option.feasible]
    assert able == sorted(able)
    assert found[-1].cost.usd < found[0].cost.usd
    assert found[0].name == "2 × r5.xlarge while it reads, on demand"


def test_with_a_core_s_speed_serverless_spark_is_compared_too():
    # 10 TB / (4 × 25 MB/s) = 27.78 h of a worker a day, × 30 × $0.44 = $366.67
    found = {option.name: option.cost.usd for option in costs.compare(10 * TB, core_mb_per_second=25)}
    assert round(found["Glue ETL"], 2) == Decimal("366.67")
    assert round(found["Glue ETL, Flex"], 2) == Decimal("241.67")
    assert round(found["EMR Serverless"], 2) == Decimal("252.46")  # 833.33 h × 0.302952
    assert "Glue ETL" not in {option.name for option in costs.compare(10 * TB)}


def test_nothing_to_scan_is_free_in_athena_only():
    found = costs.compare(0)
    assert found[0].name == "Athena" and found[0].cost.usd == 0


# --- the hybrid --------------------------------------------------------------------------------------


def test_the_claimed_ten_times_is_seven_and_a_half():
    # 30 × $50 = $1,500 against $50 + 30 × $5 = $200
    found = costs.hybrid_cost(10 * TB, TB, 30, costs.fixed_cost("ETL", 50))
    assert (found.raw.usd, found.hybrid.usd) == (1500, 200)
    assert found.times_cheaper == Decimal("7.5")
    assert found.saving_usd == 1300
    assert str(found).splitlines()[-1] == "$1,500.00 ÷ $200.00 = 7.5 times cheaper"


def test_with_the_real_price_of_the_cluster_it_is_four():
    # 229.95 + 150 = 379.95
    found = costs.hybrid_cost(10 * TB, TB, 30, costs.emr_cluster_cost())
    assert round(found.times_cheaper, 2) == Decimal("3.95")


def test_the_curated_copy_is_stored_too():
    # 1 TB × $0.023 a GB = $23
    found = costs.hybrid_cost(10 * TB, TB, 30, costs.fixed_cost("ETL", 50), curated_stored_bytes=TB)
    assert found.hybrid.usd == 223


def test_a_hybrid_can_lose():
    found = costs.hybrid_cost(TB, TB, 1, costs.fixed_cost("ETL", 50))
    assert found.saving_usd == -50 and found.times_cheaper < 1


def test_a_hybrid_for_nothing_has_no_ratio():
    found = costs.hybrid_cost(0, 0, 0, costs.fixed_cost("ETL", 0))
    assert "times" not in str(found)
    with pytest.raises(costs.CostError, match="no ratio"):
        _ = found.times_cheaper
