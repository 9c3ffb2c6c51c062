"""The one folder that holds everything an endpoint writes to disk, removed however the endpoint ends.

    <temporary folder>/athena-workbook-<user id>/<name>/       the files
    <temporary folder>/athena-workbook-<user id>/<name>.lock   held by the process that uses them

A process that is killed cannot clean up after itself. The system then releases its lock, and the next
endpoint to start removes every folder whose lock is free.
"""

import fcntl
import os
import shutil
import stat
import tempfile
import time
import uuid
from pathlib import Path

REMOVAL_ATTEMPTS = 10


class EndpointFolder:
    """A fresh folder, locked by this process until `remove()`."""

    def __init__(self, base=None):
        self._base = Path(base) if base else _base_folder()
        remove_stale(self._base)
        name = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._lock_path = self._base / f"{name}.lock"
        self._lock = _lock_new(self._lock_path)
        self.path = self._base / name
        self.path.mkdir(mode=0o700)

    def remove(self):
        """Delete the folder and give up the lock; calling it twice is harmless."""
        if self._lock is None:
            return
        for _ in range(REMOVAL_ATTEMPTS):  # a query that is being stopped may still write
            shutil.rmtree(self.path, ignore_errors=True)
            if not self.path.exists():
                self._lock_path.unlink(missing_ok=True)
                break
            time.sleep(0.1)
        os.close(self._lock)  # with the file still there, the next endpoint to start removes the rest
        self._lock = None


def remove_stale(base):
    """Delete the folders of endpoints that no longer run."""
    for lock_path in Path(base).glob("*.lock"):
        try:
            handle = os.open(lock_path, os.O_RDWR)
        except FileNotFoundError:  # another endpoint was quicker
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


def _base_folder():
    """The user's own folder under the temporary folder. Raises OSError when somebody else made it."""
    base = Path(tempfile.gettempdir()) / f"athena-workbook-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    found = base.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise OSError(f"{base} belongs to somebody else: remove it, or set TMPDIR to a folder of yours")
    return base


def _lock_new(path):
    """Create and lock a file. Starts again when a cleaning endpoint removed it between the two steps."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            if os.stat(path).st_ino == os.fstat(handle).st_ino:
                return handle
        except FileNotFoundError:
            pass  # removed: the new round makes it again
        os.close(handle)
