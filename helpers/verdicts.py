"""The rules of the exercises: each takes an answer and answers with a verdict.

A rule is built once, from what is expected, and called with the learner's answer and the context of the
check. What is expected may be a value or a function of the context's names:

    number(20)                             number(lambda csv_bytes: csv_bytes / 20)
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real

RIGHT, NOT_YET = "right", "not yet"


@dataclass(frozen=True)
class Verdict:
    """`status` is "right", "not yet", "not attempted" or "unknown"; `message` the sentence beside it."""

    status: str
    message: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the answer was right."""
        return self.status == RIGHT


Rule = Callable[[object, Mapping[str, object]], Verdict]


def right(message: str = "") -> Verdict:
    """The verdict *right*."""
    return Verdict(RIGHT, message)


def not_yet(hint: str) -> Verdict:
    """The verdict *not yet*, with a hint that leads on without telling the answer."""
    return Verdict(NOT_YET, hint)


def _resolve(expected: object, context: Mapping[str, object]) -> object:
    """The expected value: itself, or what its function makes of the context."""
    if not callable(expected):
        return expected
    names = list(inspect.signature(expected).parameters)
    missing = [name for name in names if name not in context]
    if missing:
        raise LookupError(f"the check needs {', '.join(missing)}, which its call did not pass")
    return expected(*(context[name] for name in names))


def _hint(answer: object, hints: Mapping | Sequence | None, fallback: str) -> Verdict:
    """The first fitting hint: by equal value, or by a predicate that says True."""
    pairs = hints.items() if isinstance(hints, Mapping) else (hints or [])
    for trigger, text in pairs:
        if trigger(answer) if callable(trigger) else trigger == answer:
            return not_yet(text)
    return not_yet(fallback)


def number(
    expected: Real | Decimal | Callable,
    *,
    within: float = 0.0,
    plus_minus: float = 0.0,
    unit: str = "",
    hints: Mapping | Sequence | None = None,
    hint: str = "",
) -> Rule:
    """A number: right when it differs by at most `within` (a share, 0.1 is 10 %) or `plus_minus` (absolute).

    hints  value or predicate → a hint for that mistake, e.g. {150: "…"} or [(lambda n: n > 100, "…")]
    hint   for every other wrong number; without it the hint says whether the answer is too small or large
    """

    def rule(answer: object, context: Mapping[str, object]) -> Verdict:
        if isinstance(answer, bool) or not isinstance(answer, (Real, Decimal)):
            return not_yet(f"The answer is a number{_in_unit(unit)}; yours is a {type(answer).__name__}.")
        value, target = float(answer), float(_resolve(expected, context))
        if math.isnan(value):
            return not_yet("NaN is not a number to answer with.")
        allowed = max(abs(target) * within, plus_minus, abs(target) * 1e-9)
        if abs(value - target) <= allowed:
            return right()
        direction = "too small" if value < target else "too large"
        return _hint(answer, hints, hint or f"{_grouped(value)}{_in_unit(unit, '')} is {direction}.")

    return rule


def _in_unit(unit: str, before: str = " in") -> str:
    return f"{before} {unit}" if unit else ""


def _grouped(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.6g}"


def choice(expected: str | Callable, options: Sequence[str], *, hints: Mapping[str, str] | None = None) -> Rule:
    """One of `options`, by name, upper or lower case; hints: wrong option → why it is not that one."""
    known = {option.casefold(): option for option in options}

    def rule(answer: object, context: Mapping[str, object]) -> Verdict:
        chosen = known.get(str(answer).strip().casefold())
        if chosen is None:
            return not_yet(f"Choose one of: {', '.join(options)}.")
        if chosen.casefold() == str(_resolve(expected, context)).casefold():
            return right()
        return _hint(chosen, hints, f"Not {chosen}. Look again at what was measured above.")

    return rule


def text(
    expected: str | Sequence[str] | Callable,
    *,
    hints: Mapping | Sequence | None = None,
    hint: str = "Not this; compare it with the output above.",
) -> Rule:
    """Words: right when they equal one of the expected, apart from case and blanks."""

    def squeezed(value: object) -> str:
        return " ".join(str(value).split()).casefold()

    def rule(answer: object, context: Mapping[str, object]) -> Verdict:
        accepted = _resolve(expected, context)
        accepted = [accepted] if isinstance(accepted, str) else accepted
        if squeezed(answer) in [squeezed(each) for each in accepted]:
            return right()
        return _hint(answer, hints, hint)

    return rule


def satisfies(*conditions: tuple[Callable, str]) -> Rule:
    """Every (predicate, hint) in order; the first that does not hold gives its hint.

    A predicate takes the answer, and by name whatever of the check's context it wants.
    """

    def rule(answer: object, context: Mapping[str, object]) -> Verdict:
        for predicate, hint in conditions:
            names = list(inspect.signature(predicate).parameters)[1:]
            if not predicate(answer, **{name: context[name] for name in names}):
                return not_yet(hint)
        return right()

    return rule


