"""Where am I running? `connect(mode)` answers with a `Lab`, the only thing a lesson needs to know.

    course = lab.connect(MODE, lesson="03")     # database, work group and S3 folder named course_03
    course.uri("sales_parquet")                 # 's3://athena-workbook/course_03/sales_parquet/'
    course.close()                              # drops what this lesson made

`local` starts the endpoint of `helpers.local` as a child process, or uses the one that AWS_ENDPOINT_URL
already names, and sets the standard AWS variables: boto3, awswrangler and PyAthena need nothing else.
`aws` uses the caller's own credentials and the bucket named by ATHENA_WORKBOOK_BUCKET.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass

import boto3

from helpers import teardown
from helpers.session import (
    LOCAL_BUCKET,
    PREFIX_VARIABLE,
    Clients,
    LabError,
    aws_clients,
    course_prefix,
    local_clients,
    one_line_errors,
)

MODES = ("local", "aws")
HISTORY_VARIABLE = "ATHENA_WORKBOOK_KEEP_HISTORY"
SCAN_CUTOFF = 1_000_000_000  # bytes a query of the course may scan before Athena cancels it: at most $0.005
DATA_FOLDER = "data"  # what `helpers.datasets` placed: kept between two runs of a lesson

_current: Lab | None = None


@dataclass(frozen=True, repr=False)
class Lab:
    """One lesson's place: clients, and the names of its database, work group and folder in the bucket.

    Database, work group and folder share one name, for example `course_03`.
    """

    mode: str
    bucket: str
    name: str
    clients: Clients

    @property
    def database(self) -> str:
        """The lesson's own Glue database."""
        return self.name

    @property
    def workgroup(self) -> str:
        """The lesson's own Athena work group, with its scan cutoff."""
        return self.name

    @property
    def region(self) -> str:
        """The AWS region, for example us-east-1."""
        return self.clients.region

    @property
    def session(self) -> boto3.Session:
        """The boto3 session, for awswrangler's `boto3_session=` and PyAthena's `session=`."""
        return self.clients.session

    @property
    def s3(self):
        """The boto3 client for S3."""
        return self.clients.s3

    @property
    def glue(self):
        """The boto3 client for the Glue catalog."""
        return self.clients.glue

    @property
    def athena(self):
        """The boto3 client for Athena."""
        return self.clients.athena

    @property
    def results(self) -> str:
        """Where Athena writes result files: `s3://bucket/course_03/results/`."""
        return self.uri("results")

    def prefix(self, *parts: str) -> str:
        """The key prefix of a folder of this lesson: `course_03/sales/`, ending in a slash."""
        return "/".join([self.name, *(part.strip("/") for part in parts)]) + "/"

    def uri(self, *parts: str) -> str:
        """The address of a folder of this lesson: `s3://bucket/course_03/sales/`, ending in a slash."""
        return f"s3://{self.bucket}/{self.prefix(*parts)}"

    def objects(self, uri: str) -> list[tuple[str, int]]:
        """Key and size in bytes of every object below an `s3://` address, sorted by key."""
        bucket, _, prefix = uri.removeprefix("s3://").partition("/")
        return sorted(teardown.objects(self.s3, bucket, prefix))

    def rds(self):
        """The login of the MySQL server, an RDS instance or a private one: `helpers.rds_settings.Settings`.

        Its `database` is the lesson's own, named as the lesson is, and empty at the first call. In local
        mode that call starts the server, once per kernel, and sets RDS_HOST, RDS_PORT, RDS_USER,
        RDS_PASSWORD and RDS_SSL_CA; in aws mode they, or the secret that ATHENA_WORKBOOK_RDS_SECRET
        names, must be given. Raises a one-line error for what is missing.
        """
        from helpers import rds_lesson  # only here: most lessons never need a MySQL client

        return rds_lesson.settings(self)

    def rds_application(self):
        """The login of an ordinary user, who may read and write rows in the lesson's database alone."""
        from helpers import rds_lesson

        return rds_lesson.application_settings(self)

    def make_workgroup(self, suffix: str, **configuration) -> str:
        """Create (or reset) another work group `course_03_<suffix>`, which `close` deletes; its name.

        `configuration` is Athena's WorkGroupConfiguration, for example
        `BytesScannedCutoffPerQuery=10_000_000` or `EnforceWorkGroupConfiguration=True`; results go to
        the lesson's own folder unless it says otherwise.
        """
        name = f"{self.name}_{suffix}"
        with one_line_errors(self.region):
            _ensure_workgroup(self, name, configuration)
        return name

    def close(self) -> None:
        """Drop what this lesson made: its databases with all tables, its folder in S3, its work groups.

        A program that wants to read the lesson's query history afterwards sets
        ATHENA_WORKBOOK_KEEP_HISTORY; the work groups, which hold it, then stay.
        """
        global _current
        with one_line_errors(self.region):
            found = teardown.find(self.clients, self.bucket, course_prefix(), only=self.name)
            if os.environ.get(HISTORY_VARIABLE):
                found.workgroups = []
            teardown.delete(self.clients, self.bucket, found)
            if rds_lesson := sys.modules.get("helpers.rds_lesson"):  # `rds` loads it, most lessons never do
                rds_lesson.close(self)
        if _current is self:
            _current = None

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *exc_info) -> None:
        self.close()

    def __repr__(self) -> str:
        return (
            f"Lab(mode={self.mode!r}, database={self.database!r}, workgroup={self.workgroup!r},"
            f" folder={self.uri()!r}, region={self.region!r})"
        )


