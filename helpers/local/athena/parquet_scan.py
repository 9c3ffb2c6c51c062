"""Parquet footers: which column chunks a query reads, and how many bytes they are.

The rule (design.md, "Bytes scanned"): the compressed size of the column chunks of the referenced leaf columns, in the
row groups that min/max/null statistics cannot exclude. Nothing referenced, nothing scanned.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from .errors import AthenaError


def footer(objects, file, path):
    """(pyarrow FileMetaData, Arrow schema) of an object, read once per version. HIVE_BAD_DATA if not Parquet."""

    def read():
        try:
            metadata = pq.read_metadata(path)
            schema = metadata.schema.to_arrow_schema()
            return metadata, pa.schema([field.with_type(stored(field.type)) for field in schema])
        except (pa.ArrowException, OSError) as failure:
            reason = str(failure).splitlines()[0]
            raise AthenaError("HIVE_BAD_DATA", f"Not valid Parquet file: {file.uri}: {reason}") from failure

    return objects.memo(file, "parquet", read)


# What DuckDB says of damaged headers that Arrow may read past.
_OF_FOOTERS = re.compile(r"TProtocolException|TTransportException|TType|don't know what type|Out of buffer")


def damaged(files, reason):
    """The error for the first file that cannot be read to its end, or None. `files`: {local path: URI}.

    DuckDB's errors, such as `reason`, do not always name the file; one that is no longer there has been read.
    """
    for path, uri in files.items():
        try:
            with pq.ParquetFile(path) as file:
                for _ in file.iter_batches():
                    pass
        except FileNotFoundError:
            continue
        except (pa.ArrowException, OSError) as failure:
            reason = str(failure).splitlines()[0]
            return AthenaError("HIVE_CURSOR_ERROR", f"Failed to read Parquet file: {uri}: {reason}")
    if _OF_FOOTERS.search(reason):
        uri = next(iter(files.values())) if len(files) == 1 else f"one of {len(files)}"
        return AthenaError("HIVE_CURSOR_ERROR", f"Failed to read Parquet file: {uri}: its metadata is damaged")
    return None


def stored(t):
    """The Arrow type that the Parquet file itself holds.

    Writers leave a note of how the column looked in their memory (views, dictionaries, wide offsets, durations,
    extensions), which pyarrow restores; other engines read the columns without it.
    """
    kind = pa.types
    if isinstance(t, pa.BaseExtensionType):
        return stored(t.storage_type)
    if kind.is_dictionary(t):
        return stored(t.value_type)
    if kind.is_string_view(t) or kind.is_large_string(t):
        return pa.string()
    if kind.is_binary_view(t) or kind.is_large_binary(t):
        return pa.binary()
    if kind.is_duration(t):
        return pa.int64()
    if kind.is_struct(t):
        return pa.struct([t.field(i).with_type(stored(t.field(i).type)) for i in range(t.num_fields)])
    if kind.is_map(t):
        return pa.map_(stored(t.key_type), stored(t.item_type))
    if _is_list(t):
        return pa.list_(t.value_field.with_type(stored(t.value_type)))
    return t


def _is_list(t):
    kind = pa.types
    plain = kind.is_list(t) or kind.is_large_list(t) or kind.is_fixed_size_list(t)
    return plain or kind.is_list_view(t) or kind.is_large_list_view(t)


def leaf_paths(schema):
    """For every leaf column, in the file's order: the lower-case path of column and struct field names.

    The levels that lists and maps add are left out: `items.list.element.price` is ('items', 'price').
    """
    found = []
    for field in schema:
        _collect(field.type, (field.name.lower(),), found)
    return found


def _collect(t, path, found):
    if pa.types.is_struct(t):
        for i in range(t.num_fields):
            _collect(t.field(i).type, (*path, t.field(i).name.lower()), found)
    elif pa.types.is_map(t):
        _collect(t.key_type, (*path, "key"), found)
        _collect(t.item_type, (*path, "value"), found)
    elif _is_list(t):
        _collect(t.value_type, path, found)
    else:
        found.append(path)


def covers(used, path):
    """Whether a use of the nested path `used` touches the leaf `path`, both below one column."""
    inside = path[: len(used)]
    return inside == used or used[: len(path)] == path


def referenced(schema, paths_of):
    """Indices of the leaf columns that are used: `paths_of` is file column name → nested paths used."""
    return [
        i
        for i, path in enumerate(leaf_paths(schema))
        if any(covers(used, path[1:]) for used in paths_of.get(path[0], ()))
    ]


def scanned(metadata, schema, paths_of, domains):
    """Bytes of the chunks that a query reads. `domains`: file column name → Domain."""
    leaves = referenced(schema, paths_of)
    if not leaves:
        return 0
    index = {path[0]: i for i, path in enumerate(leaf_paths(schema)) if len(path) == 1}
    tested = {index[c]: d for c, d in domains.items() if c in index and not d.is_all}
    total = 0
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        if all(may_match(group.column(leaf).statistics, domain, group.num_rows) for leaf, domain in tested.items()):
            total += sum(group.column(leaf).total_compressed_size for leaf in leaves)
    return total


def may_match(statistics, domain, rows):
    """Whether a row group with these statistics may hold a row of the domain."""
    if statistics is None:
        return True
    nulls = statistics.null_count if statistics.has_null_count else None
    if nulls == rows and rows > 0:
        return domain.nulls
    if not statistics.has_min_max:
        return True
    return overlaps(domain, statistics.min, statistics.max, nulls is None or nulls > 0)


def overlaps(domain, low, high, has_null):
    """`domain.overlaps` for statistics whose Python type may differ from the domain's; True when in doubt."""
    bounds = [v for r in domain.ranges for v in (r.low, r.high) if v is not None]
    low, high = comparable(low, bounds), comparable(high, bounds)
    if low != low or high != high:  # NaN bounds say nothing
        return True
    try:
        return domain.overlaps(low, high, has_null)
    except TypeError:
        return True


def comparable(value, bounds):
    """A statistic as the kind of value that the bounds are: text, instants without zone, plain numbers."""
    kind = type(bounds[0]) if bounds else None
    if isinstance(value, bytes) and kind is str:
        return value.decode("utf-8", "replace")
    if isinstance(value, str) and kind is bytes:
        return value.encode()
    if isinstance(value, datetime):
        if value.tzinfo is not None:
            value = value.astimezone(UTC).replace(tzinfo=None)
        return value
    if isinstance(value, date) and kind is datetime:
        return datetime(value.year, value.month, value.day)
    if isinstance(value, Decimal) and kind is float:
        return float(value)
    return value
