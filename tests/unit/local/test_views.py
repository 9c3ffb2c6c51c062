"""Views whose tables have changed, and views inside views: Trino's rules and words (TestAnalyzer's views)."""

import pytest

from tests.unit.local import queries


@pytest.fixture(scope="module")
def session(client):
    session = queries.Session(client, "viewing")
    session.ok(f"CREATE EXTERNAL TABLE t (a int, b string) LOCATION 's3://{queries.BUCKET}/viewing/t/'")
    session.put("viewing/t/one", b"1\x01x\n")
    for name, query in {"v": "SELECT a, b FROM t", "over_v": "SELECT * FROM v", "bare": "SELECT 1 AS a"}.items():
        session.ok(f"CREATE VIEW {name} AS {query}")
    return session


@pytest.fixture
def retyped(session):
    """Give the table other columns for the time of a test."""
    yield lambda columns: session.ok(f"ALTER TABLE t REPLACE COLUMNS ({columns})")
    session.ok("ALTER TABLE t REPLACE COLUMNS (a int, b string)")


def test_a_narrower_column_comes_in_the_type_that_the_view_has_kept(session, retyped):
    retyped("a tinyint, b string")
    answer = session.ok("SELECT * FROM over_v WHERE a = 1")
    assert (answer.columns, answer.rows) == ([("a", "integer"), ("b", "varchar")], [["1", "x"]])


def test_a_column_of_another_type_makes_the_view_stale(session, retyped):
    retyped("a string, b string")
    stale = (
        "View 'awsdatacatalog.viewing.v' is stale or in invalid state: column [a] of type varchar projected from "
        "query view at position 0 cannot be coerced to column [a] of type integer stored in view definition"
    )
    assert session.error("SELECT b FROM v") == f"VIEW_IS_STALE: line 1:15: {stale}"
    assert session.error("SELECT b FROM over_v") == (
        f"INVALID_VIEW: line 1:15: Failed analyzing stored view 'awsdatacatalog.viewing.over_v': line 3:3: {stale}"
    )


def test_more_columns_make_a_view_with_a_star_stale(session, retyped):
    session.ok("CREATE VIEW starred AS SELECT * FROM t")
    retyped("a int, b string, c int")
    assert session.error("SELECT * FROM starred").endswith(
        "stored view column count (2) does not match column count derived from the view query analysis (3)"
    )
    retyped("a int, c string")
    assert session.error("SELECT * FROM starred").endswith(
        "column [c] of type varchar projected from query view at position 1 has a different name from column [b] of "
        "type varchar stored in view definition"
    )


def test_what_is_wrong_inside_a_view_is_said_with_its_place_there(session, retyped):
    retyped("b string")
    assert session.error("SELECT * FROM v") == (
        "INVALID_VIEW: line 1:15: Failed analyzing stored view 'awsdatacatalog.viewing.v': line 2:3: Column 'a' "
        "cannot be resolved or requester is not authorized to access requested resources"
    )


def test_no_view_reads_itself(session):
    session.ok("CREATE VIEW over_bare AS SELECT * FROM bare")
    recursive = "Statement would create a recursive view"
    assert session.error("CREATE OR REPLACE VIEW bare AS SELECT * FROM bare") == (
        f"VIEW_IS_RECURSIVE: line 1:46: {recursive}"
    )
    assert session.error("CREATE OR REPLACE VIEW bare AS SELECT * FROM over_bare") == (
        "INVALID_VIEW: line 1:46: Failed analyzing stored view 'awsdatacatalog.viewing.over_bare': line 3:3: "
        + recursive
    )


def test_a_view_that_another_program_made_to_read_itself(session, client):
    glue = client("glue")
    for name, query in {"ring": "SELECT * FROM bare", "copied": "SELECT * FROM ring"}.items():
        session.ok(f"CREATE VIEW {name} AS {query}")
    circle = glue.get_table(DatabaseName="viewing", Name="copied")["Table"]["ViewOriginalText"]
    table = {"Name": "ring", "TableType": "VIRTUAL_VIEW", "ViewOriginalText": circle, "StorageDescriptor": {}}
    glue.update_table(DatabaseName="viewing", TableInput=table)
    assert session.error("SELECT * FROM ring") == (
        "INVALID_VIEW: line 1:15: Failed analyzing stored view 'awsdatacatalog.viewing.ring': line 3:3: "
        "View is recursive"
    )
