"""Planning over 10, 100, 1,000 and 10,000 partitions, held by Glue and projected."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from bench import figures, generated, pairs
from bench.local import BUCKET, DATABASE, Local

TITLE = "Partitions"
NOTE = (
    "One table for each count, partitioned by an integer, over the same objects: one for every hundredth partition. "
    "Medians of 15 turns of a query for one partition and of a count over all. *Other* is the same over 100 "
    "partitions (for 100 itself: over 10). First: the first query of all; then: the first one after another table "
    "has been dropped and made."
)
COUNTS = (10, 100, 1_000, 10_000)
ROUNDS = 15
TIMES = 2


def measure():
    found = []
    with Local() as local:
        _objects(local)
        for kind, create in (("Glue", _registered), ("projected", _projected)):
            for count in COUNTS:
                create(local, f"{kind.lower()}_{count}", count)
            for what, sql in (
                ("one partition", "SELECT count(*), sum(a) FROM {} WHERE p = 0"),
                ("all partitions", "SELECT count(*), sum(a) FROM {}"),
            ):
                found += _growth(local, kind, what, sql)
    return found


def _growth(local, kind, what, sql):
    found = []
    for count, before in ((100, 10), (1_000, 100), (10_000, 100)):
        queries = [sql.format(f"{kind.lower()}_{n}") for n in (count, before)]
        first, then = local.query(queries[0]).seconds, _after_a_change(local, queries[0])
        ours, other = pairs.medians(
            pairs.in_turns(lambda q=queries[0]: local.query(q), lambda q=queries[1]: local.query(q), ROUNDS)
        )
        limited = what == "one partition" and count == 10_000
        figure = figures.ratio(f"{kind}, {count:,}: {what}", ours, other, TIMES if limited else None)
        figure.what += f" (first {figures.seconds(first)}, then {figures.seconds(then)})"
        found.append(figure)
    return found


def _after_a_change(local, sql):
    """Seconds of a query after a change of the catalog."""
    local.query("DROP TABLE IF EXISTS elsewhere")
    local.external_table("elsewhere", [("a", "bigint")], "elsewhere", "STORED AS PARQUET")
    return local.query(sql).seconds


def _objects(local):
    path = generated.HOME / "partition.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"a": list(range(1000))}), path)
    for value in range(0, COUNTS[-1], 100):
        local.put_file(path, f"parts/p={value}/part.parquet")


def _registered(local, name, count):
    local.external_table(name, [("a", "bigint")], "parts", "STORED AS PARQUET", partitioned="p int")
    storage = local.glue.get_table(DatabaseName=DATABASE, Name=name)["Table"]["StorageDescriptor"]
    for start in range(0, count, 100):
        local.glue.batch_create_partition(
            DatabaseName=DATABASE,
            TableName=name,
            PartitionInputList=[
                {
                    "Values": [str(value)],
                    "StorageDescriptor": {**storage, "Location": f"s3://{BUCKET}/parts/p={value}/"},
                }
                for value in range(start, min(start + 100, count))
            ],
        )


def _projected(local, name, count):
    properties = {
        "projection.enabled": "true",
        "projection.p.type": "integer",
        "projection.p.range": f"0,{count - 1}",
    }
    local.external_table(name, [("a", "bigint")], "parts", "STORED AS PARQUET", properties, partitioned="p int")
