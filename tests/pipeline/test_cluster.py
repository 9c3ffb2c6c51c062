"""The demonstration on a cluster of several processes: the same lake, and nothing left, also after Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers.pipeline.cluster import Cluster

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "helpers.pipeline.cluster", "--workers", "2", "--scale", "0.01"]


def left_behind(folder: Path) -> list[str]:
    """Command lines of processes whose environment names the folder, and the files that lie in it."""
    found = [str(path) for path in folder.rglob("*") if not path.is_dir()]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:200])
        except OSError:
            continue
    return found


def start(folder: Path) -> subprocess.Popen:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.Popen(
        COMMAND, cwd=ROOT, env={**environment, "TMPDIR": str(folder)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip


def test_the_cluster_makes_the_same_lake(tmp_path):
    said, errors = start(tmp_path).communicate(timeout=500)
    assert "the same in both lakes, row by row" in said, said + errors
    for table in ("events", "sales", "quarantine"):
        assert f"{table}: " in said
    assert "executor 0: " in said and "executor 1: " in said
    assert left_behind(tmp_path) == []


def test_an_interrupted_demonstration_leaves_nothing(tmp_path):
    child = start(tmp_path)
    for line in child.stdout:
        if line.startswith("partitions:"):  # the first lake is made: now the cluster starts
            break
    while not list(tmp_path.glob("pipeline-*/worker-2.log")):
        assert child.poll() is None
    os.kill(child.pid, signal.SIGINT)
    _, errors = child.communicate(timeout=100)
    assert (child.returncode, errors) == (130, "helpers.pipeline.cluster: interrupted; nothing was left behind.\n")
    assert left_behind(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_at_the_worst_moment_loses_no_child(number, tmp_path, monkeypatch):
    """The signal comes when the child has been started and nobody knows of it yet."""
    submission = SimpleNamespace(environment=dict(os.environ))
    cluster = Cluster(submission, tmp_path)
    real, started = subprocess.Popen, []

    def interrupted(*words, **settings):
        started.append(real(*words, **settings))
        os.kill(os.getpid(), number)
        return started[0]

    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as the program does
    try:
        with monkeypatch.context() as starting, pytest.raises(KeyboardInterrupt):
            starting.setattr(subprocess, "Popen", interrupted)
            cluster._start(["sleep", "600"], "sleeper")
        assert signal.getsignal(signal.SIGTERM) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGTERM, before)
    assert cluster.children == started
    cluster.stop()
    assert started[0].poll() is not None
