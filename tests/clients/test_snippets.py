"""What docs/clients.md shows runs as it stands there. dbt's and ibis's snippets run in their own tests."""

import pytest


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("client", ["pyathena", "sqlalchemy", "awswrangler"])
def test_python(snippets, client):
    names = {}
    exec(snippets[client], names)
    assert [tuple(row) for row in names["rows"]] == [(1,)]


@pytest.mark.usefixtures("shop")
def test_command_line(snippets, program):
    assert program("sh", "-euc", snippets["aws"]).split() == ["SUCCEEDED", "n", "1"]


def test_all_snippets_are_run(snippets):
    assert set(snippets) == {"pyathena", "sqlalchemy", "awswrangler", "aws", "dbt", "ibis"}
