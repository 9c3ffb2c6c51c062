"""Talk to RDS for MySQL: TLS verified, values bound, errors raised, nothing left open.

    with RDSManager() as rds:                                  # RDS_HOST, RDS_USER, RDS_PASSWORD, RDS_SSL_CA
        rds.create_database("shop")
        rds.use("shop")
        with rds.transaction():
            rds.execute_query("INSERT INTO Users (name) VALUES (%s)", ("Alice",))
        rows = rds.execute_query("SELECT name FROM Users", fetch_results=True)

    python -m helpers.rds                                      # the same as a script
    python -m helpers.local.mysql python -m helpers.rds        # beside a private server, without RDS
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

import pymysql
from pymysql.cursors import SSCursor

from helpers import rds_errors
from helpers.oneline import OneLineError
from helpers.rds_connection import open_connection
from helpers.rds_errors import BadIdentifier, CommitUnknown, ConnectionLost, NotConnected, RDSError
from helpers.rds_settings import Settings

DATABASE = "TempDB"
USERS = [("Alice", "alice@example.com"), ("Bob", "bob@example.com")]
CREATE_USERS = """
CREATE TABLE IF NOT EXISTS Users (
    id INT AUTO_INCREMENT PRIMARY KEY,
    name VARCHAR(50) NOT NULL,
    email VARCHAR(100) UNIQUE
)
"""
CONNECT_TIMEOUT = 10.0  # seconds for everything until the login is accepted
BATCH = 1000  # rows a round trip, in both directions

_FAILURES = (pymysql.err.Error, OSError)


def quote_identifier(name: str) -> str:
    """A database, table or column name in backticks, safe to put into a statement.

    Values are bound with %s; names cannot be, so only letters, digits and _ are let through, at most 64
    characters as in MySQL. Raises BadIdentifier for anything else.
    """
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z0-9_]{1,64}", name):
        raise BadIdentifier(f"{name!r} is not a name for a database or table: use 1 to 64 letters, digits and _.")
    return f"`{name}`"


class RDSManager:
    """One connection to one server, with its transactions. Not to be shared between threads.

    As everywhere in Python's database interface, what is not committed is undone: by `rollback`, by `close`,
    and by the server when the connection breaks. A `with RDSManager()` block commits when it ends well.
    MySQL itself commits before and after CREATE, ALTER and DROP.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float | None = None,
    ):
        """Nothing is connected yet.

        settings         where and as whom; from the RDS_* variables when left out
        connect_timeout  seconds until `connect` gives up
        read_timeout     seconds to wait for an answer to a query; None: as long as it takes

        Raises SettingsError, one line, when a setting is missing.
        """
        self.settings = settings or Settings.from_environment()
        self.connection: pymysql.connections.Connection | None = None
        self.rowcount = 0
        self.lastrowid: int | None = None
        self._connect_timeout, self._read_timeout = connect_timeout, read_timeout
        self._streaming = False
        self._in_transaction = False

    @classmethod
    def from_secret(cls, client, secret_id: str, ssl_ca: str | None = None, **options) -> RDSManager:
        """With the login in a Secrets Manager secret, which boto3's `client` reads; see Settings.from_secret."""
        return cls(Settings.from_secret(client, secret_id, ssl_ca), **options)

    def connect(self) -> bool:
        """Connect, with the server's certificate and host name verified. True; an open connection is kept.

        Raises TLSRefused, AccessDenied, ConnectTimeout or CannotConnect: never False.
        """
        if self.connection is None or not self.connection.open:
            self._streaming = self._in_transaction = False
            self.connection = open_connection(self.settings, self._connect_timeout, self._read_timeout)
        return True

    def is_connected(self) -> bool:
        """Whether the server still answers on this connection."""
        if self.connection is None or not self.connection.open:
            return False
        try:
            self.connection.ping(reconnect=False)
        except _FAILURES:
            return False
        return True

    def execute_query(
        self, query: str, params: Sequence | dict | None = None, fetch_results: bool = False
    ) -> bool | list[tuple]:
        """Execute one statement; True, or its rows as a list of tuples with `fetch_results`.

        query   SQL with %s for each value
        params  the values; they are quoted as values, whatever they contain

        `rowcount` then says how many rows it changed or found, `lastrowid` the last AUTO_INCREMENT value.
        Raises an RDSError of helpers.rds_errors.
        """
        with self._cursor() as cursor:
            cursor.execute(query, params)
            self._remember(cursor)
            return list(cursor.fetchall()) if fetch_results else True

    def executemany(self, query: str, rows: Iterable[Sequence], batch: int = BATCH) -> int:
        """Execute one INSERT … VALUES (%s, …) for many rows, `batch` a round trip; how many rows it changed.

        `rows` may be a generator: no more than one batch is held in memory. On an error nothing of this call
        is committed, but earlier batches wait in the open transaction: use `transaction()`.
        """
        remaining, changed = iter(rows), 0
        while part := list(islice(remaining, batch)):
            with self._cursor() as cursor:
                changed += cursor.executemany(query, part) or 0
                self._remember(cursor)
        self.rowcount = changed
        return changed

    def stream(self, query: str, params: Sequence | dict | None = None, batch: int = BATCH) -> Iterator[tuple]:
        """The rows of a large result one after the other, `batch` of them in memory at a time.

        Until the last row is read, or the iterator closed, the connection is busy: other queries raise
        RDSError. Closing early reads the rest away, so say LIMIT when a few rows are enough.
        """
        with self._cursor(SSCursor) as cursor:
            self._streaming = True
            try:
                cursor.execute(query, params)
                while part := cursor.fetchmany(batch):
                    yield from part
            finally:
                self._streaming = False

    @contextmanager
    def transaction(self) -> Iterator[RDSManager]:
        """All statements of the block or none: COMMIT at its end, ROLLBACK when it raises.

        Raises RDSError when a transaction block is open already: MySQL has none within another.
        """
        if self._in_transaction:
            raise RDSError("A transaction is open already: end its block first.")
        with self._cursor():
            self._connection().begin()
        self._in_transaction = True
        try:
            yield self
        except BaseException:
            self._undo()
            raise
        finally:
            self._in_transaction = False
        self.commit()

    def commit(self) -> None:
        """Make everything since the last commit permanent.

        Raises CommitUnknown when the connection breaks here: the server may or may not have done it.
        """
        if not self._connection().open:
            raise ConnectionLost("The connection is closed, and what was not committed is undone: connect again.")
        try:
            with self._cursor():
                self._connection().commit()
        except ConnectionLost as error:
            raise CommitUnknown(
                "The connection broke during COMMIT: connect again and look whether the rows are there"
                " before repeating the transaction.",
                error.code,
            ) from error

    def rollback(self) -> None:
        """Undo everything since the last commit."""
        with self._cursor():
            self._connection().rollback()

    def use(self, db_name: str) -> None:
        """Make `db_name` the database of the statements that follow."""
        self.execute_query(f"USE {quote_identifier(db_name)}")

    def create_database(self, db_name: str) -> bool:
        """Create a database unless it exists: True when created, False when it was there already."""
        # The server answers "exists" with a warning; the count of rows is 1 either way.
        with self._cursor() as cursor:
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS {quote_identifier(db_name)}")
            return cursor.warning_count == 0

    def drop_database(self, db_name: str) -> None:
        """Drop a database with everything in it, if it exists."""
        self.execute_query(f"DROP DATABASE IF EXISTS {quote_identifier(db_name)}")

    def list_databases(self) -> list[str]:
        """The names of all databases that this user may see, sorted."""
        return sorted(name for (name,) in self.execute_query("SHOW DATABASES", fetch_results=True))

    def close(self) -> None:
        """Close the connection; what is not committed is undone. Calling it twice is harmless."""
        connection, self.connection = self.connection, None
        self._streaming = self._in_transaction = False
        if connection is None or not connection.open:
            return
        try:
            connection.close()
        except _FAILURES:  # it broke before: the server has undone the transaction
            return

    def __enter__(self) -> RDSManager:
        self.connect()
        return self

    def __exit__(self, kind, value, trace) -> None:
        try:
            if kind is None and self.connection is not None and self.connection.open:
                self.commit()
        finally:
            self.close()

    def __repr__(self) -> str:
        state = "connected" if self.connection is not None and self.connection.open else "not connected"
        return f"RDSManager({self.settings.user}@{self.settings.host}:{self.settings.port}, {state})"

    def _connection(self) -> pymysql.connections.Connection:
        if self.connection is None:
            raise NotConnected("Not connected: call connect(), or use `with RDSManager() as rds:`.")
        return self.connection

    @contextmanager
    def _cursor(self, kind=None):
        """A cursor that is always closed, with PyMySQL's errors as ours."""
        connection = self._connection()
        if self._streaming:
            raise RDSError("A stream of rows is still open: read it to its end, or close() it.")
        try:
            cursor = connection.cursor(kind)
            try:
                yield cursor
            finally:
                _close_cursor(cursor, connection)
        except (*_FAILURES, TypeError, ValueError, KeyError) as error:
            raise rds_errors.translate(error) from error

    def _remember(self, cursor) -> None:
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid

    def _undo(self) -> None:
        """Roll back on the way out of an error; a broken connection has been rolled back by the server."""
        if self.connection is not None and self.connection.open:
            try:
                self.connection.rollback()
            except _FAILURES:
                self.close()


