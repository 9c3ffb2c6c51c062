"""DDL through the API: what it leaves in Glue and S3, and what SHOW and DESCRIBE answer.

Layouts are those of recorded answers and of Hive's own sources; Glue's fields are what the real Athena writes.
"""

import base64
import json
import time
import uuid

import pytest

TEXT = "org.apache.hadoop.mapred.TextInputFormat"


@pytest.fixture(scope="module")
def glue(client):
    return client("glue")


@pytest.fixture(scope="module")
def place(client):
    """A bucket and a database of this module's own."""
    bucket = f"ddl-{uuid.uuid4().hex[:8]}"
    client("s3").create_bucket(Bucket=bucket)
    client("glue").create_database(DatabaseInput={"Name": bucket.replace("-", "_")})
    return bucket, bucket.replace("-", "_")


@pytest.fixture(scope="module")
def run(athena, place):
    """run(sql) → (state, message, rows); {b} in the text is the bucket."""
    bucket, database = place

    def run(sql, **context):
        started = athena.start_query_execution(
            QueryString=sql.replace("{b}", bucket),
            QueryExecutionContext={"Database": database} | context,
            ResultConfiguration={"OutputLocation": f"s3://{bucket}/results/"},
        )["QueryExecutionId"]
        while True:
            execution = athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]
            if execution["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
                break
            time.sleep(0.01)
        rows = []
        if execution["Status"]["State"] == "SUCCEEDED":
            answer = athena.get_query_results(QueryExecutionId=started)["ResultSet"]["Rows"]
            rows = [[cell.get("VarCharValue") for cell in row["Data"]] for row in answer]
        return execution["Status"]["State"], execution["Status"].get("StateChangeReason"), rows

    return run


@pytest.fixture
def ok(run):
    """The rows of a statement that must succeed, as lines where they have one column."""

    def ok(sql, **context):
        state, message, rows = run(sql, **context)
        assert state == "SUCCEEDED", message
        return [row[0] if len(row) == 1 else row for row in rows]

    return ok


@pytest.fixture
def fails(run):
    def fails(sql):
        state, message, _ = run(sql)
        assert state == "FAILED"
        return message

    return fails


def test_create_table_leaves_what_athena_leaves(ok, glue, place):
    bucket, database = place
    ok(
        "CREATE EXTERNAL TABLE left_in_glue (Id int COMMENT 'key', name string) COMMENT 'people' "
        "PARTITIONED BY (p string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION 's3://{b}/t/left/' "
        "TBLPROPERTIES ('skip.header.line.count'='1')"
    )
    table = glue.get_table(DatabaseName=database, Name="left_in_glue")["Table"]
    storage = table["StorageDescriptor"]
    assert table["TableType"] == "EXTERNAL_TABLE" and table["Owner"] == "hadoop"
    assert table["Parameters"].pop("transient_lastDdlTime").isdigit()
    assert table["Parameters"] == {"EXTERNAL": "TRUE", "comment": "people", "skip.header.line.count": "1"}
    assert table["PartitionKeys"] == [{"Name": "p", "Type": "string"}]
    assert storage["Columns"] == [
        {"Name": "id", "Type": "int", "Comment": "key"},
        {"Name": "name", "Type": "string"},
    ]
    assert (storage["Location"], storage["InputFormat"]) == (f"s3://{bucket}/t/left", TEXT)
    assert storage["OutputFormat"] == "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
    assert storage["SerdeInfo"] == {
        "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
        "Parameters": {"field.delim": ",", "serialization.format": ","},
    }


@pytest.mark.parametrize(
    ("stored", "serde"),
    [
        ("PARQUET", "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"),
        ("ORC", "org.apache.hadoop.hive.ql.io.orc.OrcSerde"),
        ("AVRO", "org.apache.hadoop.hive.serde2.avro.AvroSerDe"),
    ],
)
def test_stored_as(ok, glue, place, stored, serde):
    name = f"stored_{stored.lower()}"
    ok(f"CREATE EXTERNAL TABLE {name} (a int) STORED AS {stored} LOCATION 's3://{{b}}/t/{name}/'")
    storage = glue.get_table(DatabaseName=place[1], Name=name)["Table"]["StorageDescriptor"]
    assert storage["SerdeInfo"]["SerializationLibrary"] == serde
    assert stored.lower() in storage["InputFormat"].lower() and stored.lower() in storage["OutputFormat"].lower()


ROUND_TRIPS = {
    "delimited": "(a int COMMENT 'a key', b map<string,int>) ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' "
    "COLLECTION ITEMS TERMINATED BY '|' MAP KEYS TERMINATED BY ':' LINES TERMINATED BY '\\n'",
    "csv": "(a string) PARTITIONED BY (p int, q string COMMENT 'x') ROW FORMAT SERDE "
    "'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH SERDEPROPERTIES ('separatorChar'=',','quoteChar'='\\\"')",
    "parquet": "(a int, d decimal(10,2)) COMMENT 'c' CLUSTERED BY (a) INTO 4 BUCKETS STORED AS PARQUET",
    "regex": "(a string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe' WITH SERDEPROPERTIES "
    "('input.regex'='^(\\\\d+)$')",
}


@pytest.mark.parametrize("kind", ROUND_TRIPS)
def test_show_create_table_is_a_statement_that_makes_the_same_table(ok, glue, place, kind):
    name = f"trip_{kind}"
    ok(f"CREATE EXTERNAL TABLE {name} {ROUND_TRIPS[kind]} LOCATION 's3://{{b}}/t/{name}/'")
    before = glue.get_table(DatabaseName=place[1], Name=name)["Table"]
    shown = "\n".join(ok(f"SHOW CREATE TABLE {name}"))
    ok(f"DROP TABLE {name}")
    ok(shown)
    after = glue.get_table(DatabaseName=place[1], Name=name)["Table"]
    if kind in ("csv", "regex"):  # Hive asks these SerDes for their columns, and they know no comments
        assert "COMMENT 'from deserializer'" in shown
        for column in after["StorageDescriptor"]["Columns"]:
            column.pop("Comment", None)
    for part in ("StorageDescriptor", "PartitionKeys", "Parameters"):
        assert after[part] == before[part]


def test_show_create_table_of_a_partitioned_parquet_table(ok, place):
    ok("CREATE EXTERNAL TABLE shown (a int, b string) PARTITIONED BY (y int, m string) STORED AS PARQUET "
       "LOCATION 's3://{b}/t/shown/' TBLPROPERTIES ('zeta'='1','transient_lastDdlTime'='7','alpha'='2')")  # fmt: skip
    assert ok("SHOW CREATE TABLE shown") == [
        "CREATE EXTERNAL TABLE `shown`(",
        "  `a` int, ",
        "  `b` string)",
        "PARTITIONED BY ( ",
        "  `y` int, ",
        "  `m` string)",
        "ROW FORMAT SERDE ",
        "  'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' ",
        "STORED AS INPUTFORMAT ",
        "  'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat' ",
        "OUTPUTFORMAT ",
        "  'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat'",
        "LOCATION",
        f"  's3://{place[0]}/t/shown'",
        "TBLPROPERTIES (",
        "  'alpha'='2', ",
        "  'transient_lastDdlTime'='7', ",
        "  'zeta'='1')",
    ]


def test_describe_a_partitioned_table(ok):
    ok(
        "CREATE EXTERNAL TABLE described (a int COMMENT 'n') PARTITIONED BY (p string) LOCATION 's3://{b}/t/described/'"
    )
    column, key = "a                   \tint                 \tn                   ", "p".ljust(20)
    key += "\tstring              \t" + " " * 20
    header = "# col_name            \tdata_type           \tcomment             "
    blank = "\t \t "
    assert ok("DESCRIBE described") == [column, key, blank, "# Partition Information\t \t ", header, blank, key]
    formatted = ok("DESCRIBE FORMATTED described")
    assert formatted[:4] == [header, blank, column, blank]
    assert "Table Type:         \tEXTERNAL_TABLE      \t " in formatted
    assert ok("DESCRIBE described a") == ["a                   \tint                 \tfrom deserializer   "]


def test_partitions_are_added_renamed_and_dropped(ok, fails, glue, place):
    bucket, database = place
    ok(
        "CREATE EXTERNAL TABLE parted (a int) PARTITIONED BY (y int, m string) STORED AS ORC LOCATION 's3://{b}/t/parted/'"
    )
    ok("ALTER TABLE parted ADD PARTITION (m='a/b', y=2023) PARTITION (y=2024, m='02') LOCATION 's3://{b}/else/'")
    found = glue.get_partitions(DatabaseName=database, TableName="parted")["Partitions"]
    assert {tuple(p["Values"]): p["StorageDescriptor"]["Location"] for p in found} == {
        ("2023", "a/b"): f"s3://{bucket}/t/parted/y=2023/m=a%2Fb",
        ("2024", "02"): f"s3://{bucket}/else",
    }
    assert ok("SHOW PARTITIONS parted") == ["y=2023/m=a%2Fb", "y=2024/m=02"]
    assert "already exists" in fails("ALTER TABLE parted ADD PARTITION (y=2024, m='02')")
    ok("ALTER TABLE parted ADD IF NOT EXISTS PARTITION (y=2024, m='02') PARTITION (y=2025, m='x')")
    ok("ALTER TABLE parted PARTITION (y=2025, m='x') RENAME TO PARTITION (y=2026, m='x')")
    ok("ALTER TABLE parted DROP PARTITION (y < 2026)")
    assert ok("SHOW PARTITIONS parted") == ["y=2026/m=x"]
    assert "[Error 10006]: Partition not found" in fails("ALTER TABLE parted DROP PARTITION (y=1)")
    ok("ALTER TABLE parted DROP IF EXISTS PARTITION (y=1)")
    assert "doesn't contain all (2) partition columns" in fails("ALTER TABLE parted ADD PARTITION (y=1)")
    assert "cannot be converted to type int" in fails("ALTER TABLE parted ADD PARTITION (y='x', m='1')")


def test_repair_adds_and_never_drops(ok, s3, place):
    ok("CREATE EXTERNAL TABLE repaired (a int) PARTITIONED BY (y int, m string) LOCATION 's3://{b}/t/repaired/'")
    ok("ALTER TABLE repaired ADD PARTITION (y=1999, m='gone')")
    for key in ("y=2024/m=01/f", "y=2024/m=a%20b/f", "y=x/m=01/f", "Y=2024/m=09/f", "2024/01/f", "_y=2024/m=08/f"):
        s3.put_object(Bucket=place[0], Key="t/repaired/" + key, Body=b"1")
    assert ok("MSCK REPAIR TABLE repaired") == [
        "Partitions not in metastore:\trepaired:y=2024/m=01\trepaired:y=2024/m=a%20b",
        "Partitions missing from filesystem:\trepaired:y=1999/m=gone",
        "Repair: Added partition to metastore repaired:y=2024/m=01",
        "Repair: Added partition to metastore repaired:y=2024/m=a%20b",
    ]
    assert ok("MSCK REPAIR TABLE repaired") == ["Partitions missing from filesystem:\trepaired:y=1999/m=gone"]
    assert ok("SHOW PARTITIONS repaired") == ["y=1999/m=gone", "y=2024/m=01", "y=2024/m=a b"]


def test_columns_change_and_old_partitions_keep_theirs(ok, fails, glue, place):
    ok("CREATE EXTERNAL TABLE changed (a int, b string) PARTITIONED BY (p int) LOCATION 's3://{b}/t/changed/'")
    ok("ALTER TABLE changed ADD PARTITION (p=1)")
    ok("ALTER TABLE changed ADD COLUMNS (c double COMMENT 'x')")
    assert "Duplicate column name: p" in fails("ALTER TABLE changed ADD COLUMNS (p int)")
    ok("ALTER TABLE changed CHANGE COLUMN a z bigint AFTER b")

    def columns(described):
        return [(c["Name"], c["Type"]) for c in described["StorageDescriptor"]["Columns"]]

    table = glue.get_table(DatabaseName=place[1], Name="changed")["Table"]
    assert columns(table) == [("b", "string"), ("z", "bigint"), ("c", "double")]
    partition = glue.get_partition(DatabaseName=place[1], TableName="changed", PartitionValues=["1"])["Partition"]
    assert columns(partition) == [("a", "int"), ("b", "string")]
    ok("ALTER TABLE changed REPLACE COLUMNS (lone string)")
    assert ok("SHOW COLUMNS IN changed") == ["lone".ljust(20), "p".ljust(20)]


def test_drop_table_leaves_the_files(ok, fails, s3, place):
    s3.put_object(Bucket=place[0], Key="t/dropped/f", Body=b"1")
    ok("CREATE EXTERNAL TABLE dropped (a int) LOCATION 's3://{b}/t/dropped/'")
    ok("DROP TABLE dropped")
    assert s3.get_object(Bucket=place[0], Key="t/dropped/f")["Body"].read() == b"1"
    assert (
        fails("DROP TABLE dropped") == f"FAILED: SemanticException [Error 10001]: Table not found {place[1]}.dropped"
    )


def test_databases(ok, fails, place):
    name = place[1] + "_more"
    ok(f"CREATE DATABASE {name} COMMENT 'c' LOCATION 's3://x/' WITH DBPROPERTIES ('k'='v')")
    ok(f"CREATE EXTERNAL TABLE {name}.t (a int) LOCATION 's3://{{b}}/t/more/'")
    assert f"Database {name} is not empty. One or more tables exist." in fails(f"DROP DATABASE {name}")
    assert ok(f"SHOW DATABASES LIKE '{name[:-2]}.*'") == [name]
    ok(f"DROP DATABASE {name} CASCADE")
    assert fails(f"DROP SCHEMA {name}") == f"FAILED: SemanticException [Error 10072]: Database does not exist: {name}"


def test_views_in_the_catalog(ok, fails, glue, place):
    ok("CREATE EXTERNAL TABLE viewed (a int, b varchar(3)) LOCATION 's3://{b}/t/viewed/'")
    ok("CREATE VIEW over_viewed AS SELECT b, a + 1 AS more FROM viewed")
    described = glue.get_table(DatabaseName=place[1], Name="over_viewed")["Table"]
    assert described["TableType"] == "VIRTUAL_VIEW" and described["ViewOriginalText"].startswith("/* Presto View: ")
    assert described["StorageDescriptor"]["Columns"] == [
        {"Name": "b", "Type": "varchar(3)"},
        {"Name": "more", "Type": "int"},
    ]
    assert ok("DESCRIBE over_viewed") == ["b\tvarchar(3)", "more\tinteger"]
    assert ok("SHOW VIEWS") == ["over_viewed"]
    text = ["CREATE VIEW {d}.over_viewed AS", "SELECT", "  b", ", (a + 1) more", "FROM", "  viewed"]
    assert ok("SHOW CREATE VIEW over_viewed") == [line.format(d=place[1]) for line in text]
    exists = "TABLE_ALREADY_EXISTS: line 1:1: {} already exists: 'awsdatacatalog." + place[1]
    assert fails("CREATE VIEW over_viewed AS SELECT 1 AS x") == exists.format("View") + ".over_viewed'"
    assert fails("CREATE OR REPLACE VIEW viewed AS SELECT 1 AS x") == exists.format("Table") + ".viewed'"
    assert "COLUMN_NOT_FOUND" in fails("CREATE VIEW broken AS SELECT nope FROM viewed")
    assert fails("DROP TABLE over_viewed").endswith("Cannot drop a view with DROP TABLE")


def test_a_view_keeps_the_query_as_trino_writes_it(ok, glue, place):
    ok("CREATE VIEW kept AS select 1.50 AS n, 'x'  as \"S\"")
    text = glue.get_table(DatabaseName=place[1], Name="kept")["Table"]["ViewOriginalText"]
    view = json.loads(base64.b64decode(text.split()[3]))
    assert view["originalSql"] == "SELECT\n  1.5E0 n\n, 'x' \"S\"\n\n"


def test_describing_what_is_not_there_is_refused_at_once(athena, run):
    for sql in ("DESCRIBE nothing", 'DESCRIBE "nothing"', "SHOW COLUMNS IN nothing", "DESC nodb.nothing"):
        with pytest.raises(athena.exceptions.InvalidRequestException, match=r"Entity Not Found \(Service: Amazon"):
            run(sql)


def test_what_hive_says_about_what_is_not_there(run, ok, fails, place):
    ok("CREATE EXTERNAL TABLE there (n int, s string) PARTITIONED BY (p int) LOCATION 's3://{b}/t/there/'")
    assert fails("SHOW CREATE TABLE nothing") == "FAILED: SemanticException [Error 10001]: Table not found nothing"
    assert fails("DESCRIBE EXTENDED nothing") == "FAILED: SemanticException [Error 10001]: Table not found nothing"
    assert fails("DESC FORMATTED nodb.t") == "FAILED: SemanticException [Error 10072]: Database does not exist: nodb"
    assert fails("DESCRIBE there nope").endswith("DDLTask. cannot find field nope from [0:n, 1:s]")
    assert fails("DESCRIBE there PARTITION (p=7)").endswith("[Error 10006]: Partition not found {p=7}")
    assert ok("MSCK REPAIR TABLE there") == ["Tables missing on filesystem:\tthere"]
    assert ok("MSCK REPAIR TABLE nothing") == ["Tables not in metastore:\tnothing"]


@pytest.mark.parametrize(
    ("sql", "shown", "database"),
    [
        ("DESCRIBE {d}.named", "DESCRIBE named", "{d}"),
        ("DESCRIBE AwsDataCatalog.{d} . named n", "DESCRIBE named n", "{d}"),
        ("DESC EXTENDED {D}.named", "DESC EXTENDED named", "{D}"),
        ("SHOW COLUMNS FROM AwsDataCatalog.{d}.named", "SHOW COLUMNS FROM {d}.named", "{d}"),
        ("SHOW COLUMNS FROM {d}.named", "SHOW COLUMNS FROM {d}.named", "other"),
        ("SHOW TABLES IN awsdatacatalog.{d}", "SHOW TABLES IN {d}", "{d}"),
        ("SHOW VIEWS IN awsdatacatalog.{d}", "SHOW VIEWS IN awsdatacatalog.{d}", "other"),
        ("SHOW TBLPROPERTIES awsdatacatalog.{d}.named", "SHOW TBLPROPERTIES {d}.named", "{d}"),
        ("DROP TABLE IF EXISTS awsdatacatalog.{d}.nope", "DROP TABLE IF EXISTS {d}.nope", "{d}"),
    ],
)
def test_the_text_and_the_context_that_are_shown(athena, ok, place, sql, shown, database):
    ok("CREATE EXTERNAL TABLE IF NOT EXISTS named (n int) LOCATION 's3://{b}/t/named/'")
    names = {"d": place[1], "D": place[1].upper()}
    started = athena.start_query_execution(
        QueryString=sql.format(**names),
        QueryExecutionContext={"Database": "other"},
        ResultConfiguration={"OutputLocation": f"s3://{place[0]}/results/"},
    )["QueryExecutionId"]
    execution = athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]
    assert execution["Query"] == shown.format(**names)
    assert execution["QueryExecutionContext"]["Database"] == database.format(**names)


