"""What the catalog answers beside moto: to Trino's connectors, to awswrangler and to everybody who lists.

Expected: Glue's API reference and what the clients' own tests demand of the real service.
"""

import uuid

import pytest
from botocore.exceptions import ClientError

STORAGE = {
    "Columns": [{"Name": "a", "Type": "int"}, {"Name": "b", "Type": "string", "Comment": "the wanted needle"}],
    "Location": "s3://nowhere/t/",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
}
LONG = {"Type": "LONG", "LongColumnStatisticsData": {"NumberOfNulls": 1, "NumberOfDistinctValues": 7}}


@pytest.fixture(scope="module")
def glue(client):
    return client("glue")


@pytest.fixture
def database(glue):
    name = "g" + uuid.uuid4().hex[:8]
    glue.create_database(DatabaseInput={"Name": name})
    yield name
    glue.delete_database(Name=name)


@pytest.fixture
def table(glue, database):
    """table(name, **input) → its names as most operations take them."""

    def make(name, **described):
        described = {"TableType": "EXTERNAL_TABLE", "StorageDescriptor": STORAGE, **described}
        glue.create_table(DatabaseName=database, TableInput={"Name": name, **described})
        return {"DatabaseName": database, "TableName": name}

    return make


def code(call, **parameters):
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"]


def statistics(column):
    return {"ColumnName": column, "ColumnType": "int", "AnalyzedTime": 0, "StatisticsData": LONG}


def test_there_is_a_default_database_from_the_start(glue, athena):
    assert glue.get_database(Name="default")["Database"]["Name"] == "default"
    listed = athena.list_databases(CatalogName="AwsDataCatalog")["DatabaseList"]
    assert "default" in [each["Name"] for each in listed]


def test_tables_and_databases_are_listed_by_name(glue, table, database):
    for name in ("zeta", "alpha", "midway"):
        table(name)
    assert [t["Name"] for t in glue.get_tables(DatabaseName=database)["TableList"]] == ["alpha", "midway", "zeta"]
    names = [d["Name"] for d in glue.get_databases()["DatabaseList"]]
    assert names == sorted(names)
    assert code(glue.get_tables, DatabaseName="nowhere") == "EntityNotFoundException"


def test_segments_share_the_partitions_out(glue, table):
    place = table("parted", PartitionKeys=[{"Name": "p", "Type": "string"}])
    values = [f"v{n}" for n in range(40)]
    inputs = [{"Values": [value], "StorageDescriptor": STORAGE} for value in values]
    glue.batch_create_partition(**place, PartitionInputList=inputs)
    parts = [
        [p["Values"][0] for p in glue.get_partitions(**place, Segment=segment)["Partitions"]]
        for segment in ({"SegmentNumber": n, "TotalSegments": 5} for n in range(5))
    ]
    assert sorted(value for part in parts for value in part) == sorted(values)
    assert all(parts)
    one = glue.get_partitions(**place, Expression="p = 'v7'", Segment={"SegmentNumber": 0, "TotalSegments": 1})
    assert [p["Values"] for p in one["Partitions"]] == [["v7"]]


def test_statistics_of_a_tables_columns(glue, table, database):
    place = table("counted")
    names = ["a", "b", "none"]
    empty = glue.get_column_statistics_for_table(**place, ColumnNames=names)
    assert empty["ColumnStatisticsList"] == []
    assert [e["ColumnName"] for e in empty["Errors"]] == ["none"]
    given = [statistics("a"), statistics("none")]
    written = glue.update_column_statistics_for_table(**place, ColumnStatisticsList=given)
    assert [e["ColumnStatistics"]["ColumnName"] for e in written["Errors"]] == ["none"]
    found = glue.get_column_statistics_for_table(**place, ColumnNames=names)["ColumnStatisticsList"]
    assert [(s["ColumnName"], s["StatisticsData"]) for s in found] == [("a", LONG)]
    glue.delete_column_statistics_for_table(**place, ColumnName="a")
    assert code(glue.delete_column_statistics_for_table, **place, ColumnName="a") == "EntityNotFoundException"
    glue.update_column_statistics_for_table(**place, ColumnStatisticsList=[statistics("a")])
    glue.delete_table(DatabaseName=database, Name="counted")
    assert code(glue.get_column_statistics_for_table, **place, ColumnNames=["a"]) == "EntityNotFoundException"
    table("counted")
    assert glue.get_column_statistics_for_table(**place, ColumnNames=["a"])["ColumnStatisticsList"] == []


