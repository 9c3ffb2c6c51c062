"""Partition columns, partitions that differ from their table, and the cache of objects."""

import threading
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from helpers.local.athena.domains import Domain
from helpers.local.athena.errors import AthenaError, Cancelled
from helpers.local.athena.objects import ObjectCache, is_data, split_location
from helpers.local.athena.outcome import Context
from helpers.local.athena.readers.listing import _common_folder

COMMA = {"field.delim": ","}


class Partitions:
    """Stands where the catalog does and gives partitions that a test wrote down."""

    def __init__(self, found):
        self.found = found

    def partitions(self, table, domains, predicate):
        return [p for p in self.found if all(domains[c].contains(v) for c, v in zip(domains, p.values, strict=False))]


def partition(lake, table, values, columns=None, folder=None):
    from helpers.local.athena.partitions import Partition

    described = None
    if columns:
        storage = {
            "Columns": [dict(zip(("Name", "Type"), c.split(" ", 1), strict=True)) for c in columns],
            "SerdeInfo": {"SerializationLibrary": table.serde, "Parameters": table.serde_parameters},
            "InputFormat": table.input_format,
        }
        described = {"StorageDescriptor": storage}
    location = lake.location + (folder or "/".join(str(v) for v in values)) + "/"
    return Partition(tuple(values), location, table, described)


@pytest.fixture
def given(lake, monkeypatch):
    def set_partitions(found):
        monkeypatch.setattr(lake.services, "catalog", Partitions(found))

    return set_partitions


def test_partition_columns_are_typed_constants(lake, given):
    table = lake.table("text", ["v int"], COMMA, keys=["y int", "d date", "s string", "n decimal(5,2)", "b boolean"])
    lake.put("x/a.csv", "1\n")
    lake.put("z/a.csv", "2\n3\n")
    given(
        [
            partition(lake, table, ("2020", "2020-01-02", "it's", "1.5", "true"), folder="x"),
            partition(lake, table, (None, None, None, None, None), folder="z"),
        ]
    )
    assert lake.read(table).rows == [
        (1, 2020, date(2020, 1, 2), "it's", Decimal("1.50"), True),
        (2, None, None, None, None, None),
        (3, None, None, None, None, None),
    ]
    assert sorted(lake.read(table, ["y"]).rows, key=str) == [(2020,), (None,), (None,)]


def test_a_partition_value_that_is_no_number(lake, given):
    table = lake.table("text", ["v int"], COMMA, keys=["y int"])
    lake.put("soon/a.csv", "1\n")
    given([partition(lake, table, ("soon",))])
    with pytest.raises(AthenaError, match="Invalid partition value"):
        lake.read(table)


def test_only_surviving_partitions_are_listed_fetched_and_billed(lake, given, monkeypatch):
    table = lake.table("text", ["v int"], COMMA, keys=["p string"])
    sizes = {p: lake.put(f"{p}/a.csv", f"{i}\n" * (i + 1)) for i, p in enumerate("abc")}
    given([partition(lake, table, (p,)) for p in "abc"])
    fetched = []
    fetch = ObjectCache._fetch
    monkeypatch.setattr(
        ObjectCache, "_fetch", lambda self, file, to: (fetched.append(file.key), fetch(self, file, to))
    )
    answer = lake.read(table, partition_domains={"p": Domain.of_values(["b"])})
    assert answer.rows == [(1, "b"), (1, "b")]
    assert answer.scanned == sizes["b"]
    assert fetched == [f"{lake.prefix}/b/a.csv"]


def test_many_partitions_are_dealt_from_one_listing(lake, given):
    table = lake.table("text", ["v int"], COMMA, keys=["p int"])
    for i in range(60):
        lake.put(f"p{i}/deep/a.csv", f"{i}\n")
        lake.put(f"p{i}/_hidden/a.csv", "9999\n")
    given([partition(lake, table, (str(i),), folder=f"p{i}") for i in range(60)])
    answer = lake.read(table)
    assert sorted(answer.rows) == [(i, i) for i in range(60)]
    assert answer.scanned == sum(len(f"{i}\n") for i in range(60))


def test_an_older_partition_lacks_the_new_column(lake, given):
    table = lake.table("text", ["a int", "b string"], COMMA, keys=["p string"])
    lake.put("old/a.csv", "1,dropped\n")
    lake.put("new/a.csv", "2,x\n")
    given([partition(lake, table, ("old",), ["a int"]), partition(lake, table, ("new",))])
    assert sorted(lake.read(table, ["a", "b"]).rows) == [(1, None), (2, "x")]


def test_a_partition_whose_type_widens_is_coerced(lake, given):
    table = lake.table("text", ["a bigint"], COMMA, keys=["p string"])
    lake.put("old/a.csv", "7\n3000000000\n")
    given([partition(lake, table, ("old",), ["a int"])])
    assert lake.read(table, ["a"]).rows == [(7,), (None,)]


def test_a_partition_whose_type_does_not_fit_is_an_error(lake, given):
    table = lake.table("text", ["c double"], COMMA, keys=["p int"])
    lake.put("1/a.csv", "7\n")
    given([partition(lake, table, ("1",), ["c bigint"])])
    with pytest.raises(AthenaError) as failure:
        lake.read(table)
    assert str(failure.value) == (
        "HIVE_PARTITION_SCHEMA_MISMATCH: There is a mismatch between the table and partition schemas. The types are "
        "incompatible and cannot be coerced. The column 'c' in table 'd.t' is declared as type 'double', but "
        "partition 'p=1' declared column 'c' as type 'bigint'."
    )


