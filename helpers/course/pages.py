"""Executed notebooks → pages to browse: one style, solutions folded, nothing loaded from anywhere.

Each page is one HTML file with its style and pictures inside, so a folder of them works from a disk without
a network, in a classroom and in a mail. Scripts of the notebooks are left out; a picture has its text twin.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jinja2
from nbconvert import HTMLExporter
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from .figures import Outcome
from .notebooks import NOTEBOOKS, CourseError, lesson_paths, minutes_of, read, title_of, write_text
from .usage import Usage

TEMPLATES = Path(__file__).with_name("template")
LESSON_LINK = re.compile(r'href="(?P<lesson>[0-9]{2}_\w+)\.ipynb(?P<anchor>#[^"]*)?"')
PICTURE = re.compile(r'(?P<tag><img\b[^>]*?\ssrc=")(?P<file>(?!data:|\w+://)[^"]+)')
BETWEEN_BLOCKS = re.compile(r"</pre></div>\s*<div[^>]*><pre>(?:<span></span>)?")
PROMISE = re.compile(r"you will do\W+(?P<does>.+)", re.IGNORECASE)
CELL_MAGIC = re.compile(r"^%%(?P<name>athena|sql)\b")


@dataclass(frozen=True)
class LessonPage:
    """One lesson as the index and the other pages show it."""

    number: str
    title: str
    minutes: int | None
    page: str
    notebook: NotebookNode
    outcome: Outcome | None = None

    @property
    def minutes_or_zero(self) -> int:
        return self.minutes or 0

    @property
    def promise(self) -> str:
        """What the lesson says that you will do, as plain text."""
        found = PROMISE.search(self.notebook.cells[0].source) if self.notebook.cells else None
        return re.sub(r"[*_`]|\\(?=\$)", "", found["does"]) if found else ""

    @property
    def short(self) -> str:
        """The title without the number that the list shows anyway."""
        return re.sub(r"^(Lesson\s+)?[0-9]{1,2}\s*[·:.–—-]\s*", "", self.title)


def write_course(out: Path, outcomes: dict[str, Outcome], pictures: Path = NOTEBOOKS) -> None:
    """Write a page for every executed notebook in `out`, and the index with the `outcomes` by lesson.

    Pictures that a lesson names relative to its own folder are read from `pictures`, that folder.
    Raises CourseError when the folder or the disk refuses a page.
    """
    lessons = [_lesson(path, outcomes.get(path.stem)) for path in lesson_paths(folder=out)]
    for before, lesson, after in zip([None, *lessons], lessons, [*lessons[1:], None], strict=False):
        body = LESSON_LINK.sub(r'href="\g<lesson>.html\g<anchor>"', body_of(lesson.notebook, pictures))
        write_text(_page(lessons, lesson.page, lesson.title, body, before, after), out / lesson.page)
    measured = [lesson.outcome for lesson in lessons if lesson.outcome]
    total = sum((outcome.usage for outcome in measured), Usage())
    seconds = sum(outcome.seconds for outcome in measured)
    index = _templates().get_template("index.html.j2").render(lessons=lessons, total=total, seconds=seconds)
    write_text(_page(lessons, "index.html", "Lessons", index), out / "index.html")


def _lesson(path: Path, outcome: Outcome | None) -> LessonPage:
    notebook = read(path)
    title = title_of(notebook) or path.stem
    return LessonPage(path.stem[:2], title, minutes_of(notebook), f"{path.stem}.html", notebook, outcome)


def _page(lessons, page: str, title: str, body: str, before=None, after=None) -> str:
    template = _templates().get_template("page.html.j2")
    return template.render(
        title=title, page=page, lessons=lessons, body=body, before=before, after=after, style=style()
    )


@cache
def _templates() -> jinja2.Environment:
    """Templates of whole pages; text is escaped, `body` is HTML that nbconvert has made."""
    return jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)


@cache
def style() -> str:
    """The style of every page, with the colours of code."""
    pygments = HtmlFormatter(style="friendly", nobackground=True).get_style_defs(".highlight")
    colours = "\n".join(line for line in pygments.splitlines() if line.startswith(".highlight ."))
    return (TEMPLATES / "page.css").read_text(encoding="utf-8") + colours


def body_of(notebook: NotebookNode, pictures: Path = NOTEBOOKS) -> str:
    """The cells as HTML, pictures inside, without any script."""
    body, _ = _exporter().from_notebook_node(notebook)
    return PICTURE.sub(lambda found: found["tag"] + _embedded(pictures / found["file"]), body)


def _embedded(picture: Path) -> str:
    """The picture as a data URI. (nbconvert's own `embed_images` refuses files above the notebook's folder.)"""
    try:
        content = picture.read_bytes()
    except OSError as error:
        raise CourseError(f"a lesson shows {picture}: {error.strerror}") from None
    kind, _ = mimetypes.guess_type(picture.name)
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


@cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(
        template_name="lesson",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_anchor_links=False,
        filters={"highlight_code": _highlighted},
    )


def _highlighted(source: str, language: str | None = None, metadata: dict | None = None) -> str:
    """Python in colour; the text of a `%%athena` cell in the colours of SQL."""
    magic = CELL_MAGIC.match(source)
    if magic is None:
        return Highlight2HTML()(source, "ipython3", metadata)
    first, _, sql = source.partition("\n")
    both = Highlight2HTML()(first, "ipython3", metadata) + Highlight2HTML()(sql, "sql", metadata)
    return BETWEEN_BLOCKS.sub("", both)
