"""connect(): what it makes, what it refuses, and that it leaves nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers import lab, session
from helpers.lab import LabError

ROOT = Path(__file__).parents[3]


def refusal(*arguments, **options) -> str:
    with pytest.raises(LabError) as refused:
        lab.connect(*arguments, **options)
    text = str(refused.value)
    assert "\n" not in text
    assert refused.value._render_traceback_() == [f"LabError: {text}"]
    return text


def test_the_repr_is_the_same_on_every_machine(course):
    assert repr(course) == (
        "Lab(mode='local', database='course_test', workgroup='course_test',"
        " folder='s3://athena-workbook/course_test/', region='us-east-1')"
    )


def test_connect_makes_database_work_group_with_cutoff_and_folder(course):
    assert course.glue.get_database(Name="course_test")["Database"]["Name"] == "course_test"
    group = course.athena.get_work_group(WorkGroup="course_test")["WorkGroup"]["Configuration"]
    assert group["BytesScannedCutoffPerQuery"] == lab.SCAN_CUTOFF == 1_000_000_000
    assert group["ResultConfiguration"]["OutputLocation"] == "s3://athena-workbook/course_test/results/"
    assert course.objects(course.uri()) == [("course_test/.made-by-athena-workbook", 0)]


def test_connecting_again_starts_afresh_but_keeps_the_data(course):
    column = {"Columns": [{"Name": "a", "Type": "int"}], "Location": course.uri("t")}
    course.glue.create_table(DatabaseName=course.database, TableInput={"Name": "t", "StorageDescriptor": column})
    for key in ("t/left.parquet", "results/old.csv", "data/sales/kept.csv"):
        course.s3.put_object(Bucket=course.bucket, Key=f"course_test/{key}", Body=b"1")
    again = lab.connect("local", lesson="test")
    assert again.glue.get_tables(DatabaseName=again.database)["TableList"] == []
    keys = [key for key, _ in again.objects(again.uri())]
    assert keys == ["course_test/.made-by-athena-workbook", "course_test/data/sales/kept.csv"]


def test_close_leaves_nothing_of_this_lesson_and_everything_of_another(course):
    other = lab.connect("local", lesson="other")
    extra = course.make_workgroup("small", BytesScannedCutoffPerQuery=10_000_000)
    course.s3.put_object(Bucket=course.bucket, Key=course.prefix("data", "x") + "y.csv", Body=b"1")
    course.close()
    groups = {group["Name"] for group in course.athena.list_work_groups()["WorkGroups"]}
    assert not {"course_test", extra} & groups and "course_other" in groups
    databases = {each["Name"] for each in course.glue.get_databases()["DatabaseList"]}
    assert "course_test" not in databases and "course_other" in databases
    assert course.objects(course.uri()) == []
    assert len(other.objects(other.uri())) == 1
    other.close()


def test_the_query_history_stays_when_a_runner_asks_for_it(course, monkeypatch):
    monkeypatch.setenv(lab.HISTORY_VARIABLE, "1")
    course.close()
    assert "course_test" in {group["Name"] for group in course.athena.list_work_groups()["WorkGroups"]}
    monkeypatch.delenv(lab.HISTORY_VARIABLE)
    course.close()


def test_without_a_lab_the_reader_is_told_what_to_run(environment):
    with pytest.raises(LabError, match="set-up cell"):
        lab.current()


@pytest.mark.parametrize("mode", ["prod", "AWS", "", None, 1])
def test_an_unknown_mode_names_the_known_ones(mode, environment):
    assert "local, aws" in refusal(mode)


@pytest.mark.parametrize("lesson", ["A", "a-b", "a_b", "", "x" * 21, "../x"])
def test_a_lesson_name_that_cannot_be_a_database_is_refused(lesson, environment):
    assert "lesson" in refusal("local", lesson=lesson)


def test_a_dead_endpoint_is_named(environment):
    environment.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert "Nothing answers at AWS_ENDPOINT_URL = http://127.0.0.1:9" in refusal("local")


def test_a_foreign_database_folder_or_work_group_is_not_taken_over(at_endpoint):
    first = lab.connect("local", lesson="probe")
    clients = first.clients
    first.close()
    clients.glue.create_database(DatabaseInput={"Name": "course_probe"})
    assert "database 'course_probe' exists" in refusal("local", lesson="probe")
    clients.glue.delete_database(Name="course_probe")
    lab.connect("local", lesson="probe").close()

    clients.athena.create_work_group(Name="course_probe")
    assert "work group 'course_probe' exists" in refusal("local", lesson="probe")
    clients.athena.delete_work_group(WorkGroup="course_probe", RecursiveDeleteOption=True)
    lab.connect("local", lesson="probe").close()

    clients.s3.put_object(Bucket="athena-workbook", Key="course_probe/mine.txt", Body=b"mine")
    assert "did not make" in refusal("local", lesson="probe")
    clients.s3.delete_object(Bucket="athena-workbook", Key="course_probe/mine.txt")


def test_local_mode_ignores_the_owners_profile_and_service_endpoints(at_endpoint):
    at_endpoint.setenv("AWS_PROFILE", "production")
    at_endpoint.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    with lab.connect("local", lesson="probe"):
        assert "AWS_PROFILE" not in os.environ


# --- aws mode, against the local endpoint as if it were AWS -------------------------------------------


def test_aws_mode_runs_with_the_callers_bucket_and_leaves_it_as_it_was(at_endpoint, endpoint):
    clients = session.local_clients()
    clients.s3.create_bucket(Bucket="somebodys-bucket")
    clients.s3.put_object(Bucket="somebodys-bucket", Key="mine.txt", Body=b"mine")
    at_endpoint.setenv("ATHENA_WORKBOOK_BUCKET", "somebodys-bucket")
    with lab.connect("aws", lesson="test") as course:
        assert course.uri("t") == "s3://somebodys-bucket/course_test/t/"
        assert course.mode == "aws"
        # The caller's own variables are in force, not those of local mode.
        assert os.environ["AWS_ENDPOINT_URL"] == endpoint.url
    assert [key for key, _ in course.objects("s3://somebodys-bucket/")] == ["mine.txt"]


def test_aws_mode_without_a_bucket(at_endpoint):
    assert "ATHENA_WORKBOOK_BUCKET" in refusal("aws")


def test_aws_mode_with_a_bucket_that_does_not_exist(at_endpoint):
    at_endpoint.setenv("ATHENA_WORKBOOK_BUCKET", "no-such-bucket-anywhere")
    assert "'no-such-bucket-anywhere': the bucket does not exist" in refusal("aws")


def test_aws_mode_with_a_name_that_no_bucket_can_have(at_endpoint):
    at_endpoint.setenv("ATHENA_WORKBOOK_BUCKET", "not a bucket!")
    assert "not a bucket!" in refusal("aws")


def test_aws_mode_without_credentials(at_endpoint):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        at_endpoint.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        at_endpoint.setenv(name, os.devnull)
    at_endpoint.setenv("AWS_EC2_METADATA_DISABLED", "true")
    at_endpoint.setenv("ATHENA_WORKBOOK_BUCKET", "b-b-b")
    assert "no AWS credentials" in refusal("aws")


def test_aws_mode_without_a_region(at_endpoint):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
        at_endpoint.delenv(name, raising=False)
    at_endpoint.setenv("AWS_CONFIG_FILE", os.devnull)
    at_endpoint.setenv("ATHENA_WORKBOOK_BUCKET", "b-b-b")
    assert "region" in refusal("aws")


def test_aws_mode_with_a_profile_that_does_not_exist(at_endpoint):
    at_endpoint.setenv("AWS_PROFILE", "nobody")
    at_endpoint.setenv("ATHENA_WORKBOOK_BUCKET", "b-b-b")
    assert "nobody" in refusal("aws")


def test_aws_mode_after_local_mode_does_not_end_up_at_the_local_endpoint(environment):
    """A kernel that ran local mode must not mistake its own endpoint and test keys for AWS."""
    script = """
import os
from helpers import lab
lab.connect("local", lesson="x").close()
os.environ["ATHENA_WORKBOOK_BUCKET"] = "b"
try:
    lab.connect("aws")
except lab.LabError as error:
    print(error)
print(os.environ.get("AWS_ENDPOINT_URL"), os.environ.get("AWS_ACCESS_KEY_ID"))
lab.connect("local", lesson="x").close()
print(os.environ["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:"))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "aws mode needs a region: set AWS_DEFAULT_REGION, for example to us-east-1.",
        "None None",
        "True",
    ]


def test_aws_mode_imports_nothing_of_the_local_side(at_endpoint, endpoint):
    script = """
import os, sys
os.environ["ATHENA_WORKBOOK_BUCKET"] = "athena-workbook"
from helpers import athena, charts, checks, costs, datasets, lab
lab.connect("aws", lesson="imports").close()
print([name for name in sys.modules if name.startswith("helpers.local")])
"""
    session.local_clients()  # makes the bucket
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
