"""awswrangler's Iceberg functions as its documentation uses them; pandas says what is right."""

import awswrangler as wr
import boto3
import pandas as pd
import pytest

BUCKET, DATABASE = "wrangler-iceberg", "wrangler_iceberg"
OUT = f"s3://{BUCKET}/out/"
WHERE = {
    "database": DATABASE,
    "table": "stock",
    "temp_path": f"s3://{BUCKET}/temp/",
    "s3_output": OUT,
    "keep_files": False,
}
pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(scope="module", autouse=True)
def lake(aws):
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    wr.catalog.create_database(DATABASE)


def stock():
    sql = "SELECT * FROM stock ORDER BY id"
    found = wr.athena.read_sql_query(sql, database=DATABASE, ctas_approach=False, s3_output=OUT)
    return found.astype(object).where(found.notna(), None).to_dict("records")


def test_append_merge_delete():
    """`temp_path` ends empty each time: awswrangler's intermediate table and its files are gone."""
    frame = pd.DataFrame({"id": [1, 2, 3], "name": ["a", None, "c"], "day": pd.to_datetime(["2024-01-01"] * 3).date})
    new = {"table_location": f"s3://{BUCKET}/stock/", "partition_cols": ["day"]}
    wr.athena.to_iceberg(frame, **WHERE, **new)
    assert [row["name"] for row in stock()] == ["a", None, "c"]

    changes = pd.DataFrame({"id": [3, 4], "name": ["C", "d"], "day": pd.to_datetime(["2024-01-01"] * 2).date})
    wr.athena.to_iceberg(changes, **WHERE, merge_cols=["id"])
    assert [(row["id"], row["name"]) for row in stock()] == [(1, "a"), (2, None), (3, "C"), (4, "d")]

    wr.athena.delete_from_iceberg_table(pd.DataFrame({"id": [1, 2]}), **WHERE, merge_cols=["id"])
    assert [row["id"] for row in stock()] == [3, 4]

    more = pd.DataFrame({"id": [5], "name": ["e"], "day": pd.to_datetime(["2024-02-01"]).date, "amount": [7]})
    wr.athena.to_iceberg(more, **WHERE, schema_evolution=True)
    assert [(row["id"], row["amount"]) for row in stock()] == [(3, None), (4, None), (5, 7)]

    wr.athena.to_iceberg(more, **WHERE, mode="overwrite")
    assert [row["id"] for row in stock()] == [5]
    assert wr.s3.list_objects(WHERE["temp_path"]) == [] and list(wr.catalog.tables(database=DATABASE)["Table"]) == [
        "stock"
    ]
