"""Athena, Spark or both? A decision tree for one workload, with its reasons and what every branch costs.

    print(decision.decide(Workload(new_tb_per_day=0.5, queries_per_day=200, raw_tb_per_query=0.05)))

First come the needs that only one engine meets, then the prices of all the ways that are left, each with its
arithmetic, then the rule: the simplest way that costs hardly more than the cheapest. Everything is a pure
function of the workload and of prices.toml; what is assumed is a field of the workload.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from helpers import costs, tables
from helpers.pricing.money import quantity, whole

DAYS = costs.DAYS_PER_MONTH
INSTANCE = "r5.xlarge"
START_SECONDS = 300  # from the request of an EMR cluster to its first task; the course's assumption
ETL_HOURS = 6  # the night in which yesterday's data are to be converted
CARE_HOURS = {True: 4, False: 20}  # a month, for a team that knows Spark and one that does not; an assumption
NEAR_SHARE, NEAR_USD = Decimal("1.1"), 20  # a way within 10 % or $20 a month of the cheapest counts as equal

PARTS = ("queries", "conversion", "storage", "care")  # what the lines of a bill pay for
ATHENA, CONVERTED, HYBRID, SPARK = WAYS = ("Athena on the raw data", "Athena, converted", "hybrid", "Spark")


@dataclass(frozen=True)
class Workload:
    """What one knows, or guesses, about a workload. TB are 10^12 bytes.

    new_tb_per_day       raw data that arrive each day
    queries_per_day      questions asked each day
    raw_tb_per_query     what one of them scans in the raw data
    curated_share        the part of that which it scans after a conversion to Parquet (lesson 05: measure it)
    kept_days            days of converted data that are kept in S3
    hours_per_day        hours a day in which somebody asks
    seconds_to_wait      how long an answer may take
    streaming, training, graphs, row_changes, own_functions
                         what has to be done besides asking (training of models, algorithms on graphs)
    team_knows_spark     decides the hours of care, unless `care_hours_per_month` names them
    usd_per_care_hour    what an hour of yours costs
    core_mb_per_second   what one core gets through: decompress, decode, compute (an assumption: measure it)
    """

    new_tb_per_day: float
    queries_per_day: int
    raw_tb_per_query: float
    curated_share: float = 0.1
    kept_days: float = 30
    hours_per_day: float = 9
    seconds_to_wait: float = 60
    streaming: bool = False
    training: bool = False
    graphs: bool = False
    row_changes: bool = False
    own_functions: bool = False
    team_knows_spark: bool = False
    care_hours_per_month: float | None = None
    usd_per_care_hour: float = 60
    core_mb_per_second: float = 20

    def __post_init__(self):
        for name in ("new_tb_per_day", "raw_tb_per_query", "kept_days", "seconds_to_wait"):
            quantity(name, getattr(self, name))
        whole("queries_per_day", self.queries_per_day)
        if not 0 < self.curated_share <= 1:
            raise costs.CostError(f"curated_share is a share, above 0 and at most 1, not {self.curated_share}")
        if not 0 < self.seconds_to_wait <= 86_400:
            raise costs.CostError(f"seconds_to_wait is above 0 and at most a day, not {self.seconds_to_wait}")
        if not 0 < self.hours_per_day <= 24:
            raise costs.CostError(f"hours_per_day is above 0 and at most 24, not {self.hours_per_day}")

    @property
    def only_spark(self) -> list[str]:
        """The needs, of those asked for, that Athena's SQL does not meet."""
        needs = {"streaming": self.streaming, "training of models": self.training, "graphs": self.graphs}
        return [need for need, asked in needs.items() if asked]

    @property
    def care_hours(self) -> float:
        """Hours a month that somebody looks after Spark."""
        given = self.care_hours_per_month
        return CARE_HOURS[self.team_knows_spark] if given is None else given


class Step(NamedTuple):
    """One fork of the tree: the question, this workload's answer, and what follows from it."""

    question: str
    answer: str
    so: str


