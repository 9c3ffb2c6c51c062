"""PyAthena as its documentation uses it: cursors, parameters, errors and SQLAlchemy."""

import asyncio
import datetime as dt
from decimal import Decimal

import awswrangler as wr
import pandas as pd
import pyathena
import pytest
import sqlalchemy as sa
from pyathena.aio.cursor import AioDictCursor
from pyathena.aio.pandas.cursor import AioPandasCursor
from pyathena.aio.s3fs.cursor import AioS3FSCursor
from pyathena.async_cursor import AsyncCursor, AsyncDictCursor
from pyathena.cursor import DictCursor
from pyathena.filesystem.s3 import S3FileSystem
from pyathena.pandas.async_cursor import AsyncPandasCursor
from pyathena.pandas.cursor import PandasCursor
from pyathena.s3fs.async_cursor import AsyncS3FSCursor
from pyathena.s3fs.cursor import S3FSCursor

BUCKET, DATABASE = "clients", "pythena"
STAGING = f"s3://{BUCKET}/pyathena/out/"
COLUMNS = ["id", "name", "price", "amount", "paid", "day", "seen", "region"]
pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(scope="module", autouse=True)
def lake(aws, orders):
    wr.catalog.create_database(DATABASE)
    where = {"path": f"s3://{BUCKET}/pyathena/orders/", "dataset": True, "database": DATABASE, "table": "orders"}
    wr.s3.to_parquet(orders, partition_cols=["region"], **where)


@pytest.fixture(scope="module")
def connection(aws):
    with pyathena.connect(s3_staging_dir=STAGING, schema_name=DATABASE, poll_interval=0.02) as opened:
        yield opened


@pytest.fixture
def cursor(connection):
    with connection.cursor() as opened:
        yield opened


@pytest.fixture(scope="module")
def engine(aws):
    url = (
        f"awsathena+rest://@athena.us-east-1.amazonaws.com:443/{DATABASE}?s3_staging_dir={STAGING}"
        f"&poll_interval=0.02&location=s3://{BUCKET}/pyathena/sql/&file_format=parquet"
    )
    made = sa.create_engine(url)
    yield made
    made.dispose()


def expected(orders, column):
    """The column as Python's database interface gives it."""
    values = orders[column].astype(object).where(orders[column].notna(), None).tolist()
    return [v.to_pydatetime() if isinstance(v, pd.Timestamp) else v for v in values]


def test_cursor_gives_python_values(cursor, orders):
    """NULL is None, the empty string stays one; numbers, dates and decimals have their own types."""
    rows = cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM orders ORDER BY id").fetchall()
    for column, values in zip(COLUMNS, zip(*rows, strict=True), strict=True):
        assert list(values) == expected(orders, column), column
    first = dict(zip(COLUMNS, rows[0], strict=True))
    assert {n: type(v) for n, v in first.items()} == {
        "id": int,
        "name": str,
        "price": float,
        "amount": Decimal,
        "paid": bool,
        "day": dt.date,
        "seen": dt.datetime,
        "region": str,
    }


def test_description_and_statistics(cursor):
    cursor.execute("SELECT id, name, amount, tags FROM orders")
    described = [(d[0], d[1], d[4], d[5]) for d in cursor.description]
    assert described == [
        ("id", "bigint", 19, 0),
        ("name", "varchar", 2147483647, 0),
        ("amount", "decimal", 7, 2),
        ("tags", "array", 0, 0),
    ]
    assert cursor.state == "SUCCEEDED" and cursor.statement_type == "DML" and cursor.rownumber == 0
    assert cursor.output_location == f"{STAGING}{cursor.query_id}.csv"
    assert cursor.database == DATABASE and cursor.work_group == "primary"
    assert (
        cursor.query_queue_time_in_millis > 0 and cursor.total_execution_time_in_millis > 0
    )  # as PyAthena's tests do
    all_columns = cursor.data_scanned_in_bytes
    assert 0 < cursor.execute("SELECT id FROM orders").data_scanned_in_bytes < all_columns
    assert cursor.execute("SELECT 1").data_scanned_in_bytes == 0


def test_fetching_piece_by_piece(cursor):
    cursor.execute("SELECT * FROM UNNEST(sequence(1, 2500)) t(n) ORDER BY n")
    assert cursor.fetchone() == (1,)
    assert cursor.fetchmany(3) == [(2,), (3,), (4,)]
    assert [n for (n,) in cursor] == list(range(5, 2501))
    assert cursor.fetchone() is None


