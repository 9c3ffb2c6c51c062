"""Block comments in statements that Hive itself parses: it knows none, and says so in its own words."""

import re

_BLOCK = re.compile(r"/\*")


def complaint(sql, tokens):
    """Hive's ParseException for the first /* in a DESCRIBE, SHOW CREATE TABLE or MSCK, or None.

    The wording is Hive's (ANTLR 3): what it expected depends on how much of the statement came before.
    """
    found = _first_comment(sql, tokens)
    if found is None:
        return None
    index, at = found
    line = sql.count("\n", 0, at) + 1
    column = at - (sql.rfind("\n", 0, at) + 1)
    word = re.match(r"\w+|\S", sql[at + 2 :].lstrip())
    near = f"'/' '*' '{word.group() if word else '*'}'"
    before = [t.text for t in tokens[:index]]
    statement = tokens[0].upper
    if index == 0:
        return _exception(line, column, f"cannot recognize input near {near}")
    if statement in ("DESCRIBE", "DESC") and index == 1:
        first = tokens[0]
        text = f"cannot recognize input near '{before[0]}' '/' '*' in describe statement"
        return _exception(first.line, first.column - 1, text)
    if statement == "SHOW" and index == 1:
        return _exception(line, column, f"cannot recognize input near '{before[0]}' '/' '*' in ddl statement")
    if statement == "SHOW" and index == 2:
        text = f"mismatched input '/' expecting TABLE near '{before[1]}' in show statement"
        return _exception(line, column, text)
    if index == 3 and statement in ("SHOW", "MSCK"):
        return _exception(line, column, f"cannot recognize input near {near} in table name")
    return _exception(line, column, f"missing EOF at '/' near '{before[-1]}'")


def _exception(line, column, text):
    return f"FAILED: ParseException line {line}:{column} {text}"


def _first_comment(sql, tokens):
    """(how many tokens come before it, its index in the text) of the first block comment, or None."""
    end = 0
    for index, token in enumerate(tokens):
        gap = re.sub(r"--[^\n]*", lambda m: " " * len(m.group()), sql[end : token.start])
        match = _BLOCK.search(gap)
        if match:
            return index, end + match.start()
        end = token.end
    return None
