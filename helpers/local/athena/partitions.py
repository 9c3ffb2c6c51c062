"""The partitions that Glue holds for a table, and those of them that a predicate leaves.

Ten thousand partitions are ordinary, so nothing here works per partition before the predicate has been
asked: Glue's answers are kept as they came, values are compared as text or parsed once per distinct text,
and only survivors become `Partition` objects.
"""

import threading
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from botocore.exceptions import ClientError

from .errors import AthenaError

NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"
# Glue's own limits of an expression are generous; this keeps requests short.
_MAX_EXPRESSION_VALUES = 100
_MAX_ANSWERS = 200  # answers kept of each kind; a query asks for one or two
_FILTERABLE = ("varchar", "date", "tinyint", "smallint", "integer", "bigint")


class Partition:
    """One partition: its values (text, None for NULL) and, when Glue says otherwise, its own columns and SerDe.

    `described` is Glue's description, None where the table's own applies (projection, no partition keys).
    """

    __slots__ = ("_table", "described", "location", "values")

    def __init__(self, values, location, table, described=None):
        self.values, self.location, self._table, self.described = values, location, table, described

    def __repr__(self):
        return f"Partition({self.values!r}, {self.location!r})"

    @property
    def _storage(self):
        return (self.described or {}).get("StorageDescriptor") or {}

    @property
    def parameters(self):
        return (self.described or {}).get("Parameters") or {}

    @property
    def columns(self):
        """The data columns as declared when the partition was added."""
        from .catalog import Column, hive_type

        described = self._storage.get("Columns")
        if not described:
            return self._table.columns
        return [Column(c["Name"].lower(), hive_type(c["Type"]), c["Type"], c.get("Comment")) for c in described]

    @property
    def serde(self):
        return (self._storage.get("SerdeInfo") or {}).get("SerializationLibrary") or self._table.serde

    @property
    def serde_parameters(self):
        own = self._storage.get("SerdeInfo") or {}
        return (own.get("Parameters") or {}) if own.get("SerializationLibrary") else self._table.serde_parameters

    @property
    def input_format(self):
        return self._storage.get("InputFormat") or self._table.input_format


@lru_cache(maxsize=65536)
def typed_value(text, t, column):
    """A partition value's text as the Python value of its column's type; None stays None.

    Raises AthenaError HIVE_INVALID_PARTITION_VALUE, as Trino's `HiveUtil.parsePartitionValue` does.
    """
    if text is None:
        return None
    try:
        return _parse(text, t)
    except (ValueError, InvalidOperation) as exc:
        raise AthenaError(
            "HIVE_INVALID_PARTITION_VALUE",
            f"Invalid partition value '{text}' for {t.display.upper()} partition key: {column}",
        ) from exc


def _parse(text, t):
    if t.is_integer:
        return int(text)
    if t.base in ("double", "real"):
        return float(text)
    if t.base == "decimal":
        return Decimal(text)
    if t.base == "boolean":
        if text.lower() not in ("true", "false"):
            raise ValueError(text)
        return text.lower() == "true"
    if t.base == "date":
        return date.fromisoformat(text)
    if t.base == "timestamp":
        return datetime.fromisoformat(text)
    return text


def matches(domain, text, column):
    """Whether a partition value lies in the domain. An incomparable pair is kept: the predicate decides."""
    try:
        return domain.contains(typed_value(text, column.type, column.name))
    except TypeError:
        return True


