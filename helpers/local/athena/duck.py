"""The DuckDB database that executes the queries: one in memory, a connection for each query."""

import os
import threading
from pathlib import Path

import duckdb

from . import functions  # noqa: F401 - importing the package declares every function
from .functions import registry

MEMORY_LIMIT = "1200MB"  # the course fits a laptop of 4 GB next to the browser and the notebooks
# Each thread keeps buffers of its own: with 48 of them TPC-H's query 18 spills and takes 20 times as long as with 16.
MOST_THREADS = 16

_CONFIGURATION = {
    "integer_division": "false",
    "ieee_floating_point_ops": "true",
    "enable_external_file_cache": "false",
    "memory_limit": MEMORY_LIMIT,
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "order_by_non_integer_literal": "true",
}


class Duck:
    """`connect()` gives a connection with the engine's settings, functions and macros.

    It may read and write files below `folder` only, and nobody can change its settings, so that no SQL
    reaches the learner's files or the network.
    """

    def __init__(self, folder):
        self._lock = threading.Lock()
        folder = Path(folder).resolve()
        spill = folder / "duckdb"
        spill.mkdir(parents=True, exist_ok=True)
        threads = min(os.cpu_count() or 2, MOST_THREADS)
        settings = {**_CONFIGURATION, "temp_directory": str(spill), "threads": str(threads)}
        self._database = duckdb.connect(":memory:", config=settings)
        self._database.execute("SET GLOBAL TimeZone = 'UTC'")
        registry.install(self._database)
        allowed = str(folder).replace("'", "''")
        self._database.execute(f"SET GLOBAL allowed_directories = ['{allowed}']")
        self._database.execute("SET GLOBAL enable_external_access = false")
        self._database.execute("SET GLOBAL lock_configuration = true")

    def connect(self):
        """A new connection to the shared database; close it after the query."""
        with self._lock:  # duplicating a connection is not safe from two threads at once
            return self._database.cursor()
