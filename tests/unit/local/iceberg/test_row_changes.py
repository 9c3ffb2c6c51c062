"""INSERT, UPDATE, DELETE and MERGE; pyiceberg's own scan is the second engine."""

from datetime import date, datetime
from decimal import Decimal

import pytest

THREE = "INSERT INTO {t} VALUES (1, 'a'), (2, 'b'), (3, 'c')"


def test_rows_are_the_same_for_pyiceberg(tables, seen):
    tables.create()
    assert tables.count(THREE) == 3
    assert tables.count("UPDATE {t} SET name = upper(name) || 'x' WHERE id < 3") == 2
    assert tables.count("DELETE FROM {t} WHERE id = 3") == 1
    assert tables.rows("SELECT * FROM {t} ORDER BY id") == [["1", "Ax"], ["2", "Bx"]]
    assert seen() == [(1, "Ax"), (2, "Bx")]


def test_changes_leave_the_data_files_alone(tables, outside):
    """Merge-on-read: the old file stays, a delete file says which of its rows are gone."""
    tables.create()
    tables.ok(THREE)
    (first,) = tables.rows('SELECT file_path FROM "{t}$files"')
    tables.ok("UPDATE {t} SET name = 'z' WHERE id = 2")
    assert first in tables.rows('SELECT file_path FROM "{t}$files"')
    deletes = {f.file_path for task in outside().scan().plan_files() for f in task.delete_files}
    assert len(deletes) == 1
    summary = outside().current_snapshot().summary
    assert (summary["added-position-deletes"], summary["added-data-files"]) == ("1", "1")


def test_a_file_that_loses_all_of_its_rows_leaves_the_table(tables, outside):
    tables.create()
    tables.ok(THREE)
    tables.ok("INSERT INTO {t} VALUES (4, 'd')")
    assert tables.count("DELETE FROM {t} WHERE id = 4") == 1
    summary = outside().current_snapshot().summary
    assert (summary.operation.value, summary["deleted-data-files"]) == ("delete", "1")
    assert tables.rows('SELECT record_count FROM "{t}$files"') == [["3"]]


def test_rows_deleted_twice_are_deleted_once(tables, seen):
    tables.create()
    tables.ok(THREE)
    assert [tables.count("DELETE FROM {t} WHERE id > 1 AND id < 3") for _ in range(2)] == [1, 0]
    assert tables.count("DELETE FROM {t} WHERE id > 1") == 1
    assert seen() == [(1, "a")]


def test_nothing_changed_is_no_snapshot(tables, outside):
    tables.create()
    tables.ok(THREE)
    before = outside().current_snapshot()
    assert tables.count("UPDATE {t} SET name = 'q' WHERE id > 100") == 0
    assert tables.count("DELETE FROM {t} WHERE id IS NULL") == 0
    assert outside().current_snapshot() == before


def test_update_sees_the_old_row_and_other_tables(tables, seen):
    tables.create("a int, b int, s string")
    tables.ok("INSERT INTO {t} VALUES (1, 10, 'x'), (2, 20, 'y'), (3, NULL, NULL)")
    tables.ok("UPDATE {t} SET a = b, b = a WHERE b = (SELECT max(b) FROM {t})")
    tables.ok("UPDATE {t} SET s = NULL, b = 7 WHERE a IN (SELECT * FROM (VALUES 1))")
    assert sorted(seen(), key=str) == [(1, 7, None), (20, 2, "y"), (3, None, None)]


def test_merge_takes_the_first_case_that_applies(tables, seen):
    tables.create()
    tables.ok("INSERT INTO {t} VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')")
    changed = tables.count(
        "MERGE INTO {t} t USING (VALUES (1, 'x'), (2, 'y'), (5, 'new'), (6, 'no'), (3, NULL)) AS s(id, name) "
        "ON t.id = s.id WHEN MATCHED AND s.id = 1 THEN DELETE WHEN MATCHED AND s.name IS NOT NULL THEN "
        "UPDATE SET name = s.name || t.name WHEN NOT MATCHED AND s.id < 6 "
        "THEN INSERT (name, id) VALUES (s.name, s.id)"
    )
    assert changed == 3
    assert seen() == [(2, "yb"), (3, "c"), (4, "d"), (5, "new")]


