"""A database of Iceberg tables at the test endpoint, and pyiceberg at the same endpoint as the second engine."""

import io
import itertools

import pyarrow.parquet as pq
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
        execution = self.wait(self.athena.start_query_execution(**request)["QueryExecutionId"])
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        results = self.athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
        return results.get("UpdateCount")

    def objects(self):
        """The keys of all objects below the table's location."""
        prefix = f"ice/{self.name}/"
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return {item["Key"] for page in pages for item in page.get("Contents", [])}

    def footer(self, uri):
        """The Parquet footer of a file."""
        body = self.s3.get_object(Bucket=BUCKET, Key=uri.partition(f"{BUCKET}/")[2])["Body"].read()
        return pq.read_metadata(io.BytesIO(body))

    def chunks(self, uri, *columns, groups=None):
        """Compressed bytes of some columns' chunks of a file, without any of all; `groups`: which row groups."""
        footer = self.footer(uri)
        total = 0
        for at in range(footer.num_row_groups) if groups is None else groups:
            group = footer.row_group(at)
            held = [group.column(i) for i in range(group.num_columns)]
            total += sum(c.total_compressed_size for c in held if not columns or c.path_in_schema in columns)
        return total


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


@pytest.fixture
def seen(outside):
    """A function: the rows that pyiceberg's own scan reads, in order."""
    return lambda: sorted(tuple(row.values()) for row in outside().scan().to_arrow().to_pylist())
