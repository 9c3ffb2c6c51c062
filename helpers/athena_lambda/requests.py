"""Any event → the request in it. An event is a stranger's data: nothing about it is taken for granted."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from helpers.athena_lambda.parameters import NamedQuery, ParameterError

LARGEST_BODY = 100_000  # characters; a request is a name and a few values
CLOCKS = ("aws.events", "aws.scheduler")  # a rule with a schedule, and the newer EventBridge Scheduler


class Refusal(Exception):
    """The request cannot be served: `status` 400 or 404, `body` for the caller."""

    def __init__(self, status: int, error: str, **more: object):
        super().__init__(error)
        self.status, self.body = status, {"error": error, **more}


@dataclass(frozen=True)
class Request:
    """A checked request.

    literals    Athena's ExecutionParameters
    source      direct, http, schedule or s3
    event_id    stable over retries of the same event
    notify      tell the topic: nobody waits for this answer
    """

    name: str
    query: NamedQuery
    literals: tuple[str, ...]
    source: str
    event_id: str
    notify: bool

    def token(self, *place: str) -> str:
        """The ClientRequestToken: 64 characters, the same for the same event, query, values and `place`.

        Athena answers a repeated token with the first query's id instead of running it again, and refuses one
        that comes with another text: hence everything that tells two queries apart is in it.
        """
        parts = [self.event_id, *place, self.name, " ".join(self.query.sql.split()), *self.literals]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Asked:
    """What an event says, before it is checked: a name (or None), values, where from, which event."""

    name: object
    values: object
    source: str
    event_id: str
    notify: bool = False


def read_event(
    event: object,
    invocation_id: str,
    queries: Mapping[str, NamedQuery],
    default_query: str | None = None,
    results_place: tuple[str, str] = ("", ""),
) -> Request | None:
    """The request in an event; None for an S3 event about our own results. Raises Refusal."""
    if not isinstance(event, dict):
        raise Refusal(400, "The event must be a JSON object.", queries=sorted(queries))
    if _is_s3(event):
        asked = _from_s3(event, invocation_id, default_query, results_place)
    elif "detail-type" in event or event.get("source") in CLOCKS:
        asked = _from_eventbridge(event, invocation_id, default_query, results_place)
    elif "requestContext" in event or "httpMethod" in event or "routeKey" in event:
        asked = _from_http(event, invocation_id)
    else:
        asked = _from_direct(event, invocation_id)
    return asked and _checked(asked, queries)


def _checked(asked: Asked, queries: Mapping[str, NamedQuery]) -> Request:
    names = sorted(queries)
    if asked.name is None:
        raise Refusal(400, "The request names no query.", queries=names)
    if not isinstance(asked.name, str) or len(asked.name) > 200:
        raise Refusal(400, "The name of a query is a short text.", queries=names)
    if asked.name not in queries:
        raise Refusal(404, "There is no query of that name.", queries=names)
    query = queries[asked.name]
    if not isinstance(asked.values, dict):
        raise Refusal(400, "parameters must be an object.", query=asked.name, parameters=query.describe())
    try:
        literals = query.literals(asked.values)
    except ParameterError as error:
        raise Refusal(400, f"{error}.", query=asked.name, parameters=query.describe()) from error
    return Request(asked.name, query, tuple(literals), asked.source, asked.event_id, asked.notify)


def _from_direct(event: dict, invocation_id: str) -> Asked:
    """`{"query": …, "parameters": {…}}`; `request_id` makes a repetition recognisable, `notify` tells the topic."""
    extra = set(event) - {"query", "parameters", "request_id", "notify"}
    if extra:
        raise Refusal(400, "An event has query, parameters, request_id and notify, nothing else.")
    given = event.get("request_id", invocation_id)
    if not isinstance(given, str) or not 1 <= len(given) <= 200:
        raise Refusal(400, "request_id must be a text of 1 to 200 characters.")
    notify = event.get("notify", False)
    if not isinstance(notify, bool):
        raise Refusal(400, "notify must be true or false.")
    return Asked(event.get("query"), event.get("parameters", {}), "direct", f"direct:{given}", notify)


def _from_eventbridge(event: dict, invocation_id: str, default_query: str | None, results_place) -> Asked | None:
    """A scheduled event (empty detail), one of your own, whose detail names the query, or a new object in S3."""
    detail = event.get("detail")
    if isinstance(detail, str):  # the Scheduler's own event carries the text "{}"
        detail = _json(detail, "detail")
    if detail is None:
        detail = {}
    if not isinstance(detail, dict):
        raise Refusal(400, "detail must be an object.")
    if event.get("source") == "aws.s3" and _ours(_object({"s3": detail}, str), results_place):
        return None
    event_id = f"eventbridge:{_id(event, 'id', invocation_id)}"
    return Asked(detail.get("query", default_query), detail.get("parameters", {}), "schedule", event_id, True)


def _from_http(event: dict, invocation_id: str) -> Asked:
    """API Gateway proxy, payload 1.0 or 2.0: query string, path parameter, JSON body."""
    values = dict(_query_string(event))
    body = _json_body(event)
    inner = body.pop("parameters", {})
    if not isinstance(inner, dict) or set(body) - {"query"}:
        raise Refusal(400, 'The body must be {"query": …, "parameters": {…}}.')
    names = [
        found
        for found in (_mapping(event, "pathParameters").get("query"), values.pop("query", None), body.get("query"))
        if found is not None
    ]
    if len(names) > 1:
        raise Refusal(400, "The query is named twice.")
    if set(values) & set(inner):
        raise Refusal(400, "A parameter is given twice.")
    request_id = _id(_mapping(event, "requestContext"), "requestId", invocation_id)
    return Asked(names[0] if names else None, {**values, **inner}, "http", f"http:{request_id}")


def _query_string(event: dict) -> dict:
    several = _mapping(event, "multiValueQueryStringParameters")
    if any(not isinstance(found, list) or len(found) != 1 for found in several.values()):
        raise Refusal(400, "A parameter is given twice.")
    return _mapping(event, "queryStringParameters") or {name: found[0] for name, found in several.items()}


def _json_body(event: dict) -> dict:
    text = event.get("body")
    if text in (None, ""):
        return {}
    if not isinstance(text, str) or len(text) > LARGEST_BODY:
        raise Refusal(400, f"The body must be JSON text of at most {LARGEST_BODY} characters.")
    encoded = event.get("isBase64Encoded")
    if encoded not in (None, True, False):  # the text "false" would count as true
        raise Refusal(400, "The event is no HTTP request.")
    if encoded:
        try:
            text = base64.b64decode(text, validate=True).decode()
        except (ValueError, binascii.Error) as error:
            raise Refusal(400, "The body is not JSON.") from error
    body = _json(text, "The body")
    if not isinstance(body, dict):
        raise Refusal(400, "The body must be a JSON object.")
    return body


def _json(text: str, what: str) -> object:
    """What a JSON text says. A name that is given twice in one object is refused: readers would pick either value."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, f"{what} is not JSON.") from error


