"""48 reports: plain papermill run 48 times, against one `python -m helpers.report`: seconds, ratio, same output."""

from __future__ import annotations

import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import figures, pairs
from bench.generated import ROOT
from helpers.course.notebooks import INJECTED, normalise, read, tags, text_of

TITLE = "48 reports"
NOTE = (
    "Other: `papermill notebook out -p …` as one would write it in a loop, every run starting Python, a kernel and "
    "the endpoint again. Ours: one `python -m helpers.report`, pages and index included. Same machine, data and "
    "parameters; the executed notebooks are compared cell by cell and output by output, pictures included."
)
LEAST = 2  # times faster
LESSON = ROOT / "notebooks" / "12_sales_report.ipynb"
YEARS, TERRITORIES, QUARTERS = (2003, 2004, 2005), ("EMEA", "APAC", "Japan", "NA"), (1, 2, 3, 4)
WANTED = list(itertools.product(YEARS, TERRITORIES, QUARTERS))
FIXED = {"MODE": "local", "CURRENCY": "USD", "TOP_N": 5}


def measure():
    """→ [Figure]; not kept when the notebooks differ or the ratio is not above 2."""
    with tempfile.TemporaryDirectory(prefix="athena-workbook-bench-") as folder:
        ours, plain = Path(folder, "ours"), Path(folder, "plain")
        plain.mkdir()
        our_seconds = pairs.timed(lambda: _ours(ours))
        plain_seconds = pairs.timed(lambda: [_plain(plain, *each) for each in WANTED])
        different = [_name(*each) for each in WANTED if _comparable(_in(ours, each)) != _comparable(_in(plain, each))]
    figure = figures.ratio(f"{len(WANTED)} reports, {len(different)} of them different", our_seconds, plain_seconds)
    figure.value = f"{plain_seconds / our_seconds:.1f} times faster"
    figure.limit, figure.kept = f"more than {LEAST}", plain_seconds > LEAST * our_seconds and not different
    return [figure]


def _ours(out: Path) -> None:
    each = [
        "year=" + ",".join(map(str, YEARS)),
        "territory=" + ",".join(TERRITORIES),
        "quarter=" + ",".join(map(str, QUARTERS)),
    ]
    subprocess.run(
        [sys.executable, "-m", "helpers.report", "--each", *each, "--out", str(out)],
        cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _plain(out: Path, year: int, territory: str, quarter: int) -> None:
    words = [word for name, value in FIXED.items() for word in ("-p" if name == "TOP_N" else "-r", name, str(value))]
    subprocess.run(
        [
            sys.executable, "-m", "papermill", str(LESSON), str(out / f"{_name(year, territory, quarter)}.ipynb"),
            "--cwd", str(LESSON.parent), "-k", "python3", "-p", "YEAR", str(year), "-r", "TERRITORY", territory,
            "-r", "QUARTER", str(quarter), *words,
        ],
        cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _name(year: int, territory: str, quarter: int) -> str:
    return f"sales_report-{year}-{territory}-{quarter}-USD-5"


def _in(folder: Path, each: tuple) -> Path:
    name = _name(*each)
    nested = folder / name / f"{name}.ipynb"
    return nested if nested.exists() else folder / f"{name}.ipynb"


def _comparable(path: Path) -> str:
    """The notebook in normal form, without the cell that only sets the parameters."""
    notebook = normalise(read(path))
    notebook.cells = [cell for cell in notebook.cells if INJECTED not in tags(cell)]
    return text_of(notebook)
