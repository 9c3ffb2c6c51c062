"""Typed parameters of a named query: what a caller may send, and the SQL literal that Athena is given.

Athena's ExecutionParameters are pieces of SQL, not values: a text must be quoted here, or it is code.
A query string knows texts only, so each type also reads its text form (`"2004"`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

LONGEST_LITERAL = 1_024  # characters of one ExecutionParameter (Athena API Reference)
REQUIRED = object()


class ParameterError(ValueError):
    """A value that is not allowed; the message is for the caller and repeats nothing that was sent."""


@dataclass(frozen=True)
class Whole:
    """A whole number from `least` to `most`."""

    least: int
    most: int
    default: object = REQUIRED

    def describe(self) -> str:
        return f"a whole number from {self.least} to {self.most}"

    def literal(self, value: object) -> str:
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
            value = int(value)
        if type(value) is not int or not self.least <= value <= self.most:
            raise ParameterError(self.describe())
        return str(value)


@dataclass(frozen=True)
class Choice:
    """One of a few texts, spelled exactly so."""

    allowed: tuple[str, ...]
    default: object = REQUIRED

    def describe(self) -> str:
        return "one of " + ", ".join(self.allowed)

    def literal(self, value: object) -> str:
        if not isinstance(value, str) or value not in self.allowed:
            raise ParameterError(self.describe())
        return quoted(value)


@dataclass(frozen=True)
class Text:
    """Any text of 1 to `longest` characters; it is quoted, so it stays a value."""

    longest: int = 100
    default: object = REQUIRED

    def describe(self) -> str:
        return f"a text of 1 to {self.longest} characters"

    def literal(self, value: object) -> str:
        if not isinstance(value, str) or not 1 <= len(value) <= self.longest or not _printable(value):
            raise ParameterError(self.describe())
        literal = quoted(value)
        if len(literal) > LONGEST_LITERAL:
            raise ParameterError(self.describe())
        return literal


@dataclass(frozen=True)
class Day:
    """A date, `YYYY-MM-DD`."""

    default: object = REQUIRED

    def describe(self) -> str:
        return "a date, YYYY-MM-DD"

    def literal(self, value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ParameterError(self.describe())
        try:
            date.fromisoformat(value)
        except ValueError as error:
            raise ParameterError(self.describe()) from error
        return f"DATE '{value}'"


Parameter = Whole | Choice | Text | Day


@dataclass(frozen=True)
class NamedQuery:
    """One entry of the allow-list. `parameters` stand in the order of the `?` in `sql`."""

    sql: str
    parameters: Mapping[str, Parameter]

    def literals(self, given: Mapping[str, object]) -> list[str]:
        """The ExecutionParameters for what a caller sent.

        Raises ParameterError that lists every fault: unknown, missing, or of the wrong kind.
        """
        faults = []
        if set(given) - set(self.parameters):
            faults.append("there are parameters that this query does not have")
        literals = []
        for name, parameter in self.parameters.items():
            value = given.get(name, parameter.default)
            if value is REQUIRED:
                faults.append(f"{name} is missing")
                continue
            try:
                literals.append(parameter.literal(value))
            except ParameterError as error:
                faults.append(f"{name} must be {error}")
        if faults:
            raise ParameterError("; ".join(faults))
        return literals

    def describe(self) -> dict[str, str]:
        """What a caller may send: name → kind, with the default where there is one."""
        return {
            name: parameter.describe() + ("" if parameter.default is REQUIRED else f" (default {parameter.default})")
            for name, parameter in self.parameters.items()
        }


def quoted(text: str) -> str:
    """A SQL string literal: quotes inside are doubled."""
    return "'" + text.replace("'", "''") + "'"


def _printable(text: str) -> bool:
    """No control characters, and no halves of characters that no encoding can carry."""
    return not re.search(r"[\x00-\x1f\x7f\ud800-\udfff]", text)
