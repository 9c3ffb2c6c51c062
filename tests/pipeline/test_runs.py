"""Whole runs on hostile files: every line in exactly one box, every change in the partitions it belongs to."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from decimal import Decimal

import pyarrow as pa
import pytest

from helpers import lab, spark
from helpers.pipeline import frames, job, lease, raw
from helpers.pipeline.arrivals import Folder, list_raw
from helpers.pipeline.errors import PipelineError
from helpers.pipeline.refusals import Measure
from helpers.pipeline.schema import EVENTS, QUARANTINE, SALES, arrow_schema, parsed_columns
from tests.pipeline.lakes import HEADER, Lake, event, purchase, sale


@pytest.fixture(scope="module")
def place():
    with lab.connect("local", lesson="runs") as course:
        yield course, spark.session(course)
        spark.stop()


@pytest.fixture
def lake(place):
    return Lake(*place)


def ids(lake) -> dict[str, str]:
    return {row["event_id"]: row["day"] for row in lake.rows(EVENTS)}


def test_hostile_files_are_accounted_for_line_by_line(lake):
    good = [event(f"a{number}", 1) for number in range(3)]
    lines = "".join(json.dumps(each) + "\n" for each in good)
    lake.put_file(
        "events/2024-03-01.json", b"\xef\xbb\xbf" + lines.replace("\n", "\r\n").encode()[:-2]
    )  # no line end
    lake.put_file("events/2024-03-02.json", json.dumps(event("b", 2)).encode("utf-16") + b"\n\x00")
    lake.put_file("events/2024-03-02/more.json.gz", gzip.compress((json.dumps(event("c", 2)) + "\n\n").encode()))
    lake.put_file("events/2024-03-03.json", b"")
    lake.put_file("events/2024-03-04.json", [event("d", 4), b'{"event_id":"torn'])
    huge = json.dumps(event("e", 5))[:-1] + ',"amount":1e400}'
    lake.put_file("events/2024-03-05.jsonl", [huge, "\x85", "\r", "x" * 2_000_000])
    lake.put_file("sales/2024-03-01.csv", HEADER + sale(1, 1, 1) + HEADER + sale(1, 2, 1)[:-9])
    lake.put_file("sales/2024-03-02.csv", HEADER)
    lake.put_file("sales/2024-03-03.csv", "channel," + HEADER + "web," + sale(3, 1, 3) + sale(3, 2, 3))
    lake.put_file("sales/2024-03-04.csv", sale(4, 1, 4))  # no header at all
    for stranger in (
        "events/readme.txt",
        "events/2024-02-30.json",
        "events/_2024-03-01.json",
        "events/[2024-03-01].json",
    ):
        lake.put_file(stranger, "x\n")
    report = lake.run()

    assert ids(lake) == {
        "a0": "2024-03-01",
        "a1": "2024-03-01",
        "a2": "2024-03-01",
        "c": "2024-03-02",
        "d": "2024-03-04",
    }
    assert lake.refusals() == [
        ("events/2024-03-02.json", "not UTF-8"),
        ("events/2024-03-02.json", "not UTF-8"),
        ("events/2024-03-02/more.json.gz", "empty line"),
        ("events/2024-03-04.json", "not JSON"),
        ("events/2024-03-05.jsonl", "empty line"),
        ("events/2024-03-05.jsonl", "line too long"),
        ("events/2024-03-05.jsonl", "not JSON"),
        ("events/2024-03-05.jsonl", "out of range"),
        ("sales/2024-03-01.csv", "not CSV"),
        ("sales/2024-03-03.csv", "not CSV"),
    ]
    assert {(row["ordernumber"], row["day"], row["extra"]) for row in lake.rows(SALES)} == {
        (1, "2024-03-01", None), (3, "2024-03-03", '{"channel":"web"}'), (4, "2024-03-04", None),
    }  # fmt: skip
    assert (report.lake["events"].lines, report.lake["sales"].lines, report.lake["sales"].headers) == (13, 9, 4)
    assert report.ignored == [
        "events/2024-02-30.json", "events/[2024-03-01].json", "events/_2024-03-01.json", "events/readme.txt",
    ]  # fmt: skip
    torn = next(row for row in lake.rows(QUARANTINE) if row["reason"] == "not JSON" and "04" in row["source"])
    assert torn["line"] == '{"event_id":"torn'
    assert lake.unreferenced() == []


def test_files_that_are_no_text_or_have_a_line_without_end_are_refused_as_one(lake):
    """One entry each in the quarantine, whatever their size, and the other files' rows are there."""
    good = lambda name: json.dumps(event(name, 1)).encode() + b"\n"  # noqa: E731
    endless = good("x") + b"x" * 100_000_000 + b"\n" + good("y")
    lines = HEADER + sale(1, 1, 1)
    whole = {
        "events/2024-03-01.json": (gzip.compress(good("x")), "not text", "gzip"),
        "events/2024-03-01/a.json.gz": (good("x"), "not text", "its name says gzip, which it is not"),
        "events/2024-03-01/b.json.gz": (gzip.compress(gzip.compress(good("x"))), "not text", "gzip inside gzip"),
        "events/2024-03-01/c.json.gz": (gzip.compress(endless, 1), "line too long", "one has more than 16,777,216"),
        "events/2024-03-01/d.json.gz": (
            gzip.compress(good("x") * 9) + gzip.compress(b"x" * 17_000_000, 1) + gzip.compress(good("y")),
            "line too long", "one has more than 16,777,216",
        ),
        "sales/2024-03-01.csv": (lines + "x" * 20_000_000 + "\n", "line too long", "one has more than 16,777,216"),
        "sales/2024-03-01/a.csv": (b"PK\x03\x04" + bytes(999), "not text", "zip, as Excel's xlsx is"),
        "sales/2024-03-01/b.csv": (lines.replace("country", "status"), "bad header", "it names 'status' twice"),
        "sales/2024-03-01/c.csv": (
            lines + HEADER.replace("ordernumber,orderlinenumber", "orderlinenumber,ordernumber") + sale(2, 1, 1),
            "bad header", "further down is another header, with other columns",
        ),
    }  # fmt: skip
    for key, (content, _, _) in whole.items():
        lake.put_file(key, content)
    members = b"".join(gzip.compress(good(name)) for name in ("a", "b"))
    lake.put_file("events/2024-03-01/e.json.gz", members)
    lake.put_file("events/2024-03-01/f.json.gz", gzip.compress(b"\xef\xbb\xbf" + good("c")[:-1]))
    lake.put_file("events/2024-03-02.json", b"\xef\xbb\xbf")
    lake.put_file("sales/2024-03-01/d.csv", HEADER.strip() + ",,\n" + sale(3, 1, 1).strip() + ",,\n")
    lake.put_file("sales/2024-03-01/e.csv", HEADER + sale(4, 1, 1) + "x" * 15_000_000)
    report = lake.run()

    refused = {row["source"]: row for row in lake.rows(QUARANTINE)}
    assert len(refused) == len(lake.rows(QUARANTINE))
    assert refused.pop("sales/2024-03-01/e.csv")["detail"] == "more than 100,000 bytes"
    for key, (_, reason, detail) in whole.items():
        row = refused.pop(key)
        assert (row["reason"], row["detail"].startswith(f"the whole file: {detail}")) == (reason, True), row["detail"]
        assert len(row["line"]) < 1_000
    assert refused == {}
    assert sorted(ids(lake)) == ["a", "b", "c"]
    assert sorted(row["ordernumber"] for row in lake.rows(SALES)) == [3, 4]
    assert (report.lake["events"].lines, report.lake["sales"].lines) == (5 + 3, 4 + 2 + 3)

    snapshot = lake.snapshot()
    assert not lake.run().written
    assert not lake.run(again=True).written
    assert lake.snapshot() == snapshot
    lake.put_file("events/2024-03-01.json", good("x"))  # sent once more, now as its name says
    lake.run()
    assert sorted(ids(lake)) == ["a", "b", "c", "x"]


