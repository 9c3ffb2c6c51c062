"""The Athena service as one object: operations by name, each answered with an HTTP status and a body."""

import re
import sys
import traceback
from pathlib import Path

import boto3
from botocore.config import Config

from .api import validation
from .api.capacity import CapacityReservations
from .api.catalogs import Catalogs
from .api.named_queries import NamedQueries
from .api.prepared import PreparedStatements
from .api.queries import Queries
from .api.tags import Tags
from .api.workgroups import WorkGroups
from .catalog import Catalog
from .duck import Duck
from .errors import RequestError
from .executions import Executions
from .objects import ObjectCache, disk_limit
from .outcome import Services

# A defect of ours is answered with 400 too: clients repeat what fails with 500, which would hide it.
OK, REFUSED = "200 OK", "400 Bad Request"
# One connection for each thread that may ask S3 at the same time; a read may wait for a large object.
_CLIENT = Config(
    region_name="us-east-1",
    retries={"total_max_attempts": 1},
    connect_timeout=10,
    read_timeout=300,
    max_pool_connections=64,
    s3={"addressing_style": "path"},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    proxies={},
)


def client(service, endpoint_url):
    """A boto3 client at an endpoint, whatever the environment says of AWS."""
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    return session.client(service, endpoint_url=endpoint_url, config=_CLIENT)


class Athena:
    """Athena over the S3 and Glue at `endpoint_url`, with its files below `folder`."""

    def __init__(self, endpoint_url, folder):
        folder = Path(folder)
        tags = Tags()
        workgroups = WorkGroups(tags)
        s3, glue = client("s3", endpoint_url), client("glue", endpoint_url)
        self._prepared = PreparedStatements(workgroups)
        self._services = Services(
            s3=s3,
            glue=glue,
            catalog=Catalog(glue, s3),
            objects=ObjectCache(s3, folder / "objects", disk_limit(folder)),
            duck=Duck(folder),
            prepared=self._prepared,
        )
        self._executions = Executions(self._services, workgroups, folder / "results")
        keepers = [
            Queries(self._executions, workgroups),
            workgroups,
            NamedQueries(workgroups),
            self._prepared,
            Catalogs(glue, tags, workgroups),
            CapacityReservations(workgroups, tags),
            tags,
        ]
        self._operations = {
            name: operation
            for name in validation.operations()
            for keeper in keepers
            if (operation := getattr(keeper, _snake(name), None))
        }

    def answer(self, operation, body):
        """The operation's HTTP status and its answer as a dict; every failure is one line."""
        try:
            return OK, self._perform(operation, body)
        except RequestError as error:
            return REFUSED, _refusal(error)
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            message = " ".join(f"{type(error).__name__}: {error}".split())
            return REFUSED, {"__type": "InternalServerException", "Message": message}

    def _perform(self, operation, body):
        if operation not in validation.operations():
            raise RequestError(None, code=None, exception="UnknownOperationException")
        request = validation.parse(operation, body)
        if operation not in self._operations:
            raise RequestError(f"NOT_SUPPORTED: this endpoint does not offer {operation}")
        return self._operations[operation](request)

    def catalog_changed(self, database=None, table=None):
        """Somebody has changed a table of the Glue catalog past us, a database, or who knows what."""
        self._services.catalog.changed(database, table)

    def stop(self):
        self._executions.stop_all()


def _refusal(error):
    answer = {"__type": error.exception}
    if error.code is not None:
        answer |= {"AthenaErrorCode": error.code, "ErrorCode": error.code}
    if error.message is not None:
        answer["Message"] = error.message
    return answer


def _snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
