"""Remove what the course made, and nothing else.

    python -m helpers.teardown          lists what it would delete
    python -m helpers.teardown --yes    deletes it

A thing is the course's when its name starts with the course's prefix *and* it carries the course's mark:
a database the parameter `created-by`, a work group the tag `created-by`, a folder in the bucket an
object named `.made-by-athena-workbook`. Names alone prove nothing: somebody else's `course_03` stays.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from helpers import session
from helpers.costs import format_bytes
from helpers.oneline import OneLineError

OWNER_KEY, OWNER = "created-by", "athena-workbook"
FOLDER_MARK = ".made-by-athena-workbook"
BATCH = 1000  # keys per DeleteObjects request, S3's limit


@dataclass
class Belongings:
    """What the course made in one account: database → its tables, work groups, folder → its objects."""

    databases: dict[str, list[str]] = field(default_factory=dict)
    workgroups: list[str] = field(default_factory=list)
    folders: dict[str, list[tuple[str, int]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.databases or self.workgroups or self.folders)

    def lines(self, bucket: str) -> list[str]:
        """One line per thing, in a fixed order."""
        found = [
            f"database   {name} with {_count(len(tables), 'table')}"
            for name, tables in sorted(self.databases.items())
        ]
        found += [f"work group {name} with its query history" for name in sorted(self.workgroups)]
        found += [
            f"folder     s3://{bucket}/{folder} with {_count(len(objects), 'object')},"
            f" {format_bytes(sum(size for _, size in objects))}"
            for folder, objects in sorted(self.folders.items())
        ]
        return found


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def find(clients, bucket: str, prefix: str, only: str | None = None) -> Belongings:
    """Everything the course made under `prefix`, or of the one lesson named `only`.

    `clients` offers s3, glue, athena and sts clients as attributes.
    """
    pattern = re.compile(rf"{re.escape(only or prefix)}(_[a-z0-9_]+)?")

    def named(name: str) -> bool:
        return pattern.fullmatch(name) is not None

    # A lesson's own database and folder carry exactly its name; `course_1` must not take `course_1_b`.
    def exactly(name: str) -> bool:
        return name == only if only else named(name)

    return Belongings(
        databases={name: _tables(clients.glue, name) for name in _databases(clients.glue, exactly)},
        workgroups=_workgroups(clients, named),
        folders=_folders(clients.s3, bucket, only or prefix, exactly),
    )


def _databases(glue, wanted) -> list[str]:
    pages = glue.get_paginator("get_databases").paginate()
    return [
        database["Name"]
        for page in pages
        for database in page["DatabaseList"]
        if wanted(database["Name"]) and owned_database(database)
    ]


def owned_database(database: dict) -> bool:
    """Whether a Glue database carries the course's mark."""
    return database.get("Parameters", {}).get(OWNER_KEY) == OWNER


def _tables(glue, database: str) -> list[str]:
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=database)
    return sorted(table["Name"] for page in pages for table in page["TableList"])


def _workgroups(clients, wanted) -> list[str]:
    names, token = [], None
    while True:
        page = clients.athena.list_work_groups(**({"NextToken": token} if token else {}))
        names += [group["Name"] for group in page.get("WorkGroups", []) if wanted(group["Name"])]
        token = page.get("NextToken")
        if not token:
            break
    return [name for name in names if owned_workgroup(clients, name)]


def owned_workgroup(clients, name: str) -> bool:
    """Whether a work group carries the course's tag."""
    arn = f"arn:aws:athena:{clients.region}:{clients.account}:workgroup/{name}"
    tags = clients.athena.list_tags_for_resource(ResourceARN=arn)["Tags"]
    return {"Key": OWNER_KEY, "Value": OWNER} in tags


def _folders(s3, bucket: str, prefix: str, wanted) -> dict[str, list[tuple[str, int]]]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/")
    names = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", [])]
    return {
        name: objects(s3, bucket, name)
        for name in names
        if wanted(name.rstrip("/")) and owned_folder(s3, bucket, name)
    }


def owned_folder(s3, bucket: str, folder: str) -> bool:
    """Whether the folder (ending in `/`) holds the course's mark."""
    page = s3.list_objects_v2(Bucket=bucket, Prefix=folder + FOLDER_MARK, MaxKeys=1)
    return any(entry["Key"] == folder + FOLDER_MARK for entry in page.get("Contents", []))


def objects(s3, bucket: str, folder: str) -> list[tuple[str, int]]:
    """Key and size in bytes of every object below `folder`."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder)
    return [(entry["Key"], entry["Size"]) for page in pages for entry in page.get("Contents", [])]


def delete_objects(s3, bucket: str, keys: list[str]) -> None:
    """Delete `keys`, a thousand a request. Raises OneLineError naming the first that S3 refused."""
    for start in range(0, len(keys), BATCH):
        batch = [{"Key": key} for key in keys[start : start + BATCH]]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        for error in answer.get("Errors", []):
            raise OneLineError(f"S3 did not delete s3://{bucket}/{error['Key']}: {error.get('Message')}")


def drop_tables(glue, database: str) -> None:
    """Drop every table of a database; the data files of external tables stay, as with DROP TABLE."""
    for table in _tables(glue, database):
        glue.delete_table(DatabaseName=database, Name=table)


def delete(clients, bucket: str, belongings: Belongings) -> None:
    """Delete what `find` found. The folder's mark goes last, so that a broken run can be repeated."""
    for name in belongings.workgroups:
        clients.athena.delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)
    for name in belongings.databases:
        drop_tables(clients.glue, name)
        clients.glue.delete_database(Name=name)
    for folder, found in belongings.folders.items():
        mark = folder + FOLDER_MARK
        delete_objects(clients.s3, bucket, [key for key, _ in found if key != mark])
        delete_objects(clients.s3, bucket, [mark])


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status: 0, or 2 when something is missing or refused."""
    parser = argparse.ArgumentParser(
        prog="python -m helpers.teardown",
        description="List, or with --yes delete, what the course made in your AWS account.",
    )
    parser.add_argument("--yes", action="store_true", help="delete; without it nothing is changed")
    parser.add_argument("--bucket", help=f"default: the environment variable {session.BUCKET_VARIABLE}")
    options = parser.parse_args(arguments)
    try:
        if options.bucket:
            os.environ[session.BUCKET_VARIABLE] = options.bucket
        clients, bucket = session.aws_clients()
        belongings = find(clients, bucket, session.course_prefix())
        if not belongings:
            print(f"Nothing of the course is left in s3://{bucket}, Glue and Athena ({clients.region}).")
            return 0
        print("Deleting:" if options.yes else "Would delete (nothing is changed; add --yes to delete):")
        print("\n".join(f"  {line}" for line in belongings.lines(bucket)))
        if options.yes:
            delete(clients, bucket, belongings)
            print("Deleted.")
        return 0
    except OneLineError as error:
        print(f"helpers.teardown: {error}", file=sys.stderr)
    except (ClientError, BotoCoreError) as error:
        print(f"helpers.teardown: {' '.join(str(error).split())}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
