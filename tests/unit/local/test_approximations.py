"""approx_distinct, HyperLogLog sketches and checksums, number for number.

Most expected values stand in the tests of Trino (AbstractTestAggregations, AbstractTestApproximateCountDistinct and
their forerunners in Presto) and of airlift, whose HyperLogLog Trino uses (TestSparseSerialization,
TestDenseSerialization). Trino's run on TPC-H's orders at scale 0.01, whose customers are the numbers up to 1500
that three does not divide, and whose dates are all days from 1992-01-01 to 1998-08-02 but five.
"""

import math
import random
import struct
from datetime import datetime, timedelta

import duckdb
import mmh3
import numpy as np
import pyarrow as pa
import pytest

from helpers.local.athena import types
from helpers.local.athena.functions import batch_hashes, hashes, hyperloglog, registry
from helpers.local.athena.functions.hyperloglog import Sketch
from helpers.local.athena.functions.shape import Refused
from helpers.local.athena.functions.value_hashes import value_hash
from tests.unit.local.constants import runner

CUSTOMERS = "(SELECT k AS custkey FROM UNNEST(sequence(1, 1500)) t(k) WHERE k % 3 <> 0) o"
DAYS = """(SELECT d AS orderdate FROM UNNEST(sequence(DATE '1992-01-01', DATE '1998-08-02')) t(d)
    WHERE CAST(d AS varchar) NOT IN ('1994-07-20', '1996-06-11', '1996-08-19', '1998-01-22', '1998-05-10')) o"""


@pytest.fixture(scope="module")
def value(tmp_path_factory):
    """value(sql) → the only value of a query, as text; raises AthenaError."""
    run = runner(tmp_path_factory.mktemp("approximations"))

    def value(sql):
        _, ((found,),) = run(sql)
        return found

    return value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("custkey", 990),
        ("CAST(custkey AS INTEGER)", 990),
        ("CAST(custkey AS SMALLINT)", 990),
        ("CAST(custkey % 128 AS TINYINT)", 128),
        ("CAST(custkey AS DECIMAL(18, 0))", 990),
        ("CAST(custkey AS DECIMAL(25, 20))", 988),
        ("CAST(custkey AS REAL)", 1006),
        ("CAST(custkey AS DOUBLE)", 1014),
        ("CAST(custkey AS VARCHAR)", 1036),
        ("CAST(CAST(custkey AS VARCHAR) AS CHAR(20))", 1036),
        ("to_utf8(CAST(custkey AS VARCHAR))", 1036),
        ("CAST(TIMESTAMP '1970-01-01 00:00:00' + custkey * INTERVAL '1' SECOND AS TIME)", 969),
    ],
)  # fmt: skip
def test_estimates_of_trinos_own_tests(value, expression, expected):
    assert value(f"SELECT approx_distinct({expression}) FROM {CUSTOMERS}") == str(expected)
    assert value(f"SELECT approx_distinct({expression}, 0.023) FROM {CUSTOMERS}") == str(expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("orderdate", 2443),
        ("CAST(orderdate AS TIMESTAMP)", 2379),
        ("CAST(orderdate AS TIMESTAMP(9))", 2393),
        ("with_timezone(CAST(orderdate AS TIMESTAMP(3)), 'Pacific/Apia')", 2347),
        ("CAST(with_timezone(CAST(orderdate AS TIMESTAMP(3)), 'Pacific/Apia') AS TIMESTAMP(9) WITH TIME ZONE)", 2322),
    ],
)
def test_estimates_of_days(value, expression, expected):
    assert value(f"SELECT approx_distinct({expression}) FROM {DAYS}") == str(expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("custkey", 1002), ("CAST(custkey AS VARCHAR)", 1024), ("CAST(custkey AS DOUBLE)", 1014)],
)
def test_sketches_of_trinos_own_tests(value, expression, expected):
    """Merged of four parts too, and dense from the start (P4)."""
    assert value(f"SELECT cardinality(approx_set({expression})) FROM {CUSTOMERS}") == str(expected)
    parts = f"(SELECT approx_set({expression}) s FROM {CUSTOMERS} GROUP BY custkey % 4)"
    assert value(f"SELECT cardinality(merge(s)) FROM {parts}") == str(expected)
    assert value(f"SELECT cardinality(CAST(approx_set({expression}) AS P4HyperLogLog)) FROM {CUSTOMERS}") == str(
        expected
    )


