"""The environment variables of the test process: what a test changes, it gives back."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

PYTESTS_OWN = "PYTEST_CURRENT_TEST"  # pytest sets and removes it around each phase of a test
COURSE = ("AWS_", "ATHENA_WORKBOOK_", "RDS_")
KEPT = "ATHENA_WORKBOOK_DATA"  # where data sets are cached


@contextmanager
def given_back() -> Iterator[None]:
    """Undo what the block does to the variables, and to what the lab remembers of them.

    `lab.connect` and `course.rds` lead the whole process to their endpoint; without this, whichever test comes next
    in the process would find that endpoint, or none where it had been.
    """
    before, replaced = dict(os.environ), dict(_replaced_by_local_mode())
    try:
        yield
    finally:
        for name in {name for name in {*before, *os.environ} if before.get(name) != os.environ.get(name)}:
            if name == PYTESTS_OWN:
                continue
            if name in before:
                os.environ[name] = before[name]
            else:
                del os.environ[name]
            if name == "TZ":
                time.tzset()
        _replaced_by_local_mode().clear()
        _replaced_by_local_mode().update(replaced)


def forget(patch) -> None:
    """Remove the course's variables with `patch`, a pytest.MonkeyPatch, which brings them back."""
    for name in [name for name in os.environ if name.startswith(COURSE) and name != KEPT]:
        patch.delenv(name)
    _replaced_by_local_mode().clear()


def _replaced_by_local_mode() -> dict:
    session = sys.modules.get("helpers.session")  # most tests of the endpoint never load it
    return session._environment_before if session else {}