def test_nested_values(cursor):
    """Athena does not tell the types inside a map or row, so PyAthena leaves their values text."""
    row = cursor.execute("SELECT ARRAY[1, 2], MAP(ARRAY['k'], ARRAY[1]), CAST(ROW(1, 'x') AS ROW(a int, b varchar))")
    array, mapping, struct = row.fetchone()
    assert (array, mapping, struct) == ([1, 2], {"k": "1"}, {"a": "1", "b": "x"})


def test_binary_json_and_time(cursor):
    row = cursor.execute("SELECT X'00ff', JSON '{\"a\": 1}', TIME '01:02:03.456'").fetchone()
    assert row == (b"\x00\xff", {"a": 1}, dt.time(1, 2, 3, 456000))


def test_dict_cursor(connection, orders):
    with connection.cursor(DictCursor) as cursor:
        rows = cursor.execute("SELECT id, name FROM orders ORDER BY id").fetchall()
    assert rows == [
        {"id": i, "name": n} for i, n in zip(expected(orders, "id"), expected(orders, "name"), strict=True)
    ]


@pytest.mark.parametrize("unload", [False, True])
def test_pandas_cursor(connection, orders, unload):
    with connection.cursor(PandasCursor, unload=unload) as cursor:
        columns = "id, name, price, amount, day, seen, region"
        found = cursor.execute(f"SELECT {columns} FROM orders ORDER BY id").as_pandas().sort_values("id")
    assert found["id"].tolist() == orders["id"].tolist()
    assert found["price"].fillna(-1).tolist() == orders["price"].fillna(-1).tolist()
    assert found["amount"].tolist() == orders["amount"].tolist()
    assert found["seen"].tolist()[:2] == orders["seen"].tolist()[:2] and found["seen"].isna().sum() == 1
    name = orders["name"] if unload else orders["name"].replace("", None)  # pandas reads no "" from a CSV file
    assert found["name"].isna().tolist() == name.isna().tolist()
    assert found["name"].fillna("?").tolist() == name.fillna("?").tolist()


def test_pandas_cursor_in_chunks(connection):
    with connection.cursor(PandasCursor) as cursor:
        chunks = cursor.execute("SELECT * FROM UNNEST(sequence(1, 100)) t(n)", chunksize=30).as_pandas()
        sizes = [len(chunk) for chunk in chunks]
    assert sizes == [30, 30, 30, 10]


def test_async_cursors(connection, orders):
    with connection.cursor(AsyncCursor) as cursor:
        jobs = [cursor.execute(f"SELECT {n} * count(*) FROM orders") for n in range(3)]
        answers = [future.result().fetchall() for _, future in jobs]
        assert answers == [[(n * len(orders),)] for n in range(3)]
        assert cursor.query_execution(jobs[0][0]).result().state == "SUCCEEDED"
    with connection.cursor(AsyncDictCursor) as cursor:
        assert cursor.execute("SELECT 1 AS a")[1].result().fetchone() == {"a": 1}
    with connection.cursor(AsyncPandasCursor) as cursor:
        found = cursor.execute("SELECT id FROM orders ORDER BY id")[1].result().as_pandas()
    assert found["id"].tolist() == orders["id"].tolist()


def test_s3fs_cursors(connection, orders):
    """They read the result file through PyAthena's own S3 file system, and tell NULL from the empty string."""
    sql = f"SELECT {', '.join(COLUMNS)} FROM orders ORDER BY id"
    with connection.cursor(S3FSCursor) as cursor:
        rows = cursor.execute(sql).fetchall()
    for column, values in zip(COLUMNS, zip(*rows, strict=True), strict=True):
        assert list(values) == expected(orders, column), column
    with connection.cursor(AsyncS3FSCursor) as cursor:
        assert cursor.execute(sql)[1].result().fetchall() == rows


def test_cursors_for_asyncio(aws, orders):
    async def session():
        options = {"s3_staging_dir": STAGING, "schema_name": DATABASE, "poll_interval": 0.02}
        async with await pyathena.aio_connect(**options) as connection:

            async def answer(n):
                async with connection.cursor() as cursor:
                    await cursor.execute(f"SELECT {n} * count(*) FROM orders")
                    return await cursor.fetchall()

            assert await asyncio.gather(*map(answer, range(4))) == [[(n * len(orders),)] for n in range(4)]
            async with connection.cursor(AioDictCursor) as cursor:
                await cursor.execute("SELECT id FROM orders ORDER BY id")
                assert [row["id"] async for row in cursor] == orders["id"].tolist()
            async with connection.cursor(AioPandasCursor) as cursor:
                await cursor.execute("SELECT id FROM orders ORDER BY id")
                assert (await cursor.as_pandas())["id"].tolist() == orders["id"].tolist()
            async with connection.cursor(AioS3FSCursor) as cursor:
                await cursor.execute("SELECT name FROM orders ORDER BY id")
                assert [n for (n,) in await cursor.fetchall()] == expected(orders, "name")

    asyncio.run(session())


