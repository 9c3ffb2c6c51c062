"""One list of dependencies: pyproject.toml. The lock and the conda environment must follow it."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
DIRECT = [Requirement(text) for text in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"]]
PLATFORMS = {
    "linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    "macos": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
}
PYTHONS = ("3.11.2", "3.12.8", "3.13.1")


@dataclass(frozen=True)
class Pin:
    """One stanza of the lock: `name==version ; marker` and the number of hashes under it."""

    name: str
    version: Version
    marker: Marker | None
    hashes: int

    def applies(self, environment: dict[str, str]) -> bool:
        return self.marker is None or self.marker.evaluate({**environment, "extra": ""})


def pins_of(lock: str) -> list[Pin]:
    """The pins of a lock's text. Raises ValueError for a line that is no pin, hash or comment."""
    pins = []
    for stanza in re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE).strip()):
        head, *hashes = [line.strip().rstrip("\\").strip() for line in stanza.splitlines()]
        requirement = Requirement(head)
        (specifier,) = requirement.specifier
        if specifier.operator != "==" or not all(line.startswith("--hash=sha256:") for line in hashes):
            raise ValueError(f"not a pin with hashes: {stanza}")
        pins.append(
            Pin(
                canonicalize_name(requirement.name),
                Version(specifier.version),
                requirement.marker,
                len(hashes),
            )
        )
    return pins


LOCK = pins_of((ROOT / "requirements.lock").read_text())
JARS = pins_of((ROOT / "requirements-jars.lock").read_text())
GROUPS = {name: pins_of((ROOT / f"requirements-{name}.lock").read_text()) for name in ("bench", "clients")}


def problems(direct: list[Requirement], pins: list[Pin], environment: dict[str, str]) -> list[str]:
    """What in `direct` the pins do not satisfy in this environment: missing, doubled, out of range."""
    found = []
    for requirement in direct:
        if requirement.marker and not requirement.marker.evaluate({**environment, "extra": ""}):
            continue
        name = canonicalize_name(requirement.name)
        fitting = [pin for pin in pins if pin.name == name and pin.applies(environment)]
        if len(fitting) != 1:
            found.append(f"{name}: {len(fitting)} pins")
        elif not requirement.specifier.contains(fitting[0].version, prereleases=True):
            found.append(f"{name}: {fitting[0].version} is not {requirement.specifier}")
    return found


def environment_of(python: str, platform: str) -> dict[str, str]:
    short = python.rsplit(".", 1)[0]
    return {
        **default_environment(),
        **PLATFORMS[platform],
        "python_version": short,
        "python_full_version": python,
    }


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_satisfies_the_list(python, platform):
    assert problems(DIRECT, LOCK, environment_of(python, platform)) == []


def test_a_drift_is_seen():
    here = default_environment()
    assert problems([Requirement("duckdb>=99")], LOCK, here)[0].startswith("duckdb: ")
    assert problems([Requirement("no-such-package")], LOCK, here) == ["no-such-package: 0 pins"]


def test_every_pin_has_hashes():
    assert [pin.name for pin in [*LOCK, *JARS, *chain(*GROUPS.values())] if not pin.hashes] == []


def test_the_jars_are_locked_alone():
    """Without their dependencies: sagemaker-pyspark would bring an older pyspark."""
    wanted = [Requirement(text) for text in PYPROJECT["dependency-groups"]["jars"]]
    assert problems(wanted, JARS, default_environment()) == []
    assert len(JARS) == len(wanted)


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("group", GROUPS)
def test_the_lock_of_a_group_satisfies_its_list(group, python):
    wanted = [Requirement(text) for text in PYPROJECT["dependency-groups"][group]]
    assert problems(wanted, GROUPS[group], environment_of(python, "linux")) == []


@pytest.mark.parametrize(("group", "target"), [("clients", "test"), ("bench", "bench")])
def test_a_groups_programs_are_installed_where_they_are_used_alone(group, target):
    """Neither the course nor conda asks for them; git ignores their environment and `make clean` removes it."""
    makefile = (ROOT / "Makefile").read_text()
    recipes = dict(re.findall(r"^(\w+):.*\n((?:\t.*\n)+)", makefile, re.MULTILINE))
    assert [name for name, recipe in recipes.items() if f"group_environment.py {group}\n" in recipe] == [target]
    assert f".venv-{group}" in recipes["clean"].split()
    assert f".venv-{group}/" in (ROOT / ".gitignore").read_text().split()


def reachable(direct: list[Requirement]) -> set[str]:
    """The names that `direct` needs on this machine, followed through the installed packages' metadata."""
    here = default_environment()
    seen: set[tuple[str, str]] = set()
    wanted = [each for each in direct if each.marker is None or each.marker.evaluate({**here, "extra": ""})]
    waiting = [(requirement, extra) for requirement in wanted for extra in {"", *requirement.extras}]
    while waiting:
        requirement, extra = waiting.pop()
        key = (canonicalize_name(requirement.name), extra)
        if key in seen:
            continue
        seen.add(key)
        for text in importlib.metadata.requires(requirement.name) or []:
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate({**here, "extra": extra}):
                waiting += [(needed, each) for each in {"", *needed.extras}]
    return {name for name, _ in seen}


def test_the_lock_holds_what_the_list_needs_and_nothing_else():
    """A package taken off the list, and one added to it, both show here."""
    locked = {pin.name for pin in LOCK if pin.applies(default_environment())}
    needed = reachable(DIRECT)
    assert locked - needed == set()
    assert needed - locked == set()


def test_what_is_installed_is_what_is_locked():
    wrong = {
        pin.name: (importlib.metadata.version(pin.name), str(pin.version))
        for pin in LOCK + JARS
        if pin.applies(default_environment()) and Version(importlib.metadata.version(pin.name)) != pin.version
    }
    assert wrong == {}


def test_conda_takes_everything_from_the_lock():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())
    *packages, pip = conda["dependencies"]
    assert pip == {"pip": ["-r requirements.lock"]}
    python, *others = packages
    assert python == f"python {PROJECT['requires-python']}"
    assert [text.split()[0] for text in others] == ["pip", "make", "mysql-server", "openjdk"]


@pytest.mark.parametrize(
    "lock", ["requirements.lock", *(f"requirements-{name}.lock" for name in ("jars", *GROUPS))]
)
def test_make_lock_writes_this_lock(lock):
    """The command in the lock's head is the one of `make lock`, so the next lock is made the same way."""
    head = (ROOT / lock).read_text().splitlines()[1].removeprefix("#").strip()
    recipe = next(line for line in (ROOT / "Makefile").read_text().splitlines() if line.endswith(f"-o {lock}"))
    options = [word for word in recipe.split("-m ", 1)[1].split() if word != "--quiet"]
    assert head.split() == options
