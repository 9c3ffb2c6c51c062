"""What storing data and its catalog costs: S3, the Glue Data Catalog, the Glue crawler."""

from __future__ import annotations

from decimal import Decimal

from helpers.pricing.money import Cost, Line, Number, line, quantity, whole
from helpers.pricing.price_list import HOME_REGION, price

GB = 10**9
S3_TIERS = (  # label, price, up to how many GB
    ("S3 storage", "s3.storage", 50_000),
    ("S3 storage beyond 50 TB", "s3.storage_next_450_tb", 500_000),
    ("S3 storage beyond 500 TB", "s3.storage_over_500_tb", "Infinity"),
)
CATALOG_FREE_OBJECTS = 1_000_000  # https://aws.amazon.com/glue/pricing/, quoted 2026-09-20
CATALOG_FREE_REQUESTS = 1_000_000
CRAWLER_MINIMUM_SECONDS = 600  # no source found: the course's own knowledge


def s3_storage_cost(stored_bytes: int, months: int | float | Decimal = 1, region: str = HOME_REGION) -> Decimal:
    """USD for keeping `stored_bytes` in S3 Standard for `months`; a GB is 10^9 bytes here."""
    return price("s3.storage", region).usd * Decimal(stored_bytes) / Decimal(10**9) * Decimal(str(months))


def s3_request_cost(gets: int = 0, puts: int = 0, region: str = HOME_REGION) -> Decimal:
    """USD for GET requests and for PUT, COPY, POST or LIST requests to S3 Standard."""
    return (price("s3.get", region).usd * gets + price("s3.put", region).usd * puts) / Decimal(1000)


def s3_cost(
    stored_bytes: Number = 0,
    months: Number = 1,
    *,
    gets: Number = 0,
    puts: Number = 0,
    region: str = HOME_REGION,
) -> Cost:
    """S3 Standard: `stored_bytes` kept for `months`, with `gets` and `puts` (PUT, COPY, POST, LIST).

    100 GB for two months: 200 GB-months × $0.023 = $4.60. Beyond 50 TB and beyond 500 TB a GB is cheaper.
    """
    lines = _tiers(quantity("stored_bytes", stored_bytes) / GB, quantity("months", months), region)
    if gets:
        lines.append(line("S3 reads", quantity("gets", gets) / 1000, "1000 GET", price("s3.get", region).usd))
    if puts:
        lines.append(line("S3 writes", quantity("puts", puts) / 1000, "1000 PUT", price("s3.put", region).usd))
    return Cost("S3", tuple(lines))


def _tiers(gigabytes: Decimal, months: Decimal, region: str) -> list[Line]:
    lines, done = [], 0
    for label, name, until in S3_TIERS:
        here = min(gigabytes, Decimal(until)) - done
        if done == 0 or here > 0:
            lines.append(line(label, here * months, "GB-months", price(name, region).usd))
        done = until
    return lines


def glue_catalog_cost(
    objects: Number = 0, requests: Number = 0, months: Number = 1, *, region: str = HOME_REGION
) -> Cost:
    """The Glue Data Catalog: `objects` (tables, versions, partitions) kept, `requests` a month.

    The first million of each is free every month; then $1 per 100,000 objects and per million requests.
    """
    kept = max(whole("objects", objects) - CATALOG_FREE_OBJECTS, 0)
    asked = max(whole("requests", requests) - CATALOG_FREE_REQUESTS, 0)
    time = quantity("months", months)
    return Cost(
        "Glue Data Catalog",
        (
            line(
                "objects beyond 1 million",
                Decimal(kept) / 100_000 * time,
                "100000 objects and month",
                price("glue.catalog_objects", region).usd,
            ),
            line(
                "requests beyond 1 million a month",
                Decimal(asked) / 1_000_000 * time,
                "1000000 requests",
                price("glue.catalog_requests", region).usd,
            ),
        ),
    )


def glue_crawler_cost(seconds: Number, *, dpu: Number = 2, runs: Number = 1, region: str = HOME_REGION) -> Cost:
    """`runs` of a Glue crawler with `dpu` DPU for `seconds` each, per second, at least 10 minutes each.

    The 10 minutes and the 2 DPU are the course's own knowledge; no source was found.
    """
    each = max(quantity("seconds", seconds), Decimal(CRAWLER_MINIMUM_SECONDS))
    hours = quantity("dpu", dpu) * each * quantity("runs", runs) / 3600
    return Cost("Glue crawler", (line("crawler", hours, "DPU-hours", price("glue.crawler", region).usd),))
