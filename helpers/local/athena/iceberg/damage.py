"""Damaged metadata and manifests: whatever pyiceberg raises over them is one error."""

import functools
import struct
import zlib

from fastavro.schema import SchemaParseException, UnknownType
from pyiceberg.exceptions import ValidationError

from ..errors import AthenaError

DAMAGE = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, EOFError,
          SystemError, FileNotFoundError, struct.error, zlib.error, ValidationError, SchemaParseException,
          UnknownType)  # fmt: skip


def reads_metadata(function):
    """For a function of a pyiceberg Table, or of a catalog table that holds one: it reads manifests."""

    @functools.wraps(function)
    def guarded(table, *arguments, **options):
        try:
            return function(table, *arguments, **options)
        except DAMAGE as failure:
            raise invalid(".".join(getattr(table, "iceberg", table).name()), failure) from failure

    return guarded


def invalid(where, failure):
    """The error for a table whose metadata cannot be read. `where`: its database and name."""
    kind = "is missing" if isinstance(failure, FileNotFoundError) else "is damaged"
    return AthenaError("ICEBERG_INVALID_METADATA", f"A metadata file of table {where} {kind}")
