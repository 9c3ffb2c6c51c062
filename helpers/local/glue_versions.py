"""Glue's optimistic lock: UpdateTable with a VersionId that is no longer the table's is refused.

moto takes the parameter and does not look at it. Iceberg's commits stand on it: of two writers who read the same
version of a table, the slower one must learn that it was slower.
"""

import io
import json
import threading

TARGET = "AWSGlue.UpdateTable"


class VersionedTables:
    """WSGI in front of moto's Glue: looks at the version, then lets moto update, one table after the other."""

    def __init__(self, moto, backend):
        self._moto, self._backend, self._lock = moto, backend, threading.Lock()

    def __call__(self, environ, start_response, refuse):
        """Answer an UpdateTable request; `refuse(code, message)` → the answer to one that comes too late."""
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        with self._lock:
            if self._outdated(environ, body):
                message = "Update table failed due to concurrent modifications."
                return refuse("ConcurrentModificationException", message)
            return list(self._moto(environ, start_response))

    def _outdated(self, environ, body):
        try:
            request = json.loads(body)
            known = request.get("VersionId")
            name = request["TableInput"]["Name"]
        except (ValueError, KeyError, TypeError, AttributeError):
            return False  # moto says what is wrong with it
        if known is None:
            return False
        current = self._version(environ, {"DatabaseName": request.get("DatabaseName"), "Name": name})
        return current is not None and current != known

    def _version(self, environ, request):
        """The table's version now, None where there is no such table."""
        _, answer = self._backend.ask(environ, "GetTable", request)
        return answer.get("Table", {}).get("VersionId")
