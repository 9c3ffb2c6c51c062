"""Files in a real S3 endpoint, read without Glue: tables are written down here."""

import itertools
from dataclasses import dataclass, field

import pytest

from helpers.local.athena import readers
from helpers.local.athena.catalog import Catalog, Column, Table
from helpers.local.athena.duck import Duck
from helpers.local.athena.objects import ObjectCache
from helpers.local.athena.outcome import Context, Services
from helpers.local.athena.scans import TableScan
from helpers.local.athena.types import from_hive

SERDES = {
    "text": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    "csv": "org.apache.hadoop.hive.serde2.OpenCSVSerde",
    "json": "org.openx.data.jsonserde.JsonSerDe",
    "hive json": "org.apache.hive.hcatalog.data.JsonSerDe",
    "regex": "org.apache.hadoop.hive.serde2.RegexSerDe",
    "avro": "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
    "parquet": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    "orc": "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
}
BUCKET = "storage-tests"
_numbers = itertools.count()


@dataclass
class Answer:
    """`rows` of a scan, sorted as they came, and the bytes that it bills."""

    rows: list
    scanned: int
    sql: str


@dataclass
class Lake:
    """Puts objects and reads them back through a table."""

    s3: object
    services: object
    prefix: str = field(default_factory=lambda: f"lake-{next(_numbers)}")

    @property
    def location(self):
        return f"s3://{BUCKET}/{self.prefix}/"

    def put(self, key, body):
        body = body.encode() if isinstance(body, str) else body
        self.s3.put_object(Bucket=BUCKET, Key=f"{self.prefix}/{key}", Body=body)
        return len(body)

    def table(self, kind, columns, serde=None, parameters=None, location=None, keys=()):
        def described(texts):
            return [Column(n.lower(), from_hive(t), t) for n, t in (text.split(" ", 1) for text in texts)]

        return Table(
            database="d",
            name="t",
            columns=described(columns),
            partition_keys=described(keys),
            location=location or self.location,
            serde=SERDES[kind],
            serde_parameters=serde or {},
            input_format="",
            output_format="",
            parameters=parameters or {},
            table_type="EXTERNAL_TABLE",
        )

    def read(self, table, columns=None, where="", **scan):
        if columns is None:
            columns = [c.name for c in [*table.columns, *table.partition_keys]]
        context = Context("execution", self.services)
        con = self.services.duck.connect()
        try:
            sql = readers.open_scan(TableScan(table, "t", columns, **scan), context, con)
            return Answer(con.execute(f"SELECT * FROM {sql} {where}").fetchall(), context.scanned_bytes, sql)
        finally:
            con.close()


@pytest.fixture(scope="session")
def services(client, tmp_path_factory):
    folder = tmp_path_factory.mktemp("endpoint")
    s3, glue = client("s3"), client("glue")
    s3.create_bucket(Bucket=BUCKET)
    duck = Duck(folder)
    objects = ObjectCache(s3, folder / "objects")
    yield Services(s3, glue, Catalog(glue, s3, caching=False), objects, duck)
    objects.close()


@pytest.fixture
def lake(services):
    return Lake(services.s3, services)
