"""The billing rule: against DuckDB's profiler, against DuckDB's own view of the footers, and against the data."""

import datetime as dt
import io
import json
from decimal import Decimal

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import orc

from helpers.local.athena.domains import Domain, Range
from helpers.local.athena.parquet_scan import leaf_paths, scanned

ROWS = 200_000
FOOTER = 64 * 1024  # bytes; what DuckDB reads of a footer is not billed


def sample(rows=ROWS):
    rng = np.random.default_rng(7)
    return pa.table(
        {
            "id": np.arange(rows),
            "number": rng.integers(0, 1 << 40, rows),
            "text": [f"value {i}" for i in rng.integers(0, 10**6, rows)],
            "share": rng.random(rows),
            "place": pa.array([{"city": f"c{i % 50}", "lat": float(i)} for i in range(rows)]),
        }
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The same rows as Parquet, in row groups of 20,000, and as CSV."""
    folder = tmp_path_factory.mktemp("scan")
    table = sample()
    pq.write_table(table, folder / "t.parquet", row_group_size=20_000, compression="snappy")
    con = duckdb.connect()
    con.execute(f"COPY (SELECT id, number, text, share FROM '{folder}/t.parquet') TO '{folder}/t.csv' (HEADER false)")
    con.close()
    return folder


def bytes_read(sql):
    """What DuckDB's profiler says that a query read: the least of three runs, as it sometimes reads a chunk twice."""
    return min(_bytes_read(sql) for _ in range(3))


def _bytes_read(sql):
    con = duckdb.connect(config={"enable_external_file_cache": "false", "threads": "1"})
    try:
        con.execute("PRAGMA enable_profiling = 'no_output'")
        con.execute(sql).fetchall()
        return json.loads(con.get_profiling_information(format="json"))["io"]["total_bytes_read"]
    finally:
        con.close()


COLUMNS = ["id bigint", "number bigint", "text string", "share double", "place struct<city:string,lat:double>"]


@pytest.mark.parametrize(
    ("columns", "leaves", "query"),
    [
        (["number"], {}, "SELECT sum(number) FROM f"),
        (["text"], {}, "SELECT sum(length(text)) FROM f"),
        (["text", "share"], {}, "SELECT sum(length(text)), sum(share) FROM f"),
        (["place"], {"place": {("lat",)}}, "SELECT sum(place.lat) FROM f"),
        (["id", "number", "text", "share"], {}, "SELECT sum(id), sum(number), sum(length(text)), sum(share) FROM f"),
    ],
)
def test_parquet_agrees_with_the_profiler(lake, files, columns, leaves, query):
    path = files / "t.parquet"
    lake.put("t.parquet", path.read_bytes())
    ours = lake.read(lake.table("parquet", COLUMNS), columns, leaves=leaves, where="LIMIT 1").scanned
    theirs = bytes_read(query.replace(" FROM f", f" FROM '{path}'"))
    assert ours <= theirs <= ours * 1.03 + FOOTER


@pytest.mark.parametrize(("low", "high"), [(0, 10), (0, 25_000), (50_000, 150_000), (190_000, None)])
def test_row_groups_that_statistics_exclude_are_not_billed(lake, files, low, high):
    path = files / "t.parquet"
    lake.put("t.parquet", path.read_bytes())
    table = lake.table("parquet", COLUMNS)
    domain = Domain.of_range(low=low, high=high)
    ours = lake.read(table, ["id", "text"], domains={"id": domain}, where="LIMIT 1").scanned
    bound = f" AND id <= {high}" if high is not None else ""
    theirs = bytes_read(f"SELECT sum(length(text)), sum(id) FROM '{path}' WHERE id >= {low}{bound}")
    assert ours <= theirs <= ours * 1.03 + FOOTER
    assert ours < lake.read(table, ["id", "text"], where="LIMIT 1").scanned


def test_nothing_referenced_nothing_scanned(lake, files):
    lake.put("t.parquet", (files / "t.parquet").read_bytes())
    answer = lake.read(lake.table("parquet", COLUMNS), [])
    assert (len(answer.rows), answer.scanned) == (ROWS, 0)
    assert lake.read(lake.table("parquet", [*COLUMNS, "absent int"]), ["absent"], where="LIMIT 1").scanned == 0


def test_csv_agrees_with_the_profiler_whatever_the_columns(lake, files):
    path = files / "t.csv"
    size = lake.put("t.csv", path.read_bytes())
    table = lake.table("text", COLUMNS[:4], {"field.delim": ","})
    figures = {lake.read(table, columns, where="LIMIT 1").scanned for columns in (["id"], ["text", "share"], [])}
    assert figures == {size}
    theirs = bytes_read(
        f"SELECT sum(length(c2)) FROM read_csv('{path}', header=false, auto_detect=false, "
        "columns={'c0': 'VARCHAR', 'c1': 'VARCHAR', 'c2': 'VARCHAR', 'c3': 'VARCHAR'})"
    )
    assert size * 0.99 <= theirs <= size * 1.03 + FOOTER


VALUES = {
    "int": (pa.int32(), st.integers(-1000, 1000)),
    "bigint": (pa.int64(), st.integers(-(2**60), 2**60)),
    "double": (pa.float64(), st.floats(allow_nan=False, allow_infinity=False, width=32)),
    "string": (pa.string(), st.text(max_size=5)),
    "boolean": (pa.bool_(), st.booleans()),
    "date": (pa.date32(), st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))),
    "timestamp": (
        pa.timestamp("us"),
        st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)),
    ),
    "decimal": (pa.decimal128(12, 3), st.decimals(-(10**6), 10**6, places=3)),
}


