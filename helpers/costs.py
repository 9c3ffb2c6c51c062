"""What does it cost? Pure arithmetic on the prices of prices.toml, in USD and bytes.

Amounts are `Decimal`, so that 10 MB cost exactly $0.00005 and sums do not drift. Functions say their
units in their names and docstrings; every price keeps its region, date, source and standing. The
functions named `…_cost` of lesson 07 answer with a `Cost`, which shows its arithmetic when printed.

`python -m helpers.costs` prints the price list and answers questions: see `--help`.
"""

from __future__ import annotations

from helpers.pricing.arguments import parse_bytes
from helpers.pricing.athena import (
    BINARY_TB,
    DECIMAL_TB,
    MINIMUM_DPU,
    MINIMUM_MB,
    TB,
    TerabyteBand,
    athena_execution_cost,
    athena_provisioned_cost,
    athena_query_arithmetic,
    athena_query_cost,
    athena_scan_cost,
    athena_terabyte_band,
    billed_megabytes,
    megabyte_bytes,
)
from helpers.pricing.breakeven import (
    BreakEven,
    Option,
    TeamMonth,
    break_even,
    break_even_queries,
    break_even_tb_per_month,
    compare,
    team_month,
)
from helpers.pricing.clusters import HOURS_PER_MONTH, SpotRange, emr_cluster_cost, emr_spot_range, spot_saving
from helpers.pricing.functions import lambda_cost
from helpers.pricing.hybrid import Hybrid, hybrid_cost
from helpers.pricing.instances import INSTANCES, Instance, instance
from helpers.pricing.money import (
    UNITS,
    Cost,
    CostError,
    Line,
    fixed_cost,
    format_bytes,
    format_number,
    format_rate,
    format_usd,
    line,
    total,
)
from helpers.pricing.montecarlo import MonteCarlo, lognormal, monte_carlo, triangular, uniform
from helpers.pricing.price_list import (
    HOME_REGION,
    PRICE_LIST,
    STATUSES,
    Price,
    PriceError,
    price,
    prices,
    regions,
    stale,
)
from helpers.pricing.rds import aurora_storage_cost, rds_backup_cost, rds_instance_cost, rds_proxy_cost
from helpers.pricing.sensitivity import Bar, tornado
from helpers.pricing.serverless import athena_spark_cost, emr_serverless_cost, glue_job_cost
from helpers.pricing.storage import glue_catalog_cost, glue_crawler_cost, s3_cost, s3_request_cost, s3_storage_cost
from helpers.pricing.throughput import DAYS_PER_MONTH, Throughput, cluster_throughput, nodes_needed

__all__ = [
    "BINARY_TB",
    "DAYS_PER_MONTH",
    "DECIMAL_TB",
    "HOME_REGION",
    "HOURS_PER_MONTH",
    "INSTANCES",
    "MINIMUM_DPU",
    "MINIMUM_MB",
    "PRICE_LIST",
    "STATUSES",
    "TB",
    "UNITS",
    "Bar",
    "BreakEven",
    "Cost",
    "CostError",
    "Hybrid",
    "Instance",
    "Line",
    "MonteCarlo",
    "Option",
    "Price",
    "PriceError",
    "SpotRange",
    "TeamMonth",
    "TerabyteBand",
    "Throughput",
    "athena_execution_cost",
    "athena_provisioned_cost",
    "athena_query_arithmetic",
    "athena_query_cost",
    "athena_scan_cost",
    "athena_spark_cost",
    "athena_terabyte_band",
    "aurora_storage_cost",
    "billed_megabytes",
    "break_even",
    "break_even_queries",
    "break_even_tb_per_month",
    "cluster_throughput",
    "compare",
    "emr_cluster_cost",
    "emr_serverless_cost",
    "emr_spot_range",
    "estimate",
    "fixed_cost",
    "format_bytes",
    "format_number",
    "format_rate",
    "format_usd",
    "glue_catalog_cost",
    "glue_crawler_cost",
    "glue_job_cost",
    "hybrid_cost",
    "instance",
    "lambda_cost",
    "line",
    "lognormal",
    "megabyte_bytes",
    "monte_carlo",
    "nodes_needed",
    "parse_bytes",
    "price",
    "prices",
    "rds_backup_cost",
    "rds_instance_cost",
    "rds_proxy_cost",
    "regions",
    "s3_cost",
    "s3_request_cost",
    "s3_storage_cost",
    "spot_saving",
    "stale",
    "team_month",
    "tornado",
    "total",
    "triangular",
    "uniform",
]


def estimate(*arguments, **options):
    """The bytes and price of a query before it runs: see `helpers.forecast.estimate`."""
    from helpers import forecast  # here, because forecasting needs this module's arithmetic

    return forecast.estimate(*arguments, **options)


if __name__ == "__main__":
    from helpers.pricing.cli import main

    raise SystemExit(main())
