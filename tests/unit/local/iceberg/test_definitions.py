"""CREATE, CTAS, ALTER, SHOW, DESCRIBE and DROP of Iceberg tables, and schema evolution by field id."""

import pytest

CTAS = "CREATE TABLE {t} WITH (table_type = 'ICEBERG', is_external = false, location = '{place}/'"


def test_pyiceberg_sees_what_was_created(tables, outside):
    tables.create(
        "id int COMMENT 'key', at timestamp, name string", "day(at), bucket(8, id), truncate(3, name), name"
    )
    table = outside()
    assert [(f.name, str(f.field_type), f.doc) for f in table.schema().fields] == [
        ("id", "int", "key"),
        ("at", "timestamp", None),
        ("name", "string", None),
    ]
    assert [(f.name, str(f.transform)) for f in table.spec().fields] == [
        ("at_day", "day"),
        ("id_bucket", "bucket[8]"),
        ("name_trunc", "truncate[3]"),
        ("name", "identity"),
    ]
    assert (table.format_version, table.location()) == (2, tables.place)


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ("(a int) | 'owner'='me'", "Unsupported table property key: owner"),
        ("(a int) | 'format'='csv'", "Unsupported table property value: format=csv"),
        ("(a int) | 'format'='orc'", "NOT_SUPPORTED: "),
        ("(a tinyint)", "NOT_SUPPORTED: Type not supported for Iceberg: tinyint"),
        ("(a int) PARTITIONED BY (b)", "COLUMN_NOT_FOUND: "),
        ("(a int) PARTITIONED BY (day(a))", "NOT_SUPPORTED: "),
        ("(a int) PARTITIONED BY (shuffle(a))", "NOT_SUPPORTED: Unsupported partition transform: shuffle"),
        ("(a int) PARTITIONED BY (a, a)", "ICEBERG_INVALID_PARTITIONING: "),
    ],
)
def test_what_create_table_refuses(tables, definition, reason):
    """`definition`: columns and partitions, then what follows table_type in the properties."""
    columns, _, more = definition.partition(" | ")
    properties = ", ".join(["'table_type'='ICEBERG'", *([more] if more else [])])
    sql = f"CREATE TABLE {{t}} {columns} LOCATION '{{place}}' TBLPROPERTIES ({properties})"
    assert tables.error(sql).startswith(reason)
    assert tables.objects() == set()


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ("a int, A int", "FAILED: SemanticException [Error 10036]: Duplicate column name: a"),
        ("a map<int,struct<b:int,c:int,B:int>>", "FAILED: SemanticException [Error 10036]: Duplicate column name: b"),
        ("a array<decimal(99,2)>", "FAILED: IllegalArgumentException Decimal precision out of allowed range [1,38]"),
    ],
)
def test_columns_that_no_schema_holds(tables, columns, reason):
    sql = f"CREATE TABLE {{t}} ({columns}) LOCATION '{{place}}/' TBLPROPERTIES ('table_type'='ICEBERG')"
    assert tables.error(sql) == reason


def test_create_table_refused_at_the_start(tables):
    with pytest.raises(tables.athena.exceptions.InvalidRequestException, match="No location was specified"):
        tables.run("CREATE TABLE {t} (a int) TBLPROPERTIES ('table_type'='ICEBERG')")
    with pytest.raises(tables.athena.exceptions.InvalidRequestException, match="External keyword not supported"):
        tables.run("CREATE EXTERNAL TABLE {t} (a int) LOCATION '{place}' TBLPROPERTIES ('table_type'='ICEBERG')")


def test_create_if_not_exists(tables):
    tables.create()
    again = "TABLE IF NOT EXISTS {t} (x int) LOCATION '{place}' TBLPROPERTIES ('table_type'='ICEBERG')"
    tables.ok(f"CREATE {again}")
    assert "already exists" in tables.error(f"CREATE {again.replace(' IF NOT EXISTS', '')}")


def test_ctas_with_partitions(tables, outside, seen):
    sql = CTAS + ", partitioning = ARRAY['month(at)', 'bucket(id, 4)'], write_compression = 'snappy') AS "
    assert tables.count(sql + "SELECT 1 AS id, DATE '2020-02-01' AS at UNION ALL SELECT 2, NULL") == 2
    assert [str(f.transform) for f in outside().spec().fields] == ["month", "bucket[4]"]
    assert [row[0] for row in seen()] == [1, 2]
    (path,) = tables.rows('SELECT "$path" FROM {t} WHERE id = 1')[0]
    assert tables.footer(path).row_group(0).column(0).compression == "SNAPPY"
    assert "  'write_compression'='SNAPPY'" in [row[0] for row in tables.rows("SHOW CREATE TABLE {t}")]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        (
            "CREATE TABLE {t} WITH (table_type='ICEBERG', is_external=false) AS SELECT 1 AS a",
            "INVALID_TABLE_PROPERTY: ",
        ),
        (CTAS.replace("false", "true") + ") AS SELECT 1 AS a", "NOT_SUPPORTED: "),
        (CTAS + ", nonsense=1) AS SELECT 1 AS a", "INVALID_TABLE_PROPERTY: Catalog 'awsdatacatalog' table property"),
        (CTAS + ") AS SELECT 1", "MISSING_COLUMN_NAME: "),
        (CTAS + ") AS SELECT NULL AS a", "COLUMN_TYPE_UNKNOWN: "),
        (CTAS + ", partitioning=ARRAY['day(a)']) AS SELECT 1 AS a", "NOT_SUPPORTED: "),
        (CTAS + ") AS SELECT 1/(n - 1) AS a FROM (VALUES 1) t(n)", "DIVISION_BY_ZERO: "),
    ],
)
def test_ctas_that_fails_leaves_nothing(tables, sql, reason):
    assert tables.error(sql).startswith(reason)
    assert tables.objects() == set()
    assert tables.error("SELECT * FROM {t}").startswith("TABLE_NOT_FOUND")


