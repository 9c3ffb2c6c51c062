"""Random expressions of Trino's SQL, of a wanted type where they can be."""

import re

SCALARS = "bigint integer double decimal(10,2) varchar boolean date timestamp(3)".split()
NESTED = ("array(bigint)", "array(varchar)", "map(varchar,bigint)", "row(a bigint,b varchar)", "array(row(a bigint))")
ODD = ("varbinary", "json", "real", "tinyint", "decimal(38,0)", "char(3)", "time(3)", "timestamp(3) with time zone")
ODD += ("interval day to second", "interval year to month", "smallint", "varchar(2)", "uuid", "ipaddress")
TYPES = (*SCALARS, *NESTED, *ODD)

# Literals: the plain ones, and those at an edge of what the type holds.
LITERALS = {
    "bigint": "0 1 7 -3 2147483648 9223372036854775807 -9223372036854775808 100".split(),
    "integer": "0 1 2 -1 10 2147483647 -2147483648".split(),
    "double": "0e0 1.5E0 -2.5E-3 1e308 -1e308 nan() infinity() -infinity() 4.9E-324".split(),
    "decimal(10,2)": "0.0 1.25 -99999999.99 .5 3. DECIMAL'-7.125' 12345678901234567890.123456789".split(),
    "varchar": [
        "''",
        "'a'",
        "'Ä'",
        "'😀x'",
        "' 12 '",
        "'1'",
        "'2020-01-01'",
        "'%_'",
        "'it''s'",
        "U&'\\0041'",
        "'{}'",
    ],
    "boolean": ["true", "false"],
    "date": ["DATE '2020-02-29'", "DATE '0001-01-01'", "DATE '9999-12-31'", "current_date", "DATE '-0044-03-15'"],
    "timestamp(3)": ["TIMESTAMP '2020-01-01 00:00:00'", "TIMESTAMP '1969-12-31 23:59:59.999'", "localtimestamp"],
    "array(bigint)": ["ARRAY[]", "ARRAY[1, 2, NULL]", "ARRAY[-1]", "sequence(1, 3)", "repeat(1, 3)"],
    "array(varchar)": ["ARRAY['a', NULL, '']", "split('a,b', ',')", "ARRAY['b', 'a']"],
    "map(varchar,bigint)": ["MAP()", "MAP(ARRAY['a','b'], ARRAY[1,NULL])", "map_from_entries(ARRAY[('x', 1)])"],
    "row(a bigint,b varchar)": ["ROW(1, 'x')", "CAST(ROW(NULL, 'y') AS row(a bigint, b varchar))", "(2, '')"],
    "array(row(a bigint))": ["ARRAY[ROW(1)]", "CAST(ARRAY[ROW(1), NULL] AS array(row(a bigint)))"],
    "varbinary": ["X'00ff'", "to_utf8('ä')", "CAST('x' AS varbinary)", "from_hex('0A')"],
    "json": ["JSON '{\"a\": [1, null]}'", "json_parse('[1, 2]')", "JSON '\"s\"'", "JSON 'null'"],
    "time(3)": ["TIME '01:02:03.456'", "TIME '23:59:59'"],
    "timestamp(3) with time zone": ["TIMESTAMP '2020-03-29 01:30:00 Europe/Berlin'", "from_unixtime(0)", "now()"],
    "interval day to second": ["INTERVAL '1' DAY", "INTERVAL -'3' HOUR", "INTERVAL '1 02:03' DAY TO MINUTE"],
    "interval year to month": ["INTERVAL '2' YEAR", "INTERVAL '1-2' YEAR TO MONTH"],
    "uuid": ["UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'"],
    "ipaddress": ["IPADDRESS '10.0.0.1'", "IPADDRESS '::1'"],
}

