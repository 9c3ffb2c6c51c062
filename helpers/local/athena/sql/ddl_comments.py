"""Block comments in statements that Hive itself parses: it knows none, and says so in its own words.

Which statements, which positions and which words: measured on the real service by a third party. Hive counts
lines from 1 and columns from 0, in the text whose runs of white space have become single spaces.
"""

import re

from . import ddl_tree
from .ddl_lexer import tokenize

_WORD = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\d+\.\d+|\w+|<=|>=|!=|<>|[!-~]", re.ASCII)
_ALTERS = (
    ddl_tree.AddColumns,
    ddl_tree.ReplaceColumns,
    ddl_tree.ChangeColumn,
    ddl_tree.RenameTable,
    ddl_tree.DropColumn,
)
_READ_BY_HIVE = (ddl_tree.DescribeTable, ddl_tree.ShowCreateTable, ddl_tree.RepairTable, *_ALTERS)


def collapsed(sql):
    """The text as Hive sees it."""
    return re.sub(r"\s{2,}", " ", sql.strip())


def complaint(statement):
    """Hive's ParseException for the first block comment of `statement.sql`, or None where it minds none."""
    if not isinstance(statement, _READ_BY_HIVE) or "/*" not in statement.sql:
        return None
    sql = collapsed(statement.sql)
    tokens = tokenize(sql)
    index, at = _first_comment(sql, tokens)
    if at is None:
        return None
    where = f"{sql.count(chr(10), 0, at) + 1}:{at - (sql.rfind(chr(10), 0, at) + 1)}"
    text = _alter(sql, tokens, index, at, statement) if isinstance(statement, _ALTERS) else None
    if text is None and not isinstance(statement, _ALTERS):
        text = _other(sql, tokens, index, at)
    if text is None:
        return None
    if text.startswith("@"):  # about the first word of the statement, not about the comment
        where, text = f"{tokens[0].line}:{tokens[0].column - 1}", text[1:]
    return f"FAILED: ParseException line {where} {text}"


def _first_comment(sql, tokens):
    """(how many tokens come before it, its index in the text) of the first block comment; (0, None) without one."""
    end = 0
    for index, token in enumerate(tokens):
        gap = re.sub(r"--[^\n]*", lambda m: " " * len(m.group()), sql[end : token.start])
        at = gap.find("/*")
        if at >= 0:
            return index, end + at
        end = token.end
    return 0, None


def _near(sql, at):
    word = _WORD.search(sql, at + 2)
    return f"cannot recognize input near '/' '*' '{word.group() if word else '*'}'"


def _name_end(tokens, start):
    """The index behind the name that begins at token `start`."""
    end = start + 1
    while end < len(tokens) and tokens[end].upper == ".":
        end += 2
    return end


def _alter(sql, tokens, index, at, statement):
    if index == 0:
        return _near(sql, at)
    if index == 1:
        return f"@cannot recognize input near '{tokens[0].text}' '/' '*' in alter statement"
    if index == 2:
        return _near(sql, at) + " in table name"
    if index == _name_end(tokens, 2) and isinstance(statement, ddl_tree.AddColumns):
        return _near(sql, at) + " in alter table statement"
    return None


def _other(sql, tokens, index, at):
    """DESCRIBE, SHOW CREATE TABLE and MSCK REPAIR TABLE."""
    first = tokens[0]
    describing = first.upper in ("DESCRIBE", "DESC")
    name = 3 if not describing else 1 + (tokens[1].upper in ("EXTENDED", "FORMATTED"))
    if index == 0:
        return _near(sql, at)
    if describing and index == 1:
        return f"@cannot recognize input near '{first.text}' '/' '*' in describe statement"
    if describing and index == name:
        return _near(sql, at) + " in specifying describe table types"
    if first.upper == "SHOW" and index == 1:
        return f"cannot recognize input near '{first.text}' '/' '*' in ddl statement"
    if first.upper == "SHOW" and index == 2:
        return f"mismatched input '/' expecting TABLE near '{tokens[1].text}' in show statement"
    if index == name:
        return _near(sql, at) + " in table name"
    if name < index < _name_end(tokens, name) and tokens[index - 1].upper == ".":
        return f"cannot recognize input near '{tokens[index - 2].text}' '.' '/' in table name"
    return f"missing EOF at '/' near '{tokens[index - 1].text}'"