def test_no_values(value):
    assert value("SELECT approx_distinct(NULL)") == value("SELECT approx_distinct(NULL, 0.023)") == "0"
    assert value("SELECT approx_distinct(x, 0.5) FROM (VALUES CAST(NULL AS integer)) t(x)") == "0"
    assert value("SELECT cardinality(approx_set(CAST(NULL AS bigint)))") is None
    assert value("SELECT cardinality(empty_approx_set())") == "0"
    assert value(f"SELECT cardinality(merge(CAST(NULL AS HyperLogLog))) FROM {CUSTOMERS}") is None
    joined = f"(SELECT approx_set(custkey) s FROM {CUSTOMERS} UNION ALL SELECT empty_approx_set())"
    assert value(f"SELECT cardinality(merge(s)) FROM {joined}") == "1002"


@pytest.mark.parametrize(("error", "text"), [("0.26001", "0.26001"), ("0.004", "0.004"), ("1e-4", "1.0E-4")])
def test_standard_errors_outside_the_range_are_refused(value, error, text):
    with pytest.raises(Exception, match=rf"Max standard error must be in \[0.0040625, 0.26\]: {text}$"):
        value(f"SELECT approx_distinct(x, {error}) FROM (VALUES 1, 2) t(x)")


def test_buckets_of_a_standard_error():
    """As in TestApproximateCountDistinctAggregations.testStandardErrorToBuckets."""
    expected = {0.0326: 1024, 0.0325: 1024, 0.0324: 2048, 0.0231: 2048, 0.0230: 2048, 0.0229: 4096, 0.0164: 4096,
                0.0163: 4096, 0.0162: 8192, 0.0116: 8192, 0.0115: 8192, 0.0114: 16384, 0.008126: 16384}  # fmt: skip
    assert {e: 2 ** hyperloglog.buckets_for(e) for e in expected} == expected


# ---- hashes -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", 0xEF46DB3751D8E999),
        (b"abc", 0x44BC2CF5AD770999),
        (b"Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1),
        (bytes(8), 0x34C96ACDCADB1BBB),
    ],
)
def test_published_xxhash64(text, expected):
    assert batch_hashes.xxhash64_bytes(pa.array([text])).tolist() == [expected]


def test_a_batch_is_hashed_as_one_value_at_a_time():
    """xxHash64 against the function of hashes.py, written without NumPy; MurmurHash3 against the library mmh3."""
    rng = random.Random(7)
    values = [rng.randbytes(length) for length in [*range(130), 1000] for _ in range(3)]
    rng.shuffle(values)
    array = pa.array(values, pa.binary())
    assert batch_hashes.xxhash64_bytes(array).tolist() == [hashes.xxhash64(v) for v in values]
    assert batch_hashes.xxhash64_bytes(array[5:9]).tolist() == [hashes.xxhash64(v) for v in values[5:9]]
    assert batch_hashes.murmur3_bytes(array).tolist() == [mmh3.hash64(v, signed=False)[0] for v in values]
    longs = np.array([0, 1, -1, 2**63 - 1, -(2**63), *(rng.randrange(-(2**63), 2**63) for _ in range(99))])
    raw = [struct.pack("<q", n) for n in longs.tolist()]
    assert batch_hashes.xxhash64_longs(longs.view(np.uint64)).tolist() == [hashes.xxhash64(v) for v in raw]
    assert batch_hashes.murmur3_longs(longs.view(np.uint64)).tolist() == [
        mmh3.hash64(v, signed=False)[0] for v in raw
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("0e0", "-0e0", True), ("nan()", "0e0 / 0e0", True), ("REAL '0'", "REAL '-0'", True),
        ("'a'", "'a '", False), ("CAST('a' AS char(3))", "CAST('a ' AS char(3))", True),
        ("DECIMAL '-0.05'", "DECIMAL '0.05'", False),
        ("DECIMAL '-12345678901234567890.05'", "DECIMAL '12345678901234567890.05'", False),
        ("ARRAY[1, NULL]", "ARRAY[1, 0]", False), ("ROW(1, 'a')", "ROW(2, 'a')", False),
        ("MAP(ARRAY[1, 2], ARRAY['a', 'b'])", "MAP(ARRAY[2, 1], ARRAY['b', 'a'])", True),
        ("TIMESTAMP '2020-01-01 12:00:00 UTC'", "TIMESTAMP '2020-01-01 13:00:00 +01:00'", True),
        ("TIMESTAMP '2020-01-01 00:00:00.123456789'", "TIMESTAMP '2020-01-01 00:00:00.123456788'", False),
        ("TIME '12:00:00+00:00'", "TIME '23:30:00+11:30'", True),
        ("UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'", "UUID '12151fd2-7586-11e9-8f9e-2a86e4085a58'", False),
        ("IPADDRESS '10.0.0.1'", "IPADDRESS '::ffff:10.0.0.1'", True),
        ("INTERVAL '1' DAY", "INTERVAL '24' HOUR", True),
    ],
)  # fmt: skip
def test_equal_values_have_equal_hashes(value, one, other, same):
    assert value(f"SELECT approx_distinct(x) FROM (SELECT {one} AS x UNION ALL SELECT {other})") == (
        "1" if same else "2"
    )
    assert value(f"SELECT checksum({one}) = checksum({other})") == str(same).lower()


