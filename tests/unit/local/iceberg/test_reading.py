"""What a query reads of an Iceberg table: files left by partition transforms and statistics, and their bytes.

The expected bytes are sums over Parquet footers.
"""

import pyarrow as pa
import pytest
from pyiceberg.io.pyarrow import _dataframe_to_data_files
from pyiceberg.manifest import DataFile, DataFileContent
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import LongType, NestedField, StringType, StructType, TimestamptzType

from helpers.local.athena.iceberg import commits

EVENTS = "id int, name string, at timestamp, amount double"


@pytest.fixture
def events(tables):
    """One file for each of 2020, 2021 and 2022, and one without a time."""
    tables.create(EVENTS, "year(at)")
    tables.ok(
        "INSERT INTO {t} VALUES (1, 'a', TIMESTAMP '2020-05-01 00:00:00', 1.5), "
        "(2, 'b', TIMESTAMP '2021-05-01 00:00:00', 2.5), (3, 'c', TIMESTAMP '2022-05-01 00:00:00', 3.5), "
        "(4, 'd', NULL, 4.5)"
    )
    return {int(i): uri for i, uri in tables.rows('SELECT id, "$path" FROM {t}')}


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ("at >= TIMESTAMP '2021-01-01 00:00:00'", [2, 3]),
        ("at < TIMESTAMP '2021-01-01 00:00:00'", [1]),
        ("at = TIMESTAMP '2022-05-01 00:00:00'", [3]),
        ("at IS NULL", [4]),
        ("at IS NOT NULL", [1, 2, 3]),
        ("at BETWEEN TIMESTAMP '2020-06-01 00:00:00' AND TIMESTAMP '2021-12-01 00:00:00'", [2]),
        ("id IN (1, 4)", [1, 4]),
        ("id > 2 AND name < 'd'", [3]),
        ("NOT id > 1", [1]),
        ("amount = 2.5 OR id = 4", [1, 2, 3, 4]),
        ("id = 99", []),
    ],
)
def test_files_that_cannot_match_are_not_read(tables, events, condition, ids):
    answer = tables.ok(f"SELECT name, at, amount, id FROM {{t}} WHERE {condition}")
    matching = {"amount = 2.5 OR id = 4": [2, 4]}.get(condition, ids)
    assert sorted(int(row[3]) for row in answer.rows) == matching
    assert answer.scanned == sum(tables.chunks(events[i]) for i in ids)


def test_only_the_columns_named_are_billed(tables, events):
    assert tables.ok("SELECT name FROM {t}").scanned == sum(tables.chunks(u, "name") for u in events.values())
    assert tables.ok("SELECT count(*) FROM {t}").scanned == 0
    named = tables.ok("SELECT max(id) FROM {t} WHERE at > TIMESTAMP '2022-01-01 00:00:00'")
    assert (named.rows, named.scanned) == ([["3"]], tables.chunks(events[3], "id", "at"))


@pytest.mark.parametrize(
    ("transform", "condition", "left"),
    [
        ("bucket(4, id)", "id = 7", 1),
        ("truncate(10, id)", "id BETWEEN 10 AND 29", 2),
        ("truncate(1, name)", "name LIKE 'n3%'", 1),
        ("id", "id IN (5, 6)", 2),
    ],
)
def test_transforms_prune(tables, transform, condition, left):
    """Of 40 rows; how many files are left is the transform's arithmetic."""
    tables.create("id int, name string", transform)
    tables.ok(
        "INSERT INTO {t} SELECT CAST(n AS integer), 'n' || CAST(n AS varchar) FROM UNNEST(sequence(0, 39)) t(n)"
    )
    answer = tables.ok(f'SELECT id, "$path" FROM {{t}} WHERE {condition}')
    paths = {path for _, path in answer.rows}
    assert len(paths) == left
    read = [c for c in ("id", "name") if c != transform and (c == "id" or c in condition)]
    assert answer.scanned == sum(tables.chunks(path, *read) for path in paths if read)


def test_partition_columns_come_from_the_manifest(tables, outside):
    tables.create("n int, d date, at timestamp, s string, c decimal(9,2), b boolean", "d, at, s, c, b")
    tables.ok(
        "INSERT INTO {t} VALUES "
        "(1, DATE '1969-12-31', TIMESTAMP '2020-01-02 03:04:05.678901', 'it''s', DECIMAL '1.5', true), "
        "(2, NULL, NULL, NULL, NULL, NULL), (3, DATE '2020-02-29', NULL, '', DECIMAL '-2.25', false)"
    )
    answer = tables.ok("SELECT d, at, s, c, b FROM {t} ORDER BY d NULLS LAST")
    assert answer.scanned == 0
    assert answer.rows == [
        ["1969-12-31", "2020-01-02 03:04:05.678901", "it's", "1.50", "true"],
        ["2020-02-29", None, "", "-2.25", "false"],
        [None] * 5,
    ]
    gone = tables.ok("DELETE FROM {t} WHERE s = ''")
    assert (gone.scanned, outside().current_snapshot().summary.operation.value) == (0, "delete")
    assert tables.rows("SELECT n FROM {t} WHERE d < DATE '2000-01-01'") == [["1"]]