def current() -> Lab:
    """The lab that `connect` answered last. Raises LabError when there is none."""
    if _current is None:
        raise LabError("No lab is connected: first run the set-up cell, which calls lab.connect(MODE).")
    return _current


def connect(mode: str = "local", lesson: str | None = None) -> Lab:
    """Make the lab of one lesson ready and return it; calling it again starts the lesson afresh.

    mode    "local" or "aws"
    lesson  a short name such as "03": the lesson's database, work group and S3 folder are then called
            `course_03`; without it, `course`

    Tables and query results of an earlier, unfinished run of the same lesson are removed; the data that
    `helpers.datasets` placed stay. Raises LabError, one line, when something is missing.
    """
    global _current
    if mode not in MODES:
        raise LabError(f"MODE = {mode!r} is not one of the course's modes: {', '.join(MODES)}.")
    # No underscore: it separates a lesson's name from its further work groups (course_01_small).
    if lesson is not None and not re.fullmatch(r"[a-z0-9]{1,20}", str(lesson)):
        raise LabError(f"lesson = {lesson!r}: use one to twenty of a-z and 0-9, for example '03'.")
    name = course_prefix() + (f"_{lesson}" if lesson else "")
    if mode == "local":
        clients, bucket = local_clients(), LOCAL_BUCKET
    else:
        clients, bucket = aws_clients()
    lab = Lab(mode, bucket, name, clients)
    with one_line_errors(clients.region):
        _make_ready(lab)
    _current = lab
    return lab


def _make_ready(lab: Lab) -> None:
    _ensure_folder(lab)
    _ensure_database(lab)
    _ensure_workgroup(lab, lab.workgroup, {})


def _ensure_folder(lab: Lab) -> None:
    """Claim the lesson's folder, and clear what an unfinished run left outside its data."""
    folder = lab.prefix()
    found = teardown.objects(lab.s3, lab.bucket, folder)
    mark = folder + teardown.FOLDER_MARK
    if found and mark not in [key for key, _ in found]:
        raise LabError(
            f"s3://{lab.bucket}/{folder} holds objects that the course did not make: move them,"
            f" or choose another name for the course's things with {PREFIX_VARIABLE}."
        )
    keep = (mark, lab.prefix(DATA_FOLDER))
    teardown.delete_objects(lab.s3, lab.bucket, [key for key, _ in found if not key.startswith(keep)])
    lab.s3.put_object(Bucket=lab.bucket, Key=mark, Body=b"")


def _ensure_database(lab: Lab) -> None:
    """Create the lesson's database, or empty the one that an earlier run of the course made."""
    try:
        database = lab.glue.get_database(Name=lab.database)["Database"]
    except lab.glue.exceptions.EntityNotFoundException:
        mark = {teardown.OWNER_KEY: teardown.OWNER}
        lab.glue.create_database(DatabaseInput={"Name": lab.database, "Parameters": mark})
        return
    if not teardown.owned_database(database):
        raise LabError(
            f"A database {lab.database!r} exists that the course did not make: choose another name for"
            f" the course's things with {PREFIX_VARIABLE}."
        )
    teardown.drop_tables(lab.glue, lab.database)


def _ensure_workgroup(lab: Lab, name: str, configuration: dict) -> None:
    """Create a work group of the lesson, or give an earlier one of the course this configuration.

    Not enforced by default, so that a CTAS may name its `external_location`; the scan cutoff holds
    whether enforced or not.
    """
    settings = {
        "ResultConfiguration": {"OutputLocation": lab.results},
        "EnforceWorkGroupConfiguration": False,
        "PublishCloudWatchMetricsEnabled": False,
        "BytesScannedCutoffPerQuery": SCAN_CUTOFF,
        **configuration,
    }
    existing = {group["Name"] for group in _all_workgroups(lab.athena)}
    if name not in existing:
        lab.athena.create_work_group(
            Name=name,
            Configuration=settings,
            Tags=[{"Key": teardown.OWNER_KEY, "Value": teardown.OWNER}],
        )
        return
    if not teardown.owned_workgroup(lab.clients, name):
        raise LabError(
            f"A work group {name!r} exists that the course did not make: choose another name for the"
            f" course's things with {PREFIX_VARIABLE}."
        )
    updates = {key: value for key, value in settings.items() if key != "ResultConfiguration"}
    updates["ResultConfigurationUpdates"] = settings["ResultConfiguration"]
    lab.athena.update_work_group(WorkGroup=name, ConfigurationUpdates=updates, State="ENABLED")


def _all_workgroups(athena):
    token = None
    while True:
        page = athena.list_work_groups(**({"NextToken": token} if token else {}))
        yield from page.get("WorkGroups", [])
        token = page.get("NextToken")
        if not token:
            return
