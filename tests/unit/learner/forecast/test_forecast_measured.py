"""What is predicted against what the endpoint reports, over the course's own data in every format.

The endpoint's planner and this estimate share no code, so that they agree is evidence for both.
"""

import pytest

from helpers import datasets, forecast

SALES = """
    ordernumber int, quantityordered int, priceeach decimal(10, 2), orderlinenumber int, sales decimal(10, 2),
    orderdate date, status string, qtr_id int, month_id int, year_id int, productline string, msrp int,
    productcode string"""
FLIGHTS = """
    day int, dep_time int, sched_dep_time int, dep_delay int, arr_time int, sched_arr_time int, arr_delay int,
    carrier string, flight int, tailnum string, origin string, dest string, air_time int, distance int,
    hour int, minute int, time_hour timestamp"""
EVENTS = """
    user_id string, action string, device struct<os: string, version: string>,
    items array<struct<sku: string, quantity: int, price: double>>"""
JSON = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"
ROWS = {
    "csv": "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','",
    "csv.gz": "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','",
    "json": JSON,
    "avro": "STORED AS AVRO",
    "parquet": "STORED AS PARQUET",
    "orc": "STORED AS ORC",
}


@pytest.fixture(scope="module", autouse=True)
def lake(place, run):
    """Sales in six formats and partitioned, flights by month, registered and projected, events, views."""
    for form, rows in ROWS.items():
        placed = datasets.put_sales(place, form=form, scale=0.02)
        run(f"CREATE EXTERNAL TABLE sales_{form.replace('.', '_')} ({SALES}) {rows} LOCATION '{placed.uri}'")
    renamed = "(number int, pieces int, each decimal(10, 2), line int, amount decimal(10, 2), day date)"
    for form in ("parquet", "orc"):  # ORC finds columns by place, Parquet by name
        kept = place.uri("data", f"sales_{form}")
        run(f"CREATE EXTERNAL TABLE renamed_{form} {renamed} {ROWS[form]} LOCATION '{kept}'")
    run(
        "CREATE TABLE by_year WITH (format = 'PARQUET', partitioned_by = ARRAY['year_id']) AS "
        "SELECT ordernumber, orderdate, status, sales, year_id FROM sales_csv"
    )
    monthly = datasets.put_flights(place, by="month")
    months = f"({FLIGHTS}) PARTITIONED BY (year int, month int) {ROWS['csv']} LOCATION '{monthly.uri}'"
    run(f"CREATE EXTERNAL TABLE flights {months}")
    run("MSCK REPAIR TABLE flights")
    run(
        f"CREATE EXTERNAL TABLE projected {months} TBLPROPERTIES ('projection.enabled' = 'true', "
        "'projection.year.type' = 'enum', 'projection.year.values' = '2013,2014', "
        "'projection.month.type' = 'integer', 'projection.month.range' = '1,12')"
    )
    log = datasets.put_events(place)
    run(
        f"CREATE EXTERNAL TABLE events ({EVENTS}) {JSON} "
        f"WITH SERDEPROPERTIES ('ignore.malformed.json' = 'true') LOCATION '{log.uri}'"
    )
    for form in ("PARQUET", "ORC"):
        run(f"CREATE TABLE events_{form.lower()} WITH (format = '{form}') AS SELECT * FROM events")
    run("CREATE VIEW orders AS SELECT ordernumber AS number, sales AS amount, year_id AS y FROM by_year")
    run("CREATE VIEW devices AS SELECT device, action FROM events_parquet")
    run("CREATE VIEW years AS SELECT y, sum(amount) AS total FROM orders GROUP BY y")


