"""What analysis accepts and refuses, with Trino's codes, positions and words: analyzer.tsv, with its source."""

from pathlib import Path

import pytest

from tests.unit.local import queries

TABLES = {
    "t1": "a bigint, b bigint, c bigint, d bigint",
    "t2": "a bigint, b bigint",
    "t6": "a bigint, b string, c bigint, d bigint",
    "t7": "a double, b bigint",
}


def rows():
    for line in Path(__file__).with_name("analyzer.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            sql, code, message = (*line.split("\t"), "")[:3]
            yield sql, code, message


@pytest.fixture(scope="module")
def session(client):
    session = queries.Session(client, "analysis")
    for name, columns in TABLES.items():
        session.ok(f"CREATE EXTERNAL TABLE {name} ({columns}) LOCATION 's3://{queries.BUCKET}/analysis/{name}/'")
    return session


@pytest.mark.parametrize(("sql", "code", "message"), list(rows()))
def test_analysed_as_trino_does(session, sql, code, message):
    answer = session.run(sql)
    if code == "OK":
        assert answer.state == "SUCCEEDED", answer.reason
    else:
        assert answer.state == "FAILED", answer.rows[:3]
        assert answer.reason.startswith(f"{code}: {message}")
        assert answer.reason.endswith(message)
        assert answer.scanned == 0
