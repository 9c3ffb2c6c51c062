"""Errors a learner reads: one clear line, in a notebook as in a terminal."""

from __future__ import annotations


class OneLineError(Exception):
    """An error whose message says what happened, where, and what to do next, in one line.

    IPython asks an exception for `_render_traceback_` before it builds its own page of frames; the
    answer here is the message alone, so a notebook shows `LabError: …` and nothing else. The cell still
    fails, for JupyterLab, papermill and nbval alike.
    """

    def __init__(self, message: str):
        super().__init__(" ".join(str(message).split()))

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]
