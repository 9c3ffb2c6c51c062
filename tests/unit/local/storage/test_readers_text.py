"""LazySimpleSerDe, OpenCSVSerde and RegexSerDe: Hive's reading rules (facts, section 3)."""

import bz2
import gzip
import zlib
from datetime import date, datetime

import duckdb
import pyarrow as pa
import pytest

from helpers.local.athena.errors import AthenaError

COMMA = {"field.delim": ","}


def test_lazy_simple_is_lenient(lake):
    lake.put(
        "a.csv",
        "1,a,1.5,true,2020-01-02,2020-01-02 10:00:00.1236\n"
        '2,"b"\n'
        "x,c,y,maybe,2020-13-01,2020-01-02T10:00:00Z,one too many\n"
        "1.7,\\N,1e3,FALSE,2020-1-2 x,2020-01-02\n"
        " 5,,nan\n",
    )
    columns = ["i int", "s string", "d double", "b boolean", "day date", "at timestamp"]
    assert lake.read(lake.table("text", columns, COMMA)).rows == [
        (1, "a", 1.5, True, date(2020, 1, 2), datetime(2020, 1, 2, 10, 0, 0, 124000)),
        (2, '"b"', None, None, None, None),
        (None, "c", None, None, None, None),
        (1, None, 1000.0, False, date(2020, 1, 2), datetime(2020, 1, 2)),
        (None, "", None, None, None, None),
    ]


def test_integers_out_of_range_are_null(lake):
    lake.put("a.csv", "127,32767,2147483647,9223372036854775807\n128,32768,2147483648,9223372036854775808\n")
    table = lake.table("text", ["a tinyint", "b smallint", "c int", "d bigint"], COMMA)
    assert lake.read(table).rows == [(127, 32767, 2147483647, 9223372036854775807), (None,) * 4]


@pytest.mark.parametrize("text", ["1_000", "0x1F", "1e3", " 7", "7 ", "--7", "+", "٣", "1,5".replace(",", ";")])
def test_what_duckdb_takes_for_an_integer_and_hive_does_not(lake, text):
    lake.put("a.csv", text + "\n")
    assert lake.read(lake.table("text", ["a int"], COMMA)).rows == [(None,)]


@pytest.mark.parametrize(("text", "value"), [("+7", 7), ("007", 7), ("-1.99", -1), (".5", 0), ("-0", 0), ("2.", 2)])
def test_odd_integers_that_hive_takes(lake, text, value):
    lake.put("a.csv", text + "\n")
    assert lake.read(lake.table("text", ["a int"], COMMA)).rows == [(value,)]


def test_empty_lines_are_rows_and_line_ends_vary(lake):
    lake.put("a.csv", "\n1,a\n\n2,b\r\n3,c\r4,d")
    table = lake.table("text", ["i int", "s string"], COMMA)
    assert lake.read(table).rows == [(None, None), (1, "a"), (None, None), (2, "b"), (3, "c"), (4, "d")]
    assert len(lake.read(table, []).rows) == 6


def test_the_first_column_of_an_empty_line_is_an_empty_string(lake):
    lake.put("a.csv", "\n")
    assert lake.read(lake.table("text", ["s string", "t string"], COMMA)).rows == [("", None)]


def test_nested_columns_by_their_delimiters(lake):
    lake.put("a.txt", "1|a:b|k=1:j=2|9:z\n2||\\N|\n")
    table = lake.table(
        "text",
        ["i int", "a array<string>", "m map<string,int>", "s struct<x:int,y:string>"],
        {"field.delim": "|", "collection.delim": ":", "mapkey.delim": "="},
    )
    assert lake.read(table).rows == [
        (1, ["a", "b"], {"k": 1, "j": 2}, {"x": 9, "y": "z"}),
        (2, [], None, {"x": None, "y": None}),
    ]


def test_escapes_and_another_null(lake):
    lake.put("a.txt", "a\\,b,c\\\\d,e\\nf,nil\n")
    table = lake.table(
        "text",
        ["a string", "b string", "c string", "d string"],
        {**COMMA, "escape.delim": "\\", "serialization.null.format": "nil"},
    )
    assert lake.read(table).rows == [("a,b", "c\\d", "e\nf", None)]


