"""ALTER TABLE and ALTER DATABASE in Hive's words, and PARTITION (…)."""

from . import ddl_names
from .ddl_tree import (
    AddColumns,
    AddPartitions,
    AlterDatabase,
    ChangeColumn,
    ColumnDef,
    DropColumn,
    DropPartitions,
    PartitionSpec,
    RenamePartition,
    RenameTable,
    ReplaceColumns,
    SetLocation,
    SetProperties,
    UnsetProperties,
)
from .ddl_types import column, column_type

_COMPARISONS = ("=", "<", ">", "<=", ">=", "<>", "!=")


def alter_database(cursor):
    cursor.advance()
    cursor.advance()
    database = ddl_names.plain(cursor)
    cursor.expect("SET", "DBPROPERTIES")
    statement = AlterDatabase(database=database.table, properties=cursor.properties())
    cursor.expect_end()
    return statement


def alter_table(cursor):
    """The statement, from ALTER on."""
    cursor.expect("ALTER", "TABLE")
    name = ddl_names.altered(cursor)
    rule = _RULES.get(cursor.token.upper)
    if rule is None:
        raise cursor.no_alternative()
    statement = rule(cursor, name)
    cursor.expect_end("{<EOF>, '.'}" if isinstance(statement, DropColumn) else "<EOF>")
    return statement


def _add(cursor, name, partition=None):
    cursor.advance()
    if cursor.accept("COLUMNS"):
        columns = cursor.parenthesised(lambda: column(cursor))
        _scope(cursor)
        return AddColumns(name=name, columns=columns, partition=partition)
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    if not cursor.is_word("PARTITION"):
        raise cursor.no_alternative()
    found = []
    while cursor.is_word("PARTITION"):
        spec = partition_spec(cursor)
        location = cursor.string() if cursor.accept("LOCATION") else None
        found.append(PartitionSpec(spec.terms, location))
    return AddPartitions(name=name, partitions=found, if_not_exists=if_not_exists)


def _replace(cursor, name):
    cursor.advance()
    if not cursor.accept("COLUMNS"):
        raise cursor.no_alternative()
    columns = cursor.parenthesised(lambda: column(cursor))
    _scope(cursor)
    return ReplaceColumns(name=name, columns=columns)


def _scope(cursor):
    return cursor.accept("CASCADE") or cursor.accept("RESTRICT")


def _change(cursor, name):
    cursor.advance()
    cursor.accept("COLUMN")
    old = cursor.identifier("column specification")
    new = cursor.identifier("column specification")
    hive_type = column_type(cursor)
    comment = cursor.string() if cursor.accept("COMMENT") else None
    after = None
    if cursor.accept("FIRST"):
        after = ""
    elif cursor.accept("AFTER"):
        after = cursor.identifier("column specification")
    _scope(cursor)
    return ChangeColumn(name=name, old=old, new=ColumnDef(new, hive_type, comment), after=after)


def _drop(cursor, name):
    cursor.advance()
    if cursor.is_word("COLUMN"):
        cursor.advance()
        return DropColumn(name=name, column=_column_name(cursor))
    if_exists = cursor.accept("IF", "EXISTS")
    if not cursor.is_word("PARTITION"):
        raise cursor.no_alternative()
    found = cursor.comma_list(lambda: partition_spec(cursor, _COMPARISONS))
    cursor.accept("PURGE")
    return DropPartitions(name=name, partitions=found, if_exists=if_exists)


def _column_name(cursor):
    """Athena's own grammar takes any word here, IF too."""
    if not cursor.at_identifier():
        raise cursor.mismatch("{IDENTIFIER, BACKQUOTED_IDENTIFIER}")
    parts = [cursor.advance().value.lower()]
    while cursor.accept("."):
        parts.append(cursor.advance().value.lower())
    return ".".join(parts)


def _set(cursor, name, partition=None):
    start = cursor.at
    cursor.advance()
    if cursor.accept("LOCATION"):
        return SetLocation(name=name, location=cursor.string(), partition=partition)
    if partition is None and cursor.accept("TBLPROPERTIES"):
        return SetProperties(name=name, properties=cursor.properties())
    cursor.at = start + 1
    raise cursor.no_alternative()


def _unset(cursor, name):
    start = cursor.at
    cursor.advance()
    if not cursor.accept("TBLPROPERTIES"):
        cursor.at = start + 1
        raise cursor.no_alternative()
    return UnsetProperties(name=name, keys=cursor.parenthesised(cursor.string))


def _rename(cursor, name):
    cursor.advance()
    if not cursor.accept("TO"):
        raise cursor.missing("TO") if cursor.at_identifier() else cursor.mismatch("'TO'")
    return RenameTable(name=name, target=ddl_names.plain(cursor))


def _partition(cursor, name):
    spec = partition_spec(cursor)
    if cursor.accept("RENAME"):
        cursor.expect("TO")
        return RenamePartition(name=name, source=spec, target=partition_spec(cursor))
    if cursor.is_word("SET"):
        return _set(cursor, name, spec)
    if cursor.is_word("ADD", "COLUMNS"):
        return _add(cursor, name, spec)
    raise cursor.no_alternative()


def partition_spec(cursor, operators=("=",)):
    """PARTITION (column = constant, …)"""
    cursor.expect("PARTITION")
    return PartitionSpec(tuple(cursor.parenthesised(lambda: _term(cursor, operators))))


def _term(cursor, operators):
    name = cursor.identifier("partition specification")
    operator = cursor.token.upper
    if operator not in operators:
        raise cursor.mismatch("{" + ", ".join(f"'{o}'" for o in operators) + "}")
    cursor.advance()
    return name, operator, _constant(cursor)


def _constant(cursor):
    """A string, a number, a typed literal (DATE '…') or NULL, as text."""
    if cursor.accept("NULL"):
        return None
    if cursor.token.upper in ("DATE", "TIMESTAMP") and cursor.peek().kind == "string":
        cursor.advance()
    if cursor.token.kind == "string":
        return cursor.advance().value
    sign = "-" if cursor.accept("-") else ""
    if cursor.token.kind == "integer" or (cursor.token.kind == "name" and cursor.token.text[0].isdigit()):
        text = sign + cursor.advance().text
        if cursor.is_word(".") and cursor.peek().kind == "integer":
            cursor.advance()
            text += "." + cursor.advance().text
        return text
    if cursor.token.upper in ("TRUE", "FALSE"):
        return cursor.advance().text.lower()
    raise cursor.mismatch("{STRING, INTEGER_VALUE, DECIMAL_VALUE}")


_RULES = {
    "ADD": _add,
    "REPLACE": _replace,
    "CHANGE": _change,
    "DROP": _drop,
    "SET": _set,
    "UNSET": _unset,
    "RENAME": _rename,
    "PARTITION": _partition,
}
