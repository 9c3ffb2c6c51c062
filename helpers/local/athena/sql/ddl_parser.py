"""Hive DDL, SHOW, DESCRIBE, MSCK and views: text → Statement.

Athena reads a statement with its own Hive grammar first. What that refuses goes to Trino's grammar: CTAS is
read there, and where both refuse, Trino's error is shown (`ddl_trino`). Hive itself then parses the text once
more when it runs; what only Hive minds (reserved words, block comments) is kept in `Statement.complaint` and
ends the query FAILED.
"""

from ..errors import RequestError
from . import ddl_create, ddl_lexer, ddl_names, ddl_tree, ddl_trino
from .ddl_alter import alter_database, alter_table, partition_spec
from .ddl_cursor import Cursor, HiveSyntax
from .lexer import tokenize
from .stream import Stream

CATALOG = "awsdatacatalog"
_FIRST = ("CREATE", "DROP", "ALTER", "SHOW", "DESCRIBE", "DESC", "MSCK")
_QUERY_STARTS = ("SELECT", "WITH", "VALUES", "TABLE", "(")


def is_hive(sql):
    """Whether `sql` begins like a statement that Hive's lexer, not Trino's, should cut into tokens."""
    return ddl_lexer.first_word(sql) in _FIRST


def tokens_of(sql):
    """The tokens of any statement, cut by the lexer of the grammar that will read it.

    Strings differ: Hive's know backslashes (`"\\""`). CTAS, views and queries are Trino's.
    """
    hive = ddl_lexer.tokenize(sql) if is_hive(sql) else []
    trinos = not hive or (hive[0].upper == "CREATE" and hive[1].upper in ("VIEW", "OR", "TABLE"))
    return tokenize(sql) if trinos else hive


def parse_ddl(sql):
    """`sql` → Statement, or None when it is not DDL, SHOW or DESCRIBE (CTAS, SHOW FUNCTIONS, queries).

    Raises RequestError for what Athena refuses at the start.
    """
    if not is_hive(sql):
        return None
    cursor = Cursor(ddl_lexer.tokenize(sql), sql)
    rule = _rule(cursor)
    if rule is None or (rule is ddl_create.create_table and _is_ctas(cursor)):
        return None
    try:
        statement = rule(cursor)
    except HiveSyntax as exc:
        if cursor.tokens[0].upper == "MSCK":
            return None  # Trino has no such statement at all, and says so at its first word
        raise ddl_trino.refusal(tokenize(sql)) or exc.request from None
    statement.sql = sql
    statement.complaint = statement.complaint or cursor.complaint
    _check(statement)
    return statement


def _check(statement):
    for name in _names(statement):
        if len(name.parts) > 3:
            raise RequestError(f"Invalid table name {'.'.join(name.parts)}", code="MALFORMED_QUERY")
        if name.catalog not in (None, CATALOG):
            raise _no_catalog(name.written[0])
    if isinstance(statement, ddl_tree.ShowTables) and statement.name and len(statement.name.parts) > 1:
        check_catalog(statement.name.parts[0])
    if isinstance(statement, ddl_tree.CreateTable):
        ddl_create.check(statement)


def check_catalog(catalog):
    """Only Athena's own catalog is here."""
    if catalog not in (None, CATALOG):
        raise _no_catalog(catalog)


def _no_catalog(catalog):
    return RequestError(f"Catalog '{catalog}' does not exist", code="DATACATALOG_NOT_FOUND")


def _names(statement):
    if isinstance(statement, (ddl_tree.CreateTable, ddl_tree.TableStatement)):
        yield statement.name


def _is_ctas(cursor):
    """CREATE TABLE … AS a query; never EXTERNAL."""
    depth = 0
    for token, following in zip(cursor.tokens[2:], cursor.tokens[3:], strict=False):
        depth += (token.upper == "(") - (token.upper == ")")
        if depth == 0 and token.upper == "AS" and following.upper in _QUERY_STARTS:
            return cursor.is_word("CREATE", "TABLE")
    return False


# ---- which rule


def _rule(cursor):
    """The rule for the statement's first words; None where another parser reads it."""
    first, second = cursor.token.upper, cursor.peek().upper
    if first == "CREATE" and second in ("VIEW", "OR") and _creates_view(cursor):
        return _create_view
    if first == "SHOW" and second == "FUNCTIONS":
        return None
    if first in ("DESCRIBE", "DESC"):
        return _describe
    return _RULES.get((first, second), _unknown)