def test_default_delimiter_and_several_characters(lake):
    lake.put("a.txt", "1\x01x\n")
    assert lake.read(lake.table("text", ["i int", "s string"])).rows == [(1, "x")]
    lake.put("a.txt", "1||x|y\n")
    table = lake.table("text", ["i int", "s string"], {"field.delim": "||"})
    table.serde = "org.apache.hadoop.hive.contrib.serde2.MultiDelimitSerDe"
    assert lake.read(table).rows == [(1, "x|y")]


def test_header_lines_are_skipped_in_every_file(lake):
    for name in "ab":
        lake.put(f"{name}.csv", "h1,h2\n" + f"1,{name}\n")
    table = lake.table("text", ["i int", "s string"], COMMA, {"skip.header.line.count": "1"})
    assert lake.read(table).rows == [(1, "a"), (1, "b")]


def deflated(text):
    return zlib.compress(text)


def hadoop_snappy(text):
    packed = pa.Codec("snappy").compress(text, asbytes=True)
    return len(text).to_bytes(4, "big") + len(packed).to_bytes(4, "big") + packed


COMPRESSED = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "deflate": deflated,
    "snappy": hadoop_snappy,
    "zst": lambda text: pa.Codec("zstd").compress(text, asbytes=True),
}


@pytest.mark.parametrize("extension", COMPRESSED)
def test_text_is_decompressed_by_its_extension_and_billed_as_stored(lake, extension):
    body = COMPRESSED[extension](b"1,a\n2,b\n" * 100)
    lake.put(f"a.csv.{extension}", body)
    answer = lake.read(lake.table("text", ["i int", "s string"], COMMA))
    assert answer.rows == [(1, "a"), (2, "b")] * 100
    assert answer.scanned == len(body) < 800


def test_a_truncated_gzip_file_is_an_error_that_names_it(lake):
    lake.put("a.csv.gz", gzip.compress(b"1,a\n" * 1000)[:-20])
    with pytest.raises(AthenaError, match=r"HIVE_CURSOR_ERROR|Failed to read file: s3://.*/a\.csv\.gz") as failure:
        lake.read(lake.table("text", ["i int"], COMMA))
    assert failure.value.code == "HIVE_CURSOR_ERROR"
    assert "\n" not in str(failure.value)


def test_bytes_that_are_no_utf8_become_replacement_characters(lake):
    lake.put("a.csv", b"caf\xe9,1\n")
    assert lake.read(lake.table("text", ["s string", "i int"], COMMA)).rows == [("caf�", 1)]


def test_a_line_of_three_megabytes(lake):
    lake.put("a.csv", "x" * 3_000_000 + ",1\nshort,2\n")
    rows = lake.read(lake.table("text", ["s string", "i int"], COMMA)).rows
    assert [(len(s), i) for s, i in rows] == [(3_000_000, 1), (5, 2)]


def test_hidden_empty_and_folder_objects_are_not_read(lake):
    size = lake.put("a.csv", "1\n")
    for key in ("_b.csv", ".c.csv", "_temporary/d.csv", "e_$folder$", "f/"):
        lake.put(key, "9\n")
    lake.put("empty.csv", "")
    answer = lake.read(lake.table("text", ["i int"], COMMA))
    assert (answer.rows, answer.scanned) == ([(1,)], size)


@pytest.mark.parametrize("key", ["../../up.csv", "a b+c%20&?#.csv", "ü/ß/日本.csv", "x" * 800 + ".csv", "a//b.csv"])
def test_keys_that_are_no_good_file_names(lake, key):
    lake.put(key, "1\n")
    assert lake.read(lake.table("text", ["i int"], COMMA)).rows == [(1,)]


