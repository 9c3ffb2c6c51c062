"""SearchTables: tables of all databases by words or by properties (Glue's API reference, SearchTables)."""

import re

from .backend import invalid

MOST = 1000  # tables a page may have, and has unless the request wants fewer
_TIMES = ("createtime", "updatetime", "lastaccesstime", "lastanalyzedtime")
_TOKEN = re.compile(r"[^\W]+")


def search(ask, request):
    """The answer to a SearchTables request; `ask(operation, request)` is the catalog's."""
    found = [table for table in _tables(ask) if _wanted(table, request)]
    for criterion in reversed(request.get("SortCriteria", [])):
        field = criterion.get("FieldName", "Name")
        found.sort(key=lambda table: _property(table, field) or "", reverse=criterion.get("Sort") == "DESC")
    start = _start(request.get("NextToken"))
    end = start + min(request.get("MaxResults", MOST), MOST)
    answer = {"TableList": found[start:end]}
    return answer | {"NextToken": str(end)} if end < len(found) else answer


def _tables(ask):
    databases = sorted(database["Name"] for database in ask("GetDatabases", {})["DatabaseList"])
    for name in databases:
        yield from sorted(ask("GetTables", {"DatabaseName": name})["TableList"], key=lambda table: table["Name"])


def _start(token):
    if token is None:
        return 0
    if not token.isdecimal():
        raise invalid("The continuation token is not one of this endpoint's")
    return int(token)


def _wanted(table, request):
    text = request.get("SearchText")
    return (not text or _found_by_text(table, text)) and all(_passes(table, f) for f in request.get("Filters", []))


def _found_by_text(table, text):
    """Quoted text is a whole value; else each word is a token of some value. Letters' case never counts."""
    values = list(_values(table))
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].lower() in values
    tokens = {token for value in values for token in _TOKEN.findall(value)}
    return all(word in tokens for word in _TOKEN.findall(text.lower()))


def _passes(table, predicate):
    """Whether a property, or one of its tokens, is the value."""
    key, value = predicate.get("Key", ""), predicate.get("Value", "").lower()
    if key.lower() in _TIMES or predicate.get("Comparator", "EQUALS") != "EQUALS":
        raise invalid("NOT_SUPPORTED: this endpoint does not search by time")
    held = (_property(table, key) or "").lower()
    return held == value or value in re.split(r"[-:#./ ]", held)


def _property(table, key):
    """A field of the table, or one of its parameters, as text; None where it has none."""
    fields = {name.lower(): value for name, value in table.items() if isinstance(value, str)}
    parameters = {name.lower(): value for name, value in table.get("Parameters", {}).items()}
    return fields.get(key.lower(), parameters.get(key.lower()))


def _values(value):
    """Every text below a table's description, in lower case."""
    if isinstance(value, str):
        yield value.lower()
    elif isinstance(value, dict):
        for each in value.values():
            yield from _values(each)
    elif isinstance(value, list):
        for each in value:
            yield from _values(each)
