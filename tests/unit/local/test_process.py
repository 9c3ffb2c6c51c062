"""The endpoint as a process: it answers on loopback alone, and leaves nothing behind however it ends."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
import pytest

from helpers import temporary as folders
from helpers.local import process
from tests.unit.local.locks import lock_is_free

ROOT = Path(process.__file__).resolve().parents[2]
PATIENCE = 15  # seconds


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
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout
    return bool(status.strip()) and not status.strip().startswith("Z")


def answers(url):
    port = int(url.rpartition(":")[2])
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """A temporary folder of the test's own, for the endpoints that it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def left_behind(temporary):
    return list(temporary.glob("athena-workbook-*/*"))


def start_parent(temporary, after_start):
    """A process that starts an endpoint, prints its facts as JSON, and then runs `after_start`."""
    code = (
        "import json, os, sys, time\n"
        "from helpers.local import process\n"
        "e = process.start()\n"
        "facts = {'url': e.url, 'pid': e.pid, 'folder': str(e.folder)}\n" + after_start
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
        start_new_session=True,
    )
    return parent, json.loads(parent.stdout.readline())


TELL_AND_WAIT = "print(json.dumps(facts), flush=True)\ntime.sleep(600)\n"


def test_start_answers_and_stop_leaves_nothing(temporary):
    with process.start() as endpoint:
        assert endpoint.url.startswith("http://127.0.0.1:")
        assert endpoint.env["AWS_ENDPOINT_URL"] == endpoint.url
        assert temporary in endpoint.folder.parents
        names = boto3.client(
            "athena",
            endpoint_url=endpoint.url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        ).list_work_groups()["WorkGroups"]
        assert [group["Name"] for group in names] == ["primary"]
        pid = endpoint.pid
    assert not alive(pid)
    assert left_behind(temporary) == []


def test_stopping_in_the_middle_of_a_query(temporary):
    """One query runs for ever, another writes its large result."""
    with process.start() as endpoint:
        session = boto3.Session("test", "test", region_name="us-east-1")
        athena, s3 = (session.client(name, endpoint_url=endpoint.url) for name in ("athena", "s3"))
        s3.create_bucket(Bucket="results")
        numbers = "UNNEST(sequence(1,50000))"
        for sql in (
            f"SELECT count(*) FROM {numbers} a(n) CROSS JOIN {numbers} b(n) CROSS JOIN {numbers} c(n)",
            f"SELECT a.n, b.n FROM {numbers} a(n) CROSS JOIN {numbers} b(n)",
        ):
            location = {"OutputLocation": "s3://results/"}
            athena.start_query_execution(QueryString=sql, ResultConfiguration=location)
        time.sleep(2)
        assert list(endpoint.folder.glob("results/*")), "the second query writes nothing yet, which proves nothing"
        pid = endpoint.pid
    assert not alive(pid)
    assert left_behind(temporary) == []


def test_only_loopback_listens(endpoint):
    """Another address of this machine, 127.0.0.2 or its own, does not reach the endpoint."""
    port = int(endpoint.url.rpartition(":")[2])
    others = {"127.0.0.2"}
    with contextlib.suppress(socket.gaierror):  # a machine without a name of its own
        others |= set(socket.gethostbyname_ex(socket.gethostname())[2])
    others -= {"127.0.0.1"}
    for address in others:
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((address, port)) != 0, address


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_child_and_files_go_with_the_parent(temporary, number):
    parent, facts = start_parent(temporary, TELL_AND_WAIT)
    assert answers(facts["url"]) and Path(facts["folder"]).is_dir()
    parent.send_signal(number)
    parent.wait(PATIENCE)
    assert eventually(lambda: not alive(facts["pid"]))
    assert left_behind(temporary) == []
    assert not answers(facts["url"])


def test_a_process_forked_from_the_parent_does_not_keep_the_child(temporary):
    """The fork inherits the parent's pipe; os.fork runs no exec that would close it."""
    forked = "pid = os.fork()\nif pid == 0:\n    time.sleep(60)\n    os._exit(0)\nfacts['forked'] = pid\n"
    parent, facts = start_parent(temporary, forked + TELL_AND_WAIT)
    try:
        parent.kill()
        parent.wait(PATIENCE)
        assert eventually(lambda: not alive(facts["pid"]))
        assert left_behind(temporary) == []
        assert alive(facts["forked"]), "the fork ended early, which proves nothing"
    finally:
        os.kill(facts["forked"], signal.SIGKILL)


