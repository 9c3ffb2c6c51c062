"""What lands in the raw folder of lesson 09: six days of an invented shop, as dirty as life, known by number.

    raw.put(course, days=range(5))          # raw/events/2024-03-01.json …, raw/sales/2024-03-01.csv …
    raw.faults(days=range(5))               # {"torn line": 150, …}: what is wrong in these files

A day's events are 12,000 lines of JSON at scale 1, its sales 3,000 lines of CSV; both are the same, byte
for byte, on every machine. Only the lesson, its tests and the cluster demonstration need this module.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np

from helpers import cache
from helpers.datasets import DatasetError, Placed
from helpers.display import Progress
from helpers.lab import Lab
from helpers.pipeline.rules import ACTIONS, SALE_COLUMNS, STATUSES
from helpers.sales_reference import customers, products
from helpers.session import one_line_errors
from helpers.streams import Stream

SEED = 20240909
FIRST_DAY = date(2024, 3, 1)
DAYS = 6
EVENTS_A_DAY, SALES_A_DAY = 12_000, 3_000
GZIPPED_DAY = 2  # the third day's events come compressed
CLOSED_DAY = 2  # a Sunday: its sales are a header and nothing else
NEW_KEY_FROM_DAY = 3  # events then carry the key `experiment`, which the lake's table does not know
ACTION_WEIGHTS = (12, 45, 18, 12, 6, 7)
SYSTEMS = (("ios", "17.3"), ("ios", "16.7"), ("android", "14"), ("android", "13"), ("web", "122.0"))

# How many lines of 1,000 are of which kind; at least one of each.
EVENT_FAULTS = {
    "torn line": 2, "stray log line": 1, "not UTF-8": 1, "no event_id": 1, "unknown action": 1,
    "impossible date": 1, "NaN": 0.5, "huge number": 0.5, "wrong total": 1,
}  # fmt: skip
SALE_FAULTS = {
    "open quote": 1, "comma as decimal point": 1, "wrong total": 1, "quantity 0": 1, "one field more": 1,
    "impossible date": 1,
}  # fmt: skip
COPIES, REPEATS, CORRECTIONS, LATE = 10, 5, 2, 6  # of 1,000 events, see `_event_lines`
UPDATES = 30  # of 1,000 sales: sent again the next day, with another status

_PRODUCTS = products()
_CUSTOMERS = customers()


def day_of(index: int) -> date:
    """The date of day 0, 1 …"""
    return FIRST_DAY + timedelta(days=index)


def put(lab: Lab, days: Iterable[int], scale: float = 1.0, folder: str = "raw") -> Placed:
    """Place the files of these days (0 to 5) in S3, below the lesson's folder; other days stay as they are."""
    chosen = sorted(set(days))
    if not chosen or not set(chosen) <= set(range(DAYS)) or not 0.01 <= scale <= 10:
        raise DatasetError(f"days {chosen} at scale {scale}: days are 0 to {DAYS - 1}, scales 0.01 to 10.")
    path, described = cache.folder_for(f"raw-{EVENTS_A_DAY}-{SALES_A_DAY}-scale-{scale:g}", lambda: _files(scale))
    names = [name for index in chosen for name in day_keys(index)]
    with one_line_errors(lab.region), Progress(f"placing {folder}", len(names)) as step:
        for name in names:
            lab.s3.put_object(Bucket=lab.bucket, Key=lab.prefix(folder) + name, Body=(path / name).read_bytes())
            step(name)
    size = sum(file.bytes for file in described.files if file.name in names)
    rows = sum(content(path / name).count(b"\n") for name in names)
    return Placed(folder, lab.uri(folder), len(names), size, rows)


def content(path: Path) -> bytes:
    """A file's bytes, unpacked when its name ends in .gz."""
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def day_keys(index: int) -> tuple[str, str]:
    """The keys of a day's two files, below the raw folder."""
    return f"events/{day_of(index)}.json{'.gz' if index == GZIPPED_DAY else ''}", f"sales/{day_of(index)}.csv"


def faults(days: Iterable[int], scale: float = 1.0) -> dict[str, int]:
    """How many lines of each fault these days' files hold."""
    found: dict[str, int] = {}
    for index in days:
        plans = [("events: ", EVENT_FAULTS, _count(EVENTS_A_DAY, scale))]
        if index != CLOSED_DAY:
            plans.append(("sales: ", SALE_FAULTS, _count(SALES_A_DAY, scale)))
        for prefix, rates, lines in plans:
            for name, rate in rates.items():
                found[prefix + name] = found.get(prefix + name, 0) + _share(lines, rate)
    return found


