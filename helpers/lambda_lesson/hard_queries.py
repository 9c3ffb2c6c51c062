"""An allow-list of queries that are hard on a function: endless, long, at odds with its value, broken."""

from helpers.athena_lambda.parameters import NamedQuery, Whole

ENDLESS = """
    SELECT count(*) AS n
    FROM UNNEST(sequence(1, 10000)) AS a(x)
    CROSS JOIN UNNEST(sequence(1, 10000)) AS b(x)
    CROSS JOIN UNNEST(sequence(1, 10000)) AS c(x)
    CROSS JOIN UNNEST(sequence(1, 10000)) AS d(x)
    WHERE (a.x + b.x + c.x + d.x) % 7 = 3
"""
NUMBERS = "SELECT n FROM UNNEST(sequence(1, 2500)) AS t(n) ORDER BY n"

QUERIES = {
    "endless": NamedQuery(ENDLESS, {}),
    "numbers": NamedQuery(NUMBERS, {}),
    "share": NamedQuery("SELECT 100 / ? AS share", {"parts": Whole(0, 100)}),
    "broken": NamedQuery("SELECT count(*) FROM a_table_that_was_dropped", {}),
}
