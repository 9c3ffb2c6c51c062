"""One real endpoint, a child process, for all tests of a worker that ask for it."""

import boto3
import pytest
from botocore.config import Config

from helpers.local import process


@pytest.fixture(scope="session")
def endpoint():
    with process.start() as running:
        yield running


@pytest.fixture(scope="session")
def client(endpoint):
    """client("athena") → a boto3 client at the endpoint, which does not check its parameters itself."""

    def make(service):
        return boto3.client(
            service,
            endpoint_url=endpoint.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name="us-east-1",
            config=Config(parameter_validation=False, retries={"total_max_attempts": 1}, proxies={}),
        )

    return make


@pytest.fixture(scope="session")
def athena(client):
    return client("athena")


@pytest.fixture(scope="session")
def s3(client):
    return client("s3")
