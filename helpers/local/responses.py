"""How our own parts of the endpoint answer over WSGI."""

import json
import uuid

_JSON = "application/x-amz-json-1.1"


def as_json(start_response, status, answer):
    """`status`: HTTP status as text; `answer`: a dict."""
    return send(start_response, status, json.dumps(answer).encode(), _JSON)


def refusal(start_response, code, message):
    """Error `code` of a JSON service."""
    return as_json(start_response, "400 Bad Request", {"__type": code, "Message": message})


def send(start_response, status, payload, content_type):
    """`payload`: bytes."""
    length, request_id = str(len(payload)), str(uuid.uuid4())
    headers = [("Content-Type", content_type), ("Content-Length", length), ("x-amzn-RequestId", request_id)]
    start_response(status, headers)
    return [payload]
