"""A query that wants more memory than the engine may use fails as Athena's does, and the others go on."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tests.unit.local import queries

RESOURCES = "Query exhausted resources at this scale factor"
NUMBERS = "UNNEST(sequence(1, 20000))"
PAIRS = f"{NUMBERS} a(n) CROSS JOIN {NUMBERS} b(n)"  # 400 million rows of 8 bytes
MOST = 2_500_000_000  # bytes: DuckDB's limit of 1.2 GB, and as much again for Python and what it cannot count


@pytest.fixture(scope="module")
def session(client):
    return queries.Session(client, "memory")


@pytest.fixture
def peak(endpoint):
    """The largest resident size of the endpoint so far, in bytes, as a list of one."""
    process, largest, done = psutil.Process(endpoint.pid), [0], threading.Event()

    def watch():
        while not done.wait(0.05):
            largest[0] = max(largest[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield largest
    done.set()
    watcher.join()


@pytest.mark.parametrize("aggregate", ["array_agg(a.n * b.n)", "map_agg(a.n * 20000 + b.n, 'x')"])
def test_too_much_for_one_query_is_its_own_failure(session, peak, aggregate):
    """400 million values in one array or map are 3.2 GB at least."""
    with ThreadPoolExecutor(2) as at_once:
        greedy = at_once.submit(session.run, f"SELECT cardinality({aggregate}) FROM {PAIRS}")
        modest = 0
        while not greedy.done():
            assert session.ok("SELECT sum(n) FROM UNNEST(sequence(1, 100)) t(n)").rows == [["5050"]]
            modest += 1
    assert (greedy.result().state, greedy.result().reason) == ("FAILED", RESOURCES)
    assert modest > 1, "no other query ran meanwhile, which proves nothing"
    assert 300_000_000 < peak[0] < MOST
    assert session.ok("SELECT 42").rows == [["42"]]
