"""Which bytes a query is billed for: partitions and row groups that its predicate leaves, columns that it reads.

Expected bytes are added up from the Parquet footers by pyarrow, here in the test.
"""

import io
import json

import pyarrow
import pyarrow.parquet
import pytest

from tests.unit.local.queries import Session

GROUP = 250
MONTHS = (1, 2, 3)


@pytest.fixture(scope="module")
def lake(client):
    """A table of three partitions, each one file of four row groups with ids month*1000 … month*1000+999."""
    session = Session(client, "scanned_bytes")
    session.footers = {}
    for month in MONTHS:
        ids = list(range(month * 1000, month * 1000 + 1000))
        nested = [{"a": i, "b": str(i)} for i in ids]
        table = pyarrow.table({"id": ids, "name": [f"n{i}" for i in ids], "s": nested})
        buffer = io.BytesIO()
        pyarrow.parquet.write_table(table, buffer, row_group_size=GROUP)
        session.put(f"lake/m={month}/part.parquet", buffer.getvalue())
        session.footers[month] = pyarrow.parquet.read_metadata(io.BytesIO(buffer.getvalue()))
    session.ok(
        "CREATE EXTERNAL TABLE p (id bigint, name string, s struct<a:bigint,b:string>) PARTITIONED BY (m int) "
        "STORED AS PARQUET LOCATION 's3://query-tests/lake/'"
    )
    session.ok("MSCK REPAIR TABLE p")
    return session


def stored(lake, columns, months=MONTHS, groups=range(4)):
    """Compressed bytes of column chunks, by the paths of their columns."""
    total = 0
    for month in months:
        for g in groups:
            group = lake.footers[month].row_group(g)
            chunks = [group.column(i) for i in range(group.num_columns)]
            total += sum(c.total_compressed_size for c in chunks if c.path_in_schema in columns)
    return total


ALL = ("id", "name", "s.a", "s.b")


