"""Draw it: one look for the whole course, colour-blind safe, every picture with a text twin.

    charts.bars({"CSV": 19_600_000, "Parquet": 1_800_000}, "Bytes scanned by SELECT *", unit="bytes")

Each function shows a picture and prints the same numbers, so that nothing depends on seeing it; the
description is also the picture's alternative text. Colours are Okabe and Ito's palette (2008).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from helpers import tables
from helpers.drawing import (  # noqa: F401 - colours and picture_of belong to this module's face
    BLACK,
    BLUE,
    DPI,
    GREEN,
    MARKERS,
    ORANGE,
    PALETTE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
    Number,
    in_the_look,
    picture_of,
    quantity,
)
from helpers.drawing import decade as _decade
from helpers.drawing import new_figure as _figure
from helpers.drawing import scale as _scale
from helpers.drawing import show as _show
from helpers.drawing import spread as _spread


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
    _title_with_legend(axes, title)
    if log:
        axes.set_xlim(left=10 ** (_decade(min(filter(None, every))) - 1))
    rows = [
        (label, quantity(before, unit), quantity(after, unit), times(before, after))
        for label, (before, after) in values.items()
    ]
    _show(figure, f"{title}\n" + tables.text_table(["", *names, "change"], rows))


def curves(
    x: Sequence[Number],
    series: Mapping[str, Sequence[Number]],
    title: str,
    *,
    x_label: str,
    unit: str = "",
    log: bool = False,
    possible_up_to: Mapping[str, Number] | None = None,
    marks: Mapping[str, Number] | None = None,
) -> None:
    """Lines of which some cannot be followed to the end; prints the same as a table.

    possible_up_to  name of a series → the x beyond which it is only a number: there it is dotted, and the
                    table says `not possible`
    marks           words → an x value to point at, for example {"break-even": 46}
    """
    options = {"unit": unit, "log": log, "possible_up_to": possible_up_to, "marks": marks}
    _show(*draw_curves(x, series, title, x_label=x_label, **options))


@in_the_look
def draw_curves(
    x, series, title, *, x_label, unit="", log=False, possible_up_to=None, marks=None
) -> tuple[Figure, str]:
    """The figure and the text of `curves`, for whoever shows them in a way of their own."""
    ends = {name: float(end) for name, end in (possible_up_to or {}).items()}
    figure, axes = _figure(3.9)
    for index, (name, values) in enumerate(series.items()):
        places, heights = [float(each) for each in x], [float(value) for value in values]
        end = min(ends.get(name, places[-1]), places[-1])
        axes.plot(places, heights, color=PALETTE[index], linewidth=1.2, linestyle=":")
        followed = [place for place in places if place < end] + [end]
        axes.plot(followed, np.interp(followed, places, heights), color=PALETTE[index], linewidth=2, label=name)
        if end < places[-1]:
            axes.plot(end, np.interp(end, places, heights), color=PALETTE[index], marker=MARKERS[index], markersize=8)
    for words, place in (marks or {}).items():
        axes.axvline(float(place), color="#767676", linestyle="--", linewidth=1.1)
        axes.annotate(f"{words} {quantity(place, '')}", (float(place), 1), xytext=(4, -2), fontsize=9, va="top",
                      xycoords=("data", "axes fraction"), textcoords="offset points")  # fmt: skip
    axes.set_xlabel(x_label)
    _scale(axes, "x", "", False)
    _scale(axes, "y", unit, log)
    axes.set_ylim(bottom=None if log else 0)
    axes.grid(axis="y", color="#E5E5E5", linewidth=0.8)
    _title_with_legend(axes, title)
    rows = [
        [quantity(x[at], ""), *(_reachable(name, x[at], values[at], unit, ends) for name, values in series.items())]
        for at in _spread(len(x))
    ]
    text = f"{title}\n" + tables.text_table([x_label, *series], rows)
    for name, end in ends.items():
        text += f"\n{name}: possible up to {quantity(end, '')} {x_label}"
    for words, place in (marks or {}).items():
        text += f"\n{words.rstrip(':')}: {quantity(place, '')} {x_label}"
    return figure, text


def _title_with_legend(axes, title: str) -> None:
    """The legend between the title and the plot, where it covers nothing."""
    axes.set_title(title, pad=26)
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0.2, borderpad=0,
                columnspacing=1.2, handlelength=1.6)  # fmt: skip


def _reachable(name: str, place: Number, value: Number, unit: str, ends: Mapping[str, float]) -> str:
    return "not possible" if name in ends and float(place) > ends[name] else quantity(value, unit)


@in_the_look
def tornado(
    ranges: Mapping[str, tuple[Number, Number]],
    base: Number,
    title: str,
    *,
    unit: str = "",
    inputs: Mapping[str, tuple[str, str]] | None = None,
) -> None:
    """Which assumption moves the result most: a bar from result to result, the widest on top; prints a table.

    ranges  assumption → (result with its low value, result with its high value), the others at their base
    base    the result with every assumption at its base: the line that all bars cross
    inputs  assumption → (its low value, its high value) in words, for the ends of the bar and the table
    """
    widest = sorted(ranges, key=lambda name: -abs(float(ranges[name][1]) - float(ranges[name][0])))
    said = {name: (inputs or {}).get(name, ("low", "high")) for name in widest}
    figure, axes = _figure(1.1 + 0.44 * len(widest))
    for place, name in enumerate(widest):
        lengths = [float(result) - float(base) for result in ranges[name]]
        for index, colour in enumerate((SKY, ORANGE)):
            # an end that moves nothing stands on the side that the other one leaves free
            to_right = (lengths[index] or -lengths[1 - index]) > 0
            axes.barh(place, lengths[index], left=float(base), height=0.6, color=colour)
            axes.annotate(said[name][index], (float(ranges[name][index]), place), xytext=(4 if to_right else -4, 0),
                          textcoords="offset points", va="center", ha="left" if to_right else "right",
                          fontsize=9)  # fmt: skip
    axes.axvline(float(base), color=BLACK, linewidth=1.2)
    axes.set_yticks(range(len(widest)), widest)
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    _scale(axes, "x", unit, False)
    axes.margins(x=0.16)
    axes.set_title(title)
    ends = {name: zip(said[name], ranges[name], strict=True) for name in widest}
    rows = [(name, *(f"{words}: {quantity(result, unit)}" for words, result in ends[name])) for name in widest]
    text = tables.text_table(["assumption", "at its low", "at its high"], rows)
    _show(figure, f"{title}\n{text}\nbase: {quantity(base, unit)}")


@in_the_look
def distribution(
    values: Sequence[Number],
    title: str,
    *,
    unit: str = "",
    mark: Number | None = None,
    mark_label: str = "",
) -> None:
    """Many results as a histogram, with the band that holds the middle 90 %; prints the percentiles.

    mark  a result to compare with: a line, and the share of the values below it
    """
    drawn = sorted(float(value) for value in values)
    points = {f"{share} %": drawn[round(share / 100 * (len(drawn) - 1))] for share in (5, 25, 50, 75, 95)}
    low, middle, high = points["5 %"], points["50 %"], points["95 %"]
    figure, axes = _figure(3.2)
    axes.axvspan(low, high, color=SKY, alpha=0.25, linewidth=0, label="the middle 90 %")
    axes.hist(drawn, bins=40, color=BLUE)
    axes.axvline(middle, color=BLACK, linewidth=1.6, label=f"median {quantity(middle, unit)}")
    if mark is not None:
        name = f"{mark_label} {quantity(mark, unit)}".strip()
        axes.axvline(float(mark), color=VERMILION, linestyle="--", linewidth=1.6, label=name)
    _scale(axes, "x", unit, False)
    axes.set_ylabel("draws")
    _title_with_legend(axes, title)
    rows = [(share, quantity(round(value, 6), unit)) for share, value in points.items()]
    text = f"{title}\n" + tables.text_table(["percentile", unit or "value"], rows)
    if mark is not None:
        below = sum(value < float(mark) for value in drawn) / len(drawn)
        name = f"{mark_label} ({quantity(mark, unit)})" if mark_label else quantity(mark, unit)
        text += f"\n{below:.0%} of {len(drawn):,} draws are below {name}"
    _show(figure, text)


def times(before: Number, after: Number) -> str:
    """How many times smaller or larger: `÷ 43.6`, `× 1.2`, `same`."""
    if before == after:
        return "same"
    if before == 0 or after == 0:
        return "to 0" if after == 0 else "from 0"
    ratio = float(before) / float(after)
    return f"÷ {ratio:,.1f}" if ratio > 1 else f"× {1 / ratio:,.1f}"
