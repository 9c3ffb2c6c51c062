"""Plain lines are split by DuckDB's own CSV reader: the same fields as a split at every separator gives."""

import random
from datetime import date

import pytest

from helpers.local.athena.readers import lines

COLUMNS = ["a string", "b string", "c string"]
PIECES = [*(",", ",", ",,", "\n", "\n"), *"a1 \"'\\\t#é\0\u2028", "\\N", "nil", "x" * 40]


def fields(content, header, separator=",", null="\\N"):
    """The first three fields of each line, by Python's own split; a field that is missing is None."""
    rows = content.removesuffix("\n").split("\n")[header:] if content else []
    split = [[None if field == null else field for field in row.split(separator)] for row in rows]
    return [tuple((row + [None] * 3)[:3]) for row in split]


@pytest.mark.parametrize("seed", range(40))
def test_any_text_is_split_at_every_separator(lake, seed):
    dice = random.Random(seed)
    content = "h" + "".join(dice.choice(PIECES) for _ in range(dice.randrange(1, 120)))
    if seed % 2:  # without empty lines, as most files are
        content = "\n".join(line for line in content.split("\n") if line)
    lake.put("a.csv", content)
    null, header = dice.choice(["\\N", "", "nil"]), dice.randrange(2)
    serde = {"field.delim": ",", "serialization.null.format": null}
    table = lake.table("text", COLUMNS, serde, {"skip.header.line.count": str(header)})
    assert lake.read(table).rows == fields(content, header, null=null)
    backwards = lake.read(table, ["c", "a"]).rows
    assert backwards == [(c, a) for a, _, c in fields(content, header, null=null)]


@pytest.mark.parametrize("separator", ["\x01", "\t", "|", ";", " ", '"', "a", "#"])
def test_other_separators(lake, separator):
    content = "x{0}y{0}{0}z\n{0}\n'x'{0} {0}\\N\nlast".replace("{0}", separator)
    lake.put("a.txt", content)
    found = lake.read(lake.table("text", COLUMNS, {"field.delim": separator}))
    assert found.rows == fields(content, 0, separator)
    assert "string_split" not in found.sql


def test_plain_files_leave_the_splitting_to_duckdb_and_files_with_empty_lines_do_not(lake):
    table = lake.table("text", COLUMNS, {"field.delim": ","})
    lake.put("a.csv", "1,2\n3,4\n")
    assert "string_split" not in lake.read(table).sql
    lake.put("b.csv", "5\n\n6\n")
    found = lake.read(table)
    assert "string_split" in found.sql
    assert [row[0] for row in found.rows] == ["1", "3", "5", "", "6"]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 100])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a\nb\n", (True, False, False)),
        (b"a\n\nb", (True, False, True)),
        (b"\na", (True, False, True)),
        (b"\xef\xbb\xbf\na", (True, False, True)),
        (b"a\n", (True, False, False)),
        (b"a\r\nb", (False, True, True)),
        (b"a\xffb", (False, True, True)),
        ("aé\nñ€x".encode(), (True, False, False)),
        (b"a\xc3", (False, True, True)),
        (b"\xc3a\xa9", (False, True, True)),
        (b"\xc3\xa9\xa9", (False, True, True)),
        (b"ab\xe2\x82cdefgh", (False, True, True)),
        (b"", (True, False, False)),
    ],
)
def test_what_one_pass_tells_of_a_file(monkeypatch, tmp_path, content, expected, size):
    """However the file falls into chunks."""
    monkeypatch.setattr(lines, "CHUNK", size)
    path = tmp_path / "text"
    path.write_bytes(content)
    if size > len(lines.BOM) or not content.startswith(lines.BOM):
        assert lines.inspect(path) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-02-29", date(2020, 2, 29)),
        ("2021-02-29", None),
        (" 202-01-01", date(202, 1, 1)),
        ("2020-1-1 x", date(2020, 1, 1)),
        ("59-3-1 -38", date(59, 3, 1)),
        ("\x0b\t20-01-13", date(20, 1, 13)),
        ("2020/01/01", None),
        ("1-1-1 (BC)", date(1, 1, 1)),
        ("2020-01-1x", None),
        ("2020-01-001", None),
        ("2020- 1- 1", None),
    ],
)
def test_dates_in_text(lake, text, expected):
    """Blanks around a date and anything after a blank are ignored."""
    lake.put("a.csv", text + "\n")
    assert lake.read(lake.table("text", ["d date"], {"field.delim": ","})).rows == [(expected,)]
