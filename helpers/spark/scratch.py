"""One temporary folder for everything a session writes to this machine's disk, removed however it ends.

    <temporary folder>/athena-workbook-spark-<user id>/<name>/       log, shuffle files, warehouse, checkpoints
    <temporary folder>/athena-workbook-spark-<user id>/<name>.lock   held by the kernel that uses them

The session removes it at its end, and the JVM does when the kernel was killed. When both were killed, nobody
is left to clean up: the system releases the lock, and the next session removes every folder whose lock is free.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import uuid
from pathlib import Path

from helpers.spark.errors import SparkError


class Scratch:
    """A fresh folder, locked by this process until `remove()`."""

    def __init__(self):
        base = _base_folder()
        remove_stale(base)
        name = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._lock_path = base / f"{name}.lock"
        # Locked before it is visible under its name: a cleaning session cannot take it for a stale one.
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
        shutil.rmtree(self.path, ignore_errors=True)
        if not self.path.exists():
            self._lock_path.unlink(missing_ok=True)
        os.close(self._lock)  # with the lock's file still there, the next session removes the rest
        self._lock = None

    def _forget(self) -> None:
        """In a forked process: the lock is the parent's."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def remove_stale(base: Path) -> None:
    """Delete the folders of sessions whose process is gone."""
    for lock_path in base.glob("*.lock"):
        try:
            handle = os.open(lock_path, os.O_RDWR)
        except FileNotFoundError:  # another session was quicker
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


def _base_folder() -> Path:
    """The user's own folder under the temporary folder. Raises SparkError when somebody else made it."""
    base = Path(tempfile.gettempdir()) / f"athena-workbook-spark-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    found = base.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise SparkError(f"{base} belongs to somebody else: remove it, or set TMPDIR to a folder of yours.")
    return base
