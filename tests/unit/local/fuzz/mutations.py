"""A statement with mistakes in it: tokens dropped, doubled, swapped or replaced, odd characters, deep nesting."""

import re

TOKEN = re.compile(r"\s+|\w+|'(?:[^']|'')*'|.", re.S)
ODD = ("\x00", "\u00a0", "\u200b", "\ufeff", "İ", "ß", "😀", "\ud7ff", "\\", "`", '"', "'", "--", "/*", "*/", ";",
       "#", "\r", "?", "${x}",
       "::", "=>", "->", "@", "$", "U&'", "X'", "1e", "0x1F", "1_000", "1.e5", ".5",
       "99999999999999999999")  # fmt: skip
WORDS = (
    "SELECT FROM WHERE NULL NOT IN BETWEEN AND OR LIKE IS CASE WHEN THEN ELSE END AS ON USING JOIN LATERAL UNNEST "
    "WITH RECURSIVE GROUP BY HAVING ORDER LIMIT OFFSET FETCH UNION ALL DISTINCT OVER PARTITION ROWS RANGE FILTER "
    "CAST TRY EXISTS ROW ARRAY MAP DATE TIMESTAMP INTERVAL TABLE VALUES CREATE INSERT INTO SET MERGE ( ) [ ] , . * "
    "+ - / % = <> < >= || 1 'x' \"y\" a"
).split()


def mutated(chance, sql):
    """`sql` with one to four random changes of its tokens."""
    tokens = TOKEN.findall(sql)
    for _ in range(chance.randint(1, 4)):
        at, other = chance.randrange(len(tokens)), chance.randrange(len(tokens))
        change = chance.randrange(8)
        if change == 0 and len(tokens) > 1:
            del tokens[at]
        elif change == 1:
            tokens.insert(at, tokens[other])
        elif change == 2:
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif change == 3:
            tokens.insert(at, chance.choice(ODD))
        elif change == 4:
            tokens[at] = chance.choice(WORDS)
        elif change == 5:
            tokens = tokens[: at + 1]
        elif change == 6:
            tokens[at:at] = [chance.choice(WORDS), " "]
        else:
            tokens[at] = tokens[at][: len(tokens[at]) // 2] + chance.choice(ODD)
    return "".join(tokens)


def _withs(n):
    links = "".join(f", w{i + 1} AS (SELECT * FROM w{i})" for i in range(n))
    return f"WITH w0 AS (SELECT 1 a){links} SELECT * FROM w{n}"


NESTINGS = {
    "parentheses": lambda n: f"SELECT {'(' * n}1{')' * n}",
    "minus": lambda n: f"SELECT {'- ' * n}1",
    "not": lambda n: f"SELECT {'NOT ' * n}true",
    "sum": lambda n: "SELECT 1" + " + 1" * n,
    "and": lambda n: "SELECT true" + " AND true" * n,
    "concat": lambda n: "SELECT 'a'" + " || 'a'" * n,
    "arrays": lambda n: f"SELECT {'ARRAY[' * n}1{']' * n}",
    "rows": lambda n: f"SELECT {'ROW(' * n}1{')' * n}",
    "case": lambda n: f"SELECT {'CASE WHEN true THEN ' * n}1{' END' * n}",
    "calls": lambda n: f"SELECT {'abs(' * n}1{')' * n}",
    "casts": lambda n: f"SELECT {'CAST(' * n}1{' AS varchar)' * n}",
    "subqueries": lambda n: f"SELECT * FROM {'(SELECT * FROM ' * n}(SELECT 1 AS a){')' * n}",
    "scalar subqueries": lambda n: f"SELECT {'(SELECT ' * n}1{')' * n}",
    "unions": lambda n: "SELECT 1" + " UNION ALL SELECT 1" * n,
    "withs": _withs,
    "joins": lambda n: "SELECT 1 FROM (SELECT 1 a) t" + "".join(f", (SELECT 1 a) t{i}" for i in range(n)),
    "types": lambda n: f"SELECT CAST(NULL AS {'array(' * n}int{')' * n})",
    "lambdas": lambda n: f"SELECT {'transform(ARRAY[1], x -> ' * n}1{')' * n}",
    "hive types": lambda n: f"CREATE EXTERNAL TABLE deep (a {'array<' * n}int{'>' * n}) LOCATION 's3://fuzz/deep/'",
    "in": lambda n: f"SELECT 1 IN ({', '.join('1' * n)})",
}
