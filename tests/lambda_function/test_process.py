"""As Lambda invokes it: the archive alone in a fresh process, a JSON event in, a JSON answer out, a hard limit."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from helpers import invoke
from helpers.athena_lambda import package
from tests.lambda_function.conftest import body_of
from tests.reports.running import alive, wait_for

ROOT = Path(__file__).resolve().parents[2]
ENDLESS = '''
from helpers.athena_lambda.parameters import NamedQuery

QUERIES = {
    "endless": NamedQuery(
        """SELECT count(*) AS n
           FROM UNNEST(sequence(1, 10000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 10000)) AS b(x)
           CROSS JOIN UNNEST(sequence(1, 10000)) AS c(x) WHERE (a.x + b.x + c.x) % 7 = 3""",
        {},
    ),
}
'''
WAITS = '''
import time

def handler(event, context):
    print("begun", flush=True)
    while True:
        time.sleep(0.1)
'''
RAISES = '''
def handler(event, context):
    raise KeyError("year")
'''


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return package.build(tmp_path_factory.mktemp("lambda") / "function.zip")


@pytest.fixture(scope="module")
def variables(settings):
    return {
        "ATHENA_DATABASE": settings.database,
        "ATHENA_WORKGROUP": settings.workgroup,
        "ATHENA_RESULTS": settings.results,
    }


def test_the_archive_needs_nothing_else(archive, variables):
    event = {"query": "top_customers", "parameters": {"year": 2004, "top": 2}}
    invocation = invoke.run(archive, event, variables, limit_seconds=60)
    body = body_of(invocation.answer)
    assert (invocation.status, len(body["rows"]), invocation.errors) == (200, 2, "")
    assert [line["event"] for line in invocation.logs] == ["started", "finished", "answered"]
    assert len({line["requestId"] for line in invocation.logs}) == 1


def test_the_archive_holds_only_what_is_needed_and_is_always_the_same(archive, tmp_path):
    names = zipfile.ZipFile(archive).namelist()
    assert "helpers/lambda_to_athena_query.py" in names
    assert all(name.startswith("helpers/athena_lambda/") for name in names[2:])
    assert "helpers/athena_lambda/package.py" not in names
    assert package.build(tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_a_query_that_never_ends_is_stopped_inside_three_seconds(course, variables, tmp_path):
    (tmp_path / "queries.py").write_text(ENDLESS)
    archive = package.build(tmp_path / "endless.zip", tmp_path / "queries.py")
    invocation = invoke.run(archive, {"query": "endless"}, variables, limit_seconds=3)
    assert (invocation.timed_out, invocation.status) == (False, 408)
    (query_id,) = {line["queryId"] for line in invocation.logs if line["event"] == "stopped"}
    execution = course.athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
    assert execution["Status"]["State"] in ("CANCELLED", "RUNNING") and not execution["Status"].get("AthenaError")


def test_the_limit_is_hard(tmp_path):
    (tmp_path / "waits.py").write_text(WAITS)
    invocation = invoke.run(tmp_path, {}, {}, limit_seconds=0.5, handler="waits.handler")
    assert invocation.timed_out and invocation.answer is None
    assert invocation.logs == ["begun"]


def test_an_exception_is_no_answer(tmp_path):
    (tmp_path / "raises.py").write_text(RAISES)
    invocation = invoke.run(tmp_path, {}, {}, handler="raises.handler")
    assert (invocation.answer, invocation.timed_out, invocation.error) == (None, False, "KeyError: 'year'")


def test_without_its_variables_it_says_so_in_one_line_and_answers_500(archive):
    invocation = invoke.run(archive, {"query": "orders_by_year"}, {"RESERVE_MS": "soon"})
    assert invocation.status == 500
    assert "ATHENA" not in invocation.answer["body"]
    cold = invocation.logs[0]
    assert (cold["level"], cold["event"]) == ("ERROR", "not configured")
    assert all(name in cold["reason"] for name in ("ATHENA_DATABASE", "ATHENA_RESULTS", "RESERVE_MS"))


def test_the_process_sees_nothing_else_of_this_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("MY_SECRET", "x")
    (tmp_path / "tells.py").write_text(
        "import os\ndef handler(event, context):\n"
        "    return sorted(os.environ), context.get_remaining_time_in_millis()"
    )
    names, left = invoke.run(tmp_path, {}, {"OWN": "1"}, limit_seconds=30, handler="tells.handler").answer
    assert "OWN" in names and "MY_SECRET" not in names and "PYTHONPATH" not in names
    assert 0 < left <= 30_000


def test_each_invocation_starts_cold(tmp_path):
    (tmp_path / "counts.py").write_text(
        "import boto3, os, random, sys\ncalls = []\ndef handler(event, context):\n"
        "    calls.append(event)\n    os.environ['LEFT'] = boto3.left = 'x'\n"
        "    return len(calls), os.getpid(), random.random(), [name for name in sys.modules if 'helpers' in name]"
    )
    first, second = (
        invoke.run(tmp_path, {}, {}, limit_seconds=30, handler="counts.handler").answer for _ in range(2)
    )
    assert first[0] == second[0] == 1 and first[1] != second[1], "a fresh process with a fresh module"
    assert first[2] != second[2], "forks that shared their chance would all wait for the same time"
    assert first[3] == []
    (tmp_path / "sees.py").write_text(
        "import boto3, os, sys\ndef handler(event, context):\n"
        "    return 'LEFT' in os.environ, hasattr(boto3, 'left'), 'counts' in sys.modules"
    )
    assert invoke.run(tmp_path, {}, {}, limit_seconds=30, handler="sees.handler").answer == [False, False, False]


def test_a_function_that_ends_its_process_is_no_answer_and_the_next_one_runs(tmp_path):
    (tmp_path / "ends.py").write_text("import os, sys\ndef handler(event, context):\n    eval(event)")
    for event in ("os._exit(0)", "sys.exit(3)", "os.kill(os.getpid(), 9)", "os.kill(os.getppid(), 9)"):
        invocation = invoke.run(tmp_path, event, {}, limit_seconds=30, handler="ends.handler")
        assert invocation.answer is None and not invocation.timed_out, event
    invoke._runtime.wait(10)  # the last one ended the runtime itself
    assert invoke.run(tmp_path, "1", {}, handler="ends.handler").errors == ""


def test_nothing_is_left_when_the_caller_is_killed(tmp_path):
    """In the middle of an invocation that would take for ever."""
    (tmp_path / "waits.py").write_text(
        "import os, time\ndef handler(event, context):\n"
        "    open(event, 'w').write(f'{os.getpid()} {os.getppid()}')\n    time.sleep(600)"
    )
    pids = tmp_path / "pids"
    code = f"from helpers import invoke; invoke.run({str(tmp_path)!r}, {str(pids)!r}, {{}}, 600, 'waits.handler')"
    caller = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    wait_for(lambda: pids.exists() and " " in pids.read_text())
    caller.kill()
    caller.wait()
    wait_for(lambda: not any(alive(int(pid)) for pid in pids.read_text().split()))


def test_the_command_makes_an_archive_and_names_what_is_missing(tmp_path):
    def package_command(*arguments):
        command = [sys.executable, "-m", "helpers.athena_lambda.package", *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    made = package_command("--out", tmp_path / "function.zip")
    assert made.returncode == 0 and package.HANDLER in made.stdout
    assert zipfile.is_zipfile(tmp_path / "function.zip")
    refused = package_command("--out", tmp_path / "other.zip", "--queries", tmp_path / "none.py")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "none.py" in refused.stderr and "Traceback" not in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["function.zip"], "nothing half-written"
