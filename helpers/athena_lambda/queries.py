"""The allow-list. A caller names a query and gives values; SQL never comes from outside.

Replace this file by your own (`python -m helpers.athena_lambda.package --queries my_queries.py`).
"""

from helpers.athena_lambda.parameters import Choice, Day, NamedQuery, Whole

TERRITORIES = ("APAC", "EMEA", "Japan", "NA")

QUERIES = {
    "orders_by_year": NamedQuery(
        """
        SELECT year_id, count(DISTINCT ordernumber) AS orders, sum(sales) AS revenue
        FROM sales
        GROUP BY year_id
        ORDER BY year_id
        """,
        {},
    ),
    "revenue_by_month": NamedQuery(
        """
        SELECT month_id, count(DISTINCT ordernumber) AS orders, sum(sales) AS revenue
        FROM sales
        WHERE year_id = ? AND territory = ?
        GROUP BY month_id
        ORDER BY month_id
        """,
        {"year": Whole(2000, 2100), "territory": Choice(TERRITORIES)},
    ),
    "top_customers": NamedQuery(
        """
        SELECT customername, revenue
        FROM (
            SELECT customername, sum(sales) AS revenue,
                   row_number() OVER (ORDER BY sum(sales) DESC, customername) AS place
            FROM sales
            WHERE year_id = ?
            GROUP BY customername
        )
        WHERE place <= ?
        ORDER BY place
        """,
        {"year": Whole(2000, 2100), "top": Whole(1, 100, default=10)},
    ),
    "order_lines": NamedQuery(
        """
        SELECT ordernumber, orderlinenumber, orderdate, productcode, quantityordered, sales
        FROM sales
        WHERE orderdate BETWEEN ? AND ?
        ORDER BY ordernumber, orderlinenumber
        """,
        {"first_day": Day(), "last_day": Day()},
    ),
}