@pytest.mark.parametrize(
    ("sql", "columns", "months", "groups"),
    [
        ("SELECT sum(id) FROM p", ("id",), MONTHS, range(4)),
        ("SELECT * FROM p", ALL, MONTHS, range(4)),
        ("SELECT sum(id) FROM p WHERE m = 2", ("id",), (2,), range(4)),
        ("SELECT sum(id) FROM p WHERE m IN (1, 3) AND m <> 3", ("id",), (1,), range(4)),
        ("SELECT sum(id) FROM p WHERE CAST(m AS varchar) = '2'", ("id",), (2,), range(4)),
        ("SELECT sum(id) FROM p WHERE m + 1 = 4", ("id",), (3,), range(4)),
        ("SELECT name FROM p WHERE id = 1100", ("id", "name"), (1,), range(1)),
        ("SELECT name FROM p WHERE id BETWEEN 2300 AND 2600", ("id", "name"), (2,), (1, 2)),
        ("SELECT s.a FROM p WHERE m = 1", ("s.a",), (1,), range(4)),
        ("SELECT s FROM p WHERE m = 1", ("s.a", "s.b"), (1,), range(4)),
        (
            "SELECT max(id) FROM p WHERE (m = 2 AND id > 5) OR (m = 3 AND name = 'x')",
            ("id", "name"),
            (2, 3),
            range(4),
        ),
        (
            "SELECT max(id) FROM p WHERE m <= year(current_date) - 2000 AND m = 1 + year(now()) * 0",
            ("id",),
            (1,),
            range(4),
        ),
        ("SELECT count(*) FROM p", (), (), ()),
        ("SELECT m, count(*) FROM p GROUP BY m", (), (), ()),
        ("SELECT * FROM p WHERE 1 = 0", (), (), ()),
        ("SELECT * FROM p LIMIT 0", (), (), ()),
        ("SELECT id FROM p WHERE m = 1 AND m = 2", (), (), ()),
        # through subqueries, WITH, views of the same and unions
        ("SELECT id FROM (SELECT * FROM p) WHERE m = 3", ("id",), (3,), range(4)),
        (
            "WITH x AS (SELECT id, name, m AS month FROM p) SELECT max(id) FROM x WHERE month = 1",
            ("id",),
            (1,),
            range(4),
        ),
        ("SELECT g, n FROM (SELECT m AS g, count(id) AS n FROM p GROUP BY m) WHERE g = 2", ("id",), (2,), range(4)),
        (
            "SELECT i FROM (SELECT id AS i, m FROM p WHERE m = 1 UNION ALL SELECT id, m FROM p WHERE m = 2) "
            "WHERE m = 2",
            ("id",),
            (2,),
            range(4),
        ),
        # nested fields through subqueries
        ("SELECT max(x.a) FROM (SELECT s AS x, id FROM p) WHERE x.b > ''", ("s.a", "s.b"), MONTHS, range(4)),
        ("SELECT max(x.a) FROM (SELECT s AS x, id FROM p ORDER BY id LIMIT 9)", ("s.a", "id"), MONTHS, range(4)),
        (
            "SELECT x.a FROM (SELECT s AS x FROM p WHERE m = 1 UNION ALL SELECT s FROM p WHERE m = 3)",
            ("s.a",),
            (1, 3),
            range(4),
        ),
        ("SELECT max(x.a) FROM (SELECT DISTINCT s AS x FROM p)", ("s.a", "s.b"), MONTHS, range(4)),
        ("SELECT max(x.a) FROM (SELECT s AS x, count(*) AS n FROM p GROUP BY s)", ("s.a", "s.b"), MONTHS, range(4)),
        ("SELECT max(x.a) FROM (SELECT s AS x FROM p) WHERE x IS NOT NULL", ("s.a", "s.b"), MONTHS, range(4)),
        # columns that nobody uses: behind UNION ALL and EXISTS, but not where rows are compared
        (
            "SELECT count(i) FROM (SELECT id AS i, name FROM p UNION ALL SELECT s.a, name FROM p)",
            ("id", "s.a"),
            MONTHS,
            range(4),
        ),
        ("SELECT count(*) FROM (SELECT id FROM p UNION ALL SELECT * FROM (VALUES 1))", (), (), ()),
        ("SELECT count(i) FROM (SELECT id AS i, name FROM p UNION SELECT 1, 'x')", ("id", "name"), MONTHS, range(4)),
        ("SELECT 1 WHERE EXISTS (SELECT * FROM p WHERE id = 1001)", ("id",), (1,), (0,)),
        # conditions on the partition column that mix with others
        ("SELECT id FROM p WHERE (m + 0 = 1 AND name > 'n') OR m % 2 = 0", ("id", "name"), (1, 2), range(4)),
        ("SELECT id FROM p WHERE NOT (m % 2 = 1 OR name = 'x')", ("id", "name"), (2,), range(4)),
        ("SELECT id FROM p WHERE m % 2 = 0 OR name = 'x' OR m = 1", ("id", "name"), MONTHS, range(4)),
        # NOT of what has a simple form
        ("SELECT name FROM p WHERE NOT (id < 3750)", ("id", "name"), (3,), (3,)),
        ("SELECT name FROM p WHERE id NOT BETWEEN 1000 AND 3749", ("id", "name"), (3,), (3,)),
        ("SELECT name FROM p WHERE NOT (id >= 1250 OR name = 'x')", ("id", "name"), (1,), (0,)),
        ("SELECT id FROM p WHERE m = 1 AND NOT (id IN (5, 7) AND id > 0)", ("id",), (1,), range(4)),
        ("SELECT id FROM p WHERE id NOT IN (5, NULL)", (), (), ()),
        ("SELECT id FROM p WHERE name NOT LIKE 'n1%0'", ("id", "name"), MONTHS, range(4)),
        # what does not prune
        ("SELECT max(id) FROM p WHERE m = 2 OR id = 5", ("id",), MONTHS, range(4)),
        ("SELECT max(id) FROM p WHERE m = (SELECT 2)", ("id",), MONTHS, range(4)),
        ("SELECT max(id) FROM p WHERE m = 2 OR rand() < 0", ("id",), MONTHS, range(4)),
        (
            "SELECT max(i) FROM (SELECT id AS i, m, row_number() OVER (ORDER BY id) AS r FROM p) WHERE m = 2",
            ("id",),
            MONTHS,
            range(4),
        ),
    ],
)
def test_only_what_is_read_is_billed(lake, sql, columns, months, groups):
    assert lake.ok(sql).scanned == stored(lake, columns, months, groups)


