"""Run `python -m helpers.report` as a user does, on notebooks of a few cells, against an endpoint that is there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

from nbformat import v4

from helpers.course.notebooks import normalise, text_of

ROOT = Path(__file__).resolve().parents[2]
PARAMETERS = 'MODE = "local"  # one of: local, aws\nNUMBER = 1  # from 1 to 99\nWORD = "a"'


def report(*arguments: object, **variables: str) -> subprocess.CompletedProcess:
    """The finished program."""
    return subprocess.run(
        command(*arguments), cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, timeout=240
    )


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "helpers.report", *map(str, arguments)]


def small_notebook(folder: Path, *sources: str) -> Path:
    """A notebook with parameters, then one report cell for each of the sources."""
    cells = [v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})]
    cells += [v4.new_code_cell(dedent(source).strip(), metadata={"tags": ["report"]}) for source in sources]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "12_small.ipynb"
    path.write_text(text_of(normalise(v4.new_notebook(cells=cells))), encoding="utf-8")
    return path


def whole_reports(out: Path) -> list[str]:
    """The names of the reports in `out`; fails when anything else lies there but the index."""
    names = []
    for path in sorted(out.iterdir()):
        if path.name != "index.html":
            files = sorted(file.name for file in path.iterdir())
            assert files == [f"{path.name}{ending}" for ending in (".html", ".ipynb", ".json")], path
            names.append(path.name)
    return names


def wait_for(condition, seconds: float = 60) -> None:
    """Wait until the condition holds. Fails when it does not in that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    """Whether a process runs (one that has ended but was not yet waited for does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
