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
_LONGEST = {"varchar": 65535, "char": 255}
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
        if not numbers:
            return _DEFAULTS[name]
        scale = numbers[1] if len(numbers) > 1 else 0
        _check_decimal(cursor, numbers[0], scale)
        return f"decimal({numbers[0]},{scale})"
    if name in ("varchar", "char") and len(numbers) == 1:
        if not 1 <= numbers[0] <= _LONGEST[name]:
            message = f"{name.title()} length {numbers[0]} out of allowed range [1, {_LONGEST[name]}]"
            cursor.refuse(f"FAILED: RuntimeException {message}")
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


def _check_decimal(cursor, precision, scale):
    """Hive's HiveDecimalUtils, as its Driver reports what a type refuses."""
    message = None
    if not 1 <= precision <= 38:
        message = "Decimal precision out of allowed range [1,38]"
    elif not 0 <= scale <= 38:
        message = "Decimal scale out of allowed range [0,38]"
    elif precision < scale:
        message = "Decimal scale must be less than or equal to precision"
    if message:
        cursor.refuse(f"FAILED: IllegalArgumentException {message}")


def _number(cursor):
    if cursor.token.kind != "integer":
        raise cursor.mismatch("INTEGER_VALUE")
    return int(cursor.advance().text)
