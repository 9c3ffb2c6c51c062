"""What a report says: changes, warnings, currencies by hand arithmetic; data from outside cannot become markup."""

from __future__ import annotations

from decimal import Decimal

import pytest

from helpers.reports import layout, pages, story, warnings
from helpers.reports.currency import PER_USD, Currency
from helpers.results import Column, Result


def result(columns: dict[str, str], *rows: list) -> Result:
    return Result(
        sql="", query_id="", state="SUCCEEDED", statement_type="DML", substatement_type="SELECT",
        columns=[Column(name, kind) for name, kind in columns.items()], texts=list(rows), bytes_scanned=1, seconds=0,
    )  # fmt: skip


TOTALS = {
    "year": "integer", "revenue": "decimal", "orders": "bigint", "order_lines": "bigint", "customers": "bigint",
    "last_day": "varchar",
}  # fmt: skip


@pytest.fixture
def report():
    return story.Report(2004, "all", "all", "EUR", 5)


@pytest.mark.parametrize(
    ("now", "before", "percent"),
    [
        (150, 100, 50.0),
        (100, 300, -66.7),
        (0, 80, -100.0),
        (None, 80, -100.0),
        (5, 0, None),
        (5, None, None),
        (7, 7, 0.0),
    ],
)
def test_change(now, before, percent):
    assert story.change_in_percent(now and Decimal(now), before and Decimal(before)) == percent


def test_amounts_are_rounded_half_up_to_the_smallest_unit():
    assert Currency("EUR", 2004).amount(Decimal("0.625")) == Decimal("0.50")  # 0.625 × 0.8040 = 0.5025
    assert Currency("USD", 2004).amount(Decimal("0.005")) == Decimal("0.01")
    assert Currency("JPY", 2004).amount(Decimal("100.00")) == Decimal("10815")
    assert Currency("EUR", 2004).text(1_000_000) == "EUR 804,000"


def test_rates_agree_with_the_published_ones():
    """Table 3.28 of the Statistical Supplement, March 2005: the euro was worth 1.1321 and 1.2438 USD."""
    for year, usd in ((2003, "1.1321"), (2004, "1.2438")):
        assert abs(PER_USD["EUR"][year] * Decimal(usd) - 1) < Decimal("0.0001")


def test_both_years_are_converted_at_one_rate(report, capsys):
    row = ["110", "1004", "56", "2004-12-27"]
    report.headline(result(TOTALS, ["2003", "1000.00", *row], ["2004", "1000.00", *row]))
    assert report.figures["revenue"] == report.figures["revenue_before"] == 804
    assert report.figures["change_percent"] == 0.0


def test_all_warnings_at_once():
    counted = {"negative_quantities": 3, "repeated_lines": 1, "wrong_amounts": 2, "without_territory": 36}
    said = warnings.sentences(counted, [2, 11], 2004)
    assert said[0] == "No orders in 2 months of 2004: February, November. Missing data, or no sales?"
    assert said[1].startswith("3 order lines have a quantity below one")
    assert said[2].startswith("1 order line has the number of another line")
    assert len(said) == 5


def test_nothing_to_warn_of():
    assert warnings.sentences(dict.fromkeys(warnings.FAULTS, 0), [], 2004) == []
    assert warnings.sentences(dict.fromkeys(warnings.FAULTS), [], 2004) == []  # NULL: a scope without lines


def test_a_customer_cannot_write_markup():
    html, text = layout.table(["customer", "EUR"], [("<script>alert(1)</script>", 5)])
    assert "<script>" not in html and "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert(1)</script>" in text
    summary = {"report": "a", "error": "<b>x</b>", "parameters": {"WORD": "<i>"}, "scope": "<u>"}
    index = pages.index([summary, {**summary, "parameters": {"WORD": "<q>"}}])
    assert not any(tag in index for tag in ("<b>", "<i>", "<u>", "<q>")) and "&lt;b&gt;x" in index


def test_a_cell_that_runs_twice_is_counted_once(report):
    totals = result(TOTALS, ["2004", "1.00", "1", "1", "1", "2004-01-01"])
    report.headline(totals)
    report.headline(totals)
    assert [each["name"] for each in report.summary()["queries"]] == ["totals"]


def test_numbers_to_the_right_words_to_the_left():
    _, text = layout.table(["line", "change", "USD"], [("Planes", "+5.0 %", 1234), ("Classic Cars", "new", 5)])
    assert text.splitlines() == [
        "line          change    USD",
        "------------  ------  -----",
        "Planes        +5.0 %  1,234",
        "Classic Cars     new      5",
    ]
