"""The exercises of lesson 08, Athena and Spark side by side."""

from collections.abc import Mapping
from decimal import Decimal

from helpers.checks import exercise, function, rows
from helpers.verdicts import Rule, Verdict, not_yet


def data_frame(rule: Rule) -> Rule:
    """The same rule for the rows of a Spark DataFrame, which it collects."""

    def judged(answer: object, context: Mapping[str, object]) -> Verdict:
        if not hasattr(answer, "collect"):
            return not_yet(f"The answer is a Spark DataFrame; yours is a {type(answer).__name__}.")
        return rule([tuple(row) for row in answer.collect()], context)

    return judged


class Table:
    """Rows that answer `collect()`, as a DataFrame does: wrong answers for the test, without a Spark."""

    def __init__(self, *rows: tuple):
        self.rows = list(rows)

    def collect(self) -> list[tuple]:
        """The rows."""
        return self.rows


_SMALL, _MEDIUM, _LARGE = (("Small", 90, Decimal(500)), ("Medium", 80, Decimal(700)), ("Large", 20, Decimal(300)))

exercise(
    "08.1",
    data_frame(
        rows(
            lambda from_athena: from_athena,
            ordered=True,
            hint="Three rows of (dealsize, orders, revenue), the largest revenue first; an order has several"
            " lines, and counts once.",
        )
    ),
    wrong=[
        [_MEDIUM, _SMALL, _LARGE],
        Table(_SMALL, _MEDIUM, _LARGE),
        Table(("Medium", 240, Decimal(700)), ("Small", 310, Decimal(500)), ("Large", 30, Decimal(300))),
        Table(_MEDIUM, _SMALL),
        Table(*((size, revenue, orders) for size, orders, revenue in (_MEDIUM, _SMALL, _LARGE))),
    ],
    context={"from_athena": [_MEDIUM, _SMALL, _LARGE]},
    why="Orders are counted once each, lines are added up; Athena found the same.",
)


def _exploded(lengths: list) -> int:
    return sum(length or 0 for length in lengths)


exercise(
    "08.2",
    function(
        (([2, 0, 3],), (5, 6)),
        (([2, None, 0, 3],), (5, 7)),
        (([None, None],), (0, 2)),
        (([1, 1],), (2, 2)),
        (([],), (0, 0)),
    ),
    wrong=[
        lambda lengths: (_exploded(lengths), len(lengths)),
        lambda lengths: (_exploded(lengths), _exploded(lengths) + lengths.count(None)),
        lambda lengths: (_exploded(lengths), _exploded(lengths) + lengths.count(0)),
        lambda lengths: (len(lengths), _exploded(lengths)),
        lambda lengths: _exploded(lengths),
    ],
    why="An empty array and a NULL both vanish with explode; explode_outer keeps one row for each.",
)
