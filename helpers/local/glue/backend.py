"""moto's Glue, asked by our own catalog operations as one WSGI application asks another."""

import io
import json

OK, REFUSED = "200 OK", "400 Bad Request"


class Refused(Exception):
    """A refusal: `status` and `answer` go to the client as they are."""

    def __init__(self, status, answer):
        self.status, self.answer = status, answer


def not_found(message):
    """The refusal of what is not there."""
    return Refused(REFUSED, {"__type": "EntityNotFoundException", "Message": message})


def invalid(message):
    """The refusal of a request that asks for what cannot be."""
    return Refused(REFUSED, {"__type": "InvalidInputException", "Message": message})


class Backend:
    """`ask` sends an operation to moto with the account and region of the request that is being answered."""

    def __init__(self, moto):
        self._moto = moto

    def ask(self, environ, operation, request):
        """(HTTP status as text, answer as a dict) of Glue's `operation`."""
        body = json.dumps(request).encode()
        asked = {key: value for key, value in environ.items() if not key.startswith("werkzeug.")} | {
            "HTTP_X_AMZ_TARGET": f"AWSGlue.{operation}",
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
        }
        statuses = []
        answer = b"".join(self._moto(asked, lambda status, headers, exc_info=None: statuses.append(status)))
        return statuses[0], json.loads(answer or b"{}")
