"""Sales are kept in USD; a report may show another currency, at one fixed rate for the whole of it.

The rates are yearly averages, units of the currency for one USD. They are examples for the exercise: a company
uses the rates of its own accounts. Both years of a comparison are converted at the rate of the reported year, so
that a change is a change of the business and not of the exchange rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

SOURCE = "Federal Reserve, release G.5A, average of the year"
# Checked in November 2026 against table 3.28 of the Statistical Supplement to the Federal Reserve Bulletin: 2003 and
# 2004 in that of March 2005, 2005 in that of April 2008. Both quote the EUR in USD (1.1321, 1.2438 and 1.2449); here
# everything is in units for one USD, four decimals.
PER_USD: dict[str, dict[int, Decimal]] = {
    "USD": {year: Decimal(1) for year in (2003, 2004, 2005)},
    "EUR": {2003: Decimal("0.8833"), 2004: Decimal("0.8040"), 2005: Decimal("0.8033")},
    "CHF": {2003: Decimal("1.3450"), 2004: Decimal("1.2428"), 2005: Decimal("1.2459")},
    "JPY": {2003: Decimal("115.94"), 2004: Decimal("108.15"), 2005: Decimal("110.11")},
}
SMALLEST = {"JPY": Decimal(1)}  # of an amount; the other currencies have cents
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Currency:
    """A currency at its rate of one year: turns USD into amounts, and amounts into words."""

    code: str
    year: int

    @property
    def rate(self) -> Decimal:
        """Units of the currency for one USD. Raises KeyError for a currency or a year without a rate."""
        return PER_USD[self.code][self.year]

    def amount(self, usd: Decimal | int | None) -> Decimal:
        """USD converted and rounded, half up, to the currency's smallest unit; None counts as nothing."""
        return (Decimal(usd or 0) * self.rate).quantize(SMALLEST.get(self.code, CENT), ROUND_HALF_UP)

    def text(self, usd: Decimal | int | None) -> str:
        """USD converted, in whole units with the code: `EUR 1,234,567`."""
        whole = self.amount(usd).quantize(Decimal(1), ROUND_HALF_UP)
        return f"{self.code} {whole:,}"

    @property
    def note(self) -> str:
        """Where the rate comes from, in one sentence."""
        if self.code == "USD":
            return "Amounts are in USD, as recorded."
        return (
            f"Amounts are converted from USD at {self.rate} {self.code} for one USD, both years alike"
            f" ({SOURCE} {self.year}; an example rate, not an accounting one)."
        )
