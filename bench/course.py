"""The long ones: the whole course, and the whole test suite."""

from __future__ import annotations

import subprocess

from bench import figures, pairs
from bench.generated import ROOT

TITLE = "The course and the tests"
NOTE = "`make run` and `make test`, once each, with everything installed before."


def measure():
    return [_timed("the whole course", "run"), _timed("the test suite", "test")]


def _timed(what, target):
    done = []
    took = pairs.timed(
        lambda: done.append(subprocess.run(["make", target], cwd=ROOT, capture_output=True, text=True))
    )
    passed = done[0].returncode == 0
    last = (done[0].stdout.strip().splitlines() or [""])[-1].strip("= ")
    return figures.Figure(what, figures.seconds(took), "", last if target == "test" else "", "passes", passed)
