"""One verified connection to a MySQL server, within a time limit for all of it."""

from __future__ import annotations

import socket
import ssl
import threading

import pymysql

from helpers import rds_errors
from helpers.rds_settings import Settings


def open_connection(settings: Settings, timeout: float, read_timeout: float | None):
    """A connection, TLS and host name verified, within `timeout` seconds.

    Raises TLSRefused, AccessDenied, ConnectTimeout or CannotConnect. `read_timeout`: seconds that a later
    query may take, None for as long as it wants.

    PyMySQL's own limit is for the TCP connection alone; a server that accepts and then says nothing, or a
    byte at a time, would hold us for ever. So at the deadline a timer ends the socket under it.
    """
    where = f"{settings.host}:{settings.port}"
    deadline = _Deadline(timeout)
    try:
        connection = pymysql.connect(
            host=settings.host,
            port=settings.port,
            user=settings.user,
            password=settings.password.encode(),
            database=settings.database,
            charset="utf8mb4",
            ssl=_verifying_context(settings.ssl_ca),
            read_timeout=read_timeout,
            defer_connect=True,
        )
        raw = socket.create_connection((settings.host, settings.port), timeout)
        deadline.watch(raw)
        connection.connect(raw)
    except (pymysql.err.Error, OSError, ValueError, UnicodeError) as error:
        if deadline.passed:
            raise rds_errors.timed_out(where, timeout) from error
        raise rds_errors.translate_connecting(error, where, settings.ssl_ca) from error
    finally:
        deadline.cancel()
    return connection


class _Deadline:
    """Ends a socket after so many seconds; `passed` says whether it did."""

    def __init__(self, seconds: float):
        self.passed = False
        self._seconds, self._handle, self._timer = seconds, None, None

    def watch(self, raw: socket.socket) -> None:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self._handle = raw.dup()  # TLS takes the original over; both are the same connection
        self._timer = threading.Timer(self._seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        self.passed = True
        self._handle.shutdown(socket.SHUT_RDWR)

    def cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
            self._handle.close()


def _verifying_context(ssl_ca: str) -> ssl.SSLContext:
    """TLS 1.2 or newer, certificate and host name verified against this authority alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies both by default
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(ssl_ca)
    except (OSError, ssl.SSLError) as error:
        raise rds_errors.TLSRefused(f"RDS_SSL_CA = {ssl_ca!r} holds no certificate (PEM): {error}.") from error
    return context
