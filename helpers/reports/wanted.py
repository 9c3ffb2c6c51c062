"""Which reports are wanted: options and files → a list of parameter sets, or one line that refuses them.

Everything is checked before anything runs, against the parameters cell of the notebook itself. So a report can
never silently show another year because `year` was written `yaer`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from helpers.course.notebooks import CourseError
from helpers.course.parameters import Parameter
from helpers.oneline import OneLineError

MOST_REPORTS = 2_000
MOST_BYTES = 1_000_000  # of a parameters file; a line of it takes about fifty
READERS = (".csv", ".yaml", ".yml", ".json")
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,15}", re.ASCII)
NAME = re.compile(r"[^A-Za-z0-9.+]+")


class WantedError(OneLineError):
    """A request that cannot be met; the message names the place and lists what is allowed."""


@dataclass(frozen=True)
class Wanted:
    """One report: its parameters, complete and of the right types, and the name of its folder and files."""

    name: str
    parameters: Mapping[str, object]


def wanted(
    known: Mapping[str, Parameter],
    stem: str,
    given: Mapping[str, object],
    rows: Sequence[tuple[str, Mapping[str, object]]] = (),
) -> list[Wanted]:
    """The reports to make, in the order of the rows. Raises WantedError.

    known  the notebook's parameters by name
    stem   what the names of the reports start with: `sales_report`
    given  values for every report, by any spelling of the names: `TOP_N`, `top_n`, `top-n`
    rows   (where it stands, its values) for each report; without rows, one report of the given values
    """
    common = _checked(known, given, "the command line")
    if len(rows) > MOST_REPORTS:
        raise WantedError(f"{len(rows):,} reports are wanted: at most {MOST_REPORTS:,} in one run")
    found: dict[str, str] = {}
    reports = []
    for place, row in rows or [("the command line", {})]:
        values = _checked(known, row, place)
        if both := sorted(set(values) & set(common)):
            raise WantedError(f"{place}: {both[0]} is given there and on the command line: leave one of them out")
        complete = {name: values.get(name, common.get(name, each.default)) for name, each in known.items()}
        if (key := repr(complete)) in found:
            raise WantedError(f"{place}: the same report as {found[key]} ({_words(complete)}): leave one out")
        found[key] = place
        reports.append(Wanted(_name(stem, complete), complete))
    if len({report.parameters.get("MODE") for report in reports}) > 1:
        raise WantedError("MODE differs between the reports: make those of each mode in a run of their own")
    return reports


def _name(stem: str, values: Mapping[str, object]) -> str:
    """`sales_report-2004-EMEA-all-USD-5`: every value but MODE, in the order of the parameters cell."""
    said = [str(value) for name, value in values.items() if name != "MODE"]
    parts = [NAME.sub("_", part).strip(".")[:40] for part in said]
    if parts != said:  # what a file's name cannot hold must still tell two reports apart
        parts.append(hashlib.sha256(repr(said).encode()).hexdigest()[:8])
    return "-".join([stem, *parts])


def _checked(known: Mapping[str, Parameter], given: Mapping[str, object], place: str) -> dict[str, object]:
    """The given values under the notebook's names and of its types. Raises WantedError."""
    checked: dict[str, object] = {}
    for spelling, value in given.items():
        name = str(spelling).strip().upper().replace("-", "_")
        if name not in known:
            raise WantedError(f"{place}: no parameter {_short(spelling)}: there are {_names(known)}")
        if name in checked:
            raise WantedError(f"{place}: {name} is given twice")
        checked[name] = _value(known[name], value, place)
    return checked


def _value(parameter: Parameter, given: object, place: str) -> object:
    refusal = WantedError(f"{place}: {parameter.name}={_short(given)} is not allowed: it takes {parameter.allowed()}")
    if given is None or not isinstance(given, (str, int, float)):
        raise refusal
    value = given.strip() if isinstance(given, str) else given
    if isinstance(parameter.default, bool) is not isinstance(value, bool) and not isinstance(value, str):
        raise refusal  # YAML's true is no number, and 1 is no yes
    if type(parameter.default) is int and not WHOLE_NUMBER.fullmatch(str(value)):
        raise refusal
    try:
        return parameter.value(value)
    except (CourseError, ValueError, OverflowError, SyntaxError, RecursionError, MemoryError):
        raise refusal from None


def _short(value: object) -> str:
    """At most 40 characters of a value; a list or a mapping by its kind, since YAML's can be without end."""
    if not isinstance(value, (str, int, float, type(None))):
        return f"a {type(value).__name__}"
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**30 else "a number without end"
    return text if len(text) <= 40 else f"{text[:39]}…"


def _names(known: Mapping[str, Parameter]) -> str:
    return ", ".join(f"{name} ({each.allowed()})" for name, each in known.items())


def _words(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in values.items())


# --- --each ---------------------------------------------------------------------------------------------


