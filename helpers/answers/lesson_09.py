"""The exercises of lesson 09, the hybrid pipeline."""

from helpers.checks import exercise, function, query, satisfies

_DAY = "dataset = 'sales' AND kind = 'refused' AND day = DATE '2024-03-02'"
_COUNTS = "SELECT reason, count(*) FROM quarantine WHERE {} GROUP BY reason"

exercise(
    "09.1",
    query(
        _COUNTS.format(_DAY),
        max_bytes=lambda all_bytes: all_bytes / 3,
        hint="Three conditions, one for each partition column; a date is written DATE '2024-03-02'.",
    ),
    wrong=[
        _COUNTS.format("dataset = 'sales' AND kind = 'refused'"),
        _COUNTS.format("dataset = 'sales' AND day = DATE '2024-03-01'"),
        _COUNTS.format("kind = 'refused' AND day = DATE '2024-03-02'"),
        f"SELECT count(*) FROM quarantine WHERE {_DAY}",
        f"SELECT reason, 1 FROM quarantine WHERE {_DAY} GROUP BY reason",
    ],
    context={"all_bytes": 100_000},
    why="The answer reads one small folder: each of the three columns is in the folders' names.",
)

exercise(
    "09.2",
    satisfies(
        (lambda days: 9 in days, "900 events of the 9th are new."),
        (lambda days: 5 in days, "A late event goes to the day it belongs to."),
        (lambda days: 8 not in days, "Copies of what is there already change no row of the 8th."),
        (lambda days: 2 not in days, "A torn line becomes no row; it goes to the quarantine of the day it arrived."),
        (lambda days: sorted(set(days)) == [5, 9], "Two days, no more."),
    ),
    wrong=[[9], [5, 8, 9], [2, 5, 8, 9], [2, 5, 9], [5], [5, 6, 7, 8, 9]],
    why="The 8th is computed too, comes out as it was, and keeps its files.",
)


def _price(gb: float) -> float:
    return 5 * max(gb, 0.01) / 1000


exercise(
    "09.3",
    function(
        ((10, 100, 20, 25), 0),
        ((0.5, 700, 10, 1), 2.95),
        ((2, 1, 0.001, 100), -1.505),
        ((1, 0.008, 0.001, 1000), -1),
        ((3, 50, 25, 24), 0),
        ((1, 10, 10, 5), -1),
        within=1e-6,
    ),
    wrong=[
        lambda usd, raw, lake, questions: questions * _price(raw) - usd,
        lambda usd, raw, lake, questions: questions * 5 * (raw - lake) / 1000 - usd,
        lambda usd, raw, lake, questions: questions * (_price(raw) - _price(lake) - usd),
        lambda usd, raw, lake, questions: questions * _price(raw - lake) - usd,
        lambda usd, raw, lake, questions: usd - questions * (_price(raw) - _price(lake)),
    ],
    why="The pipeline's cost is fixed, the saving grows with the questions; below 10 MB a question saves nothing.",
)
