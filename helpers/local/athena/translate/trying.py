"""TRY and TRY_CAST: NULL for what refuses a value."""

from ..functions.registry import or_null
from .expr import Expr, call

_HELD = "__try"  # the variable of what is computed before TRY


def trying(op, type_, value, write=lambda text: text, **position):
    """`write` of the text of the Expr `value`, or NULL where that fails.

    Aggregates, window functions and subqueries are computed before: what they refuse fails the query, in Trino too,
    and DuckDB's TRY takes none of them.
    """
    held = {}

    def hold(node):
        if node.op not in ("aggregate", "window", "subquery"):
            return None
        name = held.setdefault(node.key(), (f"a{len(held)}", node))[0]
        return Expr(node.type, "held", (), f"struct_extract({_HELD}, '{name}')", None, node.line, node.column)

    inner = value.replace(hold)
    if not held:
        return call(op, type_, lambda texts: f"TRY({or_null(write(texts[0]))})", value, **position)

    def template(texts):
        before = ", ".join(f"{name} := {text}" for (name, _), text in zip(held.values(), texts[1:], strict=True))
        tried = f"TRY({or_null(write(texts[0]))})"
        return f"list_transform([struct_pack({before})], lambda {_HELD}: {tried})[1]"

    return call(op, type_, template, inner, *(node for _, node in held.values()), **position)
