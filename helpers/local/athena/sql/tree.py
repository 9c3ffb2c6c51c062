"""The syntax tree of a query: what was written and where. Nothing here knows types or tables."""

from dataclasses import dataclass, field


@dataclass
class Node:
    """`line` and `column` are where Trino reports an error about this node."""

    line: int = field(default=1, kw_only=True)
    column: int = field(default=1, kw_only=True)


# ---- expressions


@dataclass
class Name(Node):
    """A column, or a field of one: `a`, `t.a`, `db.t.a.b`. Parts are as written; matching ignores case."""

    parts: tuple[str, ...]


@dataclass
class Literal(Node):
    """`kind`: integer, decimal, double, string, boolean, null or binary; `value` is its text or Python value."""

    kind: str
    value: object


@dataclass
class TypedLiteral(Node):
    """DATE '2020-01-01', DECIMAL '1.5', JSON '{}' …"""

    type: str
    text: str


@dataclass
class Interval(Node):
    text: str
    sign: int
    unit: str
    to: str | None


@dataclass
class Parameter(Node):
    index: int


@dataclass
class Unary(Node):
    op: str
    operand: Node


@dataclass
class Binary(Node):
    """Arithmetic, comparison and `||`; the position is that of the operator."""

    op: str
    left: Node
    right: Node


@dataclass
class Logical(Node):
    """AND or OR over two or more operands."""

    op: str
    operands: list[Node]


@dataclass
class Not(Node):
    operand: Node


@dataclass
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass
class InList(Node):
    value: Node
    items: list[Node]


@dataclass
class InSubquery(Node):
    value: Node
    query: "Query"


@dataclass
class Exists(Node):
    query: "Query"


@dataclass
class Quantified(Node):
    """`value op ALL|ANY (query)`"""

    op: str
    quantifier: str
    value: Node
    query: "Query"


@dataclass
class Like(Node):
    value: Node
    pattern: Node
    escape: Node | None


@dataclass
class IsNull(Node):
    value: Node


@dataclass
class IsDistinct(Node):
    left: Node
    right: Node


@dataclass
class Case(Node):
    operand: Node | None
    whens: list[tuple[Node, Node]]
    default: Node | None


@dataclass
class Cast(Node):
    value: Node
    type: str
    safe: bool


@dataclass
class Lambda(Node):
    parameters: list[str]
    body: Node


@dataclass
class SortItem(Node):
    value: Node
    descending: bool = False
    nulls: str = ""  # FIRST, LAST or unsaid


@dataclass
class Frame(Node):
    """`start` and `end`: (kind, expression or None), kind such as UNBOUNDED PRECEDING or FOLLOWING."""

    unit: str
    start: tuple[str, Node | None]
    end: tuple[str, Node | None] | None
    pattern: bool = False  # it searches for a pattern of rows


@dataclass
class Window(Node):
    """`name`: the window of the WINDOW clause that this one is or extends; `ordered_at`: line and column of ORDER."""

    name: str | None = None
    partition_by: list[Node] = field(default_factory=list)
    order_by: list[SortItem] = field(default_factory=list)
    frame: Frame | None = None
    ordered_at: tuple[int, int] = (1, 1)


@dataclass
class Call(Node):
    name: str
    arguments: list[Node]
    star: bool = False
    distinct: bool = False
    order_by: list[SortItem] = field(default_factory=list)
    filter: Node | None = None
    over: Window | None = None
    nulls: str = ""  # IGNORE, RESPECT or unsaid
    form: str = ""  # of TRIM: BOTH, LEADING or TRAILING
    mode: str = ""  # RUNNING or FINAL, within MATCH_RECOGNIZE


