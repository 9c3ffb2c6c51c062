"""Pages of lists: an opaque token that only the list it came from accepts."""

import base64
import binascii
import json

from ..errors import RequestError


def token(kind, position):
    """The NextToken of a list called `kind` for the page that starts at `position`."""
    return base64.urlsafe_b64encode(json.dumps([kind, position]).encode()).decode()


def position(kind, given, malformed):
    """Where the page of a token starts; 0 without one. `malformed` makes the error for a foreign token."""
    if given is None:
        return 0
    try:
        found, start = json.loads(base64.urlsafe_b64decode(given.encode("ascii")))
    except (ValueError, TypeError, binascii.Error):
        raise malformed(given) from None
    if found != kind or not isinstance(start, int) or start < 0:
        raise malformed(given)
    return start


def page(key, kind, items, request, default=50):
    """One page of `items` as {key: […], NextToken}: no token when nothing is left."""
    start = position(kind, request.get("NextToken"), _malformed)
    end = start + (request.get("MaxResults") or default)
    answer = {key: items[start:end]}
    if end < len(items):
        answer["NextToken"] = token(kind, end)
    return answer


def _malformed(given):
    return RequestError(f"The nextPageToken is malformed: {given}")
