"""The OpenX SerDe and Hive's JsonSerDe."""

from datetime import date, datetime

import duckdb
import pytest

from helpers.local.athena.readers import openx


def test_missing_fields_are_null_and_others_ignored(lake):
    lake.put("a.json", '{"a": 1, "b": "x"}\n{"b": "y", "c": true}\n{}\n')
    assert lake.read(lake.table("json", ["a int", "b string"])).rows == [(1, "x"), (None, "y"), (None, None)]


def test_names_are_matched_whatever_their_case_also_nested(lake):
    lake.put(
        "a.json",
        '{"userId": "u1", "Address": {"City": "X", "geo": {"LAT": 1.5}}, "items": [{"Price": 2}]}\n'
        '{"USERID": "u2", "address": {"city": "Y"}, "Items": [{"price": 3}, {"PRICE": 4}]}\n',
    )
    columns = [
        "userid string",
        "address struct<city:string,geo:struct<lat:double>>",
        "items array<struct<price:int>>",
    ]
    assert lake.read(lake.table("json", columns)).rows == [
        ("u1", {"city": "X", "geo": {"lat": 1.5}}, [{"price": 2}]),
        ("u2", {"city": "Y", "geo": None}, [{"price": 3}, {"price": 4}]),
    ]


def test_case_can_matter_and_names_can_be_mapped(lake):
    lake.put("a.json", '{"A": 1, "a": 2, "some-key": 3, "x.y": 4}\n')
    columns = ["a int", "k int", "x_y int"]
    serde = {"case.insensitive": "false", "mapping.k": "some-key", "dots.in.keys": "true"}
    assert lake.read(lake.table("json", columns, serde)).rows == [(2, 3, 4)]


def test_values_are_coerced_leniently(lake):
    lake.put(
        "a.json",
        '{"i": "7", "s": {"x": 1}, "a": 5, "d": "2020-01-02", "b": "TRUE", "n": "1.25"}\n'
        '{"i": 7.9, "s": 1.5, "a": [1, "2", null], "d": 18276, "b": 0, "n": 2}\n'
        '{"i": "abc", "s": null, "a": "", "d": "soon", "b": null, "n": "x"}\n',
    )
    columns = ["i int", "s string", "a array<int>", "d date", "b boolean", "n decimal(5,2)"]
    rows = lake.read(lake.table("json", columns)).rows
    assert [r[:5] for r in rows] == [
        (7, '{"x":1}', [5], date(2020, 1, 2), True),
        (7, "1.5", [1, 2, None], date(2020, 1, 15), False),
        (None, None, None, None, None),
    ]
    assert [None if r[5] is None else str(r[5]) for r in rows] == ["1.25", "2.00", None]


def test_maps_keep_the_case_of_their_keys(lake):
    lake.put("a.json", '{"M": {"K": 1, "k2": "2"}}\n{"m": {}}\n')
    assert lake.read(lake.table("json", ["m map<string,int>"])).rows == [({"K": 1, "k2": 2},), ({},)]


def test_timestamps_in_the_documented_form_only(lake):
    texts = [
        "2020-01-01 10:00:00.5",
        "2020-01-01 10:00:00",
        "2020-01-01T10:00:05Z",
        "2020-01-01T10:00:05.424Z",
        "2020-01-01T10:00:05+02:00",
    ]
    lake.put("a.json", "".join(f'{{"t": "{t}"}}\n' for t in texts) + '{"t": 1579059880000}\n{"t": 1579059880}\n')
    assert [r[0] for r in lake.read(lake.table("json", ["t timestamp"])).rows] == [
        datetime(2020, 1, 1, 10, 0, 0, 500000),
        datetime(2020, 1, 1, 10),
        datetime(2020, 1, 1, 10, 0, 5),
        None,
        None,
        datetime(2020, 1, 15, 3, 44, 40),
        datetime(2020, 1, 15, 3, 44, 40),
    ]


THREE_GOOD_ONE_BAD = '{"user_id": "a"}\n{"user_id": "b"}\n{"user_id": "c", "broken\n{"user_id": "d"}\n'


def test_a_malformed_line_ends_the_query_whatever_is_read_of_it(lake):
    lake.put("a.json", THREE_GOOD_ONE_BAD)
    table = lake.table("json", ["user_id string", "other int"])
    for columns in (["user_id"], ["other"], []):
        with pytest.raises(duckdb.Error) as failure:
            lake.read(table, columns)
        assert (
            "HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: Unterminated string at 24 "
            "[character 25 line 1]"
        ) in str(failure.value)


def test_ignore_malformed_json_gives_rows_of_nulls_not_fewer_rows(lake):
    lake.put("a.json", THREE_GOOD_ONE_BAD)
    table = lake.table("json", ["user_id string"], {"ignore.malformed.json": "true"})
    rows = lake.read(table).rows
    assert (len(rows), len([r for r in rows if r[0] is not None])) == (4, 3)
    assert len(lake.read(table, []).rows) == 4


def test_the_property_is_a_serde_property_of_openx_only(lake):
    lake.put("a.json", THREE_GOOD_ONE_BAD)
    table = lake.table("hive json", ["user_id string"], {"ignore.malformed.json": "true"})
    with pytest.raises(duckdb.Error, match="HIVE_CURSOR_ERROR"):
        lake.read(table)


def test_lines_that_are_no_objects_are_rows_of_nulls(lake):
    lake.put("a.json", 'plain text\n\n{"a": 1}\n42\n')
    assert lake.read(lake.table("json", ["a int"])).rows == [(None,), (None,), (1,), (None,)]


def test_text_where_an_object_is_declared(lake):
    lake.put("a.json", '{"s": "text"}\n')
    with pytest.raises(duckdb.Error, match=r"cannot be cast to org\.openx"):
        lake.read(lake.table("json", ["s struct<x:int>"]))


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("{'a': b}", '{"a": "b"}'),
        ('{"a"=1; "b"=>2}', '{"a": 1, "b": 2}'),
        ('{"a": 1} trailing', '{"a": 1}'),
        ('{"a": 1 /* c */, # rest\n}', None),
        ("[1,,2]", "[1, null, 2]"),
        ('{"a": NULL, "b": True}', '{"a": null, "b": true}'),
        ("{}", "{}"),
        ("word", None),
        ('{"a": "\\u00e9\\t"}', '{"a": "é\\t"}'),
    ],
)
def test_the_lenient_parser(line, plain):
    found = openx.canonical(line, "true")
    assert found == plain


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "!End of input"),
        ('{"a"', "!Expected ':' after a"),
        ('{"a": 1', "!Unterminated object"),
        ('{"a": [1', "!Unterminated array"),
        ('{"a": "x', "!Unterminated string at 8 [character 9 line 1]"),
        ('{"a": }', "!Expected literal value"),
    ],
)
def test_why_a_line_is_malformed(line, reason):
    assert openx.canonical(line, "false").startswith(reason)
    assert openx.canonical(line, "true") is None


def test_deep_nesting_does_not_end_the_process():
    assert openx.canonical("[" * 100_000, "true") is None
