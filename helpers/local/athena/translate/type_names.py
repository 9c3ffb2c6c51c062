"""Types by name, as CAST, RETURNING and typed literals write them: which there are and how large they may be."""

from .. import types
from ..errors import AthenaError

_MOST_DIGITS, _LONGEST_CHAR, _FINEST = 38, 65536, 12


def type_named(text, node, unknown="TYPE_NOT_FOUND"):
    """Trino's text of a type → Type. Raises AthenaError: `unknown` at the node, or for a wrong size."""
    try:
        found = types.parse_type(text)
    except ValueError as e:
        raise AthenaError(unknown, f"Unknown type: {text}", node.line, node.column) from e
    check_size(found)
    return found


def check_size(t):
    """Trino makes no type with more digits than it has."""
    if t.base in ("array", "map", "row"):
        for inner in t.args:
            check_size(inner[1] if t.base == "row" else inner)
    elif t.base == "decimal":
        precision, scale = t.args
        if not 1 <= precision <= _MOST_DIGITS:
            raise _invalid(f"DECIMAL precision must be in range [1, {_MOST_DIGITS}]: {precision}")
        if scale > precision:
            raise _invalid(f"DECIMAL scale must be in range [0, precision ({precision})]: {scale}")
    elif t.base == "char" and t.args[0] > _LONGEST_CHAR:
        raise _invalid(f"CHAR length must be in range [0, {_LONGEST_CHAR}], got {t.args[0]}")
    elif t.base.startswith("time") and t.args[0] > _FINEST:
        message = f"{t.base.upper()} precision must be in range [0, {_FINEST}]: {t.args[0]}"
        raise AthenaError("NUMERIC_VALUE_OUT_OF_RANGE", message)


def _invalid(message):
    return AthenaError("INVALID_FUNCTION_ARGUMENT", message)
