"""SQL that turns a query's columns into what a format stores: coerced values, or whole lines of text."""

from ..errors import AthenaError
from ..readers.values import literal, name
from ..translate.casts import conversion

TEXT_SEPARATORS = [chr(n) for n in range(2, 9)]  # between elements, then keys and values, then deeper (Hive)


def recast(x, source, target):
    """SQL of `x`, of Trino type `source`, as `target`; rows go field by field, whatever the names."""
    if source == target:
        return x
    if source.base == "unknown":
        return f"CAST({x} AS {target.duckdb})"
    if target.base == "row":
        fields = ", ".join(
            f"{name(n)} := {recast(f'struct_extract({x}, {literal(m)})', s, t)}"
            for (n, t), (m, s) in zip(target.fields, source.fields, strict=True)
        )
        return f"CASE WHEN {x} IS NULL THEN NULL ELSE struct_pack({fields}) END"
    if target.base == "array":
        return f"list_transform({x}, lambda e: {recast('e', source.args[0], target.args[0])})"
    if target.base == "map":
        key = recast("e.key", source.args[0], target.args[0])
        value = recast("e.value", source.args[1], target.args[1])
        entries = f"list_transform(map_entries({x}), lambda e: struct_pack(k := {key}, v := {value}))"
        return f"CASE WHEN {x} IS NULL THEN NULL ELSE map_from_entries({entries}) END"
    if target.base == "char":
        return f"rpad(substr(CAST({x} AS VARCHAR), 1, {target.args[0]}), {target.args[0]}, ' ')"
    if target.base == "varchar" and source.is_text:
        return _shortened(x, source, target) if target.args else x
    convert = conversion(source, target)
    return convert(x) if convert else f"CAST({x} AS {target.duckdb})"


def _shortened(x, source, target):
    """Text in a shorter varchar: only blanks may go (Trino's LogicalPlanner.noTruncationCast)."""
    length = target.args[0]
    if source.args and source.args[0] <= length:
        return x
    reason = (
        "INVALID_CAST_ARGUMENT: Cannot truncate non-space characters when casting from "
        f"{source.display} to {target.display} on INSERT"
    )
    return f"CASE WHEN length(rtrim({x}, ' ')) > {length} THEN error('{reason}') ELSE substr({x}, 1, {length}) END"


def stored(x, t):
    """SQL of a value as Parquet, ORC and Avro store it."""
    return f"rtrim({x}, ' ')" if t.base == "char" else x


def plain_text(x, t):
    """SQL of a primitive as Hive writes it in text."""
    if t.base == "double":
        return f"t_double_text({x})"
    if t.base == "real":
        return f"t_real_text({x})"
    if t.base == "timestamp":
        return f"regexp_replace(strftime({x}, '%Y-%m-%d %H:%M:%S.%g'), '\\.000$', '')"
    if t.base == "varbinary":
        return f"base64({x})"
    if t.base == "char":
        return f"rtrim({x}, ' ')"
    if t.base == "varchar":
        return x
    return f"CAST({x} AS VARCHAR)"


def text_line(columns, delimiter, separators=None, escape=None, null_text="\\N"):
    """SQL of a line of LazySimpleSerDe. `columns`: [(SQL, Type)]."""
    separators = [delimiter, *(separators or TEXT_SEPARATORS)]
    null_sql = literal(null_text)
    parts = [f"coalesce({lazy_text(x, t, separators, 1, escape, null_sql)}, {null_sql})" for x, t in columns]
    return f"concat_ws({literal(delimiter)}, {', '.join(parts)})"


def lazy_text(x, t, separators, level, escape, null_sql):
    """SQL of a value as text, nested values joined by the separators of their level."""

    def inner(y, u, deeper):
        return f"coalesce({lazy_text(y, u, separators, level + deeper, escape, null_sql)}, {null_sql})"

    if t.base in ("array", "map", "row") and level + (t.base == "map") >= len(separators):
        raise AthenaError("NOT_SUPPORTED", "Number of levels of nesting supported for LazySimpleSerde is 7")
    if t.base == "array":
        element = inner("e", t.args[0], 1)
        return f"array_to_string(list_transform({x}, lambda e: {element}), {literal(separators[level])})"
    if t.base == "map":
        entry = (
            f"{inner('e.key', t.args[0], 2)} || {literal(separators[level + 1])} || {inner('e.value', t.args[1], 2)}"
        )
        return f"array_to_string(list_transform(map_entries({x}), lambda e: {entry}), {literal(separators[level])})"
    if t.base == "row":
        fields = [inner(f"struct_extract({x}, {literal(n)})", f, 1) for n, f in t.fields]
        joined = f"concat_ws({literal(separators[level])}, {', '.join(fields)})"
        return f"CASE WHEN {x} IS NOT NULL THEN {joined} END"
    text = plain_text(x, t)
    if escape and t.is_text:
        for char in dict.fromkeys([escape, *separators[:3]]):
            text = f"replace({text}, {literal(char)}, {literal(escape + char)})"
    return text


def json_line(columns):
    """SQL of a line of Hive's JsonSerDe. `columns`: [(name, SQL, Type)]."""
    fields = ", ".join(f"{name(n)} := {json_value(x, t)}" for n, x, t in columns)
    return f"CAST(to_json(struct_pack({fields})) AS VARCHAR)"


def json_value(x, t):
    """SQL of a value that DuckDB's to_json writes as Hive would."""
    if t.base == "array":
        return f"list_transform({x}, lambda e: {json_value('e', t.args[0])})"
    if t.base == "map":
        key, value = plain_text("e.key", t.args[0]), json_value("e.value", t.args[1])
        entries = f"list_transform(map_entries({x}), lambda e: struct_pack(k := {key}, v := {value}))"
        return f"CASE WHEN {x} IS NULL THEN NULL ELSE map_from_entries({entries}) END"
    if t.base == "row":
        fields = ", ".join(f"{name(n)} := {json_value(f'struct_extract({x}, {literal(n)})', f)}" for n, f in t.fields)
        return f"CASE WHEN {x} IS NULL THEN NULL ELSE struct_pack({fields}) END"
    if t.base in ("double", "real"):
        return f"CASE WHEN isfinite({x}) THEN {x} END"
    if t.base in ("timestamp", "date", "varbinary", "char"):
        return plain_text(x, t)
    return x


def csv_line(columns, separator, quote, escape):
    """SQL of a line of OpenCSVSerde: every field quoted, NULL as an empty field."""
    parts = []
    for x, t in columns:
        text = plain_text(x, t)
        for char in dict.fromkeys(c for c in (escape, quote) if c):
            text = f"replace({text}, {literal(char)}, {literal(escape + char)})"
        parts.append(f"coalesce({literal(quote)} || {text} || {literal(quote)}, '')")
    return f"concat_ws({literal(separator)}, {', '.join(parts)})"


def partition_text(x, t):
    """SQL of a partition value as Hive names its folder; NULL stays NULL."""
    if t.base in ("array", "map", "row", "varbinary"):
        raise AthenaError("NOT_SUPPORTED", f"Unsupported type [{t.display}] for partition")
    return plain_text(x, t)
