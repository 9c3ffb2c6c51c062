"""INSERT INTO an Iceberg table."""

from ..writers.ctas import outcome
from . import commits, data_files


def insert(table, con, sql, sources, context):
    """Store the rows of `sql` and commit them → Outcome. `sources`: see `data_files.write`."""
    written, files = data_files.write(table, con, sql, sources, context)
    with commits.removed_unless_committed(written.files, context.services.s3):
        context.point_of_no_return()
        if files:
            commits.append(table, files, context.services.catalog)
    return outcome(written, "INSERT")
