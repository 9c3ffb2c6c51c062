"""How a child process tells its parent that it is ready, and notices that the parent has gone."""

import contextlib
import json
import os
import select

PARENT_CHECK = 0.5  # seconds between two looks at whether the parent still lives


def report(record):
    """Write one line of JSON on standard output; what is printed later belongs to the log."""
    with contextlib.suppress(BrokenPipeError):  # the parent has died, which `wait_for_end` notices
        os.write(1, json.dumps(record).encode() + b"\n")
    os.dup2(2, 1)


def wait_for_end(parent, still_wanted=lambda: True):
    """Return when the process numbered `parent` has gone, or `still_wanted()` says no.

    Standard input is a pipe that the parent alone writes to, so its end tells at once; but a process forked
    from the parent may hold it open, so the parent's number is looked at as well.
    """
    while os.getppid() == parent and still_wanted():
        readable, _, _ = select.select([0], [], [], PARENT_CHECK)
        if readable and not os.read(0, 1024):
            return
