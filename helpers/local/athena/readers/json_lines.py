"""JSON, one object a line: the OpenX SerDe and Hive's JsonSerDe.

Missing fields are NULL, others are ignored, a field of another type is coerced leniently: text that is no number is
NULL (Trino, line/openxjson/README.md). A malformed line ends the query with HIVE_CURSOR_ERROR, or is a row of NULLs
with `ignore.malformed.json`; a line that is not an object is a row of NULLs. Of timestamps the documented form
yyyy-mm-dd hh:mm:ss[.fff] is read, T…Z at whole seconds too, with fractions not (facts.md, line 127; builds of the
SerDe differ, so declare such columns as string).
"""

import json

from . import json_keys, lines
from .openx import MALFORMED
from .source import FILE
from .udf import ensure
from .values import BITS, date, lenient, literal, millis, name, null, text, timestamp

ROOT = ()


def relation(source):
    """SQL of the wanted columns and "$file"."""
    ensure(source.owner)
    parsed = _parsed(source)
    if not source.wanted:
        return f"SELECT {FILE} FROM ({parsed}) WHERE coalesce(length(j) > 0, true)"
    keys = json_keys.Spelling(source, parsed)
    structure, columns = {}, []
    for w in source.wanted:
        spellings = keys.of(ROOT, w.name)
        if not spellings:
            continue
        structure[spellings[0]] = "JSON" if w.type.base in ("array", "map", "row") else "VARCHAR"
        others = [_extract("j", s, structure[spellings[0]]) for s in spellings[1:]]
        first = f"struct_extract(s, {literal(spellings[0])})"
        found = f"coalesce({', '.join([first, *others])})" if others else first
        columns.append(f"{found} AS {name(w.name)}")
    reader = _Reader(keys)
    present = {c.rpartition(" AS ")[2] for c in columns}
    transformed = f"json_transform(j, {literal(json.dumps(structure))})" if structure else "NULL"
    rows = f"SELECT {', '.join([*columns, FILE])} FROM (SELECT j, {transformed} AS s, {FILE} FROM ({parsed}))"
    if not structure:
        rows = f"SELECT {FILE} FROM ({parsed}) WHERE coalesce(length(j) > 0, true)"

    def convert(w):
        if name(w.name) not in present:
            return null(w.type)
        return reader.value(name(w.name), w.type, (w.name,), w.ordinal)

    return source.projection(convert, rows)


def _parsed(source):
    """SQL of rows (j, "$file"): the line as plain JSON, or NULL for a row of NULLs."""
    openx = "openx" in source.property("$serde", "").lower()
    ignore = "true" if openx and source.flag("ignore.malformed.json") else "false"
    failed = (
        f"'HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: ' || substr(j, {len(MALFORMED) + 1})"
    )
    lenient_line = f"hive_openx_json(l, '{ignore}')"
    if not openx:
        lenient_line = f"'{MALFORMED}' || coalesce(nullif(trim(substr(l, 1, 60)), ''), 'End of input')"
    lines_sql = lines.relation(source)
    candidates = f"SELECT CASE WHEN json_valid(l) THEN l ELSE {lenient_line} END AS j, {FILE} FROM ({lines_sql})"
    return (
        f"SELECT CASE WHEN j[1] = '{MALFORMED}' THEN error({failed}) "
        f"WHEN ltrim(j)[1] IN ('{{', '[') THEN j END AS j, "
        f"{FILE} FROM ({candidates})"
    )


def _extract(j, key, kind):
    path = literal('$."' + key.replace("\\", "\\\\").replace('"', '\\"') + '"')
    return f"json_extract{'_string' if kind == 'VARCHAR' else ''}({j}, {path})"


