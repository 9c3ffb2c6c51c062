"""scripts/environment: quick when warm, conda's Python inside conda, one clear line when something is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Interpreters as a machine may have them, each answering only what the script asks.
TOO_OLD = """#!/bin/sh
case "$1" in --version) echo "Python 3.9.2" ;; *) exit 1 ;; esac
"""
WITHOUT_VENV = """#!/bin/sh
case "$2" in *ensurepip*) exit 1 ;; *print*) echo 3.11 ;; esac
"""
WITHOUT_NETWORK = """#!/bin/sh
case "$*" in *"pip install"*) echo "no route to host" >&2; exit 1 ;; esac
"""


@pytest.fixture
def clone(tmp_path) -> Path:
    """What the script reads, in a folder of its own whose name has a space in it."""
    folder = tmp_path / "a clone"
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "environment", folder / "scripts")
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "requirements.lock").write_text("uv==1 \\\n    --hash=sha256:00\n")
    (folder / "requirements-jars.lock").write_text("jars==1 \\\n    --hash=sha256:00\n")
    return folder


def mark_installed(clone: Path, home: Path) -> None:
    """Leave what a finished installation leaves: a copy of both locks."""
    locks = [clone / "requirements.lock", clone / "requirements-jars.lock"]
    (home / ".installed-requirements.lock").write_text("".join(lock.read_text() for lock in locks))


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def environment(clone: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CONDA")}
    command = ["sh", "scripts/environment", *arguments]
    return subprocess.run(command, cwd=clone, env={**plain, **variables}, capture_output=True, text=True, timeout=60)


def test_a_python_that_is_too_old(clone):
    python = executable(clone / "python3.9", TOO_OLD)
    answer = environment(clone, PYTHON=str(python))
    assert answer.returncode == 1
    (line,) = answer.stderr.splitlines()
    assert line.startswith("make: Python 3.11, 3.12 or 3.13 is needed (found: Python 3.9.2); ")
    assert not (clone / ".venv").exists()


def test_debian_without_the_venv_module(clone):
    python = executable(clone / "python3", WITHOUT_VENV)
    answer = environment(clone, PYTHON=str(python))
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        "make: Python 3.11 here has no venv module; type: sudo apt-get install python3.11-venv"
    ]


def test_no_network_at_the_first_installation(clone):
    executable(clone / ".venv" / "bin" / "python", WITHOUT_NETWORK)
    answer = environment(clone)
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1].startswith("make: could not install requirements.lock (see above); ")
    assert not (clone / ".venv" / ".installed-requirements.lock").exists()  # so the next call tries again


def test_a_warm_environment_is_silent_and_asks_nobody(clone):
    """With the lock's copy in place, not even pip is called: this interpreter would refuse."""
    executable(clone / ".venv" / "bin" / "python", WITHOUT_NETWORK)
    mark_installed(clone, clone / ".venv")
    answer = environment(clone)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-jars.lock"])
def test_a_changed_lock_is_installed_again(clone, lock):
    executable(clone / ".venv" / "bin" / "python", WITHOUT_NETWORK)
    mark_installed(clone, clone / ".venv")
    (clone / lock).write_text("a newer lock\n")
    assert environment(clone).returncode == 1  # it tried


@pytest.mark.parametrize(
    ("active", "expected"),
    [
        ({}, ".venv/bin/python"),
        (
            {"CONDA_PREFIX": "/conda/envs/workbook", "CONDA_DEFAULT_ENV": "workbook"},
            "/conda/envs/workbook/bin/python",
        ),
        ({"CONDA_PREFIX": "/conda", "CONDA_DEFAULT_ENV": "base"}, ".venv/bin/python"),
    ],
)
def test_which_python_is_used(clone, active, expected):
    assert environment(clone, "--python", **active).stdout.strip() == expected


