"""Settings: from RDS_*, from a secret, with an IAM token; nothing guessed, no password shown."""

import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.stub import Stubber

from helpers.rds import engine
from helpers.rds_settings import Settings, SettingsError

PASSWORD = "Tr0ub4dor&3 Ω"


@pytest.fixture
def authority(tmp_path):
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    return str(tmp_path / "ca.pem")


@pytest.fixture
def given(authority):
    return {"RDS_HOST": "db.example", "RDS_USER": "admin", "RDS_PASSWORD": PASSWORD, "RDS_SSL_CA": authority}


@pytest.fixture
def settings(given):
    return Settings.from_environment(given)


def secrets_client(content=None, error=None):
    """Secrets Manager with one answer, played."""
    client = boto3.client(
        "secretsmanager", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
    )
    stub = Stubber(client)
    if error:
        stub.add_client_error("get_secret_value", *error)
    else:
        stub.add_response("get_secret_value", {"SecretString": content} if content else {})
    stub.activate()
    return client


def test_the_port_is_a_number_and_3306_unless_said(given):
    assert Settings.from_environment(given).port == 3306
    assert Settings.from_environment({**given, "RDS_PORT": "3307"}).port == 3307
    assert Settings.from_environment({**given, "RDS_PORT": ""}).port == 3306


@pytest.mark.parametrize("port", ["0", "65536", "-1", "abc", "3306.0", " ", "٣٣٠٦", "1e3"])
def test_a_port_that_cannot_be_meant(given, port):
    with pytest.raises(SettingsError, match="RDS_PORT"):
        Settings.from_environment({**given, "RDS_PORT": port})


@pytest.mark.parametrize("missing", ["RDS_HOST", "RDS_USER", "RDS_PASSWORD", "RDS_SSL_CA"])
@pytest.mark.parametrize("value", [None, ""])
def test_nothing_has_a_default(given, missing, value):
    del given[missing]
    if value is not None:
        given[missing] = value
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(given)
    assert str(refused.value).startswith(f"{missing} not set")
    assert PASSWORD not in str(refused.value)


def test_the_environment_is_read_when_nothing_is_given(environment, given):
    for name, value in given.items():
        environment.setenv(name, value)
    assert Settings.from_environment().password == PASSWORD


def test_an_authority_that_is_no_file(given):
    with pytest.raises(SettingsError, match=r"global-bundle\.pem"):
        Settings.from_environment({**given, "RDS_SSL_CA": "/nowhere/ca.pem"})


def test_no_way_of_printing_shows_the_password(settings):
    properties = settings.jdbc_properties()
    shown = [repr(settings), str(settings), f"{settings}", repr([settings]), repr(properties), str(properties)]
    shown += [f"{properties}", settings.jdbc_url("shop"), repr(engine(settings)), str(engine(settings).url)]
    for text in shown:
        assert "Tr0ub4dor" not in text
    assert properties["password"] == dict(properties)["password"] == PASSWORD
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_the_secret_has_the_shape_that_rds_itself_writes(settings):
    # docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
    assert json.loads(replace(settings, database="shop").secret()) == {
        "engine": "mysql",
        "host": "db.example",
        "port": 3306,
        "username": "admin",
        "password": PASSWORD,
        "dbname": "shop",
    }


def test_a_secret_becomes_settings_again(environment, settings, authority):
    stored = replace(settings, database="shop", port=3310)
    found = Settings.from_secret(secrets_client(stored.secret()), "prod/rds", authority)
    assert found == replace(stored, secret_id="prod/rds")


def test_a_secret_that_rds_manages_says_no_host(environment, settings, authority):
    content = json.dumps({"username": "admin", "password": PASSWORD})
    with pytest.raises(SettingsError, match="'host'"):
        Settings.from_secret(secrets_client(content), "managed", authority)
    environment.setenv("RDS_HOST", "db.example")
    assert Settings.from_secret(secrets_client(content), "managed", authority).host == "db.example"


