"""OVER and the WINDOW clause: named windows, frames, and Trino's checks of both."""

from .. import coercions
from ..errors import AthenaError
from ..sql import tree
from . import placement

_NEEDS_ORDER = ("lag", "lead")
# Function → the place of its number, the least that it may be, and what Trino says below it.
_OFFSETS = {
    "ntile": (0, 1, "Buckets must be greater than 0"),
    "nth_value": (1, 1, "Offset must be at least 1"),
    "lag": (1, 0, "Offset must be at least 0"),
    "lead": (1, 0, "Offset must be at least 0"),
}
_IMPOSSIBLE = {
    ("CURRENT ROW", "PRECEDING"): "Window frame starting from CURRENT ROW cannot end with PRECEDING",
    ("FOLLOWING", "PRECEDING"): "Window frame starting from FOLLOWING cannot end with PRECEDING",
    ("FOLLOWING", "CURRENT ROW"): "Window frame starting from FOLLOWING cannot end with CURRENT ROW",
}


def sorted_text(item, text):
    return f"{text} {'DESC' if item.descending else 'ASC'} NULLS {item.nulls or 'LAST'}"


def define(binder, definitions):
    """The WINDOW clause: [(Name, Window)]. Each may refer to those before it; all are checked, used or not."""
    for name, definition in definitions:
        key = name.parts[0].lower()
        if key in binder.windows:
            message = f"WINDOW name '{name.parts[0]}' specified more than once"
            raise AthenaError("DUPLICATE_WINDOW_NAME", message, name.line, name.column)
        merged = resolved(binder, definition)
        window(binder, merged)
        binder.windows[key] = merged
    binder.windowed = False


def window(binder, over):
    """([partition, order, bound expressions], how to write them)."""
    over = resolved(binder, over)
    if over.frame and over.frame.pattern:
        message = "this endpoint looks for patterns of rows in MATCH_RECOGNIZE only, not in windows"
        raise AthenaError("NOT_SUPPORTED", message, over.frame.line, over.frame.column)
    placement.check_window(over)
    partition = [_comparable(binder.bind(e), "PARTITION BY") for e in over.partition_by]
    order = [_orderable(binder.bind(item.value)) for item in over.order_by]
    bounds, kinds = [], []
    frame = over.frame
    for kind, value in ([frame.start] + ([frame.end] if frame.end else [])) if frame else []:
        kinds.append(kind)
        if value is not None:
            bounds.append(binder.bind(value))
    if frame:
        _check_frame(frame, over, order, bounds)

    def write(partition_texts, order_texts, bound_texts):
        parts = []
        if partition_texts:
            parts.append("PARTITION BY " + ", ".join(partition_texts))
        if order_texts:
            parts.append("ORDER BY " + ", ".join(map(sorted_text, over.order_by, order_texts)))
        if frame:
            left = list(zip(bound_texts, bounds, strict=True))
            shown = [_bound_text(frame.unit, kind, left) for kind in kinds]
            parts.append(f"{frame.unit} " + (f"BETWEEN {shown[0]} AND {shown[1]}" if frame.end else shown[0]))
        return " ".join(parts)

    return (partition, order, bounds), write


def check_function(node, over):
    """What some window functions demand of their window."""
    if node.name not in _NEEDS_ORDER:
        return
    if not over.order_by:
        message = f"{node.name} function requires an ORDER BY window clause"
        raise AthenaError("MISSING_ORDER_BY", message, over.line, over.column)
    if over.frame:
        message = f"Cannot specify window frame for {node.name} function"
        raise AthenaError("INVALID_WINDOW_FRAME", message, over.frame.line, over.frame.column)


def check_offset(name, args, constant):
    """The number that some window functions take, where it is written down; `constant`: Expr → its value."""
    place, least, message = _OFFSETS.get(name, (0, 0, ""))
    if not message or len(args) <= place or not args[place].is_constant:
        return
    value = constant(args[place])
    if value is not None and value < least:
        raise AthenaError("INVALID_FUNCTION_ARGUMENT", message)


def resolved(binder, over):
    """A window with what it takes over from the named one it refers to."""
    if over.name is None:
        return over
    base = binder.windows.get(over.name)
    position = over.line, over.column
    if base is None:
        raise AthenaError("INVALID_WINDOW_REFERENCE", f"Cannot resolve WINDOW name {over.name}", *position)
    if not (over.partition_by or over.order_by or over.frame):
        return base
    if over.partition_by:
        first = over.partition_by[0]
        message = "WINDOW specification with named WINDOW reference cannot specify PARTITION BY"
        raise AthenaError("INVALID_PARTITION_BY", message, first.line, first.column)
    if over.order_by and base.order_by:
        message = "Cannot specify ORDER BY if referenced named WINDOW specifies ORDER BY"
        raise AthenaError("INVALID_ORDER_BY", message, *over.ordered_at)
    if base.frame:
        message = "Cannot reference named WINDOW containing frame specification"
        raise AthenaError("INVALID_WINDOW_REFERENCE", message, *position)
    at = over.ordered_at if over.order_by else base.ordered_at
    return tree.Window(
        None,
        base.partition_by,
        over.order_by or base.order_by,
        over.frame,
        at,
        line=over.line,
        column=over.column,
    )


