"""Prepared statements by work group and name: made by the API and by PREPARE, used by EXECUTE."""

import threading
import time

from ..errors import RequestError
from . import paging


class PreparedStatements:
    """`lookup`, `store` and `delete` serve the engine; the rest are the operations of the API."""

    def __init__(self, workgroups):
        self._lock = threading.Lock()
        self._workgroups = workgroups
        self._statements = {}  # (work group, name) → what GetPreparedStatement answers
        workgroups.on_delete(self._forget)

    def _forget(self, workgroup, only_check):
        with self._lock:
            doomed = [key for key in self._statements if key[0] == workgroup]
            if not only_check:
                for key in doomed:
                    del self._statements[key]
        return bool(doomed)

    def lookup(self, workgroup, name):
        """The SQL of a prepared statement, or None."""
        found = self._statements.get((workgroup, name))
        return found["QueryStatement"] if found else None

    def store(self, workgroup, name, sql, description=""):
        """Keep `sql` under `name`, replacing an earlier one."""
        with self._lock:
            self._statements[workgroup, name] = {
                "StatementName": name,
                "QueryStatement": sql,
                "WorkGroupName": workgroup,
                "Description": description,
                "LastModifiedTime": time.time(),
            }

    def delete(self, workgroup, name):
        """Forget a statement; False when there is none."""
        with self._lock:
            return self._statements.pop((workgroup, name), None) is not None

    # The operations

    def create_prepared_statement(self, request):
        group, name = self._workgroups.get(request["WorkGroup"]).name, request["StatementName"]
        if self.lookup(group, name) is not None:
            raise RequestError(f"Prepared Statement {name} already exists in WorkGroup {group}")
        self.store(group, name, request["QueryStatement"], request.get("Description", ""))
        return {}

    def get_prepared_statement(self, request):
        group, name = request["WorkGroup"], request["StatementName"]
        self._workgroups.get(group)
        found = self._statements.get((group, name))
        if found is None:
            raise _not_found(f"No Prepared Statement with statement name {name} exists in WorkGroup {group}")
        return {"PreparedStatement": found}

    def batch_get_prepared_statement(self, request):
        group = self._workgroups.get(request["WorkGroup"]).name
        found, missing = [], []
        for name in request["PreparedStatementNames"]:
            statement = self._statements.get((group, name))
            if statement:
                found.append(statement)
            else:
                message = f"PreparedStatement {name} was not found in WorkGroup {group}"
                missing.append({"StatementName": name, "ErrorCode": "STATEMENT_NOT_FOUND", "ErrorMessage": message})
        return {"PreparedStatements": found, "UnprocessedPreparedStatementNames": missing}

    def list_prepared_statements(self, request):
        group = self._workgroups.get(request["WorkGroup"]).name
        summaries = [
            {"StatementName": name, "LastModifiedTime": statement["LastModifiedTime"]}
            for (owner, name), statement in sorted(self._statements.copy().items())
            if owner == group
        ]
        return paging.page("PreparedStatements", f"prepared/{group}", summaries, request)

    def update_prepared_statement(self, request):
        group, name = request["WorkGroup"], request["StatementName"]
        self._workgroups.get(group)
        found = self._statements.get((group, name))
        if found is None:
            raise _not_found(f"PreparedStatement {name} was not found in WorkGroup {group}")
        self.store(group, name, request["QueryStatement"], request.get("Description", found["Description"]))
        return {}

    def delete_prepared_statement(self, request):
        group, name = request["WorkGroup"], request["StatementName"]
        self._workgroups.get(group)
        if not self.delete(group, name):
            raise _not_found(f"PreparedStatement {name} was not found in WorkGroup {group}")
        return {}


def _not_found(message):
    return RequestError(message, code=None, exception="ResourceNotFoundException")
