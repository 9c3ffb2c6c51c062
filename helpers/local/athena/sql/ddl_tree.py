"""What a Hive DDL, SHOW, DESCRIBE or MSCK statement says, one dataclass per kind.

Names are lower-case, as the Glue catalog keeps them. `database` is None where the statement names none.
`statement_type` and `substatement_type` are those of GetQueryExecution.
"""

from dataclasses import dataclass, field
from typing import ClassVar

DDL, UTILITY = "DDL", "UTILITY"


@dataclass(frozen=True)
class TableName:
    """A table or view: `parts` lower-case, last the table; `written` the same as spelt in the statement.

    `starts`: where each part begins in the SQL; `end`: where the name ends.
    """

    parts: tuple[str, ...]
    written: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    end: int = 0

    @property
    def table(self):
        return self.parts[-1]

    @property
    def database(self):
        return self.parts[-2] if len(self.parts) > 1 else None

    @property
    def catalog(self):
        return self.parts[0] if len(self.parts) > 2 else None


@dataclass(frozen=True)
class ColumnDef:
    """A column of a CREATE or ALTER; `type` is Hive's text."""

    name: str
    type: str
    comment: str | None = None


@dataclass(frozen=True)
class PartitionSpec:
    """PARTITION (k = v, …): (column, operator, text or None) each, and its LOCATION."""

    terms: tuple[tuple[str, str, str | None], ...]
    location: str | None = None

    @property
    def values(self):
        return {column: value for column, _, value in self.terms}


@dataclass(kw_only=True)
class Statement:
    """`complaint`: what Hive's own parser says about a text that Athena's grammar lets pass, or None.

    `context_database`: the database that GetQueryExecution shows as the context, where the statement names one
    that Athena moves there; None where it leaves the request's.
    """

    statement_type: ClassVar[str] = DDL
    substatement_type: ClassVar[str] = ""
    sql: str = ""
    complaint: str | None = None
    context_database: str | None = None


@dataclass(kw_only=True)
class CreateDatabase(Statement):
    substatement_type: ClassVar[str] = "CREATE_DATABASE"
    database: str
    if_not_exists: bool = False
    comment: str | None = None
    location: str | None = None
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class DropDatabase(Statement):
    substatement_type: ClassVar[str] = "DROP_DATABASE"
    database: str
    if_exists: bool = False
    cascade: bool = False


@dataclass(kw_only=True)
class AlterDatabase(Statement):
    substatement_type: ClassVar[str] = "ALTER_DATABASE_PROPERTIES"
    database: str
    properties: dict[str, str]


@dataclass(kw_only=True)
class CreateTable(Statement):
    """`row_format`: None, ('serde', class) or ('delimited', properties); `stored_as`: a format's name or the
    (input, output) format classes; `transforms`: Iceberg's partitioning as (transform, number or None, column)."""

    substatement_type: ClassVar[str] = "CREATE_TABLE"
    name: TableName
    external: bool = False
    if_not_exists: bool = False
    columns: list[ColumnDef] = field(default_factory=list)
    comment: str | None = None
    partitioned_by: list[ColumnDef] = field(default_factory=list)
    transforms: list[tuple[str, int | None, str]] = field(default_factory=list)
    clustered_by: list[str] = field(default_factory=list)
    sorted_by: list[tuple[str, int]] = field(default_factory=list)
    buckets: int = 0
    row_format: tuple | None = None
    serde_properties: dict[str, str] = field(default_factory=dict)
    stored_as: str | tuple[str, str] | None = None
    location: str | None = None
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def is_iceberg(self):
        return self.properties.get("table_type", "").upper() == "ICEBERG"


@dataclass(kw_only=True)
class TableStatement(Statement):
    """A statement about one table."""

    name: TableName


@dataclass(kw_only=True)
class DropTable(TableStatement):
    substatement_type: ClassVar[str] = "DROP_TABLE"
    if_exists: bool = False


@dataclass(kw_only=True)
class DropView(TableStatement):
    substatement_type: ClassVar[str] = "DROP_VIEW"
    if_exists: bool = False


@dataclass(kw_only=True)
class CreateView(TableStatement):
    """`query` is the text after AS, with everything before it blanked so that positions stay right."""

    substatement_type: ClassVar[str] = "CREATE_VIEW"
    query: str
    replace: bool = False
    comment: str | None = None


@dataclass(kw_only=True)
class AddPartitions(TableStatement):
    substatement_type: ClassVar[str] = "ALTER_TABLE_ADD_PARTITION"
    partitions: list[PartitionSpec]
    if_not_exists: bool = False


@dataclass(kw_only=True)
class DropPartitions(TableStatement):
    substatement_type: ClassVar[str] = "ALTER_TABLE_DROP_PARTITION"
    partitions: list[PartitionSpec]
    if_exists: bool = False


