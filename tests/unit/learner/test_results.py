"""Results: typed values, and tables that read the same on every machine."""

from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from helpers import tables
from helpers.results import Column, Result


def result(columns=(), texts=(), **options) -> Result:
    defaults = {
        "sql": "SELECT 1",
        "query_id": "q",
        "state": "SUCCEEDED",
        "statement_type": "DML",
        "substatement_type": "SELECT",
        "bytes_scanned": 0,
        "seconds": 0.5,
    }
    columns = [Column(name, type_) for name, type_ in columns]
    return Result(columns=columns, texts=[list(row) for row in texts], **{**defaults, **options})


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("tinyint", "-1", -1),
        ("integer", "2147483647", 2147483647),
        ("bigint", "9223372036854775807", 9223372036854775807),
        ("double", "1.0E10", 1e10),
        ("double", "Infinity", float("inf")),
        ("float", "1.5", 1.5),
        ("decimal", "1.50", Decimal("1.50")),
        ("boolean", "false", False),
        ("date", "2004-02-29", date(2004, 2, 29)),
        ("timestamp", "2004-02-29 10:15:00.123", datetime(2004, 2, 29, 10, 15, 0, 123_000)),
        ("varchar", "", ""),
        ("array", "[a, b]", "[a, b]"),
        ("row", "{a=1}", "{a=1}"),
    ],
)
def test_athenas_text_becomes_typed_values(type_, text, value):
    assert result([("v", type_)], [[text]]).value == value
    assert result([("v", type_)], [[None]]).value is None


def test_the_data_frame_has_the_types_that_fit():
    columns = [
        ("i", "integer"),
        ("j", "bigint"),
        ("d", "double"),
        ("b", "boolean"),
        ("t", "timestamp"),
        ("s", "varchar"),
    ]
    texts = [["1", None, "1.5", "true", "2004-01-02 00:00:00.000", ""], ["2", "3", None, None, None, None]]
    frame = result(columns, texts).df
    assert [str(kind) for kind in frame.dtypes] == [
        "int64",
        "Int64",
        "float64",
        "boolean",
        "datetime64[us]",
        "object",
    ]
    assert frame["s"].tolist() == ["", None]
    assert frame["i"].sum() == 3


def test_columns_of_the_same_name_are_both_kept():
    frame = result([("a", "integer"), ("a", "integer")], [["1", "2"]]).df
    assert frame.to_numpy().tolist() == [[1, 2]]


def test_no_rows_still_have_columns():
    empty = result([("a", "integer"), ("b", "varchar")])
    assert list(empty.df.columns) == ["a", "b"] and len(empty.df) == 0
    assert repr(empty) == "no rows\n0 B scanned · $0 (nothing scanned)"


def test_value_refuses_more_than_one():
    with pytest.raises(ValueError, match="2 × 1"):
        _ = result([("a", "integer")], [["1"], ["2"]]).value


def test_a_result_as_text_is_a_table_and_one_line():
    shown = result(
        [("country", "varchar"), ("lines", "bigint"), ("part", "double")],
        [["USA", "12", "0.1"], ["", None, "12345678.9"], [None, "3", "2.0"]],
        bytes_scanned=104_900_000,
    )
    assert repr(shown) == (
        "country  lines        part\n"
        "-------  -----  ----------\n"
        "USA         12         0.1\n"
        "          NULL  12345678.9\n"
        "NULL         3           2\n"
        "104.9 MB scanned · $0.000525 (105 MB × $5.00 per TB)"
    )


def test_the_time_is_in_no_text_that_is_compared():
    shown = result([("a", "integer")], [["1"]], seconds=77.25)
    assert "77" not in repr(shown) + shown._repr_html_()


def test_long_results_are_cut_and_counted():
    shown = result([("n", "integer")], [[str(number)] for number in range(1_500)])
    lines = repr(shown).splitlines()
    assert len(lines) == 2 + 20 + 2
    assert lines[-2] == "… 1,500 rows in all, the first 20 are shown"
    assert len(shown) == 1_500


def test_html_is_escaped_and_marks_null():
    page = result([("a<b", "varchar")], [["<script>"], [None], ["NULL"]])._repr_html_()
    assert "<script>" not in page and "&lt;script&gt;" in page and "a&lt;b" in page
    assert page.count("<em>NULL</em>") == 1
    assert "mathjax_ignore" in page  # two prices in one output would otherwise be set as a formula


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"substatement_type": "CREATE_TABLE", "statement_type": "DDL"}, "CREATE TABLE: done"),
        (
            {"substatement_type": "CREATE_TABLE_AS_SELECT", "statement_type": "DDL", "update_count": 1200},
            "CREATE TABLE AS SELECT: 1,200 rows written",
        ),
        ({"substatement_type": "INSERT", "update_count": 1}, "INSERT: 1 row written"),
        ({"substatement_type": "MERGE", "update_count": 2}, "MERGE: 2 rows changed"),
    ],
)
def test_statements_without_rows_say_that_they_are_done(options, line):
    columns = [("rows", "bigint")] if "update_count" in options else []
    assert repr(result(columns, **options)).splitlines()[0] == line


def test_a_ctas_pays_for_its_scan_and_plain_ddl_is_free():
    ctas = result(
        statement_type="DDL", substatement_type="CREATE_TABLE_AS_SELECT", bytes_scanned=79_000_000, update_count=9
    )
    assert ctas.cost_line == "79.0 MB scanned · $0.000395 (79 MB × $5.00 per TB)"
    plain = result(statement_type="DDL", substatement_type="CREATE_TABLE")
    assert plain.cost_line == "0 B scanned · free: DDL is not charged"


def test_listings_are_lines_of_text():
    shown = result([("tab_name", "string")], [["sales"], ["flights"]], statement_type="UTILITY",
                   substatement_type="SHOW_TABLES")  # fmt: skip
    assert repr(shown).splitlines()[:2] == ["sales", "flights"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),  # the last digits of a sum depend on its order
        (10032628.85, "10032628.85"),
        (1e20, "1e+20"),
        (1e-9, "1e-09"),
        (0.0, "0"),
        (-1.5, "-1.5"),
        (123456789012345.0, "123456789012345"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (True, "true"),
        (pd.NA, "NULL"),
        (Decimal("1E+3"), "1000"),
        (datetime(2004, 1, 2, 3, 4, 5), "2004-01-02 03:04:05"),
    ],
)
def test_values_in_words(value, text):
    assert tables.cell_text(value) == text


def test_cells_stay_on_their_line():
    table = tables.text_table(["a"], [["x\ny\tz"], ["w" * 100]])
    assert table.splitlines()[2] == "x\\ny\\tz"
    assert table.splitlines()[3] == "w" * 59 + "…"


def test_describe_is_a_table_of_three_columns():
    """Hive's DESCRIBE names three columns and sends each row as one tab-joined, padded cell."""
    three = [("col_name", "string"), ("data_type", "string"), ("comment", "string")]
    described = result(
        three, [["user_id             \tstring              \t                    "], ["# Partition Information"]],
        statement_type="UTILITY", substatement_type="DESCRIBE_TABLE",
    )  # fmt: skip
    assert described.df.values.tolist() == [["user_id", "string", ""], ["# Partition Information", "", ""]]
