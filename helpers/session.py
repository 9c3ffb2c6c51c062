"""The two sides a lesson can run on: the local endpoint, or the caller's AWS account.

Both answer with the same `Clients`. The difference between them is in the standard AWS variables alone,
which `local_clients` sets and `aws_clients` gives back as the caller had them.
"""

from __future__ import annotations

import os
import re
import socket
from contextlib import contextmanager
from functools import cached_property
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    PartialCredentialsError,
)

from helpers.oneline import OneLineError

BUCKET_VARIABLE = "ATHENA_WORKBOOK_BUCKET"
PREFIX_VARIABLE = "ATHENA_WORKBOOK_PREFIX"
LOCAL_BUCKET = "athena-workbook"
LOCAL_REGION = "us-east-1"

# Variables that would lead a client away from the local endpoint, or make it read the owner's files.
MISLEADING = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)
LOCAL_DEFAULTS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": LOCAL_REGION,
    "AWS_REGION": LOCAL_REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}

_own_endpoint = None  # the child process that this kernel started
_own_rds = None  # the MySQL server that this kernel started
_environment_before: dict[str, str | None] = {}  # the caller's variables that local mode replaced


class LabError(OneLineError):
    """The lab cannot start or has gone away; the message says why and what to do, in one line."""


class Clients:
    """The boto3 clients of one session; the endpoint and the credentials come from the environment."""

    def __init__(self, session: boto3.Session):
        self.session = session
        self.region: str = session.region_name
        # The clients are made once and kept: a client takes 20 to 100 ms to build.
        settings = Config(retries={"mode": "standard", "max_attempts": 4}, connect_timeout=10)
        self.s3 = session.client("s3", config=settings)
        self.glue = session.client("glue", config=settings)
        self.athena = session.client("athena", config=settings)
        self.sts = session.client("sts", config=settings)

    @cached_property
    def account(self) -> str:
        """The account number, which an ARN contains."""
        return self.sts.get_caller_identity()["Account"]


def course_prefix() -> str:
    """What every name of the course starts with: `course`, or the value of ATHENA_WORKBOOK_PREFIX."""
    prefix = os.environ.get(PREFIX_VARIABLE) or "course"
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", prefix):
        raise LabError(f"{PREFIX_VARIABLE} = {prefix!r}: use a-z, 0-9 and _, starting with a letter.")
    return prefix


def local_clients() -> Clients:
    """Clients on the local endpoint, which is started unless AWS_ENDPOINT_URL names one."""
    given = os.environ.get("AWS_ENDPOINT_URL")
    if given and not (_own_endpoint and given == _own_endpoint.url):
        missing = {name: value for name, value in LOCAL_DEFAULTS.items() if not os.environ.get(name)}
        _set_environment(missing)
        if not _answers(given):
            raise LabError(f"Nothing answers at AWS_ENDPOINT_URL = {given}: start it, or unset the variable.")
    else:
        endpoint = _running_endpoint()
        _set_environment({**LOCAL_DEFAULTS, **endpoint.env, "AWS_ENDPOINT_URL": endpoint.url})
    clients = Clients(boto3.Session())
    with one_line_errors(clients.region):
        _ensure_local_bucket(clients)
    return clients


def _running_endpoint():
    """This kernel's own endpoint; started when there is none, and again when it has died."""
    global _own_endpoint
    from helpers.local import process  # only here: aws mode never imports the local side

    if _own_endpoint is not None and not _answers(_own_endpoint.url):
        _own_endpoint.stop()
        _own_endpoint = None
    if _own_endpoint is None:
        try:
            _own_endpoint = process.start()
        except (OSError, RuntimeError) as error:
            raise LabError(f"The local endpoint did not start: {error}") from error
    return _own_endpoint


def local_rds() -> bool:
    """Start this kernel's MySQL server unless it runs, and set the RDS_* variables; whether it was started."""
    global _own_rds
    from helpers.local import mysql  # only here: aws mode never imports the local side

    started = not local_rds_running()
    if started:
        if _own_rds is not None:
            _own_rds.stop()
        try:
            _own_rds = mysql.start()
        except (OSError, RuntimeError) as error:
            raise LabError(f"The local MySQL server did not start: {error}") from error
    _set_environment(_own_rds.env)
    return started


