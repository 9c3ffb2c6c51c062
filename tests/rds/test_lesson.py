"""course.rds(): the private server in local mode, the user's own in aws mode, one database a lesson."""

import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from helpers import lab, session
from helpers.lab import LabError
from helpers.local import process
from helpers.rds import RDSManager
from helpers.rds_errors import AccessDenied
from helpers.rds_settings import SettingsError

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def endpoint():
    with process.start() as running:
        yield running


@pytest.fixture
def at_endpoint(environment, endpoint):
    for name, value in {**endpoint.env, "AWS_ENDPOINT_URL": endpoint.url}.items():
        environment.setenv(name, value)
    return environment


@pytest.fixture
def local(at_endpoint):
    with lab.connect("local", lesson="rds") as course:
        yield course


@pytest.fixture
def aws(at_endpoint, server):
    """As if on AWS: a bucket of one's own and RDS_* of a server that was there before."""
    boto3.client("s3").create_bucket(Bucket="mine")
    at_endpoint.setenv("ATHENA_WORKBOOK_BUCKET", "mine")
    for name, value in server.env.items():
        at_endpoint.setenv(name, value)
    with lab.connect("aws", lesson="rds") as course:
        yield course


def databases(settings):
    with RDSManager(settings) as rds:
        return rds.list_databases()


def secret_names():
    return [secret["Name"] for secret in boto3.client("secretsmanager").list_secrets()["SecretList"]]


def test_local_mode_starts_one_server_and_says_where_it_is(local):
    settings = local.rds()
    assert settings is local.rds()
    assert (settings.host, settings.user, settings.database) == ("localhost", "admin", "course_rds")
    assert os.environ["RDS_HOST"] == "localhost" and os.environ["RDS_PORT"] == str(settings.port)
    assert os.environ["RDS_PASSWORD"] == settings.password and os.environ["RDS_SSL_CA"] == settings.ssl_ca
    with RDSManager() as rds:
        assert "course_rds" in rds.list_databases()
    other = lab.connect("local", lesson="other")
    assert other.rds().port == settings.port and other.rds().database == "course_other"
    other.close()
    assert "course_other" not in databases(settings)


def test_the_login_is_a_secret_of_rds_own_shape(local):
    settings = local.rds()
    assert settings.secret_id == "course_rds/rds"
    answer = local.session.client("secretsmanager").get_secret_value(SecretId=settings.secret_id)
    assert json.loads(answer["SecretString"]) == {
        "engine": "mysql",
        "host": "localhost",
        "port": settings.port,
        "username": "admin",
        "password": settings.password,
        "dbname": "course_rds",
    }
    by_secret = RDSManager.from_secret(local.session.client("secretsmanager"), settings.secret_id)
    with by_secret as rds:
        assert rds.execute_query("SELECT DATABASE()", fetch_results=True) == [("course_rds",)]


def test_the_database_is_fresh_at_each_connect_and_gone_after_close(local):
    with RDSManager(local.rds()) as rds:
        rds.execute_query("CREATE TABLE left_over (id INT)")
        assert rds.execute_query("SHOW TABLES", fetch_results=True) == [("left_over",)]
    again = lab.connect("local", lesson="rds")
    with RDSManager(again.rds()) as rds:
        assert rds.execute_query("SHOW TABLES", fetch_results=True) == []
    again.close()
    assert secret_names() == []
    with RDSManager() as rds:
        assert "course_rds" not in rds.list_databases()


def test_a_database_of_somebody_else_is_left_alone(aws):
    with RDSManager() as rds:
        rds.create_database("course_rds")
        try:
            with pytest.raises(LabError, match="ATHENA_WORKBOOK_PREFIX"):
                aws.rds()
            aws.close()
            assert "course_rds" in rds.list_databases()
        finally:
            rds.drop_database("course_rds")


