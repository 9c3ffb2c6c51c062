"""FOR VERSION and FOR TIMESTAMP AS OF, and the tables that an Iceberg table keeps about itself."""

import pytest


@pytest.fixture
def three(tables, outside):
    """A table with three snapshots: one row, two rows, two rows of which one has changed. → its snapshots."""
    tables.create()
    tables.ok("INSERT INTO {t} VALUES (1, 'a')")
    tables.ok("INSERT INTO {t} VALUES (2, 'b')")
    tables.ok("UPDATE {t} SET name = 'z' WHERE id = 2")
    return outside().snapshots()


def test_versions_by_number(tables, three):
    read = [tables.rows(f"SELECT * FROM {{t}} FOR VERSION AS OF {s.snapshot_id} ORDER BY id") for s in three]
    assert read == [[["1", "a"]], [["1", "a"], ["2", "b"]], [["1", "a"], ["2", "z"]]]


def test_versions_by_name(tables, outside, three):
    outside().manage_snapshots().create_tag(three[0].snapshot_id, "first").commit()
    assert tables.rows("SELECT count(*) FROM {t} FOR VERSION AS OF 'first'") == [["1"]]
    assert tables.rows("SELECT count(*) FROM {t} FOR VERSION AS OF 'main'") == [["2"]]
    assert tables.rows('SELECT name, type FROM "{t}$refs" ORDER BY 1') == [["first", "TAG"], ["main", "BRANCH"]]


def test_times(tables, three):
    moments = [f"from_unixtime_nanos({s.timestamp_ms} * 1000000)" for s in three]
    counts = [tables.rows(f"SELECT count(*) FROM {{t}} FOR TIMESTAMP AS OF {m}")[0][0] for m in moments]
    assert counts == ["1", "2", "2"]
    assert tables.rows("SELECT sum(id) FROM {t} FOR TIMESTAMP AS OF current_timestamp") == [["3"]]
    before = f"{{t}} FOR TIMESTAMP AS OF {moments[1]}"
    assert tables.rows(f"SELECT count(*) FROM {{t}} a JOIN {before} b ON a.id = b.id AND a.name <> b.name") == [["1"]]


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("VERSION AS OF 1", "NOT_SUPPORTED: Unsupported type for table version: integer"),
        ("VERSION AS OF 12345678901", "INVALID_ARGUMENTS: Iceberg snapshot ID does not exists: 12345678901"),
        ("VERSION AS OF 'nope'", "INVALID_ARGUMENTS: Cannot find snapshot with reference name: nope"),
        (
            "TIMESTAMP AS OF TIMESTAMP '2001-01-01 00:00:00'",
            "INVALID_ARGUMENTS: No version history table iceberg_tests.",
        ),
        ("TIMESTAMP AS OF current_timestamp + INTERVAL '1' DAY", "INVALID_ARGUMENTS: Pointer value "),
        ("TIMESTAMP AS OF 5", "NOT_SUPPORTED: Unsupported type for temporal table version: integer"),
    ],
)
def test_versions_that_are_not_there(tables, three, version, reason):
    assert tables.error(f"SELECT * FROM {{t}} FOR {version}").startswith(reason)


def test_other_tables_have_no_versions(tables):
    tables.ok("CREATE EXTERNAL TABLE {t} (a int) STORED AS PARQUET LOCATION '{place}/'")
    assert tables.error("SELECT * FROM {t} FOR VERSION AS OF BIGINT '1'") == (
        "NOT_SUPPORTED: This connector does not support versioned tables"
    )


def test_an_older_version_has_its_own_columns(tables, three):
    tables.ok("ALTER TABLE {t} ADD COLUMNS (extra int)")
    tables.ok("INSERT INTO {t} VALUES (3, 'c', 4)")
    assert len(tables.ok("SELECT * FROM {t}").columns) == 3
    old = tables.ok(f"SELECT * FROM {{t}} FOR VERSION AS OF {three[0].snapshot_id}")
    assert ([n for n, _ in old.columns], old.rows) == (["id", "name"], [["1", "a"]])


def test_snapshots_and_history_are_pyicebergs(tables, outside, three):
    inspected = outside().inspect
    expected = [
        [str(s["snapshot_id"]), s["parent_id"] and str(s["parent_id"]), s["operation"], s["manifest_list"]]
        for s in inspected.snapshots().to_pylist()
    ]
    shown = tables.rows(
        'SELECT snapshot_id, parent_id, operation, manifest_list FROM "{t}$snapshots" ORDER BY committed_at'
    )
    assert shown == expected
    summaries = [dict(s["summary"])["total-records"] for s in inspected.snapshots().to_pylist()]
    sql = "SELECT summary['total-records'] FROM \"{t}$snapshots\" ORDER BY committed_at"
    assert [row[0] for row in tables.rows(sql)] == summaries == ["1", "2", "2"]
    history = [[str(h["snapshot_id"]), "true"] for h in inspected.history().to_pylist()]
    sql = 'SELECT snapshot_id, is_current_ancestor FROM "{t}$history" ORDER BY made_current_at'
    assert tables.rows(sql) == history


def test_files_partitions_and_manifests_are_pyicebergs(tables, outside):
    tables.create("id int, name string, at timestamp", "month(at), name")
    tables.ok(
        "INSERT INTO {t} VALUES (1, 'a', TIMESTAMP '2020-05-01 00:00:00'), "
        "(2, 'a', TIMESTAMP '2020-05-31 00:00:00'), (3, 'b', NULL)"
    )
    inspected = outside().inspect
    files = [
        [str(f[n]) for n in ("content", "file_path", "file_format", "record_count", "file_size_in_bytes")]
        for f in inspected.files().to_pylist()
    ]
    sql = 'SELECT content, file_path, file_format, record_count, file_size_in_bytes FROM "{t}$files"'
    assert sorted(tables.rows(sql)) == sorted(files)
    sql = 'SELECT lower_bounds[1], upper_bounds[1], null_value_counts[3] FROM "{t}$files" ORDER BY 1'
    assert tables.rows(sql) == [["1", "2", "0"], ["3", "3", "1"]]
    manifests = [
        [m["path"], str(m["length"]), str(m["added_data_files_count"])] for m in inspected.manifests().to_pylist()
    ]
    assert tables.rows('SELECT path, length, added_data_files_count FROM "{t}$manifests"') == manifests
    # 2020-05 is month 604 since 1970: (2020 - 1970) * 12 + 4
    sql = (
        "SELECT partition.at_month, partition.name, record_count, file_count, data.id.min, data.id.max, "
        'data.at.max, data.at.null_count FROM "{t}$partitions" ORDER BY 2'
    )
    assert tables.rows(sql) == [
        ["604", "a", "2", "1", "1", "2", "2020-05-31 00:00:00.000000", "0"],
        [None, "b", "1", "1", "3", "3", None, "1"],
    ]


def test_a_metadata_table_that_does_not_exist(tables):
    tables.create()
    assert tables.error('SELECT * FROM "{t}$nope"').startswith("TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.")
    assert tables.rows('SELECT * FROM "{t}$files"') == tables.rows('SELECT * FROM "{t}$snapshots"') == []
    assert tables.rows("SELECT * FROM {t}") == []


@pytest.mark.parametrize("version", ["TIMESTAMP AS OF CAST(NULL AS date)", "VERSION AS OF CAST(NULL AS bigint)"])
def test_no_version_at_all(tables, version):
    tables.create()
    assert tables.error(f"SELECT * FROM {{t}} FOR {version}") == (
        "INVALID_ARGUMENTS: line 1:15: Pointer value cannot be NULL"
    )
