"""Result reuse: the same SELECT in the same work group may answer with an earlier run's result.

Rules of the user guide (reusing-query-results) and of recorded answers: opt-in, within an age of 60 minutes
unless the request says otherwise; not for a LIMIT without ORDER BY, not for functions that answer differently
each time. The new execution scans 0 bytes and shows the first run's output location.
"""

import threading
import time
from itertools import pairwise

from .sql.lexer import tokenize

DEFAULT_MINUTES = 60
_CHANGING = {
    "RAND", "RANDOM", "UUID", "SHUFFLE", "NOW", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME",
    "LOCALTIME", "LOCALTIMESTAMP", "TABLESAMPLE",
}  # fmt: skip


def max_age(configuration):
    """Seconds that a result may be old by a request's ResultReuseConfiguration; None when not wanted."""
    by_age = (configuration or {}).get("ResultReuseByAgeConfiguration", {})
    if not by_age.get("Enabled"):
        return None
    return 60 * by_age.get("MaxAgeInMinutes", DEFAULT_MINUTES)


def eligible(statement):
    """Whether the answer of a statement may be used again."""
    if statement.substatement_type not in ("SELECT", "EXECUTE"):
        return False
    tokens = tokenize(statement.sql)
    words = [token.upper for token in tokens]
    if _CHANGING.intersection(words):
        return False
    ordered = any(a == "ORDER" and b == "BY" for a, b in pairwise(words))
    return ordered or not {"LIMIT", "FETCH"}.intersection(words)


class ReusableResults:
    """Successful executions by what makes two of them the same."""

    def __init__(self):
        self._lock = threading.Lock()
        self._found = {}  # key → (when it finished, execution)

    @staticmethod
    def key(execution):
        """Work group, text, catalog, database and parameters."""
        parameters = tuple(execution.context.parameters or ())
        return execution.workgroup, execution.query, execution.catalog, execution.database, parameters

    def add(self, execution):
        if eligible(execution.statement):
            with self._lock:
                self._found[self.key(execution)] = (time.time(), execution)

    def find(self, execution, seconds):
        """The execution whose result answers this one, not older than `seconds`, or None."""
        if not eligible(execution.statement):
            return None
        with self._lock:
            finished, earlier = self._found.get(self.key(execution), (0, None))
        return earlier if earlier is not None and time.time() - finished <= seconds else None
