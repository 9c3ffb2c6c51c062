"""The explorer: its arithmetic by hand, its sliders for real, and what a notebook keeps of it."""

from decimal import Decimal

import pytest
from nbclient import NotebookClient
from nbformat import v4

from helpers import explorer
from helpers.course.notebooks import NOTEBOOKS, normalise, text_of
from helpers.explorer import Assumptions, Explorer, month

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.mark.parametrize(
    ("given", "athena", "cluster"),
    [
        # 300 TB × $5; 720 h × ($0.252 + $0.063)
        (Assumptions(tb_per_day=10), "1500", "226.80"),
        # 60 TB × $5; a TB takes 2 nodes 8/9 h, so (16/9 + 4) h × 2 nodes × 30 = 346 2/3 node-hours × $0.315
        (Assumptions(tb_per_day=2, nodes=2, idle_hours=4), "300", "109.20"),
        # 720 h × ($0.1038 + $0.063)
        (Assumptions(tb_per_day=10, spot_share=1), "1500", "120.096"),
        # half of the hours on Spot: 720 h × ($0.126 + $0.0519 + $0.063)
        (Assumptions(tb_per_day=10, spot_share=0.5), "1500", "173.448"),
        # nothing to read and never idle: the cluster is not up
        (Assumptions(tb_per_day=0, idle_hours=0), "0", "0"),
        # 720 h × ($0.10 + $0.063)
        (Assumptions(tb_per_day=1, node_usd_per_hour=0.1), "150", "117.36"),
    ],
)
def test_both_bills_by_hand(given, athena, cluster):
    result = month(given)
    assert (result.athena.usd, round(result.cluster.usd, 6)) == (Decimal(athena), Decimal(cluster))


@pytest.mark.parametrize(
    ("given", "tb_per_day"),
    [
        (Assumptions(), 24 * 0.315 / 5),  # up all day, whatever it reads
        (Assumptions(nodes=3), 3 * 24 * 0.315 / 5),
        (Assumptions(idle_hours=4, nodes=2), 0.63 * 4 / (5 - 0.63 * 8 / 9)),
        (Assumptions(idle_hours=0), 0),  # $0.56 a TB when busy, against $5
        (Assumptions(node_usd_per_hour=2.8), None),  # 24 × $2.863 = $68.71 buys 13.74 TB; a day reads 13.5
        (Assumptions(node_usd_per_hour=2.8, idle_hours=0), None),  # $5.09 a TB, however busy
    ],
)
def test_the_break_even_by_hand(given, tb_per_day):
    found = month(given).break_even_tb_per_day
    assert found is None if tb_per_day is None else float(found) == pytest.approx(tb_per_day)


@pytest.mark.parametrize(("idle_hours", "found"), [(6, 0.4257), (23, 1.512)])
def test_at_the_break_even_both_cost_the_same(idle_hours, found):
    even = month(Assumptions(idle_hours=idle_hours)).break_even_tb_per_day
    assert float(even) == pytest.approx(found, abs=1e-4)  # 0.315 × 6 / 4.44; 24 × 0.315 / 5: up all day by then
    there = month(Assumptions(tb_per_day=float(even), idle_hours=idle_hours))
    assert float(there.athena) == pytest.approx(float(there.cluster), rel=1e-6)


@pytest.mark.parametrize(("tb_per_day", "feasible"), [(13.5, True), (13.6, False)])
def test_a_day_holds_13_and_a_half_tb(tb_per_day, feasible):
    result = month(Assumptions(tb_per_day=tb_per_day))
    assert result.feasible is feasible and result.possible_tb_per_day == Decimal("13.5")
    assert explorer.cheaper(result) == ("cluster" if feasible else "Athena")


def test_a_moved_slider_changes_the_table():
    shown = Explorer(Assumptions(tb_per_day=10))
    assert "$1,500.00 a month" in shown.text and "$226.80 a month" in shown.text
    shown.sliders["tb_per_day"].value = 2
    shown.sliders["nodes"].value = 2
    shown.sliders["idle_hours"].value = 4
    assert shown.assumptions == Assumptions(tb_per_day=2, nodes=2, idle_hours=4)
    assert "$300.00 a month" in shown.text and "$109.20 a month" in shown.text
    shown.sliders["spot_share"].value = 100  # per cent: 346 2/3 × $0.1668
    assert "$57.82 a month" in shown.text and "EC2 Spot + EMR fee" in shown.text
    shown.sliders["tb_per_day"].value = 30
    assert "NOT possible" in shown.text and "the cluster cannot do the work" in shown.text


def test_outside_a_notebook_the_table_is_printed(capsys):
    explorer.show(tb_per_day=2, nodes=2, idle_hours=4)
    assert "$109.20 a month" in capsys.readouterr().out


def test_a_start_beyond_a_slider_moves_its_end():
    shown = Explorer(Assumptions(tb_per_day=120))
    assert shown.sliders["tb_per_day"].value == 120 and "$18,000.00 a month" in shown.text


@pytest.fixture(scope="module")
def notebook():
    """A notebook in which the explorer was shown and, in the next cell, a slider moved."""
    cells = [
        "import sys; sys.path.insert(0, '..')\nfrom helpers.explorer import Assumptions, Explorer",
        "shown = Explorer(Assumptions(tb_per_day=10))\nshown.show()",
        "shown.sliders['tb_per_day'].value = 2",
    ]
    found = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells])
    here = {"metadata": {"path": str(NOTEBOOKS)}}
    NotebookClient(found, timeout=120, kernel_name="python3", resources=here).execute()
    return found


def test_the_picture_and_the_table_in_the_notebook_follow_the_slider(notebook):
    sliders, picture, table = notebook.cells[1].outputs
    assert WIDGET in sliders.data and sliders.data["text/plain"] == explorer.READ_ONLY
    assert "image/png" in picture.data and "Athena     $300.00" not in picture.metadata["image/png"]["alt"]
    assert "$300.00 a month" in table.data["text/plain"] and "<td" in table.data["text/html"]
    assert "$1,500.00" not in table.data["text/plain"]
    assert notebook.cells[2].outputs == []


def test_the_normal_form_keeps_what_can_be_read_and_no_widget(notebook):
    tidy = normalise(notebook)
    text = text_of(tidy)
    assert "widget" not in text and explorer.READ_ONLY in text
    assert [sorted(output.data) for output in tidy.cells[1].outputs] == [
        ["text/plain"],
        ["image/png"],
        ["text/html", "text/plain"],
    ]
    assert WIDGET in notebook.cells[1].outputs[0].data  # the original is left alone
