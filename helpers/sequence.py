"""A sequence diagram: who asks whom, in which order. Draws a PNG and prints the same steps as numbered lines.

sequence.draw(["Caller", "Lambda"], [("Caller", "Lambda", "event"), ("Lambda", "Caller", "answer")], "Once")
"""

from __future__ import annotations

from collections.abc import Sequence

from helpers import drawing

STEP_HEIGHT = 0.42  # inches


@drawing.in_the_look
def draw(actors: Sequence[str], steps: Sequence[tuple[str, str, str]], title: str) -> None:
    """`steps`: (from, to, words), from top to bottom; the same actor twice is work that it does by itself.

    Raises ValueError for an actor that is not in `actors`.
    """
    for step in steps:
        for actor in step[:2]:
            if actor not in actors:
                raise ValueError(f"{actor!r} is none of the actors: {', '.join(actors)}")
    figure, axes = drawing.new_figure(height=STEP_HEIGHT * (len(steps) + 2))
    places = {actor: place for place, actor in enumerate(actors)}
    axes.set_xlim(-0.5, len(actors) - 0.5)
    axes.set_ylim(len(steps) + 0.5, -0.9)
    axes.set_axis_off()
    axes.set_title(title, loc="left")
    for actor, place in places.items():
        axes.plot([place, place], [-0.2, len(steps) + 0.3], color="0.75", linewidth=1, zorder=0)
        axes.text(place, -0.5, actor, ha="center", va="center", fontweight="bold")
    for row, (source, target, words) in enumerate(steps):
        _arrow(axes, places[source], places[target], row + 0.45, f"{row + 1}  {words}")
    lines = [f"{row:2}  {source} → {target}: {words}" for row, (source, target, words) in enumerate(steps, 1)]
    drawing.show(figure, "\n".join([title, *lines]))


def _arrow(axes, start: int, end: int, y: float, words: str) -> None:
    if start == end:
        axes.plot([start], [y], marker="o", color="0.3", markersize=4)
        axes.text(start + 0.06, y, words, ha="left", va="center", fontsize=9)
        return
    style = {"arrowstyle": "->", "color": "0.2", "linewidth": 1.2}
    axes.annotate("", xy=(end, y), xytext=(start, y), arrowprops=style)
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 1}  # the lifelines stay behind long words
    axes.text((start + end) / 2, y - 0.1, words, ha="center", va="bottom", fontsize=9, bbox=paper)
