"""Hive DDL as text: what is read out of it, what is refused, and what Hive itself would mind."""

import pytest

from helpers.local.athena.errors import RequestError
from helpers.local.athena.sql import ddl_comments, ddl_tree
from helpers.local.athena.sql.ddl_parser import parse_ddl, tokens_of

# Trino's list after CREATE, as the real service gives it for CREATE EXTERNAL TABLE with a mistake in it.
AFTER_CREATE = "'MATERIALIZED', 'MULTI', 'OR', 'PROTECTED', 'ROLE', 'SCHEMA', 'TABLE', 'VIEW'"


def parse(sql):
    return parse_ddl(sql)


def create(columns, rest=""):
    return parse(f"CREATE EXTERNAL TABLE t ({columns}) {rest} LOCATION 's3://b/t/'")


def test_types_are_written_as_hive_keeps_them():
    table = create(
        "A INT, b Decimal( 10 , 2 ), c decimal, d ARRAY<STRUCT<X:bigint, `y`: map<string , varchar(3)>>>, e char(1)"
    )
    assert [(c.name, c.type) for c in table.columns] == [
        ("a", "int"),
        ("b", "decimal(10,2)"),
        ("c", "decimal(10,0)"),
        ("d", "array<struct<x:bigint,y:map<string,varchar(3)>>>"),
        ("e", "char(1)"),
    ]
    assert table.complaint is None


def test_clauses_of_create_table():
    table = parse(
        """CREATE EXTERNAL TABLE IF NOT EXISTS `Db`.`Orders` (`date` date COMMENT 'day; "x"', n int) COMMENT 'c'
        PARTITIONED BY (Y int, m string COMMENT 'month') CLUSTERED BY (n) SORTED BY (n DESC) INTO 8 BUCKETS
        ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' COLLECTION ITEMS TERMINATED BY '\\002'
        MAP KEYS TERMINATED BY ':' LINES TERMINATED BY '\\n' NULL DEFINED AS '-'
        STORED AS TEXTFILE LOCATION 's3://b/o/' TBLPROPERTIES ("skip.header.line.count"="1", 'k'='it\\'s')"""
    )
    assert table.name.parts == ("db", "orders") and table.if_not_exists and table.external
    assert table.columns[0] == ddl_tree.ColumnDef("date", "date", 'day; "x"')
    assert [c.name for c in table.partitioned_by] == ["y", "m"] and table.partitioned_by[1].comment == "month"
    assert (table.clustered_by, table.sorted_by, table.buckets) == (["n"], [("n", 0)], 8)
    assert table.row_format == (
        "delimited",
        {
            "field.delim": "\t",
            "escape.delim": "\\",
            "colelction.delim": "\x02",
            "mapkey.delim": ":",
            "line.delim": "\n",
            "serialization.null.format": "-",
            "serialization.format": "\t",
        },
    )
    assert table.properties == {"skip.header.line.count": "1", "k": "it's"}


def test_the_users_guides_opencsv_example():
    sql = (
        "CREATE EXTERNAL TABLE t (a string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' "
        r"""WITH SERDEPROPERTIES ("separatorChar" = ";", "quoteChar" = "\"", "escapeChar" = "\\") """
        "LOCATION 's3://b/t/'"
    )
    assert parse(sql).serde_properties == {"separatorChar": ";", "quoteChar": '"', "escapeChar": "\\"}
    assert not [t for t in tokens_of(sql) if t.upper == ";"], "a semicolon inside Hive's quotes ends no statement"


