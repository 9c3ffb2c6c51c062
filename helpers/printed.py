"""A copy of everything that a notebook shows, to prove afterwards what it has not shown.

    shown = Printed()               # in a first cell
    …
    password in shown               # in a last cell: False
"""

from __future__ import annotations

import sys


class Printed:
    """Listens from now on: standard output and error, displayed objects, the values of cells' last lines."""

    def __init__(self):
        """Begin to listen; in the notebook that runs this, or, outside of one, to the two streams alone."""
        from IPython import get_ipython

        self._parts: list[str] = []
        self._listen()
        shell = get_ipython()
        if shell is None:
            return
        # IPython gives each cell the streams' own write back at its end, so they are listened to anew.
        shell.events.register("pre_run_cell", self._listen)
        for publisher in (shell.display_pub, shell.displayhook):
            if hasattr(publisher, "register_hook"):
                publisher.register_hook(self._message)

    def __contains__(self, text: str) -> bool:
        return text in "".join(self._parts)

    def __len__(self) -> int:
        """Characters shown so far."""
        return sum(map(len, self._parts))

    def _listen(self, _=None) -> None:
        for stream in (sys.stdout, sys.stderr):
            if getattr(stream.write, "listener", None) is not self:
                stream.write = self._heard(stream.write)

    def _heard(self, write):
        def heard(text: str) -> int:
            self._parts.append(text)
            return write(text)

        heard.listener = self
        return heard

    def _message(self, message: dict) -> dict:
        """A hook of ipykernel's: what goes to the page passes here, and goes on unchanged."""
        content = message.get("content", {}).get("data", {})
        self._parts += [f"\n{value}\n" for value in content.values()]
        return message