def _close_cursor(cursor, connection) -> None:
    """Close a cursor, also on a broken connection, where PyMySQL would try to read the stream's rest."""
    if not connection.open and connection._result is not None:
        connection._result.unbuffered_active = False
    cursor.close()


def engine(settings: Settings, database: str | None = None, connect_timeout: float = CONNECT_TIMEOUT):
    """A SQLAlchemy engine for pandas' read_sql and to_sql, whose connections are verified as ours are.

    database         the settings' own when left out
    connect_timeout  seconds for each connection

    The password is not in its URL. `dispose()` closes its connections. Connecting raises an RDSError.
    """
    import sqlalchemy

    where = replace(settings, database=database or settings.database)
    return sqlalchemy.create_engine(
        "mysql+pymysql://", creator=lambda: open_connection(where, connect_timeout, None), hide_parameters=True
    )


def users_example(rds: RDSManager) -> None:
    """A database, a table, two users. A second run finds them there, and nothing fails."""
    created = rds.create_database(DATABASE)
    print(f"Database {DATABASE} {'created' if created else 'exists already'}.")
    print(f"Databases: {', '.join(rds.list_databases())}")
    rds.use(DATABASE)
    rds.execute_query(CREATE_USERS)
    with rds.transaction():
        for name, email in USERS:
            known = rds.execute_query("SELECT 1 FROM Users WHERE email = %s", (email,), fetch_results=True)
            if not known:
                rds.execute_query("INSERT INTO Users (name, email) VALUES (%s, %s)", (name, email))
            print(f"User {name} {'exists already' if known else 'inserted'}.")
    for row in rds.execute_query("SELECT id, name, email FROM Users ORDER BY id", fetch_results=True):
        print(row)


def run(program: str, example: Callable[[RDSManager], None]) -> int:
    """Connect, run `example`, close; the exit status: 0, or 2 with one line on standard error."""
    try:
        with RDSManager() as rds:
            print(f"Connected to {rds.settings.host}, TLS verified.")
            example(rds)
        print("Connection closed.")
        return 0
    except OneLineError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(run("helpers.rds", users_example))
