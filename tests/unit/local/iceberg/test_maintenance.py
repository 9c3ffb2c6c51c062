"""OPTIMIZE and VACUUM: the same rows in other files, and no files that nobody needs."""

import pytest


def one_by_one(tables, count, **properties):
    """A table of `count` data files of one row each."""
    tables.create("id int, part string", "part", **properties)
    for n in range(count):
        tables.ok(f"INSERT INTO {{t}} VALUES ({n}, 'p{n % 2}')")


def ids(tables):
    return [int(row[0]) for row in tables.rows("SELECT id FROM {t} ORDER BY id")]


def test_optimize_packs_the_small_files_of_a_partition(tables, outside, seen):
    one_by_one(tables, 6, optimize_rewrite_data_file_threshold=3)
    before = seen()
    whole = sum(tables.chunks(path, "id") for (path,) in tables.rows('SELECT file_path FROM "{t}$files"'))
    answer = tables.ok("OPTIMIZE {t} REWRITE DATA USING BIN_PACK")
    assert answer.scanned == whole
    assert tables.rows('SELECT record_count, count(*) FROM "{t}$files" GROUP BY 1') == [["3", "2"]]
    assert seen() == before
    summary = outside().current_snapshot().summary
    assert (summary.operation.value, summary["total-records"], summary["total-data-files"]) == ("replace", "6", "2")


def test_optimize_leaves_few_files_alone(tables, outside):
    one_by_one(tables, 6)
    before = outside().current_snapshot()
    tables.ok("OPTIMIZE {t} REWRITE DATA USING BIN_PACK")
    assert outside().current_snapshot() == before


def test_optimize_of_one_partition(tables):
    one_by_one(tables, 6, optimize_rewrite_data_file_threshold=2)
    tables.ok("OPTIMIZE {t} REWRITE DATA USING BIN_PACK WHERE part = 'p1'")
    sql = 'SELECT partition.part, file_count FROM "{t}$partitions" ORDER BY 1'
    assert tables.rows(sql) == [["p0", "3"], ["p1", "1"]]
    assert "NOT_SUPPORTED: Unexpected FilterNode" in tables.error(
        "OPTIMIZE {t} REWRITE DATA USING BIN_PACK WHERE id = 1"
    )


def test_optimize_takes_delete_files_in(tables, outside, seen):
    tables.create(optimize_rewrite_delete_file_threshold="2")
    tables.ok("INSERT INTO {t} VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')")
    tables.ok("DELETE FROM {t} WHERE id = 1")
    tables.ok("OPTIMIZE {t} REWRITE DATA USING BIN_PACK")
    assert outside().current_snapshot().summary["total-delete-files"] == "1"
    tables.ok("DELETE FROM {t} WHERE id = 2")
    tables.ok("OPTIMIZE {t} REWRITE DATA USING BIN_PACK")
    summary = outside().current_snapshot().summary
    assert (summary["total-delete-files"], summary["total-position-deletes"], summary["total-records"]) == (
        "0",
        "0",
        "2",
    )
    assert seen() == [(3, "c"), (4, "d")]
    ((path,),) = tables.rows('SELECT file_path FROM "{t}$files"')
    assert tables.ok("SELECT * FROM {t}").scanned == tables.chunks(path)


def test_vacuum_keeps_what_is_young(tables, outside):
    one_by_one(tables, 2)
    keys = tables.objects()
    tables.ok("VACUUM {t}")
    assert tables.objects() == keys and len(outside().snapshots()) == 2


def test_vacuum_removes_what_only_old_snapshots_need(tables, outside, seen):
    one_by_one(tables, 4, optimize_rewrite_data_file_threshold=2, vacuum_max_snapshot_age_seconds=0)
    old = {path for (path,) in tables.rows('SELECT file_path FROM "{t}$files"')}
    before = seen()
    tables.ok("OPTIMIZE {t} REWRITE DATA USING BIN_PACK")
    tables.put(f"ice/{tables.name}/data/left-over.parquet", b"of a writer that was killed")
    assert tables.count("VACUUM {t}") is None
    left = tables.objects()
    assert not {path.partition("query-tests/")[2] for path in old} & left
    assert f"ice/{tables.name}/data/left-over.parquet" not in left
    assert len(outside().snapshots()) == 1
    assert seen() == before and ids(tables) == [0, 1, 2, 3]


@pytest.mark.parametrize(("kept", "left"), [("1", 2), ("3", 3)])
def test_vacuum_keeps_the_newest_and_what_has_a_name(tables, outside, kept, left):
    one_by_one(tables, 4, vacuum_max_snapshot_age_seconds=0, vacuum_min_snapshots_to_keep=kept)
    second = outside().snapshots()[1].snapshot_id
    outside().manage_snapshots().create_tag(second, "named").commit()
    tables.ok("VACUUM {t}")
    assert len(outside().snapshots()) == left
    assert tables.rows(f"SELECT count(*) FROM {{t}} FOR VERSION AS OF {second}") == [["2"]]


@pytest.mark.parametrize("sql", ["OPTIMIZE {t} REWRITE DATA USING BIN_PACK", "VACUUM {t}"])
def test_other_tables_are_refused(tables, sql):
    tables.ok("CREATE EXTERNAL TABLE {t} (a int) STORED AS PARQUET LOCATION '{place}/'")
    assert tables.error(sql).startswith("NOT_SUPPORTED: ")


@pytest.mark.parametrize("sql", ["OPTIMIZE t", "OPTIMIZE t REWRITE DATA", "VACUUM", "VACUUM t t", "VACUUM FULL t"])
def test_what_does_not_parse(tables, sql):
    with pytest.raises(tables.athena.exceptions.InvalidRequestException):
        tables.run(sql)
