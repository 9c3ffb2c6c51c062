"""Charts: the same picture every time, every number also in words."""

import struct

import pytest

from helpers import charts, display


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
