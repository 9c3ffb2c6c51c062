"""Two writers of one table, and statements that are stopped: none lost, nothing half done."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from helpers.local.athena.catalog import Catalog
from helpers.local.athena.duck import Duck
from helpers.local.athena.errors import AthenaError, Cancelled
from helpers.local.athena.iceberg import changes, inserting, warehouse
from helpers.local.athena.objects import ObjectCache
from helpers.local.athena.outcome import Context, Services
from helpers.local.athena.sql import statements
from helpers.local.athena.types import INTEGER, varchar

ROW = [("c0", INTEGER), ("c1", varchar(1))]


@pytest.fixture
def services(client, tmp_path):
    s3, glue = client("s3"), client("glue")
    catalog = Catalog(glue, s3, caching=False)
    return Services(s3, glue, catalog, ObjectCache(s3, tmp_path / "objects"), Duck(tmp_path))


@pytest.fixture
def context(services, tables):
    return Context("aaaaaaaa-1111", services, database=tables.database)


def opened(services, tables):
    return warehouse.open_table(services.catalog.table(tables.database, tables.name), services.catalog)


def insert(table, number, context):
    con = context.services.duck.connect()
    try:
        return inserting.insert(table, con, f"SELECT {number} AS c0, 'x' AS c1", ROW, context)
    finally:
        con.close()


def test_appends_of_two_writers_are_both_kept(tables, services, context, seen):
    tables.create()
    one, other = opened(services, tables), opened(services, tables)
    insert(one, 1, context)
    insert(other, 2, context)
    assert seen() == [(1, "x"), (2, "x")]


@pytest.mark.parametrize("change", ["UPDATE {t} SET name = 'mine' WHERE id = 1", "DELETE FROM {t} WHERE id = 1"])
@pytest.mark.parametrize(
    "other", ["UPDATE {t} SET name = 'other'", "DELETE FROM {t} WHERE id = 1", "INSERT INTO {t} VALUES (9, 'n')"]
)
def test_a_change_of_rows_that_another_writer_overtook_fails(tables, context, seen, monkeypatch, change, other):
    tables.create()
    tables.ok("INSERT INTO {t} VALUES (1, 'a'), (2, 'b')")
    write = changes.position_deletes.write
    found = {}

    def overtaken(*arguments):
        written = write(*arguments)
        tables.ok(other)
        found.update(objects=tables.objects(), rows=seen())
        return written

    monkeypatch.setattr(changes.position_deletes, "write", overtaken)
    statement = statements.parse(tables.named(change))
    rule = changes.update if change.startswith("UPDATE") else changes.delete
    with pytest.raises(AthenaError) as failure:
        rule(statement, context)
    where = f"iceberg_tests.{tables.name}"
    assert str(failure.value) == f"ICEBERG_COMMIT_ERROR: Failed to commit Iceberg update to table: {where}"
    assert failure.value.error_type == 233  # "Iceberg error" of Athena's error reference: dbt-athena tries again
    assert seen() == found["rows"]
    assert {k for k in tables.objects() if k.endswith("parquet")} < {
        k for k in found["objects"] if k.endswith("parquet")
    }


def test_a_statement_stopped_before_its_commit_changes_nothing(tables, context, seen):
    tables.create()
    tables.ok("INSERT INTO {t} VALUES (1, 'a'), (2, 'b')")
    before = tables.objects()
    check, calls = context.check_cancelled, []

    def stopped_at_the_end():
        calls.append(len(tables.objects()))
        if calls[-1] > len(before) + 1:  # the new data file and the delete file are there
            raise Cancelled
        check()

    context.check_cancelled = stopped_at_the_end
    with pytest.raises(Cancelled):
        changes.update(statements.parse(tables.named("UPDATE {t} SET name = 'z' WHERE id = 1")), context)
    assert max(calls) == len(before) + 2
    assert tables.objects() == before and seen() == [(1, "a"), (2, "b")]


def test_many_writers_at_once(tables, seen):
    tables.create()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: tables.run(f"INSERT INTO {{t}} VALUES ({n}, 'x')"), range(8)))
    kept = [n for n, answer in enumerate(answers) if answer.state == "SUCCEEDED"]
    assert all("ICEBERG_COMMIT_ERROR: " in a.reason for a in answers if a.state != "SUCCEEDED")
    assert [row[0] for row in seen()] == kept and kept


def test_a_query_reads_one_snapshot(tables, services, context, monkeypatch):
    """A table named twice in a statement is read at one snapshot, whatever is committed while it is planned."""
    from helpers.local.athena import queries
    from helpers.local.athena.iceberg import relations

    tables.create()
    tables.ok("INSERT INTO {t} VALUES (1, 'a')")
    at = relations.at

    def then_another_row(*arguments):
        found = at(*arguments)
        tables.ok("INSERT INTO {t} VALUES (2, 'b')")
        return found

    monkeypatch.setattr(relations, "at", then_another_row)
    sql = "SELECT (SELECT count(*) FROM {t}), count(*) FROM {t} a, {t} b"
    outcome = queries.select(statements.parse(tables.named(sql)), context)
    assert list(outcome.rows) == [["1", "1"]]


def test_glue_refuses_an_update_of_an_old_version(tables, client):
    tables.create()
    glue = client("glue")
    held = glue.get_table(DatabaseName=tables.database, Name=tables.name)["Table"]
    wanted = {"Name": tables.name, "Parameters": held["Parameters"]}
    described = {"DatabaseName": tables.database, "TableInput": wanted}
    glue.update_table(**described, VersionId=held["VersionId"])
    with pytest.raises(glue.exceptions.ConcurrentModificationException):
        glue.update_table(**described, VersionId=held["VersionId"])
    glue.update_table(**described)


def test_a_statement_that_is_committing_cannot_be_stopped(context):
    assert context.may_be_cancelled()
    with pytest.raises(Cancelled):
        context.point_of_no_return()
    context.cancelled.clear()
    context.point_of_no_return()
    assert not context.may_be_cancelled() and not context.cancelled.is_set()


def test_what_was_stopped_is_not_there_and_what_succeeded_is(tables, seen):
    """Stopped at moments that are spread over the statement's run: its state says whether its row is there."""
    tables.create()
    states = {}
    for n in range(12):
        request = {
            "QueryString": tables.named(f"INSERT INTO {{t}} VALUES ({n}, 'x')"),
            "QueryExecutionContext": {"Database": tables.database},
            "ResultConfiguration": {"OutputLocation": "s3://query-tests/results/"},
        }
        execution = tables.athena.start_query_execution(**request)["QueryExecutionId"]
        for _ in range(n * 2):  # each of these takes a millisecond or two
            tables.athena.get_query_execution(QueryExecutionId=execution)
        tables.athena.stop_query_execution(QueryExecutionId=execution)
        states[n] = tables.wait(execution)["Status"]["State"]
    tables.ok("INSERT INTO {t} VALUES (99, 'the last')")
    expected = [n for n, state in states.items() if state == "SUCCEEDED"]
    assert [row[0] for row in seen()] == [*expected, 99], states
