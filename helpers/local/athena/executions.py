"""The life of a query: queued, running, and then succeeded, failed or cancelled."""

import queue
import sys
import threading
import time
import traceback
import uuid
from dataclasses import dataclass, field

import duckdb
from botocore.exceptions import BotoCoreError, ClientError

from . import engine, parquet_scan, result_settings, reuse
from .errors import NO_SPACE, UNEXPLAINED, AthenaError, Cancelled, RequestError, exhausted, from_duckdb, no_space
from .memory_guard import MemoryGuard, half_of_the_memory
from .outcome import Context, Outcome
from .results import CTAS, Results, ResultWriter, manifest_location, output_location
from .sql import statements

RUNNING_AT_ONCE = 8  # queries; more wait in state QUEUED
QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED = "QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"
ENDED = (SUCCEEDED, FAILED, CANCELLED)
TOKEN_BYTES = 128
INTERRUPT_AGAIN = 0.5  # seconds between two interrupts of a query that has not stopped yet
DEFAULT_CATALOG = "awsdatacatalog"


@dataclass
class Execution:
    """One query. Times are seconds since 1970; a time that has not come yet is None.

    `location`: where its result goes; of managed results, which go nowhere, the name alone.
    """

    id: str
    query: str
    statement: object
    workgroup: str
    location: str
    context: Context
    catalog: str | None = None
    database: str | None = None
    reuse_configuration: dict | None = None
    state: str = QUEUED
    reason: str | None = None
    error: AthenaError | None = None
    submitted: float = field(default_factory=time.time)
    started: float | None = None
    ended: float | None = None
    scanned_bytes: int = 0
    results: Results | None = None
    reused: bool = False
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def managed(self):
        """Whether the service keeps its result, and S3 does not."""
        return self.context.settings.directory is None

    def wait(self, seconds):
        """Wait until it has ended, for some seconds at most."""
        if self.state not in ENDED:
            self.done.wait(seconds)


class Executions:
    """Starts, keeps and stops executions."""

    def __init__(self, services, workgroups, folder):
        """`folder`: a pathlib.Path below which large results are kept."""
        self._services, self._workgroups = services, workgroups
        self._writer = ResultWriter(services.s3, folder)
        self._lock = threading.Lock()
        self._executions = {}  # by id, in order of submission
        self._tokens = {}  # ClientRequestToken → (what must be the same, id)
        self._reusable = reuse.ReusableResults()
        self._memory = MemoryGuard(half_of_the_memory())
        self._queue = queue.SimpleQueue()
        workgroups.on_delete(self._forget)
        for number in range(RUNNING_AT_ONCE):
            threading.Thread(target=self._work, name=f"query-{number}", daemon=True).start()

    def start(self, request):
        """Queue the query of a StartQueryExecution request → Execution. Raises RequestError.

        The order of the checks is the recorded one: token length, result location, syntax, token.
        """
        token = request.get("ClientRequestToken")
        if token is not None and len(token.encode()) > TOKEN_BYTES:
            raise RequestError(f"clientRequestToken exceeds maximum allowed length {TOKEN_BYTES}")
        group = self._workgroups.get(request.get("WorkGroup", "primary"))
        if group.state == "DISABLED":
            raise RequestError(f"WorkGroup {group.name} is disabled.")
        settings = result_settings.resolve(group, request)
        directory = settings.directory
        statement = _parse(request["QueryString"])
        context = request.get("QueryExecutionContext", {})
        catalog, database = context.get("Catalog"), context.get("Database")
        catalog = catalog.lower() if catalog is not None else None
        given_location = request.get("ResultConfiguration", {}).get("OutputLocation")
        same = (request["QueryString"], database, catalog, given_location)
        with self._lock:
            known = self._tokens.get(token) if token is not None else None
        if known:
            if known[0] != same:
                raise RequestError("Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH")
            return self._executions[known[1]]
        if directory is not None and not self._writer.bucket_exists(directory):
            raise RequestError(f"Unable to verify/create output bucket {directory.split('/')[2]}")
        execution_id = str(uuid.uuid4())
        run_context = Context(
            execution_id,
            self._services,
            catalog or DEFAULT_CATALOG,
            _unquoted(database),
            group.name,
            settings,
            request.get("ExecutionParameters"),
            group.enforced and group.output_location is not None,
            group.scan_cutoff,
        )
        _check(statement, run_context)
        execution = Execution(
            execution_id,
            statement.sql,
            statement,
            group.name,
            output_location(directory or "", execution_id, statement.substatement_type),
            run_context,
            catalog,
            getattr(statement, "context_database", None) or database,
            request.get("ResultReuseConfiguration"),
        )
        with self._lock:
            self._executions[execution_id] = execution
            if token is not None:
                self._tokens[token] = (same, execution_id)
        self._queue.put(execution)
        return execution

    def get(self, execution_id):
        """The execution of this id. Raises RequestError."""
        execution = self._executions.get(execution_id)
        if execution is None:
            raise RequestError(f"QueryExecution {execution_id} was not found", "QUERY_EXECUTION_NOT_FOUND")
        return execution

    def ids(self, workgroup):
        """The ids of a work group's executions, newest first."""
        with self._lock:
            return [e.id for e in reversed(self._executions.values()) if e.workgroup == workgroup]

    def stop(self, execution):
        """Cancel an execution; one that has ended, or is just committing, stays as it is."""
        if (
            execution.state not in ENDED
            and execution.context.may_be_cancelled()
            and self._end(execution, CANCELLED, reason="Query cancelled by user")
        ):
            threading.Thread(target=_interrupt, args=(execution,), daemon=True).start()

    def stop_all(self):
        for execution in list(self._executions.values()):
            if execution.state not in ENDED:
                execution.context.cancel()

    def _forget(self, workgroup, only_check):
        with self._lock:
            doomed = [e.id for e in self._executions.values() if e.workgroup == workgroup]
            if not only_check:
                for execution_id in doomed:
                    del self._executions[execution_id]
        return bool(doomed)

    # The threads that run queries

    def _work(self):
        while True:
            execution = self._queue.get()
            try:
                self._run(execution)
            except Exception:  # the next query must find its thread alive
                traceback.print_exc(file=sys.stderr)
            finally:
                execution.done.set()

    def _run(self, execution):
        with self._lock:
            if execution.state != QUEUED:
                return
            execution.state, execution.started = RUNNING, time.time()
        try:
            if not self._reuse(execution):
                with self._memory.watching(execution.context.exhaust):
                    outcome = engine.run(execution.statement, execution.context)
                    execution.context.check_cancelled()
                    execution.results = self._write(execution, outcome)
        except Exception as error:
            self._fail(execution, error)
        else:
            if self._end(execution, SUCCEEDED) and not execution.reused:
                self._reusable.add(execution)

    def _reuse(self, execution):
        """Answer with an earlier result where the request allows it and its file is still there."""
        if execution.managed:
            return False
        seconds = reuse.max_age(execution.reuse_configuration)
        earlier = self._reusable.find(execution, seconds) if seconds is not None else None
        if earlier is None or not self._writer.exists(earlier.location):
            return False
        execution.reused, execution.results = True, earlier.results
        execution.location = earlier.location
        return True

    def _write(self, execution, outcome: Outcome):
        settings = execution.context.settings
        return self._writer.write(execution.id, execution.statement, execution.location, outcome, settings)

    def _fail(self, execution, error):
        if execution.context.exhausted:
            error = exhausted()
        elif isinstance(error, Cancelled) or execution.context.cancelled.is_set():
            self._end(execution, CANCELLED, reason=getattr(error, "reason", "Query cancelled by user"))
            return
        error = _as_athena_error(error)
        if error.message.startswith(UNEXPLAINED):
            error = parquet_scan.damaged(execution.context.parquet_files, error.message) or error
        reason = _with_advice(self._services.objects.named(str(error)), execution)
        if reason.startswith("FAILED: ") and execution.location.endswith(".txt") and not execution.managed:
            try:
                self._writer.write_failure(execution.location, reason, execution.context.settings)
            except (ClientError, BotoCoreError):
                traceback.print_exc(file=sys.stderr)
        self._end(execution, FAILED, reason=reason, error=error)

    def _end(self, execution, state, reason=None, error=None):
        """Enter a final state once; whether this call did it."""
        with self._lock:
            if execution.state in ENDED:
                return False
            execution.scanned_bytes = execution.context.scanned_bytes
            execution.reason, execution.error, execution.ended = reason, error, time.time()
            execution.state = state
            return True


