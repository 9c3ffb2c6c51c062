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
    counted = [line.strip("= ") for line in done[0].stdout.splitlines() if " passed" in line]  # pytest's last line
    return figures.Figure(what, figures.seconds(took), "", counted[-1] if counted else "", "passes", passed)
