"""What a sales report says: each method takes a query's result, shows its part, and remembers the figures.

    report = story.Report(year=2004, territory="EMEA", quarter="all", currency="EUR", top_n=5)
    report.headline(totals)
    report.by_month(months)
    …
    report.publish()          # hands all figures to whoever runs the notebook, as JSON

The queries stay in the notebook, where they can be read; here are only arithmetic, sentences and pictures.
Everything from the data is escaped before it becomes HTML: a customer may be called `<b>`.
"""

from __future__ import annotations

import html
from calendar import month_abbr
from collections.abc import Mapping, Sequence
from decimal import Decimal

from helpers import charts, costs
from helpers.results import Result

from . import layout, warnings
from .currency import SOURCE, Currency
from .months import draw_months

MEDIA_TYPE = "application/vnd.athena-workbook.report+json"


class Report:
    """One report over one scope: a year, a territory or `all`, a quarter or `all`.

    Amounts in `figures` are numbers in the report's currency; those of the queries are bytes and USD.
    """

    def __init__(self, year: int, territory: str, quarter: str, currency: str, top_n: int):
        self.year, self.territory, self.quarter, self.top_n = year, territory, quarter, top_n
        self.currency = Currency(currency, year)
        self.figures: dict[str, object] = {}
        self.queries: list[dict[str, object]] = []
        self.months = range(1, 13) if quarter == "all" else range(3 * int(quarter) - 2, 3 * int(quarter) + 1)

    @property
    def scope(self) -> str:
        """The scope in words: `2004, Q2, EMEA`."""
        quarter = "" if self.quarter == "all" else f", Q{self.quarter}"
        return f"{self.year}{quarter}, {'all territories' if self.territory == 'all' else self.territory}"

    def title(self) -> None:
        """Show the report's title, and in which currency its amounts are."""
        self.figures["currency"] = {
            "code": self.currency.code,
            "units_per_usd": str(self.currency.rate),
            "source": SOURCE if self.currency.code != "USD" else "as recorded",
        }
        heading = f"Sales report {self.scope}"
        note = f"{self.currency.note} Revenue is the value of all order lines, whatever became of the order."
        _publish(f"<h1>{html.escape(heading)}</h1>\n<p>{html.escape(note)}</p>", f"{heading}\n{note}")

    def headline(self, totals: Result) -> None:
        """Revenue, orders and customers of the year, and the change on the year before.

        totals  a row a year: year, revenue (USD), orders, order_lines, customers, last_day
        """
        years = {row["year"]: row for row in self._rows("totals", totals)}
        now, before = years.get(self.year, {}), years.get(self.year - 1, {})
        amount = self.currency.amount
        orders = now.get("orders", 0)
        average = amount(now["revenue"] / orders) if orders else None
        change = change_in_percent(now.get("revenue"), before.get("revenue"))
        self.figures |= {
            "revenue": _number(amount(now.get("revenue"))),
            "revenue_before": _number(amount(before["revenue"])) if before else None,
            "change_percent": change,
            "orders": orders,
            "orders_before": before.get("orders", 0) if before else None,
            "order_lines": now.get("order_lines", 0),
            "customers": now.get("customers", 0),
            "average_order": _number(average) if orders else None,
            "last_day": now.get("last_day"),
        }
        if not orders:
            _paragraphs(f"No orders in {self.scope}.")
            return
        _paragraphs(
            f"Revenue was {self.currency.text(now['revenue'])} from {_count(orders, 'order')}"
            f" ({_count(now['order_lines'], 'order line')}) of {_count(now['customers'], 'customer')},"
            f" {self.currency.text(now['revenue'] / orders)} an order; the last one is of {now['last_day']}.",
            self._change_in_words(change, before),
        )

    def _change_in_words(self, change: float | None, before: Mapping) -> str:
        if not before:
            return f"There is no data for the same months of {self.year - 1} to compare with."
        if change is None:
            return f"The same months of {self.year - 1} had orders without value: no change can be given."
        direction = "more than" if change > 0 else "less than" if change < 0 else "as much as"
        size = f"{abs(change):.1f} % " if change else ""
        was = f"{self.currency.text(before['revenue'])} from {_count(before['orders'], 'order')}"
        return f"That is {size}{direction} in the same months of {self.year - 1} ({was})."

    def by_month(self, months: Result) -> None:
        """Revenue by month beside that of the year before, as a picture and as a table.

        months  a row a month: month, revenue, revenue_before (USD), orders
        """
        found = {row["month"]: row for row in self._rows("months", months)}
        amount = self.currency.amount
        rows = [
            {
                "month": month,
                "revenue": _number(amount(found.get(month, {}).get("revenue"))),
                "revenue_before": _number(amount(found.get(month, {}).get("revenue_before"))),
                "orders": found.get(month, {}).get("orders", 0),
            }
            for month in self.months
        ]
        self.figures["months"] = rows
        best = max(rows, key=lambda row: row["revenue"])
        if best["revenue"]:
            share = best["revenue"] / sum(row["revenue"] for row in rows)
            _paragraphs(f"The best month was {month_abbr[best['month']]}, with {share:.0%} of the revenue.")
        draw_months(rows, f"Revenue by month, {self.scope}", self.currency.code, self.year)

    def by_product_line(self, lines: Result) -> None:
        """Revenue by product line, the largest first, with its change on the year before.

        lines  a row a product line: product_line, revenue, revenue_before (USD)
        """
        amount = self.currency.amount
        found = self._rows("product_lines", lines)
        total = sum(row["revenue"] for row in found)
        self.figures["product_lines"] = [
            {
                "product_line": row["product_line"],
                "revenue": _number(amount(row["revenue"])),
                "revenue_before": _number(amount(row["revenue_before"])),
                "change_percent": change_in_percent(row["revenue"], row["revenue_before"]),
            }
            for row in found
        ]
        if not total:
            _paragraphs(f"No revenue in {self.scope}.")
            return
        first = found[0]
        _paragraphs(f"{first['product_line']} brought most, {first['revenue'] / total:.0%} of the revenue.")
        bars = {row["product_line"]: round(row["revenue"]) for row in self.figures["product_lines"]}
        charts.bars(bars, f"Revenue by product line, {self.scope}", unit=self.currency.code,
                    highlight=first["product_line"])  # fmt: skip
        changes = [
            (row["product_line"], _percent(row["change_percent"]), round(row["revenue_before"]))
            for row in self.figures["product_lines"]
        ]
        _table(["product line", "change", f"{self.year - 1}, {self.currency.code}"], changes)

    def by_customer(self, customers: Result) -> None:
        """The customers with the most revenue. customers  a row each: customer, revenue (USD), orders."""
        found = self._rows("customers", customers)
        total = Decimal(str(self.figures["revenue"]))
        rows = [
            {
                "rank": rank,
                "customer": row["customer"],
                "revenue": _number(self.currency.amount(row["revenue"])),
                "orders": row["orders"],
                "share_percent": _share(self.currency.amount(row["revenue"]), total),
            }
            for rank, row in enumerate(found, start=1)
        ]
        self.figures["top_customers"] = rows
        if not rows:
            _paragraphs(f"No customers in {self.scope}.")
            return
        share = sum(row["revenue"] for row in rows) / float(total) if total else 0
        _paragraphs(f"The {_count(len(rows), 'customer')} below brought {share:.0%} of the revenue.")
        _table(
            ["", "customer", self.currency.code, "share", "orders"],
            [
                (row["rank"], row["customer"], round(row["revenue"]), f"{row['share_percent']:.1f} %", row["orders"])
                for row in rows
            ],
        )

    def by_status(self, statuses: Result) -> None:
        """What became of the orders. statuses  a row each: status, orders, revenue (USD)."""
        found = self._rows("statuses", statuses)
        self.figures["order_status"] = [
            {
                "status": row["status"],
                "orders": row["orders"],
                "revenue": _number(self.currency.amount(row["revenue"])),
            }
            for row in found
        ]
        if not found:
            _paragraphs(f"No orders in {self.scope}.")
            return
        lost = sum(row["revenue"] for row in found if row["status"] in ("Cancelled", "Disputed"))
        total = sum(row["revenue"] for row in found)
        share = f", {lost / total:.1%} of the revenue" if total else ""
        _paragraphs(f"Cancelled or disputed: {self.currency.text(lost)}{share}.")
        rows = [(row["status"], row["orders"], round(row["revenue"])) for row in self.figures["order_status"]]
        _table(["status", "orders", self.currency.code], rows)

    def quality(self, faults: Result) -> None:
        """Warnings about the data behind the figures: the columns that `warnings.FAULTS` names, and empty months."""
        counted = self._rows("faults", faults)[0]
        missing = [row["month"] for row in self.figures["months"] if not row["orders"]]
        lines_with = {name: counted[name] or 0 for name in warnings.FAULTS}  # NULL where there is no line at all
        self.figures["quality"] = {"missing_months": missing, **lines_with}
        found = warnings.sentences(counted, missing, self.year)
        self.figures["warnings"] = found
        intro = f"{_count(len(found), 'warning')}:" if found else "No month is empty and no order line is suspect."
        items = "".join(f"<li>{html.escape(each)}</li>" for each in found)
        _publish(
            f"<p>{intro}</p>" + (f"\n<ul>{items}</ul>" if found else ""),
            "\n".join([intro, *(f"- {each}" for each in found)]),
        )

    def cost(self) -> None:
        """What the queries of this report scanned, and what Athena charges for that."""
        rows = [(each["name"], each["bytes_scanned"], each["cost_usd"]) for each in self.queries]
        scanned, usd = sum(row[1] for row in rows), sum(Decimal(row[2]) for row in rows)
        _paragraphs(
            f"{len(rows)} queries scanned {costs.format_bytes(scanned)};"
            f" with its minimum of 10 MB for each, Athena charges {usd:f} USD for them (price of us-east-1)."
        )
        _table(["query", "bytes scanned", "USD"], [*rows, ("all", scanned, f"{usd:f}")])

    def summary(self) -> dict[str, object]:
        """Everything that the report found, as it goes into the JSON file."""
        usd = sum(Decimal(each["cost_usd"]) for each in self.queries)
        return {
            "scope": self.scope,
            "figures": self.figures,
            "queries": self.queries,
            "bytes_scanned": sum(each["bytes_scanned"] for each in self.queries),
            "cost_usd": f"{usd:f}",
        }

    def publish(self) -> None:
        """Hand the summary to the program that runs the notebook, as an output of its own media type."""
        from IPython.display import display as publish

        words = f"{len(self.figures)} groups of figures from {len(self.queries)} queries"
        publish({MEDIA_TYPE: self.summary(), "text/plain": words}, raw=True)

    def _rows(self, name: str, result: Result) -> list[dict[str, object]]:
        """The rows of a result by column name; the query is noted with what it scanned."""
        noted = {"name": name, "bytes_scanned": result.bytes_scanned, "cost_usd": f"{result.cost_usd:f}"}
        self.queries = [each for each in self.queries if each["name"] != name] + [noted]  # a cell may run twice
        names = [column.name for column in result.columns]
        return [dict(zip(names, row, strict=True)) for row in result.rows]


def change_in_percent(now: Decimal | None, before: Decimal | None) -> float | None:
    """How much more `now` is than `before`, in percent with one decimal; None where nothing was before."""
    if not before:
        return None
    return round(float(100 * (Decimal(now or 0) - before) / before), 1)


def _share(part: Decimal, whole: Decimal) -> float:
    """The part in percent of the whole, one decimal; 0 of nothing."""
    return round(float(100 * part / whole), 1) if whole else 0.0


def _percent(change: float | None) -> str:
    return "new" if change is None else f"{change:+.1f} %"


def _number(amount: Decimal) -> int | float:
    """An amount as JSON holds it: a whole number, or one with its cents."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _paragraphs(*sentences: str) -> None:
    _publish("\n".join(f"<p>{html.escape(each)}</p>" for each in sentences), "\n".join(sentences))


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    _publish(*layout.table(columns, rows))


def _publish(markup: str, words: str) -> None:
    from IPython.display import display as publish

    publish({"text/html": markup, "text/plain": words}, raw=True)