def test_regular_expressions_keep_what_hive_keeps():
    sql = r"ALTER TABLE t SET TBLPROPERTIES ('input.regex'='^(\\d+)\t([^ ]*) \[x\]$', 'p'='100\%')"
    assert parse(sql).properties == {"input.regex": "^(\\d+)\t([^ ]*) [x]$", "p": "100\\%"}


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE EXTERNAL TABLE t (a int NOT NULL) LOCATION 's3://b/t/'",
        "CREATE EXTERNAL TABLE t (a int,) LOCATION 's3://b/t/'",
        "CREATE EXTERNAL TABLE t (a int) LOCATION 's3://b/t/' STORED AS ORC",  # Hive fixes the clauses' order
        "CREATE EXTERNAL TABLE t (a int) LOCATION 's3://b/t/' TBLPROPERTIES (ignore.malformed.json=true)",
        "CREATE EXTERNAL TABLE t (a int) PARTITIONED BY (p) LOCATION 's3://b/t/'",
        "CREATE EXTERNAL TABLE t AS SELECT 1",
        "CREATE DATABASE d LOCATION",
    ],
)
def test_a_mistake_in_hives_words_is_explained_in_trinos(sql):
    with pytest.raises(RequestError) as refused:
        parse(sql)
    word = sql.split()[1]
    assert refused.value.message == f"line 1:8: mismatched input '{word}'. Expecting: {AFTER_CREATE}"
    assert refused.value.code == "MALFORMED_QUERY"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("CREATE EXTERNAL TABLE t (a int)", "No location was specified for table. An S3 location must be specified"),
        ("CREATE TABLE t (a int) LOCATION 's3://b/'", "External keyword required for table type HIVE"),
        ("ALTER TABLE t ADD COLUMN c int", "line 1:19: no viable alternative at input 'ALTER TABLE t ADD COLUMN'"),
        ("DESCRIBE a.B.c.d", "Invalid table name a.b.c.d"),
        ("DROP TABLE a.b.c.d", "line 1:17: mismatched input '.' expecting {<EOF>, 'PURGE'}"),
        ("ALTER TABLE a.b.c.d RENAME TO x", "line 1:18: no viable alternative at input 'ALTER TABLE a.b.c.'"),
        ("ALTER TABLE\nt ADD COLUMN c int", "line 2:7: no viable alternative at input 'ALTER TABLE\\nt ADD COLUMN'"),
        ("ALTER TABLE IF EXISTS t RENAME TO u", "line 1:16: no viable alternative at input 'ALTER TABLE IF EXISTS'"),
        ("ALTER TABLE IF EXISTS t ALTER COLUMN c SET DATA TYPE int", "line 1:25: mismatched input 'ALTER'. "
         "Expecting: '.', 'ADD', 'DROP', 'RENAME'"),
        ("ALTER TABLE \"t\" ADD COLUMNS (c int)", "line 1:21: mismatched input 'COLUMNS'. Expecting: '.', 'ADD'"),
        ("CREATE TABLE t (c int) WITH (format = 'ORC')", "line 1:29: no viable alternative at input "
         "'CREATE TABLE t (c int) WITH ('"),
        ("CREATE TABLE t (c struct<\"f\":int>)", "line 1:25: mismatched input '<'. Expecting: ')', ','"),
        ("SHOW CREATE TABLE \"t\"", "Queries of this type are not supported"),
        ("SHOW TABLES IN a.b.\"c\"", "line 1:19: extraneous input '.' expecting {<EOF>, 'LIKE', STRING}"),
        ("DESCRIBE EXTENDED \"t\"", "line 1:19: mismatched input '\"t\"'. Expecting: '.', <EOF>"),
        ("CREATE TABLE NoCat.d.t (c int)", "Catalog 'NoCat' does not exist"),
        ("SHOW CATALOGS", "line 1:6: no viable alternative at input 'SHOW CATALOGS'"),
        ("DROP TABLE t x", "line 1:14: mismatched input 'x'. Expecting: '.', <EOF>"),
        ("SHOW TABLES FROM d LIKE", "line 1:24: mismatched input '<EOF>'. Expecting: <string>"),
        ("DROP DATABASE d CASCAD", "line 1:6: mismatched input 'DATABASE'. Expecting: "
         "'MATERIALIZED', 'ROLE', 'SCHEMA', 'TABLE', 'VIEW'"),
        ("CREATE VIEW `v` AS SELECT 1", "line 1:13: backquoted identifiers are not supported; use double quotes to "
         "quote identifiers"),
    ],
)  # fmt: skip
def test_refused_at_the_start(sql, message):
    with pytest.raises(RequestError) as refused:
        parse(sql)
    assert refused.value.message == message


@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        (
            "CREATE EXTERNAL TABLE t (date string) LOCATION 's3://b/t/'",
            "line 1:25 Failed to recognize predicate 'date'. Failed rule: 'identifier' in column specification",
        ),
        (
            "CREATE EXTERNAL TABLE t (\n a int) PARTITIONED BY (\n  user string) LOCATION 's3://b/t/'",
            "line 3:2 Failed to recognize predicate 'user'. Failed rule: 'identifier' in column specification",
        ),
        (
            "CREATE EXTERNAL TABLE t (a integer) LOCATION 's3://b/t/'",
            "line 1:27 cannot recognize input near 'integer' ')' 'LOCATION' in column type",
        ),
        ("CREATE EXTERNAL TABLE t (`date` string, time string) LOCATION 's3://b/t/'", None),
        (  # as awswrangler writes it, whose own tests have a column `partition`
            "CREATE TABLE t (`partition` bigint) PARTITIONED BY (partition) LOCATION 's3://b/t/' "
            "TBLPROPERTIES ('table_type'='ICEBERG')",
            None,
        ),
    ],
)
def test_what_only_hive_minds(sql, complaint):
    assert parse(sql).complaint == (complaint and "FAILED: ParseException " + complaint)


