"""A month of Athena beside a month of a cluster, with sliders for what is uncertain.

    explorer.show(tb_per_day=10)

shows sliders, a picture and a table. In Jupyter a moved slider redraws the picture and the table; where the
notebook is only read (a web page, a review, a run without anybody watching) the same picture and table stand
there for the values that the call named. The arithmetic is `month`, a pure function.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import NamedTuple
from uuid import uuid4

from helpers import charts, costs, display, tables

INSTANCE = "r5.xlarge"
DAYS = costs.DAYS_PER_MONTH
READ_ONLY = "Sliders: they appear where this cell is run in Jupyter; below is what they start with."


@dataclass(frozen=True)
class Assumptions:
    """What the sliders set: TB scanned a day, nodes, EC2's USD per node and hour (on demand), the share of
    the node-hours on Spot (0 to 1), hours a day that the cluster is up without work (24: never switched off)."""

    tb_per_day: float = 10.0
    nodes: int = 1
    node_usd_per_hour: float = float(costs.price(f"ec2.{INSTANCE}").usd)
    spot_share: float = 0.0
    idle_hours: float = 24.0


class Month(NamedTuple):
    """Both bills for 30 days, and what the cluster's day looks like in hours."""

    athena: costs.Cost
    cluster: costs.Cost
    reading_hours: Decimal
    up_hours: Decimal
    possible_tb_per_day: Decimal
    break_even_tb_per_day: Decimal | None

    @property
    def feasible(self) -> bool:
        """Whether a day is long enough for the cluster to read a day's bytes."""
        return self.reading_hours <= 24


def spot_ratio() -> Decimal:
    """Spot as a share of the price on demand: the dear end of what was observed for r5.xlarge, 41 %."""
    return costs.price(f"spot.{INSTANCE}.high").usd / costs.price(f"ec2.{INSTANCE}").usd


def month(given: Assumptions) -> Month:
    """Athena on demand, and a cluster that is up while it reads plus its idle hours, at most 24 h a day.

    Reading: at the network baseline of r5.xlarge, 1.25 Gbps a node, the least time that it can take. A day
    without scans still has its idle hours. EBS, start-up and storage are left out.
    """
    tb_per_day, idle = Decimal(str(given.tb_per_day)), Decimal(str(given.idle_hours))
    speed = costs.cluster_throughput(INSTANCE, given.nodes)
    reading = speed.hours(tb_per_day * costs.TB)
    up = min(Decimal(24), reading + idle)
    athena = costs.athena_scan_cost(tb_per_day * costs.TB, DAYS)
    cluster = _cluster_cost(given, given.nodes * up * DAYS)
    even = _break_even(given, speed.hours(costs.TB))
    return Month(athena, cluster, reading, up, speed.bytes_per_day / costs.TB, even)


def _cluster_cost(given: Assumptions, node_hours: Decimal) -> costs.Cost:
    """EC2 at the given price, partly on Spot, and the EMR fee, which Spot does not lower."""
    usd, spot = Decimal(str(given.node_usd_per_hour)), Decimal(str(given.spot_share))
    fee = costs.price(f"emr.{INSTANCE}").usd
    parts = [
        costs.line("EC2 on demand", node_hours * (1 - spot), "node-hours", usd),
        costs.line("EC2 Spot", node_hours * spot, "node-hours", usd * spot_ratio()),
        costs.line("EMR fee", node_hours, "node-hours", fee),
    ]
    kept = tuple(part for part in parts if part.quantity or part.label == "EMR fee")
    return costs.Cost(f"Cluster of {given.nodes}, {DAYS} days", kept)


def _break_even(given: Assumptions, hours_per_tb: Decimal) -> Decimal | None:
    """TB a day at which both cost the same; None when the cluster is dearer per TB even when busy.

    A day of Athena costs r × t. A day of the cluster costs u × (h × t + idle) until it is up all day, then
    u × 24; r is USD per TB, u the USD of all nodes for an hour, h the hours that all nodes take for a TB.
    """
    rate, idle = costs.price("athena.sql").usd, Decimal(str(given.idle_hours))
    usd_per_hour = _cluster_cost(given, Decimal(given.nodes)).usd
    if idle < 24 and rate > hours_per_tb * usd_per_hour:
        meets = usd_per_hour * idle / (rate - hours_per_tb * usd_per_hour)
        if hours_per_tb * meets + idle <= 24:
            return meets
    always_up = usd_per_hour * 24 / rate
    return always_up if always_up * hours_per_tb <= 24 else None


# --- the same in words and as a picture ----------------------------------------------------------------


def rows(given: Assumptions) -> list[tuple[str, str, str]]:
    """The table under the sliders: what, how much, and the arithmetic behind it."""
    result = month(given)
    scanned = result.athena.lines[0]
    parts = result.cluster.lines
    sums = " + ".join(f"{part.quantity:,.0f} h × {costs.format_rate(part.rate)}" for part in parts)
    between = f"{_a_month(abs(result.athena.usd - result.cluster.usd))} between them"
    day = f"{result.reading_hours:.1f} h reading, {result.up_hours:.1f} h up"
    can = "possible" if result.feasible else "NOT possible: a day has 24 h"
    return [
        ("Athena", _a_month(result.athena), f"{scanned.quantity:,.1f} TB × {costs.format_rate(scanned.rate)}"),
        (" + ".join(part.label for part in parts), _a_month(result.cluster), sums),
        ("its day", day, f"{can}; at most {result.possible_tb_per_day:.1f} TB a day"),
        ("break-even", *_meeting_point(result.break_even_tb_per_day)),
        ("cheaper", cheaper(result), between if result.feasible else "the cluster cannot do the work"),
    ]


