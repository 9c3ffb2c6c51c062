"""SQL/JSON's functions → bound expressions (functions/json)."""

from .. import types
from ..errors import AthenaError
from ..functions import sql_json_paths
from ..functions.registry import or_null
from ..functions.shape import quote
from . import cast_json
from .cast_text import text_of
from .casts import coerce, conversion
from .expr import call
from .type_names import type_named

_CODECS = {"UTF8": "utf-8", "UTF16": "utf-16-le", "UTF32": "utf-32-le"}


def bind(binder, node):
    """A tree.JsonCall → Expr."""
    return {"array": _array, "object": _object}.get(node.kind, _with_path)(binder, node)


def _with_path(binder, node):
    document, encoding = node.arguments[0]
    value = binder.bind(document)
    read = _reader(value.type, encoding, node)
    try:
        sql_json_paths.parse(node.path)
    except sql_json_paths.PathSyntaxError as problem:
        message = f"Invalid JSON path: {problem}"
        raise AthenaError("INVALID_PATH", message, node.path_line, node.path_column) from None
    names, passed = _passing(binder, node)
    args = [value, *passed]

    def called(function, texts, *rest):
        variables = _variables(names, [e.type for e in passed], node, texts[1:])
        return f"{function}({read(texts[0])}, {quote(node.path)}, {variables}{''.join(f', {r}' for r in rest)})"

    if node.kind == "exists":
        write = lambda texts: called("t_sqljson_exists", texts, quote(node.on_error or "false"))  # noqa: E731
        return call("json_exists", types.BOOLEAN, write, *args, line=node.line, column=node.column)
    if node.kind == "query":
        options = [node.wrapper, node.quotes or "keep", node.on_empty or "null", node.on_error or "null"]
        write = lambda texts: called("t_sqljson_query", texts, *map(quote, options))  # noqa: E731
        return _returned(node, "json_query", write, args)
    return _value(binder, node, called, args)


def _value(binder, node, called, args):
    target = type_named(node.returning, node) if node.returning else types.VARCHAR
    defaults = {}
    for which in ("on_empty", "on_error"):
        behaviour = getattr(node, which)
        if behaviour is not None and not isinstance(behaviour, str):
            defaults[which] = len(args)
            args = [*args, coerce(binder.bind(behaviour), target)]
    count = min(defaults.values(), default=len(args))
    convert = _from_scalar(target)
    if convert is None:
        message = f"Invalid return type of function JSON_VALUE: {target}"
        raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)

    def write(texts):
        found = called("t_sqljson_value", texts[:count])
        empty, error = (_default(node, which, defaults, texts, target) for which in ("on_empty", "on_error"))
        value = f"TRY({or_null(convert('__v.text'))})"
        body = (
            f"CASE __v.state WHEN 'value' THEN CASE WHEN __v.text = 'null' THEN NULL ELSE coalesce({value}, {error}) "
            f"END WHEN 'empty' THEN {empty} WHEN 'error' THEN {error} END"
        )
        return f"list_transform([{found}], lambda __v: CAST({body} AS {target.duckdb}))[1]"

    return call("json_value", target, write, *args, line=node.line, column=node.column)


def _default(node, which, defaults, texts, target):
    if which in defaults:
        return texts[defaults[which]]
    if getattr(node, which) == "error":
        message = "JSON path found no items" if which == "on_empty" else "JSON path evaluation failed"
        return f"error('JSON_VALUE_RESULT_ERROR: cannot extract SQL scalar from JSON: {message}')"
    return f"CAST(NULL AS {target.duckdb})"


def _from_scalar(target):
    """The text of a JSON scalar → a value of `target`: text → text; None where there is no way."""
    if target.base != "json" and cast_json.castable_from_json(target) and target.base not in ("array", "map", "row"):
        return cast_json.from_json(target)
    inner = conversion(types.VARCHAR, target) if target.base not in ("json", "varbinary") else None
    return inner and (lambda x: inner(f"t_json_varchar({x})"))


def _reader(kind, encoding, node):
    """How an input of type `kind` becomes the text of a document."""
    if kind.is_text or kind.base == "unknown":
        return lambda x: f"CAST({x} AS VARCHAR)"
    if kind.base == "varbinary":
        return lambda x: f"t_sqljson_decode({x}, {quote(_CODECS[encoding or 'UTF8'])})"
    message = f"Cannot read input of type {kind} as JSON using formatting JSON"
    raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)