def test_a_views_name_may_be_quoted_and_a_tables_may_not(athena, ok, run):
    ok("CREATE EXTERNAL TABLE unquoted (n int) LOCATION 's3://{b}/t/unquoted/'")
    ok("CREATE OR REPLACE VIEW quoted AS SELECT 1 AS a")
    assert ok('DESCRIBE "quoted"') == ok('SHOW COLUMNS IN "quoted"') == ["a\tinteger"]
    with pytest.raises(athena.exceptions.InvalidRequestException, match="no viable alternative"):
        run('DESCRIBE "unquoted"')


def test_patterns_of_databases_are_java_s(ok, fails, place):
    """Measured on the real service by a third party: the whole name, its case, * alone, a pattern that is none."""
    _, database = place
    assert database in ok("SHOW DATABASES LIKE '*'")
    assert ok(f"SHOW DATABASES LIKE '{database}'") == ok(f"SHOW DATABASES LIKE '{database[:3]}.*'") == [database]
    assert ok(f"SHOW DATABASES LIKE '{database[:3]}*'") == ok(f"SHOW SCHEMAS LIKE '{database.upper()}'") == []
    message = fails("SHOW DATABASES LIKE '*x'")
    assert "java.util.regex.PatternSyntaxException: Dangling meta character '*' near index 0\n*x\n^" in message


