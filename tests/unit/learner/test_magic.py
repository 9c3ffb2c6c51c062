"""`%%athena` in a real kernel: what a reader sees, what nbval compares, what fails."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from helpers import magic
from helpers.magic import MagicError

ROOT = Path(__file__).parents[3]
CELLS = [
    f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    "from helpers import athena, charts, lab\n"
    "course = lab.connect('local', lesson='magic')\n"
    "YEAR, NAMES = 2004, ['a', \"b'c\"]",
    "%%athena first\nSELECT n, s FROM (VALUES (2004, 'a'), (2004, 'b''c'), (2005, NULL)) AS t (n, s)\n"
    "WHERE n = :YEAR AND s IN (:NAMES) ORDER BY s",
    "print(first.df['s'].tolist(), first.bytes_scanned)",
    "%%athena failed --expect-error\nSELECT nosuch FROM (VALUES 1) AS t (a)",
    "print(failed.state)",
    "%%athena --quiet\nSELECT 1",
    "%%athena\nCREATE EXTERNAL TABLE t (a int) LOCATION '{course.results}empty/'",
    "charts.bars({'CSV': 2_000_000, 'Parquet': 1}, 'Bytes', unit='bytes', log=True)",
    "import time\nfrom helpers.display import Progress\nwith Progress('writing', 2) as step:\n"
    "    time.sleep(1.1); step('one'); step('two')\nprint('written')",
    "%%athena kept --silent\nSELECT 7",
    "print(kept.value)",
    "course.close()",
]


def run(cells, folder, endpoint, **options):
    """The cells as a notebook, executed in a kernel of their own at the tests' endpoint."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    where = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, timeout=120, resources=where, **options)
    client.execute(env=environment_at(endpoint))
    return notebook


def environment_at(endpoint) -> dict[str, str]:
    return {**os.environ, **endpoint.env, "AWS_ENDPOINT_URL": endpoint.url}


@pytest.fixture(scope="module")
def executed(tmp_path_factory, endpoint):
    folder = tmp_path_factory.mktemp("lesson")
    notebook = run(CELLS, folder, endpoint)
    nbformat.write(notebook, folder / "lesson.ipynb")
    return folder / "lesson.ipynb", notebook


def outputs(executed, number):
    return executed[1].cells[number].outputs


def test_a_query_shows_its_table_one_line_and_a_picture_of_its_time(executed):
    table, time_taken = outputs(executed, 1)
    assert table.data["text/plain"] == ("   n  s\n----  ---\n2004  a\n2004  b'c\n0 B scanned · $0 (nothing scanned)")
    assert "<td" in table.data["text/html"] and "0 B scanned" in table.data["text/html"]
    assert list(time_taken.data) == ["image/png"]
    assert time_taken.metadata["image/png"]["alt"].endswith(" s")


def test_the_result_is_bound_to_its_name(executed):
    assert outputs(executed, 2)[0].text == "['a', \"b'c\"] 0\n"


def test_an_expected_error_is_one_ordinary_line(executed):
    (line,) = outputs(executed, 3)
    assert (line.output_type, line.name) == ("stream", "stdout")
    assert line.text.startswith("COLUMN_NOT_FOUND: line 1:8") and line.text.count("\n") == 1
    assert outputs(executed, 4)[0].text == "FAILED\n"


def test_quiet_shows_only_the_line(executed):
    assert outputs(executed, 5)[0].text == "0 B scanned · $0 (nothing scanned)\n"


def test_silent_shows_nothing_and_keeps_the_result(executed):
    assert outputs(executed, 9) == []
    assert outputs(executed, 10)[0].text == "7\n"


def test_silent_without_a_name_is_refused():
    with pytest.raises(MagicError, match="--silent: give the result a name"):
        magic.run_cell("--silent", "SELECT 1", {})


def test_ddl_says_that_it_is_done(executed):
    assert outputs(executed, 6)[0].data["text/plain"].startswith("CREATE TABLE: done\n")


def test_a_chart_is_a_picture_with_its_numbers_beside_it(executed):
    picture, text = outputs(executed, 7)
    assert list(picture.data) == ["image/png"]
    assert picture.metadata["image/png"]["alt"] in text.text
    assert "CSV      2.0 MB" in text.text and "Parquet  1 B" in text.text


def test_progress_leaves_nothing_that_is_seen_or_compared(executed):
    gone, text = outputs(executed, 8)
    assert gone.data == {} and text.text == "written\n"


def test_nothing_goes_to_standard_error(executed):
    streams = [out for cell in executed[1].cells for out in cell.outputs if out.output_type == "stream"]
    assert {out.name for out in streams} == {"stdout"}


def test_strict_comparison_passes_although_times_differ_and_fails_for_another_number(executed, tmp_path, endpoint):
    path, _ = executed
    passed = nbval(path, endpoint)
    assert passed.returncode == 0, passed.stdout
    changed = tmp_path / "changed.ipynb"
    changed.write_text(path.read_text().replace("0 B scanned", "1 B scanned", 1))
    assert nbval(changed, endpoint).returncode == 1


def nbval(path, endpoint):
    command = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", path.name]
    where = {"cwd": path.parent, "env": environment_at(endpoint)}
    return subprocess.run(command, **where, capture_output=True, text=True, timeout=180)


FAILING = {
    "%%athena\nSELEC 1": "QueryError: MALFORMED_QUERY: line 1:1: mismatched input 'SELEC'",
    "%%athena\nSELECT :nosuch": "PlaceholderError: :nosuch has no value",
    "%%athena --expect-error\nSELECT 1": "MagicError: %%athena --expect-error: the statement succeeded",
    "lab.connect('prod')": "LabError: MODE = 'prod' is not one of",
}


@pytest.fixture(scope="module")
def failures(tmp_path_factory, endpoint):
    """The cells that fail, all executed."""
    notebook = run([CELLS[0], *FAILING], tmp_path_factory.mktemp("failing"), endpoint, allow_errors=True)
    return dict(zip(FAILING, notebook.cells[1:], strict=True))


@pytest.mark.parametrize("source", FAILING)
def test_a_failing_cell_fails_with_one_line(source, failures):
    (error,) = [out for out in failures[source].outputs if out.output_type == "error"]
    assert len(error.traceback) == 1 and error.traceback[0].startswith(FAILING[source])
    assert "\n" not in error.traceback[0]
    assert error.ename == FAILING[source].partition(":")[0]


def test_a_failing_query_stops_the_notebook(endpoint, tmp_path):
    with pytest.raises(CellExecutionError, match="COLUMN_NOT_FOUND"):
        run([CELLS[0], "%%athena\nSELECT nosuch FROM (VALUES 1) AS t (a)"], tmp_path, endpoint)


@pytest.mark.parametrize(
    ("line", "cell", "said"),
    [
        ("two names", "SELECT 1", "unrecognized arguments"),
        ("--colour", "SELECT 1", "unrecognized arguments"),
        ("--rows many", "SELECT 1", "--rows"),
        ("1x", "SELECT 1", "cannot name a variable"),
        ("for", "SELECT 1", "cannot name a variable"),
        ("'open", "SELECT 1", "quotation"),
        ("x", "  \n", "no SQL"),
    ],
)
def test_a_wrong_magic_line_says_what_is_wrong(line, cell, said):
    with pytest.raises(MagicError) as refused:
        magic.run_cell(line, cell, {})
    assert said in str(refused.value)
