"""What Trino says could have come where a query should have ended: by the clause that was read last.

The sets are those of Trino's own tests of its parser (TestSqlParserErrorHandling), in the order that it prints.
"""

_OPERATORS = "'%' '*' '+' '-' '.' '/' 'AND' 'AT' 'OR' '[' '||' <predicate>"
_AFTER_QUERY = "'FETCH' 'LIMIT' 'OFFSET'"
_AFTER_SELECT = f"'EXCEPT' 'INTERSECT' 'ORDER' 'UNION' {_AFTER_QUERY}"
_AFTER_FROM = f"'GROUP' 'HAVING' 'WHERE' 'WINDOW' {_AFTER_SELECT}"
_AFTER_RELATION = f"',' 'CROSS' 'FULL' 'INNER' 'JOIN' 'LEFT' 'NATURAL' 'RIGHT' {_AFTER_FROM}"

_SETS = {
    "star": f"',' 'FROM' {_AFTER_FROM}",
    "item": f"{_OPERATORS} ',' 'AS' 'FROM' {_AFTER_FROM} <identifier>",
    "item alias": f"',' 'FROM' {_AFTER_FROM}",
    "table": f"{_AFTER_RELATION} '.' 'AS' 'FOR' 'MATCH_RECOGNIZE' 'TABLESAMPLE' <identifier>",
    "relation": f"{_AFTER_RELATION} 'AS' 'MATCH_RECOGNIZE' 'TABLESAMPLE' <identifier>",
    "alias": f"{_AFTER_RELATION} '(' 'MATCH_RECOGNIZE' 'TABLESAMPLE'",
    "on": f"{_OPERATORS} {_AFTER_RELATION}",
    "where": f"{_OPERATORS} 'GROUP' 'HAVING' 'WINDOW' {_AFTER_SELECT}",
    "group": f"{_OPERATORS} ',' 'HAVING' 'WINDOW' {_AFTER_SELECT}",
    "having": f"{_OPERATORS} 'WINDOW' {_AFTER_SELECT}",
    "order": f"{_OPERATORS} ',' 'ASC' 'DESC' 'NULLS' {_AFTER_QUERY}",
    "values": f"{_OPERATORS} ',' {_AFTER_SELECT}",
}


def expecting(clause, end):
    """The words after a `clause`, with what would end the query there (`<EOF>` or `')'`), as one text."""
    return ", ".join(sorted({*_SETS[clause].split(), end}))