def function(*cases: tuple[tuple, object], within: float = 0.0) -> Rule:
    """A function: called with each case's arguments, it must give the case's value."""

    def rule(answer: object, context: Mapping[str, object]) -> Verdict:
        if not callable(answer):
            return not_yet(f"The answer is a function; yours is a {type(answer).__name__}.")
        for arguments, expected in cases:
            called = f"{getattr(answer, '__name__', 'answer')}({', '.join(map(repr, arguments))})"
            try:
                value = answer(*arguments)
            except Exception as error:  # whatever the learner's code raises is an answer to comment on
                return not_yet(f"{called} raised {type(error).__name__}: {error}")
            if value is None or value is ...:
                return not_yet(f"{called} returned nothing.")
            if not _same(value, expected, within):
                return not_yet(f"{called} gave {value!r}, which is not what is asked.")
        return right()

    return rule


def rows(expected: Sequence[Sequence[object]] | Callable, *, ordered: bool = False, hint: str = "") -> Rule:
    """A table (DataFrame, Result or list of rows): right when it holds exactly the expected rows."""

    def rule(answer: object, context: Mapping[str, object]) -> Verdict:
        given = _rows_of(answer)
        if given is None:
            return not_yet(f"The answer is a table of rows; yours is a {type(answer).__name__}.")
        return _compare_rows(given, _rows_of(_resolve(expected, context)), ordered, hint)

    return rule


def query(
    expected: str | Sequence[Sequence[object]] | Callable,
    *,
    max_bytes: int | Callable | None = None,
    must_use: Sequence[str] = (),
    ordered: bool = False,
    hint: str = "",
) -> Rule:
    """SQL text: it is run, must give the expected rows, and may scan at most `max_bytes`.

    expected   SQL whose rows are the right ones, or the rows themselves
    max_bytes  bytes; a query with the right rows that scans more is not yet right
    must_use   words that must stand in the SQL, for example ["CREATE TABLE"]
    """

    def rule(answer: object, context: Mapping[str, object]) -> Verdict:
        from helpers import athena, costs

        sql = getattr(answer, "sql", answer)
        if not isinstance(sql, str):
            return not_yet(f"The answer is SQL as text; yours is a {type(answer).__name__}.")
        for word in must_use:
            if word.casefold() not in " ".join(sql.casefold().split()):
                return not_yet(f"The query should use {word}.")
        try:
            result = athena.query(sql)
        except athena.QueryError as error:
            return not_yet(f"Athena says: {error}")
        target = _resolve(expected, context)
        target_rows = athena.query(target).rows if isinstance(target, str) else _rows_of(target)
        verdict = _compare_rows(result.rows, target_rows, ordered, hint)
        limit = None if max_bytes is None else float(_resolve(max_bytes, context))
        if verdict.is_right and limit is not None and result.bytes_scanned > limit:
            scanned = costs.format_bytes(result.bytes_scanned)
            return not_yet(f"The rows are right, but the query scanned {scanned}; it can do with less.")
        return verdict

    rule.runs_sql = True  # its wrong answers can only be judged where the lesson's tables are
    return rule


def _rows_of(table: object) -> list[tuple] | None:
    """Rows as tuples, from a Result, a DataFrame or a sequence of rows; None for anything else."""
    if hasattr(table, "texts") and hasattr(table, "rows"):
        return [tuple(row) for row in table.rows]
    if hasattr(table, "itertuples"):
        return [tuple(row) for row in table.itertuples(index=False, name=None)]
    if isinstance(table, (list, tuple)) and all(isinstance(row, (list, tuple)) for row in table):
        return [tuple(row) for row in table]
    return None


def _compare_rows(given: list[tuple], expected: list[tuple], ordered: bool, hint: str) -> Verdict:
    if given and expected and len(given[0]) != len(expected[0]):
        return not_yet(hint or f"{len(expected[0])} columns are asked for; yours has {len(given[0])}.")
    if len(given) != len(expected):
        return not_yet(hint or f"Your query gives {len(given):,} rows; that is not the number asked for.")
    if not ordered:
        given, expected = sorted(given, key=_sort_key), sorted(expected, key=_sort_key)
    for mine, theirs in zip(given, expected, strict=True):
        if not all(_same(a, b, 1e-9) for a, b in zip(mine, theirs, strict=True)):
            return not_yet(hint or "The number of rows is right, their values are not.")
    return right()


def _sort_key(row: tuple) -> tuple:
    return tuple((value is None, str(_plain(value))) for value in row)


def _same(value: object, expected: object, within: float) -> bool:
    value, expected = _plain(value), _plain(expected)
    if isinstance(value, float) and isinstance(expected, float):
        return math.isclose(value, expected, rel_tol=within or 1e-9, abs_tol=1e-12)
    return value == expected


def _plain(value: object) -> object:
    """Numbers of any kind as floats, missing values of any kind as None, other things as they are."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return bool(value)
    if isinstance(value, (Real, Decimal)):
        as_float = float(value)
        return None if math.isnan(as_float) else as_float
    return value