@dataclass
class JsonCall(Node):
    """JSON_EXISTS, JSON_VALUE, JSON_QUERY, JSON_ARRAY or JSON_OBJECT: `kind` is the word behind JSON_.

    `arguments`: (expression, None or the encoding of its FORMAT JSON); `passing`: (name, such a pair);
    `members`: (key, such a pair). Behaviours are words in small letters, or the expression of a DEFAULT.
    """

    kind: str
    arguments: list
    path: str = ""
    path_line: int = 1
    path_column: int = 1
    passing: list = field(default_factory=list)
    members: list = field(default_factory=list)
    returning: str | None = None
    output_format: str | None = None
    wrapper: str = "without"
    quotes: str = ""  # KEEP or OMIT in small letters, or unsaid
    on_empty: object = None
    on_error: object = None
    nulls: str = ""
    unique: bool = False


@dataclass
class ArrayLiteral(Node):
    items: list[Node]


@dataclass
class RowLiteral(Node):
    items: list[Node]


@dataclass
class Subscript(Node):
    base: Node
    index: Node


@dataclass
class Dereference(Node):
    base: Node
    field_name: str


@dataclass
class Extract(Node):
    part: str
    value: Node


@dataclass
class AtTimeZone(Node):
    value: Node
    zone: Node


@dataclass
class Scalar(Node):
    """A subquery used as a value."""

    query: "Query"


@dataclass
class Assignment(Node):
    """`target = value` of UPDATE and MERGE; the position is the target's, a column in lower case."""

    target: str
    value: Node


# ---- queries


@dataclass
class SelectItem(Node):
    value: Node
    alias: str | None


@dataclass
class AllColumns(Node):
    """`*`, `t.*` or `row_value.*`, with optional aliases."""

    of: Node | None
    aliases: list[str] | None = None


@dataclass
class GroupingElement(Node):
    """`kind`: simple, rollup, cube or sets; `sets` is a list of lists of expressions."""

    kind: str
    sets: list[list[Node]]


@dataclass
class Select(Node):
    items: list[Node]
    distinct: bool = False
    relation: Node | None = None
    where: Node | None = None
    group_by: list[GroupingElement] | None = None
    group_distinct: bool = False
    having: Node | None = None
    windows: list[tuple[Node, Window]] = field(default_factory=list)  # (Name, its window)
    explicit_table: bool = False  # TABLE t


@dataclass
class Values(Node):
    rows: list[Node]


@dataclass
class SetOperation(Node):
    """The position is that of the operator."""

    op: str
    distinct: bool
    left: Node
    right: Node


@dataclass
class With(Node):
    name: str
    columns: list[str] | None
    query: "Query"


@dataclass
class Query(Node):
    body: Node
    withs: list[With] = field(default_factory=list)
    recursive: bool = False
    order_by: list[SortItem] = field(default_factory=list)
    offset: Node | None = None
    limit: Node | None = None
    limit_all: bool = False  # LIMIT ALL, which limits nothing
    fetch: str = ""  # how FETCH FIRST, which sets the limit too, ends: ONLY or WITH TIES
    one_row: bool = False  # FETCH FIRST ROW, without a number


# ---- relations


@dataclass
class TableName(Node):
    parts: tuple[str, ...]
    version: tuple[str, Node] | None = None


@dataclass
class SubqueryRelation(Node):
    query: Query
    lateral: bool = False


@dataclass
class Unnest(Node):
    arguments: list[Node]
    ordinality: bool = False


@dataclass
class TableFunction(Node):
    """TABLE(name(…)). `arguments`: [(name in lower case or None, expression)]."""

    name: str
    arguments: list[tuple[str | None, Node]]


@dataclass
class Sampled(Node):
    relation: Node
    method: str
    percentage: Node


@dataclass
class Aliased(Node):
    relation: Node
    alias: str
    columns: list[str] | None = None


@dataclass
class Join(Node):
    """`kind`: inner, left, right, full or cross."""

    kind: str
    left: Node
    right: Node
    on: Node | None = None
    using: list[str] | None = None
    natural: bool = False
    implicit: bool = False  # a comma
