"""The rules of a line, without Spark: each fault gets its reason, nothing is rounded, nothing stops the run."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.pipeline import rules
from helpers.pipeline.fields import REASONS
from helpers.pipeline.lines import Origin, verdict

DAY = date(2024, 3, 2)
ORIGIN = Origin("events/2024-03-02.json", DAY)
GOOD = {
    "event_id": "e1",
    "event_time": "2024-03-02 08:15:30.123",
    "received_at": "2024-03-02T08:15:31.424Z",
    "action": "purchase",
    "device": {"os": "ios", "version": "17.3"},
    "items": [{"sku": "S18_1", "quantity": 2, "price": 10.25}],
    "amount": 20.5,
}
SALE = '20000,1,2024-03-02,S18_1,Classic Cars,3,10.50,31.50,Shipped,"Old Timer, Inc.",USA'


def said(line: str | bytes, origin: Origin = ORIGIN, table: str = "events") -> dict:
    return verdict(table, line.encode() if isinstance(line, str) else line, origin)


def changed(**values) -> str:
    """The good event with some keys changed; None takes a key away."""
    event = {key: value for key, value in {**GOOD, **values}.items() if value is not None}
    return json.dumps(event)


def test_a_good_event_becomes_a_row_with_exact_values():
    row = said(json.dumps(GOOD))
    assert row["kind"] == "valid"
    assert row["event_time"] == datetime(2024, 3, 2, 8, 15, 30, 123000)
    assert row["received_at"] == datetime(2024, 3, 2, 8, 15, 31, 424000)
    assert row["items"] == [{"sku": "S18_1", "quantity": 2, "price": Decimal("10.25")}]
    assert (row["amount"], row["os"], row["os_version"], row["user_id"]) == (Decimal("20.50"), "ios", "17.3", None)
    assert (row["day"], row["extra"]) == (DAY, None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "empty line"),
        (" \t\r", "empty line"),
        ("{" + "x" * 100_000, "line too long"),
        (b'{"event_id":"Jos\xe9"}', "not UTF-8"),
        (json.dumps(GOOD).encode("utf-16"), "not UTF-8"),
        (json.dumps(GOOD).encode("utf-16-le"), "not UTF-8"),
        (json.dumps(GOOD)[:-1], "not JSON"),
        (json.dumps(GOOD) + " {}", "not JSON"),
        ("{'event_id':'e1'}", "not JSON"),
        ('{"event_id":"a","event_id":"b"}', "not JSON"),
        ("[1]", "not JSON"),
        ("null", "not JSON"),
        ("[" * 100_000, "not JSON"),
        (changed(event_id=None), "missing"),
        (changed(event_id=""), "missing"),
        (changed(event_time=None), "missing"),
        (changed(amount=None), "missing"),
        (changed(items=[]), "missing"),
        (changed(event_id=7), "bad text"),
        (changed(event_id="a\nb"), "bad text"),
        (changed(user_id="\ud800"), "bad text"),
        (changed(user_id="u" * 1001), "bad text"),
        (changed(action="clik"), "bad value"),
        (changed(device="ios"), "bad value"),
        (changed(items={"sku": 1}), "bad value"),
        (changed(amount=float("nan")), "bad number"),
        (changed(amount=float("inf")), "bad number"),
        (changed(amount="20.50"), "bad number"),
        (changed(amount=True), "bad number"),
        (changed(amount=20.505), "bad number"),
        (changed(amount=-1), "out of range"),
        (changed(amount=1e30), "out of range"),
        (json.dumps(GOOD).replace("20.5", "9" * 5000), "out of range"),
        (json.dumps(GOOD).replace("20.5", "1e999999999"), "out of range"),
        (json.dumps(GOOD).replace("20.5", "1e-999999999"), "bad number"),
        (changed(items=[{"sku": "a", "quantity": 2**31, "price": 1}]), "out of range"),
        (changed(items=[{"sku": "a", "quantity": 1.5, "price": 1}]), "bad number"),
        (json.dumps(GOOD)[:-1] + ', "x": ' + "1e" + "9" * 30 + "}", "out of range"),
        (json.dumps(GOOD)[:-1] + ', "x": ' + "1e-" + "9" * 30 + "}", "out of range"),
        (json.dumps(GOOD)[:-1] + ', "x": ' + "[" * 100 + "]" * 100 + "}", "not JSON"),
        (json.dumps(GOOD)[:-1] + ', "x": ' + '{"a":' * 1200 + "1" + "}" * 1200 + "}", "not JSON"),
        (json.dumps(GOOD)[:-1] + ', "x": {"a": 1, "a": 2}}', "not JSON"),
        (json.dumps(GOOD)[:-1] + ', "x": Infinity}', "bad number"),
        (changed(device={"os": "ios", "tilt": 1}, **{"device.tilt": 2}), "not JSON"),
        (changed(items=[{"sku": "a", "quantity": 2, "price": 10.25, "x": 1}], **{"items[0].x": 2}), "not JSON"),
        (changed(items=[{"sku": "a", "quantity": 0, "price": 1}]), "out of range"),
        (changed(items=[{"sku": "a", "quantity": -1, "price": 1}]), "out of range"),
        (changed(event_time="2004-02-30 08:15:30"), "bad time"),
        (changed(event_time="2024-02-30 08:15:30"), "bad time"),
        (changed(event_time="2024-03-02 24:00:00"), "bad time"),
        (changed(event_time="0000-03-02 08:00:00"), "bad time"),
        (changed(event_time="02/03/2024 08:00"), "bad time"),
        (changed(event_time=1709366400), "bad time"),
        (changed(event_time="2024-03-02 08:00:00+25:00"), "bad time"),
        (changed(event_time="٢٠٢٤-03-02 08:00:00"), "bad time"),
        (changed(event_time="2024-03-03 00:00:00"), "from the future"),
        (changed(event_time="1970-01-01 00:00:00"), "bad time"),
        (changed(event_time="2023-03-01 23:59:59"), "too old"),
        (changed(amount=20.49), "does not add up"),
    ],
)
def test_a_fault_of_an_event_has_its_reason(line, reason):
    found = said(line)
    assert (found["kind"], found.get("reason")) == ("refused", reason), found.get("detail")
    assert found["day"] == DAY  # of its file


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-03-02T08:00:00Z", datetime(2024, 3, 2, 8)),
        ("2024-03-02T01:00:00+02:00", datetime(2024, 3, 1, 23)),
        ("2024-03-01 23:30:00-00:30", datetime(2024, 3, 2)),
        ("2024-03-02 08:00:00.123456789", datetime(2024, 3, 2, 8, 0, 0, 123456)),
    ],
)
def test_times_are_read_as_utc_and_decide_the_day(written, meant):
    row = said(changed(event_time=written))
    assert (row["event_time"], row["day"]) == (meant, meant.date())


def test_a_late_event_belongs_to_its_own_day():
    assert said(changed(event_time="2024-02-28 10:00:00"))["day"] == date(2024, 2, 28)
    assert said(changed(event_time="2023-03-02 10:00:00"))["day"] == date(2023, 3, 2)  # 366 days, 2024 is a leap year


def test_unknown_keys_are_kept_with_all_their_digits():
    line = json.dumps(GOOD)[:-1] + ', "experiment": "a", "score": 0.12345678901234567890}'
    assert json.loads(said(line)["extra"]) == {"experiment": "a", "score": "0.12345678901234567890"}
    row = said(changed(device={"os": "ios", "version": "1", "tilt": "left"}))
    assert json.loads(row["extra"]) == {"device.tilt": "left"}


def test_a_byte_order_mark_and_a_carriage_return_do_no_harm():
    assert said(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\r")["kind"] == "valid"


def test_brackets_within_texts_and_99_levels_do_no_harm():
    assert said(changed(note="[" * 5000))["kind"] == "valid"
    row = said(json.dumps(GOOD)[:-1] + ', "x": ' + "[" * 99 + "]" * 99 + "}")
    assert row["extra"] == '{"x":' + "[" * 99 + "]" * 99 + "}"


def test_minus_zero_is_zero():
    row = said(changed(amount=0).replace('"amount": 0', '"amount": -0.0').replace("10.25", "0"))
    assert str(row["amount"]) == "0.00"


def sale(line: str | bytes, columns=None) -> dict:
    return said(line, Origin("sales/2024-03-02.csv", DAY, columns), "sales")


def test_a_good_sale_becomes_a_row():
    row = sale(SALE)
    assert (row["kind"], row["customername"], row["sales"]) == ("valid", "Old Timer, Inc.", Decimal("31.50"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (SALE + ",more", "not CSV"),
        (SALE.rsplit(",", 1)[0], "not CSV"),
        (SALE.replace('"Old', 'x"Old'), "not CSV"),
        (SALE.replace('Inc."', "Inc."), "not CSV"),
        (SALE.replace("31.50", ""), "missing"),
        (SALE.replace("10.50", "10,50"), "not CSV"),
        (SALE.replace("10.50", '"10,50"'), "bad number"),
        (SALE.replace("10.50", "NaN"), "bad number"),
        (SALE.replace("10.50", "1.05e1"), "bad number"),
        (SALE.replace("10.50", "+10.50"), "bad number"),
        (SALE.replace("20000,", "2e4,"), "bad number"),
        (SALE.replace("20000,", "+20000,"), "bad number"),
        (SALE.replace("20000,", "20_000,"), "bad number"),
        (SALE.replace(",3,", ",-3,"), "out of range"),
        (SALE.replace("10.50", "-10.50"), "out of range"),
        (SALE.replace("10.50", "9" * 5000), "out of range"),
        (SALE.replace("Shipped", "Ship\x00ped"), "not UTF-8"),
        (SALE.replace("Old Timer", "Jos\xe9").encode("latin-1"), "not UTF-8"),
        (SALE.replace(",3,", ",0,"), "out of range"),
        (SALE.replace(",3,", ",99999999999999999999,"), "out of range"),
        (SALE.replace("20000,", "2147483648,"), "out of range"),
        (SALE.replace("2024-03-02", "2024-02-30"), "bad time"),
        (SALE.replace("2024-03-02", "2024-03-03"), "from the future"),
        (SALE.replace("31.50", "31.49"), "does not add up"),
        (SALE.replace("Shipped", "shipped"), "bad value"),
        (SALE.encode()[:-1] + b"\xff", "not UTF-8"),
    ],
)
def test_a_fault_of_a_sale_has_its_reason(line, reason):
    found = sale(line)
    assert (found["kind"], found.get("reason")) == ("refused", reason), found.get("detail")


def test_a_header_is_one_wherever_it_stands():
    assert sale(",".join(rules.SALE_COLUMNS))["kind"] == "header"
    assert sale(",".join(rules.SALE_COLUMNS).upper() + "\r")["kind"] == "header"


def test_a_second_header_with_other_columns_is_refused():
    swapped = ",".join(reversed(rules.SALE_COLUMNS))
    assert (sale(swapped)["kind"], sale(swapped)["reason"]) == ("refused", "bad header")
    assert sale(swapped, tuple(reversed(rules.SALE_COLUMNS)))["kind"] == "header"


def test_a_column_without_a_name_is_called_by_its_place():
    header = ",".join(rules.SALE_COLUMNS) + ",,"
    columns = rules.header(header)
    assert columns == (*rules.SALE_COLUMNS, "column 12", "column 13")
    assert sale(SALE + ",,", columns)["extra"] is None
    assert json.loads(sale(SALE + ",web,shop", columns)["extra"]) == {"column 12": "web", "column 13": "shop"}


def test_columns_go_by_the_names_of_the_header():
    columns = ("channel", *reversed(rules.SALE_COLUMNS))
    line = "web," + ",".join(reversed(SALE.replace('"Old Timer, Inc."', "Signal Box").split(",")))
    row = sale(line, columns)
    assert (row["kind"], row["ordernumber"], row["country"]) == ("valid", 20000, "USA")
    assert json.loads(row["extra"]) == {"channel": "web"}


def test_a_column_that_the_header_lacks_refuses_its_lines():
    columns = tuple(name for name in rules.SALE_COLUMNS if name != "status")
    found = sale(SALE.replace("Shipped,", ""), columns)
    assert (found["reason"], found["detail"]) == ("missing", "status")


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_bytes_get_one_verdict(line):
    for table in ("events", "sales"):
        found = said(line, ORIGIN, table)
        assert found["kind"] in ("valid", "refused", "header")
        assert found["kind"] != "refused" or found["reason"] in REASONS
        found["line"].encode("utf-8")  # what the quarantine keeps can be written


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_a_good_event_with_a_hole_gets_one_verdict(data):
    """Random damage to a good line: bytes replaced, cut, doubled."""
    line = bytearray(json.dumps(GOOD).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(line) - 1)))
        match data.draw(st.integers(0, 2)):
            case 0:
                line[at : at + 1] = bytes([data.draw(st.integers(0, 255))])
            case 1:
                del line[at : at + data.draw(st.integers(1, 30))]
            case _:
                line[at:at] = line[at : at + data.draw(st.integers(1, 30))]
    found = said(bytes(line))
    assert found["kind"] in ("valid", "refused")
    if found["kind"] == "valid":
        assert found["amount"] is None or 0 <= found["amount"] < 10**10
        assert found["day"] <= DAY
