"""Many reports at once: failures are kept, interruptions leave whole reports only, nothing outlives the program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import boto3
import pytest

from helpers.course.notebooks import read
from tests.reports.running import ROOT, alive, command, report, small_notebook, wait_for, whole_reports

SERVICES = ("glue", "athena", "s3")
LOOK_ROUND = """
    import builtins, os, pandas, numpy
    from helpers import lab
    print(hasattr(builtins, "left"), "LEFT" in os.environ, hasattr(pandas, "left"), hasattr(lab, "left"),
          "left" in globals(), os.path.basename(os.getcwd()))
"""
LEAVE_TRACES = """
    left = builtins.left = pandas.left = lab.left = os.environ["LEFT"] = "x"
    os.chdir("/")
    print(numpy.random.rand())
"""
FAIL_UNTIL_MENDED = """
    import os
    if NUMBER == 4 and not os.path.exists("mended"):
        raise OSError("x")
"""
NOTE_THE_NUMBER = """
    with open("made", "a") as made:
        made.write(f"{NUMBER} ")
"""
SLEEP_FROM_THE_THIRD_ON = """
    import os, pathlib, time
    if NUMBER > 2:
        pathlib.Path(f"kernel{NUMBER}").write_text(str(os.getpid()))
        time.sleep(600)
"""
FAIL_BEFORE_CLOSE = """
    from helpers import lab
    course = lab.connect(MODE, lesson="x")
    raise KeyError("before close")
"""
WAIT_FOR_THE_OTHERS = """
    import pathlib, time
    pathlib.Path(f"here{NUMBER}").touch()
    until = time.monotonic() + 60
    while len(list(pathlib.Path().glob("here*"))) < 4:
        assert time.monotonic() < until
        time.sleep(0.05)
