"""Whole queries through the API against the same queries in bare DuckDB on the same files: tiny ones, and 1 GB."""

from __future__ import annotations

import duckdb

from bench import figures, generated, pairs
from bench.local import Local, hive_columns

TITLE = "A whole query through the API"
NOTE = (
    "StartQueryExecution, GetQueryExecution every 10 ms, GetQueryResults, through boto3, against DuckDB with its own "
    "settings in the measuring process, on the same files. Tiny queries: medians of 30 pairs; scans: the best of 4. "
    "Objects are copied into the endpoint's folder when a query first needs them; *first touch* includes that, "
    "and for all columns of CSV the pass that finds which of them are written plainly enough for DuckDB's own reader."
)
TINY_ROUNDS, ROUNDS = 30, 4
MORE_MS, TIMES = 60, 1.25
NATION = "SELECT n_regionkey, count(*), max(n_name) FROM {} GROUP BY 1 ORDER BY 1"
TINY = {
    "SELECT 1": "SELECT 1",
    "25 rows of Parquet, grouped": NATION,
    "10,000 rows of Parquet, joined and sorted": (
        "SELECT n_name, count(*), sum(s_acctbal) FROM {} JOIN {} ON s_nationkey = n_nationkey GROUP BY 1 ORDER BY 1"
    ),
}
WIDE = (
    "SELECT l_returnflag, l_linestatus, count(*), sum(l_orderkey), sum(l_partkey), sum(l_suppkey), "
    "sum(l_linenumber), sum(l_quantity), sum(l_extendedprice), sum(l_discount), sum(l_tax), max(l_shipdate), "
    "max(l_commitdate), max(l_receiptdate), max(l_shipinstruct), max(l_shipmode), max(l_comment) "
    "FROM {} GROUP BY 1, 2 ORDER BY 1, 2"
)
NARROW = (
    "SELECT l_shipmode, count(*), sum(l_extendedprice), max(l_shipdate) FROM {} WHERE l_returnflag = 'R' "
    "GROUP BY 1 ORDER BY 1"
)
COPIES = {"parquet": 5, "csv": 2}  # of lineitem: 1.16 GB and 1.53 GB


def measure():
    """→ [Figure]"""
    found = []
    with Local() as local:
        found += _tiny(local)
        found += _scans(local)
    return found


def _tiny(local):
    files = generated.tpch()
    for table in ("nation", "supplier"):
        local.put_file(files[table], f"{table}/{table}.parquet")
        local.external_table(table, hive_columns(files[table]), table, "STORED AS PARQUET")
    con = duckdb.connect()
    found = []
    for what, sql in TINY.items():
        ours_sql = sql.format("supplier", "nation") if sql.count("{}") == 2 else sql.format("nation")
        other_sql = ours_sql.replace("supplier", f"'{files['supplier']}'").replace(
            " nation ", f" '{files['nation']}' "
        )
        ours, other = pairs.medians(
            pairs.in_turns(
                lambda sql=ours_sql: local.query(sql), lambda sql=other_sql: con.execute(sql).fetchall(), TINY_ROUNDS
            )
        )
        more = (ours - other) * 1000
        limit, shown = f"at most {MORE_MS} ms more", f"{more:.0f} ms more"
        found.append(
            figures.Figure(what, figures.seconds(ours), figures.seconds(other), shown, limit, more <= MORE_MS)
        )
    return found


def _scans(local):
    parquet = generated.tpch()["lineitem"]
    text = generated.tpch("csv", ("lineitem",))["lineitem"]
    columns = hive_columns(parquet)
    local.put_file(parquet, "wide/a.parquet")
    local.copy("wide/a.parquet", COPIES["parquet"] - 1)
    local.external_table("wide", columns, "wide", "STORED AS PARQUET")
    local.put_file(text, "narrow/a.csv")
    local.copy("narrow/a.csv", COPIES["csv"] - 1)
    form = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"
    local.external_table("narrow", columns, "narrow", form, {"skip.header.line.count": "1"})
    found = []
    for what, table, sql, relation in (
        ("Parquet, all 16 columns", "wide", WIDE, f"read_parquet({[str(parquet)] * COPIES['parquet']})"),
        ("CSV, 4 of 16 columns", "narrow", NARROW, _read_csv(text, columns)),
        ("CSV, all 16 columns", "narrow", WIDE, _read_csv(text, columns)),
    ):
        found += _scan(local, what, sql.format(table), sql.format(relation))
    return found


def _scan(local, what, ours_sql, other_sql):
    con = duckdb.connect()

    def other():
        return con.execute(other_sql).fetchall()

    first = local.query(ours_sql)
    other()
    if len(first.rows) != len(other()):
        raise RuntimeError(f"{what}: the two answers differ")
    ours, theirs = pairs.best(pairs.in_turns(lambda: local.query(ours_sql), other, ROUNDS))
    what = f"{what}, {first.scanned / 1e9:.2f} GB scanned"
    return [figures.ratio(what, ours, theirs, TIMES), figures.ratio(f"{what}: first touch", first.seconds, theirs)]


def _read_csv(path, columns):
    words = {"int": "INTEGER", "string": "VARCHAR"}
    kinds = {name: words.get(kind, kind) for name, kind in columns}
    return f"read_csv({[str(path)] * COPIES['csv']}, header=true, columns={kinds})"
