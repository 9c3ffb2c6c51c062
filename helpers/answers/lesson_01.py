"""The rules of lesson 01's exercises."""

from __future__ import annotations

from helpers.checks import exercise, function, number, satisfies

exercise(
    "01.1",
    function(((1,), 1), ((999,), 1), ((1000,), 2), ((1999,), 2), ((2500,), 3), ((10_000,), 11)),
    wrong=[
        lambda rows: -(-rows // 1000),
        lambda rows: -(-rows // 999),
        lambda rows: rows // 1000,
        lambda rows: rows / 1000,
        3,
    ],
    why="The header takes one of the 1,000 places, on the first page only.",
)

NAMES = {"refused", "failed", "cancelled", "create", "reused", "empty"}

exercise(
    "01.2",
    satisfies(
        (
            lambda a: isinstance(a, (set, frozenset, list, tuple)),
            'Answer with a set of names: {"refused", "create"}.',
        ),
        (lambda a: set(a) <= NAMES, "One of the names is not on the list: " + ", ".join(sorted(NAMES)) + "."),
        (lambda a: "refused" not in a, "A refused statement never got an id. What should be billed?"),
        (lambda a: "create" not in a, "How many bytes did CREATE EXTERNAL TABLE scan at the top of this lesson?"),
        (lambda a: "reused" not in a, "Look at the bytes of the second run in the section on result reuse."),
        (lambda a: "failed" not in a, "It did scan the table, but look at its last line: what was there to pay?"),
        (lambda a: "cancelled" in a, "One more of them pays: what does the brake cost when it takes hold?"),
        (lambda a: "empty" in a, "One more of them pays: how does Athena find out that a CSV holds no such row?"),
    ),
    wrong=[
        {"cancelled"},
        {"empty"},
        {"failed", "cancelled", "empty"},
        {"cancelled", "empty", "create"},
        {"cancelled", "empty", "reused"},
        set(NAMES),
    ],
    why="Athena bills bytes that were scanned, unless the query failed; finding nothing is a success.",
)

exercise(
    "01.3",
    number(
        5,
        within=0.001,
        unit="USD",
        hints=[
            (
                lambda n: abs(float(n) - 0.2) < 0.01,
                "That is 40 GB at 5 USD per TB. What does a single query pay for?",
            ),
            (lambda n: abs(float(n) - 0.00005) < 1e-6, "That is one query; the dashboard sends 100,000."),
        ],
        hint="First the price of one query of 400 KB, then the month.",
    ),
    wrong=[0.2, 0.00005, 0.000002, 50, 500],
    why="Each query pays for 10 MB: 100,000 × 10 MB = 1 TB, billed for 40 GB that were read.",
)
