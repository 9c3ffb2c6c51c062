"""Named queries: SQL kept under an id, for people and tools to start from."""

import threading
import uuid

from ..errors import RequestError
from . import paging
from .workgroups import PRIMARY


class NamedQueries:
    def __init__(self, workgroups):
        self._lock = threading.Lock()
        self._workgroups = workgroups
        self._queries = {}  # id → what GetNamedQuery answers, in order of creation
        self._tokens = {}  # ClientRequestToken → (request, id)
        workgroups.on_delete(self._forget)

    def _forget(self, workgroup, only_check):
        with self._lock:
            doomed = [key for key, query in self._queries.items() if query["WorkGroup"] == workgroup]
            if not only_check:
                for key in doomed:
                    del self._queries[key]
        return bool(doomed)

    def _get(self, key):
        if key not in self._queries:
            raise RequestError(f"NamedQuery {key} was not found")
        return self._queries[key]

    # The operations

    def create_named_query(self, request):
        group = self._workgroups.get(request.get("WorkGroup", PRIMARY))
        token = request.pop("ClientRequestToken", None)
        with self._lock:
            if token in self._tokens:
                before, key = self._tokens[token]
                if before != request:
                    raise RequestError("Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH")
                return {"NamedQueryId": key}
            key = str(uuid.uuid4())
            self._queries[key] = {**request, "NamedQueryId": key, "WorkGroup": group.name}
            if token is not None:
                self._tokens[token] = (dict(request), key)
        return {"NamedQueryId": key}

    def get_named_query(self, request):
        return {"NamedQuery": self._get(request["NamedQueryId"])}

    def batch_get_named_query(self, request):
        found, missing = [], []
        for key in request["NamedQueryIds"]:
            if key in self._queries:
                found.append(self._queries[key])
            else:
                missing.append(
                    {
                        "NamedQueryId": key,
                        "ErrorCode": "INVALID_INPUT",
                        "ErrorMessage": f"NamedQuery {key} was not found",
                    }
                )
        return {"NamedQueries": found, "UnprocessedNamedQueryIds": missing}

    def list_named_queries(self, request):
        group = self._workgroups.get(request.get("WorkGroup", PRIMARY)).name
        keys = [key for key, query in self._queries.items() if query["WorkGroup"] == group]
        return paging.page("NamedQueryIds", f"named/{group}", keys[::-1], request)

    def update_named_query(self, request):
        with self._lock:
            query = self._get(request["NamedQueryId"])
            changes = {key: request[key] for key in ("Name", "Description", "QueryString") if key in request}
            self._queries[request["NamedQueryId"]] = {**query, **changes}
        return {}

    def delete_named_query(self, request):
        with self._lock:
            self._get(request["NamedQueryId"])
            del self._queries[request["NamedQueryId"]]
        return {}
