"""PARTITION (…) against a table's partition keys: checked, ordered, as Glue's values and Hive's paths."""

import operator
import re

from ..errors import AthenaError
from ..partitions import NULL_PARTITION, typed_value
from .failures import HiveError, semantic

# Characters that Hive escapes in a partition's path (FileUtils.charToEscape).
_ESCAPED = re.compile(r"[\x00-\x1f\"#%'*/:=?\\\x7f{\[\]^]")
_COMPARE = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "<>": operator.ne,
    "!=": operator.ne,
}


def glue_values(values):
    """Partition values as Glue keeps them."""
    return [NULL_PARTITION if value is None else value for value in values]


def escape(text):
    return _ESCAPED.sub(lambda m: f"%{ord(m.group()):02X}", text)


def unescape(text):
    return re.sub(r"%([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)), text)


def path(table, values):
    """k=v/k2=v2, as Hive names a partition and its folder."""
    pairs = zip(table.partition_keys, glue_values(values), strict=True)
    return "/".join(f"{escape(key.name)}={escape(value)}" for key, value in pairs)


def full_values(table, spec):
    """The values of a PARTITION (…) that must name every partition key, in the keys' order."""
    given = spec.values
    shown = "{" + ", ".join(f"{k}={v}" for k, v in given.items()) + "}"
    if not table.partition_keys:
        raise HiveError(
            f"FAILED: ValidationFailureSemanticException table is not partitioned but partition spec exists: {shown}"
        )
    names = [key.name for key in table.partition_keys]
    if set(given) - set(names):
        raise HiveError(
            f"FAILED: ValidationFailureSemanticException Partition spec {shown} contains non-partition columns"
        )
    if len(given) < len(names):
        raise semantic(f"partition spec {shown} doesn't contain all ({len(names)}) partition columns")
    for key in table.partition_keys:
        _check_type(key, given[key.name])
    return tuple(given[name] for name in names)


def _check_type(key, text):
    try:
        typed_value(text, key.type, key.name)
    except AthenaError:
        raise semantic(
            f"Cannot add partition column {key.name} of type string as it cannot be converted to type "
            f"{key.hive_type}",
            10248,
        ) from None


def matching(table, partitions, spec):
    """The partitions that a PARTITION (…), perhaps partial and with comparisons, stands for."""
    keys = {key.name: (at, key) for at, key in enumerate(table.partition_keys)}
    tests = []
    for name, sign, text in spec.terms:
        if name not in keys:
            raise semantic(f"Column {name} is not a partition column", 10002)
        at, key = keys[name]
        _check_type(key, text)
        tests.append((at, key, _COMPARE[sign], typed_value(text, key.type, key.name)))
    return [p for p in partitions if all(_test(p.values[at], key, compare, v) for at, key, compare, v in tests)]


def _test(text, key, compare, wanted):
    value = typed_value(text, key.type, key.name)
    if value is None or wanted is None:
        return compare is operator.eq and value is wanted
    return compare(value, wanted)


def partition_of(table, spec, context):
    """The one registered partition of a full PARTITION (…). Raises Hive's "Partition not found"."""
    values = full_values(table, spec)
    for partition in context.services.catalog.registered_partitions(table):
        if partition.values == values:
            return partition
    raise not_found(spec)


def not_found(spec):
    shown = ", ".join(f"{name} {sign} '{text}'" for name, sign, text in spec.terms)
    return semantic(f"Partition not found ({shown})", 10006)
