"""Columns in plain form are converted by DuckDB's CSV reader: the values stay those of Hive's rules.

Hive's rules, as `values.lenient` writes them, are held to their own sources in test_readers_text; here the same files
are read both ways, and what must not be read typed is listed by hand.
"""

import random

import pytest

from helpers.local.athena import queries
from helpers.local.athena.outcome import Context
from helpers.local.athena.readers import canonical
from helpers.local.athena.sql import statements

PLAIN = {
    "tinyint": ["0", "-1", "127", "-128"],
    "smallint": ["0", "32767", "-32768"],
    "int": ["5", "2147483647", "-2147483648"],
    "bigint": ["10", "9223372036854775807", "-9223372036854775808"],
    "double": ["0.1", "-12", "123456789012345.123456789012345"],
    "float": ["0.1", "16777217", "-3.25"],
    "decimal(15,2)": ["1", "0.5", "-13309.60", "9999999999999.99", "007.10"],
    "decimal(38,0)": ["1" * 38, "-5"],
    "decimal(2,2)": ["0.25", "-0.99"],
    "boolean": ["true", "false"],
    "date": ["1996-02-29", "0001-01-01", "9999-12-31"],
    "timestamp": ["2020-01-02 03:04:05", "2020-01-02 03:04:05.678", "1969-12-31 23:59:59.9"],
}
# What DuckDB's reader takes for a value although Hive does not, refuses although Hive takes it, or reads otherwise.
OTHER = {
    "tinyint": ["128", "0x1"],
    "smallint": ["-32769"],
    "int": [
        "+5",
        " 5",
        "5 ",
        "1_000",
        "0x1F",
        "0b11",
        "1e3",
        "1.5",
        "1.9",
        "-1.5",
        ".5",
        "",
        "x",
        "2147483648",
        "5\t",
    ],
    "bigint": ["1e2", "9223372036854775808", "\u00a07", "\u0665", "00", "-0", "1,0"],
    "double": ["1e400", " 0.1 ", "1_0.5", "NaN", "Infinity", "-inf", "nan", "", "0x1p3", "1e5", ".5", "5.", "1d"],
    "float": ["3.5e38", "1e-50", "inf", "+1"],
    "decimal(15,2)": ["1.005", "1e3", "99999999999999", " 1", "1_0.0", "", "+1", "1."],
    "decimal(38,0)": ["1.5", "1" * 39],
    "decimal(2,2)": ["1.00", "0.255"],
    "boolean": ["True", "TRUE", "t", "1", "yes", "", " true", "f", "0"],
    "date": ["1996-2-9", "1996/02/29", " 1996-02-29", "1996-02-30", "1996-02-29 x", "infinity", "", "10000-01-01"],
    "timestamp": [
        *("2020-01-02", "2020-01-02T03:04:05", "2020-01-02 03:04:05.678901", "2020-01-02 03:04:05Z", ""),
        *("2020-01-02 3:4:5", "2020-01-02 03:04", "2020-01-02 03:04:05+01", "0", "2020-01-02 24:00:00"),
    ],
}


@pytest.fixture
def both_ways(lake, monkeypatch):
    """Read a table without the pass and with it → (rows, whether any column was read typed)."""

    def read(columns, properties=None):
        table = lake.table("text", columns, {"field.delim": ","}, properties or {})
        expected = lake.read(table)
        assert "'c0': 'VARCHAR'" in expected.sql
        with monkeypatch.context() as patch:
            patch.setattr(canonical, "LARGE", 0)
            lake.read(table)  # the first time nothing is looked at
            found = lake.read(table)
        assert repr(found.rows) == repr(expected.rows)  # NaN is not itself
        return found.rows, found.sql != expected.sql

    return read


@pytest.mark.parametrize("kind", PLAIN)
def test_values_in_plain_form_are_read_typed(lake, both_ways, kind):
    lake.put("a.csv", "".join(f"{value},t\n" for value in [*PLAIN[kind], "\\N"]) + "\\N\n")
    rows, typed = both_ways([f"v {kind}", "w string"])
    assert typed
    assert [row[0] is None for row in rows] == [False] * len(PLAIN[kind]) + [True, True]


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in OTHER.items() for value in values])
def test_any_other_value_keeps_its_column_as_text(lake, both_ways, kind, value):
    lake.put("a.csv", f"{PLAIN[kind][0]},x\n{value.replace(',', ';')},x\n")
    lake.put("b.csv", f"{PLAIN[kind][0]},x\n")
    _, typed = both_ways([f"v {kind}"])
    assert not typed


@pytest.mark.parametrize("seed", range(30))
def test_random_files_read_the_same_both_ways(lake, both_ways, seed):
    """Rows too short and too long, header lines, quotes, NULLs; some columns plain, some not, in several objects."""
    dice = random.Random(seed)
    kinds = [dice.choice(list(PLAIN)) for _ in range(4)]
    dirty = dice.randrange(5)  # this column has other values too; 4: none has

    def field(place):
        kind = kinds[place]
        choice = [*PLAIN[kind], "\\N", *(OTHER[kind] if place == dirty else ())]
        return dice.choice(choice).replace(",", ";")

    for name in "ab":
        lines = ["h1,h2,h3,h4"]
        for _ in range(dice.randrange(1, 40)):
            fields = [*map(field, range(4)), dice.choice(['"', 'x "y"', "", "é"]), "more"]
            lines.append(",".join(fields[: dice.choice([1, 3, 4, 5, 6])]) or "\\N")
        lake.put(f"{name}.csv", "\n".join(line or "\\N" for line in lines))
    columns = [f"c{i} {kind}" for i, kind in enumerate(kinds)]
    _, typed = both_ways([*columns, "s string"], {"skip.header.line.count": "1"})
    assert typed


def test_a_new_version_of_an_object_is_looked_at_again(lake, monkeypatch):
    monkeypatch.setattr(canonical, "LARGE", 0)
    table = lake.table("text", ["v int"], {"field.delim": ","})
    for content, expected in (("1\n2\n", [(1,), (2,)]), ("1\n 2\n", [(1,), (None,)])):
        lake.put("a.csv", content)
        assert [lake.read(table).rows for _ in range(3)] == [expected] * 3


def test_small_objects_and_queries_that_may_stop_early_are_not_looked_at(lake, monkeypatch):
    table = lake.table("text", ["v int"], {"field.delim": ","})
    lake.put("a.csv", "1\n2\n")
    assert ["'VARCHAR'" in lake.read(table).sql for _ in range(3)] == [True] * 3
    monkeypatch.setattr(canonical, "LARGE", 0)
    assert ["'VARCHAR'" in lake.read(table, reads_all=False).sql for _ in range(3)] == [True] * 3
    assert ["'VARCHAR'" in lake.read(table).sql for _ in range(3)] == [True, False, False]


@pytest.mark.parametrize(
    ("sql", "reads_all"),
    [
        ("SELECT 1", True),
        ("SELECT x FROM (VALUES 1) t(x) LIMIT 1", False),
        ("SELECT x FROM (VALUES 1) t(x) ORDER BY x LIMIT 1", True),
        ("SELECT count(*) FROM (SELECT x FROM (VALUES 1) t(x) LIMIT 1)", False),
        ("SELECT count(*) FROM (VALUES 1) t(x) UNION ALL SELECT 1 LIMIT 1", False),
    ],
)
def test_which_queries_may_stop_early(services, sql, reads_all):
    planned = queries.plan(statements.parse(sql).query, Context("execution", services))
    assert planned.reads_all == reads_all
