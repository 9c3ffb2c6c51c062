"""How many requests a query sends to S3 and Glue: what it needs, however many partitions its table has."""

import io
import threading

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from helpers.local.athena.budget import ByteBudget
from helpers.local.athena.objects import LEAST_LIMIT, MOST_LIMIT, disk_limit
from helpers.local.athena.service import client
from tests.unit.local.in_process import Engine

BUCKET, DATABASE = "requests-of-a-query", "requests_of_a_query"
FEW, MANY = 100, 10_000


@pytest.fixture(scope="module")
def executor(endpoint, tmp_path_factory):
    s3, glue = client("s3", endpoint.url), client("glue", endpoint.url)
    s3.create_bucket(Bucket=BUCKET)
    glue.create_database(DatabaseInput={"Name": DATABASE})
    content = io.BytesIO()
    pq.write_table(pa.table({"a": [1, 2, 3]}), content)
    s3.put_object(Bucket=BUCKET, Key="t/p=7/part.parquet", Body=content.getvalue())
    made = Engine(endpoint.url, tmp_path_factory.mktemp("engine"), DATABASE)
    for count in (FEW, MANY):
        _registered(made, glue, f"registered_{count}", count)
        made.run(
            f"CREATE EXTERNAL TABLE projected_{count} (a bigint) PARTITIONED BY (p int) STORED AS PARQUET "
            f"LOCATION 's3://{BUCKET}/t/' TBLPROPERTIES ('projection.enabled'='true', 'projection.p.type'='integer', "
            f"'projection.p.range'='0,{count - 1}')"
        )
    made.run(f"SELECT a FROM registered_{FEW}")  # the object is fetched once and for all
    return made


def _registered(made, glue, name, count):
    made.run(
        f"CREATE EXTERNAL TABLE {name} (a bigint) PARTITIONED BY (p int) STORED AS PARQUET LOCATION 's3://{BUCKET}/t/'"
    )
    storage = glue.get_table(DatabaseName=DATABASE, Name=name)["Table"]["StorageDescriptor"]
    for start in range(0, count, 100):
        partitions = [
            {"Values": [str(p)], "StorageDescriptor": {**storage, "Location": f"s3://{BUCKET}/t/p={p}/"}}
            for p in range(start, start + 100)
        ]
        glue.batch_create_partition(DatabaseName=DATABASE, TableName=name, PartitionInputList=partitions)


@pytest.mark.parametrize("kind", ["registered", "projected"])
def test_one_partition_costs_the_same_requests_among_ten_thousand(executor, kind):
    few, many = (executor.run(f"SELECT sum(a) FROM {kind}_{count} WHERE p = 7") for count in (FEW, MANY))
    assert few == many
    asked = [("GetPartitions", True)] if kind == "registered" else []
    assert many == ([["6"]], [("GetTable", False), *asked, ("ListObjectsV2", False)])


def test_all_partitions_are_listed_together(executor):
    _, requests = executor.run(f"SELECT sum(a) FROM projected_{MANY}")
    assert [name for name, _ in requests].count("ListObjectsV2") == 1


def test_a_table_named_three_times_is_listed_once(executor):
    table = f"projected_{FEW}"
    rows, requests = executor.run(
        f"SELECT count(*) FROM {table} x, {table} y, {table} z WHERE x.p = 7 AND y.p = 7 AND z.p = 7"
    )
    assert rows == [["27"]]
    assert [name for name, _ in requests].count("ListObjectsV2") == 1


def test_bytes_in_flight_stay_within_the_budget():
    budget, held, most = ByteBudget(10), [], []
    lock = threading.Lock()

    def fetch(size):
        with budget.hold(size):
            with lock:
                held.append(size)
                most.append(sum(held))
            with lock:
                held.remove(size)

    threads = [threading.Thread(target=fetch, args=(size,)) for size in (4, 5, 6, 3, 30, 2, 9, 30, 1) * 20]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == len(threads), "everyone has had a turn, also those who want more than all of it"
    assert set(most) <= {*range(1, 11), 30}


def test_a_second_holder_waits():
    budget, entered = ByteBudget(10), threading.Event()
    with budget.hold(8):
        other = threading.Thread(target=lambda: [entered.set() for _ in [0] if budget.hold(3).__enter__() is None])
        other.start()
        assert not entered.wait(0.1)
    assert entered.wait(30)
    other.join()


def test_the_cache_takes_a_share_of_the_disk(monkeypatch, tmp_path):
    for free, expected in ((0, LEAST_LIMIT), (20 << 30, 5 << 30), (900 << 30, MOST_LIMIT)):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: type("Usage", (), {"free": free}))
        assert disk_limit(tmp_path) == expected