def test_row_groups_that_statistics_exclude_are_not_read(tables):
    tables.create("n bigint, s string")
    tables.ok(
        "INSERT INTO {t} SELECT x * 1000 + y, CAST(x AS varchar) FROM UNNEST(sequence(0, 199)) t(x) "
        "CROSS JOIN UNNEST(sequence(0, 999)) u(y) ORDER BY 1"
    )
    ((path,),) = tables.rows('SELECT DISTINCT "$path" FROM {t}')
    assert tables.footer(path).num_row_groups == 2
    answer = tables.ok("SELECT count(s) FROM {t} WHERE n >= 190000")
    assert (answer.rows, answer.scanned) == ([["10000"]], tables.chunks(path, "n", "s", groups=[1]))


def test_delete_files_are_billed_where_they_apply(tables, events, outside):
    tables.ok("INSERT INTO {t} SELECT n, 'e', TIMESTAMP '2020-06-01 00:00:00', 0 FROM (VALUES 5, 6) v(n)")
    tables.ok("DELETE FROM {t} WHERE id = 5")
    (task,) = [t for t in outside().scan().plan_files() if t.delete_files]
    (deletes,) = task.delete_files
    touched = tables.ok("SELECT id FROM {t} WHERE id = 6")
    assert (touched.rows, touched.scanned) == (
        [["6"]],
        tables.chunks(task.file.file_path, "id") + tables.chunks(deletes.file_path),
    )
    assert tables.ok("SELECT id FROM {t} WHERE id = 3").scanned == tables.chunks(events[3], "id")
    assert tables.ok("SELECT count(*) FROM {t}").scanned == tables.chunks(deletes.file_path)


def test_only_the_fields_used_of_a_struct_are_billed(tables):
    tables.create("s struct<a:int,b:string>")
    tables.ok(
        "INSERT INTO {t} SELECT CAST(ROW(n, rpad('', 100, 'x')) AS ROW(a integer, b varchar)) FROM (VALUES 1, 2) t(n)"
    )
    ((path,),) = tables.rows('SELECT DISTINCT "$path" FROM {t}')
    answer = tables.ok("SELECT sum(s.a) FROM {t}")
    assert (answer.rows, answer.scanned) == ([["3"]], tables.chunks(path, "s.a"))


def test_what_pyiceberg_writes_is_read(tables, glue_catalog):
    schema = pa.schema([("Id", pa.int64()), ("at", pa.timestamp("us", "UTC")), ("S", pa.struct([("X", pa.int32())]))])
    place = (tables.database, tables.name)
    made = glue_catalog.create_table(place, schema=schema, location=tables.place)
    made.append(pa.Table.from_pylist([{"Id": 1, "at": None, "S": {"X": 7}}, {"Id": 2, "S": None}], schema=schema))
    tables.ok(
        "INSERT INTO {t} SELECT 3, TIMESTAMP '2022-01-01 02:00:00 Europe/Paris', CAST(ROW(5) AS ROW(x integer))"
    )
    assert tables.rows("SELECT id, at, s.x FROM {t} ORDER BY 1") == [
        ["1", None, "7"],
        ["2", None, None],
        ["3", "2022-01-01 01:00:00.000000 UTC", "5"],
    ]
    assert [row["S"] for row in glue_catalog.load_table(place).scan("Id = 3").to_arrow().to_pylist()] == [{"X": 5}]
    made.refresh().delete("Id = 1")
    assert tables.rows("SELECT count(*) FROM {t}") == [["2"]]


def test_columns_that_are_called_like_duckdbs_own(tables):
    tables.create("file_index int, filename string, rowid int")
    tables.ok("INSERT INTO {t} VALUES (7, 'x', 1), (8, 'y', 2)")
    tables.ok("INSERT INTO {t} VALUES (9, 'z', 3)")
    assert tables.count("UPDATE {t} SET filename = upper(filename) WHERE file_index <> 8") == 2
    assert tables.rows("SELECT * FROM {t} ORDER BY 1") == [["7", "X", "1"], ["8", "y", "2"], ["9", "Z", "3"]]
    assert all(path.startswith(tables.place) for (path,) in tables.rows('SELECT "$path" FROM {t}'))


