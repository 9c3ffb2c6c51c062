"""What can go wrong with a MySQL server, as types: one line each, saying what to do next.

    try:
        rds.execute_query("INSERT INTO Users (email) VALUES (%s)", ("a@example.com",))
    except DuplicateRow:
        …
"""

from __future__ import annotations

import ssl

import pymysql

from helpers.oneline import OneLineError


class RDSError(OneLineError):
    """Anything that the server or the way to it refused. `code`: MySQL's error number, or None."""

    def __init__(self, message: str, code: int | None = None):
        super().__init__(message)
        self.code = code


class NotConnected(RDSError):
    """A query was asked of a manager that is not connected."""


class CannotConnect(RDSError):
    """No server answers there, or something else than a MySQL server does."""


class ConnectTimeout(CannotConnect):
    """The server did not complete a connection in time."""


class TLSRefused(CannotConnect):
    """The server offers no TLS, or its certificate is not one to trust; nothing was sent to it."""


class AccessDenied(RDSError):
    """User or password are wrong, or the user may not do this."""


class ConnectionLost(RDSError):
    """The connection broke; the open transaction is undone by the server."""


class CommitUnknown(ConnectionLost):
    """The connection broke during COMMIT: whether it happened must be looked up."""


class QueryTimeout(ConnectionLost):
    """The server did not answer a query in time; the connection is closed."""


class BadIdentifier(RDSError):
    """A name that no database or table of the course can have."""


class UnknownObject(RDSError):
    """A database, table or column that does not exist, or no database chosen."""


class AlreadyExists(RDSError):
    """A database, table or column of this name exists."""


class SQLRefused(RDSError):
    """The statement is not SQL, or its parameters do not fit it."""


class ValueRefused(RDSError):
    """Strict mode: a value does not fit its column, or a column that needs one got none."""


class ConstraintViolated(RDSError):
    """A key or a check refused the row."""


class ReadOnlyServer(RDSError):
    """The server is a replica, or has just become one."""


class DuplicateRow(ConstraintViolated):
    """A row with this key exists (1062)."""


class LockTimeout(RDSError):
    """Another transaction held a row for too long (1205); only the statement was undone."""


class Deadlock(RDSError):
    """Two transactions waited for each other (1213); this whole one was undone."""


# MySQL's error numbers (dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html) → type, what to do.
_BY_CODE: dict[int, tuple[type[RDSError], str]] = {}


def _codes(kind: type[RDSError], advice: str, *codes: int) -> None:
    _BY_CODE.update(dict.fromkeys(codes, (kind, advice)))


_codes(AccessDenied, "check user and password, and that the account may come from this machine", 1045, 1698, 1130)
_codes(AccessDenied, "ask an administrator for the privilege", 1044, 1142, 1143, 1227, 1370, 1410)
_codes(UnknownObject, "name one with USE, or write database.table", 1046)
_codes(UnknownObject, "check the name, or create it", 1008, 1049, 1051, 1054, 1091, 1146, 1305)
_codes(AlreadyExists, "drop it, or say IF NOT EXISTS", 1007, 1050, 1060, 1061)
_codes(SQLRefused, "check the SQL near the place it names", 1064, 1065, 1149)
_codes(SQLRefused, "give as many values as columns", 1136)
_codes(ValueRefused, "give the value in the column's type and length", 1264, 1265, 1292, 1366, 1367, 1406, 1411)
_codes(ValueRefused, "give the column a value", 1048, 1364)
_codes(DuplicateRow, "update the existing row, or leave this one out", 1062, 1586)
_codes(ConstraintViolated, "the row it refers to must exist, and may go only after it", 1216, 1217, 1451, 1452)
_codes(ConstraintViolated, "the value breaks a CHECK of the table", 3819, 4025)
_codes(LockTimeout, "roll back, and repeat the transaction", 1205)
_codes(ReadOnlyServer, "connect to the writer's endpoint", 1290, 1792, 1836)
_codes(Deadlock, "the transaction was undone: repeat it from its beginning", 1213)
_codes(ConnectionLost, "connect again, and repeat the transaction from its beginning", 1053, 1927, 2006, 2013)
_codes(ConnectionLost, "it was closed after a long silence: connect again", 2055, 4031)
_codes(AccessDenied, "the account insists on TLS: give RDS_SSL_CA", 3159)
_codes(CannotConnect, "close connections that are no longer needed, or raise max_connections", 1040, 1203)


