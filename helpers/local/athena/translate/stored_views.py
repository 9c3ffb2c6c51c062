"""Views inside a query: planned from the text they keep, in their own database, and held to the columns they keep.

The rules and words are those of Trino's StatementAnalyzer (createScopeForView, checkViewStaleness).
"""

from ..coercions import coerces
from ..errors import AthenaError


def plan(planner, view, node):
    """The plan of a view (tables.Resolved) named at `node`, its columns in the types that the view has kept."""
    name = ".".join(view.qualifier)
    if view.qualifier == planner.replaced_view:
        raise _recursive("Statement would create a recursive view", node)
    if view.qualifier in planner.open_views:
        raise _recursive("View is recursive", node)
    outer_tables, outer_ctes = planner.tables, planner.ctes
    planner.tables, planner.ctes = outer_tables.within(view.view_database), {}
    planner.open_views.append(view.qualifier)
    try:
        found = planner.query(view.view, None)
    except AthenaError as e:
        if e.code == "NOT_SUPPORTED":  # said of the endpoint, not of the view
            raise
        raise AthenaError("INVALID_VIEW", _failed(name, e), node.line, node.column) from e
    finally:
        planner.open_views.pop()
        planner.tables, planner.ctes = outer_tables, outer_ctes
    if any(kind is None for _, kind in view.view_columns):
        return found
    stale = _staleness(view.view_columns, found.columns)
    if stale:
        message = f"View '{name}' is stale or in invalid state: {stale}"
        raise AthenaError("VIEW_IS_STALE", message, node.line, node.column)
    return planner.coerced(found, [kind for _, kind in view.view_columns])


def _recursive(message, node):
    return AthenaError("VIEW_IS_RECURSIVE", message, node.line, node.column)


def _failed(name, error):
    position = f"line {error.line}:{error.column}: " if error.line is not None else ""
    return f"Failed analyzing stored view '{name}': {position}{error.message}"


def _staleness(kept, found):
    """What is wrong between the columns [(name, Type)] that a view has kept and those of its query now, or None."""
    if len(kept) != len(found):
        return (
            f"stored view column count ({len(kept)}) does not match column count derived from the view query "
            f"analysis ({len(found)})"
        )
    for position, ((name, kind), (given, now)) in enumerate(zip(kept, found, strict=True)):
        if given is None:
            return f"a column of type {now} projected from query view at position {position} has no name"
        projected = f"column [{given}] of type {now} projected from query view at position {position}"
        stored = f"column [{name}] of type {kind} stored in view definition"
        if name.lower() != given.lower():
            return f"{projected} has a different name from {stored}"
        if not coerces(now, kind):
            return f"{projected} cannot be coerced to {stored}"
    return None
