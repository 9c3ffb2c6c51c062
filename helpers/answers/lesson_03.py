"""The exercises of lesson 03, file formats."""

from helpers.checks import choice, exercise, function, number, query

exercise(
    "03.1",
    number(
        lambda scanned: scanned,
        within=0.005,
        unit="bytes",
        hints=[
            (lambda bytes_: bytes_ >= 1_000_000, "That is more than three columns: which ones does the query name?"),
        ],
        hint="Not quite. Count every column that the query names, wherever it names it, once.",
    ),
    wrong=[0, 84_331, 170_000, 1_792_288, 10_000_000],
    context={"scanned": 185_000},
    why="Three columns are named, one of them only in GROUP BY; all the other chunks stay unread.",
)

_CANCELLED = """
    SELECT count(DISTINCT ordernumber) FROM sales_parquet
    WHERE status = 'Cancelled' AND orderdate BETWEEN DATE '{0}-12-01' AND DATE '{0}-12-31'"""

exercise(
    "03.2",
    query(
        lambda year: _CANCELLED.format(year),
        max_bytes=lambda parquet_bytes: parquet_bytes / 40,
        hint="One number is asked for: orders, not order lines; cancelled ones, in December of YEAR.",
    ),
    wrong=[
        _CANCELLED.format(2004).replace("DISTINCT ordernumber", "*"),
        _CANCELLED.format(2004).replace("sales_parquet", "sales_csv"),
        _CANCELLED.format(2004).replace("status = 'Cancelled' AND", ""),
        "SELECT count(DISTINCT ordernumber) FROM sales_parquet"
        " WHERE status = 'Cancelled' AND date_format(orderdate, '%Y-%m') = '2004-12'",
    ],
    context={"year": 2004, "parquet_bytes": 1_792_288},
    why="A bare column compared with constants can be checked against the statistics; a function of it cannot.",
)

exercise(
    "03.3",
    function(
        ((3, 1, 1), 15.0),
        ((3, 3, 1), 5.0),
        ((3, 3, 0.25), 1.25),
        ((10, 4, 0.1), 1.25),
        ((0.000001, 1, 1), 0.00005),
        ((0.00004, 1, 0.1), 0.00005),
        within=1e-9,
    ),
    wrong=[
        lambda text_tb, ratio, share: 5 * text_tb,
        lambda text_tb, ratio, share: 5 * text_tb / ratio * share,
        lambda text_tb, ratio, share: 5 * max(text_tb / ratio, 0.00001) * share,
        lambda text_tb, ratio, share: 5 * text_tb * ratio * share,
    ],
    why="Stored bytes times the share that is read, at least 10 MB, times one price.",
)

exercise(
    "03.4",
    choice(
        "Avro",
        ["CSV", "CSV, gzip", "TSV", "JSON", "Avro", "Parquet", "ORC"],
        hints={
            "Parquet": "Parquet is binary, but it would have read two columns only.",
            "ORC": "ORC is binary, but it would have read two columns only.",
            "JSON": "JSON is text, and neither compact nor typed.",
            "CSV, gzip": "Compact it is, but there is text without types inside.",
        },
    ),
    wrong=["CSV", "CSV, gzip", "TSV", "JSON", "Parquet", "ORC"],
    why="Binary and typed do not mean columnar: Avro keeps rows together.",
)
