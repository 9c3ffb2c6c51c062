"""Money that shows its arithmetic: `Cost` with its lines, and how the course writes bytes and USD."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from helpers.oneline import OneLineError

Number = int | float | Decimal | str


class CostError(OneLineError, ValueError):
    """A quantity the arithmetic cannot take: negative, not a number, below what AWS sells."""


# --- numbers ------------------------------------------------------------------------------------------


def quantity(name: str, value: Number) -> Decimal:
    """`value` as a Decimal of at least 0. Raises CostError naming it when it is negative or no number."""
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        raise CostError(f"{name} is no number: {value!r}; give a number of at least 0") from None
    if not number.is_finite():
        raise CostError(f"{name} must be finite: {value}; give a number of at least 0")
    if number < 0:
        raise CostError(f"{name} cannot be negative: {value}; give a number of at least 0")
    return number


def positive(name: str, value: Number) -> Decimal:
    """`value` as a Decimal above 0. Raises CostError naming it otherwise."""
    number = quantity(name, value)
    if number == 0:
        raise CostError(f"{name} must be above 0, not {value}")
    return number


def whole(name: str, value: Number, at_least: int = 0) -> int:
    """`value` as a whole number of at least `at_least`. Raises CostError naming it otherwise."""
    number = quantity(name, value)
    if number != number.to_integral_value() or number < at_least:
        raise CostError(f"{name} must be a whole number of at least {at_least}, not {value}")
    return int(number)


# --- a cost and its lines -----------------------------------------------------------------------------


class Line(NamedTuple):
    """One line of a bill: `quantity` of `unit` at `rate` USD each makes `usd`."""

    label: str
    quantity: Decimal
    unit: str
    rate: Decimal
    usd: Decimal

    def __str__(self) -> str:
        times = " × " if self.unit[:1].isdigit() else " "
        return (
            f"{format_number(self.quantity)}{times}{self.unit} × {format_rate(self.rate)} = {format_usd(self.usd)}"
        )


def line(label: str, amount: Number, unit: str, rate: Number) -> Line:
    """The line `amount` (in `unit`) × `rate` (USD per unit)."""
    number, usd_per_unit = quantity(label, amount), quantity(f"{label}, rate", rate)
    return Line(label, number, unit, usd_per_unit, number * usd_per_unit)


@dataclass(frozen=True)
class Cost:
    """An amount in USD with the lines it is the sum of.

    Costs add up (`a + b`, `sum(costs)`) and multiply (`cost * 30`); `.usd` is a Decimal, `float(cost)`
    is for plots; `print(cost)` shows the arithmetic, one line each.
    """

    title: str
    lines: tuple[Line, ...] = ()

    @property
    def usd(self) -> Decimal:
        """The sum of the lines, in USD, not rounded."""
        return sum((one.usd for one in self.lines), Decimal(0))

    def titled(self, title: str) -> Cost:
        """The same cost under another title."""
        return replace(self, title=title)

    def __add__(self, other: Cost) -> Cost:
        if not isinstance(other, Cost):
            return NotImplemented
        return Cost(f"{self.title} + {other.title}", self.lines + other.lines)

    def __radd__(self, other: int) -> Cost:
        return self if other == 0 else NotImplemented  # so that sum() works

    def __mul__(self, times: Number) -> Cost:
        factor = quantity("the factor", times)
        lines = (Line(o.label, o.quantity * factor, o.unit, o.rate, o.usd * factor) for o in self.lines)
        return Cost(f"{self.title}, × {format_number(factor)}", tuple(lines))

    __rmul__ = __mul__

    def __float__(self) -> float:
        return float(self.usd)

    def __str__(self) -> str:
        width = max((len(one.label) for one in self.lines), default=0)
        rows = [f"{self.title}: {format_usd(self.usd)}"]
        rows += [f"  {one.label:<{width}}  {one}" for one in self.lines]
        return "\n".join(rows)

    def _repr_pretty_(self, printer, cycle: bool) -> None:
        printer.text(str(self))  # what a notebook shows for a cost on a cell's last line


def fixed_cost(title: str, usd: Number, unit: str = "month") -> Cost:
    """An amount given as such: `fixed_cost("Spark ETL, as claimed", 50)`."""
    return Cost(title, (line("fixed", 1, unit, usd),))


def total(title: str, costs: Iterable[Cost]) -> Cost:
    """The costs added up under one title."""
    return Cost(title, tuple(one for cost in costs for one in cost.lines))


# --- how the whole course writes bytes and money ------------------------------------------------------

UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def format_bytes(number_of_bytes: int | float) -> str:
    """Decimal units with one decimal: `0 B`, `999 B`, `1.2 MB`, `104.9 MB`; 1 MB is 10^6 bytes."""
    size, unit = Decimal(int(number_of_bytes)), 0
    while abs(size) >= Decimal("999.95") and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    if unit == 0:
        return f"{int(size)} B"
    return f"{size:,.1f} {UNITS[unit]}"


def format_usd(usd: Decimal | float | int) -> str:
    """`$1,500.00`, `$0.2500`, `$0.000050`, `$0`: two decimals from $1, four from 1 cent, six below."""
    amount = Decimal(str(usd))
    sign, amount = ("-" if amount < 0 else ""), abs(amount)
    if amount == 0:
        return "$0"
    if amount >= 1:
        digits = 2
    elif amount >= Decimal("0.01"):
        digits = 4
    elif amount >= Decimal("0.00001"):
        digits = 6
    else:  # a single S3 request, say: two significant digits
        digits = 1 - amount.adjusted()
    return f"{sign}${amount:,.{digits}f}"


def format_rate(usd: Decimal) -> str:
    """A price with every digit it has, at least two decimals: `$5.00`, `$0.252`, `$0.0000166667`."""
    plain = f"{usd.normalize():,f}"
    decimals = len(plain.partition(".")[2])
    return f"${plain}" if decimals >= 2 else f"${usd:,.2f}"


def format_number(number: Decimal) -> str:
    """A quantity with at most four decimals, more for small ones: `730`, `45.99`, `0.000125`."""
    digits = 4 if abs(number) >= 1 or number == 0 else 3 - number.adjusted()
    text = f"{number:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