def test_inside_conda_no_second_environment_is_made(clone, tmp_path):
    prefix = tmp_path / "workbook"
    executable(prefix / "bin" / "python", WITHOUT_NETWORK)
    mark_installed(clone, prefix)
    answer = environment(clone, CONDA_PREFIX=str(prefix), CONDA_DEFAULT_ENV="workbook")
    assert answer.returncode == 0, answer.stderr
    assert not (clone / ".venv").exists()


def test_conda_with_another_python(clone, tmp_path):
    prefix = tmp_path / "old"
    executable(prefix / "bin" / "python", TOO_OLD)
    answer = environment(clone, CONDA_PREFIX=str(prefix), CONDA_DEFAULT_ENV="old")
    assert answer.returncode == 1
    (line,) = answer.stderr.splitlines()
    assert line.endswith("type: conda env create -f environment.yml && conda activate athena-workbook")


PROGRAMS = ["sh", "dirname", "cat", "cmp", "awk"]


def path_with(folder: Path, **programs: str) -> str:
    """A PATH of one folder that holds only what the script itself calls, and `programs` (name → sh text)."""
    folder.mkdir()
    for name in PROGRAMS:
        (folder / name).symlink_to(shutil.which(name))
    for name, text in programs.items():
        executable(folder / name.replace("_", "-"), f"#!/bin/sh\n{text}\n")
    return str(folder)


@pytest.fixture
def without_database(clone) -> Path:
    """A warm environment, and a script that does not look for a server in this machine's own folders."""
    script = clone / "scripts" / "environment"
    script.write_text(script.read_text().replace(":/usr/sbin:/usr/local/sbin", ""))
    executable(clone / ".venv" / "bin" / "python", WITHOUT_NETWORK)
    mark_installed(clone, clone / ".venv")
    return clone


@pytest.mark.parametrize(
    ("system", "command"),
    [
        ("Linux", "sudo apt-get install mariadb-server-core mariadb-client-core"),
        ("Darwin", "brew install mariadb"),
    ],
)
def test_a_missing_database_server_is_one_line_for_who_may_not_install(without_database, tmp_path, system, command):
    programs = path_with(tmp_path / "bin", id="echo 1000", uname=f"echo {system}")
    answer = environment(without_database, PATH=programs)
    assert answer.returncode == 0
    assert answer.stderr.splitlines() == [f"make: the lessons that use MySQL need its server; type: {command}"]


def test_root_on_debian_gets_the_database_server(without_database, tmp_path):
    """The first attempt fails as on a machine whose package lists are empty; then they are fetched."""
    bin_folder = tmp_path / "bin"
    apt = f"""case "$1" in
        update) : >{tmp_path}/lists ;;
        install) [ -e {tmp_path}/lists ] || exit 100
                 printf '#!/bin/sh\\n' >{bin_folder}/mariadbd; chmod +x {bin_folder}/mariadbd
                 echo "$@" >{tmp_path}/asked ;;
    esac"""
    programs = path_with(bin_folder, id="echo 0", uname="echo Linux", apt_get=apt)
    (bin_folder / "chmod").symlink_to(shutil.which("chmod"))
    answer = environment(without_database, PATH=programs)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "mariadb-server-core mariadb-client-core" in (tmp_path / "asked").read_text()


def test_help_names_every_target():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.search(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)[1].split()) - {"environment", "help"}
    shown = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, timeout=30).stdout
    assert targets == {line.split()[1] for line in shown.splitlines() if re.match(r"make [\w-]+  ", line)}


def test_scripts_are_plain_posix_sh():
    """Debian's sh is dash and knows no bashisms; so does macOS's."""
    for script in ("scripts/environment", ".ci/run"):
        assert (ROOT / script).read_text().startswith("#!/bin/sh\n")
        subprocess.run(["sh", "-n", ROOT / script], check=True, timeout=30)


def test_this_interpreter_is_supported():
    assert (3, 11) <= sys.version_info[:2] <= (3, 13)
