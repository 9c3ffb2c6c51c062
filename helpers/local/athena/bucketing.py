"""Bucketed tables: which bucket a row belongs to, and which files a predicate leaves.

The hash is Hive's first one, which Athena uses for CREATE TABLE AS and expects where a table says nothing (Trino's
HiveBucketingV1). Files that Spark has bucketed, or Hive with its second hash, are all read.
"""

import re
from datetime import date
from itertools import product

import pyarrow as pa

MOST_COMBINATIONS = 1000  # of values of the bucket columns; more are not worth looking at (Trino's limit)
_EPOCH = date(1970, 1, 1)
_INTEGERS = {"tinyint": 8, "smallint": 16, "integer": 32, "bigint": 64}
# The number in a file's name, as Hive, Trino, Athena and awswrangler write it.
_NUMBERED = (re.compile(r"^(0\d+)_\d+"), re.compile(r"(?:^|_)bucket[-_](\d+)(?=[-_.]|$)"))


def is_hashed(t):
    """Whether rows are bucketed by Hive's hash of this type."""
    return t.base in _INTEGERS or t.base in ("boolean", "date", "varchar")


def text_hash(text, seed=0):
    """Hive's hash of a string, signed 32 bits: 31 times what came before, plus the byte, which is signed in Java."""
    result = seed
    for byte in text.encode("utf-8", "surrogatepass"):
        result = (31 * result + byte - (byte >= 128) * 256) & 0xFFFFFFFF
    return result - ((result >> 31) << 32)


def text_hashes(column, seeds):
    """The same for whole Arrow columns (DuckDB's vectorised function): strings and their seeds → 32-bit integers."""
    encoded = pa.chunked_array(column).combine_chunks().dictionary_encode()
    seed = seeds[0].as_py() if len(seeds) else 0
    hashes = pa.array([text_hash(text, seed) for text in encoded.dictionary.to_pylist()], pa.int32())
    return hashes.take(encoded.indices)


def _hash(value, t):
    """Hive's hash of a value of a type that is hashed, 0 of NULL."""
    if value is None:
        return 0
    if t.base == "varchar":
        return text_hash(value, 1 if t.args else 0)
    if t.base == "date":
        return (value - _EPOCH).days
    if t.base == "bigint":
        return (value ^ ((value & 0xFFFFFFFFFFFFFFFF) >> 32)) & 0xFFFFFFFF
    return int(value)


def bucket(values, types, count):
    """The number of the bucket of a row with these values of the bucket columns."""
    code = 0
    for value, t in zip(values, types, strict=True):
        code = (31 * code + _hash(value, t)) & 0xFFFFFFFF
    return (code & 0x7FFFFFFF) % count


def bucket_sql(columns, count):
    """The same as SQL: `columns` are (SQL, Type). By another hash where Hive's is not known of a type."""
    if not all(is_hashed(t) for _, t in columns):
        return f"CAST(hash({', '.join(x for x, _ in columns)}) % {count} AS INTEGER)"
    code = "0::BIGINT"
    for x, t in columns:
        code = f"((31 * {code} + (coalesce({_hash_sql(x, t)}, 0) & 4294967295)) & 4294967295)"
    return f"CAST(({code} & 2147483647) % {count} AS INTEGER)"


def _hash_sql(x, t):
    if t.base == "varchar":
        return f"hive_text_hash({x}, {1 if t.args else 0})::BIGINT"
    if t.base == "date":
        return f"date_diff('day', DATE '1970-01-01', {x})"
    if t.base == "bigint":
        return f"xor({x} & 4294967295, ({x} >> 32) & 4294967295)"
    return f"CAST({x} AS BIGINT)"


class Pruning:
    """What the predicates of a scan leave of the buckets of its table; nothing is known of tables without buckets."""

    def __init__(self, scan):
        storage = scan.table.raw.get("StorageDescriptor", {})
        self._count, self._names = _declared(storage)
        self._wanted = self._buckets(scan) if self._count and _by_hives_hash(scan.table.parameters) else None

    def files(self, partition, files):
        """Those of a partition's files that may hold a row."""
        own = (partition.described or {}).get("StorageDescriptor")
        if self._wanted is None or (own and _declared(own) != (self._count, self._names)):
            return files
        numbers = _numbers(files, self._count)
        if numbers is None:
            return files
        return [file for file, number in zip(files, numbers, strict=True) if number in self._wanted]

    def _buckets(self, scan):
        types = {c.name: c.type for c in scan.table.columns}
        if not all(name in types and is_hashed(types[name]) for name in self._names):
            return None
        choices = [_values(scan.domains.get(name), types[name]) for name in self._names]
        size = 1
        for choice in choices:
            size *= MOST_COMBINATIONS + 1 if choice is None else len(choice)
        if size > MOST_COMBINATIONS:
            return None
        kinds = [types[name] for name in self._names]
        return {bucket(values, kinds, self._count) for values in product(*choices)}


def _declared(storage):
    """(number of buckets or 0, lower-case names of the columns) of a storage descriptor."""
    names = tuple(name.lower() for name in storage.get("BucketColumns") or ())
    return max(storage.get("NumberOfBuckets") or 0, 0) if names else 0, names


def _by_hives_hash(parameters):
    stated = {key.lower(): value.lower() for key, value in parameters.items()}
    return stated.get("bucketing_format", "hive") == "hive" and stated.get("bucketing_version", "1") == "1"


def _values(domain, t):
    """The values that a domain leaves, None when they are not few or not of the column's type."""
    if domain is None:
        return None
    if domain.nulls and not domain.ranges:
        return [None]
    values = domain.values()
    return values if values is not None and all(_is_of(value, t) for value in values) else None


def _is_of(value, t):
    if t.base in _INTEGERS:
        half = 1 << (_INTEGERS[t.base] - 1)
        return type(value) is int and -half <= value < half
    return type(value) is {"boolean": bool, "date": date, "varchar": str}[t.base]


def _numbers(files, count):
    """The bucket of each file: the number in its name, else its place where there are as many files as buckets."""
    names = [file.key.rpartition("/")[2] for file in files]
    for pattern in _NUMBERED:
        found = [pattern.search(name) for name in names]
        if all(found):
            return [int(match[1]) for match in found]
    if len(files) != count:
        return None
    places = {name: place for place, name in enumerate(sorted(names))}
    return [places[name] for name in names]
