"""What `make bench` measures for each command line."""

import pytest

from bench.__main__ import LONG, QUICK, chosen_parts


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ([], QUICK),
        (["--all"], QUICK + LONG),
        (["memory", "queries"], ("memory", "queries")),
        (["course", "--all"], ("course",)),
    ],
)
def test_the_parts_that_are_measured(arguments, parts):
    assert chosen_parts(arguments) == parts


def test_an_unknown_part_is_refused(capsys):
    with pytest.raises(SystemExit):
        chosen_parts(["querys"])
    assert "no such part: querys; there are queries, tpch_times" in capsys.readouterr().err
