"""Two runs on one target: one works, the other is told who does; only a dead owner's place can be taken."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helpers import lab
from helpers.pipeline import lease
from helpers.pipeline.arrivals import Folder
from helpers.pipeline.errors import PipelineError

ROOT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys, boto3
from helpers.pipeline import lease
from helpers.pipeline.arrivals import Folder
lease.RENEWED_EVERY = float(sys.argv[2])
with lease.held(boto3.client("s3"), Folder.of(sys.argv[1]), "other"):
    print("holds", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def course():
    with lab.connect("local", lesson="lease") as course:
        yield course


@pytest.fixture
def target(course, request):
    return Folder.of(course.uri(request.node.name.replace("[", "-").replace("]", "")))


def held(course, target, run="mine"):
    return lease.held(course.s3, target, run)


def lies_there(course, target) -> dict | None:
    """The lease's content."""
    try:
        body = course.s3.get_object(Bucket=target.bucket, Key=target.prefix + lease.KEY)["Body"].read()
    except course.s3.exceptions.NoSuchKey:
        return None
    return json.loads(body)


def holder(target, renewed_every=20) -> subprocess.Popen:
    """Another process that has the lease, until it is told a line."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, target.uri(), str(renewed_every)], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout.readline() == "holds\n"
    return child


def taken_at_last(course, target) -> None:
    """Try until it is ours; then it ends."""
    while True:
        try:
            with held(course, target):
                assert lies_there(course, target)["run"] == "mine"
                return
        except PipelineError:
            threading.Event().wait(0.2)


def test_another_process_is_refused_until_the_first_has_ended(course, target):
    with holder(target) as other:
        with pytest.raises(PipelineError) as refused, held(course, target):
            pass
        since = lies_there(course, target)["since"]
        assert str(refused.value).startswith(f"Another run works on {target.uri()}: process {other.pid} on ")
        assert f", since {since}. Wait until it has ended; if it was killed, run again after " in str(refused.value)
        assert lies_there(course, target)["run"] == "other"  # the refused one has not touched it
        other.communicate("end\n")
    assert lies_there(course, target) is None
    with held(course, target):
        assert lies_there(course, target)["run"] == "mine"
    assert lies_there(course, target) is None


def test_of_many_that_start_together_one_gets_it(course, target):
    together, ended = threading.Barrier(8, timeout=30), threading.Barrier(8, timeout=30)

    def begin(number):
        together.wait()
        try:
            with held(course, target, f"run {number}"):
                ended.wait()  # nobody ends before all have tried
                return True
        except PipelineError:
            ended.wait()
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(begin, range(8))) == 1


def test_a_killed_owners_lease_is_taken_over_when_it_gives_no_sign_of_life(course, target, monkeypatch):
    with holder(target) as other:
        os.kill(other.pid, signal.SIGKILL)
    assert lies_there(course, target)["run"] == "other"
    with pytest.raises(PipelineError), held(course, target):  # it could still be alive, for all S3 tells
        pass
    monkeypatch.setattr(lease, "LASTS", 2)
    taken_at_last(course, target)
    assert lies_there(course, target) is None


def test_a_living_owner_keeps_it_by_renewing(course, target, monkeypatch):
    """Longer than a lease lasts, the owner's signs of life are seen and nobody takes over."""
    monkeypatch.setattr(lease, "LASTS", 3)
    with holder(target, renewed_every=0.1) as other:
        times = [lies_there(course, target)["times"]]
        while times[-1] < 50:  # five seconds of signs of life at least
            with pytest.raises(PipelineError), held(course, target):
                pass
            threading.Event().wait(0.5)
            times.append(lies_there(course, target)["times"])
        other.communicate("end\n")


def test_who_was_taken_over_is_told_and_leaves_the_new_owners_lease_alone(course, target, monkeypatch):
    with held(course, target, "slow") as slow:
        slow.confirm()
        with monkeypatch.context() as later:
            later.setattr(lease, "LASTS", -1)
            quick = lease.Lease(course.s3, target, "quick")
            quick.take()
        with pytest.raises(PipelineError, match=r"has taken over .* it has published nothing"):
            slow.confirm()
    assert lies_there(course, target)["run"] == "quick"
    quick.confirm()
    quick.release()
    assert lies_there(course, target) is None


def test_of_two_that_see_a_stale_lease_one_takes_it(course, target, monkeypatch):
    """The second has read the old lease before the first replaced it: its condition then fails."""
    lease.Lease(course.s3, target, "dead").take()
    monkeypatch.setattr(lease, "LASTS", -1)
    first, second = (lease.Lease(course.s3, target, name) for name in ("first", "second"))
    read, times = second._read, itertools.count(1)

    def overtaken():
        found = read()
        if next(times) == 2:  # the first time it only looked whether the lease is its own
            first.take()
        return found

    monkeypatch.setattr(second, "_read", overtaken)
    with pytest.raises(PipelineError, match="Another run works on"):
        second.take()
    first.confirm()
    first.release()


def test_a_write_whose_answer_was_lost_is_known_as_ones_own(course, target, monkeypatch):
    """The client repeats a request whose answer the network has lost; S3 then refuses the repetition."""
    mine = lease.Lease(course.s3, target, "mine")
    put = course.s3.put_object
    monkeypatch.setattr(course.s3, "put_object", lambda **words: (put(**words), put(**words))[1])
    mine.take()
    mine.confirm()
    monkeypatch.undo()
    mine.release()
    assert lies_there(course, target) is None


def test_an_object_of_somebody_else_is_not_overwritten(course, target):
    course.s3.put_object(Bucket=target.bucket, Key=target.prefix + lease.KEY, Body=b"\xff")
    with pytest.raises(PipelineError, match="an unknown process, since an unknown time"), held(course, target):
        pass
