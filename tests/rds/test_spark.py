"""Spark and MySQL over JDBC, as a lesson does it: rows there and back, and a server that is verified."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
import trustme

from helpers import lab, spark
from helpers.rds import RDSManager

ORDERS = [
    (1, "Zürich 東京", Decimal("10.25"), dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 23, 59, 58)),
    (2, None, None, None, None),
    (3, "O'Brien", Decimal("-0.01"), dt.date(1999, 12, 31), dt.datetime(1999, 12, 31, 0, 0, 1)),
]
COLUMNS = "id INT PRIMARY KEY, customer VARCHAR(50), amount DECIMAL(10,2), day DATE, moment DATETIME"


@pytest.fixture
def course(environment):
    with lab.connect("local", lesson="jdbc") as connected:
        yield connected
    spark.stop()


def count(settings):
    with RDSManager(settings) as rds:
        return rds.execute_query("SELECT COUNT(*) FROM orders", fetch_results=True)[0][0]


def test_a_table_goes_to_spark_and_to_the_lake_and_back(course, tmp_path, capfd):
    settings = course.rds()
    with RDSManager(settings) as rds:
        rds.execute_query(f"CREATE TABLE orders ({COLUMNS})")
        rds.executemany("INSERT INTO orders VALUES (%s, %s, %s, %s, %s)", ORDERS)
    session = spark.session(course)

    def table(where):
        return session.read.jdbc(where.jdbc_url(), "orders", properties=where.jdbc_properties())

    assert [tuple(row) for row in table(settings).orderBy("id").collect()] == ORDERS
    lake = spark.uri(course.uri("orders"))
    table(settings).write.parquet(lake)
    again = session.read.parquet(lake).selectExpr("id + 100 AS id", "customer", "amount", "day", "moment")
    again.write.jdbc(settings.jdbc_url(), "orders", mode="append", properties=settings.jdbc_properties())
    assert count(settings) == 6

    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    for wrong, said in (
        (replace(settings, ssl_ca=str(tmp_path / "other.pem")), "unable to find valid certification path"),
        (replace(settings, host="127.0.0.1"), "SSL hostname verification failed"),
        (replace(settings, password="wrong"), "Access denied"),
    ):
        with pytest.raises(Exception, match=said) as refused:
            table(wrong).collect()
        assert settings.password not in str(refused.value)

    table(settings).explain(extended=True)
    shown = "".join(capfd.readouterr()) + spark.log().read_text() + str(session.sparkContext.getConf().getAll())
    assert "orders" in shown and settings.password not in shown