def test_late_rows_copies_and_corrections_change_their_own_days_only(lake):
    lake.put_file("events/2024-03-01.json", [event("a", 1), purchase("p", 1, 10), purchase("q", 1, 5)])
    lake.put_file("events/2024-03-02.json", [event("b", 2)])
    lake.put_file("events/2024-03-03.json", [event("c", 3)])
    lake.put_file("sales/2024-03-01.csv", HEADER + sale(1, 1, 1, "On Hold"))
    lake.run()
    before = lake.places()

    snapshot = lake.snapshot()
    assert not lake.run().written
    again = lake.run(again=True)
    assert (again.written, len(again.unchanged)) == ([], len(before))
    assert lake.snapshot() == snapshot

    # The 4th brings: a late event of the 2nd, a copy of one of the 3rd, a purchase of the 1st with another amount,
    # and q, which in truth was on the 4th.
    lake.put_file(
        "events/2024-03-04.json", [event("late", 2), event("c", 3), purchase("p", 1, 20), purchase("q", 4, 5)]
    )
    lake.put_file("sales/2024-03-04.csv", HEADER + sale(1, 1, 1, "Shipped"))
    report = lake.run()
    after = lake.places()
    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert changed == {
        "events/day=2024-03-01", "events/day=2024-03-02", "events/day=2024-03-04", "sales/day=2024-03-01",
        "quarantine/dataset=events/kind=replaced/day=2024-03-01",
        "quarantine/dataset=sales/kind=replaced/day=2024-03-01",
    }  # fmt: skip
    assert "events/day=2024-03-03" in report.unchanged
    assert ids(lake) == {
        "a": "2024-03-01", "p": "2024-03-01", "b": "2024-03-02", "late": "2024-03-02", "c": "2024-03-03",
        "q": "2024-03-04",
    }  # fmt: skip
    amounts = {row["event_id"]: row["amount"] for row in lake.rows(EVENTS)}
    assert (amounts["p"], amounts["q"]) == (Decimal(20), Decimal(5))
    assert [row["status"] for row in lake.rows(SALES)] == ["Shipped"]
    assert (report.lake["events"].duplicates, report.lake["events"].replaced) == (1, 2)

    # The correction is taken back: what it replaced returns, its own day goes.
    lake.delete("events/2024-03-04.json")
    lake.run()
    assert ids(lake) == {
        "a": "2024-03-01",
        "p": "2024-03-01",
        "q": "2024-03-01",
        "b": "2024-03-02",
        "c": "2024-03-03",
    }
    assert {row["event_id"]: row["amount"] for row in lake.rows(EVENTS)}["p"] == Decimal(10)
    assert lake.unreferenced() == []


