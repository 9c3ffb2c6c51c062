"""The CSV that Athena writes, the rows read back from it, and the metadata message, byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.local.athena import metadata_file
from helpers.local.athena.outcome import ResultColumn
from helpers.local.athena.results import is_literal_select, manifest_location, output_location
from helpers.local.athena.spool import FileRows, csv_line, parse_csv
from helpers.local.athena.types import DATE, INTEGER


def test_csv_line_quotes_every_value():
    assert csv_line(["a", 'say "x"', None, "", "p,q\nr"]) == '"a","say ""x""",,"","p,q\nr"\n'


values = st.none() | st.text(alphabet='ab",\n\r é\U0001f600')


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(values, min_size=n, max_size=n))))
def test_rows_come_back_as_they_were(rows):
    width = len(rows[0]) if rows else 1
    assert parse_csv("".join(map(csv_line, rows)), width) == rows


@pytest.mark.parametrize("total", [1001, 2000, 2500])
def test_pages_of_a_spooled_result(tmp_path, total):
    rows = [[str(n), None if n % 3 else f'v "{n}"\n'] for n in range(total)]
    spooled = FileRows(tmp_path / "rows.csv", iter(rows))
    assert len(spooled) == total
    for start, count in ((0, 1000), (999, 3), (1000, 1000), (total - 1, 5), (total, 5), (7, 2000)):
        assert spooled.page(start, count) == rows[start : start + count]


def test_spool_leaves_no_file_when_writing_fails(tmp_path):
    def rows():
        yield ["1"]
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        FileRows(tmp_path / "rows.csv", rows())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("sql", "literal"),
    [
        ("SELECT 1", True),
        ("SELECT -1.5, 'a' AS s, true t", True),
        ('select 1e3 as "x"', True),
        ("SELECT 1 AS i WHERE false", False),
        ("SELECT 1 + 1", False),
        ("SELECT n FROM t", False),
        ("SELECT 1 FROM t", False),
        ("SELECT ?", False),
        ("SELECT", False),
        ("WITH w AS (SELECT 1) SELECT 1", False),
        ("SELECT 1, 2 + 3", False),
    ],
)
def test_literal_selects(sql, literal):
    assert is_literal_select(sql) is literal


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("SELECT", "s3://b/p/ID.csv"),
        ("INSERT", "s3://b/p/ID"),
        ("CREATE_TABLE_AS_SELECT", "s3://b/p/tables/ID"),
        ("SHOW_TABLES", "s3://b/p/ID.txt"),
    ],
)
def test_output_locations(kind, expected):
    assert output_location("s3://b/p/", "ID", kind) == expected


def test_manifest_is_beside_the_output():
    assert manifest_location("s3://b/p/tables/ID", "ID") == "s3://b/p/tables/ID-manifest.csv"


EXECUTION = "12345678-1234-1234-1234-123456789012"


def test_metadata_of_one_integer_literal():
    """81 bytes, as recorded: 38 for the id, 43 for the column."""
    message = metadata_file.encode(EXECUTION, [ResultColumn.of("_col0", INTEGER)], metadata_file.LITERAL)
    column = b"\x0a\x04hive\x12\x00\x1a\x00\x22\x05_col0\x2a\x05_col0\x32\x07integer\x38\x0a\x40\x00\x48\x03\x50\x00"
    assert message == b"\x0a\x24" + EXECUTION.encode() + b"\x22" + bytes([len(column)]) + column
    assert len(message) == 81


def test_metadata_of_a_large_precision_is_a_varint():
    message = metadata_file.encode(EXECUTION, [ResultColumn("s", "varchar", 2147483647, 0, True)])
    assert message.endswith(b"\x38\xff\xff\xff\xff\x07\x40\x00\x48\x03\x50\x01")


def test_metadata_of_hive_has_neither_precision_nor_scale():
    message = metadata_file.encode(EXECUTION, [ResultColumn("s", "string")], metadata_file.HIVE)
    assert message.endswith(b"\x32\x06string\x48\x03")


def test_metadata_of_a_date_has_no_precision():
    message = metadata_file.encode(EXECUTION, [ResultColumn.of("d", DATE)])
    assert message.endswith(b"\x32\x04date\x40\x00\x48\x03\x50\x00")


def test_metadata_counts_what_a_write_wrote():
    message = metadata_file.encode(EXECUTION, [ResultColumn("rows", "bigint", 19)], update_type="INSERT", count=300)
    assert b"\x12\x06INSERT\x18\xac\x02" in message
