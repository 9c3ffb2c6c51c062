"""The MySQL server program: where it is, its data folder, and how it is run.

MariaDB (Debian, Homebrew) or MySQL (conda-forge), whichever is found first. Both speak MySQL's protocol and
dialect, which is what a client of RDS for MySQL sees.
"""

import ctypes
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HOST = "localhost"  # the only name in the certificate; 127.0.0.1 is then a wrong name, as a stranger's would be
ADDRESS = "127.0.0.1"
ADMIN, APPLICATION = "admin", "app"
READY_WITHIN = 50  # seconds; about 0.5 on a laptop
PORT_ATTEMPTS = 5  # another program may take the port between our choice and the server's start
HOW_TO_INSTALL = (
    "the MySQL server program is missing; type: sudo apt-get install mariadb-server-core mariadb-client-core"
    " (Debian, Ubuntu), brew install mariadb (macOS), or conda install -c conda-forge mysql-server (conda)"
)
# Beyond PATH: system programs that Debian keeps from ordinary users' PATH, and Homebrew's places.
MORE_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/opt/homebrew/bin", "/usr/local/bin")

# MySQL 8.0's default (dev.mysql.com/doc/refman/8.0/en/sql-mode.html); MariaDB's own lacks the date rules.
SQL_MODE = ",".join(
    (
        "ONLY_FULL_GROUP_BY",
        "STRICT_TRANS_TABLES",
        "NO_ZERO_IN_DATE",
        "NO_ZERO_DATE",
        "ERROR_FOR_DIVISION_BY_ZERO",
        "NO_ENGINE_SUBSTITUTION",
    )
)
# What the master user of RDS for MySQL may do; no SUPER, no FILE, no SHUTDOWN
# (docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html, read 2023-06-10).
ADMIN_PRIVILEGES = (
    "SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES,"
    " CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW,"
    " SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER"
)


@dataclass(frozen=True)
class Program:
    """The server's executable, and MariaDB's script that makes a data folder (None for MySQL)."""

    server: Path
    install: Path | None


def find(path=None):
    """The server program on this machine. Raises FileNotFoundError, one line, when there is none."""
    here = os.environ.get("PATH", "") if path is None else path
    folders = [str(Path(sys.executable).parent), *here.split(os.pathsep)]
    folders += MORE_FOLDERS if path is None else ()
    search = os.pathsep.join(filter(None, folders))
    server = shutil.which("mariadbd", path=search) or shutil.which("mysqld", path=search)
    if not server:
        raise FileNotFoundError(HOW_TO_INSTALL)
    version = subprocess.run([server, "--no-defaults", "--version"], capture_output=True, text=True).stdout
    if "MariaDB" not in version:
        return Program(Path(server), None)
    install = shutil.which("mariadb-install-db", path=search) or shutil.which("mysql_install_db", path=search)
    if not install:
        raise FileNotFoundError(HOW_TO_INSTALL)
    return Program(Path(server), Path(install))


