"""What an estimate asks of AWS: no query, no data, only the catalog, listings and the ends of files."""

import io
import re
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import unquote

import pyarrow.orc
import pyarrow.parquet as pq
import pytest

from helpers import athena, costs, datasets, forecast

COLUMNS = """(ordernumber int, quantityordered int, priceeach decimal(10, 2), orderlinenumber int,
    sales decimal(10, 2), orderdate date, status string)"""
COMMAS = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"
MAGIC = 3  # bytes "ORC" at the start of a file, which pyarrow leaves out of content_length


@pytest.fixture(scope="module")
def sales(place, run):
    """The sales as parquet, orc and csv; the objects of each by form."""
    found = {}
    for form, rows in (("parquet", "STORED AS PARQUET"), ("orc", "STORED AS ORC"), ("csv", COMMAS)):
        placed = datasets.put_sales(place, form=form, scale=0.05)
        run(f"CREATE EXTERNAL TABLE {form} {COLUMNS} {rows} LOCATION '{placed.uri}'")
        keys = [key for key, _ in place.objects(placed.uri)]
        found[form] = {key: place.s3.get_object(Bucket=place.bucket, Key=key)["Body"].read() for key in keys}
    return found


@contextmanager
def requests(client):
    """Every request that the client sends meanwhile: (operation, parameters as sent)."""
    sent = []

    def note(model, params, **_):
        sent.append((model.name, params))

    client.meta.events.register("before-call", note)
    try:
        yield sent
    finally:
        client.meta.events.unregister("before-call", note)


def ranges(sent):
    """(key, first byte, last byte) of each GetObject."""
    found = []
    for operation, params in sent:
        if operation == "GetObject":
            first, last = re.fullmatch(r"bytes=(\d+)-(\d+)", params["headers"]["Range"]).groups()
            found.append((unquote(params["url_path"]).partition("/course_")[2], int(first), int(last)))
    return found


def body_of(bodies, key):
    return next(body for name, body in bodies.items() if name.endswith(key))


def test_of_parquet_only_the_footers_are_fetched(place, sales, estimate):
    with requests(place.s3) as sent:
        guess = estimate("SELECT sum(sales) FROM parquet WHERE orderdate > DATE '2004-06-01'")
    asked = ranges(sent)
    assert {operation for operation, _ in sent} == {"ListObjectsV2", "GetObject"}
    for key, first, _ in asked:
        body = body_of(sales["parquet"], key)
        data_ends = len(body) - 8 - int.from_bytes(body[-8:-4], "little")
        assert first >= data_ends
        groups = pq.read_metadata(io.BytesIO(body))
        chunks = [
            groups.row_group(g).column(c) for g in range(groups.num_row_groups) for c in range(groups.num_columns)
        ]
        assert max(chunk.file_offset + chunk.total_compressed_size for chunk in chunks) <= data_ends
    assert len(asked) == guess.gets == 2 * len(sales["parquet"])
    assert guess.bytes_got == sum(last - first + 1 for _, first, last in asked)
    assert guess.bytes_got == sum(
        8 + pq.read_metadata(io.BytesIO(b)).serialized_size for b in sales["parquet"].values()
    )


def test_of_orc_only_the_tails_are_fetched(place, sales, estimate):
    with requests(place.s3) as sent:
        guess = estimate("SELECT sum(sales) FROM orc WHERE orderdate > DATE '2004-06-01'")
    tails = stripe_footers = 0
    for key, first, last in ranges(sent):
        orc = pyarrow.orc.ORCFile(io.BytesIO(body_of(sales["orc"], key)))
        content_ends = MAGIC + orc.content_length
        if first < content_ends:
            assert last < content_ends
            stripe_footers += last - first + 1
        else:
            tails += last - first + 1
    files = [pyarrow.orc.ORCFile(io.BytesIO(body)) for body in sales["orc"].values()]
    assert tails == sum(
        f.file_footer_length + f.file_postscript_length + f.stripe_statistics_length + 1 for f in files
    )
    stored = sum(len(body) for body in sales["orc"].values())
    assert 0 < stripe_footers < stored / 20
    assert guess.bytes_got == tails + stripe_footers


def test_of_text_nothing_is_fetched_and_nothing_runs(place, sales, estimate):
    with requests(place.s3) as to_s3, requests(place.athena) as to_athena, requests(place.glue) as to_glue:
        guess = estimate("SELECT sum(sales) FROM csv")
    assert [operation for operation, _ in to_s3] == ["ListObjectsV2"]
    assert (guess.gets, guess.lists, guess.bytes_got) == (0, 1, 0)
    assert guess.bytes == sum(map(len, sales["csv"].values()))
    assert to_athena == []
    assert {operation for operation, _ in to_glue} == {"GetTable"}


def test_a_file_is_asked_once_however_often_its_table_is_named(sales, estimate):
    once = estimate("SELECT sales FROM parquet")
    twice = estimate("SELECT a.sales FROM parquet a JOIN parquet b ON a.ordernumber = b.ordernumber")
    assert (once.gets, once.lists) == (twice.gets, twice.lists) == (24, 1)


def test_no_object_of_a_partition_that_is_excluded_is_asked(place, run, estimate):
    run(
        "CREATE TABLE by_status WITH (format = 'PARQUET', partitioned_by = ARRAY['status']) AS "
        "SELECT ordernumber, status FROM csv"
    )
    with requests(place.s3) as sent:
        guess = estimate("SELECT count(ordernumber) FROM by_status WHERE status IN ('Shipped', 'On Hold')")
    assert (guess.tables[0].partitions_kept, guess.tables[0].partitions_all) == (2, 6)
    asked = {key for key, _, _ in ranges(sent)}
    assert asked and all("/status=Shipped/" in key or "/status=On Hold/" in key for key in asked)


def test_it_shows_itself_with_price_and_arithmetic(place, sales, estimate):
    guess = estimate("SELECT sum(sales), count(status) FROM csv")
    size = sum(map(len, sales["csv"].values()))
    assert 1_000_000 < size < 10_000_000
    assert guess.cost_usd == costs.athena_query_cost(size)
    header, rule, row, last = str(guess).splitlines()
    assert header.split() == "table format partitions files columns read row groups bytes how".split()
    assert set(rule) == {"-", " "}
    assert row.split() == [
        "course_forecast.csv",
        "text",
        "1",
        "of",
        "1",
        "12",
        "sales,",
        "status",
        f"{size:,}",
        "exact",
    ]
    assert last == f"estimate: {size:,} bytes ({costs.format_bytes(size)}), exact · $0.000050 (10 MB minimum)"
    assert repr(guess) == str(guess)
    assert guess._repr_html_().count("<tr>") == 2
    assert f"{size:,} bytes" in guess._repr_html_()


def test_costs_passes_it_on_for_the_connected_lab(place, sales):
    sql = "SELECT sum(sales) FROM parquet WHERE status = 'Shipped'"
    guess = costs.estimate(sql)
    assert isinstance(guess, forecast.Estimate)
    assert guess.bytes == athena.scanned(sql)


def imported(statement):
    """The modules in memory after a statement, in a fresh Python."""
    code = f"{statement}; import sys; print(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )


def test_prices_need_no_client_and_forecasts_nothing_of_the_local_side():
    assert not imported("import helpers.costs") & {"boto3", "sqlglot", "duckdb", "helpers.forecast"}
    loaded = imported("import helpers.forecast")
    assert "helpers.forecast.reads" in loaded
    assert not [name for name in loaded if name.startswith("helpers.local")]
