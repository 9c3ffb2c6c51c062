"""A request to Glue: refused where no client sends it, answered here where moto cannot, by moto otherwise."""

from .. import responses
from . import changes, requests, versions
from .backend import Backend
from .operations import Operations

PREFIX = requests.PREFIX


class Catalog:
    """WSGI. `moto`: its WSGI application; `changed(*place)` learns what a request has changed (changes.place)."""

    def __init__(self, moto, changed):
        self._moto, self._changed = moto, changed
        backend = Backend(moto)
        self._tables = versions.VersionedTables(moto, backend)
        self._operations = Operations(backend)

    def __call__(self, environ, start_response):
        target = environ["HTTP_X_AMZ_TARGET"]
        operation, request = target.removeprefix(PREFIX), requests.body(environ)
        refused = requests.refusal(operation, request)
        if refused:
            return responses.refusal(start_response, *refused)
        requests.arrange(environ, operation, request)
        place = changes.place(environ) if changes.is_change(target) else None
        answer = self._answer(operation, request, environ, start_response)
        if place is not None:
            self._changed(*place)
        return answer

    def _answer(self, operation, request, environ, start_response):
        self._operations.make_default(environ)
        if self._operations.offers(operation, request):
            request = requests.known(operation, request)
            return responses.as_json(start_response, *self._operations.answer(operation, request, environ))
        if operation == versions.OPERATION:
            return self._tables(environ, start_response)
        return self._moto(environ, start_response)
