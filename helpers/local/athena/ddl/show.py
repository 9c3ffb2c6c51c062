"""SHOW DATABASES, TABLES, VIEWS, PARTITIONS, COLUMNS, TBLPROPERTIES and CREATE TABLE."""

import re

from ..outcome import Outcome, ResultColumn
from .describe import describe_view
from .failures import dangling, execution_error
from .formats import LAZY_SIMPLE, comment
from .names import DEFAULT_DATABASE, existing, require_database
from .partition_values import matching, path

_HIDDEN_PROPERTIES = ("EXTERNAL", "comment")
# SerDe property → clause of ROW FORMAT DELIMITED, in the order that Hive's grammar demands.
_DELIMITERS = [
    ("field.delim", "FIELDS TERMINATED BY"),
    ("escape.delim", "ESCAPED BY"),
    ("colelction.delim", "COLLECTION ITEMS TERMINATED BY"),
    ("mapkey.delim", "MAP KEYS TERMINATED BY"),
    ("line.delim", "LINES TERMINATED BY"),
    ("serialization.null.format", "NULL DEFINED AS"),
]


def _listing(column, names, type_="string", count=0):
    return Outcome([ResultColumn(column, type_)], [[name] for name in names], count, file="txt", header=False)


def databases(statement, context):
    names = context.services.catalog.databases()
    if statement.pattern is not None:
        names = _databases_like(statement.pattern, names)
    return _listing("database_name", names)


def _databases_like(pattern, names):
    """SHOW DATABASES LIKE is a regular expression of the whole name, letters' case counts; * alone is all."""
    if pattern == "*":
        return names
    if pattern[:1] in ("*", "+", "?"):
        raise dangling(pattern)
    return [name for name in names if _fully(pattern, name)]


def _fully(pattern, name, flags=0):
    """Whether the whole name fits a regular expression; a damaged expression fits nothing."""
    try:
        return re.fullmatch(pattern, name, flags) is not None
    except re.error:
        return False


def _matching(names, pattern):
    """Hive's patterns: * stands for any text, | separates alternatives, letters' case does not matter."""
    if pattern is None:
        return names
    choices = [choice.strip().replace("*", ".*") for choice in pattern.split("|")]
    return [name for name in names if any(_fully(choice, name, re.IGNORECASE) for choice in choices)]


def _shown_database(statement, context):
    database = statement.name.table if statement.name else (context.database or DEFAULT_DATABASE).lower()
    require_database(database, context)
    return database


def tables(statement, context):
    described = context.services.catalog.table_descriptions(_shown_database(statement, context))
    return _listing("tab_name", _matching([table["Name"] for table in described], statement.pattern))


def views(statement, context):
    described = context.services.catalog.table_descriptions(_shown_database(statement, context))
    names = [table["Name"] for table in described if table.get("TableType") == "VIRTUAL_VIEW"]
    return _listing("views", _matching(names, statement.pattern), "varchar")


def partitions(statement, context):
    table = existing(statement.name, context)
    if not table.partition_keys:
        raise execution_error(f"Table {table.name} is not a partitioned table")
    found = context.services.catalog.registered_partitions(table)
    if statement.partition is not None:
        found = matching(table, found, statement.partition)
    return _listing("partition", [path(table, partition.values) for partition in found])


def columns(statement, context):
    if statement.of_view:
        return describe_view(statement, context)
    table = existing(statement.name, context)
    return _listing("field", [f"{column.name:<20}" for column in table.columns + table.partition_keys])


def properties(statement, context):
    table = existing(statement.name, context)
    if statement.key is None:
        lines = [f"{key}\t{table.parameters[key]}" for key in hash_order(table.parameters)]
    elif statement.key in table.parameters:
        lines = [table.parameters[statement.key]]
    else:
        lines = [f"Table {table.database}.{table.name} does not have property: {statement.key}"]
    columns = [ResultColumn("prpt_name", "string"), ResultColumn("prpt_value", "string")]
    return Outcome(columns, [[line] for line in lines], 0, file="txt", header=False)


def hash_order(keys):
    """Keys in the order of Java 7's HashMap, in which Hive lists a table's properties."""
    size = 16
    while len(keys) > 0.75 * size:
        size *= 2
    return sorted(keys, key=lambda key: _bucket(key, size))


