"""The engine in the test's own process, over the S3 and Glue of a running endpoint."""

from helpers.local.athena import engine
from helpers.local.athena.catalog import Catalog
from helpers.local.athena.duck import Duck
from helpers.local.athena.objects import ObjectCache
from helpers.local.athena.outcome import Context, Services
from helpers.local.athena.service import client
from helpers.local.athena.sql import statements


class Engine:
    """Runs statements in this process over the endpoint's S3 and Glue, and notes each request that it sends."""

    def __init__(self, url, folder, database):
        s3, glue = client("s3", url), client("glue", url)
        self._database = database
        objects, duck = ObjectCache(s3, folder / "objects"), Duck(folder)
        self._services, self._requests = Services(s3, glue, Catalog(glue, s3), objects, duck), []
        for sender in (s3, glue):
            sender.meta.events.register("before-call", self._note)

    def _note(self, model, params, **_):
        body = params.get("body") or b""
        self._requests.append((model.name, "Expression" in str(body)))

    def run(self, sql):
        """→ (rows, names of the requests in order)."""
        self._services.catalog.changed()  # nothing is remembered of earlier statements
        self._requests.clear()
        context = Context("execution", self._services, database=self._database)
        outcome = engine.run(statements.parse(sql), context)
        return list(outcome.rows), list(self._requests)
