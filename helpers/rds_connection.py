"""One verified connection to a MySQL server, within a time limit for all of it."""

from __future__ import annotations

import contextlib
import socket
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
    context = settings.tls()
    deadline = _Deadline(timeout)
    try:
        with deadline:
            connection = pymysql.connect(
                host=settings.host,
                port=settings.port,
                user=settings.user,
                password=settings.password.encode(),
                database=settings.database,
                charset="utf8mb4",
                ssl=context,
                read_timeout=read_timeout,
                defer_connect=True,
            )
            raw = socket.create_connection((settings.host, settings.port), timeout)
            deadline.watch(raw)
            connection.connect(raw)
    except Exception as error:  # what is no MySQL server can trip PyMySQL's reader in any way
        if deadline.passed:
            raise rds_errors.timed_out(where, timeout) from error
        raise rds_errors.translate_connecting(error, where, settings.ssl_ca) from error
    if deadline.passed:
        raise rds_errors.timed_out(where, timeout)
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
        with contextlib.suppress(OSError):  # the server has hung up already
            self._handle.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> _Deadline:
        return self

    def __exit__(self, *exc_info) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
            self._handle.close()