def test_ctas_refuses_a_place_that_is_taken(tables):
    tables.put(f"ice/{tables.name}/x", b"x")
    assert tables.error(CTAS + ") AS SELECT 1 AS a").startswith(
        "ICEBERG_FILESYSTEM_ERROR: Cannot create a table on a"
    )


def test_columns_are_found_by_their_id(tables, outside):
    """Renamed, moved, dropped and added again under the old name: files written before keep their meaning."""
    tables.create("a int, b string, c float")
    tables.ok("INSERT INTO {t} VALUES (1, 'old', REAL '1.5')")
    tables.ok("ALTER TABLE {t} CHANGE COLUMN a key int")
    tables.ok("ALTER TABLE {t} DROP COLUMN b")
    tables.ok("ALTER TABLE {t} ADD COLUMNS (b string, a int)")
    tables.ok("ALTER TABLE {t} CHANGE COLUMN a a int FIRST")
    tables.ok("INSERT INTO {t} VALUES (7, 2, REAL '2.5', 'new')")
    assert tables.rows("SELECT a, key, c, b FROM {t} ORDER BY key") == [
        [None, "1", "1.5", None],
        ["7", "2", "2.5", "new"],
    ]
    assert sorted(outside().scan().to_arrow().to_pylist(), key=lambda row: row["key"]) == [
        {"a": None, "key": 1, "c": 1.5, "b": None},
        {"a": 7, "key": 2, "c": 2.5, "b": "new"},
    ]
    assert [row[0].strip() for row in tables.rows("SHOW COLUMNS IN {t}")] == ["a", "key", "c", "b"]


def test_types_grow(tables, outside):
    tables.create("i int, f float, d decimal(5,2)")
    tables.ok("INSERT INTO {t} VALUES (2147483647, REAL '0.5', DECIMAL '999.99')")
    for column, wider in (("i", "bigint"), ("f", "double"), ("d", "decimal(9,2)")):
        tables.ok(f"ALTER TABLE {{t}} CHANGE COLUMN {column} {column} {wider}")
    tables.ok("INSERT INTO {t} VALUES (2147483648, 0.1, DECIMAL '1234567.89')")
    answer = tables.ok("SELECT * FROM {t} ORDER BY i")
    assert answer.columns == [("i", "bigint"), ("f", "double"), ("d", "decimal")]
    assert answer.rows == [["2147483647", "0.5", "999.99"], ["2147483648", "0.1", "1234567.89"]]
    assert tables.rows("SELECT count(*) FROM {t} WHERE i > 2147483647 AND d > 1000") == [["1"]]
    for column, narrower in (
        ("i", "int"),
        ("f", "float"),
        ("d", "decimal(5,2)"),
        ("d", "decimal(9,3)"),
        ("i", "string"),
    ):
        assert "change column type" in tables.error(f"ALTER TABLE {{t}} CHANGE COLUMN {column} {column} {narrower}")


def test_columns_that_cannot_be_added_or_dropped(tables):
    tables.create("id int, name string", "name")
    assert "already exists" in tables.error("ALTER TABLE {t} ADD COLUMNS (ID int)")
    assert "nope" in tables.error("ALTER TABLE {t} DROP COLUMN nope")
    assert tables.error("ALTER TABLE {t} DROP COLUMN name") == "NOT_SUPPORTED: Cannot drop partition field: name"
    assert "nope" in tables.error("ALTER TABLE {t} CHANGE COLUMN nope x int")


def test_describe_and_show_create(tables):
    tables.create("id int COMMENT 'key', p struct<a:int,b:array<string>>", "bucket(4, id)", format="parquet")
    assert [row[0] for row in tables.rows("DESCRIBE {t}")] == [
        "# Table schema:\t\t",
        "# col_name\tdata_type\tcomment",
        "id\tint\tkey",
        "p\tstruct<a: int, b: array<string>>\t",
        "\t\t",
        "# Partition spec:\t\t",
        "# field_name\tfield_transform\tcolumn_name",
        "id_bucket\tbucket[4]\tid",
    ]
    shown = [row[0] for row in tables.rows("SHOW CREATE TABLE {t}")]
    assert shown[0] == f"CREATE TABLE iceberg_tests.{tables.name} ("
    first, tables.name = tables.name, tables.name + "_copy"
    tables.ok("\n".join(shown).replace(first, tables.name))
    assert [row[0].replace(tables.name, first) for row in tables.rows("SHOW CREATE TABLE {t}")] == shown


