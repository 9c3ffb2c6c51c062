"""The exercises of lesson 12, the sales report."""

from helpers.checks import exercise, function, number, query

exercise(
    "12.1",
    function(
        ((150, 100), 50.0),
        ((50, 100), -50.0),
        ((100, 300), -66.7),
        ((0, 80), -100.0),
        ((100, 100), 0.0),
        ((5, 0), "new"),
        ((5, None), "new"),
    ),
    wrong=[
        lambda now, before: round(100 * (now - before) / before, 1),
        lambda now, before: round(100 * (now - before) / now, 1) if before and now else "new",
        lambda now, before: round(now / before, 1) if before else "new",
        lambda now, before: round(100 * now / before, 1) if before else 0,
        lambda now, before: round(100 * (now - before) / before) if before else "new",
    ],
    why="The change is measured against what was before; where nothing was, no percentage says anything.",
)

_TORN = (
    "SELECT count(*) FROM (SELECT ordernumber FROM sales WHERE year_id = {} GROUP BY ordernumber"
    " HAVING count(DISTINCT status) > 1) AS torn"
)

exercise(
    "12.2",
    query(
        lambda year: _TORN.format(year),
        must_use=["HAVING", "DISTINCT"],
        hint="Group the lines of the year by order, keep those with more than one DISTINCT status, then count them.",
    ),
    wrong=[
        "SELECT count(DISTINCT status) FROM sales WHERE year_id = 2004 HAVING count(*) > 0",
        _TORN.format(2004).replace("count(DISTINCT status) > 1", "count(DISTINCT status) > 0"),
        _TORN.format(2004).replace("count(DISTINCT status) > 1", "count(status) > 1"),
        "SELECT 0",
    ],
    context={"year": 2004},
    why="None: each order has one status, so the orders by status add up to all orders.",
)

exercise(
    "12.3",
    number(
        3.6,
        within=0.001,
        unit="USD",
        hints={
            0.6: "That is one query a report; each runs six.",
            0.0144: "That is one day.",
            3: "48 reports, not 40.",
        },
        hint="Queries in a year, times 10 MB, at 5 USD for 1,000,000 MB.",
    ),
    wrong=[0.6, 0.0144, 36, 0.36, 4.32, 5.256],
    why="72,000 queries at 0.00005 USD: the schedule costs less than the coffee read with it.",
)