@dataclass(kw_only=True)
class RenamePartition(TableStatement):
    substatement_type: ClassVar[str] = "ALTER_TABLE_RENAME_PARTITION"
    source: PartitionSpec
    target: PartitionSpec


@dataclass(kw_only=True)
class AddColumns(TableStatement):
    substatement_type: ClassVar[str] = "ALTER_TABLE_ADD_COLUMN"
    columns: list[ColumnDef]
    partition: PartitionSpec | None = None


@dataclass(kw_only=True)
class ReplaceColumns(TableStatement):
    substatement_type: ClassVar[str] = "ALTER_TABLE_REPLACE_COLUMN"
    columns: list[ColumnDef]


@dataclass(kw_only=True)
class ChangeColumn(TableStatement):
    """`after`: the column that it moves behind, '' for FIRST, None to stay."""

    substatement_type: ClassVar[str] = "ALTER_TABLE_CHANGE_COLUMN"
    old: str
    new: ColumnDef
    after: str | None = None


@dataclass(kw_only=True)
class DropColumn(TableStatement):
    """Iceberg only: Hive's parser refuses it."""

    substatement_type: ClassVar[str] = "ALTER_TABLE_DROP_COLUMN"
    column: str


@dataclass(kw_only=True)
class SetLocation(TableStatement):
    substatement_type: ClassVar[str] = "ALTER_TABLE_SET_LOCATION"
    location: str
    partition: PartitionSpec | None = None


@dataclass(kw_only=True)
class SetProperties(TableStatement):
    substatement_type: ClassVar[str] = "ALTER_TABLE_PROPERTIES"
    properties: dict[str, str]


@dataclass(kw_only=True)
class UnsetProperties(TableStatement):
    """Iceberg only."""

    substatement_type: ClassVar[str] = "ALTER_TABLE_PROPERTIES"
    keys: list[str]


@dataclass(kw_only=True)
class RenameTable(TableStatement):
    substatement_type: ClassVar[str] = "ALTER_TABLE_RENAME"
    target: TableName


@dataclass(kw_only=True)
class RepairTable(TableStatement):
    substatement_type: ClassVar[str] = "MSCK_REPAIR"


@dataclass(kw_only=True)
class ShowDatabases(Statement):
    statement_type: ClassVar[str] = UTILITY
    substatement_type: ClassVar[str] = "SHOW_DATABASES"
    pattern: str | None = None


@dataclass(kw_only=True)
class ShowTables(Statement):
    """`name`: the database as written (catalog.database at most), or None."""

    statement_type: ClassVar[str] = UTILITY
    substatement_type: ClassVar[str] = "SHOW_TABLES"
    name: TableName | None = None
    pattern: str | None = None


@dataclass(kw_only=True)
class ShowViews(ShowTables):
    substatement_type: ClassVar[str] = "SHOW_VIEWS"


@dataclass(kw_only=True)
class ShowPartitions(TableStatement):
    statement_type: ClassVar[str] = UTILITY
    substatement_type: ClassVar[str] = "SHOW_PARTITIONS"
    partition: PartitionSpec | None = None


@dataclass(kw_only=True)
class DescribingStatement(TableStatement):
    """DESCRIBE or SHOW COLUMNS. `of_view`: the name has turned out to be a view's, which Trino describes.

    `refusal`: the RequestError for a name in double quotes, which a view may have and a table may not.
    """

    of_view: bool = False
    refusal: Exception | None = None

    def describe_view(self):
        """Become DESC_VIEW: the same text, answered by Trino, which minds nothing that Hive does."""
        self.of_view, self.substatement_type, self.complaint = True, "DESC_VIEW", None


@dataclass(kw_only=True)
class ShowColumns(DescribingStatement):
    statement_type: ClassVar[str] = UTILITY
    substatement_type: ClassVar[str] = "SHOW_COLUMNS"


@dataclass(kw_only=True)
class ShowProperties(TableStatement):
    statement_type: ClassVar[str] = UTILITY
    substatement_type: ClassVar[str] = "SHOW_TABLE_PROPERTIES"
    key: str | None = None


@dataclass(kw_only=True)
class ShowCreateTable(TableStatement):
    statement_type: ClassVar[str] = UTILITY
    substatement_type: ClassVar[str] = "SHOW_CREATE_TABLE"


@dataclass(kw_only=True)
class ShowCreateView(TableStatement):
    statement_type: ClassVar[str] = UTILITY
    substatement_type: ClassVar[str] = "SHOW_CREATE_VIEW"


@dataclass(kw_only=True)
class DescribeTable(DescribingStatement):
    """`style`: '', 'FORMATTED' or 'EXTENDED'; `column`: a column, perhaps with nested fields."""

    statement_type: ClassVar[str] = UTILITY
    substatement_type: ClassVar[str] = "DESCRIBE_TABLE"
    style: str = ""
    partition: PartitionSpec | None = None
    column: tuple[str, ...] = ()
