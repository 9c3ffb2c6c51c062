"""48 reports: plain papermill run 48 times, against one `python -m helpers.report`: seconds, ratio, same output.

    python bench/reports.py               all 48 both ways
    python bench/reports.py --plain 6     six of them by papermill, and that times eight (it says so)

Plain papermill is `papermill notebook out -p …` as one would write it in a loop: every run starts Python, a kernel
and the endpoint again. Both get the same machine, data set and parameters. The executed notebooks must be equal, cell
by cell and output by output, pictures included.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import itertools
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from helpers.course.notebooks import INJECTED, normalise, read, tags, text_of  # noqa: E402

LESSON = ROOT / "notebooks" / "12_sales_report.ipynb"
YEARS, TERRITORIES, QUARTERS = (2003, 2004, 2005), ("EMEA", "APAC", "Japan", "NA"), (1, 2, 3, 4)
WANTED = list(itertools.product(YEARS, TERRITORIES, QUARTERS))
FIXED = {"MODE": "local", "CURRENCY": "USD", "TOP_N": 5}


def main() -> int:
    """Print the comparison; the exit status is 1 when the notebooks differ or the ratio is not above 2."""
    parser = argparse.ArgumentParser(description="Reports side by side: plain papermill, helpers.report.")
    parser.add_argument("--plain", type=int, default=len(WANTED), help="how many by papermill (default: all)")
    options = parser.parse_args()
    count = max(1, min(options.plain, len(WANTED)))
    chosen = WANTED[:: len(WANTED) // count][:count]  # spread over years and territories
    with tempfile.TemporaryDirectory(prefix="athena-workbook-bench-") as folder:
        ours, plain = Path(folder, "ours"), Path(folder, "plain")
        plain.mkdir()
        our_seconds = _timed(_ours, ours)
        plain_seconds = _timed(lambda out: [_plain(out, *each) for each in chosen], plain) * len(WANTED) / count
        different = [_name(*each) for each in chosen if _comparable(_in(ours, each)) != _comparable(_in(plain, each))]
    machine = f"{platform.machine()}, {os.cpu_count()} processors, {platform.system()}"
    print(f"{machine}; Python {platform.python_version()},")
    print(", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("papermill", "nbclient", "ipykernel")))
    note = "" if count == len(WANTED) else f" ({count} run, times {len(WANTED) / count:g})"
    print(f"plain papermill, {len(WANTED)} times  {plain_seconds:7.1f} s{note}")
    print(f"helpers.report, {len(WANTED)} reports  {our_seconds:7.1f} s, pages and index included")
    print(f"ratio                       {plain_seconds / our_seconds:7.1f}")
    print(f"same output: {count - len(different)} of {count} notebooks", *different)
    return 1 if different or plain_seconds <= 2 * our_seconds else 0


def _timed(work, out: Path) -> float:
    started = time.perf_counter()
    work(out)
    return time.perf_counter() - started


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


if __name__ == "__main__":
    sys.exit(main())