@st.composite
def tables(draw):
    kinds = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=5))
    rows = draw(st.integers(1, 40))
    columns = {}
    for i, kind in enumerate(kinds):
        arrow, values = VALUES[kind]
        cells = draw(st.lists(st.none() | values, min_size=rows, max_size=rows))
        array = pa.array(cells, arrow)
        if draw(st.booleans()):
            array = pa.StructArray.from_arrays([array, array], ["x", "y"])
        columns[f"c{i}"] = array
    return pa.table(columns), draw(st.integers(1, 15))


def written(table, rows_a_group):
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=rows_a_group)
    metadata = pq.read_metadata(io.BytesIO(sink.getvalue()))
    return sink.getvalue(), metadata, metadata.schema.to_arrow_schema()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_columns_of_any_file_are_the_chunks_that_duckdb_sees(data, tmp_path):
    table, group = data.draw(tables())
    body, metadata, schema = written(table, group)
    path = tmp_path / "any.parquet"
    path.write_bytes(body)
    chosen = data.draw(st.lists(st.sampled_from(table.column_names), unique=True))
    paths_of = {}
    for column in chosen:
        nested = pa.types.is_struct(table.schema.field(column).type)
        paths_of[column] = {("x",)} if nested and data.draw(st.booleans()) else {()}
    chunks = duckdb.sql(f"SELECT path_in_schema, total_compressed_size FROM parquet_metadata('{path}')").fetchall()
    expected = 0
    for leaf, size in chunks:
        column, *below = leaf.split(", ")
        if column in paths_of and (paths_of[column] == {()} or below == ["x"]):
            expected += size
    assert scanned(metadata, schema, paths_of, {}) == expected


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_a_row_group_with_a_matching_row_is_always_billed(data):
    kind = data.draw(st.sampled_from(sorted(VALUES)))
    arrow, values = VALUES[kind]
    cells = data.draw(st.lists(st.none() | values, min_size=1, max_size=40))
    group = data.draw(st.integers(1, 10))
    _, metadata, schema = written(pa.table({"c": pa.array(cells, arrow)}), group)
    a, b = sorted((data.draw(values), data.draw(values)))
    domain = data.draw(
        st.sampled_from(
            [Domain.of_range(low=a, high=b), Domain.of_values([a]), Domain((), True), Domain.of_range(high=a)]
        )
    )
    total = 0
    exact = 0
    for i in range(metadata.num_row_groups):
        size = metadata.row_group(i).column(0).total_compressed_size
        rows = cells[i * group : (i + 1) * group]
        if any(domain.contains(v) for v in rows):
            total += size
        known = [v for v in rows if v is not None]
        if (domain.nulls and None in rows) or (known and domain.overlaps(min(known), max(known), False)):
            exact += size
    billed = scanned(metadata, schema, {"c": {()}}, {"c": domain})
    assert billed >= total
    if kind not in ("string", "double"):  # text statistics may be cut short, and -0.0 widens a double's
        assert billed == exact


