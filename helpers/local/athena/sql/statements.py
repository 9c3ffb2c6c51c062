"""Text → one typed statement, or the error with which Athena refuses the request.

Why our own parser: sqlglot reads what Athena refuses (`FROM t SELECT`, `a::int`, trailing commas) and keeps no
position for operators, and Athena's error messages name both.
"""

import re

from ..errors import RequestError, unsupported_statement
from . import athena_grammar, native_commands, statement_tree, tree
from .ddl_parser import parse_ddl, tokens_of
from .lexer import mismatched, tokenize
from .query_parser import QueryParser

_STATEMENT_STARTS = (
    "'ALTER', 'ANALYZE', 'CALL', 'COMMENT', 'COMMIT', 'CREATE', 'DEALLOCATE', 'DELETE', 'DENY', 'DESC', 'DESCRIBE', "
    "'DROP', 'EXECUTE', 'EXPLAIN', 'GRANT', 'INSERT', 'MERGE', 'PREPARE', 'REFRESH', 'RESET', 'REVOKE', 'ROLLBACK', "
    "'SET', 'SHOW', 'START', 'TRUNCATE', 'UNLOAD', 'UPDATE', 'USE', <query>"
)
# Trino knows them, Athena does not offer them.
_REFUSED = (
    "ANALYZE",
    "CALL",
    "COMMENT",
    "COMMIT",
    "DENY",
    "GRANT",
    "REFRESH",
    "RESET",
    "REVOKE",
    "ROLLBACK",
    "SET",
    "START",
    "TRUNCATE",
    "USE",
)


def parse(sql):
    """`sql` → Statement. Raises RequestError (MALFORMED_QUERY) for what Athena refuses at the start."""
    text = _single_statement(sql)
    if native_commands.is_native(text):
        raise unsupported_statement()
    ddl = parse_ddl(text)
    if ddl is not None:
        return ddl
    return _or_unsupported(_parse_trinos, text)


def parse_new_view(sql):
    """The query of a CREATE VIEW, refused as `parse` refuses a query."""
    return _or_unsupported(parse_query, sql)


def _or_unsupported(parse_text, text):
    try:
        return parse_text(text)
    except RequestError:
        if athena_grammar.accepts(text):
            raise unsupported_statement() from None
        raise


def _parse_trinos(text):
    parser = _StatementParser(tokenize(text), text)
    statement = parser.statement()
    if parser.token.kind != "end":
        raise parser.mismatch("<EOF>")
    statement.sql, statement.parameters = text, parser.parameters
    return statement


def parse_query(sql):
    """The text of a query (a view's, say) → tree.Query."""
    return parse_expression_text(sql, QueryParser.query)


def parse_expression(sql):
    """The text of one expression → its tree."""
    return parse_expression_text(sql, QueryParser.expression)


def parse_expression_text(sql, rule):
    parser = QueryParser(tokenize(sql), sql)
    found = rule(parser)
    if parser.token.kind != "end":
        raise parser.mismatch("<EOF>")
    return found


def _single_statement(sql):
    """The statement without its final semicolon. Anything after it, even a comment, is a second statement."""
    bare = sql.strip()
    tokens = tokens_of(sql)
    semicolons = [t for t in tokens if t.upper == ";"]
    if bare and len(tokens) == 1:  # nothing but comments
        raise mismatched(tokens[0], _STATEMENT_STARTS)
    if all(t.upper == ";" for t in tokens[:-1]):
        raise RequestError(f"Empty sql statement: {sql}", code="MALFORMED_QUERY")
    if not semicolons:
        return bare
    if not re.fullmatch(r"[\s;]*", sql[semicolons[0].end :]):
        raise RequestError(f"Only one sql statement is allowed. Got: {sql}", code="MALFORMED_QUERY")
    return sql[: semicolons[0].start].strip()


