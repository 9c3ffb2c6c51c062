"""Partition projection: values, locations and errors. Expected values: the User Guide's rules, by hand."""

from datetime import datetime

import pytest

from helpers.local.athena.catalog import Column, Table, hive_type
from helpers.local.athena.date_format import DateFormat
from helpers.local.athena.domains import Domain
from helpers.local.athena.errors import AthenaError
from helpers.local.athena.projection import partitions

NOW = datetime(2024, 3, 1, 5, 30)


def table(keys, **properties):
    """A table with projection; `p_type="enum"` stands for the property projection.p.type."""
    parameters = {"projection.enabled": "true"}
    for name, value in properties.items():
        column, _, rest = name.partition("_")
        parameters[f"projection.{column}.{rest.replace('_', '.')}"] = value
    described = [Column(name, hive_type(kind), kind) for name, kind in keys]
    return Table("d", "t", [], described, "s3://b/t", "serde", {}, "in", "out", parameters, "EXTERNAL_TABLE")


def values(given, column=None, domain=None):
    found = partitions(given, {column: domain} if column else {}, now=NOW)
    return [p.values[0] if len(p.values) == 1 else p.values for p in found]


def test_enum_in_hives_layout():
    given = table([("p", "string")], p_type="enum", p_values="a,b c")
    assert [(p.values, p.location) for p in partitions(given, {})] == [
        (("a",), "s3://b/t/p=a/"),
        (("b c",), "s3://b/t/p=b c/"),
    ]
    assert values(given, "p", Domain.of_values(["b c", "z"])) == ["b c"]


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"p_range": "1,3"}, ["1", "2", "3"]),
        ({"p_range": "8,11", "p_digits": "3"}, ["008", "009", "010", "011"]),
        ({"p_range": "0,10", "p_interval": "4"}, ["0", "4", "8"]),
        ({"p_range": " -1 , 1 ", "p_digits": "2"}, ["-01", "00", "01"]),
    ],
)
def test_integers(properties, expected):
    assert values(table([("p", "int")], p_type="integer", **properties)) == expected


def test_integers_meet_the_predicate_without_being_counted_out():
    given = table([("p", "bigint")], p_type="integer", p_range="0,4000000000", p_interval="2")
    assert values(given, "p", Domain.of_values([7, 3999999998])) == ["3999999998"]
    assert values(given, "p", Domain.of_range(10, False, 15, True)) == ["12", "14"]
    text = table([("p", "string")], p_type="integer", p_range="1,99", p_digits="2")
    assert values(text, "p", Domain.of_values(["07", "7"])) == ["07"]
    assert values(text, "p", Domain.of_range("97")) == ["97", "98", "99"]
    with pytest.raises(AthenaError, match="narrow the partition columns"):
        values(given)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"p_format": "yyyy-MM-dd", "p_range": "2024-02-28,NOW"}, ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ({"p_format": "yyyy/MM", "p_range": "2023/11,2024/02"}, ["2023/11", "2023/12", "2024/01", "2024/02"]),
        ({"p_format": "yyyyMMdd", "p_range": "NOW-2DAYS,NOW+1DAY"}, ["20240228", "20240229", "20240301", "20240302"]),
        (
            {
                "p_format": "yyyy-MM-dd-HH",
                "p_range": "2024-03-01-00,NOW",
                "p_interval": "3",
                "p_interval_unit": "HOURS",
            },
            ["2024-03-01-00", "2024-03-01-03"],
        ),
        (
            {"p_format": "yyyy-MM-dd", "p_range": "2024-01-31,2024-04-30", "p_interval_unit": "MONTHS"},
            ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"],
        ),
        ({"p_format": "yyyy", "p_range": "NOW-1YEARS,NOW"}, ["2023", "2024"]),
        ({"p_format": "'y'yyyy", "p_range": "y2024,y2024"}, ["y2024"]),
    ],
)
def test_dates(properties, expected):
    assert values(table([("p", "string")], p_type="date", **properties)) == expected


def test_dates_meet_the_predicate():
    given = table([("p", "string")], p_type="date", p_format="yyyy-MM-dd", p_range="2000-01-01,NOW")
    assert values(given, "p", Domain.of_values(["2024-02-30", "2024-02-29", "2025-01-01"])) == ["2024-02-29"]
    assert values(given, "p", Domain.of_range("2024-02-28", False)) == ["2024-02-29", "2024-03-01"]
    weekly = table([("p", "date")], p_type="date", p_format="yyyy-MM-dd", p_range="2024-01-01,NOW", p_interval="7")
    assert values(weekly, "p", Domain.of_values([datetime(2024, 1, 8).date()])) == ["2024-01-08"]
    assert values(weekly, "p", Domain.of_values([datetime(2024, 1, 9).date()])) == []


def test_injected_needs_an_equality():
    given = table([("p", "string"), ("q", "int")], p_type="injected", q_type="enum", q_values="1,2")
    assert values(given, "p", Domain.of_values(["x", "y"])) == [("x", "1"), ("x", "2"), ("y", "1"), ("y", "2")]
    with pytest.raises(AthenaError) as failed:
        values(given)
    assert str(failed.value) == (
        "CONSTRAINT_VIOLATION: For the injected projected partition column p, the WHERE clause must contain only "
        "static equality conditions, and at least one such condition must be present."
    )


def test_location_template():
    given = table(
        [("y", "int"), ("m", "string")], y_type="integer", y_range="2023,2023", m_type="enum", m_values="01"
    )
    given.parameters["storage.location.template"] = "s3://b/x/${m}-${y}/${other}/"
    assert [p.location for p in partitions(given, {})] == ["s3://b/x/01-2023/${other}/"]


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({}, "missing projection configuration: [p]"),
        ({"p_type": "enum"}, "Missing required property: 'projection.p.values'"),
        ({"p_type": "guess"}, "Unsupported projection type: guess"),
        ({"p_type": "integer", "p_range": "1,x"}, "must be two integers"),
        ({"p_type": "date", "p_format": "yyyy-MM-dd", "p_range": "x,NOW"}, "invalid date: 'x'"),
        ({"p_type": "date", "p_format": "yyyy-MM-dd HH", "p_range": "NOW,NOW"}, "interval.unit' is required"),
        ({"p_type": "date", "p_format": "QQ", "p_range": "NOW,NOW"}, "Unknown pattern letter: Q"),
    ],
)
def test_wrong_configurations(properties, message):
    with pytest.raises(AthenaError) as failed:
        values(table([("p", "string")], **properties))
    assert failed.value.code == "INVALID_TABLE_PROPERTY" and message in failed.value.message


@pytest.mark.parametrize("pattern", ["yyyy-MM-dd", "dd MMM yy", "yyyyMMdd'T'HHmmss", "d/M/yyyy", "''yyyy"])
def test_date_formats_read_what_they_write(pattern):
    day = DateFormat(pattern)
    text = day.format(datetime(2024, 2, 9, 3, 4, 5))
    assert day.format(day.parse(text)) == text
