"""Application events as they arrive: JSON lines, nested, with missing fields and broken lines.

Six days of an invented shop's application log. Written for the lesson on schema-on-read, so its faults
are known by number: of 12,000 lines 37 are not JSON, and 480 valid ones have no `user_id`.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache

import numpy as np

from helpers.sales_reference import products
from helpers.streams import Stream

SEED = 20240301
FIRST_DAY = datetime(2024, 3, 1)
DAYS = 6
LINES_PER_DAY = 2_000
LINES = DAYS * LINES_PER_DAY
MALFORMED = 37  # lines that are not JSON
ANONYMOUS = 480  # valid lines without the key user_id
WITHOUT_DEVICE = 360  # valid lines without the key device
NEW_FIELD_FROM_DAY = 4  # from the fifth day on, events carry the new field `experiment`

ACTIONS = ("login", "view", "search", "add_to_cart", "purchase", "logout")
ACTION_WEIGHTS = (12, 45, 18, 12, 6, 7)
SYSTEMS = (("ios", "17.3"), ("ios", "16.7"), ("android", "14"), ("android", "13"), ("web", "122.0"))
EXPERIMENTS = ("control", "new_checkout")


def day_lines(day: int) -> list[str]:
    """The lines of one day, 0 to 5, in the order of time, without line ends."""
    start = day * LINES_PER_DAY
    return _all_lines()[start : start + LINES_PER_DAY]


def day_name(day: int) -> str:
    """The file name of a day: `2024-03-01.json`."""
    return f"{FIRST_DAY + timedelta(days=day):%Y-%m-%d}.json"


@cache
def _all_lines() -> list[str]:
    """Every line. Which lines are broken or lack a field is drawn without repetition, so the counts hold."""
    stream = Stream(SEED)
    order = np.argsort(stream.below(2**31 - 1, LINES), kind="stable")
    malformed = set(order[:MALFORMED].tolist())
    anonymous = set(order[MALFORMED : MALFORMED + ANONYMOUS].tolist())
    plain = order[MALFORMED + ANONYMOUS : MALFORMED + ANONYMOUS + WITHOUT_DEVICE]
    without_device = set(plain.tolist())

    millis = stream.below(86_400_000, LINES).reshape(DAYS, LINES_PER_DAY)
    millis = np.sort(millis, axis=1).reshape(LINES)
    delay = stream.between(40, 2_500, LINES)
    user = stream.below(900, LINES)
    action = stream.weighted(ACTION_WEIGHTS, LINES)
    system = stream.below(len(SYSTEMS), LINES)
    first_item, items = stream.below(len(_PRODUCTS), LINES), stream.between(1, 3, LINES)
    quantity = stream.between(1, 4, LINES)
    experiment = stream.below(len(EXPERIMENTS), LINES)

    lines = []
    for index in range(LINES):
        day = index // LINES_PER_DAY
        moment = FIRST_DAY + timedelta(days=day, milliseconds=int(millis[index]))
        received = moment + timedelta(milliseconds=int(delay[index]))
        event: dict[str, object] = {
            "user_id": f"u{user[index]:04d}",
            "event_time": f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}",
            "received_at": f"{received:%Y-%m-%dT%H:%M:%S}.{received.microsecond // 1000:03d}Z",
            "action": ACTIONS[action[index]],
            "device": dict(zip(("os", "version"), SYSTEMS[system[index]], strict=True)),
        }
        if ACTIONS[action[index]] in ("add_to_cart", "purchase"):
            event["items"] = _items(int(first_item[index]), int(items[index]), int(quantity[index]))
        if ACTIONS[action[index]] == "purchase":
            event["amount"] = float(sum(item["price"] * item["quantity"] for item in event["items"]))
        if day >= NEW_FIELD_FROM_DAY:
            event["experiment"] = EXPERIMENTS[experiment[index]]
        if index in anonymous:
            del event["user_id"]
        if index in without_device:
            del event["device"]
        text = json.dumps(event, separators=(",", ":"))
        lines.append(_broken(text, index) if index in malformed else text)
    return lines


_PRODUCTS = products()


def _items(first: int, count: int, quantity: int) -> list[dict[str, object]]:
    chosen = [_PRODUCTS[(first + 7 * step) % len(_PRODUCTS)] for step in range(count)]
    return [{"sku": each.code, "quantity": quantity, "price": each.msrp} for each in chosen]


def _broken(text: str, index: int) -> str:
    """A line as it looks when a writer dies, a log line strays in, or quotes are lost."""
    match index % 3:
        case 0:
            return text[: len(text) // 2]
        case 1:
            return f"WARN  {text[15:30].strip()} worker 7 restarted"
        case _:
            return text.replace('"', "", 1)
