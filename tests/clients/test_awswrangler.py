"""awswrangler (AWS SDK for pandas) as its documentation uses it; pandas says what is right."""

import io

import awswrangler as wr
import boto3
import pandas as pd
import pyarrow.parquet as pq
import pytest

BUCKET, DATABASE = "clients", "wrangler"
OUT = f"s3://{BUCKET}/wrangler/out/"
FAST = {"athena_query_wait_polling_delay": 0.02}  # seconds; 1 by default
APPROACHES = {
    "ctas": {"ctas_approach": True},
    "plain": {"ctas_approach": False},
    "unload": {"ctas_approach": False, "unload_approach": True},
}
pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(scope="module", autouse=True)
def lake(aws, orders):
    """A table partitioned by region, written as Parquet."""
    wr.catalog.create_database(DATABASE)
    wr.s3.to_parquet(
        orders,
        path=f"s3://{BUCKET}/wrangler/orders/",
        dataset=True,
        database=DATABASE,
        table="orders",
        partition_cols=["region"],
        mode="overwrite",
    )


def read(sql, approach="plain", **options):
    """read_sql_query; an UNLOAD wants an empty folder for each query."""
    out = f"{OUT}{abs(hash((sql, approach, str(options))))}/" if approach == "unload" else OUT
    return wr.athena.read_sql_query(sql, database=DATABASE, s3_output=out, **FAST, **APPROACHES[approach], **options)


def same(left, right):
    pd.testing.assert_frame_equal(left.reset_index(drop=True), right.reset_index(drop=True), check_dtype=False)


def test_catalog_knows_the_dataset(orders):
    assert DATABASE in wr.catalog.databases()["Database"].tolist()
    tables = wr.catalog.tables(database=DATABASE)
    assert tables[tables["Table"] == "orders"]["Partitions"].tolist() == ["region"]
    assert wr.catalog.get_table_types(DATABASE, "orders") == {
        "id": "bigint",
        "name": "string",
        "price": "double",
        "amount": "decimal(7,2)",
        "paid": "boolean",
        "day": "date",
        "seen": "timestamp",
        "tags": "array<string>",
        "region": "string",
    }
    partitions = wr.catalog.get_partitions(DATABASE, "orders")
    folder = f"s3://{BUCKET}/wrangler/orders/"
    assert partitions == {f"{folder}region={name}/": [name] for name in sorted(set(orders["region"]))}
    assert wr.catalog.get_table_location(DATABASE, "orders").rstrip("/") == folder.rstrip("/")


@pytest.mark.parametrize("approach", ["ctas", "unload"])
def test_whole_table_comes_back(orders, approach):
    """Through Parquet every value survives: NULL and the empty string too."""
    found = read("SELECT * FROM orders ORDER BY id", approach).sort_values("id", ignore_index=True)
    assert {n: str(t).partition("[")[0] for n, t in found.dtypes.items()} == {
        "id": "Int64",
        "name": "string",
        "price": "float64",
        "amount": "object",
        "paid": "boolean",
        "day": "object",
        "seen": "datetime64",
        "tags": "object",
        "region": "string",
    }
    assert found["name"].isna().tolist() == [False, True, False, False, False] and found["name"][2] == ""
    found["tags"] = [None if v is None else list(v) for v in found["tags"]]
    for column in orders.columns:
        expected = orders[column].astype(object).where(orders[column].notna(), None).tolist()
        values = found[column].astype(object).where(found[column].notna(), None).tolist()
        assert values == expected, column


def test_plain_approach_reads_the_result_file(orders):
    """The library reads Athena's CSV with pandas, which takes the quoted empty string for a missing value."""
    columns = ["id", "name", "price", "amount", "paid", "day", "seen", "region"]
    found = read(f"SELECT {', '.join(columns)} FROM orders ORDER BY id")
    assert [str(found[n].dtype).partition("[")[0] for n in ("id", "name", "price", "paid", "seen")] == [
        "Int64",
        "string",
        "float64",
        "boolean",
        "datetime64",
    ]
    for column in columns:
        expected = orders[column].replace({"": None}) if column == "name" else orders[column]
        expected = expected.astype(object).where(expected.notna(), None).tolist()
        assert found[column].astype(object).where(found[column].notna(), None).tolist() == expected, column


@pytest.mark.parametrize("approach", APPROACHES)
def test_aggregate_is_what_pandas_computes(orders, approach):
    sql = "SELECT region, count(*) AS n, count(name) AS named, sum(price) AS price FROM orders GROUP BY region"
    expected = orders.groupby("region").agg(n=("id", "size"), named=("name", "count"), price=("price", "sum"))
    same(read(sql, approach).sort_values("region").astype({"region": object}), expected.reset_index())