def test_its_s3_file_system(connection):
    files, folder = S3FileSystem(connection=connection), f"s3://{BUCKET}/pyathena/files"
    big = bytes(range(256)) * 24 * 1024  # 6 MiB: more than one part
    with files.open(f"{folder}/big", "wb") as writer:
        writer.write(big)
    files.pipe(f"{folder}/small", b"0123456789")
    assert files.cat_file(f"{folder}/small", start=2, end=5) == b"234" and files.cat(f"{folder}/big") == big
    files.cp_file(f"{folder}/small", f"{folder}/deep/copy")
    names = [name.rpartition("files/")[2] for name in files.find(folder)]
    assert names == ["big", "deep/copy", "small"] and files.info(f"{folder}/big")["size"] == len(big)
    files.rm(folder, recursive=True)
    assert not files.exists(f"{folder}/small")


def test_cancel(connection):
    numbers = "UNNEST(sequence(1, 50000))"
    endless = f"SELECT count(*) FROM {numbers} a(n) CROSS JOIN {numbers} b(n) CROSS JOIN {numbers} c(n)"
    with connection.cursor(AsyncCursor) as cursor:
        query_id, future = cursor.execute(endless)
        cursor.cancel(query_id).result()
        result = future.result()
    assert (result.state, result.state_change_reason) == ("CANCELLED", "Query cancelled by user")


@pytest.mark.parametrize(
    ("sql", "parameters", "options", "ids"),
    [
        ("SELECT id FROM orders WHERE name = %(n)s", {"n": 'say "hi", they\nsaid'}, {}, [4]),
        ("SELECT id FROM orders WHERE name = %(n)s", {"n": "O'Hara' OR '1'='1"}, {}, []),
        ("SELECT id FROM orders WHERE day = %(d)s", {"d": dt.date(2024, 1, 1)}, {}, [4]),
        ("SELECT id FROM orders WHERE seen = %(t)s", {"t": dt.datetime(2020, 1, 1, 1, 2, 3, 456000)}, {}, [1]),
        ("SELECT id FROM orders WHERE amount = %(a)s", {"a": Decimal("-2.25")}, {}, [2]),
        ("SELECT id FROM orders WHERE id IN %(i)s ORDER BY id", {"i": [1, 3, 99]}, {}, [1, 3]),
        ("SELECT id FROM orders WHERE id > ? AND region = ?", ["1", "'north'"], {"paramstyle": "qmark"}, [3]),
    ],
)
def test_parameters(cursor, sql, parameters, options, ids):
    assert [n for (n,) in cursor.execute(sql, parameters, **options).fetchall()] == ids


def test_many_and_ddl(cursor):
    cursor.execute(
        f"CREATE EXTERNAL TABLE many (a int, b string) STORED AS PARQUET LOCATION 's3://{BUCKET}/pyathena/many/'"
    )
    assert cursor.fetchall() == [] and cursor.statement_type == "DDL"
    rows = [{"a": n, "b": "x" * n} for n in range(3)]
    cursor.executemany("INSERT INTO many VALUES (%(a)d, %(b)s)", rows)
    assert cursor.execute("SELECT * FROM many ORDER BY a").fetchall() == [(0, ""), (1, "x"), (2, "xx")]
    assert cursor.execute("SHOW TABLES LIKE 'man*'").fetchall() == [("many",)]
    assert cursor.execute("SHOW PARTITIONS orders").fetchall() == [
        ("region=east",),
        ("region=north",),
        ("region=south",),
    ]
    cursor.execute("DROP TABLE many")
    assert cursor.execute("SHOW TABLES LIKE 'man*'").fetchall() == []


def test_ctas_and_row_count(cursor, orders):
    where = f"format = 'ORC', external_location = 's3://{BUCKET}/pyathena/ctas/'"
    cursor.execute(f"CREATE TABLE copied WITH ({where}) AS SELECT id, name FROM orders")
    assert cursor.substatement_type == "CREATE_TABLE_AS_SELECT" and cursor.rowcount == len(orders)
    assert cursor.execute("SELECT count(*), count(name) FROM copied").fetchall() == [
        (len(orders), int(orders["name"].notna().sum()))
    ]


