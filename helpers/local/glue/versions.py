"""What UpdateTable does with versions beside writing one; moto takes both parameters and looks at neither.

VersionId is Glue's optimistic lock: an update of a version that is no longer the table's is refused. Iceberg's
commits stand on it: of two writers who read the same version, the slower one must learn that it was slower.
SkipArchive: the version that is replaced is not kept.
"""

import io
import json
import threading

from .. import responses

OPERATION = "UpdateTable"


class VersionedTables:
    """WSGI in front of moto's Glue: looks at the version, then lets moto update, one table after the other."""

    def __init__(self, moto, backend):
        self._moto, self._backend, self._lock = moto, backend, threading.Lock()

    def __call__(self, environ, start_response):
        """Answer an UpdateTable request; one that comes too late is refused."""
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        request = json.loads(body)
        table = {"DatabaseName": request["DatabaseName"], "Name": request["TableInput"]["Name"]}
        with self._lock:
            current = self._version(environ, table)
            if None not in (request.get("VersionId"), current) and request["VersionId"] != current:
                message = "Update table failed due to concurrent modifications."
                return responses.refusal(start_response, "ConcurrentModificationException", message)
            answer = list(self._moto(dict(environ), start_response))
            if request.get("SkipArchive") and current not in (None, self._version(environ, table)):
                old = {"DatabaseName": table["DatabaseName"], "TableName": table["Name"], "VersionId": current}
                self._backend.ask(environ, "DeleteTableVersion", old)
            return answer

    def _version(self, environ, request):
        """The table's version now, None where there is no such table."""
        _, answer = self._backend.ask(environ, "GetTable", request)
        return answer.get("Table", {}).get("VersionId")
