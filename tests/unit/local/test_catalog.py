"""The catalog over Glue: what it reads, what it asks for, and what it may keep."""

import io
import json
import uuid

import pytest

from helpers.local.athena.catalog import Catalog
from helpers.local.athena.domains import Domain
from helpers.local.athena.errors import AthenaError
from helpers.local.athena.types import BIGINT, array, row, varchar
from helpers.local.athena.views import table_input
from helpers.local.glue import changes

MANY = 10_000
SERDE = {"SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe", "Parameters": {"a": "b"}}


class Counting:
    """A Glue client that counts the calls of each operation."""

    def __init__(self, glue):
        self._glue, self.calls = glue, []

    def __getattr__(self, name):
        self.calls.append(name)
        return getattr(self._glue, name)

    def get_paginator(self, name):
        self.calls.append(name)
        return self._glue.get_paginator(name)


@pytest.fixture(scope="module")
def database(client):
    name = f"catalog_{uuid.uuid4().hex[:8]}"
    client("glue").create_database(DatabaseInput={"Name": name})
    return name


@pytest.fixture
def glue(client):
    return Counting(client("glue"))


@pytest.fixture
def catalog(glue):
    return Catalog(glue, s3=None)


def storage(location="s3://b/t", columns=(("id", "int"),)):
    described = [{"Name": n, "Type": t} for n, t in columns]
    return {"Columns": described, "Location": location, "InputFormat": "in", "SerdeInfo": SERDE}


def make(glue, database, name, keys, values):
    glue.create_table(
        DatabaseName=database,
        TableInput={
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "StorageDescriptor": storage(),
            "PartitionKeys": [{"Name": n, "Type": t} for n, t in keys],
        },
    )
    for at in range(0, len(values), 100):
        answer = glue.batch_create_partition(
            DatabaseName=database,
            TableName=name,
            PartitionInputList=[
                {"Values": list(v), "StorageDescriptor": storage(f"s3://b/t/{'/'.join(v)}")}
                for v in values[at : at + 100]
            ],
        )
        assert not answer.get("Errors")


@pytest.fixture(scope="module")
def many(client, database):
    values = [(str(i), f"c{i % 7}") for i in range(MANY)]
    make(client("glue"), database, "many", [("n", "int"), ("c", "string")], values)
    return "many"


def test_one_of_ten_thousand_partitions_is_asked_for_alone(catalog, database, many):
    table = catalog.table(database, many)
    found = catalog.partitions(table, {"n": Domain.of_values([7777])})
    assert [(p.values, p.location) for p in found] == [(("7777", "c0"), "s3://b/t/7777/c0")]
    found = catalog.partitions(
        table, {"n": Domain.of_range(10, False, 13, True), "c": Domain.of_values(["c5", "c6"])}
    )
    assert [p.values for p in found] == [("12", "c5"), ("13", "c6")]


def test_a_predicate_over_ten_thousand_partitions_is_asked_once(catalog, glue, database, many):
    table = catalog.table(database, many)
    asked = []

    def odd(values):
        asked.append(len(values))
        return [int(n) % 2 == 1 for n, _ in values]

    assert len(catalog.partitions(table, {}, odd)) == MANY // 2
    glue.calls.clear()
    assert len(catalog.partitions(table, {"c": Domain.of_values(["c3"])}, odd)) == len(
        [i for i in range(MANY) if i % 7 == 3 and i % 2]
    )
    assert (glue.calls, len(asked)) == ([], 2), "the second query needs Glue no more"


def test_null_and_foreign_looking_values(catalog, glue, database):
    values = [("01",), ("1",), ("2",), ("__HIVE_DEFAULT_PARTITION__",)]
    make(glue, database, "nulls", [("n", "int")], values)
    table = catalog.table(database, "nulls")
    assert [p.values for p in catalog.partitions(table)] == [("01",), ("1",), ("2",), (None,)]
    assert [p.values for p in catalog.partitions(table, {"n": Domain.of_values([1])})] == [("01",), ("1",)]
    assert [p.values for p in catalog.partitions(table, {"n": Domain((), nulls=True)})] == [(None,)]
    assert catalog.partitions(table, {"n": Domain((), nulls=False)}) == []


