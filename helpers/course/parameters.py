"""Which parameters a lesson takes, and the refusal of any other before a cell runs.

Papermill only warns of a name that the notebook does not have, and takes every value. A report that ran with
`YAER=2005` would silently show another year. So names and values are checked here first, against the lesson's
own `parameters` cell, where the comment says what is allowed:

    MODE = "local"  # one of: local, aws
    SCALE = 1  # from 1 to 20
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from nbformat import NotebookNode

from .notebooks import CourseError, tags

ASSIGNMENT = re.compile(r"^(?P<name>[A-Z][A-Z0-9_]*)\s*(?::[^=]+)?=\s*(?P<value>[^#]+?)\s*(?:#\s*(?P<says>.*))?$")
CHOICE = re.compile(r"\bone of:\s*(?P<values>.+)$")
RANGE = re.compile(r"\bfrom\s+(?P<low>-?[\d.]+)\s+to\s+(?P<high>-?[\d.]+)")


@dataclass(frozen=True)
class Parameter:
    """One name of a parameters cell: its default, and what the comment beside it allows."""

    name: str
    default: object
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    def allowed(self) -> str:
        """What may be given, as words: `local or aws`, `from 1 to 20`, `a whole number`."""
        if self.choices:
            return " or ".join(self.choices)
        if self.low is not None:
            return f"{_KINDS[type(self.default)]} from {self.low:g} to {self.high:g}"
        return _KINDS[type(self.default)]

    def value(self, given: object) -> object:
        """`given` as a value of the parameter's type. Raises CourseError naming what is allowed."""
        try:
            value = _convert(given, type(self.default))
        except ValueError:
            raise self._refusal(given) from None
        if self.choices and str(value) not in self.choices:
            raise self._refusal(given)
        if self.low is not None and not self.low <= value <= self.high:
            raise self._refusal(given)
        return value

    def _refusal(self, given: object) -> CourseError:
        return CourseError(f"{self.name}={given!r} is not allowed: it takes {self.allowed()}")


_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", list: "a list"}
_TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def _convert(given: object, kind: type) -> object:
    if kind is bool:
        if str(given).lower() not in _TRUTHS:
            raise ValueError
        return _TRUTHS[str(given).lower()]
    if kind in (int, float):
        return kind(str(given))
    if kind is list and isinstance(given, str):
        value = ast.literal_eval(given)
        if not isinstance(value, list):
            raise ValueError
        return value
    return kind(given)


def of(notebook: NotebookNode, lesson: str) -> dict[str, Parameter]:
    """The parameters of a lesson by name. Raises CourseError unless exactly one cell holds them."""
    cells = [cell for cell in notebook.cells if "parameters" in tags(cell)]
    if len(cells) != 1:
        raise CourseError(f"{lesson}: {len(cells)} cells tagged `parameters`, expected one")
    found = {}
    for line in cells[0].source.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        assignment = ASSIGNMENT.match(line)
        if assignment is None:
            raise CourseError(f"{lesson}: the parameters cell holds more than NAME = value: {line.strip()}")
        parameter = _parameter(assignment, lesson)
        found[parameter.name] = parameter
    return found


def _parameter(assignment: re.Match, lesson: str) -> Parameter:
    name, says = assignment["name"], assignment["says"] or ""
    try:
        default = ast.literal_eval(assignment["value"])
    except (ValueError, SyntaxError):
        raise CourseError(f"{lesson}: the default of {name} is not a plain value") from None
    choice, bounds = CHOICE.search(says), RANGE.search(says)
    return Parameter(
        name,
        default,
        choices=tuple(word.strip(" `\"'.") for word in choice["values"].split(",")) if choice else (),
        low=float(bounds["low"]) if bounds else None,
        high=float(bounds["high"]) if bounds else None,
    )


def parse_assignments(given: list[str]) -> dict[str, str]:
    """`["MODE=aws", "SCALE=2"]` → a dict. Raises CourseError for anything else."""
    values = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise CourseError(f"{text!r} is no parameter: write NAME=value")
        values[name.strip()] = value.strip()
    return values


def for_lessons(given: dict[str, str], known: dict[str, dict[str, Parameter]]) -> dict[str, dict[str, object]]:
    """Per lesson, the given values that it takes, converted to its types.

    `known` maps each chosen lesson to its parameters. A name that none of them takes is refused, and so is a
    value outside what the lesson's own comment allows (CourseError, before anything has run).
    """
    for name in given:
        if not any(name in parameters for parameters in known.values()):
            names = sorted({each for parameters in known.values() for each in parameters})
            raise CourseError(f"no lesson chosen here has a parameter {name}: there are {', '.join(names)}")
    return {
        lesson: {name: parameters[name].value(value) for name, value in given.items() if name in parameters}
        for lesson, parameters in known.items()
    }
