"""Which types Trino converts by itself: common super types, coercions, what a column of a table takes."""

from .types import DIGITS, DOUBLE, INTEGERS, REAL, UNBOUNDED, VARCHAR, Type, decimal, row


def common_type(a, b):
    """The type that both coerce to (Trino's common super type), or None."""
    if a == b:
        return a
    if a.base == "unknown":
        return b
    if b.base == "unknown":
        return a
    if a.is_numeric and b.is_numeric:
        return _common_number(a, b)
    if a.base == b.base:
        return _common_same_base(a, b)
    bases = {a.base, b.base}
    if bases == {"varchar", "char"}:
        return a if a.base == "char" and not _length_greater(b, a) else _char_of(a, b)
    order = ["date", "timestamp", "timestamp with time zone"]
    if bases <= set(order):
        top = max((a, b), key=lambda t: order.index(t.base))
        precision = max(t.args[0] if t.args else 0 for t in (a, b))
        return Type(top.base, (precision,))
    if bases == {"time", "time with time zone"}:
        return Type("time with time zone", (max(a.args[0], b.args[0]),))
    return None


def _length_greater(a, b):
    return (a.args[0] if a.args else UNBOUNDED) > (b.args[0] if b.args else UNBOUNDED)


def _char_of(a, b):
    lengths = [t.args[0] for t in (a, b) if t.args]
    return VARCHAR if len(lengths) < 2 else Type("char", (max(lengths),))


def _common_number(a, b):
    if "double" in (a.base, b.base):
        return DOUBLE
    if "real" in (a.base, b.base):
        return REAL
    if a.is_integer and b.is_integer:
        return max((a, b), key=lambda t: INTEGERS.index(t.base))
    (p1, s1), (p2, s2) = as_decimal(a).args, as_decimal(b).args
    scale = max(s1, s2)
    return decimal(max(p1 - s1, p2 - s2) + scale, scale)


def as_decimal(t):
    """An integer type as the decimal that holds it."""
    return t if t.base == "decimal" else Type("decimal", (DIGITS[t.base], 0))


def _common_same_base(a, b):
    if a.base in ("varchar", "char"):
        return VARCHAR if not (a.args and b.args) else Type(a.base, (max(a.args[0], b.args[0]),))
    if a.base in ("timestamp", "time", "timestamp with time zone", "time with time zone"):
        return Type(a.base, (max(a.args[0], b.args[0]),))
    if a.base == "row":
        if len(a.args) != len(b.args):
            return None
        merged = [(n if n == m else None, common_type(t, u)) for (n, t), (m, u) in zip(a.args, b.args, strict=True)]
        return None if any(t is None for _, t in merged) else row(*merged)
    inner = [common_type(t, u) for t, u in zip(a.args, b.args, strict=True)]
    return None if None in inner else Type(a.base, tuple(inner))


def coerces(source, target):
    """Whether Trino converts `source` to `target` by itself."""
    if source == target or source.base == "unknown":
        return True
    if target.base == "varchar" and source.base == "varchar":
        return not target.args or (bool(source.args) and source.args[0] <= target.args[0])
    if target.base == "decimal" and (source.base == "decimal" or source.is_integer):
        (p, s), (q, r) = as_decimal(source).args, target.args
        return r >= s and q - r >= p - s
    if target.base in ("timestamp", "timestamp with time zone", "time") and source.base == target.base:
        return target.args[0] >= source.args[0]
    if target.base == "row" and source.base == "row" and len(source.args) == len(target.args):
        return all(coerces(t, u) for (_, t), (_, u) in zip(source.args, target.args, strict=True))
    if target.base in ("array", "map") and source.base == target.base:
        return all(coerces(t, u) for t, u in zip(source.args, target.args, strict=True))
    if target.base == "varchar" and source.base == "char":
        return True
    return common_type(source, target) == target


def assignable(source, target):
    """Whether INSERT, UPDATE and MERGE put a `source` into a column of type `target`, by a cast where it is one.

    Trino's StatementAnalyzer.typesMatchForInsert: types that have a common one, so a bigint goes into an integer.
    Where text of bounded length lies inside an array, map or row, only what `coerces`.
    """
    if _has_bounded_text_inside(target):
        return coerces(source, target)
    return coerces(source, target) or common_type(source, target) is not None


def _has_bounded_text_inside(kind):
    inner = (
        [field for _, field in kind.args]
        if kind.base == "row"
        else kind.args
        if kind.base in ("array", "map")
        else ()
    )
    return any((t.is_text and bool(t.args)) or _has_bounded_text_inside(t) for t in inner)
