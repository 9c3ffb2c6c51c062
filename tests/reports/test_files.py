"""A report is in its place whole or not at all; a folder or disk that refuses is named in one line."""

from __future__ import annotations

import json
import os
import resource
import subprocess

import pytest

from helpers.reports import files
from tests.reports.running import ROOT, command, report, small_notebook, whole_reports

CONTENTS = {".html": "<p>København</p>", ".ipynb": "{}"}


def test_a_report_is_written_and_read_back(tmp_path):
    files.write(tmp_path, "a", CONTENTS, {"error": ""})
    assert whole_reports(tmp_path) == ["a"]
    assert (tmp_path / "a" / "a.html").read_text(encoding="utf-8") == "<p>København</p>"
    assert sorted(files.read_whole(tmp_path, "a")["files"]) == ["a.html", "a.ipynb"]


def test_an_earlier_report_is_replaced_whole(tmp_path):
    files.write(tmp_path, "a", {**CONTENTS, ".txt": "old"}, {"error": "old"})
    files.write(tmp_path, "a", CONTENTS, {"error": "new"})
    assert whole_reports(tmp_path) == ["a"]
    assert files.read_whole(tmp_path, "a")["error"] == "new"


def missing_page(folder):
    (folder / "a.html").unlink()


def changed_page(folder):
    (folder / "a.html").write_text("<p>København</p")


def cut_summary(folder):
    text = (folder / "a.json").read_text()
    (folder / "a.json").write_text(text[:-5])


def summary_of_another_kind(folder):
    (folder / "a.json").write_text("[]")


def summary_without_files(folder):
    (folder / "a.json").write_text('{"error": "", "files": {}}')


@pytest.mark.parametrize(
    "damage", [missing_page, changed_page, cut_summary, summary_of_another_kind, summary_without_files]
)
def test_a_damaged_report_does_not_count(tmp_path, damage):
    files.write(tmp_path, "a", CONTENTS, {"error": ""})
    damage(tmp_path / "a")
    assert files.read_whole(tmp_path, "a") is None


def test_a_report_that_cannot_be_written_leaves_the_earlier_one(tmp_path):
    files.write(tmp_path, "a", CONTENTS, {"error": ""})
    with pytest.raises(files.FilesError) as refusal:
        files.write(tmp_path, "a", {**CONTENTS, "/no/such/folder": "x"}, {"error": "new"})
    assert str(refusal.value) == f"cannot write {tmp_path / 'a'}: No such file or directory"
    assert whole_reports(tmp_path) == ["a"] and files.read_whole(tmp_path, "a")["error"] == ""


def test_what_a_killed_run_left_is_swept_and_what_it_was_replacing_comes_back(tmp_path):
    files.write(tmp_path, "a", CONTENTS, {"error": ""})
    left = files.draft(tmp_path)
    (left / "replaced").mkdir()
    (tmp_path / "a").rename(left / "replaced" / "a")  # killed between taking the old away and putting the new in
    (files.draft(tmp_path) / "half").write_text("…")
    with files.claimed(tmp_path):
        assert whole_reports(tmp_path) == ["a"]
        assert files.read_whole(tmp_path, "a")


def test_a_folder_that_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("in the way")
    answer = report("--out", tmp_path / "file" / "out")
    assert answer.returncode == 2
    assert answer.stderr.splitlines()[-1] == f"helpers.report: cannot write to {tmp_path}/file/out: Not a directory"


def test_a_disk_that_fills_up_leaves_no_half_report(tmp_path, endpoint):
    """No file may grow beyond 6,000 bytes: the page does not fit, and that ends the run with one line."""
    notebook = small_notebook(tmp_path / "n", "print(NUMBER)")
    answer = subprocess.run(
        command("--notebook", notebook, "--out", tmp_path / "out"),
        cwd=ROOT,
        env={**os.environ, **endpoint, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000)),
    )
    assert answer.returncode == 2
    assert answer.stderr.splitlines()[-1] == (
        f"helpers.report: cannot write {tmp_path / 'out' / 'small-1-a'}: File too large"
    )
    assert whole_reports(tmp_path / "out") == []


def test_json_is_readable_and_in_utf_8():
    text = files.as_json({"town": "København"})
    assert json.loads(text) == {"town": "København"} and "København" in text and text.endswith("}\n")