def product(assignments: Sequence[str]) -> list[tuple[str, dict[str, object]]]:
    """`["year=2003,2004", "territory=EMEA"]` → a row for every combination. Raises WantedError."""
    choices: dict[str, list[str]] = {}
    for assignment in assignments:
        name, equals, values = assignment.partition("=")
        parts = [value.strip() for value in values.split(",")]
        if not equals or not name.strip() or not all(parts):
            raise WantedError(f"--each {_short(assignment)}: write name=value,value")
        key = name.strip().upper().replace("-", "_")
        if key in choices:
            raise WantedError(f"--each: {key} is given twice")
        if len(set(parts)) < len(parts):
            raise WantedError(f"--each {_short(assignment)}: a value stands there twice")
        choices[key] = parts
    count = 1
    for parts in choices.values():
        count *= len(parts)
    if count > MOST_REPORTS:
        raise WantedError(f"--each: {count:,} reports are wanted, at most {MOST_REPORTS:,} in one run")
    rows = itertools.product(*choices.values())
    return [(f"--each ({', '.join(values)})", dict(zip(choices, values, strict=True))) for values in rows]


# --- --params -------------------------------------------------------------------------------------------


def read_rows(path: Path) -> list[tuple[str, dict[str, object]]]:
    """The rows of a CSV, YAML or JSON file, each with its place. Raises WantedError.

    CSV has a header; a cell that is left empty takes the value of the command line, or the notebook's own.
    YAML and JSON hold a list of mappings, or one mapping.
    """
    if path.suffix.lower() not in READERS:
        raise WantedError(f"{path}: parameters come from a file that ends in {', '.join(READERS)}")
    text = _text(path)
    rows = _csv(path, text) if path.suffix.lower() == ".csv" else _documents(path, text)
    if not rows:
        raise WantedError(f"{path}: no reports in it: one row, or one mapping, is one report")
    return rows


def _text(path: Path) -> str:
    try:
        if not path.is_file() and path.exists():
            raise WantedError(f"{path}: not a file")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise WantedError(f"{path}: {error.strerror or error}") from None
    if len(content) > MOST_BYTES:
        raise WantedError(f"{path}: larger than {MOST_BYTES:,} bytes: no file of parameters")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WantedError(f"{path}: not UTF-8 at byte {error.start}: save it as UTF-8") from None
    if "\0" in text:
        raise WantedError(f"{path}: not a text file (it holds a zero byte)")
    return text


def _csv(path: Path, text: str) -> list[tuple[str, dict[str, object]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise WantedError(f"{path}, line {reader.line_num}: {error}") from None
    lines = [(number, cells) for number, cells in lines if any(cells)]
    if not lines:
        return []
    (_, header), *rows = lines
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise WantedError(f"{path}: columns are separated by commas, not by semicolons or tabs")
    if "" in header:
        raise WantedError(f"{path}: column {header.index('') + 1} has no name in the first line")
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise WantedError(f"{path}: two columns are called {_short(twice[0])}")
    for number, cells in rows:
        if len(cells) != len(header):
            raise WantedError(f"{path}, line {number}: {len(cells)} values for {len(header)} columns")
    return [
        (f"{path}, line {number}", {name: cell for name, cell in zip(header, cells, strict=True) if cell})
        for number, cells in rows
    ]


def _documents(path: Path, text: str) -> list[tuple[str, dict[str, object]]]:
    try:
        if path.suffix.lower() == ".json":
            found = json.loads(text, object_pairs_hook=_without_repeats) if text.strip() else []
        else:
            found = yaml.load(text, Loader=_Loader)
    except _Repeated as error:
        raise WantedError(f"{path}: {error}") from None
    except json.JSONDecodeError as error:
        raise WantedError(f"{path}, line {error.lineno}: {error.msg}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise WantedError(f"{path}{line}: {getattr(error, 'problem', None) or 'not YAML'}") from None
    except (RecursionError, ValueError, TypeError, OverflowError) as error:
        kind = "nested too deeply" if isinstance(error, RecursionError) else str(error).splitlines()[0][:80]
        raise WantedError(f"{path}: {kind}") from None
    rows = [found] if isinstance(found, dict) else found
    if rows is None:
        return []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise WantedError(f"{path}: expected a list of mappings, one a report, such as [{{year: 2004}}]")
    return [(f"{path}, report {number}", row) for number, row in enumerate(rows, start=1)]


class _Repeated(ValueError):
    """A name that stands twice in one mapping, where a plain reader keeps the last in silence."""


def _without_repeats(pairs: list[tuple]) -> dict:
    found = {}
    for name, value in pairs:
        if name in found:
            raise _Repeated(f"{_short(name)} is given twice in one report")
        found[name] = value
    return found


class _Loader(yaml.SafeLoader):
    """Plain values only, and no name twice."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict:
    return _without_repeats([(loader.construct_object(key, deep=True), loader.construct_object(value, deep=True))
                             for key, value in node.value])  # fmt: skip


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