FORMATS = [form.replace(".", "_") for form in ROWS]
EXACT = [
    *(f"SELECT sum(sales) FROM sales_{form}" for form in FORMATS),
    *(f"SELECT count(*) FROM sales_{form} WHERE orderdate >= DATE '2005-10-01'" for form in FORMATS),
    *(f"SELECT count(*) FROM sales_{form}" for form in FORMATS),
    "SELECT * FROM sales_parquet",
    "SELECT * FROM sales_orc",
    "SELECT sum(amount) FROM renamed_orc WHERE day < DATE '2003-05-01'",
    "SELECT sum(amount) FROM renamed_parquet WHERE day < DATE '2003-05-01'",
    "SELECT max(sales) FROM sales_parquet WHERE orderdate BETWEEN DATE '2004-02-10' AND DATE '2004-05-20'",
    "SELECT max(sales) FROM sales_orc WHERE orderdate BETWEEN DATE '2004-02-10' AND DATE '2004-05-20'",
    "SELECT max(sales) FROM sales_parquet WHERE year_id = 2004 AND qtr_id = 2",
    "SELECT max(sales) FROM sales_parquet WHERE year_id = 2004 OR year_id = 2005 AND status = 'Disputed'",
    "SELECT max(sales) FROM sales_parquet WHERE productline LIKE 'Tr%'",
    "SELECT max(sales) FROM sales_parquet WHERE status IS NULL",
    "SELECT max(sales) FROM sales_orc WHERE status IS NULL",
    "SELECT status, sum(sales) FROM by_year WHERE year_id IN (2003, 2005) GROUP BY status ORDER BY status",
    "SELECT count(*) FROM by_year WHERE year_id = 2004",
    "SELECT count(*) FROM flights",
    "SELECT avg(dep_delay) FROM flights WHERE month = 3",
    "SELECT avg(dep_delay) FROM flights WHERE month IN (3, 4) OR (month = 7 AND carrier = 'UA')",
    "SELECT avg(dep_delay) FROM flights WHERE NOT month > 2",
    "SELECT avg(dep_delay) FROM flights WHERE month BETWEEN 2 AND 4 AND month <> 3",
    "SELECT avg(dep_delay) FROM flights WHERE month % 2 = 1",
    "SELECT avg(dep_delay) FROM flights WHERE CAST(month AS varchar) = '2'",
    "SELECT avg(dep_delay) FROM flights WHERE date(format('%d-%02d-01', year, month)) > DATE '2013-10-31'",
    "SELECT avg(dep_delay) FROM flights WHERE month = 3 OR dep_delay > 60",
    "SELECT avg(dep_delay) FROM projected WHERE month = 3",
    "SELECT avg(dep_delay) FROM projected WHERE month = 3 AND year = 2014",
    "SELECT count(*) FROM projected WHERE month >= 11",
    "SELECT count(device.os) FROM events",
    "SELECT count(device.os) FROM events_parquet",
    "SELECT count(device.os) FROM events_orc",
    "SELECT count(device.os) FROM devices WHERE action = 'login'",
    "SELECT device FROM events_parquet WHERE device.version = '14'",
    "SELECT sku, sum(quantity) FROM events_parquet CROSS JOIN UNNEST(items) AS t(sku, quantity, price) GROUP BY sku",
    "SELECT sku, sum(quantity) FROM events_orc CROSS JOIN UNNEST(items) AS t(sku, quantity, price) GROUP BY sku",
    "SELECT sum(amount) FROM orders WHERE y = 2004",
    "SELECT total FROM years WHERE y = 2003",
    "SELECT * FROM years ORDER BY y",
    "WITH unused AS (SELECT * FROM sales_csv) SELECT max(sales) FROM by_year",
    "WITH twice AS (SELECT * FROM by_year) SELECT sales FROM twice WHERE year_id = 2003 "
    "UNION ALL SELECT sales FROM twice WHERE year_id = 2004",
    "UNLOAD (SELECT sales FROM by_year WHERE year_id = 2004) TO '{unloaded}' WITH (format = 'JSON')",
    "CREATE TABLE made AS SELECT sales, status FROM by_year WHERE year_id = 2004",
    "INSERT INTO made SELECT sales, status FROM by_year WHERE year_id = 2005",
    'SELECT "$path", count(*) FROM by_year GROUP BY 1',
    'SELECT * FROM "by_year$partitions"',
    "EXPLAIN ANALYZE SELECT max(sales) FROM by_year WHERE year_id = 2003",
    "SELECT count(s) FROM (SELECT sales s, status FROM by_year UNION ALL SELECT sales, status FROM sales_orc)",
    "SELECT count(*) FROM (SELECT count(*), max(sales) FROM by_year)",
]


@pytest.mark.parametrize("sql", EXACT)
def test_the_estimate_is_what_is_measured(sql, place, estimate, run):
    sql = sql.replace("{unloaded}", place.uri("unloaded"))
    predicted = estimate(sql)
    assert predicted.bytes == run(sql)
    assert predicted.exact, predicted.notes


UPPER_BOUNDS = [
    ("SELECT * FROM by_year LIMIT 5", "LIMIT"),
    (
        "SELECT a.sales FROM by_year a JOIN sales_parquet b ON a.ordernumber = b.ordernumber "
        "AND a.year_id = b.year_id WHERE a.year_id = 2003",
        "dynamic",
    ),
    (
        "SELECT a.sales FROM by_year a LEFT JOIN sales_parquet b ON a.ordernumber = b.ordernumber "
        "AND b.year_id = 2003 WHERE a.year_id = 2004",
        "dynamic",
    ),
    ("SELECT sales FROM by_year WHERE ordernumber IN (SELECT ordernumber FROM sales_orc)", "dynamic"),
    (
        "SELECT count(*) FROM by_year WHERE EXISTS (SELECT * FROM sales_orc o "
        "WHERE o.ordernumber = by_year.ordernumber)",
        "dynamic",
    ),
    ("SELECT max(sales) FROM by_year WHERE year_id = (SELECT max(year_id) FROM sales_orc)", "dynamic"),
]


@pytest.mark.parametrize(("sql", "why"), UPPER_BOUNDS)
def test_what_may_read_less_on_aws_says_so_and_equals_the_local_bytes(sql, why, estimate, run):
    predicted = estimate(sql)
    assert predicted.bytes == run(sql) > 0
    assert predicted.how == "upper bound"
    assert any(why in note for note in predicted.notes)


def test_placeholders_mean_what_they_mean_to_athena(estimate, run):
    sql, values = "SELECT count(*) FROM flights WHERE month IN (:months)", {"months": [1, 2]}
    assert estimate(sql, values).bytes == run(sql, values)
    sql, values = "SELECT count(*) FROM flights WHERE month = ? AND year = ?", [5, 2013]
    assert estimate(sql, values).bytes == run(sql, values)


def test_another_database_is_named_or_given(place, run):
    own = f"SELECT max(sales) FROM {place.database}.by_year"
    given = forecast.estimate("SELECT max(sales) FROM by_year", database=place.database, where=place)
    assert forecast.estimate(own, database="nowhere", where=place).bytes == given.bytes == run(own)