@pytest.mark.parametrize("approach", ["plain", "ctas"])
def test_no_rows(approach):
    found = read("SELECT id, name FROM orders WHERE id < 0", approach)
    assert len(found) == 0 and list(found.columns) == ["id", "name"]


def test_no_rows_unloaded():
    """The manifest is there and empty; without a file the library cannot know the columns, and says so."""
    with pytest.raises(wr.exceptions.EmptyDataFrame, match="untyped, empty dataframe"):
        read("SELECT id, name FROM orders WHERE id < 0", "unload")


@pytest.mark.parametrize("approach", APPROACHES)
def test_chunks_hold_all_rows_once(orders, approach):
    chunks = list(read("SELECT id, region FROM orders", approach, chunksize=2))
    assert max(map(len, chunks)) <= 2
    assert sorted(pd.concat(chunks)["id"]) == orders["id"].tolist()


@pytest.mark.parametrize(
    ("sql", "options", "ids"),
    [
        ("SELECT id FROM orders WHERE id > :low AND region = :r", {"params": {"low": 1, "r": "south"}}, [2, 5]),
        ("SELECT id FROM orders WHERE day = :d", {"params": {"d": "2024-01-01"}}, "refused"),
        ("SELECT id FROM orders WHERE name = ?", {"params": ["'Ada'"], "paramstyle": "qmark"}, [1]),
        (
            "SELECT id FROM orders WHERE id = ? OR region = ?",
            {"params": ["3", "'east'"], "paramstyle": "qmark"},
            [3, 4],
        ),
        ("SELECT id FROM orders WHERE name = :n", {"params": {"n": "x' OR '1'='1"}}, []),
    ],
)
def test_parameters(sql, options, ids):
    if ids == "refused":
        with pytest.raises(wr.exceptions.QueryFailed, match=r"TYPE_MISMATCH.*Cannot apply operator: date = varchar"):
            read(sql, **options)
    else:
        assert sorted(read(sql, **options)["id"]) == ids


def test_read_sql_table_is_the_whole_table(orders):
    found = wr.athena.read_sql_table("orders", database=DATABASE, s3_output=OUT)
    assert sorted(found["id"]) == orders["id"].tolist() and set(found.columns) == set(orders.columns)


def test_query_metadata_tells_the_scanned_bytes():
    """One column of one partition costs the bytes of its chunk in that file alone."""
    found = read("SELECT id FROM orders WHERE region = 'east'")
    metadata = found.query_metadata
    assert metadata["Status"]["State"] == "SUCCEEDED"
    (path,) = wr.s3.list_objects(f"s3://{BUCKET}/wrangler/orders/region=east/")
    body = boto3.client("s3").get_object(Bucket=BUCKET, Key=path.removeprefix(f"s3://{BUCKET}/"))["Body"].read()
    chunk = pq.ParquetFile(io.BytesIO(body)).metadata.row_group(0).column(0)
    assert chunk.path_in_schema == "id"
    assert metadata["Statistics"]["DataScannedInBytes"] == chunk.total_compressed_size


def test_append_overwrite_and_one_partition(orders):
    """Append adds files, overwrite_partitions replaces the partitions of the frame alone, overwrite everything."""
    small = orders[["id", "region"]]
    where = {
        "path": f"s3://{BUCKET}/wrangler/modes/",
        "dataset": True,
        "database": DATABASE,
        "table": "modes",
        "partition_cols": ["region"],
    }

    def counted():
        return dict(read("SELECT region, count(*) AS n FROM modes GROUP BY 1 ORDER BY 1").values.tolist())

    wr.s3.to_parquet(small, mode="overwrite", **where)
    assert counted() == {"north": 2, "south": 2, "east": 1}
    wr.s3.to_parquet(small[small["region"] != "east"], mode="append", **where)
    assert counted() == {"north": 4, "south": 4, "east": 1}
    wr.s3.to_parquet(pd.DataFrame({"id": [9], "region": ["north"]}), mode="overwrite_partitions", **where)
    assert counted() == {"north": 1, "south": 4, "east": 1}
    wr.s3.to_parquet(pd.DataFrame({"id": [7], "region": ["west"]}), mode="overwrite", **where)
    assert counted() == {"west": 1}


def test_new_column_appears_after_an_append():
    where = {"path": f"s3://{BUCKET}/wrangler/grow/", "dataset": True, "database": DATABASE, "table": "grow"}
    wr.s3.to_parquet(pd.DataFrame({"id": [1]}), mode="overwrite", **where)
    wr.s3.to_parquet(pd.DataFrame({"id": [2], "note": ["new"]}), mode="append", **where)
    found = read("SELECT id, note FROM grow ORDER BY id")
    assert found["id"].tolist() == [1, 2] and found["note"].isna().tolist() == [True, False]