def _unquoted(database):
    """awswrangler sends the database of its DDL in Hive's quotes, which Athena takes off."""
    quoted = database is not None and len(database) > 2 and database[0] == database[-1] == "`"
    return database[1:-1] if quoted else database


def _parse(sql):
    try:
        return statements.parse(sql)
    except RecursionError:
        raise _too_large() from None


def _check(statement, context):
    try:
        engine.check(statement, context)
    except RecursionError:
        raise _too_large() from None


def _too_large():
    return RequestError("line 1:1: statement is too large (stack overflow while parsing)", "MALFORMED_QUERY")


def _interrupt(execution):
    """Interrupt until the query has stopped: an interrupt between two of its statements is lost."""
    while True:
        execution.context.cancel()
        if execution.done.wait(INTERRUPT_AGAIN):
            return


def _as_athena_error(error):
    """Whatever went wrong in the engine, as the one line that Athena would say or ours must say."""
    if isinstance(error, AthenaError):
        return error
    if isinstance(error, RequestError):
        return AthenaError(error.code if error.code != "INVALID_INPUT" else None, error.message)
    if isinstance(error, duckdb.Error):
        return from_duckdb(error)
    if isinstance(error, OSError) and error.errno in NO_SPACE:
        return no_space()
    traceback.print_exception(error, file=sys.stderr)
    if isinstance(error, MemoryError):
        return exhausted()
    if isinstance(error, RecursionError):
        return AthenaError("STACK_OVERFLOW", "statement is too large (stack overflow during analysis)")
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return AthenaError("GENERIC_INTERNAL_ERROR", text)


def _with_advice(reason, execution):
    """The sentence that Athena adds when a statement that writes has failed."""
    kind = execution.statement.substatement_type
    if execution.managed:
        return reason
    if kind == CTAS:
        advice = (
            f"You may need to manually clean the data at location '{execution.location}' before retrying. "
            "Athena will not delete data in your account."
        )
    elif kind in ("INSERT", "UNLOAD"):
        manifest = manifest_location(execution.location, execution.id)
        advice = (
            f"If a data manifest file was generated at '{manifest}', you may need to manually clean the data "
            "from locations specified in the manifest. Athena will not delete data in your account."
        )
    else:
        return reason
    return f"{reason.removesuffix('.')}. {advice}"
