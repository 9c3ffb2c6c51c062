"""The command line of the course; see `python -m helpers.course --help`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from helpers.oneline import OneLineError

from . import parameters
from .execution import execute_in_place
from .notebooks import NOTEBOOKS, CourseError, lesson_paths, normalise, read, text_of, write_text

BUILD = Path("build") / "course"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status: 0, 1 when a lesson failed, 2 when the request was refused."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stop kernels and endpoint as Ctrl-C does
    try:
        return options.command(options)
    except OneLineError as error:
        print(f"helpers.course: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nhelpers.course: stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m helpers.course", description="Run and tidy the lessons.")
    commands = parser.add_subparsers(required=True, metavar="command")

    run = commands.add_parser("run", help="run every lesson; notebooks, pages and figures under --out")
    run.add_argument("--only", action="append", metavar="LESSON", help="a number such as 03; may be repeated")
    run.add_argument("--folder", type=Path, default=NOTEBOOKS, help="the folder of the lessons")
    run.add_argument("--out", type=Path, default=BUILD, help=f"the folder for the results (default: {BUILD})")
    run.add_argument(
        "-p",
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter for every chosen lesson that has it, such as MODE=aws",
    )
    run.set_defaults(command=_run)

    execute = commands.add_parser("execute", help="run lessons in place, write their outputs")
    execute.add_argument("notebooks", nargs="+", type=Path, metavar="notebook")
    execute.set_defaults(command=_execute)

    tidy = commands.add_parser("normalise", help="strip what differs between machines; outputs stay")
    tidy.add_argument("notebooks", nargs="*", type=Path, metavar="notebook", help="default: every lesson")
    tidy.add_argument("--check", action="store_true", help="change nothing; exit 1 when one is not tidy")
    tidy.set_defaults(command=_normalise)
    return parser


def _run(options: argparse.Namespace) -> int:
    from . import runner  # what only `run` needs takes seconds to import

    given = parameters.parse_assignments(options.parameter)
    outcomes = runner.run(lesson_paths(options.only, options.folder), given, options.out)
    return runner.report(outcomes, options.out)


def _execute(options: argparse.Namespace) -> int:
    failures = 0
    for path in options.notebooks:
        try:
            execute_in_place(path, failed=BUILD / "failed")
            print(f"{path}: done")
        except CourseError as error:
            failures += 1
            print(f"helpers.course: {error}", file=sys.stderr)
    return 1 if failures else 0


def _normalise(options: argparse.Namespace) -> int:
    untidy = []
    for path in options.notebooks or lesson_paths():
        text = text_of(normalise(read(path)))
        if text != path.read_text(encoding="utf-8"):
            untidy.append(path)
            if not options.check:
                write_text(text, path)
    for path in untidy:
        print(f"{path}: {'not in normal form' if options.check else 'normalised'}")
    return 1 if untidy and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
