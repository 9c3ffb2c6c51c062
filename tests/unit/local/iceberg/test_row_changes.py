"""INSERT, UPDATE, DELETE and MERGE; pyiceberg's own scan is the second engine."""


def seen(outside):
    """The rows that pyiceberg reads, in order."""
    return sorted(tuple(row.values()) for row in outside().scan().to_arrow().to_pylist())


def test_rows_are_the_same_for_pyiceberg(tables, outside):
    tables.create()
    assert tables.count("INSERT INTO {t} VALUES (1, 'a'), (2, 'b'), (3, 'c')") == 3
    assert tables.count("UPDATE {t} SET name = upper(name) || 'x' WHERE id < 3") == 2
    assert tables.count("DELETE FROM {t} WHERE id = 3") == 1
    assert tables.rows("SELECT * FROM {t} ORDER BY id") == [["1", "Ax"], ["2", "Bx"]]
    assert seen(outside) == [(1, "Ax"), (2, "Bx")]


def test_merge_takes_the_first_case_that_applies(tables, outside):
    tables.create()
    tables.ok("INSERT INTO {t} VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')")
    changed = tables.count(
        "MERGE INTO {t} t USING (VALUES (1, 'x'), (2, 'y'), (5, 'new'), (6, 'no'), (3, NULL)) AS s(id, name) "
        "ON t.id = s.id WHEN MATCHED AND s.id = 1 THEN DELETE WHEN MATCHED AND s.name IS NOT NULL THEN "
        "UPDATE SET name = s.name || t.name WHEN NOT MATCHED AND s.id < 6 "
        "THEN INSERT (name, id) VALUES (s.name, s.id)"
    )
    assert changed == 3
    assert seen(outside) == [(2, "yb"), (3, "c"), (4, "d"), (5, "new")]


def test_merge_refuses_two_rows_for_one(tables):
    tables.create()
    tables.ok("INSERT INTO {t} VALUES (1, 'a')")
    sql = "MERGE INTO {t} t USING (VALUES 1, 1) s(id) ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = 'z'"
    assert tables.error(sql) == (
        "MERGE_TARGET_ROW_MULTIPLE_MATCHES: One MERGE target table row matched more than one source row"
    )
    assert tables.rows("SELECT * FROM {t}") == [["1", "a"]]
