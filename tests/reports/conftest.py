"""One endpoint for all reports of a test file."""

from __future__ import annotations

import pytest

from helpers.local import process


@pytest.fixture(scope="module")
def endpoint():
    """The variables that lead `helpers.report` to an endpoint that runs already."""
    with process.start() as running:
        yield {"AWS_ENDPOINT_URL": running.url}
