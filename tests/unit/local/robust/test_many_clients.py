"""64 clients at once send 1,000 queries and stop every fifth: each gets its own answer."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
import psutil
import pytest
from botocore.config import Config

from helpers.local import process

CLIENTS, QUERIES = 64, 1000
ENDLESS = "SELECT count(*) FROM " + " CROSS JOIN ".join(f"UNNEST(sequence(1, 50000)) {t}(n)" for t in "abc")
SEED = 64


@pytest.fixture(scope="module")
def endpoint():
    with process.start() as running:
        yield running


class Clients:
    """One boto3 client, which threads may share, with a connection for each of them."""

    def __init__(self, endpoint):
        plenty = Config(max_pool_connections=CLIENTS, retries={"total_max_attempts": 1}, proxies={})
        session = boto3.Session("test", "test", region_name="us-east-1")
        self.athena, s3 = (session.client(x, endpoint_url=endpoint.url, config=plenty) for x in ("athena", "s3"))
        s3.create_bucket(Bucket="crowd")
        s3.put_object(Bucket="crowd", Key="t/x.csv", Body="".join(f"{n},{n * n}\n" for n in range(1000)).encode())
        self.state_of("CREATE DATABASE crowd")
        columns = "(n int, square bigint) ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"
        assert self.state_of(f"CREATE EXTERNAL TABLE squares {columns} LOCATION 's3://crowd/t/'") == "SUCCEEDED"

    def start(self, sql):
        return self.athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": "crowd"},
            ResultConfiguration={"OutputLocation": "s3://crowd/results/"},
        )["QueryExecutionId"]

    def end(self, query):
        while True:
            found = self.athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            if found["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
                assert found["QueryExecutionId"] == query
                return found
            time.sleep(0.2)

    def state_of(self, sql):
        return self.end(self.start(sql))["Status"]["State"]

    def rows(self, query):
        page = self.athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
        return [[value.get("VarCharValue") for value in row["Data"]] for row in page[1:]]


def sql_and_rows(number):
    """A query that nobody else sends, and its answer by arithmetic."""
    mark = f"client {number}"
    if number % 5 < 2:
        squares = sum(n * n for n in range(number)) + number if number else None
        return f"SELECT sum(square) + {number}, '{mark}' FROM squares WHERE n < {number}", [
            [str(squares) if number else None, mark]
        ]
    if number % 5 == 2:
        return f"SELECT {number}, '{mark}'", [[str(number), mark]]
    count = number % 50 + 1
    return f"SELECT n, '{mark}' FROM squares ORDER BY n LIMIT {count}", [[str(n), mark] for n in range(count)]


def test_none_is_lost_and_none_mixed_up(endpoint):
    clients, server = Clients(endpoint), psutil.Process(endpoint.pid)
    before = server.memory_info().rss

    def work(number):
        """What was wrong with one query; None when nothing was."""
        if number % 5 == 4:
            query = clients.start(ENDLESS)
            time.sleep(random.Random(SEED + number).random() / 5)
            clients.athena.stop_query_execution(QueryExecutionId=query)
            ended = clients.end(query)["Status"]
            return None if ended["State"] == "CANCELLED" else ended
        sql, expected = sql_and_rows(number)
        query = clients.start(sql)
        ended = clients.end(query)
        if ended["Status"]["State"] != "SUCCEEDED":
            return ended["Status"]
        found = clients.rows(query)
        return None if (found, ended["Query"]) == (expected, sql) else (sql, found)

    with ThreadPoolExecutor(CLIENTS) as crowd:
        wrong = [answer for answer in crowd.map(work, range(QUERIES)) if answer is not None]
    assert wrong == []
    assert server.memory_info().rss - before < 500_000_000  # bytes
