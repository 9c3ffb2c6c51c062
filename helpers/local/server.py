"""The embedded AWS: moto's services, with our own Athena in front of them."""

import contextlib
import io
import os
import re
import sys
import threading
import traceback
from xml.sax.saxutils import escape

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from . import loopback, responses
from .athena.errors import NO_SPACE
from .athena.service import Athena
from .glue.catalog import PREFIX, Catalog

ATHENA = "AmazonAthena."
_CONDITIONS = ("HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH")
_READS = re.compile(r"AWSGlue\.(Batch)?(Get|Search|List)")
_ATTEMPTS = 10  # of a read: with 3,000 objects in a bucket and three busy writers, one in forty failed


class Application:
    """WSGI: a request for Athena goes to our service, one for Glue past our catalog, any other to moto."""

    def __init__(self, athena):
        self._athena = athena
        self._moto = DomainDispatcherApplication(_backend)
        self._catalog = Catalog(self._ask_moto, lambda *place: athena.catalog_changed(*place))
        self._conditional_writes = threading.Lock()

    def __call__(self, environ, start_response):
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if target.startswith(ATHENA):
            return self._ask_athena(target.removeprefix(ATHENA), environ, start_response)
        try:
            if target.startswith(PREFIX):
                return self._catalog(environ, start_response)
            with self._alone_when_conditional(environ):
                return self._ask_moto(environ, start_response)
        except Exception as error:
            return _failure(error, environ, start_response)

    def _ask_moto(self, environ, start_response):
        """moto's answer. A list trips over what another request deletes meanwhile: what only reads is asked again."""
        target = environ.get("HTTP_X_AMZ_TARGET")
        if not (_READS.match(target) if target else environ["REQUEST_METHOD"] in ("GET", "HEAD")):
            return self._moto(environ, start_response)
        body = environ["wsgi.input"].read()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._moto({**environ, "wsgi.input": io.BytesIO(body)}, start_response)
            except (KeyError, RuntimeError):
                if attempt == _ATTEMPTS:
                    raise

    def _alone_when_conditional(self, environ):
        """S3 checks and writes in one step, moto in two: of two writers who want to be first, one must wait."""
        if environ["REQUEST_METHOD"] in ("GET", "HEAD") or not any(name in environ for name in _CONDITIONS):
            return contextlib.nullcontext()
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read())  # nobody waits for a slow sender
        return self._conditional_writes

    def _ask_athena(self, operation, environ, start_response):
        body = environ["wsgi.input"].read()
        status, answer = self._athena.answer(operation, body)
        return responses.as_json(start_response, status, answer)


def _backend(service):
    """moto's application for one service; keys such as `a//b` are names, not paths to be tidied up."""
    application = create_backend_app(service)
    application.debug = False
    application.config["PROPAGATE_EXCEPTIONS"] = True
    application.url_map.merge_slashes = False
    return application


def _failure(error, environ, start_response):
    """One line for what moto does not offer, or trips over; then the traceback goes to the log."""
    target = environ.get("HTTP_X_AMZ_TARGET")
    # As for Athena: clients repeat what fails with 500, which would hide that the request is the cause.
    status, code, reason = "400 Bad Request", "InternalError", "this endpoint fails on the request; its log says how"
    if isinstance(error, NotImplementedError):
        status, code, reason = "501 Not Implemented", "NotImplemented", "this endpoint does not offer it"
    elif isinstance(error, OSError) and error.errno in NO_SPACE:
        status, reason = "500 Internal Server Error", "no space left in the endpoint's temporary folder"
    else:
        traceback.print_exc(file=sys.stderr)
    where = target or f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
    message = " ".join(f"{where}: {reason}".split())
    if target:
        return responses.as_json(start_response, status, {"__type": code, "message": message})
    payload = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>".encode()
    return responses.send(start_response, status, payload, "application/xml")


class Endpoint:
    """A listening endpoint: `serve()` blocks until `stop()` is called from another thread."""

    def __init__(self, folder, port=0):
        """`folder`: where everything is written. Raises OSError when the port is in use."""
        listening = loopback.listen(port)
        self.port = listening.getsockname()[1]
        self.url = f"http://{loopback.HOST}:{self.port}"
        self._athena = Athena(self.url, folder)
        self._server = loopback.serve(listening, Application(self._athena))

    def serve(self):
        self._server.serve_forever(poll_interval=0.1)

    def stop(self):
        """Stop accepting requests and cancel the running queries."""
        self._athena.stop()
        self._server.shutdown()


def client_environment(url):
    """The variables that lead boto3, awswrangler and PyAthena to the endpoint at `url`."""
    bypass = [name for name in os.environ.get("NO_PROXY", "").split(",") if name]
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": ",".join(dict.fromkeys([*bypass, loopback.HOST, "localhost"])),
    }
