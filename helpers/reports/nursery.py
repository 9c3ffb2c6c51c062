"""A process that has imported everything, and forks a kernel for each report: `python -m helpers.reports.nursery`.

Starting Python and importing pandas, boto3 and matplotlib takes longer than a report. Here that happens once. Each
kernel is a fork of this process, so it begins with the same fresh state, ends with its report, and nothing of one
report can reach the next.

Requests come as lines of JSON on standard input, answers go as lines of JSON to standard output:

    {"fork": 7, "connection_file": "…", "cwd": "…", "env": {…}}   →   {"forked": 7, "pid": 4711}
                                                                       {"ended": 4711, "status": 0}

The end of standard input, which also comes when the parent is killed, ends all kernels and then this process.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import shutil
import signal
import sys

# What a report imports. Not helpers.athena: its import registers %%athena with the running kernel: none runs here.
WARM = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "IPython.core.interactiveshell",
    "matplotlib_inline.backend_inline",
    "pandas",
    "pyarrow",
    "boto3",
    "botocore.session",
    "botocore.parsers",
    "matplotlib.backends.backend_agg",
    "matplotlib.font_manager",
    "helpers.charts",
    "helpers.checks",
    "helpers.datasets",
    "helpers.lab",
    "helpers.placeholders",
    "helpers.reports.story",
    "helpers.results",
)
PARENT_CHECK = 0.5  # seconds between two looks at whether the parent still lives


def main(arguments: list[str]) -> int:
    """Serve until standard input ends; then remove the folder named by the first argument and all kernels."""
    folder, parent = arguments[0], os.getppid()
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what an import prints is no answer
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the parent decides, by closing our standard input
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    _warm()
    kernels: set[int] = set()
    try:
        _say(answers, {"ready": os.getpid()})
        _serve(parent, ended, answers, kernels)
    finally:
        _end(kernels)
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _warm() -> None:
    # A kernel sets this before anything is imported; matplotlib reads it when it is.
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    for name in WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # pages that the kernels share stay shared


def _serve(parent: int, ended: int, answers, kernels: set[int]) -> None:
    pending = b""
    while os.getppid() == parent:
        readable, _, _ = select.select([0, ended], [], [], PARENT_CHECK)
        if ended in readable:
            os.read(ended, 4096)
        _reap(answers, kernels)
        if 0 in readable:
            piece = os.read(0, 65536)
            if not piece:
                return
            *lines, pending = (pending + piece).split(b"\n")
            for line in lines:
                request = json.loads(line)
                kernels.add(pid := _fork(request))
                _say(answers, {"forked": request["fork"], "pid": pid})


def _fork(request: dict) -> int:
    """The process id of a new kernel; in that process this never returns."""
    nursery = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    try:
        _become_kernel(request, nursery)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def _become_kernel(request: dict, nursery: int) -> None:
    os.setsid()  # a process group of its own, which can be killed as one
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.closerange(3, 64)  # the answers, the wake-up pipe: only the nursery's
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = ["ipykernel_launcher.py", "-f", request["connection_file"]]
    _own_randomness()

    from ipykernel.kernelapp import IPKernelApp

    # The kernel looks every second whether the nursery still lives. No history: it would be one file for all.
    app = IPKernelApp.instance(parent_handle=nursery, log_level="ERROR")
    app.config.HistoryManager.enabled = False
    app.initialize(["-f", request["connection_file"]])
    app.start()


def _own_randomness() -> None:
    """A fork would repeat numpy's global random numbers; a process of its own draws others."""
    import numpy

    numpy.random.seed()


def _reap(answers, kernels: set[int]) -> None:
    """Say which kernels have ended."""
    for pid in list(kernels):
        with contextlib.suppress(ChildProcessError):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                kernels.discard(pid)
                _say(answers, {"ended": pid, "status": os.waitstatus_to_exitcode(status)})


def _say(answers, message: dict) -> None:
    with contextlib.suppress(BrokenPipeError):  # the parent has gone, which `_serve` notices
        answers.write(json.dumps(message) + "\n")


def _end(kernels: set[int]) -> None:
    for pid in kernels:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)  # one that has not made its own group yet
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


if __name__ == "__main__":
    status = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(status)