class PartitionStore:
    """What Glue answered to GetPartitions, by table version."""

    def __init__(self, glue):
        self.glue = glue
        self._lock = threading.Lock()
        self._all, self._some, self._generation = {}, {}, 0

    def forget(self, place=()):
        """Forget the partitions of (database, table), of (database,), or of all."""
        with self._lock:
            self._generation += 1
            self._all = {key: kept for key, kept in self._all.items() if key[: len(place)] != place}
            self._some = {key: kept for key, kept in self._some.items() if key[0][: len(place)] != place}

    def partitions(self, table, domains, caching=True):
        """The registered partitions of `table` inside `domains`, in the order of their values."""
        keys = table.partition_keys
        found = self._described(table, domains, caching)
        tests = [(i, key, domains[key.name]) for i, key in enumerate(keys) if key.name in domains]
        for i, key, domain in tests:
            kept = {text: matches(domain, text, key) for text in {values[i] for values, _ in found}}
            found = [pair for pair in found if kept[pair[0][i]]]
        return [
            Partition(values, (d.get("StorageDescriptor") or {}).get("Location") or "", table, d)
            for values, d in found
        ]

    def _described(self, table, domains, caching):
        """[(values, Glue's description)]: from memory, by expression when that is selective, or all of them."""
        key = (table.database, table.name, table.version)
        with self._lock:
            generation = self._generation
            if caching and key in self._all:
                return self._all[key]
        expression = glue_expression(table, domains)
        if expression:
            with self._lock:
                if caching and (key, expression) in self._some:
                    return self._some[key, expression]
            found = self._by_expression(table, expression)
            if found is not None:
                self._keep(self._some, (key, expression), found, generation, caching)
                return found
        found = self._fetch(table)
        self._keep(self._all, key, found, generation, caching)
        return found

    def _keep(self, where, key, found, generation, caching):
        with self._lock:
            if caching and generation == self._generation:
                if len(where) >= _MAX_ANSWERS:
                    where.clear()
                where[key] = found

    def _by_expression(self, table, expression):
        """None when this Glue cannot evaluate the expression, for instance because of a NULL partition."""
        try:
            return self._fetch(table, Expression=expression)
        except ClientError as exc:
            if exc.response["Error"]["Code"] in ("InvalidInputException", "InvalidStateException"):
                return None
            raise

    def _fetch(self, table, **arguments):
        pages = self.glue.get_paginator("get_partitions").paginate(
            DatabaseName=table.database, TableName=table.name, **arguments
        )
        found = [
            (tuple(None if v == NULL_PARTITION else v for v in described["Values"]), described)
            for page in pages
            for described in page["Partitions"]
        ]
        width = len(table.partition_keys)
        found = [pair for pair in found if len(pair[0]) == width]
        return sorted(found, key=lambda pair: tuple((v is None, v or "") for v in pair[0]))


def glue_expression(table, domains):
    """The domains as Glue's GetPartitions expression, or None when they are not worth one.

    Only values, value lists and one range a column, whose comparison Glue and Trino agree on; the caller
    filters again.
    """
    terms = []
    for key in table.partition_keys:
        domain = domains.get(key.name)
        if domain is None or domain.nulls or key.type.base not in _FILTERABLE or not key.name.isidentifier():
            continue
        values = domain.values()
        if values:
            terms += _value_term(key, values)
        elif values is None and len(domain.ranges) == 1:
            terms += _range_terms(key, domain.ranges[0])
    return " AND ".join(terms) or None


def _value_term(key, values):
    literals = [_literal(value, key.type) for value in values]
    if None in literals or len(values) > _MAX_EXPRESSION_VALUES:
        return []
    return [f"{key.name} = {literals[0]}" if len(literals) == 1 else f"{key.name} IN ({', '.join(literals)})"]


def _range_terms(key, bounds):
    terms = []
    if bounds.low is not None:
        terms.append((">=" if bounds.low_inclusive else ">", _literal(bounds.low, key.type)))
    if bounds.high is not None:
        terms.append(("<=" if bounds.high_inclusive else "<", _literal(bounds.high, key.type)))
    return [f"{key.name} {sign} {literal}" for sign, literal in terms if literal is not None]


def _literal(value, t):
    if t.is_integer:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
    if t.base == "date":
        return f"'{value.isoformat()}'" if isinstance(value, date) else None
    # A quote or backslash in a literal means different things to different Glues.
    return f"'{value}'" if isinstance(value, str) and not set(value) & set("'\\\n") else None
