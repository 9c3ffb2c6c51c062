"""A cost shows its arithmetic, adds up, and writes numbers one way."""

from decimal import Decimal

import pytest

from helpers import costs

TEN_DAYS = costs.Cost("Athena", (costs.line("data scanned", 100, "TB scanned", "5.00"),))
A_MONTH = costs.fixed_cost("Spark", 50)


def test_a_cost_is_the_sum_of_its_lines():
    assert TEN_DAYS.usd == 500
    assert TEN_DAYS.lines == (("data scanned", 100, "TB scanned", Decimal("5.00"), 500),)


def test_printed_it_shows_every_line():
    assert str(TEN_DAYS) == "Athena: $500.00\n  data scanned  100 TB scanned × $5.00 = $500.00"


def test_a_unit_that_begins_with_a_number_is_multiplied():
    assert str(costs.line("S3 reads", "2.5", "1000 GET", "0.0004")) == "2.5 × 1000 GET × $0.0004 = $0.001000"


def test_labels_are_aligned():
    both = costs.total("both", [TEN_DAYS, A_MONTH])
    assert str(both).splitlines() == [
        "both: $550.00",
        "  data scanned  100 TB scanned × $5.00 = $500.00",
        "  fixed         1 month × $50.00 = $50.00",
    ]


def test_costs_add_up_and_sum():
    assert (TEN_DAYS + A_MONTH).usd == 550
    assert (TEN_DAYS + A_MONTH).title == "Athena + Spark"
    assert sum([TEN_DAYS, A_MONTH, A_MONTH]).usd == 600
    assert sum([A_MONTH]) == A_MONTH


def test_a_cost_and_a_number_do_not_add_up():
    with pytest.raises(TypeError):
        TEN_DAYS + 5
    with pytest.raises(TypeError):
        5 + TEN_DAYS


def test_a_cost_times_a_number_keeps_its_arithmetic_right():
    threefold = 3 * TEN_DAYS
    assert threefold.usd == 1500
    assert threefold.lines[0].quantity == 300
    assert str(threefold).splitlines()[0] == "Athena, × 3: $1,500.00"
    with pytest.raises(costs.CostError, match="-1"):
        TEN_DAYS * -1


def test_a_notebook_shows_the_arithmetic():
    shown = []
    printer = type("Printer", (), {"text": staticmethod(shown.append)})
    TEN_DAYS._repr_pretty_(printer, False)
    assert shown == [str(TEN_DAYS)]


def test_for_plots_there_is_a_float():
    assert float(TEN_DAYS) == 500.0


def test_tenths_do_not_drift():
    dime = costs.fixed_cost("dime", "0.1")
    assert sum([dime] * 10).usd == 1
    assert costs.fixed_cost("float", 0.1).usd == Decimal("0.1")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (-1, "cannot be negative: -1"),
        ("ten", "is no number: 'ten'"),
        (None, "is no number"),
        (float("nan"), "must be finite"),
        (float("inf"), "must be finite"),
    ],
)
def test_quantities_that_make_no_sense_are_refused_by_name(wrong, says):
    with pytest.raises(costs.CostError, match=says) as caught:
        costs.s3_cost(wrong)
    assert str(caught.value).startswith("stored_bytes ")
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_numpy_numbers_are_numbers():
    numpy = pytest.importorskip("numpy")
    assert costs.athena_scan_cost(numpy.int64(10**12), numpy.float64(30)).usd == 150


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        ("5", "$5.00"),
        ("0.252", "$0.252"),
        ("0.30", "$0.30"),
        ("0.0000166667", "$0.0000166667"),
        ("1200", "$1,200.00"),
    ],
)
def test_a_rate_keeps_every_digit(rate, text):
    assert costs.format_rate(Decimal(rate)) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("730", "730"),
        ("1460", "1,460"),
        ("45.99", "45.99"),
        ("17.777777", "17.7778"),
        ("0.000001", "0.000001"),
        ("0.00012345678", "0.0001235"),
        ("0", "0"),
        ("100", "100"),
    ],
)
def test_a_quantity_has_at_most_four_digits_behind_the_point_or_four_that_count(number, text):
    assert costs.format_number(Decimal(number)) == text


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("10TB", 10 * 10**12),
        ("1.5 GB", 1_500_000_000),
        ("1TiB", 2**40),
        ("512 mib", 512 * 2**20),
        ("1,000 MB", 10**9),
        ("7B", 7),
    ],
)
def test_sizes_as_people_type_them(text, size):
    assert costs.parse_bytes(text) == size


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("10", "is no size"),
        ("TB", "is no size"),
        ("", "is no size"),
        ("10XB", "unknown unit 'XB'.*there are: B, KB"),
        ("-1TB", "is negative"),
        ("10TB/day", "is a rate"),
        ("10TB/week", "unknown period 'week'"),
        ("1e3TB", "is no size"),
    ],
)
def test_sizes_that_cannot_be_read_say_why(text, says):
    with pytest.raises(costs.CostError, match=says):
        costs.parse_bytes(text)
