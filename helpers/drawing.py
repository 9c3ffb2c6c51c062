"""What all charts share: one look, units on the axes, the picture and its text twin under the cell.

Colours are Okabe and Ito's palette (2008), which colour-blind readers can tell apart.
"""

from __future__ import annotations

import io
import math
from decimal import Decimal

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from helpers import costs, display

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


def new_figure(height: float):
    """A figure outside pyplot's list, so that nothing is drawn twice and nothing stays in memory."""
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def scale(axes, side: str, unit: str, log: bool) -> None:
    """Label the axis that carries the numbers with the unit's own words."""
    axis = axes.xaxis if side == "x" else axes.yaxis
    if log:
        (axes.set_xscale if side == "x" else axes.set_yscale)("log")
        axis.set_minor_formatter(NullFormatter())
    elif side == "x":
        axis.set_major_locator(MaxNLocator(5))
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value, unit)))


def tick(value: float, unit: str) -> str:
    """A short number for an axis; the exact ones stand beside the bars and in the text."""
    if unit == "bytes":
        return costs.format_bytes(value).replace(".0 ", " ")
    number = f"{abs(value):,.10f}".rstrip("0").rstrip(".")  # 0.00008, never 8e-05
    return ("-" if value < 0 and number != "0" else "") + ("$" if unit == "usd" else "") + number


def decade(value: Number) -> int:
    """The power of ten at or below `value`; 0 for what a logarithm cannot show."""
    return math.floor(math.log10(value)) if value > 0 else 0


def spread(count: int, most: int = 10) -> list[int]:
    """At most `most` indexes out of `count`, evenly spread, with the first and the last."""
    if count <= most:
        return list(range(count))
    return sorted({round(step * (count - 1) / (most - 1)) for step in range(most)})


def show(figure: Figure, text: str) -> None:
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
