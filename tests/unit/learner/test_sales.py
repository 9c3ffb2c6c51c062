"""sales_order_data: the same bytes everywhere, and plausible ones."""

import hashlib
import re
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from helpers import formats, sales
from helpers.streams import Stream

COMMITTED = Path(__file__).parents[3] / "data" / "sales_order_data.csv"
SAMPLE_SHA256 = "13b5dd22c35258cebce0f66f9d16344d67d8eadcce736f88f0b978f251ac0a61"
QUARTER_SHA256 = "7569ebe141a7ead7aa9e52257e877954819bd4d719f30467bc60d642df9ef345"  # 2004 Q4 at scale 0.01


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return sales.sample()


def test_the_committed_sample_is_what_the_generator_makes(table):
    generated = formats.delimited(table, ",", header=True)
    assert sha256(COMMITTED.read_bytes()) == SAMPLE_SHA256
    assert sha256(generated) == SAMPLE_SHA256


def test_a_small_part_of_the_lake_has_its_known_bytes():
    assert sha256(formats.delimited(sales.quarter(7, 0.01), ",")) == QUARTER_SHA256


def test_the_stream_takes_only_raw_words_of_pcg64():
    # Words from the published C implementation's stream as NumPy seeds it; any change here changes all data.
    assert Stream(1).below(1000, 5).tolist() == [511, 950, 144, 948, 311]
    assert Stream(1, 2).below(1000, 5).tolist() != Stream(1).below(1000, 5).tolist()


def test_bounded_numbers_stay_in_bounds_and_reach_them():
    drawn = Stream(3).between(10, 12, 1000)
    assert set(drawn.tolist()) == {10, 11, 12}
    weights = Counter(Stream(4).weighted([1, 0, 3], 4000).tolist())
    assert set(weights) == {0, 2}
    assert 2.5 < weights[2] / weights[0] < 3.6


def test_about_three_thousand_lines_over_three_years(table):
    assert 2_900 <= table.num_rows <= 3_100
    assert set(table["year_id"].to_pylist()) == {2003, 2004, 2005}


def test_sales_is_quantity_times_price_to_the_cent(table):
    for row in table.slice(0, 500).to_pylist():
        assert row["sales"] == row["quantityordered"] * row["priceeach"]
        assert row["priceeach"] == row["priceeach"].quantize(Decimal("0.01"))
        assert Decimal("0.8") <= row["priceeach"] / row["msrp"] <= Decimal("1.2")


def test_calendar_columns_agree_with_the_date(table):
    for row in table.to_pylist():
        day = row["orderdate"]
        assert (row["year_id"], row["month_id"], row["qtr_id"]) == (
            day.year,
            day.month,
            (day.month + 2) // 3,
        )


def test_an_order_is_one_customer_one_day_and_several_different_products(table):
    orders = defaultdict(list)
    for row in table.to_pylist():
        orders[row["ordernumber"]].append(row)
    for rows in orders.values():
        assert len({(row["customername"], row["orderdate"], row["status"]) for row in rows}) == 1
        assert len({row["productcode"] for row in rows}) == len(rows)
        assert [row["orderlinenumber"] for row in rows] == list(range(1, len(rows) + 1))
    assert 300 <= len(orders) <= 340
    assert max(map(len, orders.values())) == 18


def test_customers_come_back(table):
    orders = pc.count_distinct(table["ordernumber"]).as_py()
    customers = pc.count_distinct(table["customername"]).as_py()
    assert customers * 3 < orders


def test_deal_size_follows_the_value_of_the_line(table):
    limits = {"Small": (0, 3000), "Medium": (3000, 7000), "Large": (7000, 10**6)}
    for row in table.to_pylist():
        low, high = limits[row["dealsize"]]
        assert low <= row["sales"] < high


def test_some_territories_are_missing_and_some_names_hold_commas(table):
    missing = table["territory"].null_count / table.num_rows
    assert 0.02 < missing < 0.10
    commas = [name for name in set(table["customername"].to_pylist()) if "," in name]
    assert len(commas) > 20
    assert re.search(r'"[^"]+, Inc\."', COMMITTED.read_text(encoding="utf-8"))


def test_the_lake_has_the_same_rows_without_commas():
    plain, full = sales.quarter(3, 0.01), sales.quarter(3, 0.01, commas=True)
    assert b'"' not in formats.delimited(plain, ",")
    assert plain["sales"] == full["sales"]
    assert [name.replace(",", "") for name in full["customername"].to_pylist()] == plain["customername"].to_pylist()


def test_order_numbers_run_on_from_quarter_to_quarter():
    first = FIRST = sales.FIRST_ORDER
    for part in range(12):
        numbers = set(sales.quarter(part, 0.02)["ordernumber"].to_pylist())
        assert min(numbers) == first
        first = max(numbers) + 1
    assert first - FIRST == sum(sales.orders_in(part, 0.02) for part in range(12))


def test_scale_multiplies_the_orders():
    assert sales.orders_in(0, 2) == 2 * sales.orders_in(0, 1) == 4000