def test_only_the_chosen_days_are_read(lake):
    lake.put_file("events/2024-03-01.json", [event("a", 1)])
    lake.put_file("events/2024-03-02.json", [event("b", 2)])
    assert lake.run(days=["2024-03-02"]).read["events"] == ["events/2024-03-02.json"]
    assert ids(lake) == {"b": "2024-03-02"}
    with pytest.raises(PipelineError, match="did not start: Invalid isoformat"):
        lake.run(days=["yesterday"])


def test_a_failed_run_leaves_the_lake_as_it_was(lake):
    lake.put_file("events/2024-03-01.json", [event("a", 1)])
    lake.run()
    snapshot, places = lake.snapshot(), lake.places()

    lake.put_file("events/2024-03-02.json.gz", gzip.compress(json.dumps(event("b", 2)).encode() * 50)[:-9])
    with pytest.raises(PipelineError, match=r"events/2024-03-02.json.gz is cut off or damaged"):
        lake.run()
    assert (lake.snapshot(), lake.places()) == (snapshot, places)
    lake.delete("events/2024-03-02.json.gz")

    # The catalog fails after events have been published: their partitions must point back.
    lake.put_file("events/2024-03-01.json", [event("a", 1), event("b", 1), "torn"])
    glue = lake.course.session._session.get_component("event_emitter")

    def refuse(params, **_):
        if "quarantine" in str(params["body"]):
            raise RuntimeError("the network is gone")

    glue.register("before-call.glue.BatchCreatePartition", refuse)
    try:
        with pytest.raises(PipelineError, match="the lake is as it was: the network is gone"):
            lake.run()
    finally:
        glue.unregister("before-call.glue.BatchCreatePartition", refuse)
    assert (lake.snapshot(), lake.places()) == (snapshot, places)
    lake.run()
    assert sorted(ids(lake)) == ["a", "b"]


