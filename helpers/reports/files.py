"""The folder of a report: notebook, page and JSON, there as a whole or not at all.

    <out>/sales_report-2004-EMEA-all-USD-5/sales_report-2004-EMEA-all-USD-5.html
                                                                           .ipynb
                                                                           .json
    <out>/index.html

A report is written into a folder beside its place and renamed into it. What an interrupted run left beside is
removed by the next one; a lock keeps two runs out of one folder.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

from helpers.oneline import OneLineError

DRAFTS = ".making-"
ROOM = 20 * 2**20  # bytes that must be free to begin with; a report takes 0.3 MB


class FilesError(OneLineError):
    """The output folder refuses something: no permission, no room, in use."""


@contextmanager
def claimed(out: Path):
    """The output folder, made, writable and ours alone while the block runs. Raises FilesError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        handle = os.open(out, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise FilesError(f"cannot write to {out}: {error.strerror or error}") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FilesError(f"{out}: another run is at work here: wait for it, or use another --out") from None
        _sweep(out)
        _require_room(out)
        try:
            yield out
        finally:
            _sweep(out)
    finally:
        os.close(handle)  # which gives up the lock


def _sweep(out: Path) -> None:
    """Remove the drafts that an interrupted run left, and put back a report that it was just replacing."""
    for left in sorted(out.glob(f"{DRAFTS}*")):
        replaced = left / "replaced"
        if replaced.is_dir() and (names := list(replaced.iterdir())) and not (out / names[0].name).exists():
            names[0].rename(out / names[0].name)
        shutil.rmtree(left, ignore_errors=True)


def _require_room(out: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=out) as file:
            file.write(b"x")
        free = shutil.disk_usage(out).free
    except OSError as error:
        raise FilesError(f"cannot write to {out}: {error.strerror or error}") from None
    if free < ROOM:
        raise FilesError(f"{out}: {free // 2**20} MB free on this disk, reports need {ROOM // 2**20} MB")


def draft(out: Path) -> Path:
    """A fresh scratch folder in `out`. Raises FilesError."""
    try:
        return Path(tempfile.mkdtemp(prefix=DRAFTS, dir=out))
    except OSError as error:
        raise FilesError(f"cannot write to {out}: {error.strerror or error}") from None


def write(out: Path, name: str, contents: Mapping[str, str], summary: Mapping[str, object]) -> None:
    """Put one report in its place, instead of an earlier one of this name. Raises FilesError.

    contents  ending → text, such as {".html": "<!DOCTYPE…", ".ipynb": "{…"}; their checksums go into the summary
    """
    new = draft(out)
    try:
        folder = new / name
        folder.mkdir()
        files = {}
        for ending, text in contents.items():
            (folder / f"{name}{ending}").write_bytes(text.encode())
            files[f"{name}{ending}"] = _checksum(text.encode())
        (folder / f"{name}.json").write_text(as_json({**summary, "files": files}), encoding="utf-8")
        if (out / name).exists():
            (new / "replaced").mkdir()
            (out / name).rename(new / "replaced" / name)
        folder.rename(out / name)
    except OSError as error:
        _sweep_one(out, new)
        raise FilesError(f"cannot write {out / name}: {error.strerror or error}") from None
    shutil.rmtree(new, ignore_errors=True)


def _sweep_one(out: Path, new: Path) -> None:
    """After a failure the earlier report is back in its place and the draft gone."""
    for earlier in new.glob("replaced/*"):
        if not (out / earlier.name).exists():
            earlier.rename(out / earlier.name)
    shutil.rmtree(new, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write a file of its own, whole or not at all. Raises FilesError."""
    partial = path.with_name(f"{DRAFTS}{path.name}")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise FilesError(f"cannot write {path}: {error.strerror or error}") from None


def as_json(value: object) -> str:
    """JSON as it is written: readable, in UTF-8, ending with a newline."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def read_whole(out: Path, name: str) -> dict | None:
    """The summary of the report called `name` when all its files are as they were written, else None."""
    try:
        summary = json.loads((out / name / f"{name}.json").read_text(encoding="utf-8"))
        intact = all(
            _checksum((out / name / file).read_bytes()) == checksum for file, checksum in summary["files"].items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return summary if intact and summary.get("files") else None


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
