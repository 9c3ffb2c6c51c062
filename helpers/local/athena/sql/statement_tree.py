"""Statements about data: queries, the statements that write their results, and prepared statements."""

from dataclasses import dataclass, field
from typing import ClassVar

from .tree import Assignment, Node, Query, TableName


@dataclass
class Statement:
    """A parsed statement; `sql` is its text without the final semicolon."""

    statement_type: ClassVar[str] = "DML"
    substatement_type: ClassVar[str] = ""
    sql: str = field(default="", kw_only=True)
    parameters: int = field(default=0, kw_only=True)


@dataclass
class SelectStatement(Statement):
    substatement_type: ClassVar[str] = "SELECT"
    query: Query


@dataclass
class UsingFunctions(Statement):
    """USING EXTERNAL FUNCTION … SELECT: a query that calls functions in AWS Lambda or Amazon SageMaker."""

    substatement_type: ClassVar[str] = "SELECT"
    names: list[str]
    query: Query


@dataclass
class Explain(Statement):
    """`options`: TYPE and FORMAT in capitals."""

    substatement_type: ClassVar[str] = "EXPLAIN"
    statement: Statement
    analyze: bool
    options: dict[str, str]


@dataclass
class CreateTableAs(Statement):
    statement_type: ClassVar[str] = "DDL"
    substatement_type: ClassVar[str] = "CREATE_TABLE_AS_SELECT"
    name: TableName
    properties: dict[str, Node]
    query: Query
    with_data: bool = True
    if_not_exists: bool = False
    aliases: list[str] | None = None


@dataclass
class InsertInto(Statement):
    substatement_type: ClassVar[str] = "INSERT"
    name: TableName
    columns: list[str] | None
    query: Query


@dataclass
class Unload(Statement):
    substatement_type: ClassVar[str] = "UNLOAD"
    query: Query
    to: str
    properties: dict[str, Node]


@dataclass
class Update(Statement):
    substatement_type: ClassVar[str] = "UPDATE"
    name: TableName
    assignments: list[Assignment]
    where: Node | None


@dataclass
class Delete(Statement):
    substatement_type: ClassVar[str] = "DELETE"
    name: TableName
    where: Node | None


@dataclass
class MergeCase(Node):
    """WHEN [NOT] MATCHED [AND condition] THEN … `action`: update, delete or insert.

    `assignments`: of an update; `columns` and `values`: of an insert, no columns meaning all of them.
    """

    matched: bool
    action: str
    condition: Node | None = None
    assignments: list[Assignment] = field(default_factory=list)
    columns: list[str] | None = None
    values: list[Node] = field(default_factory=list)


@dataclass
class Merge(Statement):
    """`source`: a relation; `on`: when its row matches one of the table, which may have an `alias`."""

    substatement_type: ClassVar[str] = "MERGE"
    name: TableName
    alias: str | None = None
    source: Node | None = None
    on: Node | None = None
    cases: list[MergeCase] = field(default_factory=list)


@dataclass
class Optimize(Statement):
    """OPTIMIZE t REWRITE DATA USING BIN_PACK. Athena counts it among the CTAS."""

    statement_type: ClassVar[str] = "DDL"
    substatement_type: ClassVar[str] = "CREATE_TABLE_AS_SELECT"
    name: TableName
    where: Node | None


@dataclass
class Vacuum(Statement):
    substatement_type: ClassVar[str] = "VACUUM_TABLE"
    name: TableName


@dataclass
class Prepare(Statement):
    statement_type: ClassVar[str] = "UTILITY"
    substatement_type: ClassVar[str] = "PREPARE"
    name: str
    text: str


@dataclass
class Execute(Statement):
    substatement_type: ClassVar[str] = "EXECUTE"
    name: str
    arguments: list[str]


@dataclass
class Deallocate(Statement):
    statement_type: ClassVar[str] = "UTILITY"
    substatement_type: ClassVar[str] = "DEALLOCATE"
    name: str


@dataclass
class ShowFunctions(Statement):
    statement_type: ClassVar[str] = "UTILITY"
    substatement_type: ClassVar[str] = "SHOW_FUNCTIONS"
    like: str | None
    escape: str | None
