"""A local endpoint for the tests that need one, and an environment that every test gets back unchanged."""

import os

import pytest

from helpers import athena, lab, session


@pytest.fixture(scope="session")
def endpoint():
    """The local endpoint as a child process, for the whole run."""
    from helpers.local import process

    started = process.start()
    yield started
    started.stop()


@pytest.fixture
def environment(monkeypatch):
    """No AWS variable of the machine or of another test; what lab.connect sets is undone."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "ATHENA_WORKBOOK_")) and name != "ATHENA_WORKBOOK_DATA":
            monkeypatch.delenv(name)
    before = dict(os.environ)
    session._environment_before.clear()
    yield monkeypatch
    os.environ.clear()
    os.environ.update(before)
    session._environment_before.clear()
    lab._current = None


@pytest.fixture
def at_endpoint(environment, endpoint):
    """The environment of somebody who exported what `python -m helpers.local` printed."""
    for name, value in {**endpoint.env, "AWS_ENDPOINT_URL": endpoint.url}.items():
        environment.setenv(name, value)
    return environment


@pytest.fixture
def course(at_endpoint):
    """A connected lab that is closed afterwards."""
    athena.reset_tally()
    with lab.connect("local", lesson="test") as connected:
        yield connected
