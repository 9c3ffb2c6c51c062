"""A server that dies: in a query, in a transaction, in COMMIT. What was open is undone, and is said to be."""

import os
import signal
import socket
import threading
import time
from dataclasses import replace

import pytest

from helpers.local import mysql
from helpers.rds import RDSManager
from helpers.rds_errors import CannotConnect, CommitUnknown, ConnectionLost, NotConnected, RDSError
from helpers.rds_settings import Settings


@pytest.fixture
def mortal():
    """A server for one test to kill, with a table, and a connected manager."""
    with mysql.start() as server:
        rds = RDSManager(Settings.from_environment(server.env))
        rds.connect()
        rds.create_database("shop")
        rds.use("shop")
        rds.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
        yield server, rds
        rds.close()


def kill(server):
    os.kill(server.server_pid, signal.SIGKILL)


def test_a_server_that_dies_in_the_middle_of_a_transaction(mortal):
    server, rds = mortal
    with pytest.raises(ConnectionLost) as lost, rds.transaction():
        rds.execute_query("INSERT INTO t VALUES (1)")
        kill(server)
        rds.execute_query("INSERT INTO t VALUES (2)")
    assert type(lost.value) is ConnectionLost
    assert "repeat the transaction from its beginning" in str(lost.value)
    assert not rds.is_connected()
    with pytest.raises(CannotConnect):
        rds.connect()
    with pytest.raises(RDSError):
        rds.execute_query("SELECT 1")


def test_a_server_that_dies_before_commit_leaves_the_outcome_unknown(mortal):
    server, rds = mortal
    with pytest.raises(CommitUnknown, match="look whether the rows are there"), rds.transaction():
        rds.execute_query("INSERT INTO t VALUES (1)")
        kill(server)


def test_a_server_that_dies_at_the_end_of_a_with_block(mortal):
    server, rds = mortal
    with pytest.raises(CommitUnknown), RDSManager(rds.settings) as mine:
        mine.execute_query("INSERT INTO shop.t VALUES (1)")
        kill(server)
    assert mine.connection is None


def test_a_server_that_dies_under_a_running_query(mortal):
    server, rds = mortal
    killer = threading.Timer(0.5, kill, [server])
    killer.start()
    with pytest.raises(ConnectionLost):
        rds.execute_query("SELECT SLEEP(60)")
    killer.join()
    rds.close()  # harmless


def test_a_server_that_dies_under_a_stream(mortal):
    server, rds = mortal
    rds.executemany("INSERT INTO t VALUES (%s)", ((n,) for n in range(1000)))
    rows = rds.stream("SELECT REPEAT('x', 1000) FROM t a, t b", batch=10)
    next(rows)
    kill(server)
    with pytest.raises(ConnectionLost):
        for _ in rows:
            pass
    with pytest.raises(ConnectionLost):
        rds.execute_query("SELECT 1")


def test_a_with_block_that_handled_the_loss_itself_ends_quietly(mortal):
    server, rds = mortal
    with RDSManager(rds.settings) as mine:
        kill(server)
        with pytest.raises(ConnectionLost):
            mine.execute_query("SELECT 1")
    with pytest.raises(ConnectionLost) as lost:
        rds.execute_query("SELECT 1")
        rds.commit()
    assert type(lost.value) is ConnectionLost


def test_an_error_of_the_block_is_not_hidden_by_the_dead_server(mortal):
    server, rds = mortal
    with pytest.raises(ZeroDivisionError), rds.transaction():
        rds.execute_query("INSERT INTO t VALUES (1)")
        kill(server)
        time.sleep(0.2)
        1 / 0  # noqa: B018


@pytest.mark.parametrize("moment", ["statement", "commit"])
def test_a_connection_that_an_administrator_kills_is_undone_and_can_be_made_again(database, moment):
    with RDSManager(database) as setup:
        setup.execute_query("CREATE TABLE t (id INT PRIMARY KEY)")
    rds = RDSManager(database)
    rds.connect()
    with RDSManager(database) as administrator:
        with pytest.raises(ConnectionLost) as lost, rds.transaction():
            rds.execute_query("INSERT INTO t VALUES (1)")
            administrator.execute_query(f"KILL {rds.connection.thread_id()}")
            if moment == "statement":
                rds.execute_query("INSERT INTO t VALUES (2)")
        assert type(lost.value) is (ConnectionLost if moment == "statement" else CommitUnknown)
        assert rds.connect()
        assert rds.execute_query("SELECT * FROM t", fetch_results=True) == []
    rds.close()
    with pytest.raises(NotConnected):
        rds.commit()


def test_a_network_that_goes_away_under_an_open_connection(database):
    """Between us and the server stands a relay, which is cut."""
    listening = socket.create_server(("127.0.0.1", 0))
    ends = []

    def relay():
        ours, _ = listening.accept()
        theirs = socket.create_connection(("127.0.0.1", database.port))
        ends.extend([ours, theirs])

        def pump(source, target):
            try:
                while piece := source.recv(65536):
                    target.sendall(piece)
            except OSError:
                return

        threading.Thread(target=pump, args=(theirs, ours), daemon=True).start()
        pump(ours, theirs)

    threading.Thread(target=relay, daemon=True).start()
    try:
        rds = RDSManager(replace(database, port=listening.getsockname()[1]))
        rds.connect()
        assert rds.execute_query("SELECT 1", fetch_results=True) == [(1,)]
        for end in ends:
            end.shutdown(socket.SHUT_RDWR)
        with pytest.raises(ConnectionLost):
            rds.execute_query("SELECT 1")
        assert not rds.is_connected()
        rds.close()
    finally:
        for end in [*ends, listening]:
            end.close()
