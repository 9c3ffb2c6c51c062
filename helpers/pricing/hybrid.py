"""The hybrid: Spark rewrites the raw data once, Athena asks the small curated copy ever after."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from helpers.pricing.athena import athena_scan_cost
from helpers.pricing.money import Cost, CostError, Number, format_number, format_usd, quantity, total
from helpers.pricing.price_list import HOME_REGION
from helpers.pricing.storage import s3_cost


@dataclass(frozen=True)
class Hybrid:
    """A month of both ways: `raw` is Athena on the raw data, `hybrid` is ETL + Athena on the curated data."""

    raw: Cost
    hybrid: Cost

    @property
    def saving_usd(self) -> Decimal:
        """What the hybrid saves; negative when it costs more."""
        return self.raw.usd - self.hybrid.usd

    @property
    def times_cheaper(self) -> Decimal:
        """raw / hybrid: 7.5 for $1,500 against $200."""
        if self.hybrid.usd == 0:
            raise CostError("the hybrid costs nothing: no ratio")
        return self.raw.usd / self.hybrid.usd

    def __str__(self) -> str:
        if self.hybrid.usd == 0:
            return f"{self.raw}\n{self.hybrid}"
        sums = f"{format_usd(self.raw.usd)} ÷ {format_usd(self.hybrid.usd)} = {format_number(self.times_cheaper)}"
        return f"{self.raw}\n{self.hybrid}\n{sums} times cheaper"


def hybrid_cost(
    raw_bytes_per_query: Number,
    curated_bytes_per_query: Number,
    queries: Number,
    etl: Cost,
    *,
    curated_stored_bytes: Number = 0,
    months: Number = 1,
    region: str = HOME_REGION,
) -> Hybrid:
    """`queries` on the raw data, against `etl` (the Cost of the same time) plus `queries` on the curated.

    The raw data stay where they are in both; `curated_stored_bytes` are kept besides, for `months`.
    A widely copied case: raw 10 TB, curated 1 TB, 30 queries, ETL $50 → $1,500 against $200: 7.5 times.
    """
    raw = athena_scan_cost(raw_bytes_per_query, queries, region=region).titled("Athena on raw data")
    curated = athena_scan_cost(curated_bytes_per_query, queries, region=region)
    parts = [etl, curated]
    if quantity("curated_stored_bytes", curated_stored_bytes):
        parts.append(s3_cost(curated_stored_bytes, months, region=region))
    return Hybrid(raw, total("ETL and Athena on curated data", parts))
