"""A real MySQL server for each test process, and a fresh database in it for each test."""

import dataclasses
import uuid

import pytest

from helpers import lab, rds_lesson
from helpers.local import mysql
from helpers.rds import RDSManager
from helpers.rds_settings import Settings
from tests.environment import forget


@pytest.fixture(scope="session")
def server():
    with mysql.start() as running:
        yield running


@pytest.fixture(scope="session")
def settings(server):
    """The administrator's login, without a database."""
    return Settings.from_environment(server.env)


@pytest.fixture
def database(settings):
    """The settings with a database of the test's own, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex[:8]}"
    with RDSManager(settings) as rds:
        rds.create_database(name)
    yield dataclasses.replace(settings, database=name)
    with RDSManager(settings) as rds:
        rds.drop_database(name)


@pytest.fixture
def rds(database):
    """A connected manager in the test's own database."""
    with RDSManager(database) as manager:
        yield manager


@pytest.fixture
def environment(monkeypatch):
    """No RDS or AWS variable of the machine; what a test or the lab sets is undone, as after every test."""
    forget(monkeypatch)
    yield monkeypatch
    rds_lesson._open.clear()
    lab._current = None
