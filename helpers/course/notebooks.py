"""What a lesson's file contains, and the normal form in which it is committed.

A notebook records more than its content: when each cell ran, which Python ran it, what papermill thinks
of it. All of that differs between two runs that agree, and hides real differences in a review. The normal
form keeps sources, tags, outputs and execution counts, and nothing else.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers.oneline import OneLineError

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# Cell metadata that says something to the reader's tool; everything else is a trace of one run.
KEPT_CELL_METADATA = ("tags", "jupyter")
WIDGET = "application/vnd.jupyter.widget-view+json"  # points to a model that lived in one kernel
ERROR_MARKER = "papermill-error-cell-tag"  # papermill's pointers to a failed cell, in the way of the title
INJECTED = "injected-parameters"  # papermill's cell with the values of one run
KEPT_JUPYTER_METADATA = ("source_hidden", "outputs_hidden")


class CourseError(OneLineError):
    """A problem with the course's files, worth one line on the terminal and no traceback."""


def lesson_paths(only: list[str] | None = None, folder: Path = NOTEBOOKS) -> list[Path]:
    """The lessons' files in teaching order, or those that `only` names by number, stem or path.

    Raises CourseError for a name that fits no lesson, naming those there are.
    """
    lessons = sorted(folder.glob("[0-9][0-9]_*.ipynb"))
    if not lessons:
        raise CourseError(f"no lessons in {folder}: expected files such as 00_start_here.ipynb")
    if not only:
        return lessons
    wanted = []
    for name in only:
        stem = Path(name).stem
        found = [path for path in lessons if path.stem == stem or path.stem.split("_")[0] == stem.zfill(2)]
        if not found:
            known = ", ".join(path.stem for path in lessons)
            raise CourseError(f"no lesson {name!r}: there are {known}")
        wanted += found
    return sorted(set(wanted))


def read(path: Path) -> NotebookNode:
    """The notebook in `path` (nbformat 4). Raises CourseError when the file is missing or not a notebook."""
    try:
        return nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise CourseError(f"{path}: no such notebook") from None
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise CourseError(f"{path}: not a notebook ({str(error).splitlines()[0]})") from None


def text_of(notebook: NotebookNode) -> str:
    """The notebook as the text that is committed: JSON, one space of indentation, a newline at the end."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def write(notebook: NotebookNode, path: Path) -> None:
    """Write the notebook whole or not at all: to a temporary file beside `path`, then renamed over it."""
    write_text(text_of(notebook), path)


def write_text(text: str, path: Path) -> None:
    """Write UTF-8 text whole or not at all. Raises CourseError when the folder or the disk refuses it."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise CourseError(f"cannot write {path}: {error.strerror or error}") from None


def tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell, such as `parameters`, `exercise`, `check`, `solution`."""
    return list(cell.metadata.get("tags", []))


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells that hold code (an empty cell at the end is never run and means nothing)."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def normalise(notebook: NotebookNode) -> NotebookNode:
    """A copy in normal form; normalising twice changes nothing more."""
    tidy = nbformat.from_dict(notebook)
    tidy.nbformat, tidy.nbformat_minor = 4, max(5, tidy.get("nbformat_minor", 5))
    tidy.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    tidy.cells = [cell for cell in tidy.cells if cell.source.strip() and ERROR_MARKER not in tags(cell)]
    seen: set[str] = set()
    for number, cell in enumerate(tidy.cells):
        cell.metadata = _kept_metadata(cell)
        cell.id = _stable_id(cell.get("id"), number, seen)
        if cell.cell_type == "code":
            tidied = [_tidy_output(output) for output in cell.outputs]
            shown = [output for output in tidied if output.get("data") != {}]  # a progress line, gone again
            cell.outputs = _merged_streams(shown)
    return tidy


def _kept_metadata(cell: NotebookNode) -> NotebookNode:
    kept = {key: cell.metadata[key] for key in KEPT_CELL_METADATA if cell.metadata.get(key)}
    jupyter = {key: value for key, value in kept.pop("jupyter", {}).items() if key in KEPT_JUPYTER_METADATA}
    if "solution" in kept.get("tags", []) and cell.cell_type == "code":
        jupyter["source_hidden"] = True  # JupyterLab shows it collapsed until the reader asks
    if jupyter:
        kept["jupyter"] = jupyter
    return nbformat.from_dict(kept)


def _stable_id(given: str | None, number: int, seen: set[str]) -> str:
    """The cell's own id; a missing or repeated one becomes the cell's position, the same on every machine."""
    cell_id = given or f"cell-{number:02d}"
    while cell_id in seen:
        cell_id = f"{cell_id}-{number}"
    seen.add(cell_id)
    return cell_id


def _tidy_output(output: NotebookNode) -> NotebookNode:
    if "metadata" in output:  # papermill and widgets leave traces here; image sizes belong to the picture
        pictures = {key: value for key, value in output.metadata.items() if key.startswith("image/")}
        output.metadata = nbformat.from_dict(pictures)
    output.get("data", {}).pop(WIDGET, None)
    return output


def _merged_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Neighbouring pieces of one stream as one output: where a print was cut depends on timing."""
    merged: list[NotebookNode] = []
    for output in outputs:
        before = merged[-1] if merged else None
        if before is not None and output.output_type == before.output_type == "stream" and output.name == before.name:
            before.text += output.text
        else:
            merged.append(output)
    return merged


TITLE = re.compile(r"^#\s+(?P<title>.+?)\s*$", re.MULTILINE)
MINUTES = re.compile(r"(?P<minutes>\d+)\s*(?:min\b|minutes?\b)", re.IGNORECASE)

COST = re.compile(r"\\?\$(?P<before>\d+(?:\.\d+)?)|(?P<after>\d+(?:\.\d+)?) USD")


def title_of(notebook: NotebookNode) -> str:
    """The first heading of the first cell, without its `#`."""
    found = TITLE.search(notebook.cells[0].source) if notebook.cells else None
    return found["title"] if found else ""


def minutes_of(notebook: NotebookNode) -> int | None:
    """The minutes that the first cell promises, or None."""
    found = MINUTES.search(notebook.cells[0].source) if notebook.cells else None
    return int(found["minutes"]) if found else None


def cost_of(notebook: NotebookNode) -> str | None:
    """The USD that the first cell says the lesson costs on AWS, as written there, or None."""
    found = COST.search(notebook.cells[0].source) if notebook.cells else None
    return (found["before"] or found["after"]) if found else None
