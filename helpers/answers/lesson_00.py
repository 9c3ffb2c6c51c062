"""The rules of lesson 00's exercises."""

from __future__ import annotations

from decimal import Decimal

from helpers.checks import exercise, number, query

exercise(
    "00.1",
    number(
        lambda table_bytes: table_bytes,
        within=0.02,
        unit="bytes",
        hints={0: "Zero is for statements that read no data. This one has to find numbers in files."},
        hint="Think of one line of a CSV file: how would Athena know, without reading it, which year it belongs to?",
    ),
    wrong=[26_300_000, 79_000_000 / 11, 0, 10_000_000],
    context={"table_bytes": 78_966_545},
    why="A text file has no table of contents, so all of its bytes are read, whatever the query asks for.",
)

exercise(
    "00.2",
    number(
        lambda csv_usd, parquet_usd: csv_usd / parquet_usd,
        within=0.02,
        hints=[
            (lambda n: n > 20, "That is about bytes. Read the price of each query, and what stands in its brackets.")
        ],
        hint="Divide the price of the CSV query by the price of the Parquet query.",
    ),
    wrong=[1, 96, 0.127],
    context={"csv_usd": Decimal("0.000395"), "parquet_usd": Decimal("0.00005")},
    why="The Parquet query pays for 10 MB, the least that a query pays for, although it scanned less.",
)

exercise(
    "00.3",
    query(
        "SELECT year_id, count(DISTINCT ordernumber) AS orders FROM sales_parquet GROUP BY year_id ORDER BY year_id",
        max_bytes=lambda table_bytes: table_bytes / 50,
        ordered=True,
        hint="One row a year with the number of different orders, ordered by year: an order has many lines.",
    ),
    wrong=[
        "SELECT year_id, count(*) AS orders FROM sales_parquet GROUP BY year_id ORDER BY year_id",
        "SELECT year_id, count(DISTINCT ordernumber) AS orders FROM sales GROUP BY year_id ORDER BY year_id",
        "SELECT count(DISTINCT ordernumber) AS orders FROM sales_parquet",
    ],
    context={"table_bytes": 78_966_545},
    why="count(DISTINCT ordernumber) counts orders, and in Parquet only two columns had to be read.",
)