class Database:
    """A fresh server in `folder`: running once made. `port`, `passwords`, `certificate_authority`, `pid`."""

    def __init__(self, folder):
        """Raises FileNotFoundError without the program and RuntimeError, one line, when it does not start."""
        self._folder = Path(folder)
        if re.search(r"\s", str(folder)):  # MariaDB's script splits the path there
            raise RuntimeError(f"the path {str(folder)!r} has a space: set TMPDIR to a folder without")
        self._program = find()
        self.certificate_authority = _make_certificates(self._folder)
        self.passwords = {user: secrets.token_urlsafe(24) for user in (ADMIN, APPLICATION)}
        self._make_data_folder()
        self._child = self._start()
        self.pid = self._child.pid

    def running(self):
        return self._child.poll() is None

    def stop(self):
        """End the server at once; its data are to be deleted, so there is nothing to save."""
        self._child.kill()
        self._child.wait()

    def _make_data_folder(self):
        """The system tables. MariaDB has a script for it, MySQL an option of the server."""
        common = self._storage_settings()
        if self._program.install:
            command = [self._program.install, "--no-defaults", *common]
            command += ["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]
        else:
            command = [self._program.server, "--no-defaults", "--initialize-insecure", *common]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=self._folder
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {_reason(done.stdout.decode(errors='replace'))}")

    def _start(self):
        """The running server, its accounts made and a verified connection proven."""
        accounts = self._folder / "accounts.sql"
        log = self._folder / "server.log"
        for _ in range(PORT_ATTEMPTS):
            self.port = _free_port()
            _write_private(accounts, self._account_statements())
            with log.open("wb") as output:
                child = subprocess.Popen(
                    self._command(accounts),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=self._folder,
                    preexec_fn=_die_with_parent if sys.platform == "linux" else None,
                )
            try:
                if self._answers(child):
                    return child
            except BaseException:
                child.kill()
                child.wait()
                raise
            finally:
                accounts.unlink()  # it held the passwords
            said = log.read_text(errors="replace")
            if "in use" not in said:
                break
        raise RuntimeError(f"{self._program.server} did not start: {_reason(said)}")

    def _command(self, accounts):
        """The program with its settings: bounded for a laptop, nothing secret, no file of the owner's read.

        The socket's name is relative to the data folder: absolute, it could pass the system's 104 bytes.
        """
        return [
            self._program.server,
            "--no-defaults",
            *self._storage_settings(),
            f"--init-file={accounts}",
            "--socket=server.sock",
            f"--pid-file={self._folder / 'server.pid'}",
            f"--bind-address={ADDRESS}",
            f"--port={self.port}",
            "--skip-name-resolve",
            f"--ssl-ca={self.certificate_authority}",
            f"--ssl-cert={self._folder / 'server-cert.pem'}",
            f"--ssl-key={self._folder / 'server-key.pem'}",
            "--tls-version=TLSv1.2,TLSv1.3",  # what RDS for MySQL 8 offers
            "--require-secure-transport=ON",
            "--local-infile=OFF",
            f"--secure-file-priv={self._folder / 'data'}",
            f"--sql-mode={SQL_MODE}",
            "--character-set-server=utf8mb4",
            "--default-time-zone=+00:00",  # RDS keeps UTC
            "--max-connections=60",
            "--max-allowed-packet=64M",
            "--performance-schema=OFF",
            "--skip-log-bin",
            "--collation-server=utf8mb4_unicode_ci" if self._program.install else "--mysqlx=OFF",
        ]

    def _storage_settings(self):
        """Where and how data are kept: small, and without waiting for the disk, as they die with the process."""
        return [
            f"--datadir={self._folder / 'data'}",
            f"--tmpdir={self._folder}",
            "--innodb-buffer-pool-size=64M",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-log-file-size=16M" if self._program.install else "--innodb-redo-log-capacity=16M",
            *(["--debug-no-sync"] if self._program.install else []),
            # The server refuses to run as root unless told to; it is a child like any other.
            *(["--user=root"] if os.geteuid() == 0 else []),
        ]

    def _account_statements(self):
        """One statement a line, as --init-file wants them. Afterwards only our two accounts can log in."""
        table = "mysql.global_priv" if self._program.install else "mysql.user"
        # The server's own locked accounts stay: its views belong to them.
        lines = [f"DELETE FROM {table} WHERE User NOT IN ('mariadb.sys') AND User NOT LIKE 'mysql.%'"]
        lines += ["DELETE FROM mysql.proxies_priv", "FLUSH PRIVILEGES"]
        for user, password in self.passwords.items():
            lines.append(f"CREATE USER '{user}'@'%' IDENTIFIED BY '{password}' REQUIRE SSL")
        lines.append(f"GRANT {ADMIN_PRIVILEGES} ON *.* TO '{ADMIN}'@'%' WITH GRANT OPTION")
        return "".join(f"{line};\n" for line in lines)

    def _answers(self, child):
        """Whether both users can connect over verified TLS; False when the server ended instead."""
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if child.poll() is not None:
                return False
            if all(self._login(user) for user in self.passwords):
                return True
            time.sleep(0.02)
        raise RuntimeError(f"{self._program.server} did not answer within {READY_WITHIN} seconds")

    def _login(self, user):
        import pymysql

        try:
            pymysql.connect(
                host=HOST,
                port=self.port,
                user=user,
                password=self.passwords[user],
                ssl_ca=str(self.certificate_authority),
                ssl_verify_identity=True,
                connect_timeout=5,
                read_timeout=5,
            ).close()
        except pymysql.err.OperationalError:
            return False
        return True


def _make_certificates(folder):
    """A certificate authority for this server alone, and the server's certificate; the authority's file."""
    import trustme

    authority = trustme.CA(organization_name="Athena workbook, a server on this machine")
    certificate = authority.issue_cert(HOST)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "server-cert.pem")
    _write_private(folder / "server-key.pem", certificate.private_key_pem.bytes().decode())
    return folder / "ca.pem"


def _write_private(path, text):
    """Write a file that nobody else can read, not even for a moment."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _free_port():
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return probe.getsockname()[1]


def _die_with_parent():
    """Linux: the kernel kills the server when the process that watches over it is killed."""
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _reason(output):
    """The first line that says what is wrong, without the time before it; or the last line."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    wrong = [line.split("[ERROR]")[-1].strip() for line in lines if "[ERROR]" in line or "an't" in line]
    return (wrong or lines[-1:] or ["it said nothing"])[0]