def _files(scale: float):
    for index in range(DAYS):
        for key, lines in zip(day_keys(index), (_event_lines, _sale_lines), strict=True):

            def write(path: Path, index: int = index, lines=lines) -> int:
                body = b"".join(lines(index, scale))
                # mtime=0: the time of packing would make the bytes differ from run to run
                path.write_bytes(gzip.compress(body, 6, mtime=0) if path.suffix == ".gz" else body)
                return body.count(b"\n")

            yield key, write


def _count(per_day: int, scale: float) -> int:
    return max(100, round(per_day * scale))


def _share(lines: int, rate: float) -> int:
    return max(1, int(lines * rate / 1000))


# --- events ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=2)
def _events(day: int, count: int) -> list[dict[str, object]]:
    """The true events of a day, in the order of time."""
    stream = Stream(SEED, 1, day)
    millis = np.sort(stream.below(86_400_000, count))
    delay, user = stream.between(40, 2_500, count), stream.below(900, count)
    action, system = stream.weighted(ACTION_WEIGHTS, count), stream.below(len(SYSTEMS), count)
    first, pieces = stream.below(len(_PRODUCTS), count), stream.between(1, 4, count)
    anonymous, variant = stream.below(25, count) == 0, stream.below(2, count)
    start = datetime.combine(day_of(day), datetime.min.time())
    events = []
    for index in range(count):
        time = start + timedelta(milliseconds=int(millis[index]))
        event: dict[str, object] = {
            "event_id": f"e{day}-{index:06d}",
            "user_id": f"u{user[index]:04d}",
            "event_time": time.isoformat(" ", "milliseconds"),
            "received_at": (time + timedelta(milliseconds=int(delay[index]))).isoformat("T", "milliseconds") + "Z",
            "action": ACTIONS[action[index]],
            "device": dict(zip(("os", "version"), SYSTEMS[system[index]], strict=True)),
        }
        if anonymous[index]:
            del event["user_id"]
        if event["action"] in ("add_to_cart", "purchase"):
            _fill_basket(event, int(first[index]), int(pieces[index]))
        if day >= NEW_KEY_FROM_DAY:
            event["experiment"] = ("control", "new_checkout")[variant[index]]
        events.append(event)
    return events


def _fill_basket(event: dict[str, object], first: int, pieces: int) -> None:
    chosen = [_PRODUCTS[(first + 7 * step) % len(_PRODUCTS)] for step in range(1 + first % 3)]
    event["items"] = [{"sku": each.code, "quantity": pieces, "price": each.msrp} for each in chosen]
    if event["action"] == "purchase":
        event["amount"] = sum(each.msrp * pieces for each in chosen)


