"""What a line must be to become a row: JSON for events, CSV for sales. Otherwise it is `Refused`.

    rules.event('{"event_id":"e1","event_time":"2024-03-01 08:15:30.123","action":"view"}', day)
    rules.sale("10100,1,2024-03-01,…", day, columns)

Both answer with a dict of the table's columns and `day`, the day the row belongs to. Spark's own JSON and
CSV readers are not used for this: they accept what follows a record on its line and single quotes, and
round a number that has too many decimals (lesson 09 shows it).
"""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from decimal import Decimal

from helpers.pipeline.fields import (
    Refused,
    calendar_day,
    decoded,
    exact,
    moment,
    money,
    one_of,
    shown,
    text,
    whole,
)

OLDEST = timedelta(days=366)  # a row may belong to a day up to a year before its file's
ACTIONS = ("login", "view", "search", "add_to_cart", "purchase", "logout")
STATUSES = ("Shipped", "Resolved", "Cancelled", "Disputed", "On Hold", "In Process")
PRODUCT_LINES = (
    "Classic Cars", "Motorcycles", "Planes", "Ships", "Trains", "Trucks and Buses", "Vintage Cars",
)  # fmt: skip
AMOUNTS_BELOW = 10**10  # decimal(12,2)
PRICES_BELOW = 10**8  # decimal(10,2)
MOST_PIECES = 1_000_000
MOST_LEVELS = 100  # of arrays and objects inside each other; Python's own limit differs from place to place
INT = (1, 2**31 - 1)

EVENT_KEYS = ("event_id", "event_time", "received_at", "user_id", "action", "device", "items", "amount")
SALE_COLUMNS = (
    "ordernumber", "orderlinenumber", "orderdate", "productcode", "productline", "quantityordered",
    "priceeach", "sales", "status", "customername", "country",
)  # fmt: skip
MAY_BE_EMPTY = ("country",)


# --- events ---------------------------------------------------------------------------------------------


def event(line: bytes, arrival: date) -> dict[str, object]:
    """The row of one line of events; `arrival` is the day of its file. Raises Refused."""
    found = _json_object(decoded(line))
    extra = {key: value for key, value in found.items() if key not in EVENT_KEYS}
    os, version = _device(found.get("device"), extra)
    time = moment(_needed(found, "event_time"), "event_time")
    received = found.get("received_at")
    row = {
        "event_id": text(_needed(found, "event_id"), "event_id"),
        "event_time": time,
        "received_at": None if received is None else moment(received, "received_at"),
        "user_id": _optional_text(found, "user_id"),
        "action": one_of(_needed(found, "action"), "action", ACTIONS),
        "os": os,
        "os_version": version,
        "items": _items(found.get("items"), extra),
        "amount": _amount(found.get("amount")),
        "day": _day(time.date(), arrival),
    }
    if row["action"] == "purchase":
        _check_purchase(row)
    row["extra"] = _as_json(extra)
    return row


def _json_object(content: str) -> dict[str, object]:
    """The object of a line, with exact numbers."""
    try:
        found = json.loads(
            content,
            parse_float=exact,
            parse_int=exact,
            parse_constant=_no_constant,
            object_pairs_hook=_unique,
        )
    except (json.JSONDecodeError, RecursionError) as error:
        where = getattr(error, "pos", None)
        detail = "nested too deeply" if where is None else f"{error.msg} at character {where + 1}"
        raise Refused("not JSON", detail) from None
    if not isinstance(found, dict):
        raise Refused("not JSON", f"no object: {shown(found)}")
    if content.count("[") + content.count("{") > MOST_LEVELS and _levels(found) > MOST_LEVELS:
        raise Refused("not JSON", "nested too deeply")
    return found


def _levels(found: object) -> int:
    """How deeply arrays and objects lie inside each other."""
    levels, inside = 0, [found]
    while inside := [each for each in inside if isinstance(each, dict | list)]:
        levels += 1
        inside = [more for each in inside for more in (each.values() if isinstance(each, dict) else each)]
    return levels


def _no_constant(name: str):
    raise Refused("bad number", f"{name} is not a number")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused("not JSON", f"key {shown(twice)} twice")
    return found


def _needed(found: dict, name: str) -> object:
    if found.get(name) is None:
        raise Refused("missing", name)
    return found[name]


def _optional_text(found: dict, name: str) -> str | None:
    value = found.get(name)
    return None if value is None else text(value, name)


def _device(device: object, extra: dict) -> tuple[str | None, str | None]:
    if device is None:
        return None, None
    if not isinstance(device, dict):
        raise Refused("bad value", f"device: {shown(device)}")
    _keep(extra, "device.", device, ("os", "version"))
    return _optional_text(device, "os"), _optional_text(device, "version")


