"""The exercises of lesson 02, schema on read."""

from helpers.checks import exercise, query

exercise(
    "02.1",
    query(
        "SELECT count(*) FROM sales_lazy WHERE dealsize NOT IN ('Small', 'Medium', 'Large')",
        must_use=["sales_lazy"],
        hint="Not that many. A shifted line has a value in its last column that does not belong there; an empty"
        " one does not belong there either.",
    ),
    wrong=[
        "SELECT count(*) FROM sales_lazy",
        "SELECT count(*) FROM sales_lazy WHERE dealsize IN ('Small', 'Medium', 'Large')",
        "SELECT count(*) FROM sales_lazy WHERE dealsize IS NULL",
        "SELECT count(*) FROM sales_lazy WHERE customername LIKE '%,%'",
        "SELECT count(*) FROM sales_text WHERE customername LIKE '%,%'",
    ],
    why="A line whose last column holds a deal size was not shifted.",
)

exercise(
    "02.2",
    query(
        lambda anonymous: [[anonymous]],
        hint="Not that many. Broken lines have no user either, and ten events lost theirs on the way into"
        " app_events: ask the lines.",
    ),
    wrong=[
        "SELECT count(*) FROM app_events WHERE user_id IS NULL",
        "SELECT count(*) FROM app_events WHERE user_id IS NULL AND event_time IS NOT NULL",
        "SELECT count(*) FROM app_lines WHERE TRY(json_parse(line)) IS NULL",
    ],
    context={"anonymous": 480},
    why="First only what is JSON, then only what has no user_id.",
)

exercise(
    "02.3",
    query(
        """SELECT action, count(*) FROM app_events
           WHERE date_diff('millisecond', event_time, CAST(from_iso8601_timestamp(received_at) AS timestamp)) > 2000
           GROUP BY action ORDER BY action""",
        ordered=True,
        hint="One row per action, ordered by action, counting only delays above 2,000 milliseconds. Whole seconds"
        " are too coarse: date_diff cuts off what is left over.",
    ),
    wrong=[
        "SELECT action, count(*) AS late_events FROM app_events GROUP BY action ORDER BY action",
        """SELECT action, count(*) AS late_events FROM app_events
           WHERE date_diff('second', event_time, CAST(from_iso8601_timestamp(received_at) AS timestamp)) > 2
           GROUP BY action ORDER BY action""",
        """SELECT action, count(*) AS late_events FROM app_events
           WHERE CAST(received_at AS timestamp) > event_time GROUP BY action ORDER BY action""",
    ],
    why="Text first, then a timestamp, then a difference in milliseconds.",
)
