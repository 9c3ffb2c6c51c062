"""Damaged files of every format, seeded: rows, or one clear line that names what cannot be read."""

import random

import pytest

from tests.unit.local import queries

from . import acceptable, damage, iceberg_chain

BUCKET = queries.BUCKET
SEEDS = 40  # for each kind of file
CHAIN_SEEDS = 50  # for each level of an Iceberg table's files


@pytest.fixture(scope="module")
def session(client):
    return queries.Session(client, "damaged_files")


@pytest.fixture(autouse=True)
def next_query_works(session):
    yield
    assert session.ok("SELECT 40 + 2 AS answer").rows == [["42"]]


def check(answer, *told):
    if answer.state != "SUCCEEDED":
        assert acceptable.problem(answer.reason) is None, (*told, answer.reason)


@pytest.mark.parametrize("kind", damage.FILES)
def test_damaged_file(session, kind):
    columns, storage, name, good = damage.FILES[kind]
    table = f"t_{kind.replace(' ', '_')}"
    place = f"damaged/{table}"
    session.put(f"{place}/{name}", good)
    session.ok(f"CREATE EXTERNAL TABLE {table} ({columns}) {storage} LOCATION 's3://{BUCKET}/{place}/'")
    assert session.ok(f"SELECT * FROM {table}").rows, "nothing to damage"
    others = [body for *_, body in damage.FILES.values()]
    for seed in range(SEEDS):
        chance = random.Random(f"{kind} {seed}")
        session.put(f"{place}/{name}", damage.damaged(chance, good, others))
        sql = chance.choice(damage.QUERIES).format(table)
        check(session.run(sql), seed, sql)
    session.put(f"{place}/{name}", good)
    assert session.ok(f"SELECT * FROM {table}").rows, "the good file is good again"


READING = [
    "SELECT * FROM {}", "SELECT count(*) FROM {} WHERE s = 'a'", "SELECT * FROM {} FOR TIMESTAMP AS OF now()",
    *(f'SELECT * FROM "{{}}${what}"' for what in ("files", "manifests", "snapshots", "history", "partitions")),
    "SHOW CREATE TABLE {}", "DESCRIBE {}", "SHOW TBLPROPERTIES {}",
]  # fmt: skip
CHANGING = [
    "INSERT INTO {} VALUES (9, 'z', NULL)", "DELETE FROM {} WHERE id = 3", "UPDATE {} SET d = NULL", "VACUUM {}",
    "OPTIMIZE {} REWRITE DATA USING BIN_PACK", "ALTER TABLE {} ADD COLUMNS (q int)",
]  # fmt: skip


@pytest.fixture(scope="module")
def chain(session, client):
    session.ok(
        f"CREATE TABLE chain (id bigint, s string, d date) PARTITIONED BY (s) LOCATION 's3://{BUCKET}/chain_table/' "
        "TBLPROPERTIES ('table_type'='ICEBERG')"
    )
    session.ok("INSERT INTO chain VALUES (1, 'a', DATE '2020-01-01'), (2, 'b', NULL), (3, NULL, DATE '2020-01-03')")
    return iceberg_chain.Chain(session, client("glue"), "chain", BUCKET)


@pytest.mark.parametrize("level", iceberg_chain.LEVELS)
def test_damaged_iceberg_table(session, chain, level):
    for seed in range(CHAIN_SEEDS):
        chance = random.Random(f"{level} {seed}")
        chain.damaged(level, lambda good, chance=chance: damage.damaged(chance, good, [chain.metadata, chain.list]))
        sql = chance.choice(READING if seed % 4 else CHANGING).format("chain")
        check(session.run(sql), level, seed, sql)
    chain.damaged(level, lambda good: good)
    assert session.ok("SELECT * FROM chain ORDER BY id").rows == [
        ["1", "a", "2020-01-01"],
        ["2", "b", None],
        ["3", None, "2020-01-03"],
    ]


def test_of_a_key_that_comes_twice_the_first_value_counts(session):
    """As in Hive's LazyMap; DuckDB has no such map."""
    session.put("twice/f", b"1||k:1,l:2,k:3|\n")
    session.ok(f"CREATE EXTERNAL TABLE twice ({damage.NESTED}) {damage.COLLECTIONS} LOCATION 's3://{BUCKET}/twice/'")
    assert session.ok("SELECT m FROM twice").rows == [["{k=1, l=2}"]]


def test_a_manifest_whose_lengths_lead_past_its_end_ends_the_query_alone(session, chain):
    """pyiceberg's decoder follows them out of the process's memory."""
    chain.damaged("manifest", lambda good: good.replace(b"avro.codec", b"\xff\xff\xff\x7fcodec", 1))
    assert session.error("SELECT * FROM chain") == (
        "ICEBERG_INVALID_METADATA: A metadata file of table damaged_files.chain is damaged"
    )