def test_two_runs_on_one_target_the_second_is_refused(lake, monkeypatch):
    """Refused while another works; and one that was taken over in the middle publishes nothing."""
    target = Folder.of(lake.target)
    lake.put_file("events/2024-03-01.json", [event("a", 1)])
    with lease.held(lake.course.s3, target, "other"):
        snapshot = lake.snapshot()
        with pytest.raises(PipelineError, match=r"Another run works on .*: process \d+ on .*, since 20.* UTC\."):
            lake.run()
        assert (lake.snapshot(), lake.places()) == (snapshot, {})

    other = lease.Lease(lake.course.s3, target, "other")
    check = job.Run._check

    def taken_over(*words):
        with monkeypatch.context() as later:
            later.setattr(lease, "LASTS", -1)
            other.take()
        return check(*words)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(job.Run, "_check", taken_over)
        with pytest.raises(PipelineError, match="Another run has taken over"):
            lake.run()
    assert lake.places() == {}
    other.release()
    assert lake.snapshot() == {}
    lake.run()
    assert sorted(ids(lake)) == ["a"]


def test_a_java_that_dies_is_one_line(lake, monkeypatch):
    def refused(*_):
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(job.Run, "go", refused)
    with pytest.raises(PipelineError, match="the lake is as it was: its Java process has ended"):
        lake.run()


def test_what_an_endless_line_has_too_much_is_never_sent_to_python(lake, monkeypatch):
    """Spark waits for ever when a batch for Python does not fit its memory: workers get a line's beginning."""

    def measuring(table, _):
        schema = arrow_schema(parsed_columns(table))

        def lengths(batches):
            for batch in batches:
                rows = [{"kind": "valid", "detail": str(len(row["line"]))} for row in batch.to_pylist()]
                yield pa.RecordBatch.from_pylist(rows, schema=schema)

        return lengths

    monkeypatch.setattr(frames, "parser", measuring)
    sizes = [0, 99_999, 100_000, 100_001, 3_000_000]
    lake.put_file("events/2024-03-01.json", b"".join(b"\xc3" * size + b"\n" for size in sizes))
    source = Folder.of(lake.source)
    files, _ = list_raw(lake.course.s3, source)
    found = frames.parse(lake.session, source, EVENTS, dict.fromkeys(files)).select("detail").collect()
    assert sorted(int(row["detail"]) for row in found) == [0, 99_999, 100_000, 100_001, 100_001]


def test_workers_get_few_lines_at_a_time_while_a_run_lasts(lake, monkeypatch):
    name = "spark.sql.execution.arrow.maxRecordsPerBatch"
    before, during = lake.session.conf.get(name), []

    def noting(*_):
        during.append(lake.session.conf.get(name))
        raise ValueError("enough seen")

    monkeypatch.setattr(job.Run, "go", noting)
    with pytest.raises(PipelineError, match="enough seen"):
        lake.run()
    assert (before, during, lake.session.conf.get(name)) == ("10000", ["500"], "10000")