def test_a_forked_process_that_ends_does_not_stop_the_child(temporary):
    forked = "pid = os.fork()\nif pid == 0:\n    sys.exit(0)\nos.waitpid(pid, 0)\n"
    parent, facts = start_parent(temporary, forked + TELL_AND_WAIT)
    try:
        time.sleep(1)
        assert answers(facts["url"])
    finally:
        parent.kill()
        parent.wait(PATIENCE)


def test_interrupting_the_terminal_does_not_reach_the_child(temporary):
    """Ctrl-C goes to every process of the terminal's foreground group; the child is in another."""
    wait = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n" + TELL_AND_WAIT
    parent, facts = start_parent(temporary, wait)
    try:
        os.killpg(parent.pid, signal.SIGINT)
        time.sleep(1)
        assert answers(facts["url"])
    finally:
        parent.kill()
        parent.wait(PATIENCE)


def test_next_start_removes_what_a_killed_child_left(temporary):
    with process.start() as first:
        os.kill(first.pid, signal.SIGKILL)
        assert eventually(lambda: not alive(first.pid))
        assert first.folder.is_dir(), "the killed child cannot have cleaned up"
        assert eventually(lambda: lock_is_free(first.folder)), "the system closes a dead process's files"
        with process.start() as second:
            assert not first.folder.exists()
            assert second.folder.is_dir()


def test_folder_in_use_stays(tmp_path):
    first = folders.Folder("unused", tmp_path)
    second = folders.Folder("unused", tmp_path)
    assert first.path.is_dir() and second.path.is_dir() and first.path != second.path
    first.remove()
    assert not first.path.exists() and second.path.is_dir()
    second.remove()
    assert list(tmp_path.iterdir()) == []


def test_stale_folder_is_known_by_its_free_lock(tmp_path):
    for name in ("dead", "alive"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("x")
        (tmp_path / f"{name}.lock").touch()
    with open(tmp_path / "alive.lock", "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folders.remove_stale(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["alive", "alive.lock"]


def test_child_does_not_follow_the_callers_aws_settings(temporary, monkeypatch):
    """A profile that does not exist, a proxy that does not answer, an endpoint elsewhere."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with process.start() as endpoint:
        import urllib.request

        body = json.dumps({"CatalogName": "AwsDataCatalog"}).encode()
        headers = {"X-Amz-Target": "AmazonAthena.ListDatabases"}
        request = urllib.request.Request(endpoint.url, body, headers)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        listed = json.load(direct.open(request))["DatabaseList"]
        assert [database["Name"] for database in listed] == ["default"]


# The foreground command


def run_foreground(temporary, *arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "helpers.local", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_foreground_prints_exports_and_ends_cleanly(temporary, number):
    server = run_foreground(temporary)
    lines = []
    while not (lines and lines[-1].startswith("#")):
        lines.append(server.stdout.readline())
        assert lines[-1], server.stderr.read()
    exported = dict(line.removeprefix("export ").strip().split("=", 1) for line in lines[:-1])
    assert answers(exported["AWS_ENDPOINT_URL"])
    assert exported["AWS_DEFAULT_REGION"] == "us-east-1"
    server.send_signal(number)
    _, errors = server.communicate(timeout=PATIENCE)
    assert (server.returncode, errors) == (0, "")
    assert left_behind(temporary) == []


def test_port_in_use_is_one_line(temporary):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = run_foreground(temporary, "--port", str(port))
        output, errors = server.communicate(timeout=60)
    assert server.returncode != 0
    assert output == ""
    assert errors == f"helpers.local: port {port} is in use: choose another with --port\n"
    assert left_behind(temporary) == []


def test_start_on_a_port_in_use_raises_one_line(temporary):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(RuntimeError, match=f"^port {port} is in use: choose another with --port$"):
            process.start(port)
    assert left_behind(temporary) == []


@pytest.mark.parametrize("wrong", ["http", "70000", "-1"])
def test_wrong_port_is_refused(temporary, wrong):
    server = run_foreground(temporary, f"--port={wrong}")
    _, errors = server.communicate(timeout=60)
    assert server.returncode == 2
    assert wrong in errors.splitlines()[-1]
