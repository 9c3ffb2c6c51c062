"""What Trino says about a call that no signature fits: the signatures there are, and what they ask of their types.

Trino sorts the signatures and names the type variables of each, with what it demands of them (FunctionBinder,
functionNotFound). Only demands that a type of Athena's can fail are listed: what orders values takes no maps or JSON.
"""

import re

_ORDERABLE = {
    **dict.fromkeys(("max", "min", "greatest", "least", "array_max", "array_min"), "T"),
    **dict.fromkeys(("max_by", "min_by"), "K"),
}
# Functions whose type variable Trino calls E.
_ELEMENTS = {
    *("array_distinct", "array_except", "array_intersect", "array_remove", "array_sort", "array_union"),
    *("arrays_overlap", "concat", "element_at", "flatten", "greatest", "least", "reverse", "shuffle", "slice"),
    "trim_array",
}
_COMPARABLE = {
    **dict.fromkeys(("array_distinct", "array_except", "array_intersect", "array_remove", "array_union"), "T"),
    **dict.fromkeys(("array_position", "arrays_overlap", "checksum", "contains", "histogram"), "T"),
    **dict.fromkeys(("map_agg", "multimap_agg"), "K"),
}
_WIDENED = {"sum", "avg"}  # Trino has them for bigint, to which it widens the smaller integers
_SMALLER = {"tinyint", "smallint", "integer"}


def demanded(function):
    """The type variable of a signature whose values must be orderable, or None."""
    if function.name == "array_sort":
        return "T" if len(function.arguments) == 1 else None
    return _ORDERABLE.get(function.name)


def signatures(overloads):
    """The declarations of a function as one text."""
    shown = {_signature(f) for f in overloads if not (f.name in _WIDENED and set(f.arguments) & _SMALLER)}
    return ", ".join(sorted(shown))


def given(t):
    """A type as Trino writes it there: without spaces behind the commas, the names of fields in quotes."""
    if t is None:
        return "<function>"
    if t.base == "row":
        return f"row({','.join((f'{_quoted(name)} ' if name else '') + given(field) for name, field in t.args)})"
    if t.base in ("array", "map"):
        return f"{t.base}({','.join(map(given, t.args))})"
    return str(t).replace(", ", ",")


def _quoted(name):
    return f'"{name}"'


def _signature(function):
    arguments = list(function.arguments)
    if function.variadic and len(arguments) > 1 and arguments[-1] == arguments[-2]:
        arguments.pop()
    variables = list(dict.fromkeys(re.findall(r"\b[A-Z]\b", ", ".join(arguments))))
    demands = {_ORDERABLE.get(function.name): "orderable", _COMPARABLE.get(function.name): "comparable"}
    if function.name == "array_sort":
        demands = {demanded(function): "orderable"}
    constraints = ", ".join(v + (f":{demands[v]}" if v in demands else "") for v in variables)
    text = f"{function.name}({', '.join(map(_argument, arguments))}) {constraints}".rstrip()
    compared = function.name == "array_sort" and len(arguments) == 2
    if (function.name in _ELEMENTS and not compared) or (function.name in ("max", "min") and len(arguments) == 2):
        text = re.sub(r"\bT\b", "E", text)
    return text


def _argument(pattern):
    """A pattern of the registry with Trino's names of lengths, varchar(x), and its commas."""
    sized = re.sub(r"(char)\(([nmk])\)", lambda m: f"{m[1]}({'xyz'['nmk'.index(m[2])]})", pattern)
    return sized.replace(", ", ",")
