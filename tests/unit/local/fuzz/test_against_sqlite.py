"""Random queries give the rows that SQLite gives, another engine with another author."""

import collections
import random
import sqlite3

import pytest

from ..queries import BUCKET, Session
from .common_sql import CommonSQL

PARTS = range(6)
SEEDS = 80  # for each part
LARGEST = 900  # rows: an answer must fit one page of GetQueryResults


def rows_of(name, count):
    chance = random.Random(name)
    return [
        (
            number,
            chance.choice((None, 1, 2, 3, 5)),
            chance.choice((None, *range(-5, 20))),
            chance.choice((None, "", "a", "b", "ab", "Ba", "zz")),
        )
        for number in range(count)
    ]


TABLES = {"stored": rows_of("stored", 31), "written": rows_of("written", 23)}


@pytest.fixture(scope="module")
def session(client):
    session = Session(client, "against_sqlite")
    lines = ["|".join("\\N" if value is None else str(value) for value in row) for row in TABLES["written"]]
    session.put("written/rows.txt", "\n".join(lines).encode())
    session.ok(
        "CREATE EXTERNAL TABLE written (id bigint, k bigint, n bigint, s string)"
        f" ROW FORMAT DELIMITED FIELDS TERMINATED BY '|' LOCATION 's3://{BUCKET}/written/'"
    )
    values = ", ".join(f"({', '.join(map(literal, row))})" for row in TABLES["stored"])
    session.ok(
        f"CREATE TABLE stored WITH (format = 'PARQUET', external_location = 's3://{BUCKET}/stored/') AS"
        f" SELECT CAST(id AS bigint) id, CAST(k AS bigint) k, CAST(n AS bigint) n, CAST(s AS varchar) s"
        f" FROM (VALUES {values}) AS t (id, k, n, s)"
    )
    return session


def literal(value):
    return "NULL" if value is None else repr(value)


@pytest.fixture(scope="module")
def sqlite():
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA case_sensitive_like = ON")
    for name, rows in TABLES.items():
        connection.execute(f"CREATE TABLE {name} (id bigint, k bigint, n bigint, s varchar)")
        connection.executemany(f"INSERT INTO {name} VALUES (?, ?, ?, ?)", rows)
    return connection


def text_of(value):
    """How both print a value: whole numbers alike, whether counted or averaged."""
    if value is None:
        return None
    try:
        return f"{float(value):.9g}"
    except ValueError:
        return str(value)


def counted(rows):
    return collections.Counter(tuple(map(text_of, row)) for row in rows)


@pytest.mark.parametrize("part", PARTS)
def test_same_rows(session, sqlite, part):
    compared = empty = 0
    for seed in range(part * SEEDS, (part + 1) * SEEDS):
        sql = CommonSQL(random.Random(f"common {seed}"), list(TABLES)).statement()
        expected = sqlite.execute(sql).fetchmany(LARGEST + 1)
        if len(expected) > LARGEST:
            continue
        assert counted(session.ok(sql).rows) == counted(expected), (seed, sql)
        compared, empty = compared + 1, empty + (not expected)
    assert compared > SEEDS * 0.8 and empty < SEEDS * 0.35, (compared, empty)
