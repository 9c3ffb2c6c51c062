"""Requests to the Glue catalog that no client makes are refused before they reach moto, which trips over them."""

import functools
import io
import json

import botocore.session
from botocore.validate import ParamValidator

PREFIX = "AWSGlue."


@functools.cache
def _model():
    return botocore.session.get_session().get_service_model("glue")


def body(environ):
    """The JSON object that a WSGI request to Glue sends, None where it sends none. It stays there to be read."""
    sent = environ["wsgi.input"].read()
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(sent), str(len(sent))
    try:
        request = json.loads(sent or b"{}")
    except (ValueError, RecursionError):
        return None
    return request if isinstance(request, dict) else None


def refusal(operation, request):
    """(error type, message) for a request to Glue that its service model does not allow, or None."""
    if operation not in _model().operation_names:
        return "UnknownOperationException", f"Glue has no operation {operation}"
    if request is None:
        return "SerializationException", "The body of the request is no JSON object"
    shape = _model().operation_model(operation).input_shape
    try:
        report = ParamValidator().validate(_known(request, shape), shape)
    except (ArithmeticError, OSError, RuntimeError, ValueError):  # a time that no calendar has
        return "InvalidInputException", "A timestamp is out of range"
    if report.has_errors():
        return "InvalidInputException", " ".join(report.generate_report().split())
    return None


def known(operation, request):
    """A request that is not refused, as the service reads it."""
    return _known(request, _model().operation_model(operation).input_shape)


def arrange(environ, operation, request):
    """Put the parameters of a table that is written into the order in which Glue answers them."""
    described = request.get("TableInput") if operation in ("CreateTable", "UpdateTable") else None
    if not described or not described.get("Parameters"):
        return
    parameters = described["Parameters"]
    described["Parameters"] = {name: parameters[name] for name in _hash_order(parameters)}
    sent = json.dumps(request).encode()
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(sent), str(len(sent))


def _hash_order(keys):
    """Keys in the order of Java 8's HashMap, which clients that print Glue's answers have seen."""
    size = 16
    while len(keys) > 0.75 * size:
        size *= 2
    return sorted(keys, key=lambda key: _spread(key) & (size - 1))


def _spread(key):
    code = 0
    for unit in memoryview(key.encode("utf-16-le", "surrogatepass")).cast("H"):
        code = (31 * code + unit) & 0xFFFFFFFF
    return code ^ (code >> 16)


def _known(value, shape):
    """The value without nulls and members that the model does not name: the service takes no notice of them."""
    if shape.type_name == "structure" and isinstance(value, dict):
        named = {name: v for name, v in value.items() if v is not None and name in shape.members}
        return {name: _known(v, shape.members[name]) for name, v in named.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_known(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _known(item, shape.value) for key, item in value.items()}
    return value
