"""One row for each key: which of several records stays, which were duplicates, which were replaced.

The last word counts: of two records with one key that say different things, the one in the later file
stays, or further down in the same file. Of equal copies the first stays, so that a file which is sent
once more changes nothing. How a record was delivered (`received_at`, `source`) is not part of what it says.
"""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from helpers.pipeline.schema import Table

PLACE = ("arrival", "source", "start", "position")  # earlier and later


def settle(valid: DataFrame, table: Table) -> DataFrame:
    """The valid lines with `kind` set to row, duplicate or replaced, and `winner_day`.

    winner_day is the day of the row that stays, which for a replaced record may be another than its own.
    """
    key = [F.col(name) for name in table.key]
    last = Window.partitionBy(*key).orderBy(*(F.desc(name) for name in PLACE))
    copies = Window.partitionBy(*key, "content").orderBy(*PLACE)
    content = F.struct(*table.content, "day")
    return (
        valid.withColumn("content", content)
        .withColumn("last_word", F.first("content").over(last))
        .withColumn("copy", F.row_number().over(copies))
        .withColumn(
            "kind",
            F.when(~F.col("content").eqNullSafe(F.col("last_word")), "replaced")
            .when(F.col("copy") > 1, "duplicate")
            .otherwise("row"),
        )
        .withColumn("winner_day", F.col("last_word.day"))
        .drop("content", "last_word", "copy")
    )