class _StatementParser(QueryParser):
    def statement(self):
        word = self.token.upper
        if self.at_query() or word == "(":
            return statement_tree.SelectStatement(self.query())
        rule = getattr(self, f"_statement_{word.lower()}", None) if self.token.kind == "name" else None
        if rule:
            return rule()
        if word in _REFUSED:
            raise unsupported_statement()
        raise mismatched(self.token, _STATEMENT_STARTS)

    def _statement_create(self):
        self.expect("CREATE", "TABLE")
        exists = self.accept("IF", "NOT", "EXISTS")
        name = self._table_name()
        columns = self.parenthesised(self.identifier) if self.is_word("(") else None
        properties = self._properties() if self.accept("WITH") else {}
        self.expect("AS")
        query = self._maybe_parenthesised()
        with_data = True
        if self.accept("WITH"):
            with_data = not self.accept("NO")
            self.expect("DATA")
        return statement_tree.CreateTableAs(name, properties, query, with_data, exists, columns)

    def _maybe_parenthesised(self):
        return self.query()

    def _properties(self):
        """WITH (name = expression, …); a repeated name is refused."""
        found = {}
        for key, value in self.parenthesised(self._property):
            if key in found:
                raise RequestError(f"Duplicate property: {key}", code="MALFORMED_QUERY")
            found[key] = value
        return found

    def _property(self):
        key = self.identifier().lower()
        self.expect("=")
        return key, self.expression()

    def _table_name(self):
        here = self.here()
        return tree.TableName(self.qualified_name(), **here)

    def _statement_insert(self):
        self.expect("INSERT", "INTO")
        name = self._table_name()
        columns = None
        if self.is_word("(") and not self._parenthesised_query():
            columns = [c.lower() for c in self.parenthesised(self.identifier)]
        return statement_tree.InsertInto(name, columns, self.query())

    def _parenthesised_query(self):
        return self.at_query() or self.peek().upper in ("SELECT", "WITH", "VALUES", "TABLE", "(")

    def _statement_unload(self):
        self.expect("UNLOAD", "(")
        query = self.query()
        self.expect(")", "TO")
        to = self.string()
        return statement_tree.Unload(query, to, self._properties() if self.accept("WITH") else {})

    def _statement_update(self):
        self.expect("UPDATE")
        name = self._table_name()
        self.expect("SET")
        assignments = self.comma_list(self._assignment)
        return statement_tree.Update(name, assignments, self.expression() if self.accept("WHERE") else None)

    def _statement_delete(self):
        self.expect("DELETE", "FROM")
        return statement_tree.Delete(self._table_name(), self.expression() if self.accept("WHERE") else None)

    def _statement_merge(self):
        self.expect("MERGE", "INTO")
        statement = statement_tree.Merge(self._table_name())
        if self.accept("AS") or (self.at_identifier() and not self.is_word("USING")):
            statement.alias = self.identifier().lower()
        if not self.is_word("USING"):
            raise self.mismatch("'USING'" if statement.alias else "'.', 'AS', 'USING', <identifier>")
        self.expect("USING")
        statement.source = self._aliased()
        self.expect("ON")
        statement.on = self.expression()
        while not statement.cases or self.is_word("WHEN"):
            statement.cases.append(self._merge_case())
        return statement

    def _merge_case(self):
        here = self.here()
        self.expect("WHEN")
        matched = not self.accept("NOT")
        self.expect("MATCHED")
        condition = self.expression() if self.accept("AND") else None
        self.expect("THEN")
        if not matched:
            return self._merge_insert(condition, here)
        if self.accept("DELETE"):
            return statement_tree.MergeCase(True, "delete", condition, **here)
        if not self.accept("UPDATE"):
            raise self.mismatch("'DELETE', 'UPDATE'")
        self.expect("SET")
        assignments = self.comma_list(self._assignment)
        return statement_tree.MergeCase(True, "update", condition, assignments, **here)

    def _merge_insert(self, condition, here):
        self.expect("INSERT")
        columns = None
        if self.is_word("("):
            columns = [c.lower() for c in self.parenthesised(self.identifier)]
        self.expect("VALUES")
        values = self.parenthesised(self.expression)
        return statement_tree.MergeCase(False, "insert", condition, columns=columns, values=values, **here)

    def _assignment(self):
        here = self.here()
        column = self.identifier().lower()
        self.expect("=")
        return tree.Assignment(column, self.expression(), **here)

    def _statement_optimize(self):
        self.expect("OPTIMIZE")
        name = self._table_name()
        self.expect("REWRITE", "DATA", "USING", "BIN_PACK")
        return statement_tree.Optimize(name, self.expression() if self.accept("WHERE") else None)

    def _statement_vacuum(self):
        self.expect("VACUUM")
        return statement_tree.Vacuum(self._table_name())

    def _statement_using(self):
        """USING EXTERNAL FUNCTION name(argument type, …) RETURNS type LAMBDA 'name', … SELECT …"""
        self.expect("USING")
        names = self.comma_list(self._external_function)
        return statement_tree.UsingFunctions(names, self.query())

    def _external_function(self):
        self.expect("EXTERNAL", "FUNCTION")
        name = self.identifier()
        self.expect("(")
        if not self.is_word(")"):
            self.comma_list(lambda: (self.identifier(), self.type_name()))
        self.expect(")", "RETURNS")
        self.type_name()
        if not self.accept_any("LAMBDA", "SAGEMAKER"):
            raise self.mismatch("'LAMBDA', 'SAGEMAKER'")
        self.string()
        return name

    def _statement_explain(self):
        self.expect("EXPLAIN")
        analyze = self.accept("ANALYZE")
        self.accept("VERBOSE")
        options = {}
        if self.is_word("(") and self.peek().upper in ("TYPE", "FORMAT"):
            options = dict(self.parenthesised(self._explain_option))
        if self.token.upper not in (
            "SELECT",
            "WITH",
            "VALUES",
            "TABLE",
            "(",
            "INSERT",
            "CREATE",
            "UPDATE",
            "DELETE",
            "MERGE",
            "UNLOAD",
            "EXECUTE",
        ):
            raise self.mismatch("'(', " + _STATEMENT_STARTS)
        return statement_tree.Explain(self.statement(), analyze, options)

    def _explain_option(self):
        key = self.accept_any("TYPE", "FORMAT")
        allowed = {
            "TYPE": ("LOGICAL", "DISTRIBUTED", "VALIDATE", "IO"),
            "FORMAT": ("TEXT", "GRAPHVIZ", "JSON"),
        }.get(key, ())
        value = self.accept_any(*allowed)
        if not value:
            raise self.mismatch(", ".join(f"'{a}'" for a in sorted(allowed)) or "'FORMAT', 'TYPE'")
        return key, value

    def _statement_prepare(self):
        self.expect("PREPARE")
        name = self.identifier()
        self.expect("FROM")
        text = self.sql[self.token.start :]
        if self.token.upper in ("SHOW", "DESCRIBE", "DESC", "DROP", "ALTER"):
            raise unsupported_statement()  # User Guide, querying-with-prepared-statements: what reads or writes data
        self.statement()
        self.parameters = 0
        return statement_tree.Prepare(name, text)

    def _statement_execute(self):
        self.expect("EXECUTE")
        name = self.identifier()
        arguments = self.comma_list(self._argument_text) if self.accept("USING") else []
        return statement_tree.Execute(name, arguments)

    def _argument_text(self):
        start = self.token.start
        self.expression()
        return self.sql[start : self.tokens[self.at - 1].end]

    def _statement_deallocate(self):
        self.expect("DEALLOCATE", "PREPARE")
        return statement_tree.Deallocate(self.identifier())

    def _statement_show(self):
        self.expect("SHOW", "FUNCTIONS")
        like = self.string() if self.accept("LIKE") else None
        return statement_tree.ShowFunctions(
            like, self.string() if like is not None and self.accept("ESCAPE") else None
        )
