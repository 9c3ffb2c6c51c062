"""Figures as a table: what was measured, ours beside the other, their ratio, and the limit that it must keep.

`bench/results.json` holds the last figures of each part, with the machine and the versions that they were measured
with; `bench/results.md` shows them.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

LOOK = 2  # seconds
FOLDER = Path(__file__).parent
_HEAD = """# Last results of `make bench`

Written by the benchmark itself. Each pair was measured side by side, in turns, in one run.
"""
PACKAGES = ("duckdb", "moto", "boto3", "pyathena", "pyarrow", "papermill")


@dataclass
class Figure:
    """`ours` and `other` as shown, with units; `value` is what `limit` bounds (a ratio, or milliseconds more)."""

    what: str
    ours: str
    other: str = ""
    value: str = ""
    limit: str = ""
    kept: bool = True

    def cells(self):
        verdict = ("yes" if self.kept else "NO") if self.limit else ""
        return [self.what, self.ours, self.other, self.value, self.limit, verdict]


def seconds(value):
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def megabytes(count):
    return f"{count / 1e6:,.0f} MB"


def ratio(what, ours, other, limit=None):
    """Two times in seconds beside each other, perhaps with the largest ratio allowed."""
    value = ours / other
    bound = f"at most {limit}" if limit else ""
    return Figure(what, seconds(ours), seconds(other), f"{value:.2f} times", bound, not limit or value <= limit)


def machine():
    """The machine and the versions, as one line each."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    where = (
        f"{_processor()}, {os.cpu_count()} processors, {memory:.0f} GB of memory, {platform.system()} "
        f"{platform.machine()}"
    )
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    return [where, f"Python {platform.python_version()}, {versions}"]


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "processor unknown"
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "processor unknown"
    )


def table(figures):
    """Figures as a Markdown table, aligned for reading as text too."""
    rows = [["what", "ours", "other", "value", "limit", "kept"], *(figure.cells() for figure in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def others():
    """How much of the processors other programs take, as a line; asked while the benchmark itself does nothing."""
    return f"Other programs took {psutil.cpu_percent(LOOK):.0f} % of the processors before it started."


def keep(title, note, figures, others):
    """Store the figures of one part as its last results, and write the page anew; `others`: see there."""
    path = FOLDER / "results.json"
    parts = json.loads(path.read_text()) if path.exists() else {}
    where = [*machine(), others]
    parts[title] = {"note": note, "machine": where, "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(parts, indent=1, ensure_ascii=False) + "\n")
    (FOLDER / "results.md").write_text(_page(parts))


def _page(parts):
    text = _HEAD
    for title, part in parts.items():
        figures = [Figure(**figure) for figure in part["figures"]]
        where = "\n".join(f"{line.removesuffix('.')}.  " for line in part["machine"])
        text += f"\n## {title}\n\n{part['note']}\n\n{table(figures)}\n\n{where}\n"
    return text
