"""What Athena adds to the error of a statement that writes: where half-written data may lie (recorded answers)."""

from contextlib import contextmanager

import duckdb

from ..errors import AthenaError, from_duckdb
from ..tables import CATALOG

NEVER_DELETED = "Athena will not delete data in your account."


def output_prefix(context):
    """Where the query's results go, with its slash."""
    return context.output_location.rstrip("/") + "/"


def manifest_uri(context):
    return f"{output_prefix(context)}{context.execution_id}-manifest.csv"


def default_location(context):
    """Where CREATE TABLE AS writes when it is not told."""
    return f"{output_prefix(context)}tables/{context.execution_id}"


@contextmanager
def after_create(context):
    """Errors inside are those of CREATE TABLE AS."""
    with _adding(
        f"You may need to manually clean the data at location '{default_location(context)}' before retrying. "
        f"{NEVER_DELETED}"
    ):
        yield


@contextmanager
def after_insert(context):
    """Errors inside are those of INSERT INTO and UNLOAD."""
    with _adding(
        f"If a data manifest file was generated at '{manifest_uri(context)}', you may need to manually clean the "
        f"data from locations specified in the manifest. {NEVER_DELETED}"
    ):
        yield


@contextmanager
def _adding(advice):
    try:
        yield
    except AthenaError as failure:
        raise _with_advice(failure, advice) from failure
    except duckdb.Error as failure:
        raise _with_advice(from_duckdb(failure), advice) from failure


def _with_advice(failure, advice):
    separator = " " if failure.message.endswith(".") else ". "
    return AthenaError(
        failure.code,
        failure.message + separator + advice,
        failure.line,
        failure.column,
        failure.category,
        failure.error_type,
    )


def require_catalog(context):
    """Writing needs the session's catalog to exist."""
    if (context.catalog or CATALOG).lower() != CATALOG:
        raise AthenaError("NOT_FOUND", f"Session property catalog does not exist: {context.catalog.lower()}")
