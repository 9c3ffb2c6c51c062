"""One endpoint for all cases, and the list of those that are known to fail."""

import pytest

from helpers.local import process

from . import known_failures
from .replay import Replay

_failed = set()


def pytest_addoption(parser):
    parser.addoption(
        "--write-known-failures",
        action="store_true",
        help="write tests/conformance/known_failures.txt from this run",
    )


@pytest.fixture(scope="package")
def replay():
    with process.start() as endpoint:
        yield Replay(endpoint.url)


@pytest.fixture(scope="package")
def settle(request):
    """settle(case id, problems): compare the outcome of a case with the list."""
    known = known_failures.read()
    writing = request.config.getoption("--write-known-failures", default=False)

    def compare(case, problems):
        if writing:
            if problems:
                _failed.add(case)
        elif case in known:
            assert problems, f"{case} passes now: take it out of {known_failures.FILE.name}"
        else:
            shown = "\n".join(f"{field}: expected {expected!r}, got {found!r}" for field, expected, found in problems)
            assert not problems, f"{case}\n{shown}"

    return compare


def pytest_sessionfinish(session):
    if session.config.getoption("--write-known-failures", default=False):
        known_failures.write(_failed)
