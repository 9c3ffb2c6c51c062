"""The figures of the latest run of each lesson, kept beside the pages so that `--only 03` renews one row."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .notebooks import write_text
from .usage import Usage


@dataclass
class Outcome:
    """How one lesson went. `error` is the one line that says why it failed, empty when it did not."""

    lesson: str
    seconds: float = 0.0
    usage: Usage = field(default_factory=Usage)
    error: str = ""


def remember(out: Path, outcomes: list[Outcome]) -> dict[str, Outcome]:
    """Add these outcomes to those of earlier runs in `out`, and return all of them by lesson.

    Raises CourseError when the folder or the disk refuses the file.
    """
    path = out / "figures.json"
    known = {**_read(path), **{outcome.lesson: outcome for outcome in outcomes}}
    text = json.dumps([asdict(outcome) for _, outcome in sorted(known.items())], indent=1)
    write_text(text + "\n", path)
    return known


def _read(path: Path) -> dict[str, Outcome]:
    """Earlier figures; an unreadable file counts as none, the next run writes it anew."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        outcomes = [Outcome(**{**row, "usage": Usage(**row["usage"])}) for row in rows]
    except (OSError, ValueError, TypeError, KeyError):
        return {}
    return {outcome.lesson: outcome for outcome in outcomes}
