"""The picture of a year by month: two bars a month, this year's and that of the year before."""

from __future__ import annotations

from calendar import month_abbr
from collections.abc import Mapping, Sequence

from helpers.drawing import BLUE, in_the_look, new_figure, scale, show

from . import layout

GREY = "#BBBBBB"


@in_the_look
def draw_months(rows: Sequence[Mapping], title: str, unit: str, year: int) -> None:
    """Draw the rows of `Report.by_month`, and print them as a table.

    rows  month (1 to 12), revenue, revenue_before (in `unit`), orders
    """
    figure, axes = new_figure(3.2)
    places = range(len(rows))
    for offset, name, key, colour in (
        (-0.2, str(year - 1), "revenue_before", GREY),
        (0.2, str(year), "revenue", BLUE),
    ):
        axes.bar([place + offset for place in places], [row[key] for row in rows], 0.38, color=colour, label=name)
    axes.set_xticks(places, [month_abbr[row["month"]] for row in rows])
    axes.tick_params(axis="x", length=0)
    scale(axes, "y", unit, False)
    axes.set_ylabel(unit)
    axes.grid(axis="y", color="#E5E5E5", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_title(title, pad=26)
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2, borderpad=0)
    table = [
        (month_abbr[row["month"]], round(row["revenue"]), round(row["revenue_before"]), row["orders"]) for row in rows
    ]
    columns = ["month", f"{year}, {unit}", f"{year - 1}, {unit}", f"orders {year}"]
    show(figure, f"{title}\n" + layout.table(columns, table)[1])