# Calls: result → templates whose {type} holes are filled with expressions of that type.
N, V, B, D, T, A, M = (
    "{bigint}",
    "{varchar}",
    "{boolean}",
    "{date}",
    "{timestamp(3)}",
    "{array(bigint)}",
    "{map(varchar,bigint)}",
)
CALLS = {
    "bigint": [
        f"abs({N})", f"length({V})", f"strpos({V}, {V})", f"cardinality({A})", f"cardinality({M})", f"year({D})",
        f"date_diff('day', {D}, {D})", f"bitwise_and({N}, {N})", f"({N} + {N})", f"({N} * {N})", f"({N} % {N})",
        f"({N} / {N})", f"-({N})", f"{A}[{{integer}}]", f"element_at({M}, {V})", "{row(a bigint,b varchar)}.a",
        f"reduce({A}, 0, (s, x) -> s + coalesce(x, {N}), s -> s)", f"array_max({A})", f"greatest({N}, {N})",
        f"EXTRACT(DOW FROM {T})", f"coalesce({N}, {N})", f"nullif({N}, {N})", f"try({N} / {N})", f"hour({T})",
        "codepoint('a')", f"levenshtein_distance({V}, {V})", f"to_unixtime({T})", f"bit_count({N}, 64)",
    ],
    "integer": [f"CAST({N} AS integer)", f"TRY_CAST({V} AS integer)", "sign({integer})", "({integer} - 1)"],
    "double": [
        "sqrt({double})", f"power({N}, {{double}})", "({double} / {double})", f"CAST({N} AS double)",
        "round({double}, {integer})", f"ln({N})", "truncate({double})", "mod({double}, {double})",
        "cosine_similarity({map(varchar,bigint)}, {map(varchar,bigint)})", "width_bucket({double}, 1, 9, 3)",
    ],
    "decimal(10,2)": [
        "({decimal(10,2)} + {decimal(10,2)})", "({decimal(10,2)} * {decimal(10,2)})", "round({decimal(10,2)}, 1)",
        f"CAST({N} AS decimal(10,2))", "({decimal(10,2)} / {decimal(10,2)})", "({decimal(10,2)} % {bigint})",
    ],
    "varchar": [
        f"upper({V})", f"({V} || {V})", f"substr({V}, {N})", f"substr({V}, {N}, {N})", f"replace({V}, {V}, {V})",
        f"trim({V})", f"lpad({V}, {{integer}} % 50, {V})", f"CAST({N} AS varchar)", f"format('%s %d', {V}, {N})",
        f"regexp_replace({V}, {V}, {V})", f"split_part({V}, {V}, {N})", f"reverse({V})", "json_format({json})",
        f"json_extract_scalar({V}, '$.a')", f"array_join({{array(varchar)}}, {V})", "to_hex({varbinary})",
        f"date_format({T}, {V})", f"format_datetime({T}, {V})", f"typeof({N})", f"CAST({T} AS varchar)",
        f"concat_ws({V}, {V}, {V})", f"normalize({V})", "chr({integer})", f"substring({V} FROM {N} FOR {N})",
        f"regexp_extract({V}, '(.)(.)', {{integer}})", f"url_extract_host({V})", f"translate({V}, {V}, {V})",
        "{row(a bigint,b varchar)}.b", "element_at({array(varchar)}, {integer})", f"trim(BOTH {V} FROM {V})",
    ],
    "boolean": [
        f"({N} < {N})", f"({V} = {V})", f"({B} AND {B})", f"({B} OR {B})", f"(NOT {B})", f"{V} LIKE {V}",
        f"{N} BETWEEN {N} AND {N}", f"{N} IN ({N}, {N})", f"{V} IS NULL", f"{N} IS DISTINCT FROM {N}",
        f"contains({A}, {N})", f"any_match({A}, x -> x > {N})", f"regexp_like({V}, {V})", "is_nan({double})",
        f"({A} = {A})", "({row(a bigint,b varchar)} < {row(a bigint,b varchar)})", f"({D} >= {D})",
        f"starts_with({V}, {V})",
        "EXISTS ({query})", f"{N} IN ({{query}})", f"{N} > ALL ({{query}})", f"{V} LIKE {V} ESCAPE '\\'",
        f"({M} = {M})", f"json_exists({V}, 'lax $.a')", f"arrays_overlap({A}, {A})",
    ],
    "date": [
        f"date_add('month', {N}, {D})", f"CAST({T} AS date)", f"date_trunc('quarter', {D})",
        f"({D} + INTERVAL '1' DAY)",
        f"last_day_of_month({D})", f"date({V})", f"TRY_CAST({V} AS date)", f"from_iso8601_date({V})",
    ],
    "timestamp(3)": [
        f"date_trunc('hour', {T})", f"({T} + INTERVAL '1' MONTH)", f"date_add('second', {N}, {T})",
        f"CAST({D} AS timestamp)", f"date_parse({V}, '%Y-%m-%d')", f"TRY_CAST({V} AS timestamp)",
        f"({T} - INTERVAL '1' DAY)",
    ],
    "array(bigint)": [
        f"filter({A}, x -> x IS NOT NULL)", f"transform({A}, x -> x * {N})", f"({A} || {A})",
        f"slice({A}, {N}, {N})",
        f"array_sort({A}, (x, y) -> IF(x < y, 1, -1))", f"array_distinct({A})", f"map_values({M})",
        f"flatten(ARRAY[{A}])",
        f"zip_with({A}, {A}, (x, y) -> x + y)", f"array_remove({A}, {N})", f"ARRAY[{N}, {N}]", f"shuffle({A})",
        "CAST({json} AS array(bigint))", f"array_except({A}, {A})", f"reverse({A})", "sequence({integer} % 9, 5)",
    ],
    "array(varchar)": [
        f"split({V}, {V})", f"map_keys({M})", f"regexp_extract_all({V}, {V})", "array_sort({array(varchar)})",
        f"transform({A}, x -> CAST(x AS varchar))", "ngrams({array(varchar)}, 2)[1]", f"ARRAY[{V}, {V}]",
    ],
    "map(varchar,bigint)": [
        f"map_filter({M}, (k, v) -> v > {N})", f"transform_values({M}, (k, v) -> v + {N})", f"map_concat({M}, {M})",
        f"MAP(ARRAY[{V}], ARRAY[{N}])", f"transform_keys({M}, (k, v) -> k || {V})",
        f"map_zip_with({M}, {M}, (k, a, b) -> a)",
    ],
    "row(a bigint,b varchar)": [f"ROW({N}, {V})", f"CAST(ROW({N}, {V}) AS row(a bigint, b varchar))",
        f"try(ROW({N}, {V}))"],
    "varbinary": [f"to_utf8({V})", "md5({varbinary})", "sha256({varbinary})", f"from_base64({V})",
        "({varbinary} || X'01')"],
    "json": [f"json_parse({V})", f"CAST({A} AS json)", f"CAST({M} AS json)", f"json_extract({V}, '$[0]')",
        f"json_array_get({V}, {N})"],
    "timestamp(3) with time zone": [f"from_unixtime({N})", f"{T} AT TIME ZONE 'Asia/Tokyo'",
        f"with_timezone({T}, 'UTC')"],
}  # fmt: skip
AGGREGATES = {
    "bigint": ["count(*)", f"sum({N})", f"count(DISTINCT {V})", f"min({N})", f"max_by({N}, {V})",
        f"approx_distinct({V})",
               f"count_if({B})", f"count(*) FILTER (WHERE {B})", f"checksum({N})", f"bitwise_or_agg({N})",
               f"approx_percentile({N}, 0.5)"],
    "double": [f"avg({N})", "stddev({double})", "corr({double}, {bigint})", "approx_percentile({double}, 0.9e0)",
        "sum({double})"],
    "varchar": [f"max({V})", f"listagg({V}, ',') WITHIN GROUP (ORDER BY {N})", f"arbitrary({V})",
        f"min_by({V}, {N})"],
    "boolean": [f"bool_and({B})", f"every({B})"],
    "array(bigint)": [f"array_agg({N} ORDER BY {V} DESC)", f"array_agg(DISTINCT {N})", f"max({N}, 2)",
        f"approx_most_frequent(3, {N}, 10)"],
    "map(varchar,bigint)": [f"histogram({V})", f"map_agg({V}, {N})", f"map_union({M})"],
    "decimal(10,2)": ["sum({decimal(10,2)})", "avg({decimal(10,2)})"],
    "date": [f"max({D})"], "timestamp(3)": [f"min({T})"],
}  # fmt: skip
WINDOWS = ("row_number()", "rank()", "dense_rank()", "ntile(2)", f"lag({N})", f"lead({N}, 2, 0)",
           f"first_value({V})",
           f"nth_value({V}, 2)", "percent_rank()", "cume_dist()", f"sum({N})", "count(*)",
           f"lag({V}) IGNORE NULLS")  # fmt: skip
