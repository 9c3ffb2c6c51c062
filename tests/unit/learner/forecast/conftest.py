"""A lab at the local endpoint that lasts for a test file, and the measured bytes of a query."""

import os

import pytest

from helpers import athena, forecast, lab
from tests.environment import forget, given_back


@pytest.fixture(scope="module")
def place(endpoint):
    """A connected lab of the file's own; the environment is given back afterwards."""
    with given_back(), pytest.MonkeyPatch.context() as patch:
        forget(patch)
        os.environ.update({**endpoint.env, "AWS_ENDPOINT_URL": endpoint.url})
        try:
            with lab.connect("local", lesson="forecast") as connected:
                yield connected
        finally:
            lab._current = None


@pytest.fixture(scope="module")
def estimate(place):
    """estimate(sql, parameters) → the Estimate at that lab."""
    return lambda sql, parameters=None, **more: forecast.estimate(sql, parameters=parameters, where=place, **more)


@pytest.fixture(scope="module")
def run(place):
    """run(sql, parameters) → the bytes that the endpoint reports for the query."""
    return lambda sql, parameters=None: athena.query(sql, parameters, where=place).bytes_scanned
