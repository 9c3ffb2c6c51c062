"""Whether an endpoint that has ended has let go of its folder."""

import fcntl


def lock_is_free(path):
    """Whether nobody holds the lock of an endpoint's folder; a killed process may be dead a moment before."""
    with open(path.with_suffix(".lock"), "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
