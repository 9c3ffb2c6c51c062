"""What people use beside PyMySQL: pandas with SQLAlchemy, and awswrangler; the server is verified."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import awswrangler as wr
import pandas as pd
import pytest
import trustme
from pymysql.connections import Connection

from helpers.rds import engine
from helpers.rds_errors import TLSRefused

ORDERS = [
    (1, "Zürich 東京", Decimal("10.25"), dt.date(2024, 2, 29)),
    (2, None, None, None),
    (3, "O'Brien", Decimal("-0.01"), dt.date(1999, 12, 31)),
]


@pytest.fixture
def orders(rds):
    columns = "id INT PRIMARY KEY, customer VARCHAR(50), amount DECIMAL(10,2), day DATE"
    rds.execute_query(f"CREATE TABLE orders ({columns})")
    rds.executemany("INSERT INTO orders VALUES (%s, %s, %s, %s)", ORDERS)
    rds.commit()
    return rds


@pytest.fixture
def wrong_authority(database, tmp_path):
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    return replace(database, ssl_ca=str(tmp_path / "other.pem"))


def test_pandas_in_and_out_with_sqlalchemy(orders, database):
    connected = engine(database)
    frame = pd.read_sql("SELECT * FROM orders ORDER BY id", connected)
    assert next(frame.itertuples(index=False, name=None)) == ORDERS[0]
    frame.assign(id=frame.id + 10).to_sql("orders", connected, if_exists="append", index=False)
    connected.dispose()
    ((count, total),) = orders.execute_query("SELECT COUNT(*), SUM(amount) FROM orders", fetch_results=True)
    assert (count, total) == (6, Decimal("20.48"))


def test_sqlalchemy_refuses_a_server_it_cannot_verify(wrong_authority, database):
    for wrong in (wrong_authority, replace(database, host="127.0.0.1")):
        with pytest.raises(TLSRefused):
            engine(wrong).connect()


def test_awswrangler_reads_and_writes_over_our_connection(orders):
    assert isinstance(orders.connection, Connection)
    frame = wr.mysql.read_sql_query("SELECT id, customer FROM orders ORDER BY id", con=orders.connection)
    assert frame.customer.dropna().tolist() == ["Zürich 東京", "O'Brien"]
    assert frame.customer.isna().tolist() == [False, True, False]
    more = pd.DataFrame({"id": [4], "customer": ["new"]})
    schema = orders.settings.database
    wr.mysql.to_sql(more, con=orders.connection, schema=schema, table="orders", mode="append", use_column_names=True)
    assert orders.execute_query("SELECT COUNT(*) FROM orders", fetch_results=True) == [(4,)]