@dataclass(frozen=True)
class Decision:
    """`choice` is one of WAYS; `costs` has a month of each of them; `steps` say why."""

    workload: Workload
    choice: str
    costs: dict[str, costs.Cost]
    steps: tuple[Step, ...]

    @property
    def bills(self) -> str:
        """A month of every way, line by line, with the arithmetic."""
        return "\n".join(str(cost) for cost in self.costs.values())

    def __str__(self) -> str:
        forks = [f"{n}. {fork.question} {fork.answer}\n     {fork.so}" for n, fork in enumerate(self.steps, 1)]
        rows = [(way, *_by_part(cost), costs.format_usd(cost.usd)) for way, cost in self.costs.items()]
        table = tables.text_table(["USD a month", *PARTS, "together"], rows)
        return "\n".join([*forks, "", table, "", f"→ {self.choice}"])


def decide(workload: Workload) -> Decision:
    """Walk the tree. Raises CostError for a quantity that makes no sense."""
    bills = month_of_each(workload)
    allowed = [HYBRID, SPARK] if workload.only_spark else list(WAYS)
    cheapest = min(allowed, key=lambda way: bills[way].usd)
    near = max(bills[cheapest].usd * NEAR_SHARE, bills[cheapest].usd + NEAR_USD)
    choice = next(way for way in allowed if bills[way].usd <= near)  # WAYS begin with the simplest
    return Decision(workload, choice, bills, tuple(_steps(workload, bills, allowed, cheapest, choice)))


# --- what each way costs a month ---------------------------------------------------------------------


def month_of_each(workload: Workload) -> dict[str, costs.Cost]:
    """A month of 30 days of every way, in USD. The raw data in S3 are there in all of them and not counted.

    Athena on the raw data    every query scans the raw data
    Athena, converted         INSERT INTO reads each day's new data once; queries scan the converted data
    hybrid                    Spark converts each night and is gone (a stream: stays); queries on Athena
    Spark                     Spark converts, and a cluster open while somebody asks answers the queries
    """
    new, asked = _bytes(workload.new_tb_per_day), _bytes(workload.raw_tb_per_query)
    converted_query = asked * Decimal(str(workload.curated_share))
    queries = workload.queries_per_day * DAYS
    stored = new * Decimal(str(workload.curated_share)) * Decimal(str(workload.kept_days))
    keep = _named("storage", costs.s3_cost(stored))
    curated = _named("queries", costs.athena_scan_cost(converted_query, queries))
    care = _care(workload)
    etl = _named("conversion", _conversion(workload, new))
    return {
        ATHENA: _named("queries", costs.athena_scan_cost(asked, queries)).titled(ATHENA),
        CONVERTED: costs.total(CONVERTED, [_named("conversion", costs.athena_scan_cost(new, DAYS)), curated, keep]),
        HYBRID: costs.total(HYBRID, [etl, curated, keep, care]),
        SPARK: costs.total(SPARK, [etl, _named("queries", _open_cluster(workload, converted_query)), keep, care]),
    }


def nodes_for_queries(workload: Workload) -> int:
    """The fewest r5.xlarge that answer on converted data: a day's queries while they are asked, and one of
    them within `seconds_to_wait`, all nodes reading."""
    query = _bytes(workload.raw_tb_per_query) * Decimal(str(workload.curated_share))
    for_the_day = _nodes(workload, query * workload.queries_per_day, workload.hours_per_day)
    return max(for_the_day, _nodes(workload, query, workload.seconds_to_wait / 3600))


def nodes_for_conversion(workload: Workload) -> int:
    """The fewest r5.xlarge that read a day's new data in the night; a stream has all day."""
    return _nodes(workload, _bytes(workload.new_tb_per_day), 24 if workload.streaming else ETL_HOURS)


def _nodes(workload: Workload, day: Decimal, hours: float) -> int:
    return costs.nodes_needed(day, INSTANCE, hours_per_day=hours, core_mb_per_second=workload.core_mb_per_second)


