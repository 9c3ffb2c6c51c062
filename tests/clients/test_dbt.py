"""dbt-athena as its documentation uses it: a small project, built, changed, and built again."""

import json
from pathlib import Path

import awswrangler as wr
import boto3
import pytest

PROJECT = {
    "dbt_project.yml": """
name: shop
profile: shop
flags: {send_anonymous_usage_stats: false}
seeds: {shop: {+column_types: {id: int, price: double, day: date}}}
""",
    "seeds/orders.csv": """
id,region,price,day
1,north,1.5,2024-01-01
2,south,2.25,2024-01-02
3,north,,2024-01-03
""",
    "models/named.sql": "SELECT id, upper(region) AS region FROM {{ ref('orders') }}",  # a view
    "models/totals.sql": """
{{ config(materialized='table', format='orc') }}
SELECT region, count(*) AS n, sum(price) AS price FROM {{ ref('orders') }} GROUP BY region
""",
    "models/appended.sql": """
{{ config(materialized='incremental', incremental_strategy='append') }}
SELECT id, price FROM {{ ref('orders') }}
{% if is_incremental() %} WHERE id > (SELECT max(id) FROM {{ this }}) {% endif %}
""",
    "models/by_region.sql": """
{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partitioned_by=['region']) }}
SELECT id, price, region FROM {{ ref('orders') }}
{% if is_incremental() %} WHERE region = 'south' {% endif %}
""",
    "models/merged.sql": """
{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', table_type='iceberg') }}
SELECT id, region, price FROM {{ ref('orders') }}
""",
    "models/schema.yml": """
models:
  - name: named
    columns:
      - name: id
        data_tests: [unique, not_null]
      - name: region
        data_tests: [{accepted_values: {arguments: {values: [NORTH, SOUTH, EAST]}}}]
""",
    "snapshots/history.sql": """
{% snapshot history %}
{{ config(target_schema='shop', unique_key='id', strategy='check', check_cols=['price'], table_type='iceberg') }}
SELECT id, price FROM {{ ref('orders') }}
{% endsnapshot %}
""",
    "tests/prices_are_positive.sql": "SELECT * FROM {{ ref('orders') }} WHERE price <= 0",
}
CHANGED = """
id,region,price,day
1,north,9.0,2024-01-01
2,south,3.25,2024-01-02
4,east,7.0,2024-01-04
"""
BUILD = ("seed --full-refresh", "run", "test", "snapshot")
MODELS = {"named", "totals", "appended", "by_region", "merged"}
TESTS = {
    "unique_named_id",
    "not_null_named_id",
    "accepted_values_named_region__NORTH__SOUTH__EAST",
    "prices_are_positive",
}


def rows(table, columns, order="1"):
    """The table's rows, as texts, as Athena itself gives them."""
    query = wr.athena.start_query_execution(
        f"SELECT {columns} FROM {table} ORDER BY {order}", database="shop", s3_output="s3://my-bucket/results/"
    )
    wr.athena.wait_query(query, athena_query_wait_polling_delay=0.02)
    answer = boto3.client("athena").get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"][1:]
    return [tuple(cell.get("VarCharValue") for cell in row["Data"]) for row in answer]


@pytest.mark.usefixtures("shop")
def test_a_project_is_built_and_built_again(program, snippets, tmp_path):
    for name, text in {**PROJECT, "profiles.yml": snippets["dbt"]}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text.lstrip())

    def dbt(*commands):
        script = Path(__file__).with_name("run_dbt.py")
        return json.loads(program("python", str(script), *commands).splitlines()[-1])

    seeded, built, tested, kept, _ = dbt(*BUILD, "docs generate")
    assert {name: status for name, (status, _) in seeded.items()} == {"orders": "success"}
    assert {name: status for name, (status, _) in built.items()} == dict.fromkeys(MODELS, "success")
    assert {name: status for name, (status, _) in tested.items()} == dict.fromkeys(TESTS, "pass")
    assert {name: status for name, (status, _) in kept.items()} == {"history": "success"}
    catalog = json.loads((tmp_path / "target" / "catalog.json").read_text())["nodes"]
    assert [c["type"] for c in catalog["model.shop.totals"]["columns"].values()] == ["string", "bigint", "double"]

    assert rows("orders", "*") == [
        ("1", "north", "1.5", "2024-01-01"),
        ("2", "south", "2.25", "2024-01-02"),
        ("3", "north", None, "2024-01-03"),
    ]
    assert rows("named", "*") == [("1", "NORTH"), ("2", "SOUTH"), ("3", "NORTH")]
    assert rows("totals", "*") == [("north", "2", "1.5"), ("south", "1", "2.25")]
    assert sorted(wr.catalog.get_partitions("shop", "by_region").values()) == [["north"], ["south"]]
    assert rows("history", "id, price, dbt_valid_to") == [("1", "1.5", None), ("2", "2.25", None), ("3", None, None)]

    (tmp_path / "seeds" / "orders.csv").write_text(CHANGED.lstrip())
    _, built, tested, _ = dbt(*BUILD)
    assert {status for status, _ in built.values()} == {"success"} and {s for s, _ in tested.values()} == {"pass"}
    assert rows("appended", "*") == [("1", "1.5"), ("2", "2.25"), ("3", None), ("4", "7.0")]
    assert rows("by_region", "*") == [("1", "1.5", "north"), ("2", "3.25", "south"), ("3", None, "north")]
    assert rows("merged", "*") == [
        ("1", "north", "9.0"),
        ("2", "south", "3.25"),
        ("3", "north", None),
        ("4", "east", "7.0"),
    ]
    assert rows("history", "id, price, dbt_valid_to IS NULL", "id, 3") == [
        ("1", "1.5", "false"),
        ("1", "9.0", "true"),
        ("2", "2.25", "false"),
        ("2", "3.25", "true"),
        ("3", None, "true"),
        ("4", "7.0", "true"),
    ]
