"""EXPLAIN of what writes, plans as graphs, and statements about functions elsewhere. Plans of queries and what they
read: test_scanned_bytes.py."""

import pytest

from tests.unit.local import queries


@pytest.fixture(scope="module")
def session(client):
    session = queries.Session(client, "explained")
    session.ok("CREATE TABLE one WITH (format = 'PARQUET') AS SELECT 1 AS a, 'x' AS b")
    return session


def plan(session, sql):
    return [row[0] for row in session.ok(sql).rows]


@pytest.mark.parametrize(
    ("sql", "target"),
    [
        ("CREATE TABLE two AS SELECT * FROM one", "awsdatacatalog:explained:two"),
        ("INSERT INTO one SELECT * FROM one", "awsdatacatalog:explained:one"),
        ("UNLOAD (SELECT * FROM one) TO 's3://query-tests/unloaded/' WITH (format = 'PARQUET')",
         "s3://query-tests/unloaded/"),
    ],
)  # fmt: skip
def test_what_writes_is_explained_and_not_run(session, sql, target):
    lines = [line.strip() for line in plan(session, f"EXPLAIN {sql}")]
    assert lines[1:] == [
        f"- TableCommit[target = {target}]",
        "- TableWriter",
        "- TableScan[table = awsdatacatalog:explained:one, columns = [a, b]]",
    ]
    assert plan(session, f"EXPLAIN (TYPE VALIDATE) {sql}") == ["true"]
    assert session.ok("SELECT count(*) FROM one").rows == [["1"]]
    assert session.ok("SHOW TABLES").rows == [["one"]]
    assert session.error(f"EXPLAIN ANALYZE {sql}").startswith("NOT_SUPPORTED: EXPLAIN ANALYZE of ")


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        (
            "CREATE TABLE one AS SELECT 1 AS a",
            "TABLE_ALREADY_EXISTS: line 1:1: Destination table 'awsdatacatalog.explained.one' already exists",
        ),
        ("INSERT INTO none SELECT 1", "TABLE_NOT_FOUND: Table 'awsdatacatalog.explained.none' does not exist"),
        ("INSERT INTO one SELECT c FROM one", "COLUMN_NOT_FOUND: "),
        ("INSERT INTO one SELECT 'x', 1", "TYPE_MISMATCH: "),
    ],
)
def test_what_would_be_refused_is_not_explained(session, sql, reason):
    assert session.error(f"EXPLAIN {sql}").startswith(reason)
    assert session.error(f"EXPLAIN (TYPE VALIDATE) {sql}").startswith(reason)


def test_a_plan_as_a_graph(session):
    """A node for each step, an arrow from each to what feeds it."""
    lines = plan(session, "EXPLAIN (TYPE LOGICAL, FORMAT GRAPHVIZ) SELECT * FROM one p JOIN one q ON p.a = q.a")
    assert lines[0] == "digraph logical_plan {" and lines[-1] == "}"
    nodes = [line.partition("[")[0] for line in lines if "label=" in line]
    assert nodes == [f"plannode_{i}" for i in range(4)]
    assert [line for line in lines if "->" in line] == [
        "plannode_0 -> plannode_1;",
        "plannode_1 -> plannode_2;",
        "plannode_1 -> plannode_3;",
    ]


def test_functions_elsewhere_are_not_called(session):
    """Athena's user guide, "Querying with user defined functions"."""
    sql = "USING EXTERNAL FUNCTION f(x int, y varchar) RETURNS varchar LAMBDA 'mine' SELECT f(a, b) FROM one"
    message = "NOT_SUPPORTED: external functions: this endpoint calls neither AWS Lambda nor SageMaker"
    assert session.error(sql) == message
