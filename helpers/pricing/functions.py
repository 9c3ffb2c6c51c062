"""AWS Lambda: a request costs little, the memory held while it runs costs the rest."""

from __future__ import annotations

from helpers.pricing.money import Cost, CostError, Number, line, quantity
from helpers.pricing.price_list import HOME_REGION, price

MEMORY_MB = (128, 10_240)  # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LONGEST_SECONDS = 900


def lambda_cost(
    invocations: Number, memory_mb: Number, seconds: Number, *, region: str = HOME_REGION
) -> Cost:
    """`invocations` of a function of `memory_mb` (1024 MB a GB) that run `seconds` each; x86, no free tier.

    One that waits 15 minutes for Athena on 128 MB: 0.125 GB × 900 s × $0.0000166667 = $0.0019, nine
    thousand times the $0.0000002 of its request. Raises CostError beyond 900 s or outside 128–10,240 MB.
    """
    count = quantity("invocations", invocations)
    memory = quantity("memory_mb", memory_mb)
    if not MEMORY_MB[0] <= memory <= MEMORY_MB[1]:
        raise CostError(f"Lambda has {MEMORY_MB[0]} to {MEMORY_MB[1]:,} MB of memory, not {memory_mb}")
    time = quantity("seconds", seconds)
    if time > LONGEST_SECONDS:
        raise CostError(f"Lambda ends a function after {LONGEST_SECONDS} s; {seconds} s cannot happen")
    gb_seconds = count * memory / 1024 * time
    return Cost(
        "Lambda",
        (
            line("requests", count / 1_000_000, "1000000 requests", price("lambda.requests", region).usd),
            line("duration", gb_seconds, "GB-seconds", price("lambda.duration", region).usd),
        ),
    )
