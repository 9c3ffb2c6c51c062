"""Where results go and how they are encrypted: the client's settings, the work group's, and managed results.

Expected: the user guide (workgroups-settings-override, managed-results) and the message that the real service gives
to clients that set both kinds of result configuration.
"""

import time
import uuid

import pytest
from botocore.exceptions import ClientError

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234"
SSE_S3 = {"EncryptionOption": "SSE_S3"}
SSE_KMS = {"EncryptionOption": "SSE_KMS", "KmsKey": KEY}
MANAGED = {"ManagedQueryResultsConfiguration": {"Enabled": True}}
NOT_TOGETHER = "ManagedQueryResultsConfiguration and ResultConfiguration cannot be set together."


@pytest.fixture(scope="module")
def bucket(s3):
    name = "settings-" + uuid.uuid4().hex[:8]
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def group(athena):
    """group(**configuration) → the name of a new work group."""
    made = []

    def make(**configuration):
        made.append("g" + uuid.uuid4().hex[:8])
        athena.create_work_group(Name=made[-1], Configuration=configuration)
        return made[-1]

    yield make
    for name in made:
        athena.delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)


@pytest.fixture
def run(athena):
    """run(sql, …) → the QueryExecution once it has ended."""

    def started(sql, **request):
        execution_id = athena.start_query_execution(QueryString=sql, **request)["QueryExecutionId"]
        while True:
            execution = athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
            if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
                return execution
            time.sleep(0.02)

    return started