def test_merge_without_an_alias_from_itself(tables, seen):
    tables.create()
    tables.ok(THREE)
    sql = "MERGE INTO {t} USING (SELECT id + 1 AS id, name FROM {t}) AS s ON {t}.id = s.id "
    assert tables.count(
        sql + "WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT VALUES (9, '')"
    )
    assert seen() == [(1, "a"), (2, "a"), (3, "b"), (9, "")]


def test_merge_refuses_two_rows_for_one(tables):
    tables.create()
    tables.ok("INSERT INTO {t} VALUES (1, 'a')")
    sql = "MERGE INTO {t} t USING (VALUES 1, 1) s(id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = 'z'"
    assert tables.error(sql) == (
        "MERGE_TARGET_ROW_MULTIPLE_MATCHES: One MERGE target table row matched more than one source row"
    )
    assert tables.rows("SELECT * FROM {t}") == [["1", "a"]]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("UPDATE {t} SET name = 1", "TYPE_MISMATCH: line 1:8: UPDATE table column types don't match SET expressions"),
        ("UPDATE {t} SET nope = 1", "COLUMN_NOT_FOUND: "),
        ("UPDATE {t} SET id = 1, id = 2", "SYNTAX_ERROR: "),
        ("UPDATE {t} SET id = nope", "COLUMN_NOT_FOUND: "),
        ("DELETE FROM {t} WHERE nope", "COLUMN_NOT_FOUND: "),
        ("DELETE FROM {t} WHERE id", "TYPE_MISMATCH: "),
        ("DELETE FROM nowhere", "TABLE_NOT_FOUND: line 1:1: "),
        ("INSERT INTO {t} VALUES ('x', 1)", "TYPE_MISMATCH: Insert query has mismatched column types"),
        (
            "MERGE INTO {t} t USING (VALUES 1) s(id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = 1",
            "TYPE_MISMATCH: line 1:{WHEN}: MERGE table column types don't match for MERGE case 0",
        ),
        (
            "MERGE INTO {t} t USING (VALUES 1) s(id) ON t.id = s.id WHEN NOT MATCHED THEN INSERT (nope) VALUES (1)",
            "COLUMN_NOT_FOUND: ",
        ),
    ],
)
def test_what_changes_refuse_before_they_read(tables, sql, reason):
    tables.create()
    tables.ok("INSERT INTO {t} VALUES (1, 'a')")
    answer = tables.run(sql)
    assert answer.state == "FAILED" and answer.scanned == 0
    assert answer.reason.startswith(reason.replace("{WHEN}", str(tables.named(sql).find("WHEN") + 1)))


def test_every_type_survives_a_round_trip(tables, outside):
    tables.create(
        "b boolean, i int, l bigint, f float, d double, c decimal(20,3), s string, x binary, "
        "t timestamp, dt date, a array<int>, m map<string,bigint>, r struct<p:int,q:struct<z:string>>"
    )
    tables.ok(
        "INSERT INTO {t} VALUES (true, 1, 2, REAL '1.5', 2.5, DECIMAL '12.345', 'ä', X'00ff', "
        "TIMESTAMP '2020-01-02 03:04:05.123456', DATE '1969-12-31', ARRAY[1, NULL], MAP(ARRAY['k'], ARRAY[9]), "
        "CAST(ROW(1, ROW('z')) AS ROW(p integer, q ROW(z varchar))))"
    )
    tables.ok("INSERT INTO {t} (s) VALUES ('only')")
    tables.ok("UPDATE {t} SET i = 5 WHERE b")
    rows = tables.rows("SELECT * FROM {t} ORDER BY b NULLS LAST")
    assert rows[0] == [
        *("true", "5", "2", "1.5", "2.5", "12.345", "ä", "00 ff", "2020-01-02 03:04:05.123456", "1969-12-31"),
        *("[1, null]", "{k=9}", "{p=1, q={z=z}}"),
    ]
    assert rows[1] == [None] * 6 + ["only"] + [None] * 6
    expected = [
        *(True, 5, 2, 1.5, 2.5, Decimal("12.345"), "ä", b"\x00\xff", datetime(2020, 1, 2, 3, 4, 5, 123456)),
        *(date(1969, 12, 31), [1, None], [("k", 9)], {"p": 1, "q": {"z": "z"}}),
    ]
    (held,) = outside().scan("b = true").to_arrow().to_pylist()
    assert list(held.values()) == expected
