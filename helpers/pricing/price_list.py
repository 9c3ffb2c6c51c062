"""The price list: every price of prices.toml with its unit, region, date, source and standing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from helpers.oneline import OneLineError
from helpers.pricing.money import CostError, format_usd

PRICE_LIST = Path(__file__).parents[1] / "prices.toml"
HOME_REGION = "us-east-1"
STATUSES = ("confirmed", "agreeing", "third-party", "weak")


class PriceError(OneLineError, KeyError):
    """A price or region that prices.toml does not have; the message names those it has."""

    __str__ = Exception.__str__  # KeyError would quote the message


@dataclass(frozen=True)
class Price:
    """One price: `usd` per `unit` in `region`, and where it comes from."""

    name: str
    usd: Decimal
    unit: str
    region: str
    date: date
    source: str
    status: str
    note: str = ""

    def __str__(self) -> str:
        return f"{format_usd(self.usd)} per {self.unit} ({self.region}, {self.date}, {self.status})"


@cache
def _price_list() -> dict[str, dict[str, Price]]:
    with PRICE_LIST.open("rb") as file:
        regions = tomllib.load(file)
    return {region: {p.name: p for p in _prices_in(region, tables)} for region, tables in regions.items()}


def _prices_in(region: str, tables: dict, above: str = "") -> Iterator[Price]:
    for key, table in tables.items():
        name = f"{above}{key}"
        if "usd" in table:
            yield Price(
                name=name,
                usd=Decimal(table["usd"]),
                unit=table["unit"],
                region=region,
                date=table["date"],
                source=table["source"],
                status=table["status"],
                note=table.get("note", ""),
            )
        else:
            yield from _prices_in(region, table, f"{name}.")


def regions() -> tuple[str, ...]:
    """The regions prices.toml has prices of, us-east-1 first."""
    return tuple(_price_list())


def prices(region: str = HOME_REGION) -> dict[str, Price]:
    """Every price of `region` by its dotted name, for example `athena.sql`. Raises PriceError."""
    try:
        return _price_list()[region]
    except KeyError:
        known = ", ".join(regions())
        raise PriceError(f"no prices of region {region!r} in prices.toml; there are: {known}") from None


def price(name: str, region: str = HOME_REGION) -> Price:
    """The price called `name` in `region`. Raises PriceError (a KeyError) naming what there is instead."""
    here = prices(region)
    if name in here:
        return here[name]
    elsewhere = [other for other in regions() if name in prices(other)]
    if elsewhere:
        raise PriceError(f"no price {name!r} for {region} in prices.toml; it is there for: {', '.join(elsewhere)}")
    service = name.partition(".")[0] + "."
    near = [known for known in here if known.startswith(service)] or sorted({n.split(".")[0] + ".…" for n in here})
    raise PriceError(f"no price {name!r} in prices.toml; there are: {', '.join(near)}")


def usd(name: str, region: str = HOME_REGION) -> Decimal:
    """USD per unit of the price called `name`."""
    return price(name, region).usd


def stale(today: date, days: int = 365) -> list[Price]:
    """The prices older than `days` on the day `today`, in the list's order; a year by default.

    The date is an argument, so that a notebook says the same tomorrow.
    """
    if not isinstance(today, date):
        raise CostError(f"today must be a datetime.date, not {today!r}")
    oldest = date(today.year, today.month, today.day) - timedelta(days=days)
    return [price for region in regions() for price in prices(region).values() if price.date < oldest]