def test_statistics_of_a_partitions_columns(glue, table):
    place = table("parted", PartitionKeys=[{"Name": "p", "Type": "string"}])
    for value in ("1", "2"):
        glue.create_partition(**place, PartitionInput={"Values": [value], "StorageDescriptor": STORAGE})
    one, other = ({**place, "PartitionValues": [value]} for value in ("1", "2"))
    glue.update_column_statistics_for_partition(**one, ColumnStatisticsList=[statistics("a")])
    found = [
        glue.get_column_statistics_for_partition(**each, ColumnNames=["a"])["ColumnStatisticsList"]
        for each in (one, other)
    ]
    assert [len(each) for each in found] == [1, 0]
    missing = {**place, "PartitionValues": ["3"]}
    assert code(glue.get_column_statistics_for_partition, **missing, ColumnNames=["a"]) == "EntityNotFoundException"


def test_there_are_no_functions_of_users(glue, database):
    assert glue.get_user_defined_functions(DatabaseName=database, Pattern=".*")["UserDefinedFunctions"] == []
    assert code(glue.get_user_defined_functions, DatabaseName="nowhere", Pattern=".*") == "EntityNotFoundException"
    function = {"DatabaseName": database, "FunctionName": "f"}
    assert code(glue.get_user_defined_function, **function) == "EntityNotFoundException"


def test_tables_are_found_by_words_and_properties(glue, table, database):
    table("customer-link", Parameters={"classification": "parquet"})
    table("xxlinkyy", Parameters={"classification": "csv"}, Description="Sales of the year")
    here = {"Key": "DatabaseName", "Value": database}

    def found(**request):
        request["Filters"] = [here, *request.get("Filters", [])]
        return [t["Name"] for t in glue.search_tables(**request)["TableList"]]

    assert found() == ["customer-link", "xxlinkyy"]
    assert found(SearchText="PARQUET link") == ["customer-link"]
    assert found(SearchText="sales") == ["xxlinkyy"]
    assert found(SearchText='"Sales of"') == []
    assert found(SearchText='"Sales of the year"') == ["xxlinkyy"]
    assert found(SearchText="needle") == ["customer-link", "xxlinkyy"]
    assert found(Filters=[{"Key": "Name", "Value": "link"}]) == ["customer-link"]
    assert found(Filters=[{"Key": "classification", "Value": "csv"}]) == ["xxlinkyy"]
    assert found(SortCriteria=[{"FieldName": "Name", "Sort": "DESC"}]) == ["xxlinkyy", "customer-link"]
    first = glue.search_tables(Filters=[here], MaxResults=1)
    second = glue.search_tables(Filters=[here], MaxResults=1, NextToken=first["NextToken"])
    assert [t["Name"] for page in (first, second) for t in page["TableList"]] == ["customer-link", "xxlinkyy"]
    assert "NextToken" not in second
    assert code(glue.search_tables, NextToken="x") == "InvalidInputException"


def test_parameters_come_back_in_the_order_of_the_service(glue, table, database):
    """As awswrangler's own test of generate_create_query has them from the real catalog."""
    given = ["classification", "compressionType", "typeOfData", "projection.enabled"]
    table("ordered", Parameters=dict.fromkeys(given, "x"))
    found = glue.get_table(DatabaseName=database, Name="ordered")["Table"]["Parameters"]
    assert list(found) == ["compressionType", "classification", "projection.enabled", "typeOfData"]


def test_a_version_that_is_not_archived_is_gone(glue, table, database):
    place = table("versioned")

    def update(text, **request):
        described = {"Name": "versioned", "StorageDescriptor": STORAGE, "Description": text}
        glue.update_table(DatabaseName=database, TableInput=described, **request)
        versions = [v["Table"] for v in glue.get_table_versions(**place)["TableVersions"]]
        return sorted((int(v["VersionId"]), v.get("Description")) for v in versions)

    assert update("second") == [(1, None), (2, "second")]
    assert update("third", SkipArchive=True) == [(1, None), (3, "third")]
    assert update("fourth", SkipArchive=False) == [(1, None), (3, "third"), (4, "fourth")]
    found = glue.get_table(DatabaseName=database, Name="versioned")["Table"]
    assert (found["Description"], found["VersionId"]) == ("fourth", "4")
    assert code(glue.update_table, DatabaseName=database, TableInput={"Name": "none"}) == "EntityNotFoundException"