def _conversion(workload: Workload, new: Decimal) -> costs.Cost:
    nodes = nodes_for_conversion(workload)
    if workload.streaming:
        return costs.emr_cluster_cost(INSTANCE, 24 * DAYS, nodes=nodes)
    speed = costs.cluster_throughput(INSTANCE, nodes, core_mb_per_second=workload.core_mb_per_second)
    hours = speed.hours(new) * DAYS
    return costs.emr_cluster_cost(INSTANCE, hours, nodes=nodes, starts=DAYS, start_seconds=START_SECONDS)


def _open_cluster(workload: Workload, query_bytes: Decimal) -> costs.Cost:
    hours = Decimal(str(workload.hours_per_day)) * DAYS
    return costs.emr_cluster_cost(
        INSTANCE, hours, nodes=nodes_for_queries(workload), starts=DAYS, start_seconds=START_SECONDS
    )


def _care(workload: Workload) -> costs.Cost:
    return costs.Cost("care", (costs.line("care", workload.care_hours, "hours", workload.usd_per_care_hour),))


def _bytes(terabytes: float) -> Decimal:
    return Decimal(str(terabytes)) * costs.TB


def _named(part: str, cost: costs.Cost) -> costs.Cost:
    """The same cost, its lines labelled with the part of the work that they pay for."""
    return costs.Cost(cost.title, tuple(one._replace(label=f"{part}: {one.label}") for one in cost.lines))


def _by_part(cost: costs.Cost) -> list[str]:
    """The lines added up by PARTS; `-` where a way has no such part."""
    found = {part: [one.usd for one in cost.lines if one.label.startswith(part)] for part in PARTS}
    return [costs.format_usd(sum(usd)) if usd else "-" for usd in found.values()]


# --- the forks ---------------------------------------------------------------------------------------


def _steps(workload: Workload, bills: dict, allowed: list[str], cheapest: str, choice: str) -> Iterator[Step]:
    yield from _needs(workload)
    when = "all day" if workload.streaming else "at night"
    yield Step(
        "Can a cluster keep up?",
        f"{nodes_for_conversion(workload)} × {INSTANCE} {when}, {nodes_for_queries(workload)} while you ask",
        f"so large that it reads in time, at {workload.core_mb_per_second:g} MB a second and core (an assumption)",
    )
    yield Step(
        "Who looks after Spark?",
        f"{workload.care_hours:g} h a month × {costs.format_usd(workload.usd_per_care_hour)}",
        "counted for the hybrid and for Spark; serverless Spark needs less of it",
    )
    among = "all four" if len(allowed) == len(WAYS) else " and ".join(allowed)
    least = costs.format_usd(bills[cheapest].usd)
    yield Step("Which way is the cheapest?", cheapest, f"{least} a month, the least of {among}")
    if choice == cheapest:
        yield Step("Is a simpler way nearly as cheap?", "no", f"so {choice}")
    else:
        more = costs.format_usd(bills[choice].usd - bills[cheapest].usd)
        yield Step("Is a simpler way nearly as cheap?", "yes", f"so {choice}: {more} more a month buys simplicity")


def _needs(workload: Workload) -> Iterator[Step]:
    needs = ", ".join(workload.only_spark)
    yield Step(
        "Streaming, training of models, graphs?",
        needs or "no",
        "Athena's SQL does none of these: Spark has to be there" if needs else "nothing that only Spark does",
    )
    if workload.row_changes:
        yield Step(
            "Single rows changed or deleted?",
            "yes",
            "both can: Athena on Iceberg tables (User Guide, pages on UPDATE and DELETE, 2023)",
        )
    if workload.own_functions:
        yield Step(
            "Functions of your own?",
            "yes",
            "both can: Athena calls scalar functions on Lambda (User Guide, page on UDFs, 2023)",
        )
    if workload.seconds_to_wait < 2:
        yield Step(
            f"An answer within {workload.seconds_to_wait:g} s?",
            "neither promises it",
            "let the way below prepare the answers, and serve them from a database",
        )
    else:
        yield Step(f"An answer within {workload.seconds_to_wait:g} s?", "possible", "test it on your own data")
