"""The private server as a process: its accounts, its secrets, and that it leaves nothing however it ends."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from helpers.local import mysql, mysqld
from helpers.rds import RDSManager
from helpers.rds_errors import AccessDenied
from helpers.rds_settings import Settings

PATIENCE = 20  # seconds

START_AND_WAIT = """
import os, sys, time
from helpers.local import mysql
server = mysql.start()
print(server.pid, server.server_pid, server.folder, flush=True)
{then}
"""


def eventually(condition, within=PATIENCE):
    end = time.monotonic() + within
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def alive(pid):
    """Whether a process runs; one that has ended but was not waited for does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def parent(tmp_path):
    """A program that starts a server, then does `then`: its process, supervisor's and server's pid, the folder."""
    running = []

    def start(then="time.sleep(600)"):
        process = subprocess.Popen(
            [sys.executable, "-c", START_AND_WAIT.format(then=then)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)},
        )
        running.append(process)
        line = process.stdout.readline().split()
        assert len(line) == 3, process.stderr.read()
        return process, int(line[0]), int(line[1]), Path(line[2])

    yield start
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # with what it has forked
        process.communicate()


def nothing_is_left(supervisor, server, folder):
    base = folder.parent
    return eventually(lambda: not alive(supervisor) and not alive(server) and not any(base.iterdir()))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_server_ends_with_its_parent_however_that_is_killed(parent, number):
    process, supervisor, server, folder = parent()
    assert alive(server) and (folder / "ca.pem").is_file()
    process.send_signal(number)
    process.wait(PATIENCE)
    assert nothing_is_left(supervisor, server, folder)


@pytest.mark.parametrize("then", ["pass", "raise SystemExit(3)", "os._exit(0)", "server.stop(); server.stop()"])
def test_the_server_ends_when_its_parent_ends_by_itself(parent, then):
    process, supervisor, server, folder = parent(then)
    process.wait(PATIENCE)
    assert nothing_is_left(supervisor, server, folder)


FORK = "os.fork()\ntime.sleep(600)"
HEIR = "import subprocess; subprocess.run(['sleep', '600'], pass_fds=[server._child.stdin.fileno()])"


@pytest.mark.parametrize("then", [FORK, HEIR])
def test_no_other_process_of_the_parents_keeps_the_server(parent, then):
    process, supervisor, server, folder = parent(then)
    time.sleep(0.5)  # the other process is there
    process.kill()
    process.wait(PATIENCE)
    assert nothing_is_left(supervisor, server, folder)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_the_server_ends_with_its_supervisor_and_the_next_one_tidies_up(parent):
    _, supervisor, server, folder = parent()
    os.kill(supervisor, signal.SIGKILL)
    assert eventually(lambda: not alive(server))
    assert folder.exists()
    _, _, _, next_folder = parent()
    assert not folder.exists() and next_folder.exists()


def test_a_server_that_dies_takes_its_folder_along():
    with mysql.start() as server:
        os.kill(server.server_pid, signal.SIGKILL)
        assert eventually(lambda: not server.running() and not server.folder.exists())


def test_two_servers_at_a_time_have_nothing_in_common(server, settings):
    with mysql.start() as second:
        other = Settings.from_environment(second.env)
        assert (other.port, other.password, other.ssl_ca) != (settings.port, settings.password, settings.ssl_ca)
        with pytest.raises(AccessDenied):
            RDSManager(replace(other, password=settings.password)).connect()


def test_only_two_accounts_can_log_in_and_both_need_tls(settings):
    with RDSManager(settings) as rds:
        accounts = rds.execute_query("SELECT User, Host, ssl_type FROM mysql.user", fetch_results=True)
    system = {("mariadb.sys", "localhost"), ("mysql.sys", "localhost"), ("mysql.session", "localhost")}
    system.add(("mysql.infoschema", "localhost"))
    ours = [row for row in accounts if row[:2] not in system]
    assert sorted(ours) == [("admin", "%", "ANY"), ("app", "%", "ANY")]


@pytest.mark.parametrize("user", ["mariadb.sys", "root", "mysql.sys", ""])
def test_nobody_gets_in_without_a_password_not_even_by_the_socket(server, user):
    import pymysql

    path = server.folder / "data" / "server.sock"
    assert path.is_socket()
    with contextlib.chdir(path.parent), pytest.raises(pymysql.err.OperationalError):
        pymysql.connect(unix_socket=path.name, user=user, password="")


def test_the_administrator_is_no_superuser(settings):
    statements = ["SET GLOBAL max_connections = 5", "SHUTDOWN", "SELECT 1 INTO OUTFILE 'x'"]
    for statement in [*statements, "LOAD DATA INFILE '/etc/passwd' INTO TABLE mysql.func"]:
        with RDSManager(settings) as rds, pytest.raises(AccessDenied):
            rds.execute_query(statement)


def test_only_loopback_is_listened_to(server):
    port = int(server.env["RDS_PORT"])
    with socket.create_connection(("127.0.0.1", port)):
        pass
    hexadecimal = f":{port:04X}"
    tables = [Path(name) for name in ("/proc/net/tcp", "/proc/net/tcp6") if Path(name).exists()]
    lines = [line.split() for table in tables for line in table.read_text().splitlines()[1:]]
    listening = {fields[1] for fields in lines if fields[1].endswith(hexadecimal) and fields[3] == "0A"}
    assert listening <= {f"0100007F{hexadecimal}"}


