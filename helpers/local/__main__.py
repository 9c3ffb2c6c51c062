"""`python -m helpers.local [--port N]`: serve the local AWS until Ctrl-C or SIGTERM.

With `--child` it serves the process that started it: it reports its address as one line of JSON on standard
output, and ends when that process does.
"""

import argparse
import errno
import os
import shlex
import signal
import sys
import threading
import traceback

from . import lifeline

DESCRIPTORS = 65536  # moto keeps a file open for every larger object of S3
STACK = 64 * 1024 * 1024  # bytes for each thread: deeply nested SQL is parsed recursively
RECURSION = 20_000


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python -m helpers.local", description="Serve the local AWS: S3, Glue, Athena and more."
    )
    parser.add_argument("--port", type=_port, default=0, help="loopback port; any free one when left out")
    parser.add_argument("--child", type=int, metavar="PID", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    report = _ChildReport(options.child) if options.child else _ForegroundReport()
    try:
        status = _serve(options.port, report)
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        report.failed(f"port {options.port} is in use: choose another with --port" if in_use else str(error))
        status = 1
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        report.failed(" ".join(f"{type(error).__name__}: {error}".split()))
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # threads that run queries must not hold the process back


def _port(text):
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port: use 1 to 65535")
    return port


def _serve(port, report):
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    _prepare_process()
    from helpers.temporary import Folder

    folder = Folder("athena-workbook")
    try:
        _prepare_environment(folder.path)
        from .server import Endpoint  # after the environment is set: moto and boto3 read it when imported

        endpoint = Endpoint(folder.path, port)
        server = threading.Thread(target=endpoint.serve, daemon=True)
        server.start()
        report.ready(endpoint.url, folder.path, ended)
        while not ended.wait(1):
            pass
        endpoint.stop()
    finally:
        folder.remove()
    report.ended()
    return 0


def _prepare_process():
    threading.stack_size(STACK)
    sys.setrecursionlimit(RECURSION)
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    for limit in (wanted, 10240):  # macOS refuses more than kern.maxfilesperproc, 10240 at least
        if soft != resource.RLIM_INFINITY and soft < limit:
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            except (ValueError, OSError):
                continue
        break


def _prepare_environment(folder):
    """Everything temporary goes into the folder; the owner's AWS settings and proxies do not apply."""
    temporary = folder / "tmp"
    temporary.mkdir()
    for name in [n for n in os.environ if n.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        TMPDIR=str(temporary),
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_EC2_METADATA_DISABLED="true",
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        MOTO_S3_DEFAULT_KEY_BUFFER_SIZE=str(256 * 1024),  # bytes of an object kept in memory
        MOTO_DISABLE_GLOBAL_CORS="true",  # no web page may read the endpoint
        MOTO_EC2_LOAD_DEFAULT_AMIS="false",
    )
    import tempfile

    tempfile.tempdir = None  # read TMPDIR again


class _ForegroundReport:
    """Tells the person at the terminal."""

    def ready(self, url, folder, ended):
        from .server import client_environment

        for name, value in client_environment(url).items():
            print(f"export {name}={shlex.quote(value)}")
        print(f"# Local AWS at {url}; Ctrl-C ends it and removes {folder}", flush=True)

    def failed(self, message):
        print(f"helpers.local: {message}", file=sys.stderr)

    def ended(self):
        print("# ended", flush=True)


class _ChildReport:
    """Tells the parent process, and ends with it."""

    def __init__(self, parent):
        self._parent = parent

    def ready(self, url, folder, ended):
        from .server import client_environment

        lifeline.report({"url": url, "folder": str(folder), "env": client_environment(url)})
        threading.Thread(target=self._watch, args=(ended,), daemon=True).start()

    def failed(self, message):
        lifeline.report({"error": message})

    def ended(self):
        """Nobody reads any more."""

    def _watch(self, ended):
        lifeline.wait_for_end(self._parent)
        ended.set()


if __name__ == "__main__":
    main()
