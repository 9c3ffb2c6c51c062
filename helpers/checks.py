"""Is my answer right? `check("03.1", answer)` says *not attempted*, *right*, or a hint, and never raises.

A lesson's exercises stand in `helpers/answers/lesson_03.py`, one call each:

    exercise("03.1", number(lambda csv_bytes: csv_bytes / 20, within=0.10, unit="bytes",
                            hints={0: "A query that reads a column reads at least its bytes."}),
             wrong=[0, 10_000_000], why="Only the chunks of the named column are read.")

`wrong` lists answers that a learner could plausibly give; a test proves that each of them is refused.
Keyword arguments of `check` (`csv_bytes=…`) reach the rules, so that an answer may depend on what the
notebook measured or on its parameters.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from helpers.verdicts import (  # noqa: F401 - the rules are part of this module's face
    Rule,
    Verdict,
    choice,
    function,
    not_yet,
    number,
    query,
    right,
    rows,
    satisfies,
    text,
)

NOT_ATTEMPTED = "not attempted"


@dataclass(frozen=True)
class Exercise:
    """One exercise: its rule, wrong answers that the rule must refuse, and the words for a right one."""

    name: str
    rule: Rule
    wrong: Sequence[object] = field(default_factory=tuple)
    why: str = ""
    context: dict[str, object] = field(default_factory=dict)


_exercises: dict[str, Exercise] = {}


def exercise(
    name: str,
    rule: Rule,
    *,
    wrong: Sequence[object],
    why: str = "",
    context: dict[str, object] | None = None,
) -> None:
    """Register an exercise such as "03.1".

    wrong    plausible wrong answers, at least two; a test demands that the rule refuses each
    why      one sentence shown with *right*: the reason, not only the figure
    context  sample keyword arguments under which the test judges the wrong answers
    """
    _exercises[name] = Exercise(name, rule, tuple(wrong), why, context or {})


def find(name: str) -> Exercise:
    """The exercise called `name`, from the module of its lesson. Raises KeyError when there is none."""
    if name not in _exercises:
        importlib.import_module(f"helpers.answers.lesson_{name.partition('.')[0]}")
    return _exercises[name]


def judge(name: str, answer: object, **context: object) -> Verdict:
    """The verdict on an answer, as data; `check` prints it. Never raises."""
    if attempted(answer) is False:
        return Verdict(NOT_ATTEMPTED, "Replace the dots with your answer, run that cell, then this one.")
    try:
        found = find(name)
    except (KeyError, ModuleNotFoundError):
        return Verdict("unknown", f"There is no exercise {name!r}: see the name in the lesson.")
    try:
        verdict = found.rule(answer, context)
    except Exception as error:  # a check must not stop the lesson, whatever the answer was
        problem = " ".join(f"{type(error).__name__}: {error}".split())
        return not_yet(f"Your answer cannot be judged: {problem}")
    if verdict.is_right and found.why:
        return right(found.why)
    return verdict


def attempted(answer: object) -> bool:
    """False for the stub's `...`, for None and for blank text."""
    return not (answer is None or answer is ... or (isinstance(answer, str) and not answer.strip(" .\n")))


def check(name: str, answer: object = None, **context: object) -> None:
    """Print one line about an answer: `03.1 right: …`, `03.1 not yet: …` or `03.1 not attempted: …`."""
    verdict = judge(name, answer, **context)
    print(f"{name} {verdict.status}: {verdict.message}" if verdict.message else f"{name} {verdict.status}.")


def registered(lesson: str) -> dict[str, Exercise]:
    """Every exercise of one lesson, for the tests: `registered("03")`."""
    importlib.import_module(f"helpers.answers.lesson_{lesson}")
    return {name: entry for name, entry in _exercises.items() if name.startswith(f"{lesson}.")}


def accepted_wrong_answers(lesson: str) -> list[tuple[str, object]]:
    """The wrong answers that a lesson's rules let pass, as (exercise, answer); empty when all is well.

    Rules that run SQL need the lesson's tables: call this inside the lesson, before it closes its lab.
    """
    return [
        (name, answer)
        for name, entry in registered(lesson).items()
        for answer in entry.wrong
        if judge(name, answer, **entry.context).is_right
    ]
