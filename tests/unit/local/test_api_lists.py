"""Work groups, named queries, prepared statements, catalogs and tags, through boto3 over HTTP."""

import uuid

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def name():
    """A name that no other test uses."""
    return "t" + uuid.uuid4().hex[:10]


def refusal(call, **parameters):
    """(exception, AthenaErrorCode or None, message) of a call that must be refused."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return response["Error"]["Code"], response.get("AthenaErrorCode"), response.get("Message")


# Work groups


def test_work_group_defaults_are_those_of_the_service(athena, name):
    athena.create_work_group(Name=name)
    group = athena.get_work_group(WorkGroup=name)["WorkGroup"]
    assert group["State"] == "ENABLED"
    assert group["Configuration"]["EnforceWorkGroupConfiguration"] is True
    assert group["Configuration"]["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3"
    athena.delete_work_group(WorkGroup=name)
    assert refusal(athena.get_work_group, WorkGroup=name)[2] == f"WorkGroup {name} is not found."


def test_work_group_is_updated_field_by_field(athena, name):
    location = "s3://bucket/a/"
    configuration = {"ResultConfiguration": {"OutputLocation": location}, "BytesScannedCutoffPerQuery": 10_000_000}
    athena.create_work_group(Name=name, Configuration=configuration, Description="before")
    athena.update_work_group(
        WorkGroup=name, ConfigurationUpdates={"EnforceWorkGroupConfiguration": False}, State="DISABLED"
    )
    group = athena.get_work_group(WorkGroup=name)["WorkGroup"]
    assert (group["State"], group["Description"]) == ("DISABLED", "before")
    assert group["Configuration"]["EnforceWorkGroupConfiguration"] is False
    assert group["Configuration"]["BytesScannedCutoffPerQuery"] == 10_000_000
    assert group["Configuration"]["ResultConfiguration"] == {"OutputLocation": location}
    athena.update_work_group(
        WorkGroup=name,
        ConfigurationUpdates={
            "RemoveBytesScannedCutoffPerQuery": True,
            "ResultConfigurationUpdates": {"RemoveOutputLocation": True},
        },
    )
    configuration = athena.get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"]
    assert "BytesScannedCutoffPerQuery" not in configuration
    assert configuration["ResultConfiguration"] == {}


def test_scan_cutoff_has_a_minimum(athena, name):
    _, code, message = refusal(
        athena.create_work_group, Name=name, Configuration={"BytesScannedCutoffPerQuery": 9_999_999}
    )
    assert code == "INVALID_INPUT"
    assert message == (
        "1 validation error detected: Value at 'configuration.bytesScannedCutoffPerQuery' failed to satisfy "
        "constraint: Member must have value greater than or equal to 10000000"
    )


def test_work_group_names_are_unique_and_primary_stays(athena, name):
    athena.create_work_group(Name=name)
    assert "already created" in refusal(athena.create_work_group, Name=name)[2]
    assert refusal(athena.create_work_group, Name="primary")[2] == "primary workGroup could not be created"
    assert refusal(athena.delete_work_group, WorkGroup="primary")[1] == "INVALID_INPUT"


def test_a_work_group_that_holds_something_goes_only_recursively(athena, name):
    athena.create_work_group(Name=name)
    query = athena.create_named_query(Name="q", Database="d", QueryString="SELECT 1", WorkGroup=name)["NamedQueryId"]
    athena.create_prepared_statement(StatementName="ps", WorkGroup=name, QueryStatement="SELECT ?")
    assert refusal(athena.delete_work_group, WorkGroup=name)[2] == f"WorkGroup {name} is not empty"
    athena.delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)
    assert refusal(athena.get_named_query, NamedQueryId=query)[2] == f"NamedQuery {query} was not found"
    athena.create_work_group(Name=name)
    assert athena.list_prepared_statements(WorkGroup=name)["PreparedStatements"] == []


def test_pages_join_to_the_whole_list(athena, name):
    names = [f"{name}{number}" for number in range(5)]
    for each in names:
        athena.create_work_group(Name=each)
    found, token = [], {}
    while True:
        page = athena.list_work_groups(MaxResults=2, **token)
        assert 1 <= len(page["WorkGroups"]) <= 2
        found += [group["Name"] for group in page["WorkGroups"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert [each for each in found if each.startswith(name)] == names
    assert found == sorted(found)


def test_token_of_another_list_is_refused(athena, name):
    for number in range(2):
        athena.create_work_group(Name=f"{name}{number}")
    token = athena.list_work_groups(MaxResults=1)["NextToken"]
    assert refusal(athena.list_data_catalogs, NextToken=token)[2] == f"The nextPageToken is malformed: {token}"


# Named queries


def test_named_query_lives_and_dies(athena, name):
    athena.create_work_group(Name=name)
    asked = {"Name": "top", "Database": "sales", "QueryString": "SELECT 1", "Description": "d", "WorkGroup": name}
    key = athena.create_named_query(**asked)["NamedQueryId"]
    assert athena.get_named_query(NamedQueryId=key)["NamedQuery"] == {**asked, "NamedQueryId": key}
    assert athena.list_named_queries(WorkGroup=name)["NamedQueryIds"] == [key]
    athena.update_named_query(NamedQueryId=key, Name="best", QueryString="SELECT 2")
    changed = athena.get_named_query(NamedQueryId=key)["NamedQuery"]
    assert (changed["Name"], changed["QueryString"], changed["Description"]) == ("best", "SELECT 2", "d")
    found = athena.batch_get_named_query(NamedQueryIds=[key, "nobody"])
    assert [query["NamedQueryId"] for query in found["NamedQueries"]] == [key]
    assert [query["NamedQueryId"] for query in found["UnprocessedNamedQueryIds"]] == ["nobody"]
    athena.delete_named_query(NamedQueryId=key)
    assert athena.list_named_queries(WorkGroup=name)["NamedQueryIds"] == []


def test_named_query_token_gives_the_same_query(athena):
    token = uuid.uuid4().hex
    asked = {"Name": "n", "Database": "d", "QueryString": "SELECT 1", "ClientRequestToken": token}
    first, second = (athena.create_named_query(**asked)["NamedQueryId"] for _ in range(2))
    assert first == second
    _, code, message = refusal(athena.create_named_query, **{**asked, "QueryString": "SELECT 2"})
    assert (code, message) == ("IDEMPOTENT_PARAMETER_MISMATCH", "Idempotent parameters do not match")


# Prepared statements


def test_prepared_statement_lives_and_dies(athena, name):
    here = {"StatementName": name, "WorkGroup": "primary"}
    athena.create_prepared_statement(**here, QueryStatement="SELECT ?", Description="one")
    assert "already exists" in refusal(athena.create_prepared_statement, **here, QueryStatement="SELECT 1")[2]
    athena.update_prepared_statement(**here, QueryStatement="SELECT ?, ?")
    found = athena.get_prepared_statement(**here)["PreparedStatement"]
    assert (found["QueryStatement"], found["Description"]) == ("SELECT ?, ?", "one")
    listed = athena.list_prepared_statements(WorkGroup="primary")["PreparedStatements"]
    assert name in [statement["StatementName"] for statement in listed]
    batch = athena.batch_get_prepared_statement(PreparedStatementNames=[name, "nobody"], WorkGroup="primary")
    assert [s["StatementName"] for s in batch["PreparedStatements"]] == [name]
    assert [s["StatementName"] for s in batch["UnprocessedPreparedStatementNames"]] == ["nobody"]
    athena.delete_prepared_statement(**here)
    assert refusal(athena.get_prepared_statement, **here)[0] == "ResourceNotFoundException"


# Catalogs


def test_data_catalogs(athena, name):
    assert {"CatalogName": "AwsDataCatalog", "Type": "GLUE"} in athena.list_data_catalogs()["DataCatalogsSummary"]
    athena.create_data_catalog(Name=name, Type="LAMBDA", Parameters={"function": "f"})
    assert athena.get_data_catalog(Name=name)["DataCatalog"]["Parameters"] == {"function": "f"}
    athena.update_data_catalog(Name=name, Type="LAMBDA", Description="new")
    assert athena.get_data_catalog(Name=name)["DataCatalog"]["Description"] == "new"
    athena.delete_data_catalog(Name=name)
    assert refusal(athena.get_data_catalog, Name=name)[1] == "DATACATALOG_NOT_FOUND"


def test_tables_are_those_of_glue(athena, client, name):
    glue = client("glue")
    glue.create_database(DatabaseInput={"Name": name, "Description": "text"})
    serde = {"SerializationLibrary": "org.example.SerDe", "Parameters": {"field.delim": ","}}
    for table in ("b_orders", "a_orders", "people"):
        glue.create_table(
            DatabaseName=name,
            TableInput={
                "Name": table,
                "TableType": "EXTERNAL_TABLE",
                "PartitionKeys": [{"Name": "day", "Type": "date"}],
                "Parameters": {"EXTERNAL": "TRUE"},
                "StorageDescriptor": {
                    "Columns": [{"Name": "id", "Type": "bigint", "Comment": "a number"}],
                    "Location": f"s3://bucket/{table}/",
                    "InputFormat": "in",
                    "OutputFormat": "out",
                    "SerdeInfo": serde,
                },
            },
        )
    here = {"CatalogName": "AwsDataCatalog", "DatabaseName": name}
    assert athena.get_database(**here)["Database"] == {"Name": name, "Description": "text"}
    assert {"Name": name, "Description": "text"} in athena.list_databases(CatalogName="awsdatacatalog")[
        "DatabaseList"
    ]
    found = athena.get_table_metadata(**here, TableName="PEOPLE")["TableMetadata"]
    assert found["Columns"] == [{"Name": "id", "Type": "bigint", "Comment": "a number"}]
    assert found["PartitionKeys"] == [{"Name": "day", "Type": "date"}]
    assert found["Parameters"] == {
        "EXTERNAL": "TRUE",
        "inputformat": "in",
        "outputformat": "out",
        "location": "s3://bucket/people/",
        "serde.serialization.lib": "org.example.SerDe",
        "serde.param.field.delim": ",",
    }
    for expression, expected in (("*orders", ["a_orders", "b_orders"]), ("people|b.*", ["b_orders", "people"])):
        tables = athena.list_table_metadata(**here, Expression=expression)["TableMetadataList"]
        assert [table["Name"] for table in tables] == expected
    for refused in (
        refusal(athena.get_table_metadata, **here, TableName="nobody"),
        refusal(athena.get_database, **{**here, "DatabaseName": "nobody"}),
        refusal(athena.list_table_metadata, **{**here, "DatabaseName": "nobody"}),
    ):
        assert refused[:2] == ("MetadataException", None)
        assert refused[2].startswith(
            "Entity Not Found (Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException; "
        )


# Tags and the rest


def test_tags(athena, name):
    athena.create_work_group(Name=name, Tags=[{"Key": "owner", "Value": "course"}])
    arn = f"arn:aws:athena:us-east-1:123456789012:workgroup/{name}"
    athena.tag_resource(ResourceARN=arn, Tags=[{"Key": "lesson", "Value": "04"}, {"Key": "owner", "Value": "me"}])
    tags = athena.list_tags_for_resource(ResourceARN=arn)["Tags"]
    assert tags == [{"Key": "owner", "Value": "me"}, {"Key": "lesson", "Value": "04"}]
    athena.untag_resource(ResourceARN=arn, TagKeys=["owner"])
    assert athena.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "lesson", "Value": "04"}]
    athena.delete_work_group(WorkGroup=name)
    assert refusal(athena.list_tags_for_resource, ResourceARN=arn)[0] == "ResourceNotFoundException"


def test_engine_versions(athena):
    versions = athena.list_engine_versions()["EngineVersions"]
    assert {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"} in versions


# Capacity reservations


def test_a_capacity_reservation_lives_as_the_api_reference_says(athena, name):
    athena.create_capacity_reservation(Name=name, TargetDpus=4, Tags=[{"Key": "owner", "Value": "course"}])
    arn = f"arn:aws:athena:us-east-1:123456789012:capacity-reservation/{name}"
    assert athena.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "owner", "Value": "course"}]
    assert "already exists" in refusal(athena.create_capacity_reservation, Name=name, TargetDpus=4)[2]
    athena.update_capacity_reservation(Name=name, TargetDpus=8)
    found = athena.get_capacity_reservation(Name=name)["CapacityReservation"]
    assert (found["Status"], found["TargetDpus"], found["AllocatedDpus"]) == ("ACTIVE", 8, 8)
    assert "only CANCELLED" in refusal(athena.delete_capacity_reservation, Name=name)[2]
    athena.cancel_capacity_reservation(Name=name)
    assert "only ACTIVE" in refusal(athena.update_capacity_reservation, Name=name, TargetDpus=4)[2]
    listed = athena.list_capacity_reservations()["CapacityReservations"]
    assert [(r["Name"], r["Status"], r["AllocatedDpus"]) for r in listed] == [(name, "CANCELLED", 0)]
    athena.delete_capacity_reservation(Name=name)
    assert athena.list_capacity_reservations()["CapacityReservations"] == []
    assert refusal(athena.get_capacity_reservation, Name=name)[:2] == ("InvalidRequestException", "INVALID_INPUT")


def test_a_reservation_is_assigned_to_work_groups_that_are_there(athena, name):
    athena.create_capacity_reservation(Name=name, TargetDpus=4)
    put = athena.put_capacity_assignment_configuration
    put(CapacityReservationName=name, CapacityAssignments=[{"WorkGroupNames": ["primary"]}])
    found = athena.get_capacity_assignment_configuration(CapacityReservationName=name)
    assert found["CapacityAssignmentConfiguration"]["CapacityAssignments"] == [{"WorkGroupNames": ["primary"]}]
    nowhere = [{"WorkGroupNames": ["nowhere"]}]
    refused = refusal(put, CapacityReservationName=name, CapacityAssignments=nowhere)
    assert refused[2] == "WorkGroup nowhere is not found."
    athena.cancel_capacity_reservation(Name=name)
    athena.delete_capacity_reservation(Name=name)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("list_data_catalogs", {}),
        ("get_data_catalog", {"Name": "AwsDataCatalog"}),
        ("list_databases", {"CatalogName": "AwsDataCatalog"}),
        ("get_database", {"CatalogName": "AwsDataCatalog", "DatabaseName": "default"}),
        ("list_table_metadata", {"CatalogName": "AwsDataCatalog", "DatabaseName": "default"}),
    ],
)
def test_a_work_group_that_a_catalog_call_names_must_be_there(athena, operation, parameters):
    refused = refusal(getattr(athena, operation), WorkGroup="nowhere", **parameters)
    assert refused[2] == "WorkGroup nowhere is not found."


def test_operation_that_the_endpoint_does_not_offer(athena):
    code, _, message = refusal(athena.list_notebook_metadata, WorkGroup="primary")
    assert (code, message) == (
        "InvalidRequestException",
        "NOT_SUPPORTED: this endpoint does not offer ListNotebookMetadata",
    )