def _bucket(key, size):
    code = 0
    for character in key:
        code = (31 * code + ord(character)) & 0xFFFFFFFF
    code ^= (code >> 20) ^ (code >> 12)
    return (code ^ (code >> 7) ^ (code >> 4)) & (size - 1)


def create_table(statement, context):
    table = existing(statement.name, context, as_written=True)
    text = _create_view(table) if table.is_view else _create_table(table)
    rows = [[line] for line in text.split("\n")]
    return Outcome([ResultColumn("createtab_stmt", "string")], rows, file="txt", header=False)


def _create_view(table):
    return f"CREATE VIEW `{table.name}` AS {table.raw.get('ViewExpandedText') or ''}"


def _create_table(table):
    """The statement in Hive's layout, spaces at line ends included."""
    raw = table.raw.get("StorageDescriptor", {})
    blocks = [f"CREATE {'EXTERNAL ' if _external(table) else ''}TABLE `{table.name}`("]
    blocks.append(_column_list(table.columns, lambda c: comment(c, table.serde)) + ")")
    if table.parameters.get("comment"):
        blocks.append(f"COMMENT '{_escaped(table.parameters['comment'])}'")
    if table.partition_keys:
        blocks.append("PARTITIONED BY ( \n" + _column_list(table.partition_keys, lambda c: c.comment or "") + ")")
    if raw.get("BucketColumns"):
        blocks.append(_buckets(raw))
    blocks.append(_row_format(table))
    blocks.append(f"STORED AS INPUTFORMAT \n  '{table.input_format}' ")
    blocks.append(f"OUTPUTFORMAT \n  '{table.output_format}'")
    blocks.append(f"LOCATION\n  '{_escaped(table.location)}'")
    shown = {k: v for k, v in table.parameters.items() if k not in _HIDDEN_PROPERTIES}
    blocks.append("TBLPROPERTIES (\n" + _pairs(shown) + ")")
    return "\n".join(blocks)


def _external(table):
    return table.parameters.get("EXTERNAL", "").upper() == "TRUE" or table.table_type == "EXTERNAL_TABLE"


def _column_list(described, comment_of):
    lines = []
    for column in described:
        text = comment_of(column)
        lines.append(f"  `{column.name}` {column.hive_type}" + (f" COMMENT '{_escaped(text)}'" if text else ""))
    return ", \n".join(lines)


def _buckets(raw):
    text = "CLUSTERED BY ( \n" + ", \n".join(f"  {name}" for name in raw["BucketColumns"]) + ") \n"
    if raw.get("SortColumns"):
        order = ", \n".join(f"  {c['Column']} {'ASC' if c['SortOrder'] else 'DESC'}" for c in raw["SortColumns"])
        text += "SORTED BY ( \n" + order + ") \n"
    return text + f"INTO {raw.get('NumberOfBuckets')} BUCKETS"


def _row_format(table):
    parameters = dict(table.serde_parameters)
    if "collection.delim" in parameters:
        parameters.setdefault("colelction.delim", parameters.pop("collection.delim"))
    delimiters = [(clause, parameters[key]) for key, clause in _DELIMITERS if key in parameters]
    known = {key for key, _ in _DELIMITERS} | {"serialization.format"}
    if table.serde == LAZY_SIMPLE and delimiters and set(parameters) <= known:
        return "ROW FORMAT DELIMITED \n" + "\n".join(f"  {clause} '{_escaped(v)}' " for clause, v in delimiters)
    text = f"ROW FORMAT SERDE \n  '{table.serde}' "
    if parameters.get("serialization.format") == "1":
        del parameters["serialization.format"]
    if parameters:
        text += "\nWITH SERDEPROPERTIES ( \n" + _pairs(parameters) + ") "
    return text


def _pairs(properties):
    return ", \n".join(f"  '{_escaped(key)}'='{_escaped(value)}'" for key, value in sorted(properties.items()))


_JAVA = {"\\": "\\\\", '"': '\\"', "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f", "\b": "\\b"}


def _escaped(text):
    """Java's escapes, as Hive prints values: control characters and what is not ASCII as \\uXXXX."""
    return "".join(
        _JAVA.get(char) or (char if 32 <= ord(char) < 127 else "".join(f"\\u{unit:04X}" for unit in _utf16(char)))
        for char in text
    )


def _utf16(char):
    data = char.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]
