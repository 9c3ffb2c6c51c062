"""The stand-in for Lambda's runtime, as `helpers.invoke` starts it: it forks a fresh process for each invocation.

Python and boto3 are there before the function is, as in Lambda's own image; loading them anew each time would take
longer than most invocations. The function is imported in the fork, so nothing of one invocation reaches the next.

Each request comes through the socket on standard input: one JSON object, with three file descriptors beside it,
for the log, the errors and the signs of life. The answer is the fork's process id. The end of the socket, which
also comes when the parent is killed, ends everything. This file imports nothing of the project.
"""

import array
import importlib
import json
import os
import signal
import socket
import sys
import time
import traceback

import boto3  # noqa: F401 - what a function finds imported
import botocore.awsrequest
import botocore.credentials
import botocore.endpoint
import botocore.httpsession
import botocore.parsers
import botocore.retryhandler
import botocore.signers  # noqa: F401

LARGEST_REQUEST = 16 * 1024 * 1024  # bytes; Lambda takes 6 MB


class Context:
    """What Lambda hands to a handler beside the event."""

    function_name, memory_limit_in_mb = "athena-query", 128

    def __init__(self, request_id, ends):
        self.aws_request_id, self._ends = request_id, ends

    def get_remaining_time_in_millis(self):
        return max(0, int((self._ends - time.monotonic()) * 1000))


def invoke(job, life):
    """Import the handler, and only then start the clock and say so; call it, keep its answer, say so."""
    sys.path.insert(0, job["archive"])
    module, _, name = job["handler"].rpartition(".")
    handler = getattr(importlib.import_module(module), name)
    ends = time.monotonic() + job["limit"]
    os.write(life, b"!")
    answer = handler(job["event"], Context(job["request_id"], ends))
    with open(job["answer"], "w") as file:
        json.dump(answer, file)
    os.write(life, b".")


def run(job, log, errors, life):
    """The fork: its own session, environment and folder; never returns."""
    status = 1
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for source, target in ((os.open(os.devnull, os.O_RDONLY), 0), (log, 1), (errors, 2)):
            os.dup2(source, target)
        os.environ.clear()
        os.environ.update(job["environment"])
        os.chdir(job["folder"])
        invoke(job, life)
        status = 0
    except BaseException:  # the runtime reports what the function raises, whatever it is
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def receive(channel):
    """One request and its file descriptors; None when the parent is gone."""
    descriptors = array.array("i")
    size, ancillary, _, _ = channel.recvmsg(8, socket.CMSG_SPACE(3 * descriptors.itemsize))
    if len(size) < 8:
        return None
    for _, _, data in ancillary:
        descriptors.frombytes(data)
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    rest, text = int.from_bytes(size, "big"), b""
    if rest > LARGEST_REQUEST:
        return None
    while len(text) < rest:
        piece = channel.recv(rest - len(text))
        if not piece:
            return None
        text += piece
    return json.loads(text), list(descriptors)


def running(processes):
    """Those that have not ended; the others are laid to rest."""
    return [pid for pid in processes if os.waitpid(pid, os.WNOHANG)[0] == 0]


def main():
    """Serve until the socket ends, then kill what still runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes the socket
    channel = socket.socket(fileno=0)
    processes = []
    try:
        while request := receive(channel):
            job, descriptors = request
            pid = os.fork()
            if pid == 0:
                run(job, *descriptors)
            processes = [*running(processes), pid]
            for descriptor in descriptors:
                os.close(descriptor)
            channel.sendall(pid.to_bytes(8, "big"))
    finally:
        for pid in running(processes):
            os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
