"""The exercises of lesson 07, cost arithmetic."""

from math import ceil

from helpers.checks import exercise, number, satisfies
from helpers.decision import Decision, Workload, decide, month_of_each

BYTES_IN_9_HOURS = 4 * 20 * 10**6 * 9 * 3600

exercise(
    "07.1",
    number(
        lambda tb_per_day: ceil(tb_per_day * 10**12 / BYTES_IN_9_HOURS),
        unit="nodes",
        hint="4 cores × 20 MB × the seconds of 9 hours: so much a node reads. Divide, then round up.",
    ),
    wrong=[1, 2, 3, 3.86, 16, 93],
    context={"tb_per_day": 10.0},
    why="4 × 20 MB/s × 32,400 s are 2.6 TB a node; the cores are slower than the network, so they decide.",
)

exercise(
    "07.2",
    number(
        86,
        unit="queries a day",
        hints={
            85: "Just below: at 85 Athena is still a little cheaper.",
            29: "Three nodes stand ready, not one.",
            1872: "That is a month of queries.",
            1871: "That is a month of queries.",
        },
        hint="A month of the cluster in USD, divided by what one query a day costs in 22 days on Athena.",
    ),
    wrong=[29, 60, 63, 85, 85.05, 1871, 227, 1],
    why="The cluster is $187.11, a query of 20 GB is $0.10: 85.05 queries on each of 22 days.",
)


def _own_assumption(answer: Decision) -> bool:
    default, mine = Workload(1, 1, 1), answer.workload
    return (
        mine.curated_share != default.curated_share
        or mine.core_mb_per_second != default.core_mb_per_second
        or mine.care_hours_per_month is not None
    )


def _asks_something(answer: Decision) -> bool:
    return answer.workload.queries_per_day > 0 and answer.workload.raw_tb_per_query > 0


exercise(
    "07.3",
    satisfies(
        (lambda answer: isinstance(answer, Decision), "The answer is what decision.decide(…) returns."),
        (_asks_something, "Nobody asks anything in it: how many queries a day, and how large is one?"),
        (_own_assumption, "Everything assumed is the default: set one assumption to what you know or have measured."),
        (lambda answer: answer.costs == month_of_each(answer.workload), "These are not the bills of this workload."),
    ),
    wrong=[
        "Athena",
        Workload(1, 10, 0.1, curated_share=0.2),
        decide(Workload(1, 10, 0.1)),
        decide(Workload(1, 0, 0, curated_share=0.2)),
        Decision(Workload(1, 10, 0.1, curated_share=0.2), "Spark", {}, ()),
    ],
    why="Yours to defend: every assumption in it has a name and a value.",
)
