"""The same question in Athena SQL, in Spark SQL and in the DataFrame API: equal answers, bytes and seconds.

    pair = sidebyside.compare(session, answer, frame, [YEAR])   # answer: a Result of %%athena or athena.query
    sidebyside.show_seconds({"built in": 0.3, "Python UDF": 2.1}, "…")

"Equal" is strict: the same rows in the same order, and every value of the same kind. The integer 1, the
decimal 1.0 and the double 1.0 differ; the decimals 1.5 and 1.50 do not, since a scale is no value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from helpers import display, drawing, spark
from helpers.oneline import OneLineError
from helpers.results import Result

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

KINDS = {  # by exact type: a boolean is no integer, a timestamp no date
    bool: "boolean", int: "integer", float: "double", Decimal: "decimal", str: "text",
    datetime: "timestamp", date: "date", type(None): "NULL",
}  # fmt: skip
Row = Sequence[object]

# The operators of a physical plan that read files or bring rows together, with the part worth reading.
_MOVES = re.compile(
    r"BroadcastHashJoin|SortMergeJoin|BroadcastExchange|Exchange \w+(?:\([^)]*\))?|FileScan \w+ \[[^\]]*\]"
)


class Disagreement(OneLineError):
    """Two engines answered the same question differently; the message names the first difference."""


@dataclass(frozen=True)
class Pair:
    """One question as both engines answered it.

    rows                            how many rows each of the three answers has
    athena_bytes                    Athena's DataScannedInBytes
    spark_bytes, s3_bytes           for Spark SQL: Spark's own counter, and what s3a received from S3
    athena_seconds … frame_seconds  from question to answer on this machine: nothing to conclude for AWS
    """

    rows: int
    athena_bytes: int
    spark_bytes: int
    s3_bytes: int
    athena_seconds: float
    spark_seconds: float
    frame_seconds: float


def compare(session: SparkSession, answer: Result, frame: DataFrame, parameters: Sequence = ()) -> Pair:
    """Ask Spark what Athena answered, as SQL and as `frame`; print one line and return the measurements.

    answer      of Athena; its own text runs in Spark, so Spark needs views of the tables' names
    parameters  the values of the text's `?`, in order

    Raises Disagreement when an answer differs from Athena's.
    """
    with spark.measure(session) as in_sql:
        from_sql = rows_of(session.sql(answer.sql, list(parameters)))
    with spark.measure(session) as in_frame:
        from_frame = rows_of(frame)
    for name, rows in (("Spark SQL", from_sql), ("the DataFrame API", from_frame)):
        difference = first_difference(answer.rows, rows)
        if difference:
            raise Disagreement(f"Athena SQL and {name} differ: {difference}.")
    noun = "row" if len(answer) == 1 else "rows"
    print(f"{len(answer):,} {noun}, equal in Athena SQL, Spark SQL and the DataFrame API")
    return Pair(
        len(answer), answer.bytes_scanned, in_sql.bytes_read, in_sql.s3_bytes,
        answer.seconds, in_sql.seconds, in_frame.seconds,
    )  # fmt: skip


def rows_of(frame: DataFrame) -> list[tuple]:
    """The rows of a Spark DataFrame as tuples of Python values; runs its job."""
    return [tuple(row) for row in frame.collect()]


def first_difference(left: Sequence[Row], right: Sequence[Row]) -> str | None:
    """None when both hold the same rows in the same order; otherwise the first difference, in words."""
    if len(left) != len(right):
        return f"{len(left):,} rows and {len(right):,} rows"
    for number, (mine, theirs) in enumerate(zip(left, right, strict=True), start=1):
        if len(mine) != len(theirs):
            return f"{len(mine)} columns and {len(theirs)} columns"
        for column, (value, other) in enumerate(zip(mine, theirs, strict=True), start=1):
            if kind(value) != kind(other) or value != other:
                return f"row {number}, column {column}: {_written(value)} and {_written(other)}"
    return None


def kind(value: object) -> str:
    """What sort of value this is, in SQL's words: integer, decimal, double, text, date …"""
    return KINDS.get(type(value), type(value).__name__)


def moves(frame: DataFrame) -> list[str]:
    """The steps of a frame's plan that read files, exchange rows or join, from the last to the first.

    `spark.plan(frame)` is the whole plan; ask after the frame has run, when the plan is the final one.
    """
    found = (_MOVES.search(line) for line in spark.plan(frame).splitlines())
    return [step[0] for step in found if step]


def _written(value: object) -> str:
    return "NULL" if value is None else f"{kind(value)} {value}"


def show_seconds(seconds: Mapping[str, float], title: str) -> None:
    """Bars with seconds, as a picture alone: times differ from run to run and must not enter compared text.

    The numbers are also the picture's alternative text. Outside a notebook nothing is shown.
    """
    labelled = {label: (value,) for label, value in seconds.items()}
    _publish(_bars(labelled, title, ("",)), _described(labelled, title, ("",)))


def show_pairs(pairs: Mapping[str, Pair], title: str) -> None:
    """The seconds of several questions, three bars each, as a picture alone (see show_seconds)."""
    names = ("Athena SQL", "Spark SQL", "DataFrame API")
    measured = {
        label: (pair.athena_seconds, pair.spark_seconds, pair.frame_seconds) for label, pair in pairs.items()
    }
    _publish(_bars(measured, title, names), _described(measured, title, names))


def _described(values: Mapping[str, Sequence[float]], title: str, names: Sequence[str]) -> str:
    lines = [
        f"{label}: " + ", ".join(f"{name} {each:.2f} s".strip() for name, each in zip(names, row, strict=True))
        for label, row in values.items()
    ]
    return "\n".join([title, *lines])


@drawing.in_the_look
def _bars(values: Mapping[str, Sequence[float]], title: str, names: Sequence[str]):
    """A figure with a group of horizontal bars per label, one bar per name, each with its seconds."""
    figure, axes = drawing.new_figure(1.1 + 0.34 * len(values) * len(names))
    height = 0.8 / len(names)
    for index, name in enumerate(names):
        places = [position + (index - (len(names) - 1) / 2) * height for position in range(len(values))]
        numbers = [row[index] for row in values.values()]
        drawn = axes.barh(places, numbers, height=height * 0.88, color=drawing.PALETTE[index], label=name)
        axes.bar_label(drawn, [f"{number:.2f} s" for number in numbers], padding=4)
    axes.set_yticks(range(len(values)), list(values))
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.16)
    axes.set_xlabel("seconds")
    axes.set_title(title, pad=26 if len(names) > 1 else 8)
    if len(names) > 1:
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=len(names), borderpad=0)
    return figure


def _publish(figure, text: str) -> None:
    if not display.in_notebook():
        return
    from IPython.display import display as publish

    width, height = (int(side * drawing.DPI * 0.92) for side in figure.get_size_inches())
    details = {"image/png": {"alt": text, "width": width, "height": height}}
    publish({"image/png": drawing.picture_of(figure)}, raw=True, metadata=details)
