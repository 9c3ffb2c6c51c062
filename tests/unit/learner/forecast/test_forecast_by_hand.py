"""What is predicted for a tiny lake whose chunk sizes are read with pyarrow here, in the test.

Three partitions, m = 1 to 3, each one file of four row groups of 100 rows: ids m*1000 … m*1000+399, days
from the first of the month m of 2024 on, four days a row group … `note` is NULL in the first row group.
"""

import io
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

MONTHS, GROUPS, GROUP_ROWS = (1, 2, 3), range(4), 100
PLAIN = ("id", "name", "day", "note")
TAGS = ("tags.list.element.k", "tags.list.element.v")
ALL = (*PLAIN, "s.a", "s.b", *TAGS)


def rows(month):
    """The rows of a partition. Row group g holds the days 1 + 4g to 4 + 4g of the month."""
    number = list(range(GROUP_ROWS * len(GROUPS)))
    return pa.table(
        {
            "id": pa.array([month * 1000 + i for i in number], pa.int64()),
            "name": [f"n{month}{i:04d}" for i in number],
            "day": [date(2024, month, 1) + timedelta(days=i // 25) for i in number],
            "note": pa.array([None if i < GROUP_ROWS else f"note {i}" for i in number], pa.string()),
            "s": [{"a": i, "b": f"b{i}"} for i in number],
            "tags": [[{"k": f"k{i % 7}", "v": i}] for i in number],
        }
    )


@pytest.fixture(scope="module")
def footers(place, run):
    """The lake itself; pyarrow's metadata of each partition's file."""
    found = {}
    for month in MONTHS:
        buffer = io.BytesIO()
        pq.write_table(rows(month), buffer, row_group_size=GROUP_ROWS)
        key = place.prefix("lake") + f"m={month}/part.parquet"
        place.s3.put_object(Bucket=place.bucket, Key=key, Body=buffer.getvalue())
        found[month] = pq.read_metadata(io.BytesIO(buffer.getvalue()))
    for hidden in ("m=1/_SUCCESS", "m=1/.part.crc", "_temporary/m=1/part.parquet", "m=1/empty.parquet"):
        body = b"" if "empty" in hidden else b"these are no rows"
        place.s3.put_object(Bucket=place.bucket, Key=place.prefix("lake") + hidden, Body=body)
    run(
        "CREATE EXTERNAL TABLE p (id bigint, name string, day date, note string, s struct<a: bigint, b: string>, "
        "tags array<struct<k: string, v: bigint>>) PARTITIONED BY (m int) STORED AS PARQUET "
        f"LOCATION '{place.uri('lake')}'"
    )
    for month in MONTHS:
        run(f"ALTER TABLE p ADD PARTITION (m = {month}) LOCATION '{place.uri('lake', f'm={month}')}'")
    run("CREATE VIEW inner_view AS SELECT id AS number, name, m AS month FROM p")
    run("CREATE VIEW outer_view AS SELECT number, month FROM inner_view WHERE month > 1")
    return found


@pytest.fixture
def stored(footers):
    """stored(columns, months, groups) → compressed bytes of those column chunks, by their footers."""

    def add_up(columns, months=MONTHS, groups=GROUPS):
        total = 0
        for month in months:
            for number in groups:
                group = footers[month].row_group(number)
                chunks = [group.column(i) for i in range(group.num_columns)]
                total += sum(c.total_compressed_size for c in chunks if c.path_in_schema in columns)
        return total

    return add_up


ONE = ("id",)
CASES = [  # SQL; columns, months and row groups of each read of the table
    # columns: wherever a clause names one, and nowhere else
    ("SELECT sum(id) FROM p", [(ONE, MONTHS, GROUPS)]),
    ("SELECT * FROM p", [(ALL, MONTHS, GROUPS)]),
    ("SELECT p.* FROM p", [(ALL, MONTHS, GROUPS)]),
    ("SELECT count(*) FROM p", [((), MONTHS, GROUPS)]),
    ("SELECT m, count(*) FROM p GROUP BY m HAVING count(*) > 1 ORDER BY m", [((), MONTHS, GROUPS)]),
    ("SELECT count(note) FROM p", [(("note",), MONTHS, GROUPS)]),
    ("SELECT id FROM p ORDER BY name", [(("id", "name"), MONTHS, GROUPS)]),
    ("SELECT count(*) FROM p GROUP BY name", [(("name",), MONTHS, GROUPS)]),
    ("SELECT m FROM p GROUP BY m HAVING max(id) > 5 AND min(p.name) < 'z'", [(("id", "name"), MONTHS, GROUPS)]),
    ("SELECT m AS name, count(*) FROM p GROUP BY m HAVING max(name) > 'n'", [(("name",), MONTHS, GROUPS)]),
    ("SELECT sum(id) FILTER (WHERE name > 'n2') FROM p", [(("id", "name"), MONTHS, GROUPS)]),
    ("SELECT m, row_number() OVER (PARTITION BY name ORDER BY id) FROM p", [(("id", "name"), MONTHS, GROUPS)]),
    ("SELECT CASE WHEN note IS NULL THEN id END FROM p", [(("id", "note"), MONTHS, GROUPS)]),
    # names: aliases that shadow columns, capitals, quotes
    ("SELECT name AS id FROM p WHERE id = 1150", [(("id", "name"), (1,), (1,))]),
    ("SELECT m AS id, count(*) FROM p GROUP BY m ORDER BY id", [((), MONTHS, GROUPS)]),
    ("SELECT name AS id FROM p ORDER BY id", [(("name",), MONTHS, GROUPS)]),
    ("SELECT day AS m, count(*) AS n FROM p GROUP BY day", [(("day",), MONTHS, GROUPS)]),
    ('SELECT MAX("ID"), "P"."NAME" FROM P WHERE "M" = 2 GROUP BY p.Name', [(("id", "name"), (2,), GROUPS)]),
    ("SELECT q.id FROM p AS q WHERE Q.M = 2", [(ONE, (2,), GROUPS)]),
    ("WITH p AS (SELECT name FROM p WHERE m = 1) SELECT count(name) FROM p", [(("name",), (1,), GROUPS)]),
    ("SELECT p.id FROM (SELECT name AS id FROM p) AS p", [(("name",), MONTHS, GROUPS)]),
    # nested fields
    ("SELECT s.a FROM p", [(("s.a",), MONTHS, GROUPS)]),
    ("SELECT p.s.a FROM p WHERE s.B = 'b7'", [(("s.a", "s.b"), MONTHS, GROUPS)]),
    ("SELECT s, s.a FROM p", [(("s.a", "s.b"), MONTHS, GROUPS)]),
    ("SELECT max(s.a) FROM p WHERE s.b LIKE 'b1%' GROUP BY p.m", [(("s.a", "s.b"), MONTHS, GROUPS)]),
    ("SELECT x.a FROM (SELECT s AS x, id FROM p)", [(("s.a",), MONTHS, GROUPS)]),
    ("SELECT x.a FROM (SELECT s AS x FROM p) WHERE x.b = 'b7'", [(("s.a", "s.b"), MONTHS, GROUPS)]),
    (
        "SELECT y.a FROM (SELECT x AS y FROM (SELECT s AS x FROM p)) WHERE y IS NULL",
        [(("s.a", "s.b"), MONTHS, GROUPS)],
    ),
    ("SELECT x.a FROM (SELECT DISTINCT s AS x FROM p)", [(("s.a", "s.b"), MONTHS, GROUPS)]),
    ("SELECT x.a FROM (SELECT s AS x FROM p UNION SELECT s FROM p WHERE m = 9)", [(("s.a", "s.b"), MONTHS, GROUPS)]),
    ("SELECT x.a FROM (SELECT s AS x FROM p ORDER BY x LIMIT 3)", [(("s.a", "s.b"), MONTHS, GROUPS)]),
    ("WITH w AS (SELECT s FROM p) SELECT w.s.b FROM w", [(("s.b",), MONTHS, GROUPS)]),
    (
        "SELECT x.a FROM (SELECT s AS x FROM p WHERE m = 1 UNION ALL SELECT s FROM p WHERE m = 3)",
        [(("s.a",), (1, 3), GROUPS)],
    ),
    ("SELECT k FROM p CROSS JOIN UNNEST(tags) AS t(k, v)", [(TAGS, MONTHS, GROUPS)]),
    ("SELECT id FROM p CROSS JOIN UNNEST(tags) AS t(k, id2) WHERE m = 3", [(("id", *TAGS), (3,), GROUPS)]),
    ("SELECT id, n FROM p, UNNEST(tags) WITH ORDINALITY AS t(k, v, n)", [(("id", *TAGS), MONTHS, GROUPS)]),
    ("SELECT transform(tags, t -> t.v) FROM p WHERE m = 1", [(TAGS, (1,), GROUPS)]),
    # partition columns in every kind of predicate
    ("SELECT id FROM p WHERE m = 2", [(ONE, (2,), GROUPS)]),
    ("SELECT id FROM p WHERE 2 = m", [(ONE, (2,), GROUPS)]),
    ("SELECT id FROM p WHERE m IN (1, 3) AND m <> 3", [(ONE, (1,), GROUPS)]),
    ("SELECT id FROM p WHERE m NOT IN (1, 3)", [(ONE, (2,), GROUPS)]),
    ("SELECT id FROM p WHERE m BETWEEN 2 AND 3", [(ONE, (2, 3), GROUPS)]),
    ("SELECT id FROM p WHERE m NOT BETWEEN 2 AND 3", [(ONE, (1,), GROUPS)]),
    ("SELECT id FROM p WHERE NOT (m = 1 OR m = 2)", [(ONE, (3,), GROUPS)]),
    ("SELECT id FROM p WHERE m + 1 = 4", [(ONE, (3,), GROUPS)]),
    ("SELECT id FROM p WHERE m / 2 = 1", [(ONE, (2, 3), GROUPS)]),
    ("SELECT id FROM p WHERE try(m) / 2 = 1", [(ONE, (2, 3), GROUPS)]),
    ("SELECT id FROM p WHERE power(m, 1) / 2 = 1", [(ONE, (2,), GROUPS)]),
    ("SELECT id FROM p WHERE m / 2.0 = 1", [(ONE, (2,), GROUPS)]),
    ("SELECT id FROM p WHERE CAST(m AS varchar) = '2'", [(ONE, (2,), GROUPS)]),
    ("SELECT id FROM p WHERE date_parse(format('2024-%02d', m), '%Y-%m') < DATE '2024-02-01'", [(ONE, (1,), GROUPS)]),
    ("SELECT id FROM p WHERE CASE m WHEN 1 THEN true ELSE false END", [(ONE, (1,), GROUPS)]),
    ("SELECT id FROM p WHERE m <= year(current_date) - 2023 AND m = 1", [(ONE, (1,), GROUPS)]),
    ("SELECT id FROM p WHERE m IS NULL", []),
    ("SELECT id FROM p WHERE m = NULL", []),
    ("SELECT id FROM p WHERE m = 1 OR m = 1 + 1", [(ONE, (1, 2), GROUPS)]),
    ("SELECT id FROM p WHERE m = 2 OR name = 'x'", [(("id", "name"), MONTHS, GROUPS)]),
    (
        "SELECT id FROM p WHERE (m = 2 AND name = 'n20000') OR (m = 3 AND name = 'n30001')",
        [(("id", "name"), (2, 3), (0,))],
    ),
    ("SELECT id FROM p WHERE 1 = 0 OR m = 1", [(ONE, (1,), GROUPS)]),
    ("SELECT id FROM p WHERE (1 = 0 OR m = 1) AND (m = 1 OR name = 'x')", [(("id", "name"), (1,), GROUPS)]),
    ("SELECT id FROM p WHERE (m + 0 = 1 AND name > 'n') OR m % 2 = 0", [(("id", "name"), (1, 2), GROUPS)]),
    ("SELECT id FROM p WHERE NOT (m % 2 = 1 OR name = 'x')", [(("id", "name"), (2,), GROUPS)]),
    ("SELECT id FROM p WHERE NOT (m % 2 = 1 AND name = 'x')", [(("id", "name"), MONTHS, GROUPS)]),
    ("SELECT id FROM p WHERE m = 1 AND m = 2", []),
    ("SELECT id FROM p WHERE 1 = 0", []),
    ("SELECT id FROM p LIMIT 0", []),
    # min and max of row groups
    ("SELECT name FROM p WHERE id = 1150", [(("id", "name"), (1,), (1,))]),
    ("SELECT name FROM p WHERE id BETWEEN 2150 AND 2250", [(("id", "name"), (2,), (1, 2))]),
    ("SELECT name FROM p WHERE id > 3298 AND m = 3", [(("id", "name"), (3,), (2, 3))]),
    ("SELECT name FROM p WHERE id >= 3300 AND m = 3", [(("id", "name"), (3,), (3,))]),
    ("SELECT id FROM p WHERE day = DATE '2024-02-05'", [(("id", "day"), (2,), (1,))]),
    ("SELECT id FROM p WHERE day >= DATE '2024-03-13'", [(("id", "day"), (3,), (3,))]),
    ("SELECT id FROM p WHERE day = DATE '2024-02-04' + INTERVAL '1' DAY AND m = 2", [(("id", "day"), (2,), (1,))]),
    ("SELECT id FROM p WHERE id IN (1001, 1399, 5000)", [(ONE, (1,), (0, 3))]),
    ("SELECT id FROM p WHERE id = 1001 OR id = 3399", [(ONE, (1,), (0,)), (ONE, (3,), (3,))]),
    ("SELECT id FROM p WHERE id < 1100 AND id > 1399", []),
    ("SELECT id FROM p WHERE id = 99", []),
    ("SELECT id FROM p WHERE NOT id < 3300", [(ONE, (3,), (3,))]),
    ("SELECT id FROM p WHERE id NOT BETWEEN 1100 AND 3399", [(ONE, (1,), (0,))]),
    ("SELECT id FROM p WHERE NOT (id >= 1100 OR note = 'x')", [(("id", "note"), (1,), ())]),
    ("SELECT id FROM p WHERE id NOT IN (1001, NULL)", []),
    ("SELECT id FROM p WHERE name LIKE 'n1000%'", [(("id", "name"), (1,), (0,))]),
    ("SELECT id FROM p WHERE NOT (name NOT LIKE 'n1000%')", [(("id", "name"), (1,), (0,))]),
    ("SELECT id FROM p WHERE NOT name LIKE 'n1%0'", [(("id", "name"), MONTHS, GROUPS)]),
    ("SELECT id FROM p WHERE name NOT LIKE 'n1%0'", [(("id", "name"), MONTHS, GROUPS)]),
    ("SELECT id FROM p WHERE lower(name) = 'n10001'", [(("id", "name"), MONTHS, GROUPS)]),
    ("SELECT id FROM p WHERE id + 0 = 1001", [(ONE, MONTHS, GROUPS)]),
    # NULL
    ("SELECT id FROM p WHERE note IS NULL", [(("id", "note"), MONTHS, (0,))]),
    ("SELECT id FROM p WHERE note IS NOT NULL", [(("id", "note"), MONTHS, (1, 2, 3))]),
    ("SELECT id FROM p WHERE note = 'note 150'", [(("id", "note"), MONTHS, (1,))]),
    ("SELECT id FROM p WHERE note IS NULL OR id < 1150", [(("id", "note"), MONTHS, GROUPS)]),
    # derived tables, views, WITH, unions, LIMIT
    ("SELECT id FROM (SELECT * FROM p) WHERE m = 3", [(ONE, (3,), GROUPS)]),
    ("SELECT x FROM (SELECT id AS x, m AS y FROM p) AS t WHERE y = 1", [(ONE, (1,), GROUPS)]),
    ("SELECT a FROM (SELECT id, m FROM p) AS t(a, b) WHERE b = 1 AND a = 1399", [(ONE, (1,), (3,))]),
    ("SELECT g, n FROM (SELECT m AS g, count(id) AS n FROM p GROUP BY 1) WHERE g = 2", [(ONE, (2,), GROUPS)]),
    ("SELECT n FROM (SELECT m AS g, count(id) AS n FROM p GROUP BY m) WHERE n > 3", [(ONE, MONTHS, GROUPS)]),
    ("SELECT id FROM (SELECT id, m FROM p ORDER BY name LIMIT 5) WHERE m = 3", [(("id", "name"), MONTHS, GROUPS)]),
    (
        "SELECT id, r FROM (SELECT id, m, row_number() OVER (ORDER BY id) AS r FROM p) WHERE m = 2",
        [(ONE, MONTHS, GROUPS)],
    ),
    ("SELECT number FROM inner_view WHERE month = 3", [(ONE, (3,), GROUPS)]),
    ("SELECT sum(number) FROM outer_view", [(ONE, (2, 3), GROUPS)]),
    ("SELECT * FROM outer_view WHERE number = 3010 AND month <> 2", [(ONE, (3,), (0,))]),
    ("WITH never AS (SELECT * FROM p) SELECT id FROM p WHERE m = 1", [(ONE, (1,), GROUPS)]),
    (
        "WITH a AS (SELECT * FROM p), b AS (SELECT id, m FROM a WHERE m > 1) SELECT id FROM b WHERE m < 3",
        [(ONE, (2,), GROUPS)],
    ),
    (
        "SELECT i FROM (SELECT id AS i, m AS k FROM p UNION ALL SELECT m, id FROM p) WHERE k = 2",
        [(ONE, (2,), GROUPS)],
    ),
    (
        "SELECT name FROM p WHERE m = 1 UNION SELECT note FROM p WHERE m = 2",
        [(("name",), (1,), GROUPS), (("note",), (2,), GROUPS)],
    ),
    (
        "SELECT a FROM (SELECT id, m FROM p UNION ALL SELECT s.a, m FROM p WHERE m > 1) AS t(a, b) WHERE b < 3",
        [(ONE, (1, 2), GROUPS), (("s.a",), (2,), GROUPS)],
    ),
    # the same table more than once
    (
        "SELECT a.id, b.name FROM p a JOIN p b ON a.id = b.id AND a.m = b.m WHERE a.m = 2",
        [(ONE, (2,), GROUPS), (("id", "name"), (2,), GROUPS)],
    ),
    (
        "SELECT a.name FROM p a, p b WHERE a.id = b.id AND a.m = 1 AND b.m = 3",
        [(("id", "name"), (1,), GROUPS), (ONE, (3,), GROUPS)],
    ),
    (
        "SELECT count(y.name) FROM p x LEFT JOIN p y ON x.id = y.id AND y.m = 1 WHERE x.m = 2",
        [(ONE, (2,), GROUPS), (("id", "name"), (1,), GROUPS)],
    ),
    (
        "SELECT x.name FROM p x LEFT JOIN p y ON x.id = y.id WHERE y.id IS NULL AND x.m = 2",
        [(("id", "name"), (2,), GROUPS), (ONE, MONTHS, GROUPS)],
    ),
    (
        "SELECT x.name FROM p x LEFT JOIN p y ON x.id = y.id AND x.m = y.m WHERE y.m = 2",
        [(("id", "name"), (2,), GROUPS), (ONE, (2,), GROUPS)],
    ),
    (
        "SELECT x.name FROM p x LEFT JOIN p y ON x.id = y.id WHERE coalesce(y.m, 2) = 2",
        [(("id", "name"), MONTHS, GROUPS), (ONE, MONTHS, GROUPS)],
    ),
    (
        "SELECT x.name FROM p x FULL JOIN p y ON x.id = y.id AND x.m = y.m WHERE x.m = 3",
        [(("id", "name"), (3,), GROUPS), (ONE, (3,), GROUPS)],
    ),
    (
        "SELECT x.name FROM p x FULL JOIN p y ON x.id = y.id AND x.m = 1",
        [(("id", "name"), MONTHS, GROUPS), (ONE, MONTHS, GROUPS)],
    ),
    (
        "SELECT name, n FROM p JOIN (SELECT id, m AS n FROM p WHERE m = 1) USING (id)",
        [(("id", "name"), MONTHS, GROUPS), (ONE, (1,), GROUPS)],
    ),
    (
        "SELECT name FROM p a WHERE m = 1 AND id > (SELECT avg(b.id) FROM p b WHERE b.m = 3 AND b.note = a.note)",
        [(("id", "name", "note"), (1,), GROUPS), (("id", "note"), (3,), GROUPS)],
    ),
    (
        "SELECT count(*) FROM p a WHERE m = 1 AND EXISTS (SELECT * FROM p b WHERE b.m = 2 AND b.name = a.note)",
        [(("note",), (1,), GROUPS), (("name",), (2,), GROUPS)],
    ),
    (
        "SELECT name FROM p WHERE m = 1 AND id IN (SELECT s.a FROM p WHERE m = 2)",
        [(("id", "name"), (1,), GROUPS), (("s.a",), (2,), GROUPS)],
    ),
]


@pytest.mark.parametrize(("sql", "reads"), CASES)
def test_the_bytes_are_those_of_the_chunks(sql, reads, footers, stored, estimate, run):
    by_hand = sum(stored(*read) for read in reads)
    assert estimate(sql).bytes == by_hand
    assert run(sql) == by_hand
