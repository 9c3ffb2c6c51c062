"""The 22 queries of TPC-H as Athena SQL (q01.sql … q22.sql), with the validation parameters of the specification.

Athena reads `0.06` as a double, so decimal constants are written DECIMAL '0.06'; DuckDB reads that as DECIMAL(18,3),
and a plain 0.06 as the decimal that it is: `for_duckdb` writes it so.
"""

import re
from decimal import Decimal
from pathlib import Path

TABLES = ("customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier")
QUERIES = {int(path.stem[1:]): path.read_text() for path in sorted(Path(__file__).parent.glob("q*.sql"))}


def for_duckdb(sql):
    return re.sub(r"DECIMAL '([0-9.]+)'", r"\1", sql)


def differences(ours, theirs):
    """What differs between Athena's rows (text) and DuckDB's values, as lines; nothing when they agree.

    Where DuckDB answers with a double (its averages and quotients of decimals), Athena's decimal must be that double,
    rounded: half a unit in the last place away at most, and 1e-12 of the value for the double's own error.
    """
    if len(ours) != len(theirs):
        return [f"{len(ours)} rows instead of {len(theirs)}"]
    return [
        f"row {i}: {' | '.join(map(str, row))} instead of {' | '.join(map(str, other))}"
        for i, (row, other) in enumerate(zip(ours, theirs, strict=True), 1)
        if len(row) != len(other) or not all(map(_same, row, other))
    ]


def _same(text, value):
    if text is None or value is None:
        return text is value
    if isinstance(value, float):
        number = Decimal(text)
        unit = Decimal(1).scaleb(number.as_tuple().exponent)
        return abs(number - Decimal(value)) <= unit / 2 + abs(number) * Decimal("1e-12")
    if isinstance(value, Decimal | int):
        return Decimal(text) == value
    return text == str(value)