def _creates_view(cursor):
    return cursor.is_word("CREATE", "VIEW") or cursor.is_word("CREATE", "OR", "REPLACE", "VIEW")


def _unknown(cursor):
    """Hive's DDL knows the first word, not the second."""
    cursor.advance()
    raise cursor.no_alternative()


# ---- databases


def _create_database(cursor):
    cursor.expect("CREATE")
    cursor.advance()
    if_not_exists = cursor.accept("IF", "NOT", "EXISTS")
    name = _database_name(cursor)
    statement = ddl_tree.CreateDatabase(database=name, if_not_exists=if_not_exists)
    if cursor.accept("COMMENT"):
        statement.comment = cursor.string()
    if cursor.accept("LOCATION"):
        statement.location = cursor.string()
    if cursor.accept("WITH"):
        cursor.expect("DBPROPERTIES")
        statement.properties = cursor.properties()
    cursor.expect_end("{<EOF>, 'COMMENT', 'LOCATION', 'WITH'}")
    return statement


def _drop_database(cursor):
    cursor.expect("DROP")
    cursor.advance()
    if_exists = cursor.accept("IF", "EXISTS")
    name = _database_name(cursor)
    cascade = cursor.accept("CASCADE")
    if not cascade:
        cursor.accept("RESTRICT")
    cursor.expect_end("{<EOF>, 'CASCADE', 'RESTRICT'}")
    return ddl_tree.DropDatabase(database=name, if_exists=if_exists, cascade=cascade)


def _database_name(cursor):
    """[catalog.]database"""
    parts = ddl_names.plain(cursor).parts
    if len(parts) > 2:
        raise RequestError(f"Invalid database name {'.'.join(parts)}", code="MALFORMED_QUERY")
    if len(parts) == 2:
        check_catalog(parts[0])
    return parts[-1]


# ---- tables and views


def _drop_table(cursor):
    cursor.expect("DROP", "TABLE")
    if_exists = cursor.accept("IF", "EXISTS")
    name = ddl_names.dropped(cursor)
    cursor.accept("PURGE")
    cursor.expect_end("{<EOF>, '.', 'PURGE'}")
    return ddl_tree.DropTable(name=name, if_exists=if_exists)


def _drop_view(cursor):
    cursor.expect("DROP", "VIEW")
    if_exists = cursor.accept("IF", "EXISTS")
    name = ddl_names.view(cursor)
    cursor.expect_end("{<EOF>, '.'}")
    return ddl_tree.DropView(name=name, if_exists=if_exists)


def _create_view(cursor):
    """Trino's statement, read with Trino's tokens: double quotes are names."""
    sql = cursor.sql
    stream = Stream(tokenize(sql), sql)
    stream.expect("CREATE")
    replace = stream.accept("OR", "REPLACE")
    stream.expect("VIEW")
    written = stream.qualified_name()
    comment = stream.string() if stream.accept("COMMENT") else None
    if stream.accept("SECURITY") and not stream.accept_any("DEFINER", "INVOKER"):
        raise stream.mismatch("'DEFINER', 'INVOKER'")
    stream.expect("AS")
    if stream.token.upper not in _QUERY_STARTS:
        raise stream.mismatch("<query>")
    begin = stream.token.start
    blanked = "".join(c if c == "\n" else " " for c in sql[:begin])
    name = ddl_tree.TableName(tuple(part.lower() for part in written), written)
    return ddl_tree.CreateView(name=name, query=blanked + sql[begin:], replace=replace, comment=comment)


def _repair(cursor):
    cursor.expect("MSCK", "REPAIR", "TABLE")
    name = ddl_names.plain(cursor)
    cursor.expect_end("{<EOF>, '.'}")
    return ddl_tree.RepairTable(name=name)


# ---- SHOW and DESCRIBE


def _show_databases(cursor):
    cursor.expect("SHOW")
    cursor.advance()
    pattern = cursor.string() if cursor.accept("LIKE") else None
    cursor.expect_end("{<EOF>, 'LIKE'}")
    return ddl_tree.ShowDatabases(pattern=pattern)


