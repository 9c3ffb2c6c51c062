"""An endpoint of its own: what random input leaves in the log and the catalog is no other test's concern."""

import pytest

from helpers.local import process
from tests.unit.local import clients


@pytest.fixture(scope="session")
def endpoint():
    with process.start() as running:
        yield running


@pytest.fixture(scope="session")
def client(endpoint):
    return clients.at(endpoint.url)
