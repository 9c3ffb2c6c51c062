"""The course's own tools on small notebooks: parameters refused, normal form, failures in one line, pages."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from helpers.course import pages, parameters
from helpers.course.notebooks import CourseError, lesson_paths, normalise, read, text_of, write_text
from tests.notebooks.example import code, lesson

ROOT = Path(__file__).resolve().parents[2]


def course(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "helpers.course", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180)


def save(notebook, path: Path) -> Path:
    path.write_text(text_of(normalise(notebook)), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path) -> Path:
    """Three lessons, of which the second fails in its sixth cell."""
    lessons = tmp_path / "lessons"
    lessons.mkdir()
    for name in ("03_example", "04_example", "05_example"):
        notebook = lesson()
        if name.startswith("04"):
            notebook.cells[5] = code("raise KeyError('price\\nand more')")
        save(notebook, lessons / f"{name}.ipynb")
    return lessons


# Parameters


KNOWN = {"03_example": parameters.of(lesson(), "03_example")}


def test_values_become_the_type_of_the_default():
    assert parameters.for_lessons({"MODE": "aws", "FACTOR": "9"}, KNOWN) == {
        "03_example": {"MODE": "aws", "FACTOR": 9}
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"YAER": "2005"}, "no lesson chosen here has a parameter YAER: there are FACTOR, MODE"),
        ({"mode": "aws"}, "no lesson chosen here has a parameter mode: there are FACTOR, MODE"),
        ({"MODE": "cloud"}, "MODE='cloud' is not allowed: it takes local or aws"),
        ({"FACTOR": "10"}, "FACTOR='10' is not allowed: it takes a whole number from 1 to 9"),
        ({"FACTOR": "two"}, "FACTOR='two' is not allowed: it takes a whole number from 1 to 9"),
        ({"FACTOR": "2.5"}, "FACTOR='2.5' is not allowed: it takes a whole number from 1 to 9"),
    ],
)
def test_wrong_parameters_are_refused_in_one_line(given, message):
    with pytest.raises(CourseError) as refusal:
        parameters.for_lessons(given, KNOWN)
    assert str(refusal.value) == message


def test_a_parameters_cell_holds_plain_values_only():
    notebook = lesson()
    notebook.cells[2].source = "YEAR = today()"
    with pytest.raises(CourseError, match="the default of YEAR is not a plain value"):
        parameters.of(notebook, "03_example")


def test_a_refused_parameter_runs_nothing(folder, tmp_path):
    answer = course("run", "--folder", folder, "--out", tmp_path / "out", "-p", "FACTOR=ten")
    assert answer.returncode == 2
    assert answer.stderr.splitlines() == [
        "helpers.course: FACTOR='ten' is not allowed: it takes a whole number from 1 to 9"
    ]
    assert not (tmp_path / "out").exists()


# Running


def test_a_failing_lesson_is_named_and_the_others_finish(folder, tmp_path):
    out = tmp_path / "out"
    answer = course("run", "--folder", folder, "--out", out, "-p", "FACTOR=3")
    assert answer.returncode == 1, answer.stderr
    assert f"FAILED 04_example, cell 6: KeyError: 'price\\nand more' (see {out}/04_example.ipynb)" in answer.stdout
    assert answer.stdout.rstrip().endswith(f"2 of 3 lessons ran; open {out}/index.html")
    assert "126" not in (out / "04_example.html").read_text()  # the run stopped before this cell
    for name in ("03_example", "05_example"):
        assert ">63\n" in (out / f"{name}.html").read_text()  # 21 times the given FACTOR
    assert [cell.output_type for cell in read(out / "04_example.ipynb").cells[6].outputs] == ["error"]
    assert "failed: 04_example, cell 6" in (out / "index.html").read_text()
    assert sorted(path.name for path in out.iterdir() if path.name.startswith(".")) == []


def ended(process: int) -> bool:
    """Whether a process is gone within ten seconds."""
    for _ in range(100):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_leaves_nothing(number, folder, tmp_path):
    """Ctrl-C and a plain kill end the kernel and the endpoint too, and say one line."""
    notebook = lesson()
    notebook.cells[5] = code(
        "import os, pathlib, time; pathlib.Path('kernel').write_text(str(os.getpid())); time.sleep(99)"
    )
    save(notebook, folder / "03_example.ipynb")
    command = [sys.executable, "-m", "helpers.course", "run", "--folder", folder, "--out", tmp_path / "out"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True) as running:
        sleeping = folder / "kernel"
        for _ in range(600):
            if sleeping.exists() and sleeping.read_text():
                break
            time.sleep(0.1)
        running.send_signal(number)
        said = running.communicate(timeout=60)[1]
    assert running.returncode == 130
    assert said.splitlines()[-1] == "helpers.course: stopped"
    kernel = int(sleeping.read_text())
    assert ended(kernel)
    assert list((tmp_path / "out").iterdir()) == []


def test_an_output_folder_that_cannot_be_written(folder, tmp_path):
    (tmp_path / "file").write_text("in the way")
    answer = course("run", "--folder", folder, "--out", tmp_path / "file" / "out")
    assert answer.returncode == 2
    assert answer.stderr.splitlines() == [f"helpers.course: cannot write to {tmp_path}/file/out: Not a directory"]


@pytest.mark.parametrize("module", ["helpers.course.runner", "helpers.report"])
def test_a_start_does_not_build_the_grammar_of_addresses(module):
    """jsonschema builds it with lark, in seconds, when it finds the package for it."""
    code = f"import sys, {module}, helpers.reports.making; print('lark' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert answer.stdout == "False\n", answer.stderr


def test_a_lesson_that_does_not_exist():
    answer = course("run", "--only", "77")
    assert answer.returncode == 2
    assert answer.stderr.startswith("helpers.course: no lesson '77': there are 00_start_here, 01_")


def test_a_full_disk_leaves_the_old_page_whole(tmp_path, monkeypatch):
    page = tmp_path / "index.html"
    page.write_text("old")

    def full(self, text, **settings):
        with open(self, "w") as half:
            half.write(text[:3])
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk, pytest.raises(CourseError) as refusal:
        disk.setattr(Path, "write_text", full)
        write_text("new page", page)
    assert str(refusal.value) == f"cannot write {page}: No space left on device"
    assert page.read_text() == "old"
    assert list(tmp_path.iterdir()) == [page]


def test_executing_in_place_writes_outputs_and_counts(tmp_path):
    notebook = lesson()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    path = save(notebook, tmp_path / "03_example.ipynb")
    answer = course("execute", path)
    assert answer.returncode == 0, answer.stderr
    assert path.read_text() == text_of(normalise(lesson()))


# Normal form


def test_normal_form_keeps_content_and_drops_traces():
    notebook = lesson()
    notebook.metadata = nbformat.from_dict({"papermill": {"duration": 3}, "language_info": {"version": "3.13"}})
    cell = notebook.cells[4]
    cell.metadata = nbformat.from_dict(
        {"execution": {"iopub.status.busy": "2026-01-01"}, "tags": ["solution"], "papermill": {"status": "done"}}
    )
    cell.outputs = [
        v4.new_output("stream", name="stdout", text="a\n"),
        v4.new_output("stream", name="stdout", text="b\n"),
        v4.new_output("stream", name="stderr", text="c\n"),
        v4.new_output("display_data", {"image/png": "AA=="}, metadata={"image/png": {"alt": "x"}, "seconds": 2}),
    ]
    cell.execution_count = 7
    tidy = normalise(notebook)
    assert set(tidy.metadata) == {"kernelspec", "language_info"}
    assert tidy.metadata.language_info == {"name": "python"}
    assert tidy.cells[4].metadata == {"tags": ["solution"], "jupyter": {"source_hidden": True}}
    assert [output.get("text") for output in tidy.cells[4].outputs] == ["a\nb\n", "c\n", None]
    assert tidy.cells[4].outputs[2].metadata == {"image/png": {"alt": "x"}}
    assert tidy.cells[4].execution_count == 7
    assert text_of(normalise(tidy)) == text_of(tidy)
    assert "papermill" in notebook.metadata  # the original is left alone


def test_check_names_what_is_not_in_normal_form(tmp_path):
    notebook = lesson()
    notebook.metadata["papermill"] = {}
    path = tmp_path / "03_example.ipynb"
    path.write_text(text_of(notebook))
    assert course("normalise", "--check", path).stdout == f"{path}: not in normal form\n"
    assert course("normalise", path).returncode == 0
    assert course("normalise", "--check", path).returncode == 0


# Pages


def test_pages_link_lessons_and_fold_solutions(folder):
    pages.write_course(folder, {})
    page = (folder / "04_example.html").read_text()
    assert '<a class="before" href="03_example.html">' in page
    assert '<a class="after" href="05_example.html">' in page
    assert page.count("<details") == page.count("Show a solution") == 2
    assert "04_example.ipynb" not in (folder / "03_example.html").read_text()
    index = (folder / "index.html").read_text()
    assert [index.count(f'href="{path.stem}.html"') for path in lesson_paths(folder=folder)] == [2, 2, 2]


def test_sql_is_coloured_as_sql(folder):
    notebook = lesson()
    notebook.cells[4].source = "%%athena\nSELECT count(*) FROM orders"
    save(notebook, folder / "03_example.ipynb")
    pages.write_course(folder, {})
    assert '<span class="k">SELECT</span>' in (folder / "03_example.html").read_text()
