"""A local endpoint for the tests that need one, and an environment that every test gets back unchanged."""

import pytest

from helpers import athena, lab
from tests.environment import forget


@pytest.fixture(scope="session")
def endpoint():
    """The local endpoint as a child process, for the whole run."""
    from helpers.local import process

    started = process.start()
    yield started
    started.stop()


@pytest.fixture
def environment(monkeypatch):
    """No AWS variable of the machine; what lab.connect sets is undone, as after every test."""
    forget(monkeypatch)
    yield monkeypatch
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