def test_statistics_of_every_type_exclude(tmp_path):
    """One row group whose values lie between low and high: a domain above all of them bills nothing."""
    cases = [
        (pa.array([1, 2]), 3),
        (pa.array([1.0, 2.0]), 2.5),
        (pa.array(["a", "b"]), "c"),
        (pa.array([dt.date(2020, 1, 1)]), dt.date(2020, 1, 2)),
        (pa.array([dt.datetime(2020, 1, 1)], pa.timestamp("us")), dt.datetime(2020, 1, 2)),
        (pa.array([dt.datetime(2020, 1, 1)], pa.timestamp("ms", tz="UTC")), dt.datetime(2020, 1, 2)),
        (pa.array([Decimal("1.50")], pa.decimal128(5, 2)), Decimal("1.51")),
        (pa.array([True, True]), False),
    ]
    for column, other in cases:
        _, metadata, schema = written(pa.table({"c": column}), 10)
        outside = {"c": Domain((Range(other, True, other, True),), False)}
        assert scanned(metadata, schema, {"c": {()}}, outside) == 0, column.type
        assert scanned(metadata, schema, {"c": {()}}, {}) > 0


def test_leaves_of_lists_and_maps():
    schema = pa.schema(
        [
            ("A", pa.int64()),
            ("items", pa.list_(pa.struct([("Price", pa.float64()), ("tags", pa.list_(pa.string()))]))),
            ("m", pa.map_(pa.string(), pa.struct([("x", pa.int32())]))),
        ]
    )
    assert leaf_paths(schema) == [
        ("a",),
        ("items", "price"),
        ("items", "tags"),
        ("m", "key"),
        ("m", "value", "x"),
    ]


@pytest.mark.parametrize("codec", ["uncompressed", "zlib", "snappy", "zstd", "lz4"])
def test_orc_columns_add_up_and_stripes_are_excluded(lake, codec):
    table = sample(60_000).select(["id", "number", "text", "share"])
    sink = io.BytesIO()
    orc.write_table(table, sink, compression=codec, stripe_size=1 << 20)
    reader = orc.ORCFile(io.BytesIO(sink.getvalue()))
    size = lake.put("t.orc", sink.getvalue())
    described = lake.table("orc", COLUMNS[:4])

    def billed(columns, **scan):
        return lake.read(described, columns, where="LIMIT 1", **scan).scanned

    single = {c: billed([c]) for c in ("id", "number", "text", "share")}
    assert billed(list(single)) == sum(single.values())
    # Everything but the footers and the root column's own streams is some column's.
    assert size * 0.98 - reader.file_footer_length - 20_000 <= sum(single.values()) <= reader.content_length
    assert single["share"] >= 60_000 * 8 * 0.9  # random doubles do not compress
    if reader.nstripes > 1:
        assert 0 < billed(["id"], domains={"id": Domain.of_values([5])}) < single["id"]
    assert billed(["id"], domains={"id": Domain.of_range(low=10**9)}) == 0
    assert billed([]) == 0