def _show_tables(cursor):
    cursor.expect("SHOW")
    kind = ddl_tree.ShowViews if cursor.advance().upper == "VIEWS" else ddl_tree.ShowTables
    name = None
    if cursor.accept("IN") or cursor.accept("FROM"):
        name = ddl_names.database(cursor)
    pattern = cursor.string() if cursor.accept("LIKE") or cursor.token.kind == "string" else None
    cursor.expect_end("{<EOF>, 'LIKE', STRING}" if pattern is None else "<EOF>")
    return kind(name=name, pattern=pattern)


def _show_partitions(cursor):
    cursor.expect("SHOW", "PARTITIONS")
    name = ddl_names.plain(cursor)
    partition = partition_spec(cursor) if cursor.is_word("PARTITION") else None
    cursor.expect_end("{<EOF>, '.', 'PARTITION'}")
    return ddl_tree.ShowPartitions(name=name, partition=partition)


def _show_columns(cursor):
    cursor.expect("SHOW", "COLUMNS")
    if not (cursor.accept("IN") or cursor.accept("FROM")):
        raise cursor.mismatch("{'FROM', 'IN'}")
    name, refusal = ddl_names.described(cursor, describing=False)
    if cursor.accept("IN") or cursor.accept("FROM"):
        name = ddl_tree.TableName((cursor.identifier("database name"), name.table))
    cursor.expect_end("{<EOF>, '.', 'FROM', 'IN'}")
    return ddl_tree.ShowColumns(name=name, refusal=refusal)


def _show_properties(cursor):
    cursor.expect("SHOW", "TBLPROPERTIES")
    name = ddl_names.plain(cursor)
    key = cursor.parenthesised(cursor.string)[0] if cursor.is_word("(") else None
    cursor.expect_end("{<EOF>, '.', '('}")
    return ddl_tree.ShowProperties(name=name, key=key)


def _show_create(cursor):
    cursor.expect("SHOW", "CREATE")
    if cursor.accept("VIEW"):
        statement = ddl_tree.ShowCreateView(name=ddl_names.view(cursor))
    elif cursor.accept("TABLE"):
        statement = ddl_tree.ShowCreateTable(name=ddl_names.shown(cursor))
    else:
        raise cursor.no_alternative()
    cursor.expect_end("{<EOF>, '.'}")
    return statement


def _describe(cursor):
    cursor.advance()
    style = ""
    if cursor.token.upper in ("FORMATTED", "EXTENDED") and cursor.peek().kind in ("name", "backquoted"):
        style = cursor.advance().upper
    try:
        name, refusal = ddl_names.described(cursor, describing=True)
    except HiveSyntax:
        raise cursor.no_alternative() from None
    if refusal and style:
        raise HiveSyntax(refusal)
    partition = partition_spec(cursor) if cursor.is_word("PARTITION") else None
    column = []
    if cursor.at_identifier():
        column = [cursor.identifier("describe statement")]
        while cursor.accept("."):
            column.append(cursor.identifier("describe statement"))
    cursor.expect_end("{<EOF>, '.'}")
    return ddl_tree.DescribeTable(name=name, refusal=refusal, style=style, partition=partition, column=tuple(column))


_RULES = {
    ("CREATE", "DATABASE"): _create_database,
    ("CREATE", "SCHEMA"): _create_database,
    ("DROP", "DATABASE"): _drop_database,
    ("DROP", "SCHEMA"): _drop_database,
    ("ALTER", "DATABASE"): alter_database,
    ("ALTER", "SCHEMA"): alter_database,
    ("CREATE", "EXTERNAL"): ddl_create.create_table,
    ("CREATE", "TABLE"): ddl_create.create_table,
    ("DROP", "TABLE"): _drop_table,
    ("DROP", "VIEW"): _drop_view,
    ("ALTER", "TABLE"): alter_table,
    ("MSCK", "REPAIR"): _repair,
    ("SHOW", "DATABASES"): _show_databases,
    ("SHOW", "SCHEMAS"): _show_databases,
    ("SHOW", "TABLES"): _show_tables,
    ("SHOW", "VIEWS"): _show_tables,
    ("SHOW", "PARTITIONS"): _show_partitions,
    ("SHOW", "COLUMNS"): _show_columns,
    ("SHOW", "TBLPROPERTIES"): _show_properties,
    ("SHOW", "CREATE"): _show_create,
}