def local_rds_running() -> bool:
    """Whether this kernel's MySQL server runs."""
    return _own_rds is not None and _own_rds.running()


def _answers(url: str) -> bool:
    """Whether a server accepts connections at `url`."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "", port), timeout=5):
            return True
    except OSError:
        return False


def _set_environment(values: dict[str, str]) -> None:
    """Set the variables of local mode and remember what they replace."""
    own = [name for name in os.environ if name in MISLEADING or name.startswith("AWS_ENDPOINT_URL_")]
    for name in {*own, *values}:
        _environment_before.setdefault(name, os.environ.get(name))
        os.environ.pop(name, None)
    os.environ.update(values)


def _restore_environment() -> None:
    """Give the caller's own AWS variables back, as they were before local mode replaced them."""
    for name, value in _environment_before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    _environment_before.clear()


def aws_clients() -> tuple[Clients, str]:
    """Clients with the caller's own credentials, and the bucket; raises LabError for what is missing."""
    _restore_environment()
    bucket = os.environ.get(BUCKET_VARIABLE, "").removeprefix("s3://").rstrip("/")
    if not bucket:
        raise LabError(
            f"aws mode needs a bucket of yours: set the environment variable {BUCKET_VARIABLE} to its name."
        )
    try:
        session = boto3.Session()
        if not session.region_name:
            raise LabError("aws mode needs a region: set AWS_DEFAULT_REGION, for example to us-east-1.")
        clients = Clients(session)
        clients.account  # noqa: B018 - asks STS, the cheapest proof that the credentials work
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise LabError(
            "aws mode found no AWS credentials: run `aws configure` or `aws sso login`, or set AWS_PROFILE."
        ) from error
    except ClientError as error:
        raise LabError(f"AWS refused the credentials: {error.response['Error'].get('Message')}") from error
    except (BotoCoreError, ValueError) as error:
        raise LabError(f"aws mode cannot reach AWS: {error}") from error
    _check_bucket(clients, bucket)
    return clients, bucket


def _check_bucket(clients: Clients, bucket: str) -> None:
    """Refuse a bucket that is missing, forbidden, or in another region (which would cost transfer)."""
    try:
        answer = clients.s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        reasons = {
            "404": "does not exist; create it, or correct the name",
            "403": "is not yours to read: check its name and your permissions",
            "301": f"is in another region than {clients.region}; set AWS_DEFAULT_REGION to the bucket's",
        }
        code = str(error.response["Error"].get("Code"))
        reason = reasons.get(code, f"cannot be reached: {error.response['Error'].get('Message')}")
        raise LabError(f"{BUCKET_VARIABLE} = {bucket!r}: the bucket {reason}.") from error
    except BotoCoreError as error:  # for example a name that no bucket can have
        raise LabError(f"{BUCKET_VARIABLE} = {bucket!r}: {error}") from error
    region = answer.get("BucketRegion")
    if region and region != clients.region:
        raise LabError(
            f"{BUCKET_VARIABLE} = {bucket!r}: the bucket is in {region}, your session in {clients.region};"
            f" set AWS_DEFAULT_REGION={region}."
        )


@contextmanager
def one_line_errors(region: str):
    """Turn what boto3 raises inside the block into one LabError."""
    try:
        yield
    except ClientError as error:
        detail = error.response["Error"]
        raise LabError(
            f"{error.operation_name} was refused: {detail.get('Code')}: {detail.get('Message')}"
        ) from error
    except BotoCoreError as error:
        raise LabError(f"AWS in {region} cannot be reached: {error}") from error


def _ensure_local_bucket(clients: Clients) -> None:
    try:
        clients.s3.head_bucket(Bucket=LOCAL_BUCKET)
    except ClientError as error:
        if error.response["Error"].get("Code") != "404":
            raise
        where = {} if clients.region == "us-east-1" else {"LocationConstraint": clients.region}
        clients.s3.create_bucket(Bucket=LOCAL_BUCKET, **({"CreateBucketConfiguration": where} if where else {}))
