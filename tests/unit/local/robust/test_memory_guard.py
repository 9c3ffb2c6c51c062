"""What DuckDB's memory limit does not see is stopped all the same, and only that."""

import json
import subprocess
import sys
import time

import pytest

from helpers.local.athena import executions, memory_guard
from helpers.local.athena.memory_guard import MemoryGuard
from helpers.local.athena.service import Athena
from tests.unit.local.robust.test_memory import NUMBERS, RESOURCES

GB = 1 << 30
MANY = f"{NUMBERS} a(n) CROSS JOIN UNNEST(sequence(1, 400)) b(n)"


class Process:
    """Stands for the process; `held` is what it holds."""

    def __init__(self):
        self.held, self.stopped = 0, []
        self.guard = MemoryGuard(10 * GB, lambda: self.held)

    def query(self, name):
        return self.guard.watching(lambda: self.stopped.append(name))

    def look(self):
        self.stopped.clear()
        self.guard.look()
        return set(self.stopped)


@pytest.fixture
def running(monkeypatch):
    monkeypatch.setattr(memory_guard, "PERIOD", 3600)  # only the test looks
    return Process()


def test_the_query_since_whose_start_most_was_taken_is_stopped(running):
    running.held = 8 * GB
    with running.query("late"):
        running.held = 2 * GB
        with running.query("greedy"):
            running.held = 10 * GB
            assert running.look() == set()
            running.held += 1
            assert running.look() == {"greedy"}
            assert running.look() == {"greedy"}, "it is told again until it has ended"
        assert running.look() == {"late"}
        running.held = 3 * GB
        assert running.look() == set()


def test_a_query_that_began_when_memory_was_full_already_goes_on(running):
    running.held = 12 * GB
    with running.query("innocent"):
        assert running.look() == set()
        running.held += memory_guard.LEAST_GROWTH - 1
        assert running.look() == set()
        running.held += 1
        assert running.look() == {"innocent"}
    assert running.look() == set()


def test_a_container_has_less_than_the_machine(monkeypatch, tmp_path):
    monkeypatch.setattr(memory_guard, "CGROUP", tmp_path / "memory.max")
    monkeypatch.setattr(memory_guard, "LEAST_LIMIT", 5)
    whole = memory_guard.half_of_the_memory()
    (tmp_path / "memory.max").write_text("max\n")
    assert memory_guard.half_of_the_memory() == whole
    (tmp_path / "memory.max").write_text("4000\n")
    assert memory_guard.half_of_the_memory() == 2000
    (tmp_path / "memory.max").write_text("4\n")
    assert memory_guard.half_of_the_memory() == 5


def test_what_the_process_holds():
    """Linux tells it; where nothing tells it, it is 0 before and after, and nobody is stopped."""
    program = (
        "from helpers.local.athena.memory_guard import resident; before = resident(); "
        "held = bytearray(b'x') * 200_000_000; print(resident() - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    told = memory_guard.STATM.exists()
    assert 200_000_000 * told <= int(done.stdout) <= 210_000_000 * told


@pytest.fixture
def ask(endpoint, s3, tmp_path, monkeypatch):
    """ask(operation, request) of an Athena in this process, which may hold 400 MB more than it does now."""
    monkeypatch.setattr(memory_guard, "LEAST_GROWTH", 200_000_000)
    monkeypatch.setattr(executions, "half_of_the_memory", lambda: memory_guard.resident() + 400_000_000)
    s3.create_bucket(Bucket="memory-guard")
    athena = Athena(endpoint.url, tmp_path)

    def ask(operation, **request):
        status, answer = athena.answer(operation, json.dumps(request).encode())
        assert status == "200 OK", answer
        return answer

    yield ask
    athena.stop()


def test_an_aggregate_outside_of_duckdbs_limit_fails_as_athenas_does_and_the_rest_go_on(ask):
    """8 million entries of a histogram: 500 MB that DuckDB does not count; without the guard it gives them."""

    def start(sql):
        location = {"OutputLocation": "s3://memory-guard/"}
        return ask("StartQueryExecution", QueryString=sql, ResultConfiguration=location)["QueryExecutionId"]

    def ended(execution_id):
        while True:
            execution = ask("GetQueryExecution", QueryExecutionId=execution_id)["QueryExecution"]
            if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
                return execution["Status"]
            time.sleep(0.01)

    greedy = start(f"SELECT cardinality(histogram(a.n * 20000 + b.n)) FROM {MANY}")
    modest = [ended(start("SELECT sum(n) FROM UNNEST(sequence(1, 100)) t(n)")) for _ in range(3)]
    failed = ended(greedy)
    assert (failed["State"], failed["StateChangeReason"]) == ("FAILED", RESOURCES)
    assert failed["AthenaError"]["ErrorCategory"] == 1  # the system's
    assert [status["State"] for status in [*modest, ended(start("SELECT 42"))]] == ["SUCCEEDED"] * 4
