"""The search for a match against Python's regular expressions: rows are letters, a variable fits its own letter.

Both prefer alternatives in their order and quantifiers as greedy or reluctant as they are written. Repeated parts are
never empty here: what an empty repetition does differs between engines, and Trino's own tests say it for rows.
"""

import random
import re

import pytest

from helpers.local.athena.row_patterns import program as pattern_program
from helpers.local.athena.sql import pattern_tree as patterns

LETTERS = "ABC"
QUANTIFIERS = {"*": (0, None), "+": (1, None), "?": (0, 1), "{2}": (2, 2), "{1,3}": (1, 3), "{2,}": (2, None)}


def make(chance, depth):
    """→ (pattern tree, regular expression, whether it can match nothing)."""
    kind = chance.choice(["letter"] * 2 + ["sequence", "alternatives", "repeated"]) if depth else "letter"
    if kind == "letter":
        letter = chance.choice(LETTERS)
        return patterns.Variable(letter), letter, False
    if kind == "repeated":
        item, regex, empty = make(chance, depth - 1)
        if empty:
            return item, regex, empty
        written = chance.choice(list(QUANTIFIERS))
        greedy = chance.random() < 0.6
        least, most = QUANTIFIERS[written]
        repeated = patterns.Repeated(item, least, most, greedy)
        return repeated, f"(?:{regex}){written}{'' if greedy else '?'}", least == 0
    parts = [make(chance, depth - 1) for _ in range(chance.choice([2, 3]))]
    trees, regexes, empties = zip(*parts, strict=True)
    if kind == "sequence":
        return patterns.Sequence(list(trees)), "".join(f"(?:{r})" for r in regexes), all(empties)
    return patterns.Alternatives(list(trees)), "|".join(f"(?:{r})" for r in regexes), any(empties)


@pytest.mark.parametrize("remembers", [False, True])
@pytest.mark.parametrize("seed", range(150))
def test_finds_what_a_regular_expression_finds(seed, remembers):
    chance = random.Random(seed)
    tree, regex, _ = make(chance, 3)
    program = pattern_program.compiled(tree)
    for _ in range(10):
        rows = "".join(chance.choice(LETTERS) for _ in range(chance.randint(0, 9)))
        for first in range(len(rows) + 1):
            expected = re.compile(regex).match(rows, first)

            def fits(labels, rows=rows, first=first):
                return rows[first + len(labels) - 1] == labels[-1]

            found = pattern_program.find(program, first, 0, len(rows), fits, remembers)
            assert (found and "".join(found[0])) == (expected and expected[0]), (regex, rows, first)


def test_a_pattern_of_too_many_steps_is_refused():
    tree = patterns.Repeated(patterns.Variable("A"), 1_000_000, None, True)
    with pytest.raises(Exception, match="a row pattern of more than 100000 steps"):
        pattern_program.compiled(tree)
