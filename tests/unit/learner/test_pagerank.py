"""PageRank in NumPy against ranks worked out by hand."""

import pandas as pd
import pytest

from helpers import pagerank


def links(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["src", "dst", "share"])


STAR = links(("a", "hub", 1), ("b", "hub", 1), ("hub", "a", 0.5), ("hub", "b", 0.5))


def test_a_circle_is_even():
    circle = links(("a", "b", 1), ("b", "c", 1), ("c", "a", 1))
    assert pagerank.ranks(circle).to_dict() == pytest.approx({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3})


def test_the_limit_of_a_star():
    """h = 0.05 + 0.85 · 2a and a = 0.05 + 0.85 · h / 2, so h = 0.135 / 0.2775 and a = (1 - h) / 2."""
    hub = (0.05 + 0.85 * 0.1) / (1 - 0.85**2)
    found = pagerank.ranks(STAR)
    assert found.index[0] == "hub"
    assert found.to_dict() == pytest.approx({"hub": hub, "a": (1 - hub) / 2, "b": (1 - hub) / 2})


@pytest.mark.parametrize(
    ("steps", "hub"),
    [(0, 1 / 3), (1, 0.05 + 0.85 * 2 / 3), (2, 0.05 + 0.85 * (0.1 + 0.85 * 1 / 3))],
)
def test_steps_of_a_star(steps, hub):
    """Each step by hand: the hub gets all that the two others had."""
    assert pagerank.ranks(STAR, steps=steps)["hub"] == pytest.approx(hub, abs=1e-15)


def test_without_damping_a_visitor_follows_links_only():
    two = links(("a", "b", 1), ("b", "a", 0.5), ("b", "b", 0.5))
    assert pagerank.ranks(two, steps=200, damping=1).to_dict() == pytest.approx({"b": 2 / 3, "a": 1 / 3})


def test_a_node_without_a_way_out_is_refused():
    with pytest.raises(ValueError, match="no link leads out of c"):
        pagerank.ranks(links(("a", "c", 1)))
