"""The reading rules that SQL cannot say, as functions of DuckDB. They run only for the lines that need them."""

import threading

import duckdb

from ..bucketing import text_hashes
from . import csv_rules, openx, regex_rules

_lock = threading.Lock()

HASH = "hive_text_hash"  # of whole columns: writers ask it for every row of a bucketed table

FUNCTIONS = {
    "hive_csv_fields": (csv_rules.fields, 4, "VARCHAR[]"),
    "hive_openx_json": (openx.canonical, 2, "VARCHAR"),
    "hive_regex_groups": (regex_rules.groups, 3, "VARCHAR[]"),
}


def ensure(con):
    """Make sure that the database of `con` has the functions; they are shared by all its connections."""
    with _lock:
        if _known(con):
            return
        _create(con, HASH, text_hashes, ["VARCHAR", "INTEGER"], "INTEGER", type="arrow")
        for name, (function, arity, result) in FUNCTIONS.items():
            _create(con, name, function, ["VARCHAR"] * arity, result)


def _create(con, name, function, arguments, result, **options):
    try:
        con.create_function(name, function, arguments, result, null_handling="special", **options)
    except (duckdb.CatalogException, duckdb.NotImplementedException) as failure:
        if "already" not in str(failure):
            raise


def _known(con):
    try:
        con.execute("SELECT hive_regex_groups('', '', 'false')").fetchall()
    except duckdb.CatalogException:
        return False
    return True