@pytest.mark.parametrize(("compression", "partitions"), [(None, None), ("gzip", None), (None, ["region"])])
def test_csv_dataset(orders, compression, partitions):
    """OpenCSVSerDe's quotes are read by name; the library writes with LazySimpleSerDe unless told otherwise."""
    frame = orders.loc[[0, 2, 4], ["id", "name", "price", "region"]]
    table = f"csv_{compression or 'plain'}_{len(partitions or [])}"
    wr.s3.to_csv(
        frame,
        path=f"s3://{BUCKET}/wrangler/{table}/",
        dataset=True,
        database=DATABASE,
        table=table,
        index=False,
        compression=compression,
        partition_cols=partitions,
        mode="overwrite",
    )
    found = read(f"SELECT id, name, price, region FROM {table} ORDER BY id")
    assert found["id"].tolist() == [1, 3, 5]
    assert found["name"].fillna("").tolist() == ["Ada", "", "Zoë 日本"]
    assert found["price"].astype(object).where(found["price"].notna(), None).tolist() == [1.5, None, 1e300]
    assert found["region"].tolist() == ["north", "north", "south"]


def test_json_dataset(orders):
    wr.s3.to_json(
        orders[["id", "name"]],
        path=f"s3://{BUCKET}/wrangler/lines/",
        dataset=True,
        database=DATABASE,
        table="lines",
        orient="records",
        lines=True,
        index=False,
        mode="overwrite",
    )
    found = read("SELECT id, name, name IS NULL AS missing FROM lines ORDER BY id")
    assert found["missing"].tolist() == [False, True, False, False, False]
    assert found["name"].fillna("").tolist() == orders["name"].fillna("").tolist()


def test_create_ctas_table(orders):
    made = wr.athena.create_ctas_table(
        sql="SELECT id, name, region FROM orders",
        database=DATABASE,
        ctas_table="copied",
        s3_output=f"s3://{BUCKET}/wrangler/copied/",
        storage_format="orc",
        write_compression="zlib",
        partitioning_info=["region"],
        wait=True,
        **FAST,
    )
    assert (made["ctas_database"], made["ctas_table"]) == (DATABASE, "copied")
    assert made["ctas_query_metadata"].raw_payload["Status"]["State"] == "SUCCEEDED"
    found = read("SELECT id, region FROM copied ORDER BY id")
    assert found.values.tolist() == orders[["id", "region"]].values.tolist()
    assert len(wr.catalog.get_partitions(DATABASE, "copied")) == orders["region"].nunique()
    assert wr.catalog.delete_table_if_exists(DATABASE, "copied")


def test_unload(orders):
    """The result's own files lie in the same folder, so the data's are those of the manifest."""
    path = f"s3://{BUCKET}/wrangler/unloaded/"
    unloaded = wr.athena.unload(
        sql="SELECT id, price, region FROM orders",
        path=path,
        database=DATABASE,
        **FAST,
        file_format="PARQUET",
        compression="snappy",
        partitioned_by=["region"],
    )
    manifest = unloaded.manifest_location.removeprefix(f"s3://{BUCKET}/")
    written = boto3.client("s3").get_object(Bucket=BUCKET, Key=manifest)["Body"].read().decode().split()
    assert len(written) == orders["region"].nunique()
    found = wr.s3.read_parquet(written, dataset=True, path_root=path).sort_values("id")
    assert found["id"].tolist() == orders["id"].tolist()
    assert found["region"].astype(str).tolist() == orders["region"].tolist()
    assert found["price"].fillna(0).tolist() == orders["price"].fillna(0).tolist()


def test_repair_finds_new_folders(orders):
    """A folder that somebody else wrote is invisible until MSCK REPAIR TABLE."""
    frame = orders[["id"]]
    wr.s3.to_parquet(frame, path=f"s3://{BUCKET}/wrangler/found/year=2020/a.parquet")
    wr.catalog.create_parquet_table(
        database=DATABASE,
        table="found",
        path=f"s3://{BUCKET}/wrangler/found/",
        columns_types={"id": "bigint"},
        partitions_types={"year": "int"},
    )
    assert read("SELECT count(*) AS n FROM found")["n"].tolist() == [0]
    assert wr.athena.repair_table("found", database=DATABASE, s3_output=OUT, **FAST) == "SUCCEEDED"
    assert read("SELECT count(*) AS n, min(year) AS y FROM found").values.tolist() == [[len(frame), 2020]]
    wr.catalog.add_parquet_partitions(DATABASE, "found", {f"s3://{BUCKET}/wrangler/found/year=2020/": ["2021"]})
    assert read("SELECT count(*) AS n FROM found")["n"].tolist() == [2 * len(frame)]


