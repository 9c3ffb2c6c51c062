"""Make sales reports: one, or many side by side.

    python -m helpers.report --year 2004 --territory EMEA --out build/reports
    python -m helpers.report --params reports.csv --currency EUR
    python -m helpers.report --each year=2003,2004,2005 territory=EMEA,APAC quarter=1,2,3,4 --resume

Each report becomes a folder with a page (HTML that needs no network), the executed notebook and a JSON file with its
figures; index.html lists them. The exit status is 0 when all were made, 1 when some failed, 2 when the request was
refused, 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from helpers.course import parameters
from helpers.course.notebooks import NOTEBOOKS, normalise, read
from helpers.oneline import OneLineError
from helpers.reports import wanted

NOTEBOOK = NOTEBOOKS / "12_sales_report.ipynb"
BUILD = Path("build") / "reports"
MOST_WORKERS = 64


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a plain kill ends kernels and endpoint as Ctrl-C does
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except OneLineError as error:
        print(f"helpers.report: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nhelpers.report: stopped; --resume makes the missing reports", file=sys.stderr)
        return 130


def _run(arguments: list[str]) -> int:
    first, _ = _parser({}).parse_known_args(arguments)
    notebook = normalise(read(first.notebook))
    known = parameters.of(notebook, first.notebook.stem)
    options = _parser(known).parse_args(arguments)
    given = {name: value for name in known if (value := getattr(options, name)) is not None}
    rows = wanted.read_rows(options.params) if options.params else wanted.product(options.each or [])
    stem = first.notebook.stem.lstrip("0123456789_") or first.notebook.stem
    reports = wanted.wanted(known, stem, given, rows if options.params or options.each else ())
    outcomes = _make(notebook, reports, options)
    return _tell(outcomes, options.out)


def _parser(known: dict[str, parameters.Parameter]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m helpers.report",
        description="Make sales reports, one or many side by side.",
        allow_abbrev=False,
        add_help=bool(known),
    )
    for name, parameter in known.items():
        option = "--" + name.lower().replace("_", "-")
        parser.add_argument(option, dest=name, metavar="VALUE", help=f"{parameter.allowed()} ({parameter.default})")
    many = parser.add_mutually_exclusive_group()
    many.add_argument("--params", type=Path, metavar="FILE", help="a report a row: .csv, .yaml or .json")
    many.add_argument("--each", nargs="+", metavar="NAME=A,B", help="a report for every combination of the values")
    parser.add_argument("--out", type=Path, default=BUILD, help=f"the folder for the reports (default: {BUILD})")
    parser.add_argument("--workers", type=_workers, default=_processors(), help="reports at a time (%(default)s)")
    parser.add_argument("--resume", action="store_true", help="make only what is missing or has changed")
    parser.add_argument("--code", action="store_true", help="show the code in the pages")
    parser.add_argument("--notebook", type=Path, default=NOTEBOOK, help="another notebook with a parameters cell")
    return parser


class _Parser(argparse.ArgumentParser):
    """Refuses in one line, as everything else here does."""

    def error(self, message: str):
        raise wanted.WantedError(f"{message} (see python -m helpers.report --help)")


def _workers(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a whole number from 1 to {MOST_WORKERS}")
    return int(text)


def _processors() -> int:
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(available, MOST_WORKERS)


def _make(notebook, reports: list[wanted.Wanted], options: argparse.Namespace) -> list:
    from tqdm import tqdm  # what only a valid request needs takes a second to import

    from helpers.reports import making

    watched = sys.stderr.isatty()
    folder = options.notebook.resolve().parent
    with tqdm(total=len(reports), desc="reports", unit="report", mininterval=0.1 if watched else 10, ncols=90) as bar:
        return making.make(
            notebook,
            folder,
            reports,
            options.out,
            options.workers,
            code=options.code,
            resume=options.resume,
            done=lambda outcome: bar.update(),
        )


def _tell(outcomes: list, out: Path) -> int:
    """Print a line for each report and where to look; returns the exit status."""
    width = max(len(outcome.name) for outcome in outcomes)
    print(f"{'report'.ljust(width)}  {'seconds':>7}  {'queries':>7}  {'bytes scanned':>13}  {'Athena, USD':>11}")
    for outcome in outcomes:
        seconds = "kept" if outcome.kept else f"{outcome.seconds:.1f}"
        queries, scanned = len(outcome.summary.get("queries", [])), outcome.summary.get("bytes_scanned", 0)
        cost = "FAILED" if outcome.error else outcome.summary.get("cost_usd", "")
        print(f"{outcome.name.ljust(width)}  {seconds:>7}  {queries:>7}  {scanned:>13,}  {cost:>11}")
    failed = [outcome for outcome in outcomes if outcome.error]
    for outcome in failed:
        print(f"FAILED {outcome.error} (see {out / outcome.name / outcome.name}.ipynb)")
    print(f"{len(outcomes) - len(failed)} of {len(outcomes)} reports; open {out / 'index.html'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