def test_a_join_is_billed_for_both_sides_and_prunes_both(lake):
    one = stored(lake, ("id",), (2,))
    assert lake.ok("SELECT count(*) FROM p a JOIN p b ON a.id = b.id AND a.m = b.m WHERE a.m = 2").scanned == 2 * one
    outer = "SELECT count(y.id) FROM p x LEFT JOIN p y ON x.id = y.id AND y.m = 1 WHERE x.m = 2"
    answer = lake.ok(outer)
    assert answer.rows == [["0"]]
    assert answer.scanned == stored(lake, ("id",), (2,)) + stored(lake, ("id",), (1,))


@pytest.mark.parametrize(
    ("join", "where", "left", "right"),
    [
        # a predicate that rejects NULL makes an outer join an inner one, and its ON then prunes both sides
        ("LEFT JOIN", "y.m = 1", (1,), (1,)),
        ("LEFT JOIN", "y.m + 0 IN (1)", (1,), (1,)),
        ("FULL JOIN", "x.m = 2", (2,), (2,)),
        ("FULL JOIN", "x.m = 2 AND y.id > 0", (2,), (2,)),
        # what is true of the NULLs that an outer join adds must not prune the side that they stand for
        ("LEFT JOIN", "coalesce(y.m, 1) = 1", MONTHS, MONTHS),
        ("LEFT JOIN", "(y.m IS NULL) = true", MONTHS, MONTHS),
        ("LEFT JOIN", "1 IN (y.m, 1)", MONTHS, MONTHS),
        ("RIGHT JOIN", "coalesce(x.m, 1) = 1", MONTHS, MONTHS),
        ("FULL JOIN", "coalesce(x.m, 1) = 1", MONTHS, MONTHS),
    ],
)
def test_outer_joins_prune_as_far_as_their_answer_allows(lake, join, where, left, right):
    answer = lake.ok(f"SELECT count(*) FROM p x {join} p y ON x.id = y.id AND x.m = y.m WHERE {where}")
    assert answer.scanned == stored(lake, ("id",), left) + stored(lake, ("id",), right)
    # every id has its partner, so the join is p with itself
    expected = {"coalesce": 1000, "(y.m IS": 0, "1 IN (y": 3000, "y.m + 0": 1000, "y.m = 1": 1000, "x.m = 2": 1000}
    assert answer.rows == [[str(next(n for start, n in expected.items() if where.startswith(start)))]]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) FROM (SELECT count(*) AS n FROM p)", 1),
        ("SELECT count(*) FROM (SELECT sum(id), max(name) FROM p)", 1),
        ("SELECT count(*) FROM (SELECT sum(id) FROM p HAVING sum(id) < 0)", 0),
        ("SELECT count(*) FROM (SELECT m, sum(id) FROM p GROUP BY m)", 3),
        ("SELECT count(*) FROM (SELECT id, name FROM p UNION ALL SELECT 1, 'x')", 3001),
        ("SELECT count(*) FROM (SELECT m, 'x' FROM p UNION SELECT m, 'y' FROM p)", 6),
        ("SELECT count(*) FROM (SELECT * FROM p UNION ALL (SELECT * FROM p LIMIT 2))", 3002),
        ("SELECT count(*) FROM (SELECT id, m FROM p UNION ALL SELECT DISTINCT m, m FROM p)", 3003),
        ("SELECT count(*) FROM (VALUES 1, 2) WHERE EXISTS (SELECT sum(id) FROM p WHERE id < 0)", 2),
        ("SELECT count(*) FROM (VALUES 1, 2) WHERE EXISTS (SELECT id, name FROM p WHERE id < 0)", 0),
        ("SELECT count(*) FROM p x WHERE EXISTS (SELECT DISTINCT y.m FROM p y WHERE y.id = x.id + 2000)", 1000),
        ("SELECT count(x.b) FROM (SELECT s AS x, id FROM p) WHERE x.a < 1010 AND x.b > '1'", 10),
        ("SELECT count(x.a) FROM (SELECT s AS x FROM p UNION ALL SELECT s FROM p)", 6000),
        ("SELECT count(DISTINCT x.a) FROM (SELECT s AS x FROM p ORDER BY s.b LIMIT 7)", 7),
        ("SELECT count(*) FROM p x WHERE EXISTS (SELECT m FROM p y GROUP BY m HAVING max(id) < x.id)", 2000),
    ],
)
def test_dropping_unused_columns_changes_no_answer(lake, sql, rows):
    assert lake.ok(sql).rows == [[str(rows)]]


