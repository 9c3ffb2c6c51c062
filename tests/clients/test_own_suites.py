"""What the clients' own test suites ask of the real service, beyond what their documentation shows.

Rules taken from the tests of awswrangler (test_athena, test_catalog) and of PyAthena (test_cursor, test_base).
"""

import uuid

import awswrangler as wr
import boto3
import pandas as pd
import pyathena
import pytest
import sqlalchemy as sa
from pyathena.pandas.cursor import PandasCursor

BUCKET, DATABASE = "clients", "suites"
OUT = f"s3://{BUCKET}/suites/out/"
ACCOUNT = "123456789012"
FAST = {"athena_query_wait_polling_delay": 0.02}
pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(scope="module", autouse=True)
def lake(aws):
    wr.catalog.create_database(DATABASE)


@pytest.fixture
def table():
    return "t" + uuid.uuid4().hex[:8]


@pytest.fixture(scope="module")
def managed(aws):
    """A work group whose results the service keeps."""
    configuration = {"ManagedQueryResultsConfiguration": {"Enabled": True}}
    boto3.client("athena").create_work_group(Name="managed", Configuration=configuration)
    return "managed"


def test_wrangler_reads_managed_results(managed):
    sql = "SELECT n, CAST(n AS varchar) AS t FROM UNNEST(sequence(1, 2500)) AS t(n)"
    options = {"database": DATABASE, "workgroup": managed, "ctas_approach": False}
    frame = wr.athena.read_sql_query(sql, **options, **FAST)
    assert frame["n"].tolist() == list(range(1, 2501)) and frame["t"].tolist() == [str(n) for n in frame["n"]]
    assert [len(part) for part in wr.athena.read_sql_query(sql, chunksize=1000, **options, **FAST)] == [
        1000,
        1000,
        500,
    ]


@pytest.mark.parametrize("cursor_class", [None, PandasCursor])
def test_pyathena_reads_managed_results(managed, cursor_class):
    connection = pyathena.connect(s3_staging_dir="", work_group=managed, schema_name=DATABASE, poll_interval=0.02)
    with connection.cursor(*([cursor_class] if cursor_class else [])) as cursor:
        cursor.execute("SELECT n FROM UNNEST(sequence(1, 1500)) AS t(n)")
        assert cursor.output_location is None and cursor.statement_type == "DML"
        assert cursor.fetchall() == [(n,) for n in range(1, 1501)]


def test_the_result_of_a_new_table_says_how_it_is_encrypted(table):
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    where = {"path": f"s3://{BUCKET}/suites/{table}/", "dataset": True, "database": DATABASE, "table": table}
    wr.s3.to_parquet(pd.DataFrame({"a": [1, 2]}), **where)
    frame = wr.athena.read_sql_table(table, DATABASE, encryption="SSE_KMS", kms_key=key, s3_output=OUT)
    found = frame.query_metadata["ResultConfiguration"]["EncryptionConfiguration"]
    assert found == {"EncryptionOption": "SSE_KMS", "KmsKey": key}


def test_wrangler_searches_the_catalog(table):
    create = wr.catalog.create_parquet_table
    create(database=DATABASE, table=table, path=f"s3://{BUCKET}/suites/{table}/", columns_types={"c0": "int"})
    assert table in [found["Name"] for found in wr.catalog.search_tables(text="parquet", catalog_id=ACCOUNT)]
    found = wr.catalog.tables(database=DATABASE, search_text="parquet", name_prefix=table[0], catalog_id=ACCOUNT)
    assert table in found["Table"].tolist()


def test_buckets_save_bytes_as_wrangler_measures_them(table):
    frame = pd.DataFrame({"c0": range(1000)})
    scanned = []
    for bucketing in ({}, {"bucketing_info": (["c0"], 10)}):
        where = {"path": f"s3://{BUCKET}/suites/{table}/", "database": DATABASE, "table": table, "dataset": True}
        wr.s3.to_csv(frame, **where, mode="overwrite", index=False, **bucketing)
        sql = f"SELECT c0 FROM {table} WHERE c0 = :c0"
        read = wr.athena.read_sql_query(
            sql, database=DATABASE, params={"c0": 0}, ctas_approach=False, s3_output=OUT, **FAST
        )
        assert read["c0"].tolist() == [0]
        scanned.append(read.query_metadata["Statistics"]["DataScannedInBytes"])
    assert scanned[0] >= 10 * scanned[1]


def test_a_version_of_a_table_is_kept_when_wrangler_says_so(table):
    where = {"path": f"s3://{BUCKET}/suites/{table}/", "dataset": True, "database": DATABASE, "table": table}
    counts = []
    for versioning in (True, False, True):
        wr.s3.to_parquet(pd.DataFrame({"c0": [1]}), mode="overwrite", catalog_versioning=versioning, **where)
        counts.append(wr.catalog.get_table_number_of_versions(table=table, database=DATABASE))
    assert counts == [1, 1, 2]


def test_sqlalchemy_sees_the_default_schema(aws):
    url = f"awsathena+rest://@athena.us-east-1.amazonaws.com:443/{DATABASE}?s3_staging_dir={OUT}&poll_interval=0.02"
    names = sa.inspect(sa.create_engine(url)).get_schema_names()
    assert {"default", DATABASE} <= set(names)
