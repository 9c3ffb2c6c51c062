"""No query grows until the system kills the endpoint: what DuckDB's own memory limit does not see is watched here.

Some of DuckDB's aggregates (histogram, exact quantiles) keep their state outside its limit. When the process holds
more than `limit` bytes, the query since whose start it has grown most is stopped with Athena's resource error. Linux
tells what a process holds now; elsewhere nothing is watched.
"""

import os
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

PERIOD = 0.2  # seconds between two looks
LEAST_LIMIT = 3 << 30
LEAST_GROWTH = 1 << 30  # bytes; a query that has seen less growth is not the one to stop
STATM = Path("/proc/self/statm")
CGROUP = Path("/sys/fs/cgroup/memory.max")  # a container's own limit


def half_of_the_memory():
    """Half of the bytes that this machine or container has, and no less than the engine needs."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):
        total = min(total, int(CGROUP.read_text()))
    return max(LEAST_LIMIT, total // 2)


def resident():
    """Bytes of memory that this process holds, 0 where the system does not tell."""
    with suppress(OSError):
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


class MemoryGuard:
    """`with guard.watching(stop):` may call `stop` from another thread, more than once, while that block runs."""

    def __init__(self, limit, held=resident):
        self.limit, self._held = limit, held
        self._lock, self._busy = threading.Lock(), threading.Event()
        self._running = {}  # a query's own key → (bytes held at its start, stop)
        threading.Thread(target=self._watch, name="memory-guard", daemon=True).start()

    @contextmanager
    def watching(self, stop):
        key = object()
        with self._lock:
            self._running[key] = (self._held(), stop)
            self._busy.set()
        try:
            yield
        finally:
            with self._lock:
                del self._running[key]
                if not self._running:
                    self._busy.clear()

    def look(self):
        """Stop the query that has grown most, if the process holds too much."""
        held = self._held()
        if held <= self.limit:
            return
        with self._lock:
            start, stop = min(self._running.values(), key=lambda one: one[0], default=(held, None))
        if held - start >= LEAST_GROWTH:
            stop()

    def _watch(self):
        while True:
            self._busy.wait()
            self.look()
            time.sleep(PERIOD)
