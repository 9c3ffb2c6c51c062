"""`python -m helpers.rds` and `python -m helpers.connect_rds`."""

import os
import subprocess
import sys

import pytest


@pytest.fixture
def script(environment, server):
    """script(module, **more) → what a script printed, with the server's settings in its environment."""

    def run(module, **more):
        return subprocess.run(
            [sys.executable, "-m", module],
            capture_output=True,
            text=True,
            env={**os.environ, **server.env, **more},
        )

    return run


FIRST = """\
Connected to localhost, TLS verified.
Database TempDB created.
Databases: TempDB, information_schema, mysql, performance_schema, sys
User Alice inserted.
User Bob inserted.
(1, 'Alice', 'alice@example.com')
(2, 'Bob', 'bob@example.com')
Connection closed.
"""
SECOND = FIRST.replace("created.", "exists already.").replace("inserted.", "exists already.")


def test_both_scripts_twice(script):
    for module, expected in (
        ("helpers.rds", FIRST),
        ("helpers.rds", SECOND),
        ("helpers.connect_rds", "".join(SECOND.splitlines(True)[:3] + SECOND.splitlines(True)[-1:])),
    ):
        done = script(module)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == expected


@pytest.mark.parametrize("module", ["helpers.rds", "helpers.connect_rds"])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"RDS_PASSWORD": "wrong"}, "Access denied"),
        ({"RDS_HOST": "127.0.0.1"}, "another host name"),
        ({"RDS_PORT": "x"}, "RDS_PORT"),
        ({"RDS_USER": ""}, "RDS_USER not set"),
    ],
)
def test_what_is_wrong_is_one_line_and_status_two(script, server, module, wrong, said):
    done = script(module, **wrong)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{module}: ") and said in done.stderr and done.stderr.count("\n") == 1
    assert server.env["RDS_PASSWORD"] not in done.stderr


def test_beside_a_private_server_nothing_needs_to_be_set(environment):
    whole = [sys.executable, "-m", "helpers.local.mysql", sys.executable, "-m", "helpers.connect_rds"]
    done = subprocess.run(whole, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Database TempDB created." in done.stdout