def test_the_server_behaves_as_mysql_8_on_rds_does_by_default(settings):
    with RDSManager(settings) as rds:
        ((modes, zone, charset),) = rds.execute_query(
            "SELECT @@sql_mode, @@time_zone, @@character_set_server", fetch_results=True
        )
    assert set(modes.split(",")) == {  # dev.mysql.com/doc/refman/8.0/en/sql-mode.html
        "ONLY_FULL_GROUP_BY",
        "STRICT_TRANS_TABLES",
        "NO_ZERO_IN_DATE",
        "NO_ZERO_DATE",
        "ERROR_FOR_DIVISION_BY_ZERO",
        "NO_ENGINE_SUBSTITUTION",
    }
    assert (zone, charset) == ("+00:00", "utf8mb4")


def secrets_of(server):
    return [server.env["RDS_PASSWORD"], server.env["RDS_APP_PASSWORD"]]


def test_passwords_are_long_random_and_in_no_argument_list(server):
    first, second = secrets_of(server)
    assert first != second and min(len(first), len(second)) >= 32  # 24 random bytes in base64
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if os.access(path, os.R_OK)]
    commands.append(subprocess.run(["ps", "-axww", "-o", "args="], capture_output=True).stdout)
    assert any(b"helpers.local.mysql" in command for command in commands)
    for secret in secrets_of(server):
        assert not any(secret.encode() in command for command in commands)


def test_passwords_are_in_no_file_log_or_repr(server):
    found = [path for path in server.folder.rglob("*") if path.is_file()]
    assert {"server.log", "ca.pem"} <= {path.name for path in found}
    assert "accounts.sql" not in {path.name for path in found}
    for secret in secrets_of(server):
        assert not [path for path in found if secret.encode() in path.read_bytes()]
        assert secret not in repr(server) + server.log()


def test_nobody_else_may_read_the_folder(server):
    for path in (server.folder, server.folder.parent):
        assert path.stat().st_mode & 0o077 == 0
    assert (server.folder / "server-key.pem").stat().st_mode & 0o777 == 0o600


def run(*command, **options):
    whole = [sys.executable, "-m", "helpers.local.mysql", *command]
    return subprocess.run(whole, capture_output=True, text=True, **options)


def test_where_the_program_is_missing_one_line_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setattr(mysqld, "MORE_FOLDERS", ())
    with pytest.raises(FileNotFoundError) as missing:
        mysqld.find(str(tmp_path))
    for command in (
        "apt-get install mariadb-server-core mariadb-client-core",
        "brew install mariadb",
        "conda install -c conda-forge mysql-server",
    ):
        assert command in str(missing.value)
    assert "\n" not in str(missing.value)


def test_a_program_that_does_not_start_is_one_line_and_leaves_nothing(tmp_path):
    (tmp_path / "bin").mkdir()
    for name, text in (("mariadbd", "echo MariaDB"), ("mariadb-install-db", "echo out of luck; exit 1")):
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", "TMPDIR": str(tmp_path)}
    done = run("true", env=environment)
    assert done.returncode == 2 and done.stdout == ""
    assert re.fullmatch(r"helpers.local.mysql: .*mariadb-install-db failed: out of luck\n", done.stderr)
    assert not list((tmp_path / f"athena-workbook-{os.getuid()}").iterdir())


def test_a_temporary_folder_may_be_deep_but_has_no_space(tmp_path):
    for name, status in (("deep" * 40, 0), ("é&$'", 0), ("a b", 2)):
        folder = tmp_path / name
        folder.mkdir()
        done = run("true", env={**os.environ, "TMPDIR": str(folder)})
        assert done.returncode == status, done.stderr
        assert done.stderr.count("\n") == (status == 2)
        assert not list((folder / f"athena-workbook-{os.getuid()}").iterdir())


def test_a_full_or_forbidden_folder_is_one_line(tmp_path):
    (tmp_path / f"athena-workbook-{os.getuid()}").write_text("a file where the folder should be")
    done = run("true", env={**os.environ, "TMPDIR": str(tmp_path)})
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("helpers.local.mysql: ") and done.stderr.count("\n") == 1


def test_an_unexpected_failure_of_the_supervisor_is_named_and_leaves_nothing(tmp_path):
    (tmp_path / "trustme.py").write_text("raise ImportError('half installed')")
    done = run("true", env={**os.environ, "PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path)})
    assert (done.returncode, done.stderr) == (2, "helpers.local.mysql: ImportError: half installed\n")
    assert not list((tmp_path / f"athena-workbook-{os.getuid()}").iterdir())


def test_a_command_runs_beside_a_server_and_its_status_is_ours():
    code = "import os, sys; sys.exit(7 if os.environ['RDS_HOST'] == 'localhost' else 1)"
    done = run("--", sys.executable, "-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (7, "", "")
    assert run().returncode == 2
    assert "no-such-program" in run("no-such-program").stderr
