"""The scheduling page: each line that can be tried here is tried."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
import yaml

from tests.reports.running import ROOT, small_notebook

PAGE = (ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The page's only code block in this language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return found


@pytest.fixture
def home(tmp_path):
    """A home folder with the project as the page expects it, except that the report is a small one."""
    place = tmp_path / "athena-workbook"
    (place / ".venv" / "bin").mkdir(parents=True)
    notebook = small_notebook(tmp_path / "n", "print(100 // NUMBER)")
    starter = place / ".venv" / "bin" / "python"
    starter.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@" --notebook "{notebook}"\n')
    starter.chmod(0o755)
    (place / "helpers").symlink_to(ROOT / "helpers")
    (place / "build").mkdir()
    return tmp_path


def as_cron_does(home: Path, **variables: str) -> subprocess.CompletedProcess:
    """Run the crontab's line: five fields off, `\\%` becomes `%`, by sh, with hardly any environment."""
    line = block("cron").strip()
    assert re.match(r"(\S+\s+){5}", line) and not re.search(r"(?<!\\)%", line)
    order = re.sub(r"^(\S+\s+){5}", "", line).replace("\\%", "%")
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LOGNAME": "ada", "SHELL": "/bin/sh", **variables}
    return subprocess.run(
        ["/bin/sh", "-c", order], cwd=home, env=environment, capture_output=True, text=True, timeout=120
    )


def test_the_line_of_the_crontab(home, endpoint):
    rows = home / "athena-workbook" / "reports.csv"
    rows.write_text("number,word\n1,a\n2,b\n")
    answer = as_cron_does(home, **endpoint)
    log = (home / "athena-workbook" / "build" / "reports.log").read_text()
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", ""), log
    assert "2 of 2 reports" in log
    (day,) = (home / "athena-workbook" / "build" / "reports").iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", day.name) and (day / "small-2-b" / "small-2-b.html").exists()

    rows.write_text("number,wrod\n1,a\n")
    assert as_cron_does(home, **endpoint).stdout == "reports failed, see build/reports.log\n"


def test_the_workflow_is_yaml_that_runs_commands_which_exist():
    workflow = yaml.safe_load(block("yaml"))
    triggers = workflow[True]  # YAML 1.1 reads `on` as true; GitHub does not
    assert all(re.fullmatch(r"(\S+ ){4}\S+", each["cron"]) for each in triggers["schedule"])
    (job,) = workflow["jobs"].values()
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert all("uses" in step or "run" in step for step in job["steps"])
    for order in commands:
        assert subprocess.run(["/bin/sh", "-n", "-c", order], timeout=10).returncode == 0
    assert (ROOT / "requirements.lock").exists() and "requirements.lock" in commands[0]
    assert options_of(commands[-1]) <= known_options()


def options_of(order: str) -> set[str]:
    return set(re.findall(r"--[a-z-]+", order.partition("helpers.report")[2]))


def known_options() -> set[str]:
    order = [sys.executable, "-m", "helpers.report", "--help"]
    return set(re.findall(r"--[a-z-]+", subprocess.check_output(order, cwd=ROOT, text=True, timeout=60)))


def test_the_options_of_the_page_and_of_the_lesson_exist():
    lesson = (ROOT / "notebooks" / "12_sales_report.ipynb").read_text()
    assert options_of(block("cron")) <= known_options()
    used = re.findall(r"python -m helpers\.report ([^\"\\]+)", lesson)
    assert used and set(re.findall(r"--[a-z-]+", " ".join(used))) <= known_options()


def test_the_workflows_last_command_runs_as_github_runs_it(home, endpoint):
    """By bash, in the checked-out folder; only the mode is local, since there is no account."""
    job = yaml.safe_load(block("yaml"))["jobs"]["reports"]
    (order,) = [step["run"] for step in job["steps"] if "helpers.report" in step.get("run", "")]
    place = home / "athena-workbook"
    (place / "reports.csv").write_text("number,word\n1,a\n")
    done = subprocess.run(
        ["bash", "-e", "-c", order.replace("--mode aws", "--mode local")],
        cwd=place, env={"HOME": str(home), "PATH": "/usr/bin:/bin", **endpoint}, capture_output=True, text=True,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (place / "build" / "reports" / "small-1-a" / "small-1-a.html").exists()


def test_the_function_of_the_container_makes_a_report_from_the_images_files_alone(tmp_path, endpoint):
    """In a folder with what the Dockerfile copies, against an endpoint that plays AWS."""
    image = tmp_path / "task"
    for source, target in re.findall(r"^COPY (\S+) (\S+)$", block("dockerfile"), re.MULTILINE):
        place = image / target
        if source == "report_function.py":
            function = block("python")
            assert '"/tmp/reports"' in function
            (image / source).write_text(function.replace("/tmp/reports", str(tmp_path / "reports")))
        elif (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, place)
    account = {
        "AWS_ACCESS_KEY_ID": "AKIDOFTHEFUNCTION", "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1", "ATHENA_WORKBOOK_BUCKET": "lake", "REPORT_BUCKET": "reports", **endpoint,
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        for name, value in account.items():
            patch.setenv(name, value)
        s3 = boto3.client("s3")
    for bucket in ("lake", "reports"):
        s3.create_bucket(Bucket=bucket)
    module, _, name = re.search(r'CMD \["(\S+)"\]', block("dockerfile"))[1].rpartition(".")
    event = {"arguments": ["--each", "year=2004", "territory=EMEA"]}
    code = f"import {module} as function\nfor start in 'cold', 'warm': print(function.{name}({event!r}, None))"
    plain = {name: os.environ[name] for name in ("PATH", "LANG", "HOME", "TMPDIR") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=image, env={**plain, **account}, capture_output=True, text=True, timeout=240
    )
    assert done.returncode == 0 and done.stdout.count("'status': 0") == 2, done.stderr
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket="reports")["Contents"]]
    made = "sales_report-2004-EMEA-all-USD-5"
    files = [f"reports/{made}/{made}.{ending}" for ending in ("html", "ipynb", "json")]
    assert keys == ["reports/index.html", *files]
    assert "Contents" not in s3.list_objects_v2(Bucket="lake"), "and nothing is left behind"


def test_the_schedule_is_a_command_with_json_in_it():
    order = block("sh").replace("aws ", "printf '%s\\n' ", 1)
    words = subprocess.check_output(["/bin/sh", "-c", order], text=True, timeout=10).splitlines()
    target = json.loads(words[words.index("--target") + 1])
    arguments = json.loads(target["Input"])["arguments"]
    assert {word for word in arguments if word.startswith("--")} <= known_options()
