"""prices.toml: every entry complete, the figures those of the sources, the unknown refused in one line."""

import tomllib
from datetime import date, datetime
from decimal import Decimal

import pytest

from helpers import costs

FIELDS = {"usd", "unit", "date", "source", "status", "note"}
UNITS = {
    "TB scanned",
    "DPU-hour",
    "GB-month",
    "hour",
    "vCPU-hour",
    "GB-hour",
    "GB-second",
    "1000 PUT, COPY, POST or LIST requests",
    "1000 GET requests",
    "100000 objects and month",
    "1000000 requests",
}

# Typed in from the course's table of checked facts, not from prices.toml.
CHECKED = {
    "athena.sql": "5.00",
    "athena.provisioned": "0.30",
    "athena.spark": "0.35",
    "s3.storage": "0.023",
    "s3.put": "0.005",
    "s3.get": "0.0004",
    "glue.catalog_objects": "1.00",
    "glue.catalog_requests": "1.00",
    "glue.crawler": "0.44",
    "glue.etl": "0.44",
    "glue.flex": "0.29",
    "ec2.r5.xlarge": "0.252",
    "ec2.m5.xlarge": "0.192",
    "spot.r5.xlarge.low": "0.0661",
    "spot.r5.xlarge.high": "0.1038",
    "emr.r5.xlarge": "0.063",
    "emr.m5.xlarge": "0.048",
    "emr_serverless.vcpu": "0.052624",
    "emr_serverless.memory": "0.0057785",
    "emr_serverless.disk": "0.000111",
    "lambda.requests": "0.20",
    "lambda.duration": "0.0000166667",
    "rds.db.t3.small.single_az": "0.034",
    "rds.db.m5.large.single_az": "0.171",
    "rds.db.t4g.small.single_az": "0.032",
    "rds.gp2.single_az": "0.115",
    "rds.gp2.multi_az": "0.23",
    "rds.gp3.single_az": "0.115",
    "rds.gp3.multi_az": "0.23",
    "rds.backup": "0.095",
    "rds.proxy": "0.015",
    "aurora.storage": "0.10",
    "aurora.io": "0.20",
    "aurora.storage_io_optimized": "0.225",
    "aurora.backup": "0.021",
}


def entries(tables, above=()):
    """Every table of the TOML that is a price, however deep: its path and its fields."""
    for key, table in tables.items():
        if any(not isinstance(value, dict) for value in table.values()):
            yield (*above, key), table
        else:
            yield from entries(table, (*above, key))


ENTRIES = list(entries(tomllib.loads(costs.PRICE_LIST.read_text(encoding="utf-8"))))


@pytest.mark.parametrize(("path", "entry"), ENTRIES, ids=[".".join(path) for path, _ in ENTRIES])
def test_each_entry_has_all_its_fields_and_knows_its_unit_and_standing(path, entry):
    assert set(entry) == FIELDS
    assert isinstance(entry["usd"], str) and Decimal(entry["usd"]) > 0  # text: no binary fraction on the way
    assert entry["unit"] in UNITS
    assert type(entry["date"]) is date and date(2016, 1, 1) < entry["date"] <= date(2026, 12, 31)
    assert len(entry["source"]) > 10
    assert entry["status"] in ("confirmed", "agreeing", "third-party", "weak")
    assert isinstance(entry["note"], str)


def test_what_is_read_is_what_the_file_has():
    read = {(region, p.name): p.usd for region in costs.regions() for p in costs.prices(region).values()}
    written = {(path[0], ".".join(path[1:])): Decimal(entry["usd"]) for path, entry in ENTRIES}
    assert read == written and len(read) == len(ENTRIES)


@pytest.mark.parametrize(("name", "usd"), CHECKED.items())
def test_the_figures_are_those_that_were_checked(name, usd):
    assert costs.price(name).usd == Decimal(usd)


def test_multi_az_is_twice_single_az():
    for instance in ("db.t3.small", "db.m5.large"):
        single, multi = (costs.price(f"rds.{instance}.{kind}").usd for kind in ("single_az", "multi_az"))
        assert multi == 2 * single


def test_a_price_says_its_region_and_its_standing():
    ireland = costs.price("ec2.m5.xlarge", region="eu-west-1")
    assert (ireland.usd, ireland.region, ireland.date) == (Decimal("0.214"), "eu-west-1", date(2026, 9, 1))
    assert str(costs.price("athena.sql")) == "$5.00 per TB scanned (us-east-1, 2026-08-27, confirmed)"


def test_there_is_more_than_one_region_and_the_course_s_own_comes_first():
    assert costs.regions()[0] == "us-east-1"
    assert {"us-west-2", "eu-west-1", "eu-central-1"} <= set(costs.regions())


def test_a_price_missing_in_a_region_names_the_regions_that_have_it():
    with pytest.raises(costs.PriceError) as caught:
        costs.price("emr.r5.xlarge", region="eu-west-1")
    assert str(caught.value) == "no price 'emr.r5.xlarge' for eu-west-1 in prices.toml; it is there for: us-east-1"


def test_an_unknown_region_names_the_known_ones():
    with pytest.raises(costs.PriceError, match=r"'mars'.*us-east-1, us-west-2, eu-west-1, eu-central-1$"):
        costs.prices("mars")
    with pytest.raises(costs.PriceError, match="'mars'"):
        costs.athena_scan_cost(1, region="mars")


def test_an_unknown_price_names_its_neighbours_only():
    with pytest.raises(KeyError) as caught:
        costs.price("ec2.x9")
    assert str(caught.value) == "no price 'ec2.x9' in prices.toml; there are: ec2.r5.xlarge, ec2.m5.xlarge"
    with pytest.raises(KeyError, match=r"there are: athena\.…, aurora\.…"):
        costs.price("nothing")


def test_prices_grow_stale_after_a_year():
    athena = costs.price("athena.sql")  # 2026-08-27
    assert athena not in costs.stale(date(2027, 8, 27))  # 365 days
    assert athena in costs.stale(date(2027, 8, 28))
    assert athena in costs.stale(date(2026, 8, 30), days=2)
    assert costs.stale(date(2017, 1, 1)) == []


def test_stale_prices_of_every_region_are_found():
    found = {(price.region, price.name) for price in costs.stale(date(2026, 11, 22))}
    assert ("eu-west-1", "s3.storage") in found  # a bill of 2017
    assert ("us-east-1", "lambda.duration") in found  # 2024
    assert ("us-east-1", "athena.sql") not in found


def test_stale_takes_a_time_of_day_and_refuses_a_text():
    assert costs.stale(datetime(2026, 11, 22, 12)) == costs.stale(date(2026, 11, 22))
    with pytest.raises(costs.CostError, match="2026-11-22"):
        costs.stale("2026-11-22")