def test_checksums(value):
    """The sum of hash times prime, the prime alone for NULL: by hand with Python's integers."""
    prime = 0x9E3779B185EBCA87
    total = sum(hashes.xxhash64(struct.pack("<q", n)) * prime for n in (1, 2, 2)) + prime
    expected = (total % 2**64).to_bytes(8, "little").hex(" ")
    assert value("SELECT checksum(x) FROM (VALUES 1, 2, 2, NULL) t(x)") == expected
    assert value("SELECT checksum(x) FROM (VALUES 1) t(x) WHERE x > 1") is None


# ---- airlift's sketches -----------------------------------------------------------------------------------
def sketch_of(values, p=12):
    return Sketch.of(
        hyperloglog.entries_of(batch_hashes.murmur3_longs(np.array(values, np.int64).view(np.uint64))), p
    )


def test_sparse_format():
    assert sketch_of([]).serialize() == bytes([2, 12, 0, 0])
    entries = hyperloglog.entries_of(batch_hashes.murmur3_bytes(pa.array([bytes([64])])))
    assert Sketch.of(entries, 12).serialize() == bytes([2, 12, 1, 0, 0b01000010, 0b00110100, 0b00100000, 0b00100001])


@pytest.mark.parametrize(
    ("values", "deltas", "overflows"),
    [
        ([], {}, bytes(2)),
        ([0], {326: 0b0000_0001}, bytes(2)),
        ([61697], {1353: 0b1111_0000}, bytes([1, 0, 0x92, 0xA, 2])),
        ([61697, 394873], {1353: 0b1111_0000, 2024: 0b1111_0000}, bytes([2, 0, 146, 10, 208, 15, 2, 4])),
    ],
)
def test_dense_format(values, deltas, overflows):
    packed = bytes(deltas.get(i, 0) for i in range(2048))
    assert sketch_of(values).dense().serialize() == bytes([3, 12, 0]) + packed + overflows


def test_dense_format_with_a_baseline():
    small = bytes([3, 4, 2, 0x45, 0x23, 0x01, 0x31, 0x22, 0x05, 0x04])
    assert sketch_of(range(100), 4).dense().serialize() == small + bytes([0x01, 0, 0])
    assert sketch_of([*range(100), 37227], 4).dense().serialize() == small + bytes([0xF1, 1, 0, 14, 0, 5])


def test_dense_format_of_old():
    """Version 1 had room for one bucket's excess: bucket 1 is 2 + 15 + 3."""
    head = bytes([1, 4, 2, 0x0F, 0, 0, 0, 0, 0, 0, 0])
    assert Sketch.parse(head + bytes([1, 0, 3])).buckets.tolist() == [2, 20, *[2] * 14]
    assert Sketch.parse(head + bytes([1, 0, 0])).buckets.tolist() == [2, 17, *[2] * 14]
    assert Sketch.parse(bytes([1, 4, 10, *bytes(8), 0xFF, 0xFF, 0])).buckets.tolist() == [10] * 16


@pytest.mark.parametrize("count", [0, 1, 100, 540, 5000, 100_000])
def test_bytes_come_back(count):
    sketch = sketch_of(range(count))
    again = Sketch.parse(sketch.serialize())
    assert again.serialize() == sketch.serialize()
    assert again.cardinality() == sketch.cardinality()


def test_bytes_that_are_no_sketch_are_refused():
    rng = random.Random(3)
    whole = sketch_of(range(2000)).serialize()
    for raw in [
        b"",
        b"\x02",
        b"\x00\x0c\x00\x00",
        whole[:-1],
        whole + b"\0",
        *(rng.randbytes(20) for _ in range(300)),
    ]:
        with pytest.raises(Refused, match="Cannot deserialize HyperLogLog"):
            Sketch.parse(raw)
    for _ in range(200):  # damage that leaves the form whole must still give a number
        damaged = bytearray(whole)
        damaged[rng.randrange(3, 2000)] = rng.randrange(256)
        assert Sketch.parse(bytes(damaged)).cardinality() >= 0


def test_merging():
    left, right = range(3000), range(2000, 2100)
    assert sketch_of(left).merged(sketch_of(right)).serialize() == sketch_of(left).serialize()
    both = sketch_of([*left, *range(5000, 9000)]).serialize()
    assert sketch_of(left).merged(sketch_of(range(5000, 9000))).serialize() == both
    assert sketch_of(range(300)).merged(sketch_of(range(300, 530))).serialize() == sketch_of(range(530)).serialize()
    with pytest.raises(Refused, match="Cannot merge HLLs with different number of buckets: 4096 vs 2048"):
        sketch_of([1], 12).merged(sketch_of([1], 11))


