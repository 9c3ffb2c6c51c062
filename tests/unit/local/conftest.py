"""One real endpoint, a child process, for all tests of a worker that ask for it."""

import pytest

from helpers.local import process
from tests.unit.local import clients


@pytest.fixture(scope="session")
def endpoint():
    with process.start() as running:
        yield running


@pytest.fixture(scope="session")
def client(endpoint):
    """client("athena") → a boto3 client at the endpoint, which does not check its parameters itself."""
    return clients.at(endpoint.url)


@pytest.fixture(scope="session")
def athena(client):
    return client("athena")


@pytest.fixture(scope="session")
def s3(client):
    return client("s3")
