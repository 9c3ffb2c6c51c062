"""Draw it: one look for the whole course, colour-blind safe, every picture with a text twin.

    charts.bars({"CSV": 19_600_000, "Parquet": 1_800_000}, "Bytes scanned by SELECT *", unit="bytes")

Each function shows a picture and prints the same numbers, so that nothing depends on seeing it; the
description is also the picture's alternative text. Colours are Okabe and Ito's palette (2008).
"""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from helpers import costs, display, tables

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW, BLACK = "#56B4E9", "#CC79A7", "#F0E442", "#000000"
PALETTE = (BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, BLACK)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")  # lines differ in shape as well as in colour
WIDTH, DPI = 7.2, 110  # inches; dots per inch
LOOK = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so it is the same everywhere
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.grid": False,
    "text.parse_math": False,  # a dollar sign is a dollar sign
}
Number = int | float | Decimal
in_the_look = matplotlib.rc_context(LOOK)  # decorates what draws: matplotlib reads its settings while drawing


def quantity(value: Number, unit: str) -> str:
    """A number with its unit, as the whole course writes it: bytes → `1.8 MB`, usd → `$0.000050`."""
    if unit == "bytes":
        return costs.format_bytes(value)
    if unit == "usd":
        return costs.format_usd(value)
    number = f"{value:,}" if isinstance(value, int) else f"{float(value):,.6g}"
    return f"{number} {unit}".strip()


@in_the_look
def bars(
    values: Mapping[str, Number],
    title: str,
    *,
    unit: str = "",
    log: bool = False,
    highlight: str | Sequence[str] | None = None,
    limit: Number | None = None,
    limit_label: str = "",
) -> None:
    """Horizontal bars in the order given, each with its number; prints the same as a table.

    values     label → number
    unit       "bytes", "usd", or a word such as "queries"
    log        logarithmic axis, for numbers that differ by more than a hundredfold
    highlight  the label or labels that the picture is about; the others are grey
    limit      a vertical line, for example Athena's minimum of 10_000_000 bytes
    """
    chosen = [highlight] if isinstance(highlight, str) else list(highlight or values)
    log = log and max(values.values()) > 0
    figure, axes = _figure(0.9 + 0.42 * len(values))
    labels, numbers = list(values), [float(value) for value in values.values()]
    colours = [BLUE if label in chosen else "#BBBBBB" for label in labels]
    drawn = axes.barh(labels, numbers, color=colours, height=0.62)
    axes.bar_label(drawn, [quantity(value, unit) for value in values.values()], padding=4)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    _scale(axes, "x", unit, log)
    axes.margins(x=0.16)
    if log:
        axes.set_xlim(left=10 ** (_decade(min(filter(None, numbers))) - 1))
    if limit is not None:
        axes.axvline(float(limit), color=VERMILION, linestyle="--", linewidth=1.2)
        name = f"{limit_label} {quantity(limit, unit)}".strip()
        axes.annotate(name, (float(limit), 1), xycoords=("data", "axes fraction"), xytext=(4, 2),
                      textcoords="offset points", color=VERMILION, fontsize=9)  # fmt: skip
    axes.set_title(title, pad=18 if limit is not None else 8)
    text = f"{title}\n" + tables.text_table(
        ["", unit or "value"], [(label, quantity(value, unit)) for label, value in values.items()]
    )
    if limit is not None:
        text += f"\n{limit_label or 'limit'}: {quantity(limit, unit)}"
    _show(figure, text)


