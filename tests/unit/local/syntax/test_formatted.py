"""A view's query as Trino's SqlFormatter writes it. Expected: what Athena shows of published views, Trino's tests.

`views.sql` holds texts that are already in that form, so formatting them must change nothing; the first has the
layout of a view that Athena's SHOW CREATE VIEW was published with, the others follow Trino's formatter.
"""

import json
from pathlib import Path

import pytest

from helpers.local.athena.sql import query_text, statements

VIEWS = (Path(__file__).parent / "views.sql").read_text().split("-- view\n")[1:]
EXPRESSIONS = [line.split("\t") for line in (Path(__file__).parent / "formatted.tsv").read_text().splitlines()]


@pytest.mark.parametrize("view", VIEWS)
def test_a_formatted_query_stays_as_it_is(view):
    assert query_text.formatted(statements.parse_query(view)) == view


@pytest.mark.parametrize("view", VIEWS)
def test_the_layout_of_what_was_written_does_not_matter(view):
    assert query_text.formatted(statements.parse_query(" ".join(view.split()))) == view


def test_what_was_formatted_once_is_not_changed_again():
    """A view's text is parsed and formatted anew by SHOW CREATE VIEW: Trino's documented examples stand it."""
    examples = (Path(__file__).parents[3] / "conformance" / "trino_examples.jsonl").read_text().splitlines()
    texts = [query_text.formatted(statements.parse_query(json.loads(line)["sql"])) for line in examples]
    assert len(texts) > 200
    assert [query_text.formatted(statements.parse_query(text)) for text in texts] == texts


@pytest.mark.parametrize(("written", "expected"), EXPRESSIONS)
def test_expressions(written, expected):
    assert query_text.text(statements.parse_expression(written)) == expected
