"""The exercises of lesson 11, MySQL on RDS beside the lake."""

import sqlite3
from collections.abc import Mapping

from helpers.checks import exercise, number, query
from helpers.verdicts import Rule, Verdict, not_yet, right

exercise(
    "11.1",
    number(
        1,
        hints={
            0: "CREATE TABLE has committed something before ROLLBACK came.",
            2: "What happens to a change that nobody committed when its connection closes?",
            3: "ROLLBACK undoes whatever is open at that moment.",
        },
    ),
    wrong=[0, 2, 3],
    why="CREATE TABLE commits the first row; ROLLBACK undoes the second, the closing connection the third.",
)


NAMES = ("Alice", "Conan O'Brien", "' OR '1'='1", r"\' OR 1=1 -- ")


def bound_statement(names: tuple[str, ...] = NAMES) -> Rule:
    """A function from a name to (SQL, values): right when it finds that user alone, whatever the name is.

    The context's `run(sql, values)` executes a statement and gives its rows; the table is Users (name, email).
    """

    def rule(answer: object, context: Mapping[str, object]) -> Verdict:
        if not callable(answer):
            return not_yet(f"The answer is a function; yours is a {type(answer).__name__}.")
        for name in names:
            made = answer(name)
            if not (isinstance(made, tuple) and len(made) == 2 and isinstance(made[0], str)):
                return not_yet("The function returns two things: the SQL, and a tuple of values.")
            sql, values = made
            if name in sql or sql.count("%s") != 1:
                return not_yet("The SQL holds %s where the name belongs, without quotes, and never the name itself.")
            if not isinstance(values, (tuple, list)) or len(values) != 1:
                return not_yet("One %s wants a tuple of one value: (name,).")
            if "'%s'" in sql.replace('"', "'"):
                return not_yet("No quotes around %s: the driver writes them itself.")
            found = [row[0] for row in context["run"](sql, tuple(values))]
            if found != ([_address(name)] if name == "Alice" else []):
                return not_yet(f"For {name!r} it finds {len(found)} addresses; asked is that user's alone.")
        return right()

    return rule


def _address(name: str) -> str:
    return f"{name.lower()}@example.com"


def _in_sqlite(sql: str, values: tuple) -> list[tuple]:
    """The same question to a small table in another engine, so that wrong answers can be judged anywhere."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE Users (name TEXT, email TEXT)")
    connection.executemany("INSERT INTO Users VALUES (?, ?)", [(name, _address(name)) for name in ("Alice", "Bob")])
    return connection.execute(sql.replace("%s", "?"), values).fetchall()


exercise(
    "11.2",
    bound_statement(),
    wrong=[
        "SELECT email FROM Users WHERE name = %s",
        lambda name: f"SELECT email FROM Users WHERE name = '{name}'",
        lambda name: (f"SELECT email FROM Users WHERE name = '{name}'", ()),
        lambda name: ("SELECT email FROM Users WHERE name = '%s'", (name,)),
        lambda name: ("SELECT email FROM Users WHERE name = '" + name.replace("'", "''") + "'", ()),
        lambda name: ("SELECT email FROM Users WHERE name = %s", name),
        lambda name: ("SELECT email FROM Users WHERE name <> %s", (name,)),
        lambda name: ("SELECT name FROM Users WHERE name = %s", (name,)),
    ],
    context={"run": _in_sqlite},
    why="The text is fixed and the name travels as a value, so no name can change the statement.",
)


def open_amounts(year: int) -> str:
    """SQL: the three countries whose orders of `year` are owed most, and how much."""
    return f"""
        SELECT o.country, sum(o.ordered - coalesce(p.paid, 0)) AS owed
        FROM (SELECT ordernumber, country, sum(sales) AS ordered FROM sales WHERE year_id = {year}
              GROUP BY ordernumber, country) o
        LEFT JOIN (SELECT ordernumber, sum(amount) AS paid FROM payments GROUP BY ordernumber) p
               ON p.ordernumber = o.ordernumber
        GROUP BY o.country ORDER BY owed DESC LIMIT 3"""


exercise(
    "11.3",
    query(
        lambda year: open_amounts(year),
        ordered=True,
        hint="Three rows, country and amount, the largest first. Bring both sides to one row an order before the"
        " join, and keep the orders that nobody has paid.",
    ),
    wrong=[
        "SELECT 1",
        # The join multiplies payments by order lines.
        """SELECT country, sum(sales) - sum(coalesce(amount, 0)) AS owed FROM sales s
           LEFT JOIN payments p ON p.ordernumber = s.ordernumber WHERE year_id = 2004
           GROUP BY country ORDER BY owed DESC LIMIT 3""",
        open_amounts(2004).replace("LEFT JOIN", "JOIN"),
        open_amounts(2004).replace("coalesce(p.paid, 0)", "p.paid"),
        open_amounts(2003),
    ],
    context={"year": 2004},
    why="One row an order on both sides, and orders without a payment kept: then amounts may be subtracted.",
)
