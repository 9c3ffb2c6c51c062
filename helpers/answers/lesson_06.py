"""The exercises of lesson 06, the SQL workshop."""

from helpers.checks import exercise, query


def _best(ranked: str, year: int, grouped: str = "productline, productcode") -> str:
    return f"""SELECT productline, productcode, revenue FROM (
        SELECT productline, productcode, sum(sales) AS revenue, {ranked} AS place
        FROM sales WHERE year_id = {year} GROUP BY {grouped}) WHERE place = 1"""


_PLACE = "rank() OVER (PARTITION BY productline ORDER BY sum(sales) DESC)"
_BY_PRODUCT = "SELECT productline, productcode, sum(sales) AS revenue FROM sales WHERE year_id = 2004 GROUP BY 1, 2"

exercise(
    "06.1",
    query(
        lambda year: _best(_PLACE, year),
        hint="One row for each product line: number the products within their line, the highest revenue first.",
    ),
    wrong=[
        _best("rank() OVER (ORDER BY sum(sales) DESC)", 2004),
        _best("rank() OVER (PARTITION BY productline ORDER BY sum(sales))", 2004),
        _best("rank() OVER (PARTITION BY productline ORDER BY count(*) DESC)", 2004),
        _best(_PLACE, 2004).replace("WHERE year_id = 2004", ""),
        f"{_BY_PRODUCT} ORDER BY revenue DESC LIMIT 7",
        f"SELECT productline, max(productcode), max(revenue) FROM ({_BY_PRODUCT}) GROUP BY productline",
    ],
    context={"year": 2004},
    why="The window ranks what GROUP BY has summed, each line for itself, in one scan.",
)

_ITEMS = "CAST(json_extract(line, '$.items') AS array(row(sku varchar, quantity integer, price integer)))"
_SOLD = (
    f"SELECT i.sku, sum(i.quantity), sum(i.quantity * i.price) AS revenue FROM lines"
    f" CROSS JOIN UNNEST({_ITEMS}) AS i (sku, quantity, price)"
    " WHERE json_extract_scalar(line, '$.action') = 'purchase' GROUP BY i.sku ORDER BY revenue DESC LIMIT 5"
)

exercise(
    "06.2",
    query(
        _SOLD,
        must_use=["lines"],
        hint="Cast the list of items to array(row(…)), unfold it, and keep the events whose action is 'purchase'.",
    ),
    wrong=[
        _SOLD.replace(" WHERE json_extract_scalar(line, '$.action') = 'purchase'", ""),
        _SOLD.replace("'purchase'", "'add_to_cart'"),
        _SOLD.replace("json_extract_scalar", "json_extract"),
        _SOLD.replace("sum(i.quantity * i.price)", "sum(i.price)"),
        _SOLD.replace("sum(i.quantity),", "count(*),"),
        _SOLD.replace("revenue DESC", "2 DESC"),
        _SOLD.replace(" LIMIT 5", ""),
    ],
    why="A string became rows: extract, cast, unfold.",
)

_BUSIEST = "SELECT {} AS local_hour, count(*) AS flights FROM flights GROUP BY 1 ORDER BY flights DESC LIMIT 3"

exercise(
    "06.3",
    query(
        _BUSIEST.format("hour"),
        must_use=["time_hour"],
        hint="Say that time_hour is UTC, show it on New York's clock, and take the hour of that.",
    ),
    wrong=[
        _BUSIEST.format("hour"),
        _BUSIEST.format("hour(time_hour)"),
        _BUSIEST.format("hour(time_hour - INTERVAL '5' HOUR)"),
        _BUSIEST.format("hour(time_hour - INTERVAL '4' HOUR)"),
        _BUSIEST.format("hour(with_timezone(time_hour, 'America/New_York') AT TIME ZONE 'UTC')"),
        _BUSIEST.format("hour(with_timezone(time_hour, 'America/New_York'))"),
    ],
    why="A zone's name knows summer and winter; a number of hours does not.",
)

_SNAPSHOTS = """SELECT operation, CAST(summary['total-records'] AS bigint)
    - CAST(summary['total-position-deletes'] AS bigint) AS orders FROM "orders$snapshots" ORDER BY committed_at"""

exercise(
    "06.4",
    query(
        _SNAPSHOTS,
        must_use=["$snapshots"],
        ordered=True,
        hint="Cast the two texts of the summary to bigint, subtract, and order by committed_at.",
    ),
    wrong=[
        _SNAPSHOTS.replace("- CAST(summary['total-position-deletes'] AS bigint)", ""),
        _SNAPSHOTS.replace("total-records", "added-records"),
        _SNAPSHOTS.replace("ORDER BY committed_at", "ORDER BY committed_at DESC"),
        _SNAPSHOTS.replace("CAST(summary['total-records'] AS bigint)", "(SELECT count(*) FROM orders)"),
        _SNAPSHOTS.replace("ORDER BY", "WHERE operation <> 'append' ORDER BY"),
        """SELECT 'append', count(*) FROM "orders$snapshots" """,
    ],
    why="Each snapshot's summary tells what is in the table, and no data file is read for it.",
)
