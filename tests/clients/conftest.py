"""An endpoint that the clients find through the variables that it prints, and through nothing else."""

import datetime as dt
import decimal
import os
import re
import socketserver
import subprocess
import sys
import threading
from pathlib import Path

import boto3
import pandas as pd
import pytest

from helpers.local import process

BUCKET = "clients"
ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / ".venv-clients"  # made by scripts/group_environment.py


@pytest.fixture(scope="session")
def running():
    with process.start() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def aws(running):
    """The endpoint's variables in the environment, without whatever else the machine says of AWS."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "WR_"))]:
            patch.delenv(name)
        for name, value in running.env.items():
            patch.setenv(name, value)
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        boto3.setup_default_session()
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield running
        boto3.DEFAULT_SESSION = None


@pytest.fixture(scope="session")
def orders():
    """Every common type, with NULLs, an empty string beside a NULL, quotes, commas, line ends and other scripts."""
    return pd.DataFrame(
        {
            "id": [1, 2, 3, 4, 5],
            "name": ["Ada", None, "", 'say "hi", they\nsaid', "Zoë 日本"],
            "price": [1.5, 2.25, None, -0.0, 1e300],
            "amount": [decimal.Decimal(text) for text in ("1.50", "-2.25", "0.01", "99999.99", "0.00")],
            "paid": [True, False, None, True, False],
            "day": [dt.date(2020, 2, 29), None, dt.date(1999, 12, 31), dt.date(2024, 1, 1), dt.date(1970, 1, 1)],
            "seen": pd.to_datetime(
                ["2020-01-01 01:02:03.456", "1969-12-31 23:59:59", None, "2024-06-30 12:00:00", "2000-01-01"],
                format="ISO8601",
            ),
            "tags": [["a", "b"], [], None, ["c"], ["", "d"]],
            "region": ["north", "south", "north", "east", "south"],
        }
    ).astype({"paid": "boolean"})


@pytest.fixture(scope="session")
def snippets():
    """The pieces of docs/clients.md that a reader can run, by name."""
    page = (ROOT / "docs" / "clients.md").read_text()
    return dict(re.findall(r"^```(?:python|yaml|sh) (\w+)\n(.*?)^```", page, re.DOTALL | re.MULTILINE))


@pytest.fixture
def shop(aws):
    """The bucket and the database that the snippets expect, both empty."""
    boto3.client("s3").create_bucket(Bucket="my-bucket")
    boto3.client("glue").create_database(DatabaseInput={"Name": "shop"})
    yield
    boto3.client("glue").delete_database(Name="shop")
    bucket = boto3.resource("s3").Bucket("my-bucket")
    bucket.objects.delete()
    bucket.delete()


@pytest.fixture(scope="session")
def requests_outside():
    """(url, requests): a proxy that lets nothing through and notes who asked for what."""
    asked = []

    class Refusal(socketserver.StreamRequestHandler):
        def handle(self):
            asked.append(self.rfile.readline().decode(errors="replace").strip())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refusal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


@pytest.fixture
def program(running, requests_outside, tmp_path):
    """program(name, *arguments) → what it prints. It runs in .venv-clients and may reach the endpoint alone."""
    lock, stamp = ROOT / "requirements-clients.lock", PROGRAMS / ".installed-requirements-clients.lock"
    if not stamp.is_file() or stamp.read_bytes() != lock.read_bytes():
        pytest.fail(f"the programs are not installed; type: {sys.executable} scripts/group_environment.py clients")
    proxy, asked = requests_outside
    environment = {
        "PATH": f"{PROGRAMS / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
        **running.env,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "HTTP_PROXY": proxy,
        "HTTPS_PROXY": proxy,
        "NO_PROXY": "127.0.0.1",
    }

    def run(*command, cwd=tmp_path):
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    yield run
    assert asked == []
