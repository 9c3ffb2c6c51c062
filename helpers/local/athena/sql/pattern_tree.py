"""MATCH_RECOGNIZE as it was written: the clauses and the pattern of rows."""

from dataclasses import dataclass, field

from .tree import Node, SortItem

ONE, SHOW_EMPTY, OMIT_EMPTY, UNMATCHED = "one", "show empty", "omit empty", "unmatched"  # rows per match
PAST_LAST, NEXT_ROW, FIRST, LAST = "past last", "next row", "first", "last"  # where to go on after a match


def label(name):
    """The name of a pattern variable as Trino keeps and shows it: capitals, unless it was quoted."""
    written = getattr(name, "written", name)
    return str(name) if written.startswith('"') else str(name).upper()


@dataclass
class Variable(Node):
    name: str


@dataclass
class Sequence(Node):
    """`A B C`; without items the empty pattern `()`."""

    items: list[Node]


@dataclass
class Alternatives(Node):
    items: list[Node]


@dataclass
class Permutation(Node):
    """PERMUTE(A, B)"""

    items: list[Node]


@dataclass
class Repeated(Node):
    """`most` is None for no end; the position is that of the quantifier, `written` its text without a `?` behind."""

    item: Node
    least: int
    most: int | None
    greedy: bool
    written: str = ""


@dataclass
class Anchor(Node):
    """`^` or `$`"""

    which: str


@dataclass
class Excluded(Node):
    """`{- … -}`"""

    item: Node


@dataclass
class Skip(Node):
    """AFTER MATCH SKIP …: `to` and, for FIRST and LAST, the variable."""

    to: str = PAST_LAST
    name: str | None = None


@dataclass
class Subset(Node):
    name: str
    elements: list[Node]  # Names of one part


@dataclass
class Definition(Node):
    name: str
    condition: Node


@dataclass
class MatchRecognize(Node):
    """`measures`: [(expression, name)]. `search`: (INITIAL or SEEK, its line, its column), which Trino refuses."""

    relation: Node
    partition_by: list[Node] = field(default_factory=list)
    order_by: list[SortItem] = field(default_factory=list)
    measures: list[tuple[Node, str]] = field(default_factory=list)
    rows: str = ""  # unsaid is ONE
    skip: Skip | None = None
    search: tuple | None = None
    pattern: Node | None = None
    subsets: list[Subset] = field(default_factory=list)
    definitions: list[Definition] = field(default_factory=list)
