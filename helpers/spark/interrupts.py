"""Ctrl-C and the notebook's stop button: cancel Spark's jobs, then interrupt Python as usual.

In a terminal a handler for SIGINT does it. A Jupyter kernel replaces that handler for the time of each cell, so
there the end of an interrupted cell does it.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable


class Interrupts:
    """Calls `cancel` at every interrupt from `__init__` until `release`."""

    def __init__(self, cancel: Callable[[], None], before):
        """`before`: the handler of SIGINT before Spark's own replaced it."""
        self._cancel, self._before = cancel, before
        self._in_terminal = threading.current_thread() is threading.main_thread() and callable(before)
        if self._in_terminal:
            signal.signal(signal.SIGINT, self._handle)
        self._shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        if self._shell:
            self._shell.events.register("post_run_cell", self._after_cell)

    def release(self) -> None:
        """Give SIGINT back to whoever had it."""
        on_main = threading.current_thread() is threading.main_thread()
        if self._in_terminal and on_main and signal.getsignal(signal.SIGINT) == self._handle:
            signal.signal(signal.SIGINT, self._before)
        if self._shell:
            self._shell.events.unregister("post_run_cell", self._after_cell)

    def _handle(self, signum, frame):
        self._cancel()
        self._before(signum, frame)

    def _after_cell(self, result):
        if isinstance(result.error_in_exec, KeyboardInterrupt):
            self._cancel()