def _a_month(cost: costs.Cost | Decimal) -> str:
    return f"{costs.format_usd(getattr(cost, 'usd', cost))} a month"


def _meeting_point(tb_per_day: Decimal | None) -> tuple[str, str]:
    if tb_per_day is None:
        return "none", "where they would meet, this cluster cannot do the work"
    if tb_per_day == 0:
        return "0 TB a day", "no idle hours: the cluster is cheaper from the first TB on"
    return f"{tb_per_day:.2f} TB a day", "above it the cluster is cheaper"


def cheaper(result: Month) -> str:
    """`Athena` or `cluster`; a cluster that cannot do the work is not cheaper."""
    return "cluster" if result.feasible and result.cluster.usd < result.athena.usd else "Athena"


def table(given: Assumptions) -> str:
    """The rows as text."""
    return tables.text_table(["", "", "arithmetic"], rows(given))


def _draw(given: Assumptions):
    """Figure and text: both bills over TB a day, the cluster's line dotted where it cannot follow."""
    most = max(2 * given.tb_per_day, 2.0)
    places = [round(most * step / 40, 4) for step in range(41)]
    months = [month(replace(given, tb_per_day=place)) for place in places]
    name = f"cluster of {given.nodes}"
    series = {"Athena": [each.athena.usd for each in months], name: [each.cluster.usd for each in months]}
    possible = months[0].possible_tb_per_day
    return charts.draw_curves(
        places,
        series,
        "A month, by TB scanned a day",
        x_label="TB a day",
        unit="usd",
        possible_up_to={name: round(possible, 2)} if possible < most else None,
        marks={"you:": given.tb_per_day},
    )


class Explorer:
    """The sliders, and the picture and table that follow them.

    `sliders` name → widget (their names are the fields of Assumptions); `assumptions` what they say now;
    `text` the table shown last. A change of any slider's value redraws both.
    """

    def __init__(self, start: Assumptions):
        self.start = start
        self.sliders = _sliders(start)
        self.text = table(start)
        self._ids = (f"explorer-picture-{uuid4().hex}", f"explorer-table-{uuid4().hex}")
        for slider in self.sliders.values():
            slider.observe(self._follow, names="value")

    @property
    def assumptions(self) -> Assumptions:
        """What the sliders say now (Spot's slider is in per cent)."""
        values = {name: slider.value for name, slider in self.sliders.items()}
        return Assumptions(**{**values, "spot_share": values["spot_share"] / 100})

    def show(self) -> None:
        """Sliders, picture and table under the cell; outside a notebook the table is printed."""
        if not display.in_notebook():
            print(self.text)
            return
        from IPython.display import display as publish
        from ipywidgets import VBox

        view = VBox(list(self.sliders.values()))._repr_mimebundle_()
        publish({**view, "text/plain": READ_ONLY}, raw=True)
        self._redraw(self.start, update=False)

    def _follow(self, change) -> None:
        self.text = table(self.assumptions)
        if display.in_notebook():
            self._redraw(self.assumptions, update=True)

    def _redraw(self, given: Assumptions, update: bool) -> None:
        from IPython.display import display as publish

        figure, words = _draw(given)
        width, height = (int(side * charts.DPI * 0.92) for side in figure.get_size_inches())
        details = {"image/png": {"alt": words, "width": width, "height": height}}
        picture = {"image/png": charts.picture_of(figure)}
        publish(picture, raw=True, metadata=details, display_id=self._ids[0], update=update)
        publish(_bundle(given), raw=True, display_id=self._ids[1], update=update)


def show(**assumptions: float) -> Explorer | None:
    """Show the explorer, starting with these fields of Assumptions, for example tb_per_day=10."""
    Explorer(Assumptions(**assumptions)).show()


def _bundle(given: Assumptions) -> dict[str, str]:
    body = tables.html_table(["", "", "arithmetic"], rows(given))
    return {"text/plain": table(given), "text/html": f'<div class="tex2jax_ignore mathjax_ignore">{body}</div>'}


def _sliders(start: Assumptions) -> dict:
    """One slider per field of Assumptions; a range always holds the start."""
    from ipywidgets import FloatSlider, IntSlider, Layout

    values = asdict(start)
    common = {"continuous_update": False, "layout": Layout(width="32em"), "style": {"description_width": "13em"}}

    def slider(kind, name: str, words: str, low: float, high: float, step: float, digits: int, value=None):
        now = values[name] if value is None else value
        ends = {"min": min(low, now), "max": max(high, now), "step": step, "readout_format": f".{digits}f"}
        return kind(value=now, description=words, **common, **ends)

    return {
        "tb_per_day": slider(FloatSlider, "tb_per_day", "TB scanned a day", 0, 50, 0.5, 1),
        "nodes": slider(IntSlider, "nodes", "nodes (r5.xlarge)", 1, 20, 1, 0),
        "node_usd_per_hour": slider(FloatSlider, "node_usd_per_hour", "USD per node-hour", 0.05, 1, 0.001, 3),
        "spot_share": slider(FloatSlider, "spot_share", "on Spot, %", 0, 100, 5, 0, 100 * start.spot_share),
        "idle_hours": slider(FloatSlider, "idle_hours", "idle hours a day", 0, 24, 0.5, 1),
    }
