"""The pages of the committed lessons load nothing: a browser without a network shows them whole."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser

import pytest

from helpers.course import pages
from helpers.course.notebooks import NOTEBOOKS

LOADING = {
    "script": "src",
    "img": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "object": "data",
}


class Loads(HTMLParser):
    """Collects what a browser would fetch by itself, and scripts; links that one clicks are free."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []
        self.inside_style = False

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        address = values.get(LOADING.get(tag, ""), "") or ""
        if tag == "script" or (address and not address.startswith("data:")):
            self.found.append(f"<{tag} {address}>")
        self.inside_style = tag == "style"
        self._css(values.get("style") or "")

    def handle_data(self, data):
        if self.inside_style:
            self._css(data)

    def _css(self, text: str):
        self.found += re.findall(r"@import[^;]*|url\((?!['\"]?data:)[^)]*\)", text)


def loads(html: str) -> list[str]:
    reader = Loads()
    reader.feed(html)
    return reader.found


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example/require.js"></script>',
        "<script>alert(1)</script>",
        '<link rel="stylesheet" href="https://cdn.example/a.css">',
        '<img src="http://example/a.png">',
        "<style>@import 'https://fonts.example/a';</style>",
        "<p style=\"background: url('https://example/a.png')\">x</p>",
    ],
)
def test_a_load_is_noticed(html):
    assert len(loads(html)) == 1


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The pages of the committed lessons."""
    out = tmp_path_factory.mktemp("site")
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb")):
        shutil.copy(path, out)
    pages.write_course(out, {})
    return out


def test_pages_load_nothing(site):
    written = sorted(site.glob("*.html"))
    assert len(written) == len(list(site.glob("*.ipynb"))) + 1
    assert {page.name: loads(page.read_text(encoding="utf-8")) for page in written} == {
        page.name: [] for page in written
    }


def test_links_between_pages_lead_somewhere(site):
    for page in site.glob("*.html"):
        for target in re.findall(r'href="([^":#]+\.(?:html|ipynb|md))', page.read_text(encoding="utf-8")):
            assert (site / target).exists() or target.startswith("../"), f"{page.name} links to {target}"