def test_result_reuse(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(price) FROM orders")
        first = cursor.output_location
        cursor.execute("SELECT sum(price) FROM orders", result_reuse_enable=True, result_reuse_minutes=10)
        assert cursor.reused_previous_result and cursor.output_location == first
        assert cursor.data_scanned_in_bytes == 0


@pytest.mark.parametrize(
    ("sql", "error", "message"),
    [
        ("SELECT nope FROM orders", pyathena.OperationalError, "COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be"),
        ("SELECT 1 / 0", pyathena.OperationalError, "DIVISION_BY_ZERO: Division by zero"),
        ("SELEC 1", pyathena.DatabaseError, "line 1:1: mismatched input 'SELEC'"),
        ("SELECT 1; SELECT 2", pyathena.DatabaseError, "Only one sql statement is allowed"),
    ],
)
def test_errors_are_those_of_the_database_interface(cursor, sql, error, message):
    with pytest.raises(error) as caught:
        cursor.execute(sql)
    assert message in str(caught.value)
    assert cursor.execute("SELECT 1").fetchone() == (1,)


def test_table_metadata(cursor):
    assert DATABASE in [found.name for found in cursor.list_databases(None)]
    metadata = cursor.get_table_metadata("orders")
    assert [c.name for c in metadata.columns][:2] == ["id", "name"]
    assert [c.name for c in metadata.partition_keys] == ["region"]
    assert "orders" in [found.name for found in cursor.list_table_metadata()]


def test_sqlalchemy_reflects(engine):
    inspector = sa.inspect(engine)
    assert DATABASE in inspector.get_schema_names() and "orders" in inspector.get_table_names()
    assert inspector.has_table("orders") and not inspector.has_table("none")
    types = {column["name"]: str(column["type"]) for column in inspector.get_columns("orders")}
    assert list(types) == [*COLUMNS[:-1], "tags", "region"]
    assert (types["id"], types["amount"], types["day"]) == ("BIGINT", "DECIMAL(7, 2)", "DATE")


def test_sqlalchemy_core(engine, orders):
    table = sa.Table("orders", sa.MetaData(), autoload_with=engine)
    with engine.connect() as connected:
        by_name = sa.select(table.c.id).where(table.c.name == "Ada")
        assert connected.execute(by_name).fetchall() == [(1,)]
        page = sa.select(table.c.id).order_by(table.c.id.desc()).limit(2).offset(1)
        assert [n for (n,) in connected.execute(page)] == [4, 3]
        grouped = sa.select(table.c.region, sa.func.count().label("n")).group_by(table.c.region)
        assert dict(connected.execute(grouped).fetchall()) == orders.groupby("region").size().to_dict()
        chosen = sa.select(table.c.id).where(table.c.region.in_(["north", "east"]), table.c.day.is_not(None))
        assert sorted(n for (n,) in connected.execute(chosen)) == [1, 3, 4]
        text = sa.text("SELECT name FROM orders WHERE id = :i")
        assert connected.execute(text, {"i": 4}).scalar() == 'say "hi", they\nsaid'


def test_sqlalchemy_with_pandas(engine):
    """to_sql makes the table and fills it; read_sql gives it back."""
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "it's"], "c": [0.5, None, -1.0]})
    frame.to_sql("stored", engine, index=False, if_exists="replace", method="multi")
    found = pd.read_sql("SELECT * FROM stored ORDER BY a", engine)
    assert found["a"].tolist() == [1, 2, 3]
    assert found["b"].astype(object).where(found["b"].notna(), None).tolist() == ["x", None, "it's"]
    assert found["c"].fillna(9).tolist() == [0.5, 9, -1.0]
    assert pd.read_sql_table("stored", engine).shape == (3, 3)


def test_arrow_cursor_cannot_be_led_to_any_endpoint(connection):
    """docs/clients.md says so; when this fails, pyarrow or PyAthena has learnt it and the page must change."""
    from pyathena.arrow.cursor import ArrowCursor

    with (
        connection.cursor(ArrowCursor, connect_timeout=1, request_timeout=1) as cursor,
        pytest.raises(pyathena.OperationalError),
    ):
        cursor.execute("SELECT 1 AS a").as_arrow()


def test_pyarrow_reads_unloaded_files_by_uri(cursor, orders):
    """What docs/clients.md offers instead: a URI reads the variable, which the file system's constructor does not."""
    import pyarrow.parquet as pq

    path = f"s3://{BUCKET}/pyathena/unloaded"
    cursor.execute(f"UNLOAD (SELECT id, name FROM orders) TO '{path}/' WITH (format = 'PARQUET')")
    found = pq.read_table(path).to_pandas().sort_values("id")
    assert found["id"].tolist() == orders["id"].tolist()
    assert found["name"].isna().tolist() == orders["name"].isna().tolist()