def _passing(binder, node):
    return [name for name, _ in node.passing], [binder.bind(value) for _, (value, _) in node.passing]


def _variables(names, kinds, node, texts):
    """The passed values as one JSON object."""
    if not names:
        return "'{}'"
    parts = []
    for name, kind, (_, (_, encoding)), text in zip(names, kinds, node.passing, texts, strict=True):
        parts.append(f"{quote(_json_string(name) + ':')} || {_item(kind, encoding, node, text, 'null')}")
    return "('{' || " + " || ',' || ".join(parts) + " || '}')"


def _json_string(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _item(kind, encoding, node, text, null):
    """A value as JSON text: what is JSON already stays, numbers and truths are themselves, all else is a string."""
    if encoding is not None:
        read = _reader(kind, encoding, node)
        return f"coalesce(t_sqljson_text({read(text)}), {null if null == 'NULL' else quote(null)})"
    if kind.is_numeric or kind.base in ("boolean", "varchar", "unknown"):
        write = cast_json.to_json(kind, text_of)
    else:
        shown = text_of(kind)
        if shown is None:
            message = f"Unsupported type of a value passed to a JSON function: {kind}"
            raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)
        write = lambda x: f"CASE WHEN {x} IS NOT NULL THEN CAST(to_json({shown(x)}) AS VARCHAR) END"  # noqa: E731
    return f"coalesce({write(text)}, {null if null == 'NULL' else quote(null)})"


def _elements(binder, node, pairs):
    """(bound values, how they are written as a list of JSON texts, NULL for those that are left out)."""
    values = [binder.bind(value) for value, _ in pairs]
    given = [encoding for _, encoding in pairs]
    implied = [f or ("UTF8" if e.op in _JSON_CALLS else None) for e, f in zip(values, given, strict=True)]
    null = "NULL" if node.nulls == "absent" else "null"

    def write(texts):
        return [_item(e.type, f, node, t, null) for e, f, t in zip(values, implied, texts, strict=True)]

    return values, write


_JSON_CALLS = ("json_query", "json_array", "json_object")


def _array(binder, node):
    values, write = _elements(binder, node, node.arguments)

    def rendered(texts):
        listed = f"[{', '.join(write(texts))}]::VARCHAR[]"
        return f"t_sqljson_array(list_filter({listed}, lambda __e: __e IS NOT NULL))"

    return _returned(node, "json_array", rendered, values)


def _object(binder, node):
    keys = [binder.bind(key) for key, _ in node.members]
    for key in keys:
        if not key.type.is_text:
            message = f"Invalid type of JSON object key: {key.type}"
            raise AthenaError("INVALID_FUNCTION_ARGUMENT", message, key.line, key.column)
    values, write = _elements(binder, node, [value for _, value in node.members])
    unique = "true" if node.unique else "false"

    def rendered(texts):
        names, rest = texts[: len(keys)], write(texts[len(keys) :])
        members = zip(names, rest, strict=True)
        pairs = ", ".join(f"struct_pack(k := CAST({k} AS VARCHAR), v := {v})" for k, v in members)
        if not pairs:
            return "'{}'"
        kept = f"list_filter([{pairs}], lambda __e: __e.v IS NOT NULL)"
        lists = (f"list_transform(__kept, lambda __e: __e.{part})" for part in "kv")
        call_ = f"t_sqljson_object({', '.join(lists)}, {unique})"
        return f"list_transform([{kept}], lambda __kept: {call_})[1]"

    return _returned(node, "json_object", rendered, [*keys, *values])


def _returned(node, name, write, args):
    """A JSON text as the type that RETURNING asks for."""
    target = type_named(node.returning, node) if node.returning else types.VARCHAR
    if target.base == "varbinary":
        codec = quote(_CODECS[node.output_format or "UTF8"])
        final = lambda texts: f"t_sqljson_encode({write(texts)}, {codec})"  # noqa: E731
    elif target.is_text:
        convert = conversion(types.VARCHAR, target)
        final = lambda texts: convert(write(texts))  # noqa: E731
    else:
        message = f"Cannot output JSON value as {target} using formatting JSON"
        raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)
    return call(name, target, final, *args, line=node.line, column=node.column)
