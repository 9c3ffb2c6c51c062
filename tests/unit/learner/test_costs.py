"""The cost arithmetic, against sums done by hand."""

from decimal import Decimal

import pytest

from helpers import costs


def test_one_kilobyte_costs_the_same_as_ten_megabytes():
    # 10 MB / 1,000,000 MB per TB × $5 = $0.00005
    assert costs.athena_query_cost(1_000) == costs.athena_query_cost(10_000_000) == Decimal("0.00005")


def test_a_terabyte_costs_the_listed_five_dollars():
    assert costs.athena_query_cost(10**12) == Decimal("5")


def test_bytes_are_rounded_up_to_the_next_megabyte():
    assert costs.billed_megabytes(10_000_001) == 11
    assert costs.billed_megabytes(123_000_000) == 123
    assert costs.athena_query_cost(123_000_001) == Decimal("0.00062")  # 124 MB × $0.000005


def test_nothing_scanned_costs_nothing():
    assert costs.athena_query_cost(0) == 0


def test_the_other_reading_of_a_terabyte_is_9_05_percent_cheaper():
    # 1 TiB is one TB there, and 1,099,511.627776 MB, rounded up 1,099,512, here: $5.49756
    assert costs.athena_query_cost(2**40, terabyte_bytes=costs.BINARY_TB) == 5
    assert costs.athena_query_cost(2**40) == Decimal("5.49756")


def test_negative_bytes_are_refused():
    with pytest.raises(ValueError, match="-1"):
        costs.athena_query_cost(-1)


@pytest.mark.parametrize(
    ("state", "statement", "usd"),
    [
        ("SUCCEEDED", "DML", "0.0005"),
        ("SUCCEEDED", "DDL", "0.0005"),  # CREATE TABLE AS SELECT, which pays for its scan
        ("CANCELLED", "DML", "0.0005"),
        ("FAILED", "DML", "0"),
    ],
)
def test_who_pays_for_a_scan_of_100_megabytes(state, statement, usd):
    execution = {
        "Status": {"State": state},
        "StatementType": statement,
        "Statistics": {"DataScannedInBytes": 100_000_000},
    }
    assert costs.athena_execution_cost(execution) == Decimal(usd)


def test_the_arithmetic_is_shown_beside_the_price():
    assert costs.athena_query_arithmetic(123_400_000) == "$0.000620 (124 MB × $5.00 per TB)"
    assert costs.athena_query_arithmetic(1) == "$0.000050 (10 MB minimum)"
    assert costs.athena_query_arithmetic(0) == "$0 (nothing scanned)"


def test_storage_and_requests():
    assert costs.s3_storage_cost(100 * 10**9, months=2) == Decimal("4.6")  # 100 GB × 0.023 × 2
    assert costs.s3_request_cost(gets=1000, puts=1000) == Decimal("0.0054")


def test_break_even_counts_whole_queries():
    # saving 0.0004 - 0.00005 = 0.00035 a query; 0.001 / 0.00035 = 2.86
    assert costs.break_even_queries(Decimal("0.001"), Decimal("0.0004"), Decimal("0.00005")) == 3
    assert costs.break_even_queries(Decimal("0.0007"), Decimal("0.0004"), Decimal("0.00005")) == 2
    assert costs.break_even_queries(Decimal("1"), Decimal("1"), Decimal("1")) is None


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 KB"),
        (1_234_567, "1.2 MB"),
        (999_949, "999.9 KB"),
        (999_950, "1.0 MB"),
        (79_000_000, "79.0 MB"),
        (5 * 10**12, "5.0 TB"),
    ],
)
def test_bytes_as_the_course_writes_them(size, text):
    assert costs.format_bytes(size) == text


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        ("0", "$0"),
        ("1500", "$1,500.00"),
        ("0.25", "$0.2500"),
        ("0.00005", "$0.000050"),
        ("0.0000004", "$0.00000040"),
        ("-2.5", "-$2.50"),
    ],
)
def test_dollars_as_the_course_writes_them(usd, text):
    assert costs.format_usd(Decimal(usd)) == text


def test_every_price_says_where_it_comes_from():
    for price in costs.prices().values():
        assert price.usd > 0
        assert price.unit and price.source and price.region == "us-east-1"
        assert price.status in ("confirmed", "agreeing", "third-party", "weak")
        assert 2023 <= price.date.year <= 2026


def test_an_unknown_price_names_the_known_ones():
    with pytest.raises(KeyError, match=r"athena\.sql"):
        costs.price("athena.sq")
