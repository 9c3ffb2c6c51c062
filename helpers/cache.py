"""Files that are made once and kept: one folder a data set, under build/data.

A data set appears in the cache whole or not at all: it is written beside its place and renamed into it,
so that an interrupted or parallel run leaves nothing half done. Its description (names, sizes, MD5, rows)
lies in the folder as `.description.json`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER_VARIABLE = "ATHENA_WORKBOOK_DATA"
DESCRIPTION = ".description.json"
VERSION = 1  # raise it when a generator changes, so that cached files of the old one are not used


@dataclass(frozen=True)
class File:
    """A file of a data set: its name relative to the folder, its bytes, its MD5 (S3's ETag)."""

    name: str
    bytes: int
    md5: str


@dataclass(frozen=True)
class Description:
    """A data set: its files and the number of rows in all of them."""

    rows: int
    files: tuple[File, ...]


def root() -> Path:
    """The cache's folder: ATHENA_WORKBOOK_DATA, or build/data of this project."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else Path(__file__).resolve().parents[1] / "build" / "data"


def folder_for(
    key: str,
    files: Callable[[], Iterable[tuple[str, Callable[[Path], int]]]],
    step: Callable[[str], None] = lambda name: None,
) -> tuple[Path, Description]:
    """The folder of data set `key` and its description; `files` yields (name, writer) when it is missing.

    A writer takes a path and answers with the number of rows it wrote. `step` hears each file's name.
    Raises OSError, for example when the disk is full; nothing partial is then left.
    """
    place = root() / f"{key}-v{VERSION}"
    found = _read(place)
    if found:
        return place, found
    root().mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=root()))
    try:
        rows, names = 0, []
        for name, write in files():
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            rows += write(path)
            names.append(name)
            step(name)
        description = describe(draft, names, rows)
        (draft / DESCRIPTION).write_text(json.dumps(asdict(description)), encoding="utf-8")
        draft.chmod(0o755)
        return place, _settle(draft, place, description)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def describe(folder: Path, names: Iterable[str], rows: int) -> Description:
    """The description of the files called `names` in `folder`."""
    files = []
    for name in names:
        with (folder / name).open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
        files.append(File(name, (folder / name).stat().st_size, digest.hexdigest()))
    return Description(rows, tuple(files))


def remove() -> None:
    """Remove the whole cache; a folder that was named by ATHENA_WORKBOOK_DATA loses only data sets."""
    for path in root().glob("*-v*") if root().is_dir() else ():
        if (path / DESCRIPTION).is_file():
            shutil.rmtree(path)
    for draft in root().glob(".draft-*") if root().is_dir() else ():
        shutil.rmtree(draft, ignore_errors=True)


def _read(place: Path) -> Description | None:
    """The description of a data set whose files are all there in full, else None."""
    try:
        stored = json.loads((place / DESCRIPTION).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    files = tuple(File(**entry) for entry in stored["files"])
    intact = all((place / file.name).is_file() and (place / file.name).stat().st_size == file.bytes for file in files)
    return Description(stored["rows"], files) if intact else None


def _settle(draft: Path, place: Path, description: Description) -> Description:
    """Move the draft into its place; when another process was quicker, use what that one made."""
    if place.exists():
        if found := _read(place):
            return found
        shutil.rmtree(place)
    try:
        draft.rename(place)
    except OSError:
        found = _read(place)
        if found is None:
            raise
        return found
    return description