def test_a_missing_bucket_and_an_empty_location(lake):
    with pytest.raises(AthenaError, match="The specified bucket does not exist"):
        lake.read(lake.table("text", ["i int"], COMMA, location="s3://no-such-bucket-here/x/"))
    answer = lake.read(lake.table("text", ["i int"], COMMA, location=f"{lake.location}none/"))
    assert (answer.rows, answer.scanned) == ([], 0)


CSV_LINES = [
    ('1,"a, b",x', ("1", "a, b", "x")),
    ('2,"he said ""hi""",', ("2", 'he said "hi"', "")),
    ('"3","all","quoted"', ("3", "all", "quoted")),
    ('4,"back \\" slash",z', ("4", 'back " slash', "z")),
    (",e,f", ("", "e", "f")),
    ("", (None, None, None)),
    ("6", ("6", None, None)),
    ('7,"never closed', ("7", None, None)),
    ('8,mid"dle"q,r', ("8", 'mid"dle"q', "r")),
    ('"","",""', ("", "", "")),
    ('"9","a"",""b","c"', ("9", 'a","b', "c")),
    ("10,a,b,too,many", ("10", "a", "b")),
    ("a\\\\b,c,d", ("a\\b", "c", "d")),
]


@pytest.mark.parametrize(("line", "expected"), CSV_LINES)
def test_open_csv(lake, line, expected):
    lake.put("a.csv", line + "\n")
    assert lake.read(lake.table("csv", ["a string", "b string", "c string"])).rows == [expected]


def test_open_csv_with_its_own_characters(lake):
    lake.put("a.csv", "1;'a; b'\n")
    table = lake.table("csv", ["a string", "b string"], {"separatorChar": ";", "quoteChar": "'"})
    assert lake.read(table).rows == [("1", "a; b")]


def test_open_csv_dates_are_days_and_timestamps_milliseconds(lake):
    lake.put("a.csv", "18276,1579059880000,TRUE,2.5\n")
    table = lake.table("csv", ["d date", "t timestamp", "b boolean", "x double"])
    assert lake.read(table).rows == [(date(2020, 1, 15), datetime(2020, 1, 15, 3, 44, 40), True, 2.5)]


@pytest.mark.parametrize(
    ("hive_type", "text", "message"),
    [
        ("int", "", "Error parsing field value '' for field 1: For input string: \"\""),
        ("double", "abc", "Error parsing field value 'abc' for field 1: For input string: \"abc\""),
        ("bigint", "1.5", "Error parsing field value '1.5' for field 1: For input string: \"1.5\""),
        ("date", "2020-01-15", "Error parsing field value '2020-01-15' for field 1: For input string"),
        (
            "timestamp",
            "2018-10-31T21:16:29-07:00",
            "Error parsing field value '2018-10-31T21:16:29-07:00' for field 1: "
            "Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff]",
        ),
    ],
)
def test_open_csv_text_that_does_not_fit_ends_the_query(lake, hive_type, text, message):
    lake.put("a.csv", f"1,{text},x\n")
    table = lake.table("csv", ["a string", f"b {hive_type}", "c string"])
    with pytest.raises(duckdb.Error) as failure:
        lake.read(table)
    assert f"HIVE_BAD_DATA: {message}" in str(failure.value)
    assert lake.read(table, ["a", "c"]).rows == [("1", "x")]


def test_regex_groups_are_columns_and_other_lines_nulls(lake):
    lake.put("a.log", "1.2.3.4 GET /x\nbad\n5.6.7.8 PUT /y 200\n")
    table = lake.table(
        "regex",
        ["ip string", "verb string", "path string", "code int"],
        {"input.regex": r"^(\S+) (\S+) (\S+)(?: (\d+))?$"},
    )
    assert lake.read(table).rows == [
        ("1.2.3.4", "GET", "/x", None),
        (None,) * 4,
        ("5.6.7.8", "PUT", "/y", 200),
    ]


def test_regex_needs_a_pattern_that_compiles(lake):
    lake.put("a.log", "x\n")
    for serde, reason in [({}, "input.regex"), ({"input.regex": "(["}, r"\(\[")]:
        with pytest.raises(AthenaError, match=reason):
            lake.read(lake.table("regex", ["a string"], serde))
