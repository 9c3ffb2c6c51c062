"""Small attempts on a MySQL server, each with a connection of its own, for lesson 11. Nothing here stays open."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from helpers import teardown
from helpers.rds import RDSManager, quote_identifier
from helpers.rds_errors import RDSError
from helpers.rds_settings import Settings


def attempt(settings: Settings) -> str:
    """What becomes of a connection, in one line without host, port, path and advice, the same on every machine."""
    try:
        with RDSManager(settings) as rds:
            return "connected" if rds.is_connected() else "not connected"
    except RDSError as error:
        said = str(error).replace(f"{settings.host}:{settings.port}", "<host>").replace(settings.ssl_ca, "<file>")
        return f"{type(error).__name__}: {re.split(r' [(]|: ', said)[0]}"


def count(settings: Settings, table: str) -> int:
    """Rows of a table as another connection sees them."""
    with RDSManager(settings) as rds:
        return rds.execute_query(f"SELECT COUNT(*) FROM {quote_identifier(table)}", fetch_results=True)[0][0]


def exists(settings: Settings, table: str) -> bool:
    """Whether the settings' database has a table of this name."""
    with RDSManager(settings) as rds:
        return (table,) in rds.execute_query("SHOW TABLES", fetch_results=True)


def stored(settings: Settings, column: str, value: object, sql_mode: str, insert: str = "INSERT") -> str:
    """What a column such as "pieces INT" keeps of a value under this sql_mode, or the error in two words.

    insert  INSERT or INSERT IGNORE
    """
    with RDSManager(settings) as rds:
        rds.execute_query("SET SESSION sql_mode = %s", (sql_mode,))
        rds.execute_query(f"CREATE TEMPORARY TABLE one ({column})")
        try:
            rds.execute_query(f"{insert} INTO one VALUES (%s)", (value,))
        except RDSError as error:
            return f"{type(error).__name__} {error.code}"
        ((kept,),) = rds.execute_query("SELECT * FROM one", fetch_results=True)
    return str(kept) if kept != "" else "''"


@contextmanager
def kept_secret(lab, settings: Settings) -> Iterator[str]:
    """A Secrets Manager secret with this login, named as the lesson is; its name. Deleted at the block's end."""
    client, name = lab.session.client("secretsmanager"), f"{lab.name}/trial"
    tags = [{"Key": teardown.OWNER_KEY, "Value": teardown.OWNER}]
    try:
        client.create_secret(Name=name, SecretString=settings.secret(), Tags=tags)
    except client.exceptions.ResourceExistsException:  # of a run that was killed within the block
        client.put_secret_value(SecretId=name, SecretString=settings.secret())
    try:
        yield name
    finally:
        client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def nobody(settings: Settings) -> Settings:
    """The same login at a port of this machine where no server listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return replace(settings, host="localhost", port=probe.getsockname()[1])
