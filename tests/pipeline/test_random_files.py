"""Random files of both kinds, damaged, packed, in wrong encodings: every line of each is accounted for."""

from __future__ import annotations

import gzip
import json
import random

import pytest

from helpers import lab, spark
from helpers.pipeline import manifest
from helpers.pipeline.arrivals import Folder
from helpers.pipeline.schema import EVENTS, QUARANTINE, SALES
from tests.pipeline.lakes import HEADER, Lake, purchase, sale

FILES = 70
DIRT = (
    b"\x00", b"\r", b"\n\n", b"\xef\xbb\xbf", b'"', b"NaN", b"1e999999999999999999999", b"\xe2\x80\xa8", b"\x85",
    b"{" * 500, b"\xff\xfe",
)  # fmt: skip
ENCODINGS = ("utf-8",) * 6 + ("utf-16", "utf-16-le", "utf-8-sig", "utf-32")


def text(luck: random.Random, dataset: str, day: int) -> str:
    """Good lines of a day and those before."""
    if dataset == EVENTS.name:
        events = (purchase(f"e{luck.randint(0, 99)}", luck.randint(1, day), luck.randint(1, 5)) for _ in range(20))
        lines = [json.dumps(each) for each in events]
    else:
        sales = (sale(luck.randint(1, 50), luck.randint(1, 3), luck.randint(1, day)).strip() for _ in range(20))
        lines = [HEADER.strip()] * luck.choice((0, 1, 1, 1)) + list(sales)
    return luck.choice(("\n", "\n", "\r\n", "\r")).join(lines[: luck.randint(0, 20)]) + luck.choice(("", "\n"))


def spoilt(luck: random.Random, content: bytes) -> bytes:
    """Bytes replaced, left out, put in, doubled, cut off."""
    found = bytearray(content)
    for _ in range(luck.randint(0, 4)):
        at = luck.randint(0, len(found))
        match luck.randint(0, 4):
            case 0:
                found[at : at + 1] = bytes([luck.randint(0, 255)])
            case 1:
                del found[at : at + luck.randint(1, 50)]
            case 2:
                found[at:at] = luck.choice(DIRT)
            case 3:
                found[at:at] = found[at : at + 200]
            case _:
                del found[at:]
    return bytes(found)


def line_count(content: bytes) -> int:
    """Lines between line feeds; a byte order mark alone is none."""
    rest = content.removeprefix(b"\xef\xbb\xbf")
    return rest.count(b"\n") + (rest[-1:] not in (b"", b"\n"))


@pytest.fixture(scope="module")
def place():
    with lab.connect("local", lesson="random") as course:
        yield course, spark.session(course)
        spark.stop()


def test_every_line_of_random_files_is_in_one_box(place):
    luck, lake = random.Random(5), Lake(*place)
    expected: dict[str, int] = {}
    for number in range(FILES):
        dataset, ending = luck.choice(((EVENTS.name, "json"), (SALES.name, "csv")))
        day = luck.randint(1, 5)
        content = spoilt(luck, text(luck, dataset, day).encode(luck.choice(ENCODINGS)))
        key = f"{dataset}/2024-03-{day:02d}/{number}.{ending}"
        expected[key] = line_count(content)
        match luck.randint(0, 9):
            case 0:
                content, expected[key] = gzip.compress(content), 1  # and is not called so
            case 1 | 2 | 3:
                half = len(content) // 2
                content = gzip.compress(content[:half]) + gzip.compress(content[half:])
                expected[key + ".gz"], key = expected.pop(key), key + ".gz"
        lake.put_file(key, content)
    report = lake.run()

    files = manifest.load(lake.course.s3, Folder.of(lake.target)).files
    assert {key: entry.lines for key, entry in files.items()} == expected
    refused = [row["source"] for row in lake.rows(QUARANTINE) if row["kind"] == "refused"]
    assert {key: refused.count(key) for key in files} == {
        key: sum(entry.refused.values()) for key, entry in files.items()
    }
    for table in (EVENTS, SALES):
        account, rows = report.lake[table.name], lake.rows(table)
        keys = {tuple(row[name] for name in table.key) for row in rows}
        assert (account.rows, len(keys)) == (len(rows), len(rows))
        assert account.rows > 20 and account.refused > 20
    assert lake.unreferenced() == []