def _comparable(expr, clause):
    if not expr.type.comparable:
        message = f"{expr.type} is not comparable, and therefore cannot be used in window function {clause}"
        raise AthenaError("TYPE_MISMATCH", message, expr.line, expr.column)
    return expr


def _orderable(expr):
    if not expr.type.orderable:
        message = f"{expr.type} is not orderable, and therefore cannot be used in window function ORDER BY"
        raise AthenaError("TYPE_MISMATCH", message, expr.line, expr.column)
    return expr


def _check_frame(frame, over, order, bounds):
    start, end = frame.start[0], frame.end[0] if frame.end else "CURRENT ROW"
    message = _IMPOSSIBLE.get((start, end))
    if start == "UNBOUNDED FOLLOWING":
        message = "Window frame start cannot be UNBOUNDED FOLLOWING"
    elif end == "UNBOUNDED PRECEDING":
        message = "Window frame end cannot be UNBOUNDED PRECEDING"
    if message:
        raise AthenaError("INVALID_WINDOW_FRAME", message, frame.line, frame.column)
    if not bounds:
        return
    if frame.unit != "ROWS" and not over.order_by:
        message = f"Window frame of type {frame.unit} PRECEDING or FOLLOWING requires ORDER BY"
        raise AthenaError("MISSING_ORDER_BY", message, frame.line, frame.column)
    if frame.unit == "RANGE":
        _check_range(over, order, bounds)
    else:
        _check_counts(frame, bounds)


def _check_counts(frame, bounds):
    """How many rows or groups: whole numbers."""
    sides = ["start"] if frame.start[1] is not None else []
    sides += ["end"] if frame.end and frame.end[1] is not None else []
    for side, bound in zip(sides, bounds, strict=True):
        t = bound.type
        if not (t.is_integer or (t.base == "decimal" and t.args[1] == 0)):
            message = (
                f"Window frame {frame.unit} {side} value type must be exact numeric type with scale 0 (actual {t})"
            )
            raise AthenaError("TYPE_MISMATCH", message, bound.line, bound.column)


def _check_range(over, order, bounds):
    """How far in the values of the one sort key."""
    if len(order) != 1:
        message = (
            "Window frame of type RANGE PRECEDING or FOLLOWING requires single sort item in ORDER BY "
            f"(actual: {len(order)})"
        )
        raise AthenaError("INVALID_ORDER_BY", message, *over.ordered_at)
    key, at = order[0].type, over.order_by[0].value
    if not (key.is_numeric or key.base.startswith(("date", "time", "interval"))):
        message = (
            "Window frame of type RANGE PRECEDING or FOLLOWING requires that sort item type be numeric, datetime or "
            f"interval (actual: {key})"
        )
        raise AthenaError("TYPE_MISMATCH", message, at.line, at.column)
    for bound in bounds:
        if not _reaches(key, bound.type):
            message = f"Window frame RANGE value type ({bound.type}) not compatible with sort item type ({key})"
            raise AthenaError("TYPE_MISMATCH", message, bound.line, bound.column)


def _reaches(key, t):
    if key.is_numeric:
        return t.is_numeric or t.base == "unknown"
    if key.base.startswith("interval"):
        return coercions.common_type(key, t) is not None
    return t.base.startswith("interval") or t.base == "unknown"


def _bound_text(unit, kind, left):
    if kind.startswith(("UNBOUNDED", "CURRENT")):
        return kind
    text, expr = left.pop(0)
    if expr.op != "literal" or (expr.value or 0) < 0:
        text = _checked(unit, text)
    if expr.type.base == "interval day to second":
        text = f"to_microseconds({text} * 1000)"
    elif expr.type.base == "interval year to month":
        text = f"to_months({text})"
    return f"{text} {kind}"


def _checked(unit, text):
    """An offset that is asked for each row: Trino fails where one is negative or NULL."""
    if unit == "RANGE":
        refusal = "error('INVALID_WINDOW_FRAME: Window frame offset value must not be negative or null')"
        return f"CASE WHEN ({text}) >= 0 THEN {text} ELSE {refusal} END"
    refusal = f"error('INVALID_WINDOW_FRAME: Window frame ' || ({text}) || ' offset must not be negative')"
    return f"CASE WHEN ({text}) < 0 THEN {refusal} ELSE {text} END"
