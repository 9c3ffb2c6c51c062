"""What a query asks of one table: the contract between the translator and the readers."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .domains import Domain


@dataclass
class TableScan:
    """One reference to a table in a query.

    `columns`: lower-case names needed, data and partition columns, possibly none (`count(*)`).
    `leaves`: column → the nested field paths used; the empty path is the whole column.
    `domains`: what the predicate leaves of data columns, for row-group statistics.
    `partition_domains`: the same for partition columns, for the catalog.
    `partition_predicate`: list of partition value tuples (text or None) → list of bool, exact; or None.
    `reads_all`: no LIMIT may end the reading early.
    """

    table: object
    alias: str
    columns: list[str] = field(default_factory=list)
    leaves: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    domains: dict[str, Domain] = field(default_factory=dict)
    partition_domains: dict[str, Domain] = field(default_factory=dict)
    partition_predicate: Callable | None = None
    reads_all: bool = True