@pytest.mark.parametrize(
    ("hive_type", "complaint"),
    [
        ("decimal(38,38)", None),
        ("decimal(39,2)", "IllegalArgumentException Decimal precision out of allowed range [1,38]"),
        ("array<decimal(0)>", "IllegalArgumentException Decimal precision out of allowed range [1,38]"),
        ("decimal(5,39)", "IllegalArgumentException Decimal scale out of allowed range [0,38]"),
        ("decimal(5,6)", "IllegalArgumentException Decimal scale must be less than or equal to precision"),
        ("varchar(65535)", None),
        ("varchar(65536)", "RuntimeException Varchar length 65536 out of allowed range [1, 65535]"),
        ("struct<a:char(256)>", "RuntimeException Char length 256 out of allowed range [1, 255]"),
    ],
)
def test_sizes_that_a_hive_type_can_have(hive_type, complaint):
    """HiveDecimalUtils and BaseCharUtils; Hive's driver puts the exception's name before what it says."""
    parsed = parse(f"CREATE EXTERNAL TABLE t (a {hive_type}) LOCATION 's3://b/t/'")
    assert parsed.complaint == (complaint and "FAILED: " + complaint)


@pytest.mark.parametrize(
    ("sql", "complaint"),
    [
        ("DESCRIBE t /* c */", "line 1:11 missing EOF at '/' near 't'"),
        ("DESCRIBE -- /* no */\nt", None),
        ("desc  /* c */ t", "line 1:0 cannot recognize input near 'desc' '/' '*' in describe statement"),
        ("DESCRIBE EXTENDED /* c */ t",
         "line 1:18 cannot recognize input near '/' '*' 'c' in specifying describe table types"),
        ("SHOW  CREATE /* c */ TABLE t",
         "line 1:12 mismatched input '/' expecting TABLE near 'CREATE' in show statement"),
        ("SHOW\n/* c */ CREATE TABLE t", "line 2:0 cannot recognize input near 'SHOW' '/' '*' in ddl statement"),
        ("/**/ SHOW CREATE TABLE t", "line 1:0 cannot recognize input near '/' '*' '*'"),
        ("/* 'a b' */ MSCK REPAIR TABLE t", "line 1:0 cannot recognize input near '/' '*' ''a b''"),
        ("SHOW CREATE TABLE d./* c */t", "line 1:20 cannot recognize input near 'd' '.' '/' in table name"),
        ("ALTER  TABLE /* c */ t RENAME TO u", "line 1:12 cannot recognize input near '/' '*' 'c' in table name"),
        ("ALTER TABLE t /* c */ ADD COLUMNS (c int)",
         "line 1:14 cannot recognize input near '/' '*' 'c' in alter table statement"),
        ("ALTER /* c */ TABLE t ADD PARTITION (p='1')", None),
        ("SHOW PARTITIONS /* c */ t", None),
        ("CREATE EXTERNAL /* c */ TABLE t (a int) LOCATION 's3://b/'", None),
    ],
)  # fmt: skip
def test_hive_knows_no_block_comments(sql, complaint):
    assert ddl_comments.complaint(parse(sql)) == (complaint and "FAILED: ParseException " + complaint)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ('DESCRIBE "t"', "line 1:10: no viable alternative at input 'DESCRIBE \"t\"'"),
        ('DESCRIBE d."t"', "line 1:12: no viable alternative at input 'd.\"t\"'"),
        ('DESCRIBE awsdatacatalog.d."t"', "line 1:27: mismatched input '\"t\"' expecting {"),
        ('SHOW COLUMNS IN "t"', "line 1:17: mismatched input '\"t\"' expecting {"),
    ],
)
def test_a_quoted_name_is_kept_until_it_is_known_to_be_no_views(sql, message):
    assert parse(sql).refusal.message.startswith(message)


def test_partition_specs():
    added = parse(
        "ALTER TABLE t ADD IF NOT EXISTS PARTITION (y=2024, m='02') LOCATION 's3://b/x/' PARTITION (y=1,m='')"
    )
    assert [(p.values, p.location) for p in added.partitions] == [
        ({"y": "2024", "m": "02"}, "s3://b/x/"),
        ({"y": "1", "m": ""}, None),
    ]
    dropped = parse("ALTER TABLE t DROP IF EXISTS PARTITION (y >= 2020, m <> 'x'), PARTITION (y = -1)")
    assert [p.terms for p in dropped.partitions] == [
        (("y", ">=", "2020"), ("m", "<>", "x")),
        (("y", "=", "-1"),),
    ]


def test_a_views_query_keeps_its_positions():
    sql = "CREATE OR REPLACE VIEW \"D\".v COMMENT 'x' AS\n  SELECT nope"
    view = parse(sql)
    assert (view.name.parts, view.replace, view.comment) == (("d", "v"), True, "x")
    assert view.query.splitlines()[1] == "  SELECT nope" and view.query.strip() == "SELECT nope"


@pytest.mark.parametrize(
    "sql", ["SELECT 1", "CREATE TABLE t AS SELECT 1", "SHOW FUNCTIONS", "MSCK TABLE t", "INSERT INTO t SELECT 1"]
)
def test_left_to_the_other_parser(sql):
    assert parse(sql) is None