def _items(items: object, extra: dict) -> list[dict[str, object]] | None:
    if items is None:
        return None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Refused("bad value", f"items: {shown(items)}")
    rows = []
    for index, item in enumerate(items):
        rows.append(
            {
                "sku": text(_needed(item, "sku"), "sku"),
                "quantity": whole(_json_number(_needed(item, "quantity"), "quantity"), "quantity", 1, MOST_PIECES),
                "price": money(_json_number(_needed(item, "price"), "price"), "price", PRICES_BELOW),
            }
        )
        _keep(extra, f"items[{index}].", item, ("sku", "quantity", "price"))
    return rows


def _keep(extra: dict, prefix: str, found: dict, known: tuple[str, ...]) -> None:
    """Note the keys inside an object that the table does not know."""
    for key, value in found.items():
        if key not in known:
            if prefix + key in extra:
                raise Refused("not JSON", f"key {shown(prefix + key)} twice")
            extra[prefix + key] = value


def _json_number(value: object, name: str) -> object:
    """In JSON a number comes without quotes; "3" is a text."""
    if not isinstance(value, Decimal):
        raise Refused("bad number", f"{name}: {shown(value)}")
    return value


def _amount(value: object) -> Decimal | None:
    return None if value is None else money(_json_number(value, "amount"), "amount", AMOUNTS_BELOW)


def _check_purchase(row: dict) -> None:
    for name in ("amount", "items"):
        if not row[name] and row[name] != 0:
            raise Refused("missing", f"{name} of a purchase")
    total = sum(item["quantity"] * item["price"] for item in row["items"])
    if total != row["amount"]:
        raise Refused("does not add up", f"amount {row['amount']}, items {total}")


def _as_json(extra: dict) -> str | None:
    """Keys that the table does not know, as JSON; a number is then a text, which keeps all its digits."""
    return json.dumps(extra, sort_keys=True, default=str, separators=(",", ":")) if extra else None


# --- sales ----------------------------------------------------------------------------------------------


def header(content: str) -> tuple[str, ...] | None:
    """The column names of a CSV line, in lower case, when it is a header; else None.

    A column without a name, as spreadsheets add at the end, is called by its place: `column 12`.
    """
    try:
        fields = _csv_fields(content)
    except Refused:
        return None
    names = tuple(name.strip().lower() or f"column {place}" for place, name in enumerate(fields, 1))
    return names if {"ordernumber", "orderdate"} <= set(names) else None


def sale(line: bytes, arrival: date, columns: tuple[str, ...] = SALE_COLUMNS) -> dict[str, object]:
    """The row of one line of sales, whose file has these columns. Raises Refused."""
    fields = _csv_fields(decoded(line))
    if len(fields) != len(columns):
        raise Refused("not CSV", f"{len(fields)} fields, the header has {len(columns)}")
    found = {name: value.strip() or None for name, value in zip(columns, fields, strict=True)}
    for name in SALE_COLUMNS:
        if name not in MAY_BE_EMPTY:
            _needed(found, name)
    ordered = calendar_day(found["orderdate"], "orderdate")
    row = {
        "ordernumber": whole(found["ordernumber"], "ordernumber", *INT),
        "orderlinenumber": whole(found["orderlinenumber"], "orderlinenumber", *INT),
        "orderdate": ordered,
        "productcode": text(found["productcode"], "productcode"),
        "productline": one_of(found["productline"], "productline", PRODUCT_LINES),
        "quantityordered": whole(found["quantityordered"], "quantityordered", 1, MOST_PIECES),
        "priceeach": money(found["priceeach"], "priceeach", PRICES_BELOW),
        "sales": money(found["sales"], "sales", AMOUNTS_BELOW),
        "status": one_of(found["status"], "status", STATUSES),
        "customername": text(found["customername"], "customername"),
        "country": _optional_text(found, "country"),
        "day": _day(ordered, arrival),
    }
    if row["quantityordered"] * row["priceeach"] != row["sales"]:
        raise Refused("does not add up", f"{row['quantityordered']} x {row['priceeach']} is not {row['sales']}")
    unknown = {name: value for name, value in found.items() if name not in SALE_COLUMNS and value}
    row["extra"] = _as_json(unknown)
    return row


def _csv_fields(content: str) -> list[str]:
    try:
        return next(csv.reader([content], strict=True))
    except (csv.Error, StopIteration) as error:
        raise Refused("not CSV", str(error)) from None


def _day(day: date, arrival: date) -> date:
    """The day a row belongs to, unless its file cannot know of it."""
    if day > arrival:
        raise Refused("from the future", f"{day} in a file of {arrival}")
    if day < arrival - OLDEST:
        raise Refused("too old", f"{day} in a file of {arrival}")
    return day
