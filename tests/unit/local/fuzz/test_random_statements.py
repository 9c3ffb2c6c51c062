"""Random statements from a grammar, seeded: an answer, or one clear line of a refusal, and the next query works.

Each runs through the API on tables of every format. `test_random_input.py` has characters and words in no order.
"""

import random

import pytest
from botocore.exceptions import ClientError

from tests.unit.local.queries import Session

from . import acceptable, mutations, tables
from .statements import Statements

PARTS = range(8)
SEEDS = 80  # for each part


@pytest.fixture(scope="module")
def session(client):
    session = Session(client, "random_statements")
    session.s3.create_bucket(Bucket="fuzz")
    session.known = tables.create(session)
    session.functions = tables.functions(session)
    return session


@pytest.fixture(autouse=True)
def next_query_works(session):
    yield
    assert session.ok("SELECT 40 + 2 AS answer").rows == [["42"]]


def reason_of(session, sql):
    """Why a statement did not succeed, or None."""
    try:
        return session.run(sql).reason
    except ClientError as refused:
        assert refused.response["ResponseMetadata"]["HTTPStatusCode"] == 400, (sql, refused)
        assert refused.response["Error"]["Code"] == "InvalidRequestException", (sql, refused)
        return refused.response["Error"]["Message"].replace(sql, "")  # it may quote the statement


def check(session, seed, sql):
    reason = reason_of(session, sql)
    if reason is not None:
        assert acceptable.problem(reason) is None, (seed, sql, reason)
    return reason is None


def grammar(session, chance):
    return Statements(chance, dict(session.known), tables.ICEBERG, session.functions)


@pytest.mark.parametrize("part", PARTS)
def test_queries(session, part):
    ran = 0
    for seed in range(part * SEEDS, (part + 1) * SEEDS):
        chance = random.Random(f"query {seed}")
        ran += check(session, seed, grammar(session, chance).select(chance.randint(1, 4)))
    assert ran > SEEDS / 4, "too few of them are valid to find anything"


@pytest.mark.parametrize("part", PARTS)
def test_statements(session, part):
    for seed in range(part * SEEDS, (part + 1) * SEEDS):
        check(session, seed, grammar(session, random.Random(f"statement {seed}")).statement())


@pytest.mark.parametrize("part", PARTS)
def test_calls_of_every_function(session, part):
    for seed in range(part * SEEDS, (part + 1) * SEEDS):
        check(session, seed, "SELECT " + grammar(session, random.Random(f"call {seed}")).any_call([], 2))


@pytest.mark.parametrize("part", PARTS)
def test_mutated_statements(session, part):
    for seed in range(part * SEEDS, (part + 1) * SEEDS):
        chance = random.Random(f"mutated {seed}")
        check(session, seed, mutations.mutated(chance, grammar(session, chance).statement()))


@pytest.mark.parametrize("kind", mutations.NESTINGS)
@pytest.mark.parametrize("depth", [20, 150])
def test_deep_statements(session, kind, depth):
    check(session, depth, mutations.NESTINGS[kind](depth))
