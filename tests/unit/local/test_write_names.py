"""What INSERT, CREATE TABLE AS and UNLOAD say about the names of tables and catalogs: recorded, or Trino's rules."""

import pytest
from botocore.exceptions import ClientError

from tests.unit.local import queries

RESULTS = {"OutputLocation": f"s3://{queries.BUCKET}/results/"}


@pytest.fixture(scope="module")
def session(client):
    return queries.Session(client, "write_names")


def test_what_is_said_about_the_table_of_an_insert_has_no_position(session):
    """Recorded of its columns' types; Trino's Insert has no position at all."""
    missing = "TABLE_NOT_FOUND: Table 'awsdatacatalog.{}' does not exist. If a data manifest"
    assert session.error("INSERT INTO nowhere.t VALUES (1)").startswith(missing.format("nowhere.t"))
    assert session.error("INSERT INTO nothing VALUES (1)").startswith(missing.format("write_names.nothing"))


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t VALUES (1)",
        "CREATE TABLE new AS SELECT 1 AS a",
        f"UNLOAD (SELECT 1 AS a) TO 's3://{queries.BUCKET}/unloaded/' WITH (format='JSON')",
    ],
)
def test_what_writes_needs_the_catalog_of_its_session(session, sql):
    """Recorded of INSERT."""
    context = {"Database": "write_names", "Catalog": "NoCat"}
    started = session.athena.start_query_execution(
        QueryString=sql, QueryExecutionContext=context, ResultConfiguration=RESULTS
    )
    status = session.wait(started["QueryExecutionId"])["Status"]
    assert status["StateChangeReason"].startswith("NOT_FOUND: Session property catalog does not exist: nocat. ")
    assert status["AthenaError"]["ErrorType"] == 1300


def test_the_catalog_of_a_new_table_is_looked_up_when_the_query_is_started(session):
    """Recorded of CREATE TABLE."""
    sql = "CREATE TABLE nocat.write_names.new AS SELECT 1 AS a"
    with pytest.raises(ClientError, match="Catalog 'nocat' does not exist") as refused:
        session.athena.start_query_execution(QueryString=sql, ResultConfiguration=RESULTS)
    assert refused.value.response["AthenaErrorCode"] == "DATACATALOG_NOT_FOUND"
