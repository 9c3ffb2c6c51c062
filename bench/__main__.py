"""`make bench`: what is fast, as a table of ratios measured side by side in one run.

    make bench                           queries, TPC-H, partitions, memory, start
    make bench ARGS="queries memory"     some of it
    make bench ARGS=--all                also the long ones: the reports, the whole course, the test suite

Prints each part's table when it is done and keeps it in bench/results.json and bench/results.md. The exit status is 1
when a limit is not kept.
"""

import argparse
import importlib
import sys

from bench import figures

QUICK = ("queries", "tpch_times", "partitions", "memory", "starting")
LONG = ("reports", "course")


def chosen_parts(arguments):
    """The names of the parts that the command line asks for, in order; argparse ends the program when it errs."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure what is fast.")
    names = ", ".join(QUICK + LONG)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"some of: {names}")
    parser.add_argument("--all", action="store_true", help="the long ones too")
    options = parser.parse_args(arguments)
    unknown = [part for part in options.parts if part not in QUICK + LONG]  # `choices` would refuse to have none
    if unknown:
        parser.error(f"no such part: {unknown[0]}; there are {names}")
    return tuple(options.parts) or (QUICK + LONG if options.all else QUICK)


def main():
    chosen = chosen_parts(sys.argv[1:])
    print("\n".join(figures.machine()), flush=True)
    kept = True
    for name in chosen:
        part = importlib.import_module(f"bench.{name}")
        others = figures.others()
        print(f"\n{part.TITLE}. {others}\n", flush=True)
        found = part.measure()
        print(figures.table(found), flush=True)
        figures.keep(part.TITLE, part.NOTE, found, others)
        kept = kept and all(figure.kept for figure in found)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