def test_instants_prune(tables, glue_catalog):
    """A column of instants, partitioned by day: only pyiceberg and its like make such tables, and CTAS."""
    sql = "WITH (table_type='ICEBERG', is_external=false, location='{place}', partitioning=ARRAY['day(at)'])"
    zoned = "CAST(at AS timestamp(6)) AT TIME ZONE 'UTC' AS at"
    tables.ok(
        f"CREATE TABLE {{t}} {sql} AS SELECT n, {zoned} FROM (VALUES (1, TIMESTAMP '2020-01-01 23:30:00'), "
        "(2, TIMESTAMP '2020-01-02 00:30:00'), (3, TIMESTAMP '2020-01-03 12:00:00')) v(n, at)"
    )
    answer = tables.ok("SELECT n, \"$path\" FROM {t} WHERE at < TIMESTAMP '2020-01-02 01:00:00 Europe/Paris'")
    assert [n for n, _ in answer.rows] == ["1"]
    assert answer.scanned == tables.chunks(answer.rows[0][1], "n", "at")
    by_both = tables.rows("SELECT count(*) FROM {t} WHERE at >= TIMESTAMP '2020-01-03 12:00:00 UTC'")
    found = glue_catalog.load_table((tables.database, tables.name)).scan("at >= '2020-01-03T12:00:00+00:00'")
    assert by_both == [[str(found.to_arrow().num_rows)]] == [["1"]]


def test_a_file_without_field_ids_is_read_by_name(tables, outside):
    tables.create()
    body = pa.BufferOutputStream()
    pa.parquet.write_table(pa.table({"name": ["x"], "id": pa.array([1], pa.int32())}), body)
    tables.put(f"ice/{tables.name}/plain.parquet", body.getvalue().to_pybytes())
    outside().add_files([f"{tables.place}/plain.parquet"])
    assert tables.rows("SELECT id, name FROM {t}") == [["1", "x"]]


def test_deletes_that_cannot_be_applied_are_refused(tables, outside):
    """Equality deletes of another writer: an answer without them would be wrong."""
    tables.create()
    tables.ok("INSERT INTO {t} VALUES (1, 'a')")
    table = outside()
    (file,) = _dataframe_to_data_files(table.metadata, pa.table({"id": pa.array([1], pa.int32())}), table.io)
    fields = {n: getattr(file, n) for n in ("file_path", "file_format", "partition", "record_count")}
    deletes = DataFile.from_args(
        content=DataFileContent.EQUALITY_DELETES, equality_ids=[1], file_size_in_bytes=1, **fields
    )
    deletes.spec_id = 0
    commits.change_rows(table, [], [deletes], _Nobody())
    assert tables.error("SELECT * FROM {t}").startswith("NOT_SUPPORTED: this endpoint cannot apply equality deletes")


class _Nobody:
    def changed(self, database, table):
        """Nobody else holds this catalog."""


def test_columns_that_must_not_be_null(tables, glue_catalog):
    schema = Schema(NestedField(1, "id", LongType(), required=True), NestedField(2, "at", TimestamptzType()))
    glue_catalog.create_table((tables.database, tables.name), schema, tables.place)
    tables.ok("INSERT INTO {t} VALUES (1, NULL)")
    for sql in ("INSERT INTO {t} (at) VALUES (NULL)", "UPDATE {t} SET id = NULL"):
        assert "CONSTRAINT_VIOLATION: NULL value not allowed for NOT NULL column: id" in tables.error(sql)
    assert tables.rows("SELECT id FROM {t}") == [["1"]]


def test_other_format_versions_are_read_and_added_to_only(tables, glue_catalog, seen):
    schema = Schema(NestedField(1, "id", LongType()))
    old = {"format-version": "1"}
    glue_catalog.create_table((tables.database, tables.name), schema, tables.place, properties=old)
    tables.ok("INSERT INTO {t} VALUES 1, 2")
    assert tables.rows("SELECT id FROM {t} ORDER BY 1") == [["1"], ["2"]]
    for sql in ("DELETE FROM {t} WHERE id = 1", "OPTIMIZE {t} REWRITE DATA USING BIN_PACK"):
        assert tables.error(sql).startswith("NOT_SUPPORTED: Iceberg table updates require format version 2")
    assert seen() == [(1,), (2,)]


def test_partitions_by_a_nested_field(tables, glue_catalog):
    inner = StructType(NestedField(2, "city", StringType()))
    spec = PartitionSpec(PartitionField(2, 1000, IdentityTransform(), "city"))
    schema = Schema(NestedField(1, "place", inner))
    glue_catalog.create_table((tables.database, tables.name), schema, tables.place, spec)
    tables.ok("INSERT INTO {t} SELECT CAST(ROW(c) AS ROW(city varchar)) FROM (VALUES 'Rome', 'Oslo') v(c)")
    assert tables.rows("SELECT place.city FROM {t} ORDER BY 1") == [["Oslo"], ["Rome"]]
    assert len(tables.rows('SELECT * FROM "{t}$files"')) == 2
