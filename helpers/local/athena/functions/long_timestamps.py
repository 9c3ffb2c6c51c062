"""Timestamps of more than six digits: STRUCT(ts, ps), the microseconds and the picoseconds beyond them.

With a time zone it is STRUCT(ts, tz, ps). DuckDB compares and sorts structs field by field, so that the order of
both is right as it stands.
"""

from helpers.local.athena.functions import conversions
from helpers.local.athena.functions.registry import macros, python

LONG = "STRUCT(ts TIMESTAMP, ps INTEGER)"
LONG_ZONED = "STRUCT(ts TIMESTAMP, tz VARCHAR, ps INTEGER)"


def picoseconds(fraction):
    """The digits after the point → the picoseconds beyond the microseconds."""
    return int((fraction or "").ljust(12, "0")[6:12])


def fraction_of(text):
    """The digits after the point in the text of a timestamp."""
    return conversions.TIMESTAMP.fullmatch(text)[7]


def _cast(text):
    if text is None:
        return None
    moment = conversions.cast_timestamp(text)
    return {"ts": moment, "ps": picoseconds(fraction_of(text))}


def _cast_zoned(text):
    if text is None:
        return None
    return {**conversions.cast_zoned(text), "ps": picoseconds(fraction_of(text))}


python("t_cast_long", _cast, ["VARCHAR"], LONG, "special")
python("t_cast_long_zoned", _cast_zoned, ["VARCHAR"], LONG_ZONED, "special")
macros(
    """CREATE OR REPLACE MACRO t_long(x, ps) AS
       CASE WHEN x IS NOT NULL THEN struct_pack(ts := x::TIMESTAMP, ps := ps::INTEGER) END""",
    """CREATE OR REPLACE MACRO t_long_zoned(x, ps) AS
       CASE WHEN x IS NOT NULL THEN struct_pack(ts := x.ts::TIMESTAMP, tz := x.tz::VARCHAR, ps := ps::INTEGER) END""",
    # The casts give a type to what DuckDB folds to an untyped NULL. Half up at six digits, and at `unit` picoseconds.
    """CREATE OR REPLACE MACRO t_micros(ts, ps) AS
       ts::TIMESTAMP + to_microseconds(CASE WHEN ps >= 500000 THEN 1 ELSE 0 END)""",
    "CREATE OR REPLACE MACRO t_round_ps(ps, unit) AS (ps + unit // 2) // unit * unit",
    """CREATE OR REPLACE MACRO t_round_long(x, unit) AS CASE WHEN x IS NOT NULL THEN struct_pack(
       ts := x.ts::TIMESTAMP + to_microseconds(t_round_ps(x.ps::INTEGER, unit) // 1000000),
       ps := t_round_ps(x.ps::INTEGER, unit) % 1000000) END""",
    """CREATE OR REPLACE MACRO t_round_long_zoned(x, unit) AS CASE WHEN x IS NOT NULL THEN struct_pack(
       ts := x.ts::TIMESTAMP + to_microseconds(t_round_ps(x.ps::INTEGER, unit) // 1000000), tz := x.tz,
       ps := t_round_ps(x.ps::INTEGER, unit) % 1000000) END""",
    """CREATE OR REPLACE MACRO t_unix_nanos(n) AS CASE WHEN n IS NOT NULL THEN struct_pack(
       ts := make_timestamp(((n - ((n % 1000) + 1000) % 1000) // 1000)::BIGINT), tz := 'UTC',
       ps := ((((n % 1000) + 1000) % 1000) * 1000)::INTEGER) END""",
)
