"""The exercises of lesson 04, partitioning."""

from helpers.checks import exercise, number, query

_SUMMER = "SELECT round(avg(dep_delay), 2) FROM flights WHERE {}"

exercise(
    "04.1",
    query(
        _SUMMER.format("month IN (6, 7, 8)"),
        max_bytes=lambda three: three,
        hint="The average delay of June to August, by the partition column alone: day is a column of the data.",
    ),
    wrong=[
        _SUMMER.format("month BETWEEN 6 AND 9"),
        _SUMMER.format(
            "date_add('day', day - 1, date_add('month', month - 1, DATE '2013-01-01'))"
            " BETWEEN DATE '2013-06-01' AND DATE '2013-08-31'"
        ),
        _SUMMER.format("month IN (6, 7, 8) OR dep_delay > 100000"),
        "SELECT round(avg(dep_delay), 2) FROM flights",
    ],
    context={"three": 7_620_116},
    why="Three folders of twelve, chosen before a file was opened.",
)

exercise(
    "04.2",
    number(
        124,
        unit="folders",
        hints={
            112: "That is February as the calendar knows it. The rule is three ranges and a list; what does it know?",
            31: "There are four columns; which ones does the query leave open?",
            28: "Does the rule know how long February is? And there is a fourth column.",
            46_128: "Year and month are given by the query.",
        },
        hint="Multiply: how many values does each of the four columns still have?",
    ),
    wrong=[28, 29, 31, 35, 112, 116, 120, 46_128],
    why="1 × 1 × 31 × 4, among them the 29th to 31st of February.",
)

exercise(
    "04.3",
    number(
        0.01728,
        within=0.005,
        unit="USD",
        hints=[
            (lambda usd: abs(usd - 17.28) < 0.1, "The price of GETs is for 1,000 of them."),
            (lambda usd: abs(usd - 0.00432) < 0.0001, "That is the scan. How many files are there?"),
            (lambda usd: abs(usd - 43_200) < 1, "So many GETs, yes; and the price?"),
        ],
        hint="Count the files first: minutes in 30 days. The price of a GET stands above.",
    ),
    wrong=[17.28, 0.00432, 43_200, 0.216, 0.000576, 0.000288],
    why="43,200 GETs at $0.0004 per 1,000: four times what the scan costs.",
)
