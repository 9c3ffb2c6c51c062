"""ORC: to come."""

from helpers.forecast.errors import ForecastError


def read_footer(stored, ranged):
    raise ForecastError("ORC files are not estimated yet.")
