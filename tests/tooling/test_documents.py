"""README and DEVELOPERS say what is there: lessons, folders, commands."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from helpers.course.notebooks import NOTEBOOKS, cost_of, minutes_of, read, title_of

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DEVELOPERS = (ROOT / "DEVELOPERS.md").read_text(encoding="utf-8")


def test_the_readme_says_of_every_lesson_what_the_lesson_says():
    lessons = sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
    assert lessons
    for path in lessons:
        (row,) = [line for line in README.splitlines() if f"(notebooks/{path.name})" in line]
        notebook = read(path)
        number, title = path.stem[:2], re.sub(r"^[0-9]{2}\s*[·:.–—-]\s*", "", title_of(notebook))
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        told = [number, f"[{title}](notebooks/{path.name})", str(minutes_of(notebook)), f"{cost_of(notebook)} USD"]
        assert cells == told


def test_developers_lists_every_folder_of_tests():
    section = DEVELOPERS.split("\n## Tests\n")[1].split("\n## ")[0]
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and any(path.glob("**/test_*.py"))}
    assert {name for name in folders if f"`tests/{name}" not in section} == set()


def test_links_between_documents_lead_somewhere():
    for document in (README, DEVELOPERS):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document):
            assert (ROOT / target).exists(), target


def test_commands_of_the_documents_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", README + DEVELOPERS, re.MULTILINE))
    assert named and named <= targets
    modules = set(re.findall(r"python -m (helpers(?:\.\w+)*)", README + DEVELOPERS))
    for module in modules:
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def test_nothing_generated_is_committed():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, timeout=30)
    if tracked.returncode == 0:  # an unpacked archive has no git
        strange = [
            name for name in tracked.stdout.splitlines() if re.search(r"(^|/)(build|\.venv|__pycache__)/", name)
        ]
        assert strange == []
