"""A private MySQL server that stands in for RDS for MySQL, as a child process that cannot outlive us.

    server = mysql.start()
    server.env          # RDS_HOST, RDS_PORT, RDS_USER, RDS_PASSWORD, RDS_SSL_CA and the application user's
    server.stop()

    python -m helpers.local.mysql python -m helpers.rds     # run a command beside a server made for it

A server cannot watch its parent, so a small Python child does: it keeps the folder with everything the server
writes, and ends the server when its own standard input ends, which the system closes however we die.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
import traceback
from pathlib import Path

from . import lifeline, process

USAGE = "Run a command beside a private MySQL server; RDS_HOST, RDS_USER and so on lead it there."


class Server(process.Child):
    """The server, running. `env`: the RDS_* variables, passwords among them; `server_pid`: the server's."""

    def __init__(self, child, report, log):
        super().__init__(child, log)
        self.env, self.folder = report["env"], Path(report["folder"])
        self.server_pid = report["server_pid"]

    def __repr__(self):
        return f"Server(host={self.env['RDS_HOST']!r}, port={self.env['RDS_PORT']}, running={self.running()})"


def start():
    """Start a fresh, empty server on a free loopback port and wait until it answers: about two seconds.

    Raises OSError or RuntimeError, one line, when it cannot start; the line says how to install the server
    where its program is missing.
    """
    return Server(*process.launch("the local MySQL server", "helpers.local.mysql"))


def _supervise(parent):
    """The child: a server in a folder of its own, until the parent or the server ends."""
    from helpers.temporary import Folder

    from .mysqld import Database

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    os.umask(0o077)
    folder = None
    try:
        folder = Folder("athena-workbook")
        database = Database(folder.path)
        try:
            lifeline.report(_report(database, folder.path))
            lifeline.wait_for_end(parent, lambda: database.running() and not ended.is_set())
        finally:
            database.stop()
    except (OSError, RuntimeError) as error:
        lifeline.report({"error": " ".join(str(error).split())})
        return 1
    except Exception as error:  # for example a package that cannot be imported
        traceback.print_exc()
        lifeline.report({"error": " ".join(f"{type(error).__name__}: {error}".split())})
        return 1
    finally:
        if folder:
            folder.remove()
    return 0


def _report(database, folder):
    from .mysqld import ADMIN, APPLICATION, HOST

    environment = {
        "RDS_HOST": HOST,
        "RDS_PORT": str(database.port),
        "RDS_USER": ADMIN,
        "RDS_PASSWORD": database.passwords[ADMIN],
        "RDS_SSL_CA": str(database.certificate_authority),
        "RDS_APP_USER": APPLICATION,
        "RDS_APP_PASSWORD": database.passwords[APPLICATION],
    }
    return {"env": environment, "folder": str(folder), "server_pid": database.pid}


def _run(command):
    """Run `command` beside a server of its own; its exit status."""
    with start() as server:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the command
        status = subprocess.run(command, env={**os.environ, **server.env}).returncode
        return status if status >= 0 else 128 - status


def main(arguments=None):
    """The command line; returns the exit status: the command's own, or 2 when it could not be run."""
    parser = argparse.ArgumentParser(prog="python -m helpers.local.mysql", description=USAGE)
    parser.add_argument("--child", type=int, metavar="PID", help=argparse.SUPPRESS)
    parser.add_argument("command", nargs=argparse.REMAINDER, help="for example: python -m helpers.rds")
    options = parser.parse_args(arguments)
    if options.child:
        return _supervise(options.child)
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        parser.error("name a command to run, for example: python -m helpers.rds")
    try:
        return _run(command)
    except (OSError, RuntimeError) as error:
        print(f"helpers.local.mysql: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
