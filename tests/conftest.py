"""What every test may rely on, wherever the tests are started from and whatever ran before it in the process."""

import signal

import pytest

from tests.environment import given_back

# A job in the background of a script ignores Ctrl-C, and so would every program that a test starts and interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="module")
def environment_of_the_file():
    """What the fixtures of a test file leave behind ends with the file."""
    with given_back():
        yield


@pytest.fixture(autouse=True)
def environment_of_the_test(environment_of_the_file):
    """What a test sets ends with the test."""
    with given_back():
        yield