def translate(error: Exception) -> RDSError:
    """The typed error for what PyMySQL raised on an open connection."""
    code = _code(error)
    message = str(error.args[-1]) if error.args else str(error)
    if isinstance(error, pymysql.err.InterfaceError | OSError):
        return ConnectionLost(f"The connection is closed: {message or 'it broke'}: connect again.", code)
    if code in (2006, 2013) and "timed out" in message:
        return QueryTimeout("The server did not answer within read_timeout: the connection is closed.", code)
    if code is None and "used with MySQL" in message:  # NaN and infinity, which MySQL does not have
        return ValueRefused(f"{message.rstrip('.')}: give another value, or None for NULL.")
    if code is None:  # PyMySQL and Python, putting the values into the statement
        return SQLRefused(
            f"The parameters do not fit the statement: {message}: one %s for each value, and %% for a plain %."
        )
    kind, advice = _BY_CODE.get(code, (RDSError, "see the MySQL manual for this number"))
    return kind(f"MySQL error {code}: {message.rstrip('.')}: {advice}.", code)


def translate_connecting(error: Exception, where: str, ssl_ca: str) -> RDSError:
    """The typed error for what was raised while connecting to `where` (host:port)."""
    cause = getattr(error, "original_exception", None) or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return TLSRefused(_certificate(cause, where, ssl_ca))
    if isinstance(cause, ssl.SSLError):
        return TLSRefused(f"{where} did not complete TLS: {cause.reason or cause}: check host and port.")
    code = _code(error)
    if code == 2026:
        return TLSRefused(f"{where} offers no TLS, so nothing was sent to it: check host and port.", code)
    if isinstance(cause, TimeoutError):
        return ConnectTimeout(_timeout(where))
    if code in (2003, 2006, 2013, None):
        reason = getattr(cause, "strerror", None) or str(error.args[-1] if error.args else error)
        return CannotConnect(
            f"No MySQL server answers at {where} ({reason}): check RDS_HOST, RDS_PORT, that the instance runs"
            " and that its security group lets this machine in.",
            code,
        )
    return translate(error)


def _code(error: Exception) -> int | None:
    """MySQL's number, if it is MySQL's or its client's error; an OSError's number is of another list."""
    numbered = isinstance(error, pymysql.err.Error) and error.args and isinstance(error.args[0], int)
    return error.args[0] if numbered else None


def timed_out(where: str, seconds: float) -> ConnectTimeout:
    """The error for a server that did not complete a connection within `seconds`."""
    return ConnectTimeout(f"{_timeout(where)} The limit was {seconds:g} seconds.")


def _timeout(where: str) -> str:
    return f"{where} did not complete the connection in time: check host, port and security group."


def _certificate(error: ssl.SSLCertVerificationError, where: str, ssl_ca: str) -> str:
    """What is wrong with the server's certificate, and what to do. Verification codes: openssl's x509_vfy.h."""
    if error.verify_code == 62 or "ostname" in error.verify_message or "IP address" in error.verify_message:
        return f"The certificate of {where} is for another host name: use the name that the certificate carries."
    if error.verify_code == 10:
        return f"The certificate of {where} has expired: the server needs a new one; RDS: rotate its certificate."
    return (
        f"The certificate of {where} is not signed by the authority in {ssl_ca} ({error.verify_message}):"
        " use the authority's current file, for RDS global-bundle.pem."
    )