def test_describe_and_show_create_table():
    described = wr.athena.describe_table("orders", database=DATABASE, s3_output=OUT, **FAST)
    assert described.columns.tolist() == ["Column Name", "Type", "Partition", "Comment"]
    types = dict(described[["Column Name", "Type"]].values.tolist())
    assert types["amount"] == "decimal(7,2)" and types["tags"] == "array<string>"
    assert dict(described[["Column Name", "Partition"]].values.tolist())["region"] is True
    ddl = wr.athena.show_create_table("orders", database=DATABASE, s3_output=OUT, **FAST)
    assert ddl.startswith("CREATE EXTERNAL TABLE `orders`(") and "PARTITIONED BY" in ddl
    assert f"'s3://{BUCKET}/wrangler/orders" in ddl


def test_start_wait_get_and_results():
    started = wr.athena.start_query_execution("SELECT 1 AS one, 'x' AS two", database=DATABASE, s3_output=OUT)
    waited = wr.athena.wait_query(started, **FAST)
    assert waited["Status"]["State"] == "SUCCEEDED"
    assert wr.athena.get_query_execution(started)["Statistics"]["DataScannedInBytes"] == 0
    assert wr.athena.get_query_columns_types(started) == {"one": "integer", "two": "varchar"}
    assert wr.athena.get_query_results(started).values.tolist() == [[1, "x"]]
    assert started in wr.athena.list_query_executions()
    details = wr.athena.get_query_executions([started])
    assert details["QueryExecutionId"].tolist() == [started]


def test_stop():
    numbers = "UNNEST(sequence(1, 50000))"
    endless = f"SELECT count(*) FROM {numbers} a(n) CROSS JOIN {numbers} b(n) CROSS JOIN {numbers} c(n)"
    started = wr.athena.start_query_execution(endless, database=DATABASE, s3_output=OUT)
    wr.athena.stop_query_execution(started)
    with pytest.raises(wr.exceptions.QueryCancelled, match="Query cancelled by user"):
        wr.athena.wait_query(started, **FAST)
    assert read("SELECT 1 AS a")["a"].tolist() == [1]


def test_prepared_statements():
    wr.athena.create_prepared_statement(sql="SELECT id FROM orders WHERE id > ? ORDER BY 1", statement_name="above")
    assert [found["StatementName"] for found in wr.athena.list_prepared_statements()] == ["above"]
    assert read("EXECUTE above", params=["3"], paramstyle="qmark")["id"].tolist() == [4, 5]
    assert read("EXECUTE above USING 4")["id"].tolist() == [5]
    wr.athena.delete_prepared_statement("above")
    assert wr.athena.list_prepared_statements() == []


def test_default_bucket_of_the_account():
    """Without s3_output the library makes the bucket aws-athena-query-results-<account>-<region>."""
    bucket = wr.athena.create_athena_bucket()
    assert bucket.startswith("s3://aws-athena-query-results-")
    found = wr.athena.read_sql_query("SELECT 2 AS a", database=DATABASE, ctas_approach=False)
    assert found["a"].tolist() == [2]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT nope FROM orders", "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved"),
        ("SELECT * FROM none", f"TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.{DATABASE}.none' does not exist"),
        ("SELECT 1 / 0", "DIVISION_BY_ZERO: Division by zero"),
    ],
)
def test_failures_carry_the_message(sql, message):
    with pytest.raises(wr.exceptions.QueryFailed) as caught:
        read(sql)
    assert message in str(caught.value)


def test_syntax_errors_are_refused_at_the_start():
    with pytest.raises(boto3.client("athena").exceptions.InvalidRequestException, match="mismatched input 'SELEC'"):
        read("SELEC 1")


def test_overwritten_table_is_read_anew(orders):
    """The catalog and the objects change behind Athena's back; the next query sees them."""
    where = {"path": f"s3://{BUCKET}/wrangler/fresh/", "dataset": True, "database": DATABASE, "table": "fresh"}
    for value in (1, 2):
        wr.s3.to_parquet(pd.DataFrame({"a": [value]}), mode="overwrite", **where)
        assert read("SELECT a FROM fresh")["a"].tolist() == [value]
    wr.s3.delete_objects(f"s3://{BUCKET}/wrangler/fresh/")
    assert read("SELECT a FROM fresh")["a"].tolist() == []
