"""Temporary folders that are gone afterwards, however the process that uses them ends.

    folder = Folder("athena-workbook")       # Folder(…).path holds the files, remove() at the end

    <temporary folder>/athena-workbook-<user id>/<name>/       the files
    <temporary folder>/athena-workbook-<user id>/<name>.lock   held by the process that uses them

A process that is killed cannot clean up after itself. The system then releases its lock, and the next folder
of that kind to be made removes every folder whose lock is free.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
import uuid
from pathlib import Path

REMOVAL_ATTEMPTS = 10


class Folder:
    """A fresh folder, locked by this process until `remove()`. Raises OSError, one line."""

    def __init__(self, kind: str, base: Path | None = None):
        """`kind` begins the name of the user's own folder for such folders; `base`: that folder itself."""
        base = Path(base) if base else _base_folder(kind)
        remove_stale(base)
        name = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._lock_path = base / f"{name}.lock"
        # Locked before it is visible under its name: nobody who cleans up can take it for a stale one.
        hidden = base / f".{name}"
        self._lock: int | None = os.open(hidden, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        os.register_at_fork(after_in_child=self._forget)
        hidden.rename(self._lock_path)
        self.path = base / name
        self.path.mkdir(mode=0o700)

    def folder(self, name: str) -> Path:
        """A folder inside, made when missing."""
        path = self.path / name
        path.mkdir(exist_ok=True)
        return path

    def remove(self) -> None:
        """Delete the folder and give up the lock; calling it twice is harmless."""
        if self._lock is None:
            return
        for _ in range(REMOVAL_ATTEMPTS):  # what is being stopped may still write
            shutil.rmtree(self.path, ignore_errors=True)
            if not self.path.exists():
                self._lock_path.unlink(missing_ok=True)
                break
            time.sleep(0.1)
        os.close(self._lock)  # with the file still there, the next one to start removes the rest
        self._lock = None

    def _forget(self) -> None:
        """In a forked process: the lock is the parent's."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def remove_stale(base: Path) -> None:
    """Delete the folders whose process is gone."""
    for lock_path in Path(base).glob("*.lock"):
        try:
            handle = os.open(lock_path, os.O_RDWR)
        except FileNotFoundError:  # another process was quicker
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # in use
            continue
        else:
            shutil.rmtree(lock_path.with_suffix(""), ignore_errors=True)
            lock_path.unlink(missing_ok=True)
        finally:
            os.close(handle)


def _base_folder(kind: str) -> Path:
    """The user's own folder under the temporary folder. Raises OSError when somebody else made it."""
    base = Path(tempfile.gettempdir()) / f"{kind}-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    found = base.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise OSError(f"{base} belongs to somebody else: remove it, or set TMPDIR to a folder of yours")
    return base