def _event_lines(day: int, scale: float) -> Iterable[bytes]:
    """The lines of a day's file: its events, except those that come late; spoilt ones; copies.

    Of 1,000 events 6 arrive only with the next day's file; 10 lines come twice in the file; 5 were in the
    file of the day before already; 2 are corrected further down, with another number of pieces.
    """
    count = _count(EVENTS_A_DAY, scale)
    roles, late = _roles(day, count), _roles(day, count)["late"]
    events = _events(day, count)
    lines: list[tuple[int, dict | bytes]] = []
    for index, event in enumerate(events):
        if index not in late or day == DAYS - 1:
            lines.append((index * 10, event))
    for name in EVENT_FAULTS:
        lines += [(index * 10, _spoil(name, dict(events[index]), index)) for index in roles[name]]
    spoilt = {index for name in EVENT_FAULTS for index in roles[name]}
    lines = [each for each in lines if isinstance(each[1], bytes) or each[0] // 10 not in spoilt]
    lines += [(index * 10 + 25, events[index]) for index in roles["copy"]]
    lines += _corrected(lines, roles["correction"], events)
    if day:
        before, earlier = _roles(day - 1, count), _events(day - 1, count)
        lines += [(each * 10 + 3, earlier[each]) for each in sorted(before["late"] | before["repeat"])]
    lines.sort(key=lambda each: each[0])
    for _, event in lines:
        yield (event if isinstance(event, bytes) else _json(event)) + b"\n"


def _corrected(lines: list, chosen: set[int], events: list[dict]) -> list[tuple[int, dict]]:
    """Purchases that are reported twice; the second report stands further down and counts."""
    corrections = []
    for index in chosen:
        first = dict(events[index], action="purchase")
        _fill_basket(first, index, 1)
        second = dict(first)
        _fill_basket(second, index, 2)
        lines[:] = [each for each in lines if each[0] != index * 10]
        corrections += [(index * 10, first), (index * 10 + 55, second)]
    return corrections


def _roles(day: int, count: int) -> dict[str, set[int]]:
    """Which events of a day are spoilt, copied, corrected or late: disjoint sets of indexes."""
    order = np.argsort(Stream(SEED, 2, day).below(2**31 - 1, count), kind="stable")
    rates = {**EVENT_FAULTS, "copy": COPIES, "repeat": REPEATS, "correction": CORRECTIONS, "late": LATE}
    roles, start = {}, 0
    for name, rate in rates.items():
        size = _share(count, rate)
        roles[name] = set(order[start : start + size].tolist())
        start += size
    return roles


def _spoil(fault: str, event: dict, index: int) -> bytes:
    """The event as a line with one fault."""
    match fault:
        case "torn line":
            return _json(event)[: 40 + index % 80]
        case "stray log line":
            return f"WARN  {event['event_time']} worker 7 restarted".encode()
        case "not UTF-8":
            event["user_id"] = "JosXX"
            return _json(event).replace(b"JosXX", b"Jos\xe9")  # é as Latin-1 writes it
        case "no event_id":
            del event["event_id"]
        case "unknown action":
            event["action"] = "clik"
        case "impossible date":
            event["event_time"] = "2024-02-30 12:00:00.000"
        case "NaN" | "huge number" | "wrong total":
            event["action"] = "purchase"
            _fill_basket(event, index, 1)
            event["amount"] += 1 if fault == "wrong total" else 0
            spoilt = {"NaN": b"NaN", "huge number": b"1e30"}.get(fault)
            if spoilt:
                event["amount"] = "XX"
                return _json(event).replace(b'"XX"', spoilt)
    return _json(event)


def _json(event: dict) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode()


# --- sales ----------------------------------------------------------------------------------------------


def _sale_lines(day: int, scale: float) -> Iterable[bytes]:
    """Header, sales, spoilt lines; the header once more; yesterday's orders whose status has changed."""
    yield ",".join(SALE_COLUMNS).encode() + b"\n"
    if day == CLOSED_DAY:
        return
    count = _count(SALES_A_DAY, scale)
    sales = _sales(day, count)
    order = np.argsort(Stream(SEED, 4, day).below(2**31 - 1, count), kind="stable").tolist()
    spoilt, start = {}, 0
    for name, rate in SALE_FAULTS.items():
        size = _share(count, rate)
        spoilt.update(dict.fromkeys(order[start : start + size], name))
        start += size
    for index, fields in enumerate(sales):
        yield _csv(_spoil_sale(spoilt[index], list(fields)) if index in spoilt else fields)
        if index == count // 2:
            yield ",".join(SALE_COLUMNS).encode() + b"\n"  # two files were put together
    if day and day - 1 != CLOSED_DAY:
        for fields in _sales(day - 1, count)[: _share(count, UPDATES)]:
            if fields[8] != '"':
                yield _csv([*fields[:8], "Shipped", *fields[9:]])


@lru_cache(maxsize=2)
def _sales(day: int, count: int) -> list[list[str]]:
    """The true order lines of a day, as CSV fields."""
    stream = Stream(SEED, 3, day)
    product, buyer = stream.below(len(_PRODUCTS), count), stream.weighted([c.weight for c in _CUSTOMERS], count)
    pieces, percent = stream.between(1, 50, count), stream.between(80, 120, count)
    status = stream.weighted((40, 2, 3, 1, 4, 50), count)
    rows = []
    for index in range(count):
        sold, customer = _PRODUCTS[product[index]], _CUSTOMERS[buyer[index]]
        cents = int(sold.msrp * percent[index])
        rows.append(
            [
                str(20_000 + day * 100_000 + index // 4), str(1 + index % 4), str(day_of(day)), sold.code, sold.line,
                str(pieces[index]), _money(cents), _money(cents * int(pieces[index])), STATUSES[status[index]],
                customer.customername, customer.country,
            ]
        )  # fmt: skip
    return rows


def _spoil_sale(fault: str, fields: list[str]) -> list[str]:
    match fault:
        case "open quote":
            fields[9] = '"' + fields[9].replace(",", "")
            return [field.join(("\x00", "\x00")) if field.startswith('"') else field for field in fields]
        case "comma as decimal point":
            fields[6] = fields[6].replace(".", ",")
        case "wrong total":
            fields[7] = _money(int(fields[7].replace(".", "")) + 100)
        case "quantity 0":
            fields[5] = "0"
        case "one field more":
            fields.append("?")
        case "impossible date":
            fields[2] = "2024-02-30"
    return fields


def _csv(fields: list[str]) -> bytes:
    """Fields as a line; quotes around a comma; between two zero characters a field stays as it is."""
    written = []
    for field in fields:
        if field.startswith("\x00"):
            written.append(field.strip("\x00"))
        else:
            written.append('"' + field.replace('"', '""') + '"' if "," in field or '"' in field else field)
    return (",".join(written) + "\n").encode()


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