def test_the_hidden_path_column(lake):
    lake.put("a.csv", "1\n")
    lake.put("b.csv", "2\n")
    rows = lake.read(lake.table("text", ["v int"], COMMA), ["v", "$path"]).rows
    assert rows == [(1, f"{lake.location}a.csv"), (2, f"{lake.location}b.csv")]


def test_serdes_that_are_not_here(lake):
    table = lake.table("text", ["v int"])
    for serde, code in (("com.amazonaws.glue.serde.GrokSerDe", "NOT_SUPPORTED"), ("", "HIVE_METASTORE_ERROR")):
        table.serde = serde
        with pytest.raises(AthenaError) as failure:
            lake.read(table)
        assert failure.value.code == code


def test_the_scan_cutoff_stops_before_text_is_fetched(lake, monkeypatch):
    from helpers.local.athena import readers
    from helpers.local.athena.scans import TableScan

    lake.put("a.csv", "1\n" * 1000)
    monkeypatch.setattr(ObjectCache, "_fetch", lambda *_: pytest.fail("fetched"))
    context = Context("execution", lake.services, scan_cutoff=100)
    con = lake.services.duck.connect()
    with pytest.raises(Cancelled, match="Bytes scanned limit was exceeded"):
        readers.open_scan(TableScan(lake.table("text", ["v int"]), "t", ["v"]), context, con)
    con.close()


@pytest.fixture
def cache(lake, tmp_path):
    made = []

    def make(limit):
        made.append(ObjectCache(lake.s3, tmp_path / f"cache{len(made)}", limit))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_each_version_is_fetched_once_by_many_threads(lake, cache, monkeypatch):
    lake.put("a.csv", "1\n")
    objects = cache(1000)
    (file,) = objects.list(lake.location)
    count = []
    fetch = ObjectCache._fetch
    monkeypatch.setattr(ObjectCache, "_fetch", lambda self, f, to: (count.append(1), fetch(self, f, to)))
    paths = set()
    threads = [threading.Thread(target=lambda: paths.add(objects.path(file))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(count), len(paths)) == (1, 1)
    lake.put("a.csv", "2\n")
    (changed,) = objects.list(lake.location)
    assert Path(objects.path(changed)).read_text() == "2\n"


class Owner:
    pass


def test_the_least_recently_used_files_go_first_and_never_those_in_use(lake, cache):
    for name in "abcd":
        lake.put(f"{name}.csv", "x" * 100)
    objects = cache(250)
    a, b, c, d = objects.list(lake.location)
    owner = Owner()
    objects.path(a, owner)
    objects.path(b)
    objects.path(c)
    kept = {p.name for p in objects.folder.iterdir()}
    assert kept == {a.fingerprint, c.fingerprint}
    del owner
    objects.path(c)
    objects.path(d)
    assert {p.name for p in objects.folder.iterdir()} == {c.fingerprint, d.fingerprint}
    assert b.fingerprint not in kept


def test_a_full_disk_is_one_clear_line_and_leaves_no_half_file(lake, cache, monkeypatch):
    lake.put("a.csv", "1\n")
    objects = cache(1000)
    (file,) = objects.list(lake.location)

    def full(self, f, target):
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ObjectCache, "_fetch", full)
    with pytest.raises(AthenaError, match="No space left on the disk"):
        objects.path(file)
    assert list(objects.folder.iterdir()) == []
    monkeypatch.undo()
    assert Path(objects.path(file)).read_text() == "1\n"


def test_an_object_that_changes_before_it_is_fetched_is_an_error_not_other_data(lake, cache):
    lake.put("a.csv", "1\n")
    objects = cache(1000)
    (file,) = objects.list(lake.location)
    lake.put("a.csv", "2\n")
    with pytest.raises(AthenaError, match=r"HIVE_CANNOT_OPEN_SPLIT|Error opening Hive split s3://"):
        objects.path(file)


@pytest.mark.parametrize(
    ("key", "size", "storage", "data"),
    [
        ("t/a", 1, "STANDARD", True),
        ("t/a", 0, "STANDARD", False),
        ("t/_a", 1, "STANDARD", False),
        ("t/.a", 1, "STANDARD", False),
        ("t/a_b.c", 1, "STANDARD", True),
        ("t/a", 1, "GLACIER", False),
        ("t/a", 1, "DEEP_ARCHIVE", False),
        ("t/a", 1, "GLACIER_IR", True),
        ("t/a/", 1, "STANDARD", False),
    ],
)
def test_which_objects_are_data(key, size, storage, data):
    assert is_data(key, "t/", size, storage) is data


def test_locations():
    assert split_location("s3://b/a/c") == ("b", "a/c/")
    assert split_location("s3a://b/") == ("b", "")
    with pytest.raises(AthenaError, match="not an S3 location"):
        split_location("hdfs://b/a")


@pytest.mark.parametrize(
    ("prefixes", "common"),
    [(["a/b/", "a/c/"], "a/"), (["a/", "b/"], ""), (["a/p=1/", "a/p=10/"], "a/"), (["a/b/", "a/b/c/"], "a/b/")],
)
def test_common_folder(prefixes, common):
    found = _common_folder(prefixes)
    assert found == common or (common.startswith(found) and all(p.startswith(found) for p in prefixes))