VARIABLE = re.compile(r"\b[A-Z]\b")  # a type variable of a signature
FRAMES = ("", "ROWS UNBOUNDED PRECEDING", "ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", "RANGE CURRENT ROW",
          "RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING", "GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW",
          "RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING", "ROWS BETWEEN 2 FOLLOWING AND 1 PRECEDING")  # fmt: skip


class Expressions:
    """`chance`: a random.Random. `functions`: [(name, patterns of its arguments as SHOW FUNCTIONS lists them)]."""

    def __init__(self, chance, functions=()):
        self.chance, self.functions = chance, functions

    def query(self, columns, depth):
        """A subquery of one bigint column; a grammar of statements knows better ones."""
        return f"SELECT {self.expression('bigint', columns, depth - 1)}"

    def expression(self, kind, columns, depth):
        """Text of an expression that is of type `kind` nine times out of ten."""
        chance, roll = self.chance, self.chance.random()
        if roll < 0.03:
            kind = chance.choice(TYPES)
        if roll > 0.97 and self.functions and depth > 0:
            return self.any_call(columns, depth)
        if depth <= 0 or roll < 0.25:
            return self._leaf(kind, columns)
        if roll < 0.32:
            return self._conditional(kind, columns, depth)
        if roll < 0.36:
            return f"{chance.choice(('CAST', 'TRY_CAST'))}({self._some(columns, depth)} AS {kind})"
        if kind in CALLS:
            return self.fill(chance.choice(CALLS[kind]), columns, depth)
        return self._leaf(kind, columns)

    def any_call(self, columns, depth):
        """Any function of the engine, with arguments as it wants them or, one time in four, of any types."""
        name, patterns = self.chance.choice(self.functions)
        if self.chance.random() < 0.25:
            patterns = ["any"] * self.chance.randint(0, 4)
        bound = {}
        arguments = [self._argument(pattern.strip(), bound, columns, depth) for pattern in patterns]
        return f"{name}({', '.join(arguments)})"

    def _argument(self, pattern, bound, columns, depth):
        """An argument for a pattern such as `array(T)` or `function(T, boolean)`; `bound`: what T stands for."""
        if pattern.startswith("function("):
            arity = pattern.count(",") - pattern.count("(") + 1
            names = ("x", "y", "z", "w")[: max(arity, 0)]
            body = self.chance.choice((*names, "NULL", "1", "true", *(f"{n} IS NULL" for n in names)))
            return f"({', '.join(names)}) -> {body}"
        for variable in sorted(set(VARIABLE.findall(pattern))):
            bound.setdefault(variable, self.chance.choice(("bigint", "varchar", "double", "row(a bigint,b varchar)")))
            pattern = re.sub(rf"\b{variable}\b", bound[variable], pattern)
        pattern = (
            pattern.removesuffix("...")
            .replace(", ", ",")
            .replace("(p,s)", "(10,2)")
            .replace("(n)", "(3)")
            .replace("(p)", "(3)")
        )
        if pattern == "any":
            return self._some(columns, depth)
        pattern = {"varchar(3)": "varchar", "timestamp": "timestamp(3)", "time": "time(3)", "char": "char(3)"}.get(
            pattern, pattern
        )
        return self.expression(pattern, columns, depth - 1)

    def aggregate(self, kind, columns, depth):
        kind = kind if kind in AGGREGATES else "bigint"
        return self.fill(self.chance.choice(AGGREGATES[kind]), columns, depth)

    def window(self, columns, depth):
        chance, parts = self.chance, []
        if chance.random() < 0.6:
            parts.append("PARTITION BY " + self._some(columns, depth - 1))
        if chance.random() < 0.8:
            parts.append(f"ORDER BY {self._some(columns, depth - 1)} {chance.choice(('', 'DESC', 'NULLS FIRST'))}")
        parts.append(chance.choice(FRAMES))
        return f"{self.fill(chance.choice(WINDOWS), columns, depth)} OVER ({' '.join(parts)})"

    def fill(self, template, columns, depth):
        """The template with an expression in each of its {type} holes."""
        out, rest = "", template
        while "{" in rest:
            before, _, rest = rest.partition("{")
            kind, _, rest = rest.partition("}")
            out += before
            out += self.query(columns, depth - 1) if kind == "query" else self.expression(kind, columns, depth - 1)
        return out + rest

    def _some(self, columns, depth):
        kind = self.chance.choice(TYPES if self.chance.random() < 0.3 else SCALARS)
        return self.expression(kind, columns, depth - 1)

    def _leaf(self, kind, columns):
        fitting = [c.text for c in columns if c.type == kind]
        roll = self.chance.random()
        if fitting and roll < 0.7:
            return self.chance.choice(fitting)
        if roll > 0.95 or kind not in LITERALS:
            return "NULL" if self.chance.random() < 0.5 else f"CAST(NULL AS {kind})"
        return self.chance.choice(LITERALS[kind])

    def _conditional(self, kind, columns, depth):
        condition = self.expression("boolean", columns, depth - 1)
        one, other = (self.expression(kind, columns, depth - 1) for _ in range(2))
        forms = (f"CASE WHEN {condition} THEN {one} ELSE {other} END", f"IF({condition}, {one}, {other})",
                 f"coalesce({one}, {other})", f"CASE {one} WHEN {other} THEN {one} END", f"try({one})")  # fmt: skip
        return self.chance.choice(forms)