def test_a_server_that_died_is_started_again(local):
    first = local.rds()
    os.kill(session._own_rds.server_pid, 9)
    session._own_rds._child.wait(20)
    second = local.rds()
    assert second.port != first.port or second.password != first.password
    assert "course_rds" in databases(second)
    os.kill(session._own_rds.server_pid, 9)
    session._own_rds._child.wait(20)
    local.close()  # does not fail over a server that is gone


def test_the_application_user_may_use_rows_and_nothing_else(local):
    with RDSManager(local.rds()) as administrator:
        administrator.execute_query("CREATE TABLE orders (id INT)")
        administrator.create_database("courseXrds")  # what an unescaped _ would also grant
    with RDSManager(local.rds_application()) as rds:
        rds.execute_query("INSERT INTO orders VALUES (1)")
        assert rds.list_databases() == ["course_rds", "information_schema"]
        refused = ("DROP TABLE orders", "CREATE TABLE other (id INT)", "CREATE USER x", "SELECT * FROM mysql.user")
        for statement in refused:
            with pytest.raises(AccessDenied):
                rds.execute_query(statement)


def test_aws_mode_uses_the_given_server_and_leaves_it_as_it_was(aws, server):
    settings = aws.rds()
    assert str(settings.port) == server.env["RDS_PORT"] and settings.secret_id is None
    assert aws.rds_application().user == "app"
    aws.close()
    assert "course_rds" not in databases(settings.__class__.from_environment())
    assert secret_names() == []


def test_aws_mode_with_a_secret(aws, server):
    content = {"host": "localhost", "port": server.env["RDS_PORT"], "username": "admin"}
    content["password"] = server.env["RDS_PASSWORD"]
    client = boto3.client("secretsmanager")
    client.create_secret(Name="prod/rds", SecretString=json.dumps(content))
    try:
        for name in ("RDS_HOST", "RDS_PORT", "RDS_USER", "RDS_PASSWORD"):
            del os.environ[name]
        os.environ["ATHENA_WORKBOOK_RDS_SECRET"] = "prod/rds"
        settings = aws.rds()
        assert (settings.secret_id, settings.database) == ("prod/rds", "course_rds")
        aws.close()
        assert secret_names() == ["prod/rds"]
    finally:
        client.delete_secret(SecretId="prod/rds", ForceDeleteWithoutRecovery=True)


def test_aws_mode_says_what_is_missing(aws):
    del os.environ["RDS_HOST"], os.environ["RDS_SSL_CA"]
    with pytest.raises(SettingsError, match="RDS_HOST, RDS_SSL_CA not set"):
        aws.rds()
    os.environ["ATHENA_WORKBOOK_RDS_SECRET"] = "nothing"
    with pytest.raises(SettingsError, match="'nothing' cannot be read: ResourceNotFoundException"):
        aws.rds()


def test_aws_mode_gets_its_own_variables_back_after_local_mode(at_endpoint):
    at_endpoint.setenv("RDS_HOST", "prod.example")
    with lab.connect("local", lesson="rds") as course:
        assert course.rds().host == os.environ["RDS_HOST"] == "localhost"
    session._restore_environment()
    assert os.environ["RDS_HOST"] == "prod.example" and "RDS_PASSWORD" not in os.environ


def test_a_lesson_that_never_asks_for_mysql_loads_no_client_and_starts_nothing():
    code = (
        "import sys; from helpers import lab, session\n"
        "with lab.connect('local', lesson='none'): pass\n"
        "assert 'pymysql' not in sys.modules and session._own_rds is None"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_a_missing_server_program_is_one_line_of_the_lab(local, monkeypatch):
    from helpers.local import mysql

    def no_program():
        raise RuntimeError("the MySQL server program is missing; type: …")

    if session._own_rds is not None:
        session._own_rds.stop()
    monkeypatch.setattr(mysql, "start", no_program)
    with pytest.raises(LabError, match="The local MySQL server did not start: the MySQL server program is missing"):
        local.rds()
