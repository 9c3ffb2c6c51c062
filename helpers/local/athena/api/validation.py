"""Requests checked against Athena's service model, with the messages of the real service's framework.

Two rounds, as recorded: values of a wrong JSON type are refused first (SerializationException), then all
broken constraints are listed in the model's order ("2 validation errors detected: …; …").
"""

import functools
import json
import re

import botocore.session

from ..errors import RequestError

INTEGERS = {"integer": "an Integer", "long": "a Long"}
_REQUIRED = {("Tag", "Key")}  # nothing can be done without it, though the model does not say so
# The framework of the real service lets these through; the operation itself refuses them later.
_CHECKED_LATER = {("GetQueryResults", "MaxResults", "max")}


@functools.cache
def service_model():
    return botocore.session.get_session().get_service_model("athena")


def operations():
    return service_model().operation_names


def parse(operation, body):
    """The request's bytes → dict of its members. Raises RequestError as the real service does."""
    shape = service_model().operation_model(operation).input_shape
    try:
        request = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if isinstance(request, list):
        raise _unreadable("Start of list found where not expected")
    if not isinstance(request, dict):
        raise _unreadable()
    if shape is None:
        return {}
    request = _typed(shape, request)
    problems = list(_problems(operation, shape, request, ""))
    if problems:
        count = "1 validation error" if len(problems) == 1 else f"{len(problems)} validation errors"
        raise RequestError(f"{count} detected: {'; '.join(problems)}")
    return request


def _unreadable(message=None):
    return RequestError(message, code=None, exception="SerializationException")


def _typed(shape, value):
    """The value with nulls and unknown members dropped; raises where its JSON type is a wrong one."""
    if shape.type_name == "structure":
        if not isinstance(value, dict):
            raise _unreadable(_misplaced(value, "structure"))
        return {
            name: _typed(member, value[name]) for name, member in shape.members.items() if value.get(name) is not None
        }
    if shape.type_name == "map":
        if not isinstance(value, dict):
            raise _unreadable(_misplaced(value, "map"))
        return {key: _typed(shape.value, item) for key, item in value.items()}
    if shape.type_name == "list":
        if not isinstance(value, list):
            raise _unreadable(_misplaced(value, "list"))
        return [_typed(shape.member, item) for item in value]
    return _scalar(shape, value)


def _misplaced(value, expected):
    if isinstance(value, dict):
        return "Start of structure or map found where not expected."
    return "Start of list found where not expected" if isinstance(value, list) else f"Expected {expected} or null"


def _scalar(shape, value):
    if isinstance(value, list | dict):
        raise _unreadable(_misplaced(value, ""))
    if isinstance(value, bool):
        found = "TRUE_VALUE" if value else "FALSE_VALUE"
    else:
        found = {str: "STRING_VALUE", type(None): "NULL_VALUE"}.get(type(value), "NUMBER_VALUE")
    if shape.type_name in INTEGERS:
        expected, fits = INTEGERS[shape.type_name], found == "NUMBER_VALUE"
        value = int(value) if fits else value
    elif shape.type_name == "boolean":
        expected, fits = "a Boolean", isinstance(value, bool)
    elif shape.type_name in ("string", "blob"):
        expected, fits = "a String", found == "STRING_VALUE"
    else:
        expected, fits = f"a {shape.type_name.capitalize()}", found == "NUMBER_VALUE"
    if not fits:
        raise _unreadable(f"{found} can not be converted to {expected}")
    return value


def _problems(operation, shape, value, path):
    """Every broken constraint below `value`, in the order of the model."""
    for name, member in shape.members.items():
        where = f"{path}.{_lower_first(name)}" if path else _lower_first(name)
        if name not in value:
            if name in shape.required_members or (shape.name, name) in _REQUIRED:
                yield f"Value null at '{where}' failed to satisfy constraint: Member must not be null"
            continue
        item = value[name]
        later = {key for op, member_name, key in _CHECKED_LATER if (op, member_name) == (operation, name)}
        for constraint in _constraints(member, item, later):
            yield f"Value at '{where}' failed to satisfy constraint: {constraint}"
        if member.type_name == "structure":
            yield from _problems(operation, member, item, where)
        elif member.type_name == "list":
            yield from _list_problems(operation, member.member, item, where)
        elif member.type_name == "map":
            yield from _map_problems(member, item, where)


def _list_problems(operation, shape, items, where):
    for number, item in enumerate(items, 1):
        if shape.type_name == "structure":
            yield from _problems(operation, shape, item, f"{where}.{number}.member")
        elif any(True for _ in _constraints(shape, item, ())):
            every = ", ".join(_all_constraints(shape))
            yield f"Value at '{where}' failed to satisfy constraint: Member must satisfy constraint: [{every}]"
            return


def _map_problems(shape, items, where):
    for what, inner, values in (("keys", shape.key, items), ("value", shape.value, items.values())):
        if any(True for value in values for _ in _constraints(inner, value, ())):
            every = ", ".join(_all_constraints(inner))
            yield f"Value at '{where}' failed to satisfy constraint: Map {what} must satisfy constraint: [{every}]"


def _constraints(shape, value, later):
    limits = {key: limit for key, limit in shape.metadata.items() if key not in later}
    if shape.type_name in INTEGERS:
        if "max" in limits and value > limits["max"]:
            yield f"Member must have value less than or equal to {limits['max']}"
        if "min" in limits and value < limits["min"]:
            yield f"Member must have value greater than or equal to {limits['min']}"
        return
    if shape.type_name in ("string", "list", "map"):
        if "max" in limits and len(value) > limits["max"]:
            yield f"Member must have length less than or equal to {limits['max']}"
        if "min" in limits and len(value) < limits["min"]:
            yield f"Member must have length greater than or equal to {limits['min']}"
    if shape.type_name == "string":
        pattern = limits.get("pattern")
        if pattern and not _pattern(pattern).fullmatch(value):
            yield f"Member must satisfy regular expression pattern: {pattern}"
        if limits.get("enum") and value not in limits["enum"]:
            yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"


def _all_constraints(shape):
    limits = shape.metadata
    if "max" in limits:
        yield f"Member must have length less than or equal to {limits['max']}"
    if "min" in limits:
        yield f"Member must have length greater than or equal to {limits['min']}"
    if "pattern" in limits:
        yield f"Member must satisfy regular expression pattern: {limits['pattern']}"


@functools.cache
def _pattern(java):
    """Java's regular expression → Python's, where surrogate pairs are single characters."""
    return re.compile(java.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"))


def _lower_first(name):
    return name[:1].lower() + name[1:]
