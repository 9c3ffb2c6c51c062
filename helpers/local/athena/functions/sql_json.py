"""SQL/JSON paths walked over documents: json_exists, json_value and json_query (functions/json).

Each path step takes a sequence of items and gives one. In the lax mode arrays are opened, other items are taken for
arrays of one and what is missing is left out; in the strict mode all three are errors.
"""

import json
import math

from helpers.local.athena.functions.json_functions import encode
from helpers.local.athena.functions.shape import Refused, python_with_nulls
from helpers.local.athena.functions.sql_json_paths import parse

_DECODER = json.JSONDecoder()


class PathError(Exception):
    """What ON ERROR handles."""


def evaluate(path, document, variables):
    """The items that `path` finds in a document (a Python value); PathError where it fails."""
    strict, tree = parse(path)
    return _Walk(strict, document, variables).items(tree)


class _Walk:
    def __init__(self, strict, document, variables):
        self.strict, self.document, self.variables = strict, document, variables
        self.current, self.last = None, None

    def items(self, node):
        return getattr(self, f"_{node[0]}")(*node[1:])

    def _number(self, value):
        return [value]

    _string = _boolean = _number

    def _null(self):
        return [None]

    def _context(self):
        return [self.document]

    def _variable(self, name):
        return [self.variables[name]]

    def _current(self):
        return [self.current]

    def _last(self):
        return [self.last]

    def _binary(self, op, left, right):
        a, b = (self._single_number(self.items(side)) for side in (left, right))
        try:
            return [_calculated(op, a, b)]
        except ZeroDivisionError:
            raise PathError("division by zero") from None

    def _single_number(self, items):
        items = self._opened(items)
        if len(items) != 1 or not _is_number(items[0]):
            raise PathError("arithmetic takes one number on each side")
        return items[0]

    def _unary(self, op, operand):
        found = self._opened(self.items(operand))
        if not all(map(_is_number, found)):
            raise PathError(f"the sign {op} takes numbers")
        return [-v if op == "-" else v for v in found]

    def _opened(self, items):
        """In the lax mode the elements of arrays in place of the arrays."""
        if self.strict:
            return items
        return [e for item in items for e in (item if isinstance(item, list) else [item])]

    def _member(self, base, key):
        found = []
        for item in self._opened(self.items(base)):
            if not isinstance(item, dict):
                if self.strict:
                    raise PathError("a member of what is no object")
            elif key is None:
                found += item.values()
            elif key in item:
                found.append(item[key])
            elif self.strict:
                raise PathError(f"no member {key}")
        return found

    def _descendant(self, base, key):
        found, stack = [], list(reversed(self.items(base)))
        while stack:
            item = stack.pop()
            if isinstance(item, dict):
                found += [item[key]] if key in item else []
                stack += reversed(item.values())
            elif isinstance(item, list):
                stack += reversed(item)
        return found

    def _elements(self, base, subscripts):
        found = []
        for item in self.items(base):
            if not isinstance(item, list):
                if self.strict:
                    raise PathError("an element of what is no array")
                item = [item]
            if subscripts is None:
                found += item
                continue
            outer, self.last = self.last, len(item) - 1
            for start, end in subscripts:
                found += self._range(item, start, end)
            self.last = outer
        return found

    def _range(self, item, start, end):
        low = math.trunc(self._single_number(self.items(start)))
        high = low if end is None else math.trunc(self._single_number(self.items(end)))
        if low < 0 or high >= len(item) or low > high:
            if self.strict:
                raise PathError("no such element")
            return item[max(low, 0) : high + 1] if low <= high else []
        return item[low : high + 1]

    def _filter(self, base, predicate):
        found = []
        for item in self._opened(self.items(base)):
            outer, self.current = self.current, item
            if self.holds(predicate) is True:
                found.append(item)
            self.current = outer
        return found

    def _method(self, base, name):
        items = self.items(base)
        if name == "type":
            return [_type_name(i) for i in items]
        if name == "size":
            if self.strict and not all(isinstance(i, list) for i in items):
                raise PathError("the size of what is no array")
            return [len(i) if isinstance(i, list) else 1 for i in items]
        items = self._opened(items)
        if name == "keyvalue":
            if not all(isinstance(i, dict) for i in items):
                raise PathError("the members of what is no object")
            return [{"name": k, "value": v, "id": n} for n, i in enumerate(items) for k, v in i.items()]
        if name == "double":
            return [_double(i) for i in items]
        if not all(map(_is_number, items)):
            raise PathError(f"{name}() of what is no number")
        return [_METHODS[name](i) for i in items]

    # ---- predicates: True, False or None for unknown

    def holds(self, node):
        return getattr(self, f"_holds_{node[0]}")(*node[1:])

    def _holds_and(self, left, right):
        a, b = self.holds(left), self.holds(right)
        return False if False in (a, b) else None if None in (a, b) else True

    def _holds_or(self, left, right):
        a, b = self.holds(left), self.holds(right)
        return True if True in (a, b) else None if None in (a, b) else False

    def _holds_not(self, inner):
        found = self.holds(inner)
        return None if found is None else not found

    def _holds_unknown(self, inner):
        return self.holds(inner) is None

    def _holds_exists(self, path):
        try:
            return bool(self.items(path))
        except PathError:
            return None

    def _holds_compare(self, op, left, right):
        try:
            pairs = [(a, b) for a in self._opened(self.items(left)) for b in self._opened(self.items(right))]
        except PathError:
            return None
        return self._any(_compared(op, a, b) for a, b in pairs)

    def _holds_starts(self, path, prefix):
        try:
            whole, start = self._opened(self.items(path)), self._opened(self.items(prefix))
        except PathError:
            return None
        if len(start) != 1 or not isinstance(start[0], str):
            return None
        return self._any(w.startswith(start[0]) if isinstance(w, str) else None for w in whole)

    def _any(self, results):
        """True if one is; in the strict mode an unknown one makes all unknown, in the lax mode only a first one."""
        found = False
        for result in results:
            if not self.strict and result is not False:
                return result
            if result is None:
                return None
            found = found or result
        return found


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _calculated(op, a, b):
    whole = isinstance(a, int) and isinstance(b, int)
    if op in "+-*":
        return a + b if op == "+" else a - b if op == "-" else a * b
    if op == "/":
        return int(math.copysign(abs(a) // abs(b), a * b)) if whole else a / b
    return int(math.fmod(a, b)) if whole and b else math.fmod(a, b) if b else a / b


def _double(value):
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise PathError("double() of what is neither number nor text")
    try:
        return float(value)
    except ValueError:
        raise PathError(f"double() of {value}") from None


_METHODS = {
    "abs": abs,
    "ceiling": lambda v: v if isinstance(v, int) else float(math.ceil(v)),
    "floor": lambda v: v if isinstance(v, int) else float(math.floor(v)),
}


def _type_name(value):
    names = {type(None): "null", bool: "boolean", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "number")


def _compared(op, a, b):
    if isinstance(a, list | dict) or isinstance(b, list | dict):
        return False if a is None or b is None else None
    if a is None or b is None:
        return a is b and op == "=="
    if _type_name(a) != _type_name(b):
        return None
    return {"==": a == b, "<>": a != b, "<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[op]


# ---- what DuckDB calls ------------------------------------------------------------------------------------
def _found(document, path, variables):
    try:
        value = _DECODER.decode(document)
        named = _DECODER.decode(variables)
    except (ValueError, RecursionError):
        raise PathError("Failed to convert the input to JSON") from None
    return evaluate(path, value, named)


def _failure(kind, problem):
    message = {
        "empty": "JSON path found no items",
        "multiple": "JSON path found multiple items",
        "scalar": "JSON path found an item that cannot be converted to an SQL value",
    }.get(str(problem), str(problem))
    return Refused(f"path evaluation failed: {message}", kind)


def _exists(document, path, variables, on_error):
    if document is None:
        return None
    try:
        return bool(_found(document, path, variables))
    except PathError as problem:
        if on_error == "error":
            raise _failure("PATH_EVALUATION_ERROR", problem) from None
        return {"true": True, "false": False}.get(on_error)


def _value(document, path, variables):
    """→ {state: value, empty or error; text: the scalar as JSON}."""
    if document is None:
        return None
    try:
        items = _found(document, path, variables)
    except PathError:
        return {"state": "error", "text": None}
    if not items:
        return {"state": "empty", "text": None}
    if len(items) > 1 or isinstance(items[0], list | dict):
        return {"state": "error", "text": None}
    return {"state": "value", "text": encode(items[0])}


def _query(document, path, variables, wrapper, quotes, on_empty, on_error):
    if document is None:
        return None
    try:
        items = _found(document, path, variables)
        if not items:
            return _otherwise(on_empty, "empty", "JSON_VALUE_RESULT_ERROR")
        wrapped = wrapper == "unconditional" or (
            wrapper == "conditional" and (len(items) > 1 or not isinstance(items[0], list | dict))
        )
        if len(items) > 1 and not wrapped:
            raise PathError("multiple")
    except PathError as problem:
        return _otherwise(on_error, problem, "PATH_EVALUATION_ERROR")
    found = items if wrapped else items[0]
    return found if quotes == "omit" and isinstance(found, str) else encode(found)


def _otherwise(behaviour, problem, code):
    if behaviour == "error":
        raise _failure(code, problem)
    return {"empty array": "[]", "empty object": "{}"}.get(behaviour)


def _array(elements):
    return "[" + ",".join(elements) + "]"


def _object(keys, values, unique):
    if any(k is None for k in keys):
        raise Refused("null value passed for JSON object key to JSON_OBJECT function")
    if unique and len(set(keys)) < len(keys):
        raise Refused("duplicate key passed to JSON_OBJECT function")
    return "{" + ",".join(f"{encode(k)}:{v}" for k, v in dict(zip(keys, values, strict=True)).items()) + "}"


def _formatted(text):
    """JSON text in normal form."""
    if text is None:
        return None
    try:
        return encode(_DECODER.decode(text))
    except (ValueError, RecursionError):
        message = "conversion to JSON failed: Failed to convert the input to JSON"
        raise Refused(message, "JSON_INPUT_CONVERSION_ERROR") from None


_V = "VARCHAR"
python_with_nulls("t_sqljson_exists", lambda a, b, c, d: _exists(a, b, c, d), [_V] * 4, "BOOLEAN")
python_with_nulls("t_sqljson_value", lambda a, b, c: _value(a, b, c), [_V] * 3, "STRUCT(state VARCHAR, text VARCHAR)")
python_with_nulls("t_sqljson_query", lambda a, b, c, d, e, f, g: _query(a, b, c, d, e, f, g), [_V] * 7, _V)
python_with_nulls("t_sqljson_array", lambda a: _array(a), ["VARCHAR[]"], _V)
python_with_nulls("t_sqljson_object", lambda a, b, c: _object(a, b, c), ["VARCHAR[]", "VARCHAR[]", "BOOLEAN"], _V)
python_with_nulls("t_sqljson_text", lambda a: _formatted(a), [_V], _V)
python_with_nulls(
    "t_sqljson_decode",
    lambda raw, name: None if raw is None else raw.decode(name, errors="replace"),
    ["BLOB", _V],
    _V,
)
python_with_nulls("t_sqljson_encode", lambda s, name: None if s is None else s.encode(name), [_V, _V], "BLOB")
