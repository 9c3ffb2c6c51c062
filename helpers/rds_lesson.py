"""A lesson's own database in MySQL, on either side. `helpers.lab` is the way in: `course.rds()`.

The database is named as the lesson is, and carries the course's mark: a stored procedure, which no list of
tables shows. A database of that name without the mark is somebody else's, and is left alone.
"""

from __future__ import annotations

import os
from dataclasses import replace

from helpers import session, teardown
from helpers.rds import RDSManager, quote_identifier
from helpers.rds_settings import APPLICATION_PASSWORD, APPLICATION_USER, SECRET_VARIABLE, Settings
from helpers.session import LabError

MARK = "made_by_athena_workbook"

_open = {}  # a Lab → the administrator's settings, between `settings` and `close`


def settings(lab) -> Settings:
    """The administrator's login, with the lesson's database made afresh at the first call.

    Raises LabError, SettingsError or an RDSError, one line, when something is missing.
    """
    local = lab.mode == "local"
    if local and session.local_rds():
        _open.clear()  # databases and passwords went with the server before
    if lab not in _open:
        found = _given(lab)
        _make_afresh(found, lab.name)
        found = replace(found, database=lab.name)
        if local:
            found = replace(found, secret_id=_store(lab, found))
        _open[lab] = found
    return _open[lab]


def application_settings(lab) -> Settings:
    """The application user's login: it may read and write rows in the lesson's database, and nothing else."""
    administrator = settings(lab)
    user, password = os.environ.get(APPLICATION_USER), os.environ.get(APPLICATION_PASSWORD)
    if not (user and password):
        raise LabError(
            f"An application user is needed: create one in your instance with REQUIRE SSL, and set"
            f" {APPLICATION_USER} and {APPLICATION_PASSWORD}."
        )
    # An underscore in a GRANT stands for any character.
    database = quote_identifier(lab.name).replace("_", r"\_")
    with RDSManager(replace(administrator, database=None)) as rds:
        rds.execute_query(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {database}.* TO %s@'%%'", (user,))
    return replace(administrator, user=user, password=password, secret_id=None)


def close(lab) -> None:
    """Drop the lesson's database and secret, if `settings` was asked; otherwise do nothing."""
    found = _open.pop(lab, None)
    if found is None:
        return
    if lab.mode == "local":
        _secrets(lab).delete_secret(SecretId=found.secret_id, ForceDeleteWithoutRecovery=True)
        if not session.local_rds_running():
            return
    with RDSManager(replace(found, database=None)) as rds:
        _drop_own(rds, lab.name)


def _given(lab) -> Settings:
    """The settings in the secret that ATHENA_WORKBOOK_RDS_SECRET names, or in RDS_*."""
    secret = os.environ.get(SECRET_VARIABLE)
    if secret and lab.mode == "aws":
        return Settings.from_secret(_secrets(lab), secret)
    return Settings.from_environment()


def _make_afresh(found: Settings, name: str) -> None:
    with RDSManager(replace(found, database=None)) as rds:
        _drop_own(rds, name)
        rds.create_database(name)
        rds.execute_query(f"CREATE PROCEDURE {quote_identifier(name)}.{MARK}() SELECT 'athena-workbook'")


def _drop_own(rds: RDSManager, name: str) -> None:
    """Drop a database of an earlier run. Raises LabError when it exists without the course's mark."""
    if name not in rds.list_databases():
        return
    marked = rds.execute_query(
        "SELECT 1 FROM information_schema.routines WHERE routine_schema = %s AND routine_name = %s",
        (name, MARK),
        fetch_results=True,
    )
    if not marked:
        raise LabError(
            f"A MySQL database {name!r} exists that the course did not make: choose another name for the"
            f" course's things with {session.PREFIX_VARIABLE}."
        )
    rds.drop_database(name)


def _store(lab, found: Settings) -> str:
    """Keep the login as a secret named `course_11/rds`, tagged as the course's; its name."""
    secrets, name = _secrets(lab), f"{lab.name}/rds"
    with session.one_line_errors(lab.region):
        try:
            secrets.create_secret(
                Name=name,
                SecretString=found.secret(),
                Tags=[{"Key": teardown.OWNER_KEY, "Value": teardown.OWNER}],
            )
        except secrets.exceptions.ResourceExistsException:  # of an unfinished run
            secrets.put_secret_value(SecretId=name, SecretString=found.secret())
    return name


def _secrets(lab):
    return lab.session.client("secretsmanager")