@in_the_look
def lines(
    x: Sequence[Number],
    series: Mapping[str, Sequence[Number]],
    title: str,
    *,
    x_label: str,
    unit: str = "",
    log: bool = False,
    mark: Number | None = None,
    mark_label: str = "",
) -> None:
    """One line per entry of `series` over `x`; prints the same as a table.

    mark  an x value to point at with a vertical line, for example a break-even
    """
    figure, axes = _figure(3.6)
    for index, (name, values) in enumerate(series.items()):
        colour = PALETTE[index % len(PALETTE)]
        marker = MARKERS[index % len(MARKERS)] if len(x) <= 30 else None
        axes.plot([float(each) for each in x], [float(value) for value in values], color=colour,
                  marker=marker, markersize=4, linewidth=1.8, label=name)  # fmt: skip
    if mark is not None:
        axes.axvline(float(mark), color="#767676", linestyle=":", linewidth=1.4)
        axes.annotate(f"{mark_label} {quantity(mark, '')}".strip(), (float(mark), 1), xytext=(4, -2),
                      xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=9,
                      va="top")  # fmt: skip
    axes.set_xlabel(x_label)
    _scale(axes, "y", unit, log)
    axes.grid(axis="y", color="#E5E5E5", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_title(title)
    axes.legend(frameon=False)
    shown = _spread(len(x))
    rows = [
        [quantity(x[index], ""), *(quantity(values[index], unit) for values in series.values())] for index in shown
    ]
    text = f"{title}\n" + tables.text_table([x_label, *series], rows)
    if len(shown) < len(x):
        text += f"\n({len(shown)} of {len(x)} points)"
    if mark is not None:
        text += f"\n{mark_label or 'mark'}: {quantity(mark, '')}"
    _show(figure, text)


@in_the_look
def before_after(
    values: Mapping[str, tuple[Number, Number]],
    title: str,
    *,
    unit: str = "",
    names: tuple[str, str] = ("before", "after"),
    log: bool = False,
) -> None:
    """Two bars per label and how many times smaller the second is; prints the same as a table.

    values  label → (before, after), for example {"one column": (79_000_000, 410_000)}
    """
    every = [float(number) for pair in values.values() for number in pair]
    log = log and max(every) > 0
    figure, axes = _figure(1.2 + 0.75 * len(values))
    for offset, colour, index in ((-0.19, ORANGE, 0), (0.19, BLUE, 1)):
        heights = [float(pair[index]) for pair in values.values()]
        places = [position + offset for position in range(len(values))]
        drawn = axes.barh(places, heights, height=0.34, color=colour, label=names[index])
        axes.bar_label(drawn, [quantity(pair[index], unit) for pair in values.values()], padding=4)
    axes.set_yticks(range(len(values)), list(values))
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    _scale(axes, "x", unit, log)
    axes.margins(x=0.18)
    axes.set_title(title, pad=26)  # the legend stands between title and bars, however long the title
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2, borderpad=0)
    if log:
        axes.set_xlim(left=10 ** (_decade(min(filter(None, every))) - 1))
    rows = [
        (label, quantity(before, unit), quantity(after, unit), times(before, after))
        for label, (before, after) in values.items()
    ]
    _show(figure, f"{title}\n" + tables.text_table(["", *names, "change"], rows))


def times(before: Number, after: Number) -> str:
    """How many times smaller or larger: `÷ 43.6`, `× 1.2`, `same`."""
    if before == after:
        return "same"
    if before == 0 or after == 0:
        return "to 0" if after == 0 else "from 0"
    ratio = float(before) / float(after)
    return f"÷ {ratio:,.1f}" if ratio > 1 else f"× {1 / ratio:,.1f}"


def _figure(height: float):
    """A figure outside pyplot's list, so that nothing is drawn twice and nothing stays in memory."""
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _scale(axes, side: str, unit: str, log: bool) -> None:
    """Label the axis that carries the numbers with the unit's own words."""
    axis = axes.xaxis if side == "x" else axes.yaxis
    if log:
        (axes.set_xscale if side == "x" else axes.set_yscale)("log")
        axis.set_minor_formatter(NullFormatter())
    elif side == "x":
        axis.set_major_locator(MaxNLocator(5))
    axis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value, unit)))


def _tick(value: float, unit: str) -> str:
    """A short number for an axis; the exact ones stand beside the bars and in the text."""
    if unit == "bytes":
        return costs.format_bytes(value).replace(".0 ", " ")
    return ("$" if unit == "usd" else "") + f"{round(value, 10):,.10g}"


def _decade(value: Number) -> int:
    """The power of ten at or below `value`; 0 for what a logarithm cannot show."""
    return math.floor(math.log10(value)) if value > 0 else 0


def _spread(count: int, most: int = 10) -> list[int]:
    """At most `most` indexes out of `count`, evenly spread, with the first and the last."""
    if count <= most:
        return list(range(count))
    return sorted({round(step * (count - 1) / (most - 1)) for step in range(most)})


def _show(figure: Figure, text: str) -> None:
    """Publish the picture with its description, then print the description."""
    if display.in_notebook():
        from IPython.display import display as publish

        picture = picture_of(figure)
        width, height = (int(side * DPI * 0.92) for side in figure.get_size_inches())
        details = {"image/png": {"alt": text, "width": width, "height": height}}
        publish({"image/png": picture}, raw=True, metadata=details)
    print(text)


@in_the_look
def picture_of(figure: Figure) -> bytes:
    """The figure as PNG without the program's name and version, so that the bytes repeat."""
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()
