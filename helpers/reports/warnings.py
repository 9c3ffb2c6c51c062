"""What may be wrong with the data behind a report, in sentences that say what it does to the figures."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Mapping, Sequence

# Column of the query `faults` → what is said about that many order lines.
FAULTS = {
    "negative_quantities": "a quantity below one (returns, or wrong signs): they lower the revenue",
    "repeated_lines": "the number of another line of the same order: they may be counted twice",
    "wrong_amounts": "an amount that is not quantity times price",
    "without_territory": "no territory: they are in reports on all territories only",
}


def sentences(counted: Mapping[str, int | None], missing_months: Sequence[int], year: int) -> list[str]:
    """The warnings, the gravest first; none when there is nothing to say.

    counted         how many order lines have each fault of FAULTS; NULL, as over no line at all, is none
    missing_months  months of the scope, 1 to 12, without any order
    """
    found = []
    if missing_months:
        names = ", ".join(month_name[month] for month in missing_months)
        noun = "month" if len(missing_months) == 1 else "months"
        found.append(f"No orders in {len(missing_months)} {noun} of {year}: {names}. Missing data, or no sales?")
    for name, says in FAULTS.items():
        if count := counted[name]:
            found.append(f"{count:,} order {'line has' if count == 1 else 'lines have'} {says}.")
    return found