def test_a_value_that_is_none_of_its_type(catalog, glue, database):
    make(glue, database, "wrong", [("n", "int")], [("x",)])
    with pytest.raises(AthenaError) as failed:
        catalog.partitions(catalog.table(database, "wrong"), {"n": Domain.of_values([1])})
    assert (
        str(failed.value) == "HIVE_INVALID_PARTITION_VALUE: Invalid partition value 'x' for INTEGER partition key: n"
    )


def test_quotes_in_a_value_never_reach_an_expression(catalog, glue, database):
    make(glue, database, "quoted", [("s", "string")], [("it's",), ("b",)])
    table = catalog.table(database, "quoted")
    assert [p.values for p in catalog.partitions(table, {"s": Domain.of_values(["it's"])})] == [("it's",)]


def test_a_partition_may_differ_from_its_table(catalog, glue, database):
    make(glue, database, "drift", [("p", "string")], [])
    own = storage("s3://b/else", [("ID", "double")]) | {"SerdeInfo": {"SerializationLibrary": "own"}}
    glue.create_partition(
        DatabaseName=database, TableName="drift", PartitionInput={"Values": ["1"], "StorageDescriptor": own}
    )
    (partition,) = catalog.partitions(catalog.table(database, "drift"))
    assert [(c.name, c.hive_type) for c in partition.columns] == [("id", "double")]
    assert (partition.serde, partition.serde_parameters, partition.location) == ("own", {}, "s3://b/else")


def test_what_is_kept_and_when_it_is_forgotten(client, glue, database):
    make(glue, database, "kept", [("p", "string")], [("1",)])
    kept, fresh = Catalog(glue, None), Catalog(glue, None, caching=False)
    for catalog in (kept, fresh):
        assert len(catalog.partitions(catalog.table(database, "kept"))) == 1
    glue.create_partition(
        DatabaseName=database, TableName="kept", PartitionInput={"Values": ["2"], "StorageDescriptor": storage()}
    )
    assert len(fresh.partitions(fresh.table(database, "kept"))) == 2
    glue.calls.clear()
    for elsewhere in ((database, "other"), ("other", "kept"), ("other",)):
        kept.changed(*elsewhere)
    assert len(kept.partitions(kept.table(database, "kept"))) == 1
    assert glue.calls == [], "what others changed is no reason to ask again"
    kept.changed(database.upper(), "KEPT")
    assert len(kept.partitions(kept.table(database, "kept"))) == 2


@pytest.mark.parametrize("place", [(), ("{}",), ("{}", "forgotten")])
def test_a_change_forgets_partitions_asked_by_expression_too(glue, database, place):
    name = f"forgotten_{len(place)}"
    make(glue, database, name, [("p", "string")], [("1",)])
    catalog, one = Catalog(glue, None), {"p": Domain.of_values(["1"])}
    assert len(catalog.partitions(catalog.table(database, name), one)) == 1
    glue.delete_partition(DatabaseName=database, TableName=name, PartitionValues=["1"])
    assert len(catalog.partitions(catalog.table(database, name), one)) == 1, "it was kept"
    catalog.changed(*(part.format(database).replace("forgotten", name) for part in place))
    assert catalog.partitions(catalog.table(database, name), one) == []


