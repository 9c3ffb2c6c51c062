"""The bytes of a query before it runs: a second opinion, independent of the engine that runs it.

    estimate = costs.estimate("SELECT sum(sales) FROM sales_parquet WHERE year_id = 2004")
    estimate.bytes, estimate.cost_usd, print(estimate)

It asks the Glue catalog for tables and partitions, S3 for names and sizes, and Parquet and ORC files for
their footers; it never runs a query and never fetches data, so it works and costs the same on AWS.
"""

from helpers.forecast.errors import ForecastError
from helpers.forecast.forecaster import estimate
from helpers.forecast.result import Estimate, TableEstimate

__all__ = ["Estimate", "ForecastError", "TableEstimate", "estimate"]
