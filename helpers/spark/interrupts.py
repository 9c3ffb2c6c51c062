"""Ctrl-C and the notebook's stop button: Python is interrupted at once, and what it had asked Spark for is cancelled.

pyspark by itself asks Spark to cancel from inside its signal handler, over the very connection whose answer is
being waited for; and in Jupyter that handler is not installed while a cell runs. So here every statement's
jobs carry a group, and an interrupt gives the group up: a thread of its own cancels the group's jobs, also those
that a query still being planned starts a moment later, while the next statements run in a new group.
"""

from __future__ import annotations

import itertools
import logging
import signal
import sys
import threading
import time

from py4j import protocol
from py4j.protocol import Py4JError

SWEPT_EVERY = 0.1  # seconds
SWEPT_AT_LEAST = 20  # seconds, where nothing tells when the last job of a group has been started


class Interrupts:
    """Watches over one context from `__init__` until `release`."""

    def __init__(self, context, handler_before):
        """`handler_before`: the handler of SIGINT before pyspark put its own in place."""
        self._context = context
        self._numbers = itertools.count(1)
        self._calling = 0
        self._seen: KeyboardInterrupt | None = None
        self._client = context._gateway._gateway_client
        self._send = self._client.send_command
        self._client.send_command = self._send_guarded
        self._new_group()
        self._before = handler_before
        self._on_signal = threading.current_thread() is threading.main_thread() and callable(handler_before)
        if self._on_signal:
            signal.signal(signal.SIGINT, self._handle)
        self._shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
        if self._shell:
            self._shell.events.register("post_run_cell", self._after_cell)

    def release(self) -> None:
        """Give SIGINT back to whoever had it, and the connection its own way of sending."""
        self._client.send_command = self._send
        on_main = threading.current_thread() is threading.main_thread()
        if self._on_signal and on_main and signal.getsignal(signal.SIGINT) == self._handle:
            signal.signal(signal.SIGINT, self._before)
        if self._shell:
            self._shell.events.unregister("post_run_cell", self._after_cell)

    def _new_group(self) -> None:
        self.group = f"python-{next(self._numbers)}"
        self._context.setJobGroup(self.group, "", interruptOnCancel=True)
        self._thread = self._context._jvm.java.lang.Thread.currentThread()

    def _send_guarded(self, command, *arguments, **settings):
        """py4j's `send_command`, which closes its connection when it is interrupted."""
        if threading.current_thread() is not threading.main_thread():
            return self._send(command, *arguments, **settings)
        # pyspark may be tidying up after an interrupt that came between two calls, and wait for the job to end.
        interrupt = self._new_interrupt()
        handlers = list(logging.root.handlers)
        self._calling += 1
        try:
            answer = self._send(command, *arguments, **settings)
        except KeyboardInterrupt as error:
            self._seen = error
            logging.root.handlers[:] = handlers  # py4j's logging.exception() has added one
            self._give_up(self._thread)
            raise
        finally:
            self._calling -= 1
        if interrupt and protocol.is_error(answer)[0]:
            raise interrupt
        return answer

    def _new_interrupt(self) -> KeyboardInterrupt | None:
        """The interrupt that Python is just unwinding for, when this is the first call since; gives up its jobs."""
        error = sys.exc_info()[1]
        if not isinstance(error, KeyboardInterrupt) or error is self._seen:
            return None
        self._seen = error
        self._give_up(None)
        return error

    def _handle(self, signum, frame):
        """SIGINT in a terminal. In the middle of a call `_send_guarded` gives up, after py4j has let go."""
        if not self._calling:
            self._give_up(None)
        self._before(signum, frame)

    def _after_cell(self, result):
        """The end of a cell: one that was interrupted outside a call may have left a job behind."""
        if isinstance(result.error_in_exec, KeyboardInterrupt):
            self._give_up(None)

    def _give_up(self, thread) -> None:
        """Have the group's jobs cancelled for as long as `thread`, Java's side of the broken call, lives."""
        threading.Thread(target=self._sweep, args=(self.group, thread), daemon=True).start()
        try:
            self._new_group()
        except (Py4JError, OSError, AttributeError):  # the JVM or the context has ended: nothing runs there
            return

    def _sweep(self, group: str, thread) -> None:
        until = time.monotonic() + SWEPT_AT_LEAST
        try:
            while thread.isAlive() if thread else time.monotonic() < until:
                self._context.cancelJobGroup(group)
                time.sleep(SWEPT_EVERY)
        except (Py4JError, OSError, AttributeError):  # ended meanwhile: nothing runs there any more
            return
