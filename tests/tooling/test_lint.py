"""Code and notebooks follow the one set of rules in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def ruff(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "ruff", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


def test_ruff_has_nothing_to_say():
    answer = ruff("check", ".")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_ruff_reads_notebooks_too():
    seen = ruff("check", "--show-files", ".").stdout
    committed = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert committed and [path.name for path in committed if path.name not in seen] == []


def test_no_module_outgrows_one_sitting():
    """A module of more than 400 lines does more than one thing."""
    modules = [*ROOT.glob("helpers/**/*.py"), *ROOT.glob("tests/**/*.py")]
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules}
    assert {path: lines for path, lines in long.items() if lines > 400} == {}
