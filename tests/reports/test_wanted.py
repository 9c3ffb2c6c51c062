"""Which reports are wanted: options, products and files, and one line for whatever cannot be."""

from __future__ import annotations

import os

import pytest

from helpers.course import parameters
from helpers.course.notebooks import NOTEBOOKS, read
from helpers.reports.wanted import WantedError, product, read_rows, wanted
from tests.reports.running import report

KNOWN = parameters.of(read(NOTEBOOKS / "12_sales_report.ipynb"), "12_sales_report")
YEARS, TERRITORIES = "2003 or 2004 or 2005", "all or EMEA or APAC or Japan or NA"


TOP = f"top_n={','.join(map(str, range(1, 51)))}"


def rows_of(folder, name: str, content: str | bytes):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return wanted(KNOWN, "sales", {}, read_rows(path))


def refusal(work) -> str:
    with pytest.raises(WantedError) as refused:
        work()
    message = str(refused.value)
    assert "\n" not in message and len(message) < 500
    return message


def test_one_report_has_every_parameter_with_its_type():
    (only,) = wanted(KNOWN, "sales", {"year": "2005", "top-n": "7", "Territory": " NA "})
    assert dict(only.parameters) == {
        "MODE": "local", "YEAR": 2005, "TERRITORY": "NA", "QUARTER": "all", "CURRENCY": "USD", "TOP_N": 7,
    }  # fmt: skip
    assert only.name == "sales-2005-NA-all-USD-7"


def test_a_product_is_every_combination_in_order():
    reports = wanted(KNOWN, "s", {"currency": "EUR"}, product(["year=2003,2004", "quarter=1, 2"]))
    assert [report.name for report in reports] == [
        "s-2003-all-1-EUR-5", "s-2003-all-2-EUR-5", "s-2004-all-1-EUR-5", "s-2004-all-2-EUR-5",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "year,TERRITORY,top_n\n2003,NA,\n2004,,9\n"),
        ("a.csv", "\ufeffyear,TERRITORY,top_n\r\n2003,NA,\r\n\r\n2004,,9\r\n"),
        ("a.csv", '"year","TERRITORY","top_n"\n"2003"," NA ",""\n2004,,9'),
        ("a.yaml", "- {year: 2003, territory: NA}\n- year: 2004\n  top_n: 9\n"),
        ("a.yml", "- {year: '2003', territory: 'NA'}\n- {year: 2004, top-n: 9}\n"),
        ("a.json", '[{"year": 2003, "territory": "NA"}, {"YEAR": "2004", "TOP_N": 9}]'),
    ],
)
def test_the_same_reports_from_every_kind_of_file(tmp_path, name, content):
    names = [each.name for each in rows_of(tmp_path, name, content)]
    assert names == ["sales-2003-NA-all-USD-5", "sales-2004-all-all-USD-9"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"yaer": "2005"}, f"no parameter 'yaer': there are MODE (local or aws), YEAR ({YEARS}), TERRITORY"),
        ({"year": "2006"}, f"YEAR='2006' is not allowed: it takes {YEARS}"),
        ({"year": 2004.0}, f"YEAR=2004.0 is not allowed: it takes {YEARS}"),
        ({"year": True}, "YEAR=True is not allowed"),
        ({"year": None}, "YEAR=None is not allowed"),
        ({"year": "2_004"}, "YEAR='2_004' is not allowed"),
        ({"year": "２００４"}, "is not allowed"),
        ({"year": [2004]}, "YEAR=a list is not allowed"),
        ({"year": {"a": 1}}, "YEAR=a dict is not allowed"),
        ({"territory": "emea"}, f"TERRITORY='emea' is not allowed: it takes {TERRITORIES}"),
        ({"territory": "' OR 1 = 1 --"}, "is not allowed"),
        ({"territory": ""}, "TERRITORY='' is not allowed"),
        ({"quarter": 5}, "QUARTER=5 is not allowed: it takes all or 1 or 2 or 3 or 4"),
        ({"currency": "XXX"}, "CURRENCY='XXX' is not allowed: it takes USD or EUR or CHF or JPY"),
        ({"top_n": "0"}, "TOP_N='0' is not allowed: it takes a whole number from 1 to 50"),
        ({"top_n": "nan"}, "TOP_N='nan' is not allowed"),
        ({"top_n": 10**4000}, "TOP_N=a number without end is not allowed"),
        ({"top_n": "9" * 5000}, "is not allowed"),
        ({"top_n": "5\n6"}, "is not allowed"),
        ({"mode": "cloud"}, "MODE='cloud' is not allowed: it takes local or aws"),
        ({"year": "2004", "YEAR": "2005"}, "YEAR is given twice"),
    ],
)
def test_values_that_cannot_be(given, says):
    assert says in refusal(lambda: wanted(KNOWN, "sales", given))


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(20)
)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", "", "no reports in it"),
        ("a.csv", "year,territory\n", "no reports in it"),
        ("a.csv", "\n\n , \n", "no reports in it"),
        ("a.csv", "year;territory\n2004;EMEA\n", "separated by commas, not by semicolons"),
        ("a.csv", "year,territory\n2004,EMEA,3\n", "line 2: 3 values for 2 columns"),
        ("a.csv", "year,territory\n2004\n", "line 2: 1 values for 2 columns"),
        ("a.csv", "year,year\n2004,2005\n", "two columns are called 'year'"),
        ("a.csv", "year,\n2004,EMEA\n", "column 2 has no name"),
        ("a.csv", 'year,territory\n2004,"EMEA\n', "line 2: unexpected end of data"),
        ("a.csv", "year,territory\n2004,EMEA\n2004,EMEA\n", "line 3: the same report as"),
        ("a.csv", "year\n2004\n2010\n", "line 3: YEAR='2010' is not allowed"),
        ("a.csv", "mode\nlocal\naws\n", "MODE differs between the reports"),
        ("a.csv", b"year\n20\xff4\n", "not UTF-8 at byte 7"),
        ("a.csv", b"year\n2004\0\n", "zero byte"),
        ("a.csv", b"PK\x03\x04\0\0", "zero byte"),
        ("a.csv", "year\n" + "2004\n" * 300_000, "larger than 1,000,000 bytes"),
        ("a.csv", "top_n\n" + "".join(f"{n}\n" for n in range(2500)), "2,500 reports are wanted: at most 2,000"),
        ("a.txt", "year\n2004\n", "ends in .csv, .yaml, .yml, .json"),
        ("a.yaml", "", "no reports in it"),
        ("a.yaml", "[]", "no reports in it"),
        ("a.yaml", "- year: 2004\n  year: 2005\n", "'year' is given twice in one report"),
        ("a.yaml", "- year: [2004\n", "a.yaml, line"),
        ("a.yaml", "2004", "expected a list of mappings"),
        ("a.yaml", "- 2004\n", "expected a list of mappings"),
        ("a.yaml", "- year: 2004-01-01\n", "YEAR=a date is not allowed"),
        ("a.yaml", "- year: !!python/object/apply:os.system ['true']\n", "could not determine a constructor"),
        ("a.yaml", "- &a {year: *a}\n", "recursive"),
        ("a.yaml", BOMB, "no parameter 'a'"),
        ("a.yaml", "- " * 5000, "nested too deeply"),
        ("a.yaml", "- {[1]: 2}\n", "a.yaml"),
        ("a.yaml", "- {1: 2}\n", "no parameter 1:"),
        ("a.json", "", "no reports in it"),
        ("a.json", '[{"year": 2004, "year": 2005}]', "'year' is given twice"),
        ("a.json", '[{"year": 2004},]', "a.json, line 1"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.json", '[{"top_n": NaN}]', "TOP_N=nan is not allowed"),
        ("a.json", '[{"top_n": 1e999}]', "TOP_N=inf is not allowed"),
        ("a.json", '[{"top_n": ' + "9" * 5000 + "}]", "a.json"),
        ("a.json", '"year"', "expected a list of mappings"),
    ],
)
def test_hostile_files(tmp_path, name, content, says):
    assert says in refusal(lambda: rows_of(tmp_path, name, content))


