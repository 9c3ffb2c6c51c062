"""The exercises of lesson 05, Parquet with CTAS."""

from helpers.checks import exercise, function, number, query


def _price(megabytes: float) -> float:
    return 5 * max(megabytes, 10) / 1_000_000


exercise(
    "05.1",
    function(
        ((1_000_000, 50, 2), 4.8),
        ((1_000, 50, 10), 0.044),
        ((1_000, 500, 10), 0.0445),
        ((6, 50, 1_000), -0.00005),
        ((200, 2, 1), -0.0005),
        ((50, 4, 0), -0.00025),
        within=1e-6,
    ),
    wrong=[
        lambda mb, ratio, queries: 5 / 1e6 * (queries * (mb - mb / ratio) - mb),
        lambda mb, ratio, queries: queries * (_price(mb) - _price(mb / ratio)),
        lambda mb, ratio, queries: queries * (_price(mb) - _price(mb) / ratio) - _price(mb),
        lambda mb, ratio, queries: _price(mb) + queries * (_price(mb / ratio) - _price(mb)),
    ],
    why="Each query saves the difference of two bills, and one full scan was paid first.",
)

exercise(
    "05.2",
    number(
        44,
        unit="statements",
        hints={
            11: "That is without the buckets: each day takes 4 of the 100.",
            43: "After 43 statements a few days are left over.",
            110: "How many days fit into one statement?",
        },
        hint="How many days fit into one statement, when each opens 4 writers? Then divide, and round up.",
    ),
    wrong=[10, 11, 43, 43.84, 110, 274, 4384],
    why="25 days a statement; 1,096 / 25 is 43.84, so 44.",
)

_LARGE = "SELECT sum(sales) FROM {} WHERE year_id = {} AND {}"
_FOURTH = "month_id BETWEEN 10 AND 12 AND dealsize = 'Large'"

exercise(
    "05.3",
    query(
        lambda year: _LARGE.format("sales_fine", year, _FOURTH),
        max_bytes=lambda fine_bytes: fine_bytes / 10,
        hint="All three partition columns have a say: the year, the months 10 to 12, the deal size.",
    ),
    wrong=[
        _LARGE.format("sales_fine", 2004, "month_id >= 10"),
        _LARGE.format("sales_fine", 2004, "month_id BETWEEN 9 AND 12 AND dealsize = 'Large'"),
        _LARGE.format("sales_fine", 2004, "month_id IN (10, 12) AND dealsize = 'Large'"),
        _LARGE.format("sales_fine", 2004, _FOURTH).replace("sum(sales)", "count(*)"),
        f"SELECT sum(sales) FROM sales_fine WHERE {_FOURTH}",
    ],
    context={"year": 2004, "fine_bytes": 2_000_000},
    why="Nine of 108 folders would be a quarter; these are three of them.",
)
