"""Bytes that several threads may have in hand at once."""

import threading
from contextlib import contextmanager


class ByteBudget:
    """At most `limit` bytes are held together; whoever wants more than that holds them alone."""

    def __init__(self, limit):
        self.limit, self._held = limit, 0
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, count):
        """Wait until `count` bytes fit, and hold them for the time of the block."""
        with self._changed:
            self._changed.wait_for(lambda: self._held == 0 or self._held + count <= self.limit)
            self._held += count
        try:
            yield
        finally:
            with self._changed:
                self._held -= count
                self._changed.notify_all()
