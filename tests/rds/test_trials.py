"""The small attempts of lesson 11: what they say, what they see, and that they leave nothing."""

from dataclasses import replace
from types import SimpleNamespace

import boto3
import certifi
import pytest

from helpers import rds_trials
from helpers.local import process
from helpers.rds import RDSManager
from helpers.rds_copied import CopiedManager
from helpers.rds_errors import BadIdentifier

STRICT = "STRICT_TRANS_TABLES"


def test_an_attempt_says_nothing_of_this_machine(database):
    assert rds_trials.attempt(database) == "connected"
    wrong_authority = rds_trials.attempt(replace(database, ssl_ca=certifi.where()))
    assert wrong_authority == "TLSRefused: The certificate of <host> is not signed by the authority in <file>"
    wrong_name = rds_trials.attempt(replace(database, host="127.0.0.1"))
    assert wrong_name == "TLSRefused: The certificate of <host> is for another host name"
    nobody = rds_trials.attempt(replace(database, port=1))
    assert nobody == "CannotConnect: No MySQL server answers at <host>"


def test_the_copied_class_has_the_faults_that_the_lesson_says(database, capsys):
    with pytest.raises(AttributeError), CopiedManager(rds_trials.nobody(database)) as rds:
        rds.execute_query("SELECT 1")
    assert capsys.readouterr().out == "   printed: MySQL error 2003\n"
    with CopiedManager(replace(database, database=None)) as rds:
        assert rds.execute_query("SELECT * FROM Users", fetch_results=True) is False
    assert capsys.readouterr().out == "   printed: MySQL error 1046\n"
    with CopiedManager(database) as rds:
        assert rds.execute_query("SELECT 6 * 7", fetch_results=True) == ((42,),)
        assert rds.connection.ctx.check_hostname, "its faults are others"


def test_only_committed_rows_are_counted(rds, database):
    rds.execute_query("CREATE TABLE seen (id INT)")
    assert rds_trials.exists(database, "seen") and not rds_trials.exists(database, "see_")
    rds.execute_query("INSERT INTO seen VALUES (1)")
    assert rds_trials.count(database, "seen") == 0
    rds.commit()
    assert rds_trials.count(database, "seen") == 1
    with pytest.raises(BadIdentifier):
        rds_trials.count(database, "seen; DROP TABLE seen")


@pytest.mark.parametrize(
    ("column", "value", "strict", "loose"),
    [
        ("a INT", "abc", "ValueRefused 1366", "0"),
        ("a INT UNSIGNED", -1, "ValueRefused 1264", "0"),
        ("a VARCHAR(3)", "abcd", "ValueRefused 1406", "abc"),
        ("a ENUM('S')", "L", "ValueRefused 1265", "''"),
        ("a DATE", "2024-02-30", "ValueRefused 1292", "0000-00-00"),
        ("a DATE", "2024-02-29", "2024-02-29", "2024-02-29"),
        ("a INT", None, "None", "None"),
    ],
)
def test_what_is_stored(database, column, value, strict, loose):
    assert rds_trials.stored(database, column, value, STRICT) == strict
    assert rds_trials.stored(database, column, value, "") == loose
    assert rds_trials.stored(database, column, value, STRICT, "INSERT IGNORE") == loose
    with RDSManager(database) as rds:
        assert rds.execute_query("SHOW TABLES", fetch_results=True) == []


def test_a_kept_secret_is_gone_after_its_block_also_after_an_error(database):
    with process.start() as endpoint:
        session = boto3.Session("key", "secret", region_name="us-east-1")
        client = session.client("secretsmanager", endpoint_url=endpoint.url)
        lab = SimpleNamespace(name="course_rds", session=SimpleNamespace(client=lambda service: client))
        client.create_secret(Name="course_rds/trial", SecretString="of a run that was killed")
        with pytest.raises(ZeroDivisionError), rds_trials.kept_secret(lab, database) as name:
            assert client.get_secret_value(SecretId=name)["SecretString"] == database.secret()
            raise ZeroDivisionError
        assert client.list_secrets()["SecretList"] == []
