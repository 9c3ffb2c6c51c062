"""Expressions of constants and partition values, computed exactly, by DuckDB in memory."""

from __future__ import annotations

import duckdb
import pyarrow as pa
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types

from helpers.forecast.statement import DIALECT


class Unknown(Exception):
    """DuckDB cannot say what Athena would make of the expression."""


class Evaluator:
    """One in-memory DuckDB, which reads no file and knows no table but the values it is given."""

    def __init__(self):
        self._connection = duckdb.connect(config={"enable_external_access": "false"})
        self._connection.execute("SET integer_division = true")
        self._connection.execute("SET TimeZone = 'UTC'")

    def close(self) -> None:
        self._connection.close()

    def constant(self, expression: exp.Expression) -> object:
        """The Python value of an expression without columns. Raises Unknown."""
        return self._run(f"SELECT {self._sql(expression, {})}")[0][0]

    def filter(self, condition: exp.Expression, types: dict[str, exp.DataType], rows: list[tuple]) -> list[bool]:
        """For each row of texts (None is NULL) in the order of `types`: whether the condition is true."""
        sql = self._sql(condition, types)
        columns = {name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(types)}
        self._connection.register("partition_values", pa.table(columns))
        try:
            found = self._run(f"SELECT coalesce({sql}, false) FROM partition_values")
        finally:
            self._connection.unregister("partition_values")
        return [bool(row[0]) for row in found]

    def _run(self, sql: str) -> list[tuple]:
        try:
            return self._connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise Unknown(str(error).splitlines()[0]) from error

    def _sql(self, expression: exp.Expression, types: dict[str, exp.DataType]) -> str:
        """The expression for DuckDB, with every column cast from its text to its type."""

        def typed(node):
            if isinstance(node, exp.Column):
                return exp.cast(exp.column(exp.to_identifier(node.name, quoted=True)), types[node.name].copy())
            return node

        try:
            copy = exp.paren(expression.copy()).transform(_as_printf).transform(typed)
            return annotate_types(copy, dialect=DIALECT).sql("duckdb")
        except (SqlglotError, KeyError) as error:
            raise Unknown(str(error)) from error


def _as_printf(node: exp.Expression) -> exp.Expression:
    """Trino's format() follows C's printf; DuckDB's function of that name is another one."""
    if isinstance(node, exp.Format):
        return exp.Anonymous(this="printf", expressions=[node.this, *node.expressions])
    return node
