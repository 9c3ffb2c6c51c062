"""Queries without tables through the whole translation, in the test's own process."""

import duckdb

from helpers.local.athena import errors, text
from helpers.local.athena.duck import Duck
from helpers.local.athena.queries import constant_of
from helpers.local.athena.sql import statements
from helpers.local.athena.tables import Tables
from helpers.local.athena.translate.planner import Planner


def runner(folder):
    """→ run(sql) → ([types], [[texts]]), which raises AthenaError."""
    duck = Duck(folder)

    def run(sql):
        query = statements.parse(sql).query
        plan = Planner(Tables(None, "awsdatacatalog", "default"), (), constant_of(duck)).plan(query)
        connection = duck.connect()
        try:
            rows = connection.execute(plan.sql()).fetchall()
        except duckdb.Error as exc:
            raise errors.from_duckdb(exc) from None
        finally:
            connection.close()
        kinds = [kind for _, kind in plan.columns]
        writers = [text.writer(kind) for kind in kinds]
        return [k.display for k in kinds], [[w(v) for w, v in zip(writers, r, strict=True)] for r in rows]

    return run
