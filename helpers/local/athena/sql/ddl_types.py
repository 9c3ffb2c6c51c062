"""Column definitions in Hive's DDL: names, types and comments."""

from .ddl_tree import ColumnDef

_PLAIN = {
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "boolean",
    "float",
    "double",
    "string",
    "binary",
    "date",
    "timestamp",
}
_DEFAULTS = {"decimal": "decimal(10,0)", "dec": "decimal(10,0)"}


def column(cursor):
    """name type [COMMENT 'text']"""
    name = cursor.identifier("column specification")
    hive_type = column_type(cursor)
    comment = cursor.string() if cursor.accept("COMMENT") else None
    return ColumnDef(name, hive_type, comment)


def column_type(cursor):
    """A type as Hive's catalog writes it: lower case, without spaces."""
    token = cursor.token
    word = token.upper
    if word in ("ARRAY", "UNIONTYPE", "MAP") and cursor.peek().upper == "<":
        cursor.expect(word, "<")
        inner = cursor.comma_list(lambda: column_type(cursor))
        if (word == "ARRAY" and len(inner) != 1) or (word == "MAP" and len(inner) != 2):
            raise cursor.mismatch("'>'")
        cursor.expect(">")
        return f"{word.lower()}<{','.join(inner)}>"
    if word == "STRUCT" and cursor.peek().upper == "<":
        cursor.expect("STRUCT", "<")
        inner = cursor.comma_list(lambda: _field(cursor))
        cursor.expect(">")
        return f"struct<{','.join(inner)}>"
    return _primitive(cursor, token)


def _field(cursor):
    if not cursor.at_identifier():
        raise cursor.mismatch("IDENTIFIER")
    name = cursor.advance().value.lower()
    cursor.expect(":")
    text = f"{name}:{column_type(cursor)}"
    if cursor.accept("COMMENT"):
        cursor.string()
    return text


def _primitive(cursor, token):
    """Athena's grammar takes any name with numbers as a type; Hive then knows only its own."""
    if not cursor.at_identifier():
        raise cursor.mismatch("IDENTIFIER")
    name = cursor.advance().value.lower()
    numbers = cursor.parenthesised(lambda: _number(cursor)) if cursor.is_word("(") else []
    if name in _PLAIN and not numbers:
        return name
    if name in _DEFAULTS and len(numbers) <= 2:
        scale = numbers[1] if len(numbers) > 1 else 0
        return f"decimal({numbers[0]},{scale})" if numbers else _DEFAULTS[name]
    if name in ("varchar", "char") and len(numbers) == 1:
        return f"{name}({numbers[0]})"
    if name in ("varchar", "char") and not numbers:
        here = cursor.token
        cursor.complain(
            here, f"mismatched input '{here.text}' expecting ( near '{token.text}' in primitive type specification"
        )
        return f"{name}(1)"
    at = cursor.tokens.index(token)
    near = " ".join(f"'{t.text}'" for t in cursor.tokens[at : at + 3])
    cursor.complain(token, f"cannot recognize input near {near} in column type")
    return "string"


def _number(cursor):
    if cursor.token.kind != "integer":
        raise cursor.mismatch("INTEGER_VALUE")
    return int(cursor.advance().text)