@pytest.mark.parametrize("content", ["hunter2", '"hunter2"', '["hunter2"]', '{"host": "h", "password": "hunter2"}'])
def test_a_secret_of_another_shape_is_not_repeated(environment, authority, content):
    with pytest.raises(SettingsError) as refused:
        Settings.from_secret(secrets_client(content), "odd", authority)
    assert "odd" in str(refused.value) and "hunter2" not in str(refused.value)


def test_a_secret_without_text(environment, authority):
    with pytest.raises(SettingsError, match="is not a JSON object"):
        Settings.from_secret(secrets_client(), "binary", authority)


def test_a_secret_without_an_authority_fails_closed(environment, settings):
    with pytest.raises(SettingsError, match="RDS_SSL_CA not set"):
        Settings.from_secret(secrets_client(settings.secret()), "prod/rds")


def test_a_secret_that_is_missing(environment, authority):
    client = secrets_client(error=("ResourceNotFoundException", "can't find the specified secret"))
    with pytest.raises(SettingsError, match="ResourceNotFoundException: can't find the specified secret"):
        Settings.from_secret(client, "nothing", authority)


def test_the_address_for_jdbc_verifies_the_server(settings, authority):
    assert settings.jdbc_url("shop") == f"jdbc:mysql://db.example:3306/shop?useSSL=true&serverSslCert={authority}"
    assert settings.jdbc_url().startswith("jdbc:mysql://db.example:3306/?useSSL=true&serverSslCert=")
    assert replace(settings, database="own").jdbc_url().startswith("jdbc:mysql://db.example:3306/own?")


@pytest.mark.parametrize("name", ["shop?useSSL=false", "a&b", "a/b", "a b", "x" * 65])
def test_a_database_that_would_change_the_address_is_refused(settings, name):
    with pytest.raises(SettingsError):
        settings.jdbc_url(name)


def test_an_authority_whose_path_would_change_the_address_is_refused(settings, tmp_path):
    odd = tmp_path / "a&trustServerCertificate=true"
    odd.write_text("")
    with pytest.raises(SettingsError, match="cannot carry"):
        replace(settings, ssl_ca=str(odd)).jdbc_url()


@pytest.fixture
def session():
    return boto3.Session("test", "test", region_name="eu-west-1")


def test_an_iam_token_is_signed_for_the_host_port_user_and_region_of_the_host(settings, session):
    real = replace(settings, host="user-db.abc123.us-east-1.rds.amazonaws.com", port=3307, secret_id="s")
    token = real.with_iam_token(session)
    assert (token.host, token.user, token.secret_id) == (real.host, "admin", None)
    # docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.Python.html
    parts = urlsplit("//" + token.password)
    query = parse_qs(parts.query)
    assert parts.netloc == f"{real.host}:3307"
    assert query["Action"] == ["connect"] and query["DBUser"] == ["admin"]
    assert query["X-Amz-Expires"] == ["900"]
    assert "/us-east-1/rds-db/aws4_request" in query["X-Amz-Credential"][0]
    assert token.password not in repr(token)


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "db.example", "x.us-east-1.rds.amazonaws.com.evil.example", "rds.amazonaws.com"],
)
def test_only_an_rds_endpoint_gets_a_token(settings, session, host):
    with pytest.raises(SettingsError, match="is not an RDS endpoint"):
        replace(settings, host=host).with_iam_token(session)


def test_no_token_without_credentials(environment, settings):
    real = replace(settings, host="a.b.us-east-1.rds.amazonaws.com")
    for name, value in (("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_SHARED_CREDENTIALS_FILE", os.devnull)):
        environment.setenv(name, value)
    environment.setenv("AWS_CONFIG_FILE", os.devnull)
    with pytest.raises(SettingsError, match="No IAM token"):
        real.with_iam_token(boto3.Session())


def test_settings_need_no_local_side():
    code = "import helpers.rds, sys; sys.exit(any(name.startswith('helpers.local') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
