"""The figures of reports, against pandas straight from the committed CSV; their pages; warm against cold."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest

from helpers.course.notebooks import INJECTED, NOTEBOOKS, normalise, read, tags, text_of
from tests.notebooks.test_pages_offline import loads
from tests.reports.running import ROOT, report, whole_reports

# year, territory, quarter, currency, top_n, units of the currency for a USD (Federal Reserve, G.5A)
CASES = [
    (2004, "EMEA", "all", "USD", 5, "1"),
    (2003, "all", "all", "EUR", 3, "0.8833"),  # no year before
    (2005, "all", "4", "JPY", 50, "110.11"),  # every customer
    (2005, "NA", "2", "EUR", 1, "0.8033"),  # a territory that pandas takes for a missing value
    (2004, "Japan", "1", "USD", 5, "1"),  # no order at all, and none the year before
    (2004, "Japan", "4", "CHF", 2, "1.2428"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory, endpoint):
    """The folder of the reports of CASES, made side by side."""
    folder = tmp_path_factory.mktemp("reports")
    lines = ["year,territory,quarter,currency,top_n", *(",".join(map(str, case[:5])) for case in CASES)]
    (folder / "reports.csv").write_text("\n".join(lines) + "\n")
    answer = report("--params", folder / "reports.csv", "--out", folder / "out", "--workers", 2, **endpoint)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def lines():
    """Every order line, amounts in whole cents."""
    frame = pd.read_csv(ROOT / "data" / "sales_order_data.csv", dtype=str, keep_default_na=False)
    frame["cents"] = frame["sales"].str.replace(".", "").astype(int)
    for name in ("year_id", "qtr_id", "month_id", "quantityordered"):
        frame[name] = frame[name].astype(int)
    return frame


def name_of(case) -> str:
    year, territory, quarter, currency, top_n, _ = case
    return f"sales_report-{year}-{territory}-{quarter}-{currency}-{top_n}"


def converted(cents: int, case) -> float:
    smallest = Decimal(1) if case[3] == "JPY" else Decimal("0.01")
    return float((Decimal(int(cents)) / 100 * Decimal(case[5])).quantize(smallest, ROUND_HALF_UP))


def scope_of(lines, case, year):
    found = lines[lines.year_id == year]
    if case[1] != "all":
        found = found[found.territory == case[1]]
    return found if case[2] == "all" else found[found.qtr_id == int(case[2])]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_figures_equal_those_of_pandas(case, made, lines):
    summary = json.loads((made / name_of(case) / f"{name_of(case)}.json").read_text())
    figures = summary["figures"]
    now, before = scope_of(lines, case, case[0]), scope_of(lines, case, case[0] - 1)

    assert figures["revenue"] == converted(now.cents.sum(), case)
    assert figures["orders"] == now.ordernumber.nunique()
    assert figures["order_lines"] == len(now)
    assert figures["customers"] == now.customername.nunique()
    assert figures["last_day"] == (now.orderdate.max() if len(now) else None)
    if len(before):
        assert figures["revenue_before"] == converted(before.cents.sum(), case)
        change = 100 * (int(now.cents.sum()) - int(before.cents.sum())) / int(before.cents.sum())
        assert figures["change_percent"] == pytest.approx(change, abs=0.0501)
    else:
        assert figures["revenue_before"] is None and figures["change_percent"] is None

    months = range(1, 13) if case[2] == "all" else range(3 * int(case[2]) - 2, 3 * int(case[2]) + 1)
    assert figures["months"] == [
        {
            "month": month,
            "revenue": converted(now[now.month_id == month].cents.sum(), case),
            "revenue_before": converted(before[before.month_id == month].cents.sum(), case),
            "orders": now[now.month_id == month].ordernumber.nunique(),
        }
        for month in months
    ]
    found = {row["product_line"]: (row["revenue"], row["revenue_before"]) for row in figures["product_lines"]}
    assert found == {
        name: (converted(now[now.productline == name].cents.sum(), case),
               converted(before[before.productline == name].cents.sum(), case))
        for name in sorted({*now.productline, *before.productline})
    }  # fmt: skip

    customers = now.groupby("customername").agg(cents=("cents", "sum"), orders=("ordernumber", "nunique"))
    top = customers.reset_index().sort_values(["cents", "customername"], ascending=[False, True]).head(case[4])
    assert [(row["rank"], row["customer"], row["revenue"], row["orders"]) for row in figures["top_customers"]] == [
        (rank, row.customername, converted(row.cents, case), row.orders)
        for rank, row in enumerate(top.itertuples(), start=1)
    ]
    statuses = now.groupby("status").agg(cents=("cents", "sum"), orders=("ordernumber", "nunique"))
    assert {row["status"]: (row["orders"], row["revenue"]) for row in figures["order_status"]} == {
        row.Index: (row.orders, converted(row.cents, case)) for row in statuses.itertuples()
    }
    assert figures["quality"] == {
        "missing_months": [month for month in months if month not in set(now.month_id)],
        "negative_quantities": int((now.quantityordered < 1).sum()),
        "repeated_lines": int(now.duplicated(["ordernumber", "orderlinenumber"]).sum()),
        "wrong_amounts": 0,
        "without_territory": int((now.territory == "").sum()),
    }


def test_queries_and_what_they_cost(made):
    """Six queries over one CSV of 557,930 bytes (data/README.md), each billed as 10 MB at 5 USD a TB."""
    summary = json.loads((made / name_of(CASES[0]) / f"{name_of(CASES[0])}.json").read_text())
    assert [each["name"] for each in summary["queries"]] == [
        "totals", "months", "product_lines", "customers", "statuses", "faults",
    ]  # fmt: skip
    assert {each["bytes_scanned"] for each in summary["queries"]} == {557_930}
    assert summary["bytes_scanned"] == 6 * 557_930
    assert Decimal(summary["cost_usd"]) == Decimal("0.0003")


def test_each_report_is_whole_and_the_index_lists_it(made):
    assert whole_reports(made) == sorted(map(name_of, CASES))
    index = (made / "index.html").read_text()
    assert loads(index) == []
    for case in CASES:
        assert f'href="{name_of(case)}/{name_of(case)}.html"' in index
    for target in re.findall(r'href="([^":#]+)"', index):
        assert (made / target).exists(), target


def test_pages_need_no_network_and_show_neither_code_nor_lesson(made):
    for case in CASES:
        page = (made / name_of(case) / f"{name_of(case)}.html").read_text()
        assert loads(page) == []
        assert 'class="highlight' not in page and 'class="input' not in page
        for hidden in ("SELECT", "report.headline", "Exercise", "How it is made", "checks.check", "Summary"):
            assert hidden not in page, hidden
        for shown in ("Sales report", "Revenue by month", "Data quality", "What this report cost"):
            assert shown in page, shown
    full = (made / name_of(CASES[0]) / f"{name_of(CASES[0])}.html").read_text()
    assert full.count("data:image/png;base64,") == 2 and full.count("alt=") >= 2


def test_with_code_the_page_shows_sql(tmp_path, endpoint):
    answer = report("--code", "--out", tmp_path / "out", "--territory", "Japan", **endpoint)
    assert answer.returncode == 0, answer.stderr
    name = "sales_report-2004-Japan-all-USD-5"
    page = (tmp_path / "out" / name / f"{name}.html").read_text()
    assert "SELECT" in page and "Parameters of this run" in page and "Exercise" not in page


def test_a_warm_kernel_gives_what_a_cold_one_gives(made, tmp_path):
    """Plain papermill, with an endpoint and a kernel of its own, writes the same notebook to the last byte."""
    case = CASES[3]
    lesson, cold = NOTEBOOKS / "12_sales_report.ipynb", tmp_path / "cold.ipynb"
    given = "-p YEAR 2005 -r TERRITORY NA -r QUARTER 2 -r CURRENCY EUR -p TOP_N 1".split()
    subprocess.run(
        [sys.executable, "-m", "papermill", lesson, cold, "--cwd", lesson.parent, "-k", "python3", *given],
        cwd=ROOT, check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    assert comparable(made / name_of(case) / f"{name_of(case)}.ipynb") == comparable(cold)


def comparable(path) -> str:
    notebook = normalise(read(path))
    notebook.cells = [cell for cell in notebook.cells if INJECTED not in tags(cell)]  # one names MODE, one does not
    return text_of(notebook)