def refused(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Message"]


def stored(s3, location):
    bucket, _, key = location.removeprefix("s3://").partition("/")
    return s3.head_object(Bucket=bucket, Key=key)


@pytest.mark.parametrize(("encryption", "algorithm"), [(SSE_S3, "AES256"), (SSE_KMS, "aws:kms")])
def test_the_clients_encryption_is_used_and_shown(run, s3, bucket, encryption, algorithm):
    given = {"OutputLocation": f"s3://{bucket}/own/", "EncryptionConfiguration": encryption}
    execution = run("SELECT 1 AS n", ResultConfiguration=given)
    location = execution["ResultConfiguration"]["OutputLocation"]
    assert execution["ResultConfiguration"] == {"OutputLocation": location, "EncryptionConfiguration": encryption}
    for uri in (location, location + ".metadata"):
        found = stored(s3, uri)
        assert found["ServerSideEncryption"] == algorithm
        assert found.get("SSEKMSKeyId") == encryption.get("KmsKey")


def test_the_data_of_a_new_table_are_encrypted_as_its_result(run, s3, bucket):
    run("CREATE DATABASE settings", ResultConfiguration={"OutputLocation": f"s3://{bucket}/r/"})
    given = {"OutputLocation": f"s3://{bucket}/ctas/", "EncryptionConfiguration": SSE_KMS}
    execution = run("CREATE TABLE settings.t AS SELECT 1 AS n", ResultConfiguration=given)
    assert execution["Status"]["State"] == "SUCCEEDED"
    folder = execution["ResultConfiguration"]["OutputLocation"].removeprefix(f"s3://{bucket}/")
    keys = [o["Key"] for o in s3.list_objects_v2(Bucket=bucket, Prefix=folder + "/")["Contents"]]
    assert keys
    for key in keys:
        assert s3.head_object(Bucket=bucket, Key=key)["SSEKMSKeyId"] == KEY


def test_whose_encryption_counts(run, group, bucket):
    theirs = {"OutputLocation": f"s3://{bucket}/group/", "EncryptionConfiguration": SSE_S3}
    given = {"OutputLocation": f"s3://{bucket}/own/", "EncryptionConfiguration": SSE_KMS}
    enforced = group(ResultConfiguration=theirs)
    free = group(ResultConfiguration=theirs, EnforceWorkGroupConfiguration=False)
    found = [
        run("SELECT 1 AS n", WorkGroup=name, **({"ResultConfiguration": own} if own else {}))["ResultConfiguration"]
        for name, own in ((enforced, given), (free, given), (free, None))
    ]
    assert [c["EncryptionConfiguration"] for c in found] == [SSE_S3, SSE_KMS, SSE_S3]
    assert [c["OutputLocation"].split("/")[3] for c in found] == ["group", "own", "group"]


def test_encryption_that_nobody_here_can_do_is_refused(athena, bucket):
    location = f"s3://{bucket}/own/"
    for encryption, message in (
        ({"EncryptionOption": "CSE_KMS", "KmsKey": KEY}, "NOT_SUPPORTED: "),
        ({"EncryptionOption": "SSE_KMS"}, "KmsKey must be provided"),
    ):
        given = {"OutputLocation": location, "EncryptionConfiguration": encryption}
        said = refused(athena.start_query_execution, QueryString="SELECT 1", ResultConfiguration=given)
        assert said.startswith(message)


def test_managed_results_have_no_location_and_are_read_page_by_page(run, group, athena):
    name = group(**MANAGED)
    sql = "SELECT n FROM UNNEST(sequence(1, 2500)) AS t(n)"
    execution = run(sql, WorkGroup=name)
    assert execution["Status"]["State"] == "SUCCEEDED"
    assert execution["ManagedQueryResultsConfiguration"] == {"Enabled": True}
    assert "ResultConfiguration" not in execution
    pages = list(athena.get_paginator("get_query_results").paginate(QueryExecutionId=execution["QueryExecutionId"]))
    rows = [r["Data"][0]["VarCharValue"] for page in pages for r in page["ResultSet"]["Rows"]]
    assert rows == ["n", *map(str, range(1, 2501))]
    again = run(sql, WorkGroup=name, ResultReuseConfiguration={"ResultReuseByAgeConfiguration": {"Enabled": True}})
    assert again["Statistics"]["ResultReuseInformation"] == {"ReusedPreviousResult": False}


def test_managed_results_and_locations_exclude_each_other(athena, group, bucket):
    own = {"ResultConfiguration": {"OutputLocation": f"s3://{bucket}/own/"}}
    name = group(**MANAGED)
    assert refused(athena.start_query_execution, QueryString="SELECT 1", WorkGroup=name, **own) == NOT_TOGETHER
    assert refused(athena.create_work_group, Name="both", Configuration=MANAGED | own) == NOT_TOGETHER
    name = group(**own)
    updates = {"ManagedQueryResultsConfigurationUpdates": {"Enabled": True}}
    assert refused(athena.update_work_group, WorkGroup=name, ConfigurationUpdates=updates) == NOT_TOGETHER
    updates["ResultConfigurationUpdates"] = {"RemoveOutputLocation": True}
    athena.update_work_group(WorkGroup=name, ConfigurationUpdates=updates)
    configuration = athena.get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"]
    assert configuration["ManagedQueryResultsConfiguration"] == {"Enabled": True}


def test_statements_that_write_in_a_group_with_managed_results(run, group, s3, bucket, athena):
    name, database = group(**MANAGED), "managed_" + uuid.uuid4().hex[:8]
    assert run(f"CREATE DATABASE {database}", WorkGroup=name)["Status"]["State"] == "SUCCEEDED"
    nowhere = run(f"CREATE TABLE {database}.t AS SELECT 1 AS n", WorkGroup=name)
    assert nowhere["Status"]["StateChangeReason"].startswith("NOT_SUPPORTED: ")
    place = f"s3://{bucket}/{database}/"
    made = run(f"CREATE TABLE {database}.t WITH (external_location = '{place}') AS SELECT 1 AS n", WorkGroup=name)
    added = run(f"INSERT INTO {database}.t VALUES 2", WorkGroup=name)
    assert [e["Status"]["State"] for e in (made, added)] == ["SUCCEEDED", "SUCCEEDED"]
    listed = run(f"SHOW TABLES IN {database}", WorkGroup=name)
    rows = athena.get_query_results(QueryExecutionId=listed["QueryExecutionId"])["ResultSet"]["Rows"]
    assert rows == [{"Data": [{"VarCharValue": "t"}]}]
    failed = run(f"SELECT x FROM {database}.t", WorkGroup=name)
    assert failed["Status"]["StateChangeReason"].startswith("COLUMN_NOT_FOUND: ")
    assert len(s3.list_objects_v2(Bucket=bucket, Prefix=f"{database}/")["Contents"]) == 2
