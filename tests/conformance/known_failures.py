"""`known_failures.txt`: one case id to a line, `#` starts a comment."""

from pathlib import Path

FILE = Path(__file__).with_name("known_failures.txt")
_HEAD = """\
# Cases that the local endpoint does not answer like the real service yet.
# Written by: python -m pytest tests/conformance -q --write-known-failures
"""


def read():
    """The ids. Raises ValueError when one is listed twice."""
    lines = (line.split("#")[0].strip() for line in FILE.read_text().splitlines())
    ids = [line for line in lines if line]
    if len(set(ids)) != len(ids):
        raise ValueError(f"{FILE.name} lists a case twice")
    return set(ids)


def write(ids):
    FILE.write_text(_HEAD + "".join(f"{case}\n" for case in sorted(ids)))