def test_properties_come_in_the_order_of_java_s_hash_map(ok, place):
    """The order was measured on the real service by a third party, for this very property."""
    ok("CREATE EXTERNAL TABLE noted (a int) LOCATION 's3://{b}/noted/' TBLPROPERTIES ('note'='x')")
    keys = [line.split("\t")[0] for line in ok("SHOW TBLPROPERTIES noted")]
    assert keys == ["EXTERNAL", "transient_lastDdlTime", "note"]


def test_a_table_that_is_there_already(ok, fails, place):
    """Measured on the real service by a third party; the message is Hive's, without its last letters."""
    create = "CREATE EXTERNAL TABLE twice (a int) LOCATION 's3://{b}/twice/'"
    ok(create)
    assert fails(create) == (
        "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. "
        "AlreadyExistsException(message:Table twice already exist)"
    )


def test_ctas_with_column_aliases_needs_names_in_its_query(fails):
    """Measured on the real service by a third party: the aliases do not count."""
    assert fails("CREATE TABLE aliased (n) AS VALUES 1").startswith(
        "MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1."
    )
    assert fails("CREATE TABLE aliased (n) AS SELECT 1 AS m").startswith("NOT_SUPPORTED: ")


def test_a_comment_is_kept_on_one_line(ok, glue, place):
    """Seen by PyAthena's own tests on the real service."""
    ok("CREATE EXTERNAL TABLE told (a int) COMMENT '\nfirst\n\nsecond  word\n' LOCATION 's3://{b}/t/told/'")
    table = glue.get_table(DatabaseName=place[1], Name="told")["Table"]
    assert table["Parameters"]["comment"] == " first second word "


@pytest.mark.parametrize(
    ("serde", "output_format"),
    [
        ("org.openx.data.jsonserde.JsonSerDe", "org.apache.hadoop.hive.ql.io.IgnoreKeyTextOutputFormat"),
        ("org.apache.hive.hcatalog.data.JsonSerDe", "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"),
        ("org.apache.hadoop.hive.serde2.OpenCSVSerde", "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"),
    ],
)
def test_output_format_of_a_serde(ok, glue, place, serde, output_format):
    """What PyAthena's own tests reflect on the real service."""
    name = serde.rpartition(".")[2].lower() + serde.split(".")[1]
    ok(f"CREATE EXTERNAL TABLE {name} (a string) ROW FORMAT SERDE '{serde}' LOCATION 's3://{{b}}/t/{name}/'")
    found = glue.get_table(DatabaseName=place[1], Name=name)["Table"]["StorageDescriptor"]
    assert (found["InputFormat"], found["OutputFormat"]) == (TEXT, output_format)
