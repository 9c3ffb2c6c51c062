"""Show what may differ from run to run without disturbing outputs that are compared strictly.

`pytest --nbval` compares text and HTML but not images, so a query's time is drawn as a small picture
(with the same words as its alternative text), and so is the progress of a long step.
"""

from __future__ import annotations

import io
import sys
import time

GREY = (118, 118, 118, 255)  # readable on white and on JupyterLab's dark background
SCALE = 2  # drawn twice as large as shown, for sharp text on modern screens
QUIET_SECONDS = 1.0  # a step shorter than this shows no progress


def in_notebook() -> bool:
    """True inside a Jupyter kernel, where rich displays reach the reader."""
    shell = _shell()
    return shell is not None and getattr(shell, "kernel", None) is not None


def _shell():
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def show_aside(text: str, display_id: str | None = None, update: bool = False) -> None:
    """Show `text` as a picture under the cell; outside a notebook do nothing."""
    if not in_notebook():
        return
    from IPython.display import display

    picture, width, height = text_picture(text)
    details = {"alt": text, "width": width, "height": height}
    display(
        {"image/png": picture},
        raw=True,
        metadata={"image/png": details},
        display_id=display_id,
        update=update,
    )


def text_picture(text: str, size: int = 13) -> tuple[bytes, int, int]:
    """`text` in grey on a transparent ground: the PNG's bytes, its width and height in CSS pixels."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(size * SCALE)
    left, top, right, bottom = font.getbbox(text)
    width, height = int(right - min(left, 0)) + 2 * SCALE, int(bottom - min(top, 0)) + 2 * SCALE
    image = Image.new("RGBA", (width, height), (255, 255, 255, 0))
    ImageDraw.Draw(image).text((0, 0), text, font=font, fill=GREY)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue(), width // SCALE, height // SCALE


class Progress:
    """`with Progress("placing sales", 12) as step: step("sales_2003_q1")` — nothing when it is quick.

    In a terminal the line goes to standard error and is wiped at the end; in a notebook it is a picture
    that disappears at the end. Elsewhere (a pipe, a log) nothing is shown.
    """

    def __init__(self, title: str, total: int):
        self.title, self.total, self.done = title, total, 0
        self.started = time.monotonic()
        self.display_id: str | None = None
        self.on_terminal = not in_notebook() and sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self):
        return self

    def __call__(self, item: str) -> None:
        """Say that one more step, called `item`, is done."""
        self.done += 1
        line = f"{self.title}: {self.done}/{self.total} {item}"
        if self.on_terminal:
            print(f"\r\x1b[2K{line}", end="", file=sys.stderr, flush=True)
        elif in_notebook() and time.monotonic() - self.started > QUIET_SECONDS:
            first = self.display_id is None
            self.display_id = self.display_id or f"progress-{id(self)}"
            show_aside(line, self.display_id, update=not first)

    def __exit__(self, *exc_info) -> None:
        if self.on_terminal and self.done:
            print("\r\x1b[2K", end="", file=sys.stderr, flush=True)
        if self.display_id:
            from IPython.display import display

            display({}, raw=True, display_id=self.display_id, update=True)
