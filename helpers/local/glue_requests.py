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


def refusal(environ):
    """(error type, message) for a request to Glue that its service model does not allow, or None."""
    operation = environ.get("HTTP_X_AMZ_TARGET", "").removeprefix(PREFIX)
    if operation not in _model().operation_names:
        return "UnknownOperationException", f"Glue has no operation {operation}"
    body = environ["wsgi.input"].read()
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
    try:
        request = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict):
        return "SerializationException", "The body of the request is no JSON object"
    shape = _model().operation_model(operation).input_shape
    try:
        report = ParamValidator().validate(_known(request, shape), shape)
    except (ArithmeticError, OSError, RuntimeError, ValueError):  # a time that no calendar has
        return "InvalidInputException", "A timestamp is out of range"
    if report.has_errors():
        return "InvalidInputException", " ".join(report.generate_report().split())
    return None


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