def _once(pairs: list[tuple[str, object]]) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refusal(400, "A parameter is given twice.")
    return found


def _id(part: dict, name: str, otherwise: str) -> str:
    """The event's id, which must be its own: two events with one id are one request to Athena."""
    given = part.get(name)
    if given in (None, ""):
        return otherwise
    if not isinstance(given, str):
        raise Refusal(400, "The event's id must be a text.")
    return given


def _mapping(event: dict, name: str) -> dict:
    """A part of an HTTP event: an object, or null where the caller sent nothing."""
    found = event.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Refusal(400, "The event is no HTTP request.")
    return found


def _is_s3(event: dict) -> bool:
    records = event.get("Records")
    if event.get("Event") == "s3:TestEvent":
        return True
    return isinstance(records, list) and any(isinstance(record, dict) and "s3" in record for record in records)


def _from_s3(event: dict, invocation_id: str, default_query: str | None, results_place) -> Asked | None:
    """New objects run the default query; our own results do not, or each would start the next."""
    records = event.get("Records")
    objects = [_object(record) for record in (records if isinstance(records, list) else [])]
    fresh = [found for found in objects if not _ours(found, results_place)]
    if not fresh:
        return None
    # The sequencer tells two uploads of one key apart; an event without one is known by its invocation alone.
    known = all(sequencer for _, _, sequencer in fresh)
    event_id = "s3:" + (json.dumps(sorted(fresh)) if known else invocation_id)
    return Asked(default_query, {}, "s3", event_id, True)


def _object(record: object, decode: Callable[[str], str] = unquote_plus) -> tuple[str, str, str]:
    """Bucket, key and sequencer of one record; S3's own notifications carry the key URL-encoded."""
    try:
        bucket, item = record["s3"]["bucket"]["name"], record["s3"]["object"]
        key, sequencer = item["key"], item.get("sequencer") or ""
    except (KeyError, TypeError, AttributeError) as error:
        raise Refusal(400, "The event is no S3 notification.") from error
    if not all(isinstance(part, str) for part in (bucket, key, sequencer)):
        raise Refusal(400, "The event is no S3 notification.")
    return bucket, decode(key), sequencer


def _ours(found: tuple[str, str, str], results_place: tuple[str, str]) -> bool:
    bucket, prefix = results_place
    return found[0] == bucket and found[1].startswith(prefix)