def test_files_that_cannot_be_read(tmp_path):
    assert "No such file" in refusal(lambda: read_rows(tmp_path / "none.csv"))
    (tmp_path / "folder.csv").mkdir()
    assert "not a file" in refusal(lambda: read_rows(tmp_path / "folder.csv"))
    os.mkfifo(tmp_path / "pipe.csv")  # reading it would wait for ever
    assert "not a file" in refusal(lambda: read_rows(tmp_path / "pipe.csv"))


@pytest.mark.parametrize(
    ("each", "says"),
    [
        (["year"], "write name=value,value"),
        (["=2004"], "write name=value,value"),
        (["year=2004,"], "write name=value,value"),
        (["year=2003,2003"], "a value stands there twice"),
        (["year=2003", "YEAR=2004"], "YEAR is given twice"),
        (["yaer=2003"], "no parameter 'YAER'"),
        (["top_n=5,05"], "the same report as"),
        ([TOP, "year=2003,2004,2005", "quarter=1,2,3,4", "currency=USD,EUR,CHF,JPY"], "2,400 reports are wanted"),
    ],
)
def test_products_that_cannot_be(each, says):
    assert says in refusal(lambda: wanted(KNOWN, "sales", {}, product(each)))


def test_a_value_given_twice_is_not_decided_in_silence():
    assert "YEAR is given there and on the command line" in refusal(
        lambda: wanted(KNOWN, "sales", {"year": "2004"}, product(["year=2003"]))
    )


def test_names_differ_where_a_file_name_cannot_say_how():
    known = {"WORD": parameters.Parameter("WORD", "a")}
    reports = wanted(known, "s", {}, [("1", {"word": "a/b"}), ("2", {"word": "a b"}), ("3", {"word": "../.."})])
    assert len({each.name for each in reports}) == 3
    assert not any("/" in each.name for each in reports)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--yaer", "2004"], "unrecognized arguments: --yaer 2004"),
        (["--year", "1999"], f"YEAR='1999' is not allowed: it takes {YEARS}"),
        (["--year"], "expected one argument"),
        (["--workers", "0"], "'0' is not a whole number from 1 to 64"),
        (["--notebook", "nowhere.ipynb"], "nowhere.ipynb: no such notebook"),
        (["--params", "nowhere.csv"], "nowhere.csv: No such file or directory"),
        (["--params", "a.csv", "--each", "year=2004"], "not allowed with argument"),
    ],
)
def test_the_command_refuses_in_one_line_and_makes_nothing(arguments, says, tmp_path):
    answer = report(*arguments, "--out", tmp_path / "out")
    assert answer.returncode == 2
    (line,) = answer.stderr.splitlines()
    assert line.startswith("helpers.report: ") and says in line
    assert not (tmp_path / "out").exists() and answer.stdout == ""
