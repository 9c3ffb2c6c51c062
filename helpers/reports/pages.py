"""A report, and the index over many, as HTML files that load nothing: they work from a disk and in a mail.

The page of a report shows the cells tagged `report`: what they say and draw, and their code only on request.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

import jinja2
import nbformat
from nbformat import NotebookNode

from helpers.course import pages as course_pages
from helpers.course.notebooks import INJECTED, tags

TEMPLATES = Path(__file__).with_name("template")
SHOWN = "report"
HEADING = re.compile(r"<h1>(?P<title>.*?)</h1>")


def report(notebook: NotebookNode, summary: Mapping, code: bool = False) -> str:
    """The page of one executed report. `summary` is what its JSON file holds."""
    body = course_pages.body_of(_shown(notebook, code))
    title = HEADING.search(body)
    return _template("report.html.j2").render(
        title=html.unescape(title["title"]) if title else summary["report"],
        style=course_pages.style(),
        body=body,
        summary=summary,
    )


def _shown(notebook: NotebookNode, code: bool) -> NotebookNode:
    """The cells for the reader: those tagged `report`, or all cells of a notebook that tags none."""
    copy = nbformat.from_dict(notebook)
    tagged = any(SHOWN in tags(cell) for cell in copy.cells)
    wanted = (SHOWN, INJECTED) if code else (SHOWN,)
    copy.cells = [cell for cell in copy.cells if not tagged or set(wanted) & set(tags(cell))]
    if not code:
        for cell in copy.cells:
            if cell.cell_type == "code":
                cell.metadata["hide_input"] = True  # the template leaves the code out
        copy.cells = [cell for cell in copy.cells if cell.cell_type != "code" or cell.outputs]
    return copy


def index(summaries: Sequence[Mapping]) -> str:
    """The page over all reports of a run, with their main figures; failed ones with their error."""
    names = list(summaries[0]["parameters"]) if summaries else []
    varied = [name for name in names if len({str(each["parameters"][name]) for each in summaries}) > 1]
    fixed = {name: summaries[0]["parameters"][name] for name in names if name not in varied}
    scanned = sum(each.get("bytes_scanned", 0) for each in summaries)
    usd = sum(Decimal(each.get("cost_usd", 0)) for each in summaries)
    return _template("index.html.j2").render(
        style=course_pages.style(),
        reports=summaries,
        varied=varied,
        fixed=fixed,
        failed=sum(bool(each["error"]) for each in summaries),
        scanned=scanned,
        usd=f"{usd:f}",
    )


def _template(name: str) -> jinja2.Template:
    return _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)