def test_checks_stop_what_does_not_add_up(lake, monkeypatch):
    """A line that the parser swallows is noticed by Spark's own count."""
    lake.put_file("events/2024-03-01.json", [event("a", 1), event("b", 1)])
    monkeypatch.setattr(frames, "measure", lambda *_: {"events/2024-03-01.json": Measure(lines=3)})
    with pytest.raises(
        PipelineError, match=r"1 of \d+ checks failed, nothing was published: .*: expected 3, found 2"
    ):
        lake.run()
    assert (lake.places(), lake.snapshot()) == ({}, {})


@pytest.mark.parametrize("seed", [1, 2])
def test_random_dirt_is_accounted_for(lake, seed):
    """Random lines whose fate is known when they are made; the lake is compared with a plain Python account."""
    luck = random.Random(seed)
    last: dict[str, tuple[int, int]] = {}
    kinds = Counter()
    refused = Counter()
    for day in range(1, 5):
        lines = []
        for _ in range(luck.randint(0, 60)):
            match luck.randint(0, 5):
                case 0:
                    lines.append(luck.choice(["{", "null", "", "\x00", "[]", '{"event_id":1}']).encode())
                    refused[day] += 1
                case 1:
                    lines.append(bytes(luck.choice(b"\x80\xff\xc3 {}") for _ in range(9)) + b"\xff")
                    refused[day] += 1
                case _:
                    name, own, dollars = f"e{luck.randint(0, 40)}", luck.randint(1, day), luck.randint(1, 3)
                    lines.append(purchase(name, own, dollars))
                    last[name] = own, dollars
                    kinds["valid"] += 1
        lake.put_file(f"events/2024-03-{day:02d}.json{luck.choice(['', '.gz'])}", b"")
        body = b"".join((each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n" for each in lines)
        lake.put_file(f"events/2024-03-{day:02d}-x.json", body)
        if luck.random() < 0.5:
            lake.run()
    report = lake.run()
    rows = {row["event_id"]: (int(row["day"][-2:]), int(row["amount"])) for row in lake.rows(EVENTS)}
    assert rows == last
    assert len(lake.rows(EVENTS)) == len(last)
    account = report.lake["events"]
    assert account.lines == kinds["valid"] + sum(refused.values())
    assert account.refused == sum(refused.values())
    assert account.rows + account.duplicates + account.replaced == kinds["valid"]
    quarantined = [row for row in lake.rows(QUARANTINE) if row["kind"] == "refused"]
    assert Counter(int(row["day"][-2:]) for row in quarantined) == +refused
    assert lake.unreferenced() == []


def test_the_lessons_files_against_plain_json(place):
    """Revenue by day straight from the raw lines, with the last word on each id, against the lake."""
    course, session = place
    lake = Lake(course, session)
    for index in (0, 1):
        events_key, sales_key = raw.day_keys(index)
        lake.put_file(events_key, b"".join(raw._event_lines(index, 0.02)))
        lake.put_file(sales_key, b"".join(raw._sale_lines(index, 0.02)))
    report = lake.run()
    assert report.lake["events"].refused + report.lake["sales"].refused == sum(raw.faults((0, 1), 0.02).values())

    said: dict[str, dict] = {}
    for index in (0, 1):
        for line in raw._event_lines(index, 0.02):
            try:
                found = json.loads(line)
                total = sum(item["price"] * item["quantity"] for item in found.get("items", []))
                if found["event_time"] < "2024-03" or found["action"] == "clik":
                    continue
                if found["action"] == "purchase" and found["amount"] != total:
                    continue
                said[found["event_id"]] = found
            except (ValueError, KeyError, TypeError):
                continue
    revenue = Counter()
    for found in said.values():
        revenue[found["event_time"][:10]] += Decimal(found.get("amount", 0))
    measured = Counter()
    for row in lake.rows(EVENTS):
        measured[row["day"]] += row["amount"] or 0
    assert measured == revenue
    assert len(lake.rows(EVENTS)) == len(said)