def test_properties_are_set_and_unset(tables):
    tables.create()
    tables.ok("ALTER TABLE {t} SET TBLPROPERTIES ('vacuum_min_snapshots_to_keep'='3', 'write_compression'='gzip')")
    assert ["vacuum_min_snapshots_to_keep\t3"] in tables.rows("SHOW TBLPROPERTIES {t}")
    assert tables.rows("SHOW TBLPROPERTIES {t}('write_compression')") == [["gzip"]]
    tables.ok("INSERT INTO {t} VALUES (1, 'a')")
    (path,) = tables.rows('SELECT "$path" FROM {t}')[0]
    assert tables.footer(path).row_group(0).column(0).compression == "GZIP"
    tables.ok("ALTER TABLE {t} UNSET TBLPROPERTIES ('write_compression')")
    assert "does not have property" in tables.rows("SHOW TBLPROPERTIES {t}('write_compression')")[0][0]
    tables.ok("ALTER TABLE {t} UNSET TBLPROPERTIES ('Vacuum_Min_Snapshots_To_Keep')")
    assert tables.rows("SHOW TBLPROPERTIES {t}") == [["table_type\ticeberg"]]
    for change in ("SET TBLPROPERTIES ('x'='y')", "UNSET TBLPROPERTIES ('x')"):
        assert tables.error(f"ALTER TABLE {{t}} {change}") == "Unsupported table property key: x"


def test_rename_keeps_everything(tables):
    tables.create()
    tables.ok("INSERT INTO {t} VALUES (1, 'a')")
    tables.ok("ALTER TABLE {t} RENAME TO {t}_renamed")
    assert tables.error("SELECT * FROM {t}").startswith("TABLE_NOT_FOUND")
    tables.name += "_renamed"
    assert tables.count("UPDATE {t} SET name = 'b'") == 1
    assert tables.rows("SELECT * FROM {t}") == [["1", "b"]]


def test_drop_table_deletes_the_files(tables):
    tables.create()
    tables.ok("INSERT INTO {t} VALUES (1, 'a'), (2, 'b')")
    tables.ok("DELETE FROM {t} WHERE id = 1")
    tables.ok("ALTER TABLE {t} ADD COLUMNS (x int)")
    assert tables.objects()
    tables.ok("DROP TABLE {t}")
    assert tables.objects() == set()
    assert tables.error("SELECT * FROM {t}").startswith("TABLE_NOT_FOUND")


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE {t} PARTITION (id=1) SET LOCATION '{place}'",
        "ALTER TABLE {t} PARTITION (id=1) RENAME TO PARTITION (id=2)",
        "SHOW PARTITIONS {t}",
        "MSCK REPAIR TABLE {t}",
    ],
)
def test_what_athena_does_not_offer(tables, sql):
    tables.create()
    assert tables.error(sql) == "Query type not supported by Athena Iceberg at this time"


def test_views_over_iceberg_tables(tables):
    tables.create("id int, at timestamp")
    tables.ok("CREATE OR REPLACE VIEW {t}_view AS SELECT id, at FROM {t} WHERE id > 1")
    tables.ok("INSERT INTO {t} VALUES (1, NULL), (2, TIMESTAMP '2020-01-01 00:00:00')")
    assert tables.rows("SELECT * FROM {t}_view") == [["2", "2020-01-01 00:00:00.000000"]]
    assert tables.error("DELETE FROM {t}_view").startswith("NOT_SUPPORTED: ")


def test_information_schema_knows_the_types(tables):
    tables.create("id int, at timestamp")
    mine = f"table_schema = '{tables.database}' AND table_name = '{{t}}'"
    sql = f"SELECT column_name, data_type FROM information_schema.columns WHERE {mine} ORDER BY 1"
    assert tables.rows(sql) == [["at", "timestamp(6)"], ["id", "integer"]]


def test_a_table_whose_metadata_is_gone(tables, client):
    tables.create()
    glue = client("glue")
    held = glue.get_table(DatabaseName=tables.database, Name=tables.name)["Table"]
    held["Parameters"]["metadata_location"] = f"{tables.place}/metadata/gone.metadata.json"
    described = {key: held[key] for key in ("Name", "Parameters", "StorageDescriptor", "TableType")}
    glue.update_table(DatabaseName=tables.database, TableInput=described)
    reason = f"Metadata not found in metadata location for table iceberg_tests.{tables.name}"
    assert tables.error("SELECT * FROM {t}") == f"ICEBERG_MISSING_METADATA: {reason}"
    tables.ok("SELECT * FROM information_schema.columns WHERE table_name = '{t}'")
    tables.ok("DROP TABLE {t}")