class _Reader:
    """Decodes JSON by type; `keys` knows how the files spell the fields."""

    def __init__(self, keys):
        self.keys = keys

    def value(self, x, t, path, ordinal):
        """SQL of type `t` from `x`: JSON for nested types, else the value's text. `path` is where it lies."""
        if t.base == "array":
            each = self.element("e", t.args[0], path, ordinal)
            return (
                f"CASE json_type({x}) WHEN 'ARRAY' THEN list_transform(json_transform({x}, '[\"JSON\"]'), "
                f"lambda e: {each}) WHEN 'NULL' THEN NULL ELSE "
                f"CASE WHEN {x} IS NULL OR {x} = '\"\"' THEN NULL "
                f"ELSE [{self.element(x, t.args[0], path, ordinal)}] END END"
            )
        if t.base == "map":
            return self._object(x, self._map(x, t, path, ordinal), ordinal)
        if t.base == "row":
            return self._object(x, self._row(x, t, path, ordinal), ordinal)
        return scalar(x, t)

    def element(self, x, t, path, ordinal):
        """`value` of a JSON that may be a scalar."""
        nested = t.base in ("array", "map", "row")
        return self.value(x if nested else f"json_extract_string({x}, '$')", t, path, ordinal)

    def _object(self, x, decoded, ordinal):
        refused = (
            f"'HIVE_BAD_DATA: Error parsing field value ''' || json_extract_string({x}, '$') || "
            f"''' for field {ordinal}: java.lang.String cannot be cast to org.openx.data.jsonserde.json.JSONObject'"
        )
        blank = f"trim(json_extract_string({x}, '$')) = ''"
        return (
            f"CASE json_type({x}) WHEN 'OBJECT' THEN {decoded} WHEN 'NULL' THEN NULL ELSE "
            f"CASE WHEN {x} IS NULL OR {blank} THEN NULL ELSE error({refused}) END END"
        )

    def _map(self, x, t, path, ordinal):
        key = scalar("e.key", t.args[0])
        value = self.element("e.value", t.args[1], (*path, "*"), ordinal)
        entries = f"map_entries(json_transform({x}, '\"MAP(VARCHAR,JSON)\"'))"
        pairs = f"list_transform({entries}, lambda e: struct_pack(k := {key}, v := {value}))"
        return f"map_from_entries(list_filter({pairs}, lambda p: p.k IS NOT NULL))"

    def _row(self, x, t, path, ordinal):
        fields = []
        for field_name, field_type in t.fields:
            nested = field_type.base in ("array", "map", "row")
            kind = "JSON" if nested else "VARCHAR"
            found = [_extract(x, s, kind) for s in self.keys.of(path, field_name)]
            if not found:
                fields.append(f"{name(field_name)} := {null(field_type)}")
                continue
            part = f"coalesce({', '.join(found)})" if len(found) > 1 else found[0]
            fields.append(f"{name(field_name)} := {self.value(part, field_type, (*path, field_name), ordinal)}")
        return f"struct_pack({', '.join(fields)})"


def scalar(x, t):
    """SQL of a primitive from the text of a JSON value."""
    if t.base in BITS:
        sql_type = BITS[t.base]
        number = "'[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?'"
        cut = f"TRY_CAST(trunc(TRY_CAST({x} AS DECIMAL(38,9))) AS {sql_type})"
        plain = f"TRY_CAST({x} AS {sql_type})"
        fits = f"CAST({plain} AS VARCHAR) = {x}"
        return f"CASE WHEN {fits} THEN {plain} WHEN regexp_full_match({x}, {number}) THEN {cut} END"
    if t.base == "boolean":
        return f"lower({x}) = 'true'"
    if t.base == "date":
        days = f"DATE '1970-01-01' + TRY_CAST({x} AS INTEGER)"
        return f"CASE WHEN regexp_full_match({x}, '[+-]?[0-9]+') THEN {days} ELSE {date(x)} END"
    if t.base == "timestamp":
        return _timestamp(x)
    if t.base == "varbinary":
        return f"TRY(from_base64({x}))"
    if t.is_text:
        return text(x, t)
    return lenient(x, t)


def _timestamp(x):
    whole = "'[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z'"
    number = f"TRY_CAST({x} AS BIGINT)"
    return (
        f"CASE WHEN regexp_full_match({x}, '[+-]?[0-9]+') "
        f"THEN make_timestamp({number} * CASE WHEN length({x}) >= 13 THEN 1000 ELSE 1000000 END) "
        f"WHEN regexp_full_match({x}, '[+-]?[0-9]+\\.[0-9]*') "
        f"THEN {millis(f'make_timestamp(CAST(floor(TRY_CAST({x} AS DECIMAL(18,3)) * 1000) AS BIGINT) * 1000)')} "
        f"WHEN regexp_full_match({x}, {whole}) THEN TRY_CAST(replace({x}, 'Z', '') AS TIMESTAMP) "
        f"ELSE {timestamp(x)} END"
    )
