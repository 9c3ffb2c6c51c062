"""Which columns each query of TPC-H reads of each table that it names, read off its text by hand.

A table that is named twice is read twice, also through a WITH query: Athena plans it anew for each reference.
"""

_LINES = {
    1: ["l_returnflag l_linestatus l_quantity l_extendedprice l_discount l_tax l_shipdate"],
    2: [
        "p_partkey p_mfgr p_size p_type", "s_acctbal s_name s_address s_phone s_comment s_suppkey s_nationkey",
        "ps_partkey ps_suppkey ps_supplycost", "n_name n_nationkey n_regionkey", "r_regionkey r_name",
        "ps_supplycost ps_partkey ps_suppkey", "s_suppkey s_nationkey", "n_nationkey n_regionkey",
        "r_regionkey r_name",
    ],
    3: [
        "c_mktsegment c_custkey", "o_orderdate o_shippriority o_custkey o_orderkey",
        "l_orderkey l_extendedprice l_discount l_shipdate",
    ],
    4: ["o_orderpriority o_orderdate o_orderkey", "l_orderkey l_commitdate l_receiptdate"],
    5: [
        "c_custkey c_nationkey", "o_custkey o_orderkey o_orderdate",
        "l_extendedprice l_discount l_orderkey l_suppkey", "s_suppkey s_nationkey", "n_name n_nationkey n_regionkey",
        "r_regionkey r_name",
    ],
    6: ["l_extendedprice l_discount l_shipdate l_quantity"],
    7: [
        "s_suppkey s_nationkey", "l_shipdate l_extendedprice l_discount l_suppkey l_orderkey",
        "o_orderkey o_custkey", "c_custkey c_nationkey", "n_name n_nationkey", "n_name n_nationkey",
    ],
    8: [
        "p_partkey p_type", "s_suppkey s_nationkey", "l_extendedprice l_discount l_partkey l_suppkey l_orderkey",
        "o_orderdate o_orderkey o_custkey", "c_custkey c_nationkey", "n_nationkey n_regionkey",
        "n_name n_nationkey", "r_regionkey r_name",
    ],
    9: [
        "p_partkey p_name", "s_suppkey s_nationkey",
        "l_extendedprice l_discount l_quantity l_suppkey l_partkey l_orderkey",
        "ps_supplycost ps_suppkey ps_partkey", "o_orderdate o_orderkey", "n_name n_nationkey",
    ],
    10: [
        "c_custkey c_name c_acctbal c_address c_phone c_comment c_nationkey", "o_custkey o_orderkey o_orderdate",
        "l_extendedprice l_discount l_orderkey l_returnflag", "n_name n_nationkey",
    ],
    11: [
        "ps_partkey ps_supplycost ps_availqty ps_suppkey", "s_suppkey s_nationkey", "n_nationkey n_name",
        "ps_supplycost ps_availqty ps_suppkey", "s_suppkey s_nationkey", "n_nationkey n_name",
    ],
    12: ["o_orderpriority o_orderkey", "l_shipmode l_orderkey l_commitdate l_receiptdate l_shipdate"],
    13: ["c_custkey", "o_orderkey o_custkey o_comment"],
    14: ["l_extendedprice l_discount l_partkey l_shipdate", "p_type p_partkey"],
    15: ["s_suppkey s_name s_address s_phone", *["l_suppkey l_extendedprice l_discount l_shipdate"] * 2],
    16: ["ps_suppkey ps_partkey", "p_brand p_type p_size p_partkey", "s_suppkey s_comment"],
    17: ["l_extendedprice l_partkey l_quantity", "p_partkey p_brand p_container", "l_quantity l_partkey"],
    18: [
        "c_name c_custkey", "o_orderkey o_orderdate o_totalprice o_custkey", "l_quantity l_orderkey",
        "l_orderkey l_quantity",
    ],
    19: [
        "l_extendedprice l_discount l_partkey l_quantity l_shipmode l_shipinstruct",
        "p_partkey p_brand p_container p_size",
    ],
    20: [
        "s_name s_address s_suppkey s_nationkey", "n_nationkey n_name", "ps_suppkey ps_partkey ps_availqty",
        "p_partkey p_name", "l_quantity l_partkey l_suppkey l_shipdate",
    ],
    21: [
        "s_name s_suppkey s_nationkey", "l_suppkey l_orderkey l_receiptdate l_commitdate",
        "o_orderkey o_orderstatus", "n_nationkey n_name", "l_orderkey l_suppkey",
        "l_orderkey l_suppkey l_receiptdate l_commitdate",
    ],
    22: ["c_phone c_acctbal c_custkey", "c_acctbal c_phone", "o_custkey"],
}  # fmt: skip
SCANS = {number: [set(line.split()) for line in lines] for number, lines in _LINES.items()}


def expected_bytes(number, footers):
    """The bytes that query `number` scans: `footers` are pyarrow FileMetaData of all files of all tables.

    No row group is left out: in TPC-H's data each of them holds values on both sides of every constant.
    """
    total = 0
    for wanted in SCANS[number]:
        for footer in footers:
            for g in range(footer.num_row_groups):
                group = footer.row_group(g)
                chunks = (group.column(i) for i in range(group.num_columns))
                total += sum(c.total_compressed_size for c in chunks if c.path_in_schema in wanted)
    return total
