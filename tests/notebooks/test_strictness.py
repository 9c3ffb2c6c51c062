"""`pytest --nbval` with this project's settings fails when a committed output no longer comes out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.course.notebooks import NOTEBOOKS, code_cells, normalise, read, text_of
from tests.notebooks.example import lesson

ROOT = Path(__file__).resolve().parents[2]


def nbval(path: Path) -> tuple[int, str]:
    """Exit status and output of the comparison that `make test` makes of every lesson."""
    command = [sys.executable, "-m", "pytest", "--nbval", "-c", str(ROOT / "pyproject.toml"), str(path)]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180)
    return answer.returncode, re.sub(r"\x1b\[\d+m", "", answer.stdout)


def save(notebook, path: Path) -> Path:
    path.write_text(text_of(normalise(notebook)), encoding="utf-8")
    return path


@pytest.fixture
def notebook(tmp_path) -> Path:
    return save(lesson(), tmp_path / "03_example.ipynb")


def test_an_honest_notebook_passes(notebook):
    status, said = nbval(notebook)
    assert status == 0, said
    assert f"{len(code_cells(read(notebook)))} passed" in said


@pytest.mark.parametrize(("printed", "by_hand"), [('"42\\n"', '"43\\n"'), ('"42\\n"', '"42 \\n"')])
def test_an_output_changed_by_hand_fails(notebook, printed, by_hand):
    text = notebook.read_text(encoding="utf-8")
    assert text.count(printed) == 1
    notebook.write_text(text.replace(printed, by_hand), encoding="utf-8")
    status, said = nbval(notebook)
    assert status == 1, said
    assert "1 failed" in said and "Cell outputs differ" in said


def test_a_lesson_changed_by_hand_fails(tmp_path):
    """The same with the first lesson itself: one digit of one printed figure."""
    edited = read(NOTEBOOKS / "00_start_here.ipynb")
    outputs = [output for cell in code_cells(edited) for output in cell.outputs]
    printed = [each for each in outputs if each.output_type == "stream" and re.search(r"\d", each.text)]
    assert printed, "the lesson prints no figure"
    printed[0].text = re.sub(r"\d", lambda digit: str((int(digit.group()) + 1) % 10), printed[0].text, count=1)
    # A folder as in the project, so that the lesson finds its helpers one folder up.
    (tmp_path / "notebooks").mkdir()
    for name in ("helpers", "data"):
        (tmp_path / name).symlink_to(ROOT / name)
    copy = save(edited, tmp_path / "notebooks" / "00_start_here.ipynb")
    status, said = nbval(copy)
    assert status == 1, said
    assert "1 failed" in said and "Cell outputs differ" in said