@pytest.mark.parametrize(
    ("operation", "request_", "expected"),
    [
        ("CreatePartition", {"DatabaseName": "D", "TableName": "T", "PartitionInput": {}}, ("D", "t")),
        ("BatchCreatePartition", {"DatabaseName": "d", "TableName": "t"}, ("d", "t")),
        ("CreateTable", {"DatabaseName": "d", "TableInput": {"Name": "t"}}, ("d", "t")),
        ("UpdateTable", {"DatabaseName": "d", "TableInput": {"Name": "T"}, "Name": "t"}, ("d", "t")),
        ("UpdateTable", {"DatabaseName": "d", "TableInput": {"Name": "new"}, "Name": "old"}, ("d",)),
        ("DeleteTable", {"DatabaseName": "d", "Name": "t"}, ("d", "t")),
        ("BatchDeleteTable", {"DatabaseName": "d", "TablesToDelete": ["a", "b"]}, ("d",)),
        ("DeleteDatabase", {"Name": "d"}, ()),
        ("CreatePartition", [], ()),
        ("CreatePartition", {"DatabaseName": {}, "TableInput": []}, ()),
    ],
)
def test_what_a_request_changes(operation, request_, expected):
    body = json.dumps(request_).encode()
    environ = {"wsgi.input": io.BytesIO(body)}
    assert changes.is_change(f"AWSGlue.{operation}")
    assert changes.place(environ) == expected
    assert (environ["wsgi.input"].read(), environ["CONTENT_LENGTH"]) == (body, str(len(body)))


def test_other_operations_change_no_table():
    others = ("CreateDatabase", "UpdateDatabase", "GetTable", "GetPartitions", "BatchGetPartition", "SearchTables")
    for operation in others:
        assert not changes.is_change(f"AWSGlue.{operation}")


def test_tables_as_awswrangler_registers_them(catalog, glue, database):
    columns = [("Id", "bigint"), ("tags", "array<struct<K:string,v:int>>")]
    glue.create_table(
        DatabaseName=database,
        TableInput={
            "Name": "wrangled",
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": "parquet", "compressionType": "snappy", "typeOfData": "file"},
            "StorageDescriptor": storage("s3://b/w/", columns),
            "PartitionKeys": [],
        },
    )
    table = catalog.table(database.upper(), "WRANGLED")
    element = row(("k", varchar()), ("v", table.columns[1].type.args[0].args[1][1]))
    assert [(c.name, c.type) for c in table.columns] == [("id", BIGINT), ("tags", array(element))]
    assert table.columns[1].type.display == "array(row(k varchar, v integer))"
    (whole,) = catalog.partitions(table)
    assert (whole.values, whole.location) == ((), "s3://b/w/")


def test_views_and_absent_things(catalog, glue, database):
    glue.create_table(
        DatabaseName=database,
        TableInput=table_input(
            "v", "SELECT 1 AS a, 'é' AS b", "awsdatacatalog", database, [("a", BIGINT), ("b", varchar(1))]
        ),
    )
    view = catalog.table(database, "v")
    assert view.is_view and view.view_sql == "SELECT 1 AS a, 'é' AS b" and view.view_database == database
    assert [(c.name, c.type) for c in view.columns] == [("a", BIGINT), ("b", varchar(1))]
    assert catalog.table(database, "none") is None and catalog.table("none", "none") is None
    assert catalog.has_database(database.upper()) and not catalog.has_database("none")


def test_information_schema(catalog, database):
    columns, rows = catalog.information_schema("columns", database, "v")
    assert [name for name, _ in columns][:5] == [
        "table_catalog",
        "table_schema",
        "table_name",
        "column_name",
        "ordinal_position",
    ]
    assert [[*r[2:5], r[7]] for r in rows] == [["v", "a", 1, "bigint"], ["v", "b", 2, "varchar(1)"]]
    _, rows = catalog.information_schema("tables", database)
    kinds = {r[2]: r[3] for r in rows}
    assert (kinds["v"], kinds["kept"]) == ("VIEW", "BASE TABLE")
    _, rows = catalog.information_schema("schemata")
    assert {database, "information_schema"} <= {r[1] for r in rows}
    assert catalog.information_schema("tables", database.upper())[1] == []
    with pytest.raises(KeyError):
        catalog.information_schema("nothing")


def test_a_table_of_an_unknown_type_hides_no_other(catalog, glue, database):
    glue.create_table(
        DatabaseName=database, TableInput={"Name": "odd", "StorageDescriptor": storage("s3://b/o", [("a", "blob?")])}
    )
    with pytest.raises(AthenaError):
        catalog.table(database, "odd")
    names = [table.name for table in catalog.tables(database)]
    assert "odd" not in names and "v" in names
