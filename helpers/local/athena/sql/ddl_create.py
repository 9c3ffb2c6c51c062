"""CREATE [EXTERNAL] TABLE in Hive's words. The order of the clauses is fixed, as in Hive."""

from ..errors import RequestError
from . import ddl_names
from .ddl_cursor import HiveSyntax
from .ddl_tree import CreateTable
from .ddl_types import column

# Clause of ROW FORMAT DELIMITED → the SerDe property that Hive keeps it as (`colelction` is Hive's spelling).
_DELIMITERS = [
    (("FIELDS", "TERMINATED", "BY"), "field.delim"),
    (("ESCAPED", "BY"), "escape.delim"),
    (("COLLECTION", "ITEMS", "TERMINATED", "BY"), "colelction.delim"),
    (("MAP", "KEYS", "TERMINATED", "BY"), "mapkey.delim"),
    (("LINES", "TERMINATED", "BY"), "line.delim"),
    (("NULL", "DEFINED", "AS"), "serialization.null.format"),
]
FORMATS = ("TEXTFILE", "SEQUENCEFILE", "RCFILE", "ORC", "PARQUET", "AVRO", "ION", "JSONFILE")


def create_table(cursor):
    """The statement, from CREATE on. Any syntax error counts from the start of the statement, as in ANTLR."""
    try:
        statement = _create_table(cursor)
        cursor.expect_end()
    except HiveSyntax as exc:
        if getattr(exc, "final", False):
            raise
        raise cursor.no_alternative() from None
    return statement


def check(statement):
    """What Athena refuses about a well-formed CREATE TABLE."""
    if statement.location is None:
        raise _refused("No location was specified for table. An S3 location must be specified")
    if not statement.external and not statement.is_iceberg:
        raise _refused("External keyword required for table type HIVE")
    if statement.external and statement.is_iceberg:
        raise _refused("External keyword not supported for table type ICEBERG")


def _refused(message):
    return RequestError(message, code="MALFORMED_QUERY")


def _create_table(cursor):
    cursor.expect("CREATE")
    external = cursor.accept("EXTERNAL")
    cursor.expect("TABLE")
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    try:
        name = ddl_names.created(cursor)
    except HiveSyntax as exc:
        exc.final = True  # a name's error is its own, the others count from the start
        raise
    statement = CreateTable(name=name, external=external, if_not_exists=if_not_exists)
    if cursor.is_word("("):
        statement.columns = cursor.parenthesised(lambda: column(cursor))
    if cursor.accept("COMMENT"):
        statement.comment = cursor.string()
    if cursor.accept("PARTITIONED", "BY"):
        _partitioned_by(cursor, statement)
    if cursor.accept("CLUSTERED", "BY"):
        _clustered_by(cursor, statement)
    if cursor.accept("ROW", "FORMAT"):
        _row_format(cursor, statement)
    if cursor.accept("STORED", "AS"):
        _stored_as(cursor, statement)
    if cursor.accept("WITH"):
        cursor.expect("SERDEPROPERTIES")
        statement.serde_properties.update(cursor.properties())
    if cursor.accept("LOCATION"):
        statement.location = cursor.string()
    if cursor.accept("TBLPROPERTIES"):
        statement.properties = cursor.properties()
    if statement.transforms and not statement.is_iceberg:
        raise cursor.no_alternative()
    return statement


def _partitioned_by(cursor, statement):
    """Columns with types; Iceberg's columns and transforms come without."""
    start, complaint = cursor.at, cursor.complaint
    try:
        statement.partitioned_by = cursor.parenthesised(lambda: column(cursor))
    except HiveSyntax:
        cursor.at, cursor.complaint = start, complaint
        statement.transforms = cursor.parenthesised(lambda: _transform(cursor))


def _transform(cursor):
    """column, day(column) or bucket(4, column) → (transform, number or None, column)"""
    if cursor.peek().upper != "(":
        return "identity", None, _any_name(cursor)
    name, number = _any_name(cursor), None
    cursor.expect("(")
    if cursor.token.kind == "integer":
        number = int(cursor.advance().text)
        cursor.expect(",")
    column_name = cursor.identifier("column specification")
    cursor.expect(")")
    return name, number, column_name


def _any_name(cursor):
    """A column of an Iceberg table's partitioning; unlike Hive's it may be a reserved word, such as `partition`."""
    if not cursor.at_identifier():
        raise cursor.mismatch("{IDENTIFIER, BACKQUOTED_IDENTIFIER}")
    return cursor.advance().value.lower()


def _clustered_by(cursor, statement):
    statement.clustered_by = cursor.parenthesised(lambda: cursor.identifier("column specification"))
    if cursor.accept("SORTED", "BY"):
        statement.sorted_by = cursor.parenthesised(lambda: _sort_column(cursor))
    cursor.expect("INTO")
    if cursor.token.kind != "integer":
        raise cursor.mismatch("INTEGER_VALUE")
    statement.buckets = int(cursor.advance().text)
    cursor.expect("BUCKETS")


def _sort_column(cursor):
    name = cursor.identifier("column specification")
    descending = cursor.accept("DESC")
    if not descending:
        cursor.accept("ASC")
    return name, 0 if descending else 1


def _row_format(cursor, statement):
    if cursor.accept("SERDE"):
        statement.row_format = ("serde", cursor.string())
        if cursor.accept("WITH", "SERDEPROPERTIES"):
            statement.serde_properties = cursor.properties()
        return
    cursor.expect("DELIMITED")
    found = {}
    for words, name in _DELIMITERS:
        if cursor.accept(*words):
            found[name] = cursor.string()
    if "field.delim" in found:
        found["serialization.format"] = found["field.delim"]
    statement.row_format = ("delimited", found)


def _stored_as(cursor, statement):
    if cursor.accept("INPUTFORMAT"):
        input_format = cursor.string()
        cursor.expect("OUTPUTFORMAT")
        statement.stored_as = (input_format, cursor.string())
    elif cursor.token.upper in FORMATS:
        statement.stored_as = cursor.advance().upper
    else:
        raise cursor.mismatch("{" + ", ".join(f"'{name}'" for name in FORMATS) + "}")
