"""Equal is strict, the first difference is named, times are drawn and never printed."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from helpers import sidebyside

DAY = date(2004, 12, 31)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ([(1, "a", None)], [(1, "a", None)]),
        ([(Decimal("1.50"),)], [(Decimal("1.5"),)]),
        ([(DAY,), (True,)], [(DAY,), (True,)]),
        ([], []),
    ],
)
def test_equal(mine, theirs):
    assert sidebyside.first_difference(mine, theirs) is None


@pytest.mark.parametrize(
    ("mine", "theirs", "words"),
    [
        ([(1,)], [(2,)], "row 1, column 1: integer 1 and integer 2"),
        ([(1, 2), (3, 4)], [(1, 2), (3, 5)], "row 2, column 2: integer 4 and integer 5"),
        ([(1,)], [(Decimal(1),)], "row 1, column 1: integer 1 and decimal 1"),
        ([(1.0,)], [(Decimal(1),)], "row 1, column 1: double 1.0 and decimal 1"),
        ([(1,)], [(True,)], "row 1, column 1: integer 1 and boolean True"),
        ([(None,)], [("",)], "row 1, column 1: NULL and text "),
        ([(DAY,)], [(datetime(2004, 12, 31),)], "row 1, column 1: date 2004-12-31 and timestamp 2004-12-31 00:00:00"),
        ([(1,), (2,)], [(2,), (1,)], "row 1, column 1: integer 1 and integer 2"),
        ([(1,)], [(1,), (1,)], "1 rows and 2 rows"),
        ([(1,)], [(1, 1)], "1 columns and 2 columns"),
        ([(float("nan"),)], [(float("nan"),)], "row 1, column 1: double nan and double nan"),
    ],
)
def test_different(mine, theirs, words):
    assert sidebyside.first_difference(mine, theirs) == words


def test_outside_a_notebook_seconds_say_nothing(capsys):
    sidebyside.show_seconds({"by row": 2.0, "by batch": 0.5}, "Calls")
    sidebyside.show_pairs({"filter": sidebyside.Pair(1, 2, 3, 4, 0.25, 0.5, 1.0)}, "Seconds")
    assert capsys.readouterr() == ("", "")


def test_the_picture_of_seconds_has_them_as_its_text():
    values = {"filter": (0.25, 0.5)}
    assert sidebyside._described(values, "Seconds", ("Athena", "Spark")) == (
        "Seconds\nfilter: Athena 0.25 s, Spark 0.50 s"
    )
