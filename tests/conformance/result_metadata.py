"""The `.metadata` objects: a protobuf decoder of the test's own, and what a case expects of them."""

import re
from collections import defaultdict

ENGINE_ID = r"\d{8}_\d{6}_\d{5}_[a-z0-9]{5}"


def decode(data):
    """One protobuf message → {field number: [value, …]}, values int or bytes."""
    fields, at = defaultdict(list), 0
    while at < len(data):
        tag, at = _varint(data, at)
        if tag & 7 == 0:
            value, at = _varint(data, at)
        elif tag & 7 == 2:
            length, at = _varint(data, at)
            value, at = data[at : at + length], at + length
        else:
            raise ValueError(f"wire type {tag & 7}")
        fields[tag >> 3].append(value)
    return fields


def _varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def problems(expected, data, execution_id):
    """Where a metadata object differs from what a case expects: (field, expected, found)."""
    top = decode(data)
    columns = {_text(c, 4): c for c in map(decode, top[4])}
    found_id = _text(top, 1)
    by_execution = expected.get("query_id") == "execution"
    if "query_id" in expected and not re.fullmatch(execution_id if by_execution else ENGINE_ID, found_id):
        yield "metadata.query_id", expected["query_id"], found_id
    if "update_type" in expected and _text(top, 2) != expected["update_type"]:
        yield "metadata.update_type", expected["update_type"], _text(top, 2)
    if "count" in expected and _first(top, 3) != expected["count"]:
        yield "metadata.count", expected["count"], _first(top, 3)
    if "columns" in expected and list(columns) != expected["columns"]:
        yield "metadata.columns", expected["columns"], list(columns)
    for name, fields in expected.get("column_fields", {}).items():
        for number, value in fields.items():
            found = _first(columns.get(name, {}), int(number))
            found = found.decode() if isinstance(found, bytes) else found
            if found != value:
                yield f"metadata.{name}.{number}", value, found


def _first(fields, number):
    return fields[number][0] if fields.get(number) else None


def _text(fields, number):
    return (_first(fields, number) or b"").decode()
