"""A raw folder and its lake for a test: files in, rows out, read by Arrow instead of Spark."""

from __future__ import annotations

import io
import itertools
import json

import pyarrow as pa
import pyarrow.parquet as pq

from helpers.pipeline import job, lake
from helpers.pipeline.arrivals import Folder
from helpers.pipeline.catalog import Catalog
from helpers.pipeline.schema import QUARANTINE, TABLES

_names = itertools.count()


class Lake:
    """One test's raw folder, target and database on the module's endpoint and session."""

    def __init__(self, course, session):
        self.course, self.session = course, session
        self.name = f"lake{next(_names)}"
        self.database = f"{course.database}_{self.name}"
        course.glue.create_database(DatabaseInput={"Name": self.database})
        self.source, self.target = course.uri(self.name, "raw"), course.uri(self.name, "lake")
        self.catalog = Catalog(course.glue, self.database)

    def put_file(self, key: str, content: bytes | str | list) -> None:
        """A raw file; a list is written as lines of JSON."""
        if isinstance(content, list):
            lines = [line if isinstance(line, str | bytes) else json.dumps(line) for line in content]
            content = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
        body = content.encode() if isinstance(content, str) else content
        folder = Folder.of(self.source)
        self.course.s3.put_object(Bucket=folder.bucket, Key=folder.prefix + key, Body=body)

    def delete(self, key: str) -> None:
        folder = Folder.of(self.source)
        self.course.s3.delete_object(Bucket=folder.bucket, Key=folder.prefix + key)

    def run(self, **options):
        """A run; its accounts must add up."""
        report = job.run(self.session, self.source, self.target, self.database, aws=self.course.session, **options)
        assert all(account.adds_up for account in report.lake.values())
        return report

    def places(self) -> dict[str, str]:
        """Where each published partition is, by its name: it changes when the partition is written anew."""
        return {
            table.partition_name(values): where
            for table in TABLES
            for values, where in self.catalog.published(table).items()
        }

    def snapshot(self) -> dict[str, str]:
        return lake.snapshot(self.course.s3, self.target)

    def rows(self, table) -> list[dict]:
        """Every published row, with its partition's values."""
        found = []
        for values, where in self.catalog.published(table).items():
            for key in lake.piece_at(self.course.s3, where).keys:
                body = self.course.s3.get_object(Bucket=self.course.bucket, Key=key)["Body"].read()
                rows: pa.Table = pq.ParquetFile(io.BytesIO(body)).read()
                part = dict(zip(table.partition_names, values, strict=True))
                found += [row | part for row in rows.to_pylist()]
        return found

    def refusals(self) -> list[tuple[str, str]]:
        """(file, reason) of each line in the quarantine, sorted."""
        return sorted((row["source"], row["reason"]) for row in self.rows(QUARANTINE))

    def unreferenced(self) -> list[str]:
        """Objects of the tables that no partition points to."""
        places = [Folder.of(where).prefix for where in self.places().values()]
        return [
            key
            for key in self.snapshot()
            if "_pipeline" not in key and not any(key.startswith(each) for each in places)
        ]


def event(name: str, day: int, **values) -> dict:
    """A good event of March 2024."""
    found = {"event_id": name, "event_time": f"2024-03-{day:02d} 10:00:00.000", "action": "view", **values}
    return {key: value for key, value in found.items() if value is not None}


def purchase(name: str, day: int, dollars: int) -> dict:
    """A good purchase of one item."""
    items = [{"sku": "S1", "quantity": 1, "price": dollars}]
    return event(name, day, action="purchase", items=items, amount=dollars)


HEADER = (
    "ordernumber,orderlinenumber,orderdate,productcode,productline,quantityordered,priceeach,sales,status,"
    "customername,country\n"
)


def sale(order: int, line: int, day: int, status: str = "Shipped") -> str:
    """A good line of sales of March 2024."""
    return f"{order},{line},2024-03-{day:02d},S1,Ships,2,10.50,21.00,{status},Vitrine,France\n"
