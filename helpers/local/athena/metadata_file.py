"""The `.metadata` object beside a result: a protobuf message, as recorded byte for byte.

message Result { string id = 1; string update_type = 2; int64 count = 3; repeated Column columns = 4; }
message Column { string catalog = 1; string schema = 2; string table = 3; string name = 4;
                 string label = 5; string type = 6; int64 precision = 7; int64 scale = 8;
                 int64 nullable = 9; bool case_sensitive = 10; }
"""

import itertools
import random
import string
import time

ENGINE, LITERAL, HIVE = "engine", "literal", "hive"  # who answered the statement
_NULLABLE_UNKNOWN = 3
_NESTED = ("array", "map", "row", "json", "unknown", "hyperloglog")
_counter = itertools.count(1)
_node = "".join(random.choices(string.ascii_lowercase + string.digits, k=5))


def engine_query_id():
    """An id as Trino makes them: date, time, number, node (`20261010_123456_00001_abcde`)."""
    return f"{time.strftime('%Y%m%d_%H%M%S', time.gmtime())}_{next(_counter) % 100000:05d}_{_node}"


def encode(execution_id, columns, source=ENGINE, update_type="", count=None):
    """The message for `columns` (ResultColumn). Literals and Hive's answers carry the execution's own id."""
    parts = [_text(1, engine_query_id() if source == ENGINE else execution_id)]
    if update_type:
        parts.append(_text(2, update_type))
    if count is not None:
        parts.append(_number(3, count))
    parts += [_bytes(4, _column(column, source)) for column in columns]
    return b"".join(parts)


def _column(column, source):
    parts = [_text(1, "hive")]
    if source == LITERAL:
        parts += [_text(2, ""), _text(3, "")]
    parts += [_text(4, column.name), _text(5, column.name), _text(6, column.type)]
    bare = source == HIVE or column.type in _NESTED
    if not bare and column.type not in ("date", "boolean"):
        parts.append(_number(7, column.precision))
    if not bare and column.type != "boolean":
        parts.append(_number(8, column.scale))
    parts.append(_number(9, _NULLABLE_UNKNOWN))
    if not bare:
        parts.append(_number(10, int(column.case_sensitive)))
    return b"".join(parts)


def _varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field, value):
    return _varint(field << 3) + _varint(value)


def _bytes(field, value):
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field, value):
    return _bytes(field, value.encode())
