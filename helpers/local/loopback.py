"""An HTTP/1.1 server on the loopback interface that keeps connections open between requests.

Werkzeug's own handler closes the connection after every answer and waits 10 ms for stray bytes; the
engine sends many small requests to S3 and Glue, so both cost more than the requests themselves.
"""

import socket
import sys

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server
from werkzeug.wsgi import LimitedStream

HOST = "127.0.0.1"
DRAIN_LIMIT = 64 * 1024 * 1024  # bytes of an unread request body worth reading to keep a connection
NO_BODY = (204, 304)


class RequestHandler(MotoRequestHandler):
    """One connection; every request on it goes through the WSGI application of the server."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 256 * 1024  # head and small bodies leave in one packet

    def run_wsgi(self):
        environ = self.make_environ()
        body = self._request_body(environ)
        answer = {}

        def start_response(status, headers, exc_info=None):
            answer.update(status=status, headers=headers)

        chunks = self.server.app(environ, start_response)
        try:
            payload = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        self._drain(body)
        self._send(answer["status"], answer["headers"], payload)

    def _request_body(self, environ):
        stream = environ["wsgi.input"]
        if not environ.get("wsgi.input_terminated"):
            length = int(environ.get("CONTENT_LENGTH") or 0)
            stream = environ["wsgi.input"] = LimitedStream(stream, length)
        return stream

    def _drain(self, body):
        """Read what the application left of the request, or give the connection up when that is too much."""
        left = DRAIN_LIMIT
        while left > 0:
            piece = body.read(min(left, 1024 * 1024))
            if not piece:
                return
            left -= len(piece)
        self.close_connection = True

    def _send(self, status, headers, payload):
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        names = set()
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding"):
                self.send_header(name, value)
                names.add(name.lower())
        if "date" not in names:  # clients tell an object's age by it, as AWS sends it
            self.send_header("Date", self.date_time_string())
        bodiless = self.command == "HEAD" or int(code) in NO_BODY
        if "content-length" not in names and int(code) not in NO_BODY:
            self.send_header("Content-Length", str(len(payload)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not bodiless:
            self.wfile.write(payload)
        self.wfile.flush()

    def handle_expect_100(self):
        self.send_response_only(100)
        self.end_headers()
        self.wfile.flush()
        return True

    def log_request(self, code="-", size="-"):
        """Requests are not logged."""

    def log(self, type, message, *args):
        print(message % args if args else message, file=sys.stderr)


def listen(port):
    """A listening socket on the loopback interface; 0 is any free port. Raises OSError when it is in use."""
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind((HOST, port))
        server.listen(128)
    except OSError:
        server.close()
        raise
    return server


def serve(listening, application):
    """A server for `application` on a socket of `listen`; call its serve_forever() and shutdown()."""
    port = listening.getsockname()[1]
    server = make_server(
        HOST,
        port,
        application,
        threaded=True,
        request_handler=RequestHandler,
        fd=listening.fileno(),
    )
    listening.close()
    return server
