"""A small database in TPC-H's schema, the same on every machine, in which each of the 22 queries finds rows.

Made of MD5 sums of row numbers, not by TPC's generator: the columns, types and words that the queries
ask for are those of the TPC-H specification (clause 4.2), the distributions are simpler.
"""

import duckdb

# Words that the queries name, beside some that they must pass over.
_NATIONS = {
    "AFRICA": ("ALGERIA", "KENYA"),
    "AMERICA": ("BRAZIL", "CANADA"),
    "ASIA": ("INDIA", "CHINA"),
    "EUROPE": ("FRANCE", "GERMANY"),
    "MIDDLE EAST": ("SAUDI ARABIA", "EGYPT"),
}
_MIX = "CREATE MACRO mix(i, salt, n) AS CAST('0x' || left(md5(i || '/' || salt), 8) AS BIGINT) % n"
_CHOICE = "CREATE MACRO choice(i, salt, words) AS words[mix(i, salt, len(words)) + 1]"
_MONEY = """CREATE MACRO money(i, salt, low, high) AS
    CAST(low + mix(i, salt, (high - low) * 100) / 100 AS DECIMAL(15,2))"""

_TABLES = {
    "supplier": """
        SELECT i AS s_suppkey, format('Supplier#{:09d}', i) AS s_name, 'Street ' || mix(i, 1, 90) AS s_address,
            mix(i, 2, 10) AS s_nationkey, format('{}-555-{:04d}', 10 + mix(i, 2, 10), i) AS s_phone,
            money(i, 3, -900, 9900) AS s_acctbal,
            CASE WHEN i % 9 = 0 THEN 'slow Customer and Complaints' ELSE 'quick deposits' END AS s_comment
        FROM range(1, 61) t(i)""",
    "customer": """
        SELECT i AS c_custkey, format('Customer#{:09d}', i) AS c_name, 'Road ' || mix(i, 4, 90) AS c_address,
            mix(i, 5, 10) AS c_nationkey, format('{}-555-{:04d}', 10 + mix(i, 6, 25), i) AS c_phone,
            money(i, 7, -900, 9900) AS c_acctbal,
            choice(i, 8, ['BUILDING', 'BUILDING', 'AUTOMOBILE', 'MACHINERY', 'HOUSEHOLD', 'FURNITURE'])
                AS c_mktsegment,
            'even requests ' || mix(i, 9, 9) AS c_comment
        FROM range(1, 301) t(i)""",
    "part": """
        SELECT i AS p_partkey, choice(i, 10, ['forest', 'green', 'red', 'azure']) || ' '
            || choice(i, 11, ['green', 'blue', 'plum']) AS p_name, 'Manufacturer#' || mix(i, 12, 5) AS p_mfgr,
            choice(i, 13, ['Brand#12', 'Brand#23', 'Brand#23', 'Brand#34', 'Brand#45']) AS p_brand,
            choice(i, 14,
                ['PROMO BRUSHED BRASS', 'ECONOMY ANODIZED STEEL', 'MEDIUM POLISHED TIN', 'LARGE PLATED BRASS']
            ) AS p_type,
            CAST(choice(i, 15, [15, 1, 3, 5, 9, 14, 49, 50]) AS INTEGER) AS p_size,
            choice(i, 16, ['MED BOX', 'SM CASE', 'MED BOX', 'LG PKG', 'JUMBO JAR']) AS p_container,
            money(i, 17, 900, 2000) AS p_retailprice, 'part ' || i AS p_comment
        FROM range(1, 201) t(i)""",
    "partsupp": """
        SELECT p AS ps_partkey, (p * 7 + k * 13) % 60 + 1 AS ps_suppkey,
            CAST(mix(p * 4 + k, 18, 60) + 1 AS INTEGER) AS ps_availqty,
            money(p * 4 + k, 19, 1, 1000) AS ps_supplycost,
            'offer' AS ps_comment
        FROM range(1, 201) t(p), range(4) u(k)""",
    "orders": """
        SELECT i AS o_orderkey, mix(i, 20, 200) + 1 AS o_custkey, choice(i, 21, ['F', 'O', 'P']) AS o_orderstatus,
            money(i, 22, 1000, 400000) AS o_totalprice,
            DATE '1992-01-01' + CAST(mix(i, 23, 2400) AS INTEGER) AS o_orderdate,
            choice(i, 24, ['1-URGENT', '2-HIGH', '3-MEDIUM', '5-LOW']) AS o_orderpriority, 'Clerk#1' AS o_clerk,
            CAST(0 AS INTEGER) AS o_shippriority,
            choice(i, 25, ['special packed requests', 'final deposits', 'regular ideas']) AS o_comment
        FROM range(1, 3001) t(i)""",
    "lineitem": """
        SELECT o AS l_orderkey, p AS l_partkey, (p * 7 + mix(o * 7 + n, 27, 4) * 13) % 60 + 1 AS l_suppkey,
            CAST(n AS INTEGER) AS l_linenumber,
            CAST(CASE WHEN o % 50 = 0 THEN 50 ELSE mix(o * 7 + n, 28, 40) + 1 END AS DECIMAL(15,2)) AS l_quantity,
            money(o * 7 + n, 29, 900, 90000) AS l_extendedprice,
            CAST(mix(o * 7 + n, 30, 11) / 100 AS DECIMAL(15,2)) AS l_discount,
            CAST(mix(o * 7 + n, 31, 9) / 100 AS DECIMAL(15,2)) AS l_tax,
            choice(o * 7 + n, 32, ['R', 'A', 'N']) AS l_returnflag, choice(o * 7 + n, 33, ['O', 'F']) AS l_linestatus,
            shipped AS l_shipdate, shipped + CAST(mix(o * 7 + n, 35, 40) - 15 AS INTEGER) AS l_commitdate,
            shipped + CAST(mix(o * 7 + n, 36, 30) + 1 AS INTEGER) AS l_receiptdate,
            choice(o * 7 + n, 37, ['DELIVER IN PERSON', 'NONE']) AS l_shipinstruct,
            choice(o * 7 + n, 38, ['AIR', 'MAIL', 'SHIP', 'AIR REG']) AS l_shipmode, 'line' AS l_comment
        FROM (
            SELECT o, n, mix(o * 7 + n, 26, 200) + 1 AS p,
                DATE '1992-01-01' + CAST(mix(o, 23, 2400) + mix(o * 7 + n, 34, 120) + 1 AS INTEGER) AS shipped
            FROM range(1, 3001) t(o), range(1, 8) u(n) WHERE n <= 1 + o % 7 OR o % 50 = 0
        )""",
}


def database():
    """A DuckDB connection with the eight tables; lineitem has about 12,000 rows."""
    con = duckdb.connect()
    for macro in (_MIX, _CHOICE, _MONEY):
        con.execute(macro)
    regions = [(i, name, "comment") for i, name in enumerate(_NATIONS)]
    nations = [(name, i) for i, names in enumerate(_NATIONS.values()) for name in names]
    con.execute("CREATE TABLE region (r_regionkey BIGINT, r_name VARCHAR, r_comment VARCHAR)")
    con.executemany("INSERT INTO region VALUES (?, ?, ?)", regions)
    con.execute("CREATE TABLE nation (n_nationkey BIGINT, n_name VARCHAR, n_regionkey BIGINT, n_comment VARCHAR)")
    rows = [(i, name, region, "comment") for i, (name, region) in enumerate(nations)]
    con.executemany("INSERT INTO nation VALUES (?, ?, ?, ?)", rows)
    for name, query in _TABLES.items():
        con.execute(f"CREATE TABLE {name} AS {query}")
    return con
