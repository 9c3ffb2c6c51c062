"""Connecting: only to a server that proves who it is, in bounded time; each refusal is one typed line."""

import contextlib
import datetime as dt
import socket
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pymysql
import pytest
import trustme

from helpers.local import mysql, mysqld
from helpers.rds import RDSManager
from helpers.rds_errors import AccessDenied, CannotConnect, ConnectTimeout, RDSError, TLSRefused, UnknownObject
from helpers.rds_settings import Settings, SettingsError

CLIENT_SSL = 0x0800  # dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html


def refusal(settings, kind, **options) -> str:
    """The line with which connecting is refused."""
    manager = RDSManager(settings, **options)
    with pytest.raises(RDSError) as refused:
        manager.connect()
    assert type(refused.value) is kind
    text = str(refused.value)
    assert "\n" not in text and settings.password not in text
    assert not manager.is_connected()
    return text


@contextlib.contextmanager
def listener(talk):
    """A server of our own on loopback: `talk(socket)` for each connection; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    threading.Thread(target=quietly, args=(connection,), daemon=True).start()

        def quietly(connection):
            with connection, contextlib.suppress(OSError):
                talk(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1]


def test_a_good_connection_is_encrypted_with_a_modern_protocol(settings):
    with RDSManager(settings) as rds:
        ((_, version),) = rds.execute_query("SHOW SESSION STATUS LIKE 'Ssl_version'", fetch_results=True)
    assert version in ("TLSv1.2", "TLSv1.3")


def test_another_authority(settings, tmp_path):
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    text = refusal(replace(settings, ssl_ca=str(tmp_path / "other.pem")), TLSRefused)
    assert "is not signed by the authority in" in text and "global-bundle.pem" in text


def test_another_host_name(settings):
    text = refusal(replace(settings, host="127.0.0.1"), TLSRefused)
    assert "is for another host name" in text


@pytest.fixture
def with_certificate(tmp_path):
    """A server that after starting is given another certificate: make(authority, leaf) → settings."""
    with contextlib.ExitStack() as stack:

        def make(authority, leaf):
            server = stack.enter_context(mysql.start())
            (server.folder / "server-cert.pem").write_bytes(leaf.cert_chain_pems[0].bytes())
            (server.folder / "server-key.pem").write_bytes(leaf.private_key_pem.bytes())
            with RDSManager(Settings.from_environment(server.env)) as rds:
                mariadb = "MariaDB" in rds.execute_query("SELECT VERSION()", fetch_results=True)[0][0]
                rds.execute_query("FLUSH SSL" if mariadb else "ALTER INSTANCE RELOAD TLS")
            authority.cert_pem.write_to_path(tmp_path / "authority.pem")
            return replace(Settings.from_environment(server.env), ssl_ca=str(tmp_path / "authority.pem"))

        yield make


def test_an_expired_certificate(with_certificate):
    authority = trustme.CA()
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    expired = with_certificate(authority, authority.issue_cert("localhost", not_after=yesterday))
    assert "has expired" in refusal(expired, TLSRefused)


def test_a_stolen_certificate_of_the_right_authority(with_certificate):
    authority = trustme.CA()
    stranger = with_certificate(authority, authority.issue_cert("somebody-else.example"))
    assert "is for another host name" in refusal(stranger, TLSRefused)


def test_a_man_in_the_middle_who_takes_tls_away_learns_nothing(settings):
    heard = []

    def strip(client):
        with socket.create_connection(("127.0.0.1", settings.port)) as real:
            greeting = bytearray(real.recv(4096))
            # Packet header 4, protocol 1, version up to its zero, thread 4, salt 8, filler 1: then capabilities.
            place = greeting.index(0, 5) + 1 + 4 + 8 + 1
            capabilities = int.from_bytes(greeting[place : place + 2], "little")
            assert capabilities & CLIENT_SSL
            greeting[place : place + 2] = (capabilities & ~CLIENT_SSL).to_bytes(2, "little")
            client.sendall(greeting)
            heard.append(client.recv(4096))

    with listener(strip) as port:
        text = refusal(replace(settings, port=port), TLSRefused)
    assert "offers no TLS" in text
    assert not any(heard)


def test_the_server_refuses_a_client_without_tls_whoever_it_is(settings):
    where = {"host": settings.host, "port": settings.port}
    with RDSManager(settings) as rds:
        rds.execute_query("CREATE USER careless IDENTIFIED BY 'x'")  # without REQUIRE SSL
        try:
            pymysql.connect(user="careless", password="x", ssl=settings.tls(), **where).close()
            for user, password in (("careless", "x"), (settings.user, settings.password)):
                with pytest.raises(pymysql.err.OperationalError) as refused:
                    pymysql.connect(user=user, password=password, ssl_disabled=True, **where)
                assert refused.value.args[0] in (1045, 3159)  # MariaDB's and MySQL's number for it
        finally:
            rds.execute_query("DROP USER careless")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_tls_is_refused_by_the_server(settings, version):
    context = settings.tls()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    with pytest.raises(pymysql.err.OperationalError):
        pymysql.connect(
            host=settings.host, port=settings.port, user=settings.user, password=settings.password, ssl=context
        )


def test_wrong_password_and_wrong_user(settings):
    for wrong in ({"password": "wrong-Ω"}, {"user": "nobody"}, {"user": "root"}):
        text = refusal(replace(settings, **wrong), AccessDenied)
        assert "1045" in text and "check user and password" in text


def test_a_database_that_does_not_exist(settings):
    assert "1049" in refusal(replace(settings, database="nowhere"), UnknownObject)


def test_nobody_listens(settings):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        text = refusal(replace(settings, port=port), CannotConnect)
    assert "RDS_HOST, RDS_PORT" in text and "security group" in text


def test_a_name_that_nobody_has(settings):
    assert "no-such-host.invalid" in refusal(replace(settings, host="no-such-host.invalid"), CannotConnect)


def drip(connection):
    """The beginning of a long greeting, a byte every tenth of a second."""
    connection.sendall((5000).to_bytes(3, "little") + b"\0")
    while True:
        connection.sendall(b"\x0a")
        time.sleep(0.1)


def stay_silent(connection):
    connection.recv(1)  # nobody speaks first to a MySQL server: this waits until the client hangs up


def greet_then_stay_silent(settings):
    def talk(connection):
        with socket.create_connection(("127.0.0.1", settings.port)) as real:
            connection.sendall(real.recv(4096))
            while connection.recv(4096):  # the client's TLS hello gets no answer
                pass

    return talk


@pytest.mark.parametrize("kind", ["silent", "dripping", "silent within TLS"])
def test_a_server_that_does_not_finish_connecting_is_given_up(settings, kind):
    talk = {"silent": stay_silent, "dripping": drip, "silent within TLS": greet_then_stay_silent(settings)}[kind]
    with listener(talk) as port:
        text = refusal(replace(settings, port=port), ConnectTimeout, connect_timeout=0.5)
    assert "0.5 seconds" in text
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


GARBAGE = [
    b"",
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b"\x00\x00\x00\x00",  # an empty greeting
    b"\x01\x00\x00\x00\x0a",  # greetings that end early
    b"\x05\x00\x00\x00\x0aabcd",
    b"\xff" * 300,
]


@pytest.mark.parametrize("said", GARBAGE)
def test_something_that_is_no_mysql_server(settings, said):
    def talk(connection):
        connection.sendall(said)

    with listener(talk) as port:
        refusal(replace(settings, port=port), CannotConnect, connect_timeout=5)


def test_a_slow_query_ends_at_the_read_timeout(settings):
    from helpers.rds_errors import QueryTimeout

    with RDSManager(settings, read_timeout=1) as rds:
        with pytest.raises(QueryTimeout):
            rds.execute_query("SELECT SLEEP(30)")
        assert not rds.is_connected()
        assert rds.connect() and rds.execute_query("SELECT 1", fetch_results=True) == [(1,)]


def test_connect_time_out_does_not_limit_a_query(settings):
    with RDSManager(settings, connect_timeout=1) as rds:
        rds.execute_query("SELECT SLEEP(1.5)")
        assert rds.is_connected()


def test_a_file_that_is_no_certificate(settings, tmp_path):
    (tmp_path / "empty.pem").write_text("nothing")
    with pytest.raises(SettingsError, match="holds no certificate"):
        RDSManager(replace(settings, ssl_ca=str(tmp_path / "empty.pem"))).connect()


def test_the_local_servers_name_is_not_its_address():
    assert (mysqld.HOST, mysqld.ADDRESS) == ("localhost", "127.0.0.1")


@pytest.mark.parametrize("module", ["helpers.rds", "helpers.connect_rds"])
def test_a_script_without_settings_fails_closed(environment, module):
    done = subprocess.run([sys.executable, "-m", module], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{module}: RDS_HOST, RDS_USER, RDS_PASSWORD, RDS_SSL_CA not set")
    assert done.stderr.count("\n") == 1