# ---- the estimate -----------------------------------------------------------------------------------------
def by_hand(words, p):
    """The estimate of a dense sketch where no bias is taken away, from hashes as Python integers."""
    buckets = [0] * 2**p
    for word in words:
        bucket, rest = word >> (64 - p), word & (2 ** (64 - p) - 1)
        buckets[bucket] = max(buckets[bucket], 64 - p - rest.bit_length() + 1)
    empty = buckets.count(0)
    if empty > 0.4 * 2**p:
        return round(2**p * math.log(2**p / empty))
    return round(0.7213 / (1 + 1.079 / 2**p) * 4**p / sum(2.0**-b for b in buckets))


@pytest.mark.parametrize(
    ("count", "p"), [(252, 11), (1000, 11), (1800, 11), (12_000, 11), (60_000, 11), (30_000, 12)]
)
def test_estimates_by_hand(value, count, p):
    words = [hashes.xxhash64(struct.pack("<q", n)) for n in range(count)]
    error = {11: 0.023, 12: 0.02}[p]
    found = value(f"SELECT approx_distinct(k, {error}) FROM (SELECT a * 1000 + b AS k FROM UNNEST(sequence(0, 59)) "
                  f"x(a) CROSS JOIN UNNEST(sequence(0, 999)) y(b)) WHERE k < {count}")  # fmt: skip
    assert found == str(by_hand(words, p))


def test_few_values_are_counted_exactly(value):
    """Up to 251 entries the sketch of 2,048 buckets is sparse; `test_estimates_by_hand` has the next, dense."""
    for count in (1, 100, 250, 251):
        assert value(f"SELECT approx_distinct(k) FROM UNNEST(sequence(1, {count})) t(k)") == str(count)


def test_hashes_that_begin_alike_are_one_entry():
    """Two of one prefix, 13 and 20 zeros after it: the entry has the larger number, and counts once."""
    prefix = 5 << 38
    entries = hyperloglog.entries_of(np.array([prefix | 1 << 24, prefix | 1 << 17, prefix | 1 << 24], np.uint64))
    assert Sketch.of(entries, 11).serialize() == bytes([2, 11, 1, 0]) + struct.pack("<I", 5 << 6 | 20)
    assert Sketch.of(entries, 11).cardinality() == 1


def test_where_sparse_sketches_end():
    """The array of entries grows from 1 by tens; with 261 it would take more memory than 2^11 buckets do."""
    entries = np.arange(1, 254, dtype=np.uint32) << 6
    assert [Sketch.of(entries[:n], 11).entries is None for n in (251, 252)] == [False, True]
    assert [Sketch.of(np.arange(n, dtype=np.uint32) << 6, 12).entries is None for n in (511, 512)] == [False, True]


@pytest.mark.parametrize(("count", "least"), [(4_000, 0.7), (8_000, 0.85), (30_000, 0.85)])
def test_the_error_is_the_promised_one(count, least):
    """300 sets: the spread is the standard error, less for few values; the mean is right, thanks to the biases too.

    The spread of 300 is known to within 300**-0.5 / 1.4 = 4 %.
    """
    rng, error = np.random.default_rng(count), 1.04 / math.sqrt(2048)
    off = []
    for _ in range(300):
        words = rng.integers(0, 2**64, count, np.uint64)
        off.append(Sketch.of(hyperloglog.entries_of(words), 11).cardinality() / count - 1)
    assert least * error < np.std(off) < 1.15 * error
    assert abs(np.mean(off)) < 3 * error / math.sqrt(len(off))


@pytest.mark.parametrize(("digits", "expected"), [(3, 993), (12, 1000)])
def test_times_of_day_with_a_zone(digits, expected):
    """Trino's test of them in a session at +08:35, where from_unixtime gives those times."""
    start = datetime(1970, 1, 1)  # on that clock
    clock = ((start + timedelta(seconds=k)).time() for k in range(1, 1501) if k % 3)
    texts = [f"{t:%H:%M:%S}.{'0' * digits}+08:35" for t in clock]
    connection = duckdb.connect()
    registry.install(connection)
    kind = types.parse_type(f"time({digits}) with time zone")
    sql = f"SELECT {value_hash(kind, 'x')} FROM (SELECT unnest($texts) AS x)"
    words = np.array([h for (h,) in connection.execute(sql, {"texts": texts}).fetchall()], np.uint64)
    assert Sketch.of(hyperloglog.entries_of(words), 11).cardinality() == expected
