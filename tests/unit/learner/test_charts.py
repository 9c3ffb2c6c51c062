"""Charts: the same picture every time, every number also in words."""

import struct

import pytest

from helpers import charts, display, drawing


@pytest.fixture
def drawn(monkeypatch):
    """What the chart functions would show: (picture, text)."""
    shown = []
    monkeypatch.setattr(charts, "_show", lambda figure, text: shown.append((charts.picture_of(figure), text)))
    return shown


def test_bars_print_their_numbers(drawn):
    charts.bars({"CSV": 19_600_000, "Parquet": 1_800_000}, "Scanned", unit="bytes", limit=10_000_000,
                limit_label="minimum")  # fmt: skip
    picture, text = drawn[0]
    assert picture.startswith(b"\x89PNG")
    assert text.splitlines() == [
        "Scanned",
        "         bytes",
        "-------  -------",
        "CSV      19.6 MB",
        "Parquet  1.8 MB",
        "minimum: 10.0 MB",
    ]


def test_lines_print_at_most_ten_points_with_the_first_and_the_last(drawn):
    charts.lines(range(101), {"a": range(101)}, "Line", x_label="queries", mark=15, mark_label="break-even")
    lines = drawn[0][1].splitlines()
    assert lines[3].split() == ["0", "0"] and lines[12].split() == ["100", "100"]
    assert lines[13:] == ["(10 of 101 points)", "break-even: 15"]


def test_before_and_after_print_the_ratio(drawn):
    charts.before_after({"one column": (79_000_000, 410_000)}, "CTAS", unit="bytes", log=True)
    assert drawn[0][1].splitlines()[-1].split("  ") == ["one column", "79.0 MB", "410.0 KB", "÷ 192.7"]


def test_a_curve_ends_where_it_stops_being_possible(drawn):
    charts.curves([0, 5, 10], {"Athena": [0, 750, 1500], "cluster": [230, 230, 230]}, "A month", x_label="TB a day",
                  unit="usd", possible_up_to={"cluster": 8.1}, marks={"break-even": 1.5})  # fmt: skip
    assert [line.split()[1:] for line in drawn[0][1].splitlines()[3:6]] == [
        ["$0", "$230.00"],
        ["$750.00", "$230.00"],
        ["$1,500.00", "not", "possible"],
    ]
    assert drawn[0][1].splitlines()[6:] == ["cluster: possible up to 8.1 TB a day", "break-even: 1.5 TB a day"]


def test_a_tornado_has_its_widest_bar_on_top(drawn):
    charts.tornado({"price": (90, 120), "volume": (10, 300), "nothing": (100, 100)}, 100, "What moves it", unit="usd",
                   inputs={"volume": ("1 TB", "30 TB")})  # fmt: skip
    lines = drawn[0][1].splitlines()
    assert [line.split()[0] for line in lines[3:6]] == ["volume", "price", "nothing"]
    assert "1 TB: $10.00" in lines[3] and "30 TB: $300.00" in lines[3] and "low: $90.00" in lines[4]
    assert lines[-1] == "base: $100.00"


def test_a_distribution_prints_percentiles_and_the_share_below_the_mark(drawn):
    charts.distribution(list(range(101)), "Draws", unit="usd", mark=20, mark_label="the claim")
    lines = drawn[0][1].splitlines()
    assert [line.split()[-1] for line in lines[3:8]] == ["$5.00", "$25.00", "$50.00", "$75.00", "$95.00"]
    assert lines[-1] == "20% of 101 draws are below the claim ($20.00)"  # 0 to 19 of 0 to 100


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.00008, "usd", "$0.00008"),
        (0, "usd", "$0"),
        (1500, "usd", "$1,500"),
        (2.5, "usd", "$2.5"),
        (-0.25, "usd", "-$0.25"),
        (0.1 + 0.2, "", "0.3"),
        (1_000_000, "queries", "1,000,000"),
    ],
)
def test_numbers_on_axes_are_written_out(value, unit, text):
    assert drawing.tick(value, unit) == text


def test_the_same_chart_is_the_same_picture(drawn):
    for _ in range(2):
        charts.lines([1, 2], {"a": [1, 2], "b": [2, 1]}, "x", x_label="n", unit="usd")
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("values", [{"zero": 0}, {"zero": 0, "one": 1}, {"$": 5}])
def test_zeros_and_dollar_signs_can_be_drawn(drawn, values):
    charts.bars(values, "Price in $ and $", unit="usd", log=0 in values.values())
    assert drawn


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [(10, 5, "÷ 2.0"), (5, 10, "× 2.0"), (0, 0, "same"), (1, 0, "to 0"), (0, 1, "from 0")],
)
def test_ratios_in_words(before, after, text):
    assert charts.times(before, after) == text


def test_the_palette_is_okabe_and_itos():
    # Okabe & Ito, Color Universal Design (2008), in hexadecimal
    assert {charts.ORANGE, charts.SKY, charts.GREEN, charts.YELLOW, charts.BLUE, charts.VERMILION, charts.PURPLE} == {
        "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
    }  # fmt: skip


def test_a_text_as_a_picture_fits_its_box():
    picture, width, height = display.text_picture("12.34 s")
    assert struct.unpack(">II", picture[16:24]) in {
        (2 * width, 2 * height),
        (2 * width + 1, 2 * height),
        (2 * width, 2 * height + 1),
        (2 * width + 1, 2 * height + 1),
    }
    assert 30 < width < 120 and 8 < height < 30
    assert display.text_picture("12.34 s") == (picture, width, height)