"""


def summary(out: Path, name: str) -> dict:
    return json.loads((out / name / f"{name}.json").read_text())


def name_of(number: int, word: str = "a") -> str:
    return f"small-{number}-{word}"


def test_a_failing_report_is_kept_and_the_others_finish(tmp_path, endpoint):
    notebook = small_notebook(tmp_path / "n", "print(100 // (NUMBER - 2))", "print('to the end')")
    out = tmp_path / "out"
    answer = report("--notebook", notebook, "--each", "number=1,2,3", "--out", out, "--workers", 2, **endpoint)
    assert answer.returncode == 1
    assert whole_reports(out) == [name_of(number) for number in (1, 2, 3)]
    error = "small-2-a, cell 2: ZeroDivisionError: integer division or modulo by zero"
    assert f"FAILED {error} (see {out / name_of(2) / name_of(2)}.ipynb)" in answer.stdout
    assert answer.stdout.rstrip().endswith(f"2 of 3 reports; open {out / 'index.html'}")
    assert [summary(out, name_of(number))["error"] for number in (1, 2, 3)] == ["", error, ""]
    assert error in (out / name_of(2) / f"{name_of(2)}.html").read_text()
    assert "1 failed" in (out / "index.html").read_text() and error in (out / "index.html").read_text()
    kept = read(out / name_of(2) / f"{name_of(2)}.ipynb")
    assert [output.output_type for cell in kept.cells for output in cell.outputs] == ["error"]
    assert "to the end" in (out / name_of(3) / f"{name_of(3)}.html").read_text()


def test_a_kernel_that_dies_is_a_failed_report(tmp_path, endpoint):
    notebook = small_notebook(tmp_path / "n", "import os\nif NUMBER == 1:\n    os.kill(os.getpid(), 9)")
    arguments = ["--notebook", notebook, "--each", "number=1,2", "--out", tmp_path / "out", "--workers", 1]
    answer = report(*arguments, **endpoint)
    assert answer.returncode == 1
    assert "FAILED small-1-a: the notebook's kernel died" in answer.stdout
    assert "1 of 2 reports" in answer.stdout


def test_nothing_of_one_report_reaches_the_next(tmp_path, endpoint):
    """Variables, changed modules, environment, folder, random numbers and counts start afresh each time."""
    notebook = small_notebook(tmp_path / "n", LOOK_ROUND, LEAVE_TRACES)
    out = tmp_path / "out"
    answer = report("--notebook", notebook, "--each", "number=1,2,3", "--out", out, "--workers", 1, **endpoint)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    notebooks = [read(out / name_of(number) / f"{name_of(number)}.ipynb") for number in (1, 2, 3)]
    said = [[cell.outputs[0].text for cell in notebook.cells if cell.outputs] for notebook in notebooks]
    assert [first for first, _ in said] == ["False False False False False n\n"] * 3
    assert len({drawn for _, drawn in said}) == 3
    counts = [cell.execution_count for cell in notebooks[2].cells]
    assert counts == [1, 2, 3, 4]


def test_resume_makes_what_is_missing_damaged_failed_or_changed(tmp_path, endpoint):
    notebook = small_notebook(tmp_path / "n", FAIL_UNTIL_MENDED, NOTE_THE_NUMBER)
    out, made = tmp_path / "out", tmp_path / "n" / "made"
    arguments = ["--notebook", notebook, "--out", out, "--workers", 1, "--resume"]
    assert report(*arguments, "--each", "number=1,2,3,4", **endpoint).returncode == 1
    assert made.read_text() == "1 2 3 "
    page = out / name_of(2) / f"{name_of(2)}.html"
    page.write_text(page.read_text()[:-30])  # cut off
    (tmp_path / "n" / "mended").touch()
    answer = report(*arguments, "--each", "number=1,2,3,4,5", **endpoint)
    assert answer.returncode == 0
    assert made.read_text() == "1 2 3 2 4 5 "
    assert [line.split()[1] == "kept" for line in answer.stdout.splitlines()[1:6]] == [
        True,
        False,
        True,
        False,
        False,
    ]
    small_notebook(tmp_path / "n", "print('another notebook')")
    assert report(*arguments, "--each", "number=1,2", **endpoint).returncode == 0
    assert "another notebook" in page.read_text()


def started(tmp_path, endpoint, count: int = 6) -> subprocess.Popen:
    """A run of `count` reports, of which the first two end and the others sleep for long; two have begun to sleep."""
    notebook = small_notebook(tmp_path / "n", SLEEP_FROM_THE_THIRD_ON)
    numbers = ",".join(map(str, range(1, count + 1)))
    running = subprocess.Popen(
        command("--notebook", notebook, "--each", f"number={numbers}", "--out", tmp_path / "out", "--workers", 2),
        cwd=ROOT, env={**os.environ, **endpoint}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    wait_for(lambda: all((tmp_path / "n" / f"kernel{number}").exists() for number in (3, 4)))
    wait_for(lambda: all((tmp_path / "n" / f"kernel{number}").read_text() for number in (3, 4)))
    return running


def kernels(tmp_path) -> list[int]:
    return [int((tmp_path / "n" / f"kernel{number}").read_text()) for number in (3, 4)]


def nursery_of(kernel: int) -> int:
    return int(Path(f"/proc/{kernel}/stat").read_text().rsplit(")", 1)[1].split()[1])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_leaves_whole_reports_and_no_process(tmp_path, endpoint, number):
    running = started(tmp_path, endpoint)
    processes = [*kernels(tmp_path), nursery_of(kernels(tmp_path)[0])]
    running.send_signal(number)
    stdout, stderr = running.communicate(timeout=60)
    assert running.returncode == 130
    assert stderr.splitlines()[-1] == "helpers.report: stopped; --resume makes the missing reports"
    assert "Traceback" not in stdout + stderr
    assert whole_reports(tmp_path / "out") == [name_of(1), name_of(2)]
    assert [pid for pid in processes if alive(pid)] == []


def test_after_kill_9_nothing_is_left_and_resume_goes_on(tmp_path, endpoint):
    running = started(tmp_path, endpoint, count=4)
    processes = [*kernels(tmp_path), nursery_of(kernels(tmp_path)[0])]
    running.kill()
    running.communicate(timeout=60)
    wait_for(lambda: not any(alive(pid) for pid in processes), 20)
    wait_for(lambda: whole_reports(tmp_path / "out") == [name_of(1), name_of(2)], 20)
    notebook = small_notebook(tmp_path / "n", "print(NUMBER)")
    arguments = ["--notebook", notebook, "--each", "number=1,2,3,4", "--out", tmp_path / "out"]
    assert report(*arguments, "--resume", **endpoint).returncode == 0
    assert whole_reports(tmp_path / "out") == [name_of(number) for number in (1, 2, 3, 4)]


def test_kernels_end_with_a_nursery_that_is_killed(tmp_path, endpoint):
    """Both the program and the nursery are killed: the kernels notice by themselves."""
    running = started(tmp_path, endpoint, count=4)
    processes = kernels(tmp_path)
    nursery = nursery_of(processes[0])
    os.kill(running.pid, signal.SIGKILL)
    os.kill(nursery, signal.SIGKILL)
    running.communicate(timeout=60)
    wait_for(lambda: not any(alive(pid) for pid in processes), 20)


def test_its_own_endpoint_ends_too(tmp_path):
    """Without an endpoint in AWS_ENDPOINT_URL the program starts one; after kill -9 that is gone as well."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    notebook = small_notebook(
        tmp_path / "n", "from pathlib import Path\nPath('here').touch()\nimport time\ntime.sleep(99)"
    )
    running = subprocess.Popen(
        command("--notebook", notebook, "--out", tmp_path / "out"), cwd=ROOT, env=plain,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    wait_for(lambda: (tmp_path / "n" / "here").exists())
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    everything = [int(pid) for pid in children]
    assert everything
    running.kill()
    running.wait()
    wait_for(lambda: not any(alive(pid) for pid in everything), 20)


def test_two_runs_do_not_share_a_folder(tmp_path, endpoint):
    running = started(tmp_path, endpoint)
    answer = report("--out", tmp_path / "out", **endpoint)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert answer.returncode == 2
    assert f"{tmp_path}/out: another run is at work here" in answer.stderr


def in_the_lake(endpoint) -> set[str]:
    """Databases, work groups and objects."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    glue, athena, s3 = (session.client(name, endpoint_url=endpoint["AWS_ENDPOINT_URL"]) for name in SERVICES)
    names = [each["Name"] for each in glue.get_databases()["DatabaseList"]]
    names += [each["Name"] for each in athena.list_work_groups()["WorkGroups"]]
    return {*names, *(each["Key"] for each in s3.list_objects_v2(Bucket="athena-workbook").get("Contents", []))}


def test_nothing_is_left_in_the_lake(tmp_path, endpoint):
    """Reports that never reach close() leave database, work group and folder; the program takes them away."""
    notebook = small_notebook(tmp_path / "n", "print('right')")
    assert report("--notebook", notebook, "--out", tmp_path / "out", **endpoint).returncode == 0
    before = in_the_lake(endpoint)
    notebook = small_notebook(tmp_path / "n", FAIL_BEFORE_CLOSE)
    answer = report("--notebook", notebook, "--each", "number=1,2,3", "--out", tmp_path / "out", **endpoint)
    assert answer.returncode == 1 and "KeyError: 'before close'" in answer.stdout
    assert in_the_lake(endpoint) == before


def test_secrets_are_in_no_file_and_on_no_line(tmp_path, endpoint):
    session = boto3.Session("AKIDOFTHECALLER", "thesecretofthecaller", region_name="us-east-1")
    session.client("s3", endpoint_url=endpoint["AWS_ENDPOINT_URL"]).create_bucket(Bucket="callers-own-bucket")
    answer = report(
        "--mode", "aws", "--each", "territory=Japan,APAC", "--code", "--out", tmp_path / "out", **endpoint,
        AWS_ACCESS_KEY_ID="AKIDOFTHECALLER", AWS_SECRET_ACCESS_KEY="thesecretofthecaller",
        AWS_SESSION_TOKEN="thetokenofthecaller", AWS_DEFAULT_REGION="us-east-1",
        ATHENA_WORKBOOK_BUCKET="callers-own-bucket",
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    said = [answer.stdout, answer.stderr, *(p.read_text() for p in (tmp_path / "out").rglob("*") if p.is_file())]
    assert len(said) == 2 + 1 + 2 * 3
    for text in said:
        for secret in ("AKIDOFTHECALLER", "thesecretofthecaller", "thetokenofthecaller", "callers-own-bucket"):
            assert secret not in text


def test_as_many_run_at_a_time_as_there_are_workers(tmp_path, endpoint):
    """Four reports that wait for each other: they can only end when all four run at the same time."""
    notebook = small_notebook(tmp_path / "n", WAIT_FOR_THE_OTHERS)
    arguments = ["--notebook", notebook, "--each", "number=1,2,3,4", "--out", tmp_path / "out", "--workers", 4]
    assert report(*arguments, **endpoint).returncode == 0
