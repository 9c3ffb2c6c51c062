"""What a cluster can read in a day, by hand, and the instance facts against AWS's own description."""

from decimal import Decimal

import pytest
from moto.ec2.models.instance_types import INSTANCE_TYPES

from helpers import costs

TB = costs.TB


@pytest.mark.parametrize("name", sorted(costs.INSTANCES))
def test_instances_are_what_aws_describes(name):
    described = INSTANCE_TYPES[name]  # recorded from EC2's DescribeInstanceTypes
    ours = costs.instance(name)
    assert ours.vcpu == described["VCpuInfo"]["DefaultVCpus"]
    assert ours.memory_gib * 1024 == described["MemoryInfo"]["SizeInMiB"]
    (card,) = described["NetworkInfo"]["NetworkCards"]
    assert float(ours.network_gbps) == card["BaselineBandwidthInGbps"]


def test_every_instance_with_a_price_has_its_facts():
    priced = {name.removeprefix("ec2.") for name in costs.prices() if name.startswith("ec2.")}
    assert priced == set(costs.INSTANCES)


def test_ten_terabytes_take_one_node_17_8_hours_of_network_alone():
    # 1.25 Gbps / 8 = 156.25 MB/s; 10^13 / 156,250,000 = 64,000 s = 17.78 h
    speed = costs.cluster_throughput("r5.xlarge")
    assert speed.bytes_per_second == 156_250_000
    assert round(speed.hours(10 * TB) * 3600, 12) == 64_000
    assert round(speed.hours(10 * TB), 2) == Decimal("17.78")


def test_unlimited_queries_are_at_most_405_of_a_terabyte_a_month():
    # 6,400 s each, 1.78 h; 30 × 86,400 / 6,400 = 405
    speed = costs.cluster_throughput()
    assert round(speed.hours(TB), 2) == Decimal("1.78")
    assert speed.scans_per_month(TB) == 405
    assert speed.bytes_per_month == 405 * TB


def test_a_day_holds_13_5_terabytes():
    speed = costs.cluster_throughput()
    assert speed.bytes_per_day == Decimal("13.5") * TB
    assert speed.feasible(10 * TB)
    assert speed.feasible(Decimal("13.5") * TB)
    assert not speed.feasible(Decimal("13.5") * TB + 1)


def test_slow_cores_are_the_limit():
    # 4 vCPU × 20 MB/s = 80 MB/s: 10 TB take 34.7 h
    speed = costs.cluster_throughput(core_mb_per_second=20)
    assert (speed.bytes_per_second, speed.limit) == (80_000_000, "cores")
    assert not speed.feasible(10 * TB)
    fast = costs.cluster_throughput(core_mb_per_second=50)
    assert (fast.bytes_per_second, fast.limit) == (156_250_000, "network")


def test_nodes_and_hours_multiply():
    assert costs.cluster_throughput(nodes=4).bytes_per_day == 54 * TB
    assert costs.cluster_throughput(nodes=4, hours_per_day=8).bytes_per_day == 18 * TB
    assert costs.cluster_throughput(network_gbps=10).bytes_per_second == 1_250_000_000


@pytest.mark.parametrize(("per_day", "nodes"), [("0", 1), ("13.5", 1), ("13.51", 2), ("27", 2), ("100", 8)])
def test_the_nodes_that_a_daily_scan_needs(per_day, nodes):
    assert costs.nodes_needed(Decimal(per_day) * TB) == nodes


def test_more_nodes_are_needed_when_cores_limit_or_the_day_is_short():
    assert costs.nodes_needed(10 * TB, core_mb_per_second=20) == 2  # 6.9 TB a day each
    assert costs.nodes_needed(10 * TB, hours_per_day=8) == 3  # 4.5 TB a day each


def test_it_says_what_limits_it():
    assert str(costs.cluster_throughput()) == (
        "1 × r5.xlarge: at most 156.2 MB/s, the network; 13.5 TB in 24 h a day, 405.0 TB a month"
    )


@pytest.mark.parametrize(
    "options",
    [
        {"nodes": 0},
        {"hours_per_day": 0},
        {"hours_per_day": 25},
        {"core_mb_per_second": 0},
        {"network_gbps": -1},
    ],
)
def test_clusters_that_cannot_be(options):
    with pytest.raises(costs.CostError):
        costs.cluster_throughput(**options)


def test_an_unknown_instance_names_the_known():
    with pytest.raises(costs.PriceError, match=r"x9.*r5\.xlarge, m5\.xlarge"):
        costs.cluster_throughput("x9")
