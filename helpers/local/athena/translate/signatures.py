"""Which declaration of a function fits these argument types, and what it returns.

Patterns are the text of functions/registry.py: single capitals are type variables, lower-case single letters
inside decimal(p,s), varchar(n) and timestamp(p) are numbers.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from .. import coercions, types
from ..types import Type
from . import expected

_WIDENING = ["tinyint", "smallint", "integer", "bigint", "decimal", "real", "double"]


@dataclass(frozen=True)
class Pattern:
    base: str  # a type's base, or a single capital for a variable
    args: tuple = ()

    @property
    def is_variable(self):
        return len(self.base) == 1 and self.base.isupper()


@lru_cache(maxsize=4096)
def pattern(text):
    """The text of a type pattern → Pattern."""
    text = text.strip()
    zone = " with time zone"
    suffix = zone if text.endswith(zone) else ""
    bare = text.removesuffix(zone)
    head, _, rest = bare.partition("(")
    base = head.strip() + suffix
    if not rest:
        return Pattern({"int": "integer", "string": "varchar"}.get(base, base))
    parts = types._split(rest.rstrip()[:-1])
    if base == "row":
        fields = []
        for part in parts:
            name, _, kind = part.rpartition(" ")
            fields.append((name or None, pattern(kind)))
        return Pattern("row", tuple(fields))
    if base in ("array", "map", "function", "qdigest"):
        return Pattern(base, tuple(pattern(p) for p in parts))
    return Pattern(base, tuple(int(p) if p.isdigit() else p for p in parts))


@dataclass
class Match:
    """How a call fits: `variables` bound, `cost` of the coercions (0: exact)."""

    variables: dict = field(default_factory=dict)
    cost: float = 0

    def unify(self, wanted, given):
        """Whether type `given` may stand where pattern `wanted` is; binds variables, adds cost."""
        if wanted.is_variable:
            return self._bind(wanted.base, given)
        if given.base == "unknown":
            self.cost += 1
            return True
        if wanted.base == given.base:
            return self._unify_same(wanted, given)
        return self._coerce(wanted, given)

    def _bind(self, name, given):
        self.cost += 0.1  # of two that fit, the one that names the type is the better
        bound = self.variables.get(name)
        if bound is None or bound == given:
            self.variables[name] = given
            return True
        common = coercions.common_type(bound, given)
        if common is None:
            return False
        self.cost += 1
        self.variables[name] = common
        return True

    def _unify_same(self, wanted, given):
        if wanted.base == "row":
            return not wanted.args or (
                len(wanted.args) == len(given.args)
                and all(self.unify(p, t) for (_, p), (_, t) in zip(wanted.args, given.args, strict=True))
            )
        if wanted.base in ("array", "map", "qdigest"):
            return all(self.unify(p, t) for p, t in zip(wanted.args, given.args, strict=True))
        for number, value in zip(wanted.args, given.args, strict=False):
            if isinstance(number, int):
                if number != value:
                    self.cost += 1
            else:
                self.variables[number] = max(self.variables.get(number, 0), value)
        return True

    def _coerce(self, wanted, given):
        if wanted.base in _WIDENING and given.base in _WIDENING:
            distance = _WIDENING.index(wanted.base) - _WIDENING.index(given.base)
            if distance < 0:
                return False
            self.cost += 1 + distance
            if wanted.base == "decimal":
                return self._unify_same(wanted, coercions.as_decimal(given))
            return True
        self.cost += 8
        if wanted.base == "varchar" and given.base == "char":
            return True
        time_like = ["date", "timestamp", "timestamp with time zone"]
        if given.base in time_like and wanted.base in time_like:
            if wanted.args and isinstance(wanted.args[0], str):
                self.variables.setdefault(wanted.args[0], given.args[0] if given.args else 0)
            return time_like.index(given.base) < time_like.index(wanted.base)
        return given.base == "time" and wanted.base == "time with time zone"

    def instantiate(self, wanted, given=None):
        """The type of a pattern with its variables filled in; sizes left open are those of `given`."""
        if wanted.is_variable:
            return self.variables.get(wanted.base, types.UNKNOWN)
        if wanted.base == "row":
            return Type("row", tuple((n, self.instantiate(p)) for n, p in wanted.args)) if wanted.args else given
        if wanted.base in ("array", "map", "qdigest"):
            inner = given.args if given is not None and given.base == wanted.base else (None,) * len(wanted.args)
            return Type(wanted.base, tuple(self.instantiate(p, t) for p, t in zip(wanted.args, inner, strict=True)))
        if not wanted.args and given is not None and given.base == wanted.base:
            return given
        if wanted.base == "decimal":
            numbers = [n if isinstance(n, int) else self.variables.get(n, 0) for n in wanted.args] or [38, 0]
            return types.decimal(*numbers)
        if wanted.base in ("varchar", "char"):
            lengths = [n if isinstance(n, int) else self.variables.get(n, types.UNBOUNDED) for n in wanted.args]
            return types.varchar(*lengths) if wanted.base == "varchar" else Type("char", tuple(lengths or (1,)))
        if wanted.base.startswith("time"):
            sized = [n if isinstance(n, int) else self.variables.get(n, 3) for n in wanted.args]
            default = given.args if given is not None and given.args else (3,)
            return Type(wanted.base, tuple(sized) or default)
        return Type(wanted.base)


def arity_fits(function, count):
    fixed = len(function.arguments)
    return count >= fixed - 1 if function.variadic else count == fixed


def argument_patterns(function, count):
    """The patterns of `count` arguments, the last repeated for a variadic function."""
    if not function.variadic:
        return [pattern(a) for a in function.arguments]
    repeated = [function.arguments[-1]] * (count - len(function.arguments) + 1)
    return [pattern(a) for a in [*function.arguments[:-1], *repeated]]


def choose(overloads, given, bind_lambda):
    """The best overload for argument types `given`; None stands for a lambda, bound by `bind_lambda`.

    `bind_lambda(position, input types)` → bound lambda Expr whose type is its body's. Returns
    (function, match, argument types, {position: lambda Expr}) or None when nothing fits.
    """
    best = None
    for function in overloads:
        if not arity_fits(function, len(given)):
            continue
        patterns = argument_patterns(function, len(given))
        match = Match()
        plain = [(p, t) for p, t in zip(patterns, given, strict=True) if t is not None]
        if any((p.base == "function") != (t is None) for p, t in zip(patterns, given, strict=True)):
            continue
        if not all(match.unify(p, t) for p, t in plain):
            continue
        ordered = match.variables.get(expected.demanded(function))
        if ordered is not None and not ordered.orderable:
            continue
        if best is None or match.cost < best[1].cost:
            best = (function, match, patterns)
        if match.cost == 0:
            break
    if best is None:
        return None
    function, match, patterns = best
    lambdas = {}
    for position, (wanted, t) in enumerate(zip(patterns, given, strict=True)):
        if t is None:
            lambdas[position] = _bind_lambda(match, wanted, position, bind_lambda)
            if lambdas[position] is None:
                return None
    resolved = [None if t is None else match.instantiate(p, t) for p, t in zip(patterns, given, strict=True)]
    return function, match, resolved, lambdas


def _bind_lambda(match, wanted, position, bind_lambda):
    *inputs, result = wanted.args
    bound = bind_lambda(position, [match.instantiate(p) for p in inputs])
    before = match.variables.get(result.base) if result.is_variable else None
    if not match.unify(result, bound.type):
        return None
    if before is not None and match.variables[result.base] != before:
        bound = bind_lambda(position, [match.instantiate(p) for p in inputs])
    return bound


def result_type(function, match, resolved):
    if callable(function.returns):
        return function.returns(list(resolved))
    return match.instantiate(pattern(function.returns))