def test_pruned_partitions_are_not_opened(lake):
    lake.put("lake/m=9/broken.parquet", b"this is no parquet file")
    lake.ok("ALTER TABLE p ADD IF NOT EXISTS PARTITION (m = 9)")
    try:
        assert lake.ok("SELECT count(id) FROM p WHERE m < 9").rows == [["3000"]]
        assert "part" in lake.error("SELECT count(id) FROM p") or "broken.parquet" in lake.error(
            "SELECT count(id) FROM p"
        )
    finally:
        lake.ok("ALTER TABLE p DROP PARTITION (m = 9)")


def test_constants_and_metadata_scan_nothing(lake):
    for sql in ("SELECT 1", "SELECT * FROM (VALUES 1, 2)", "SHOW TABLES", "DESCRIBE p", "EXPLAIN SELECT * FROM p"):
        assert lake.ok(sql).scanned == 0


def test_explain_shows_what_is_left(lake):
    lines = [row[0] for row in lake.ok("EXPLAIN SELECT name FROM p WHERE m = 2 AND id > 5").rows]
    assert any("columns = [id, name, m], partitions = 1 of 3" in line for line in lines)


def test_explain_as_json_is_the_same_plan(lake):
    """Trino's shape: fragments by number, nodes with descriptor and children; ANALYZE reads what the query reads."""
    sql = "SELECT name FROM p WHERE m = 2 AND id > 5"
    explained = lake.ok(f"EXPLAIN (FORMAT JSON) {sql}")
    node = json.loads("\n".join(line for (line,) in explained.rows))["0"]
    assert (node["name"], node["descriptor"]) == ("Output", {"columnNames": "[name]"})
    while node["children"]:
        (node,) = node["children"]
    assert (node["name"], node["descriptor"]["columns"]) == ("TableScan", "[id, name, m]")
    assert explained.scanned == 0
    assert lake.ok(f"EXPLAIN ANALYZE (FORMAT JSON) {sql}").scanned == lake.ok(sql).scanned > 0


def test_the_hidden_column_names_the_object_and_costs_nothing(lake):
    answer = lake.ok('SELECT "$path", count(*) FROM p WHERE m < 3 GROUP BY 1 ORDER BY 1')
    assert answer.rows == [[f"s3://query-tests/lake/m={m}/part.parquet", "1000"] for m in (1, 2)]
    assert answer.scanned == 0
    assert [name for name, _ in lake.ok("SELECT * FROM p LIMIT 1").columns] == ["id", "name", "s", "m"]
