"""The operations of Glue that moto lacks or answers otherwise than the service: each asks moto for what it knows.

What Trino's connectors need beside that: partitions in segments (it reads five at once and would see each partition
five times) and column statistics.
"""

import zlib

from . import search
from .backend import OK, Refused, not_found
from .statistics import ColumnStatistics


class Operations:
    """Operation name → a function of (ask, request) → answer; `ask(operation, request)` is moto's answer."""

    def __init__(self, backend):
        self._backend = backend
        self._with_default = set()
        statistics = ColumnStatistics()
        self._known = {
            "GetDatabases": _sorted("DatabaseList"),
            "GetTables": _sorted("TableList"),
            "GetPartitions": _segment,
            "GetUserDefinedFunctions": _no_functions,
            "GetUserDefinedFunction": _no_function,
            "SearchTables": search.search,
            **statistics.operations(),
        }

    def offers(self, operation, request):
        """Whether the operation is answered here; moto answers partitions that are not wanted in segments."""
        return operation in self._known and (operation != "GetPartitions" or request.get("Segment") is not None)

    def answer(self, operation, request, environ):
        """(HTTP status, answer) of an operation that is offered."""

        def ask(name, parameters):
            status, found = self._backend.ask(environ, name, parameters)
            if status != OK:
                raise Refused(status, found)
            return found

        try:
            return OK, self._known[operation](ask, request)
        except Refused as refused:
            return refused.status, refused.answer

    def make_default(self, environ):
        """Every account that uses Athena has a database `default`: it is made before a client's first request."""
        scope = _scope(environ)
        if scope in self._with_default:
            return
        self._with_default.add(scope)
        description = {"Name": "default", "Description": "Default Hive database"}
        self._backend.ask(environ, "CreateDatabase", {"DatabaseInput": description})


def _scope(environ):
    """Access key and region of a signed request."""
    credential = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split("/")
    return (credential[0], credential[2]) if len(credential) > 2 else ()


def _sorted(member):
    """Glue lists by name; moto in the order of creation."""

    def listed(ask, request, operation={"DatabaseList": "GetDatabases", "TableList": "GetTables"}[member]):
        answer = ask(operation, request)
        answer[member].sort(key=lambda item: item["Name"])
        return answer

    return listed


def _segment(ask, request):
    """The partitions of one of TotalSegments parts that do not overlap and together are all."""
    segment = request["Segment"]
    found = ask("GetPartitions", {name: value for name, value in request.items() if name != "Segment"})
    found["Partitions"] = [
        p for p in found["Partitions"] if _place(p["Values"]) % segment["TotalSegments"] == segment["SegmentNumber"]
    ]
    return found


def _place(values):
    return zlib.crc32("\0".join(values).encode("utf-8", "surrogatepass"))


def _no_functions(ask, request):
    """There are none: CreateUserDefinedFunction is not offered."""
    if "DatabaseName" in request:
        ask("GetDatabase", {"Name": request["DatabaseName"]})
    return {"UserDefinedFunctions": []}


def _no_function(ask, request):
    ask("GetDatabase", {"Name": request["DatabaseName"]})
    raise not_found(f"Function {request['FunctionName']} not found.")
