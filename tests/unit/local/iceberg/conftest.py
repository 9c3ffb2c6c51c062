"""A database of Iceberg tables at the test endpoint, and pyiceberg at the same endpoint as the second engine."""

import itertools

import pytest
from pyiceberg.catalog.glue import GlueCatalog

from ..queries import BUCKET, Session

DATABASE = "iceberg_tests"
_numbers = itertools.count(1)


class Tables(Session):
    """Each test names its table `{t}`, at the location `{place}`."""

    name = ""

    def run(self, sql, database=None, parameters=None):
        return super().run(self.named(sql), database, parameters)

    def named(self, sql):
        return sql.replace("{t}", self.name).replace("{place}", self.place)

    @property
    def place(self):
        return f"s3://{BUCKET}/ice/{self.name}"

    def create(self, columns="id int, name string", partitioned="", **properties):
        listed = ", ".join(f"'{k}'='{v}'" for k, v in {"table_type": "ICEBERG", **properties}.items())
        clause = f"PARTITIONED BY ({partitioned})" if partitioned else ""
        self.ok(f"CREATE TABLE {{t}} ({columns}) {clause} LOCATION '{{place}}/' TBLPROPERTIES ({listed})")

    def rows(self, sql):
        return self.ok(sql).rows

    def count(self, sql):
        """The UpdateCount of a statement."""
        request = {
            "QueryString": self.named(sql),
            "QueryExecutionContext": {"Database": self.database},
            "ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/results/"},
        }
        execution = self.athena.start_query_execution(**request)["QueryExecutionId"]
        self.wait(execution)
        return self.athena.get_query_results(QueryExecutionId=execution).get("UpdateCount")


@pytest.fixture(scope="session")
def session(client):
    return Tables(client, DATABASE)


@pytest.fixture
def tables(session):
    session.name = f"t{next(_numbers)}"
    return session


@pytest.fixture(scope="session")
def glue_catalog(endpoint):
    """PyIceberg's own catalog and file system, as anybody would set them up."""
    keys = {"access-key-id": "test", "secret-access-key": "test", "region": "us-east-1"}
    properties = {f"{service}.{k}": v for service in ("glue", "s3") for k, v in keys.items()}
    return GlueCatalog("outside", **properties, **{"glue.endpoint": endpoint.url, "s3.endpoint": endpoint.url})


@pytest.fixture
def outside(glue_catalog, tables):
    """A function: the table as pyiceberg sees it now."""
    return lambda: glue_catalog.load_table((DATABASE, tables.name))
