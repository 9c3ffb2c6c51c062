"""Trino's date and time arithmetic (functions/datetime): fields, truncation, addition, difference."""

from helpers.local.athena.functions.registry import macros, scalar
from helpers.local.athena.functions.shape import bad_argument, let, literal_text, refuse

_ZONED = "timestamp(p) with time zone"
_LOCAL = "t_local({0})"

# ---- fields -----------------------------------------------------------------------------------------------
_DATE_FIELDS = {
    "year": "year({})", "quarter": "quarter({})", "month": "month({})", "week": "week({})",
    "week_of_year": "week({})", "day": "day({})", "day_of_month": "day({})", "day_of_week": "isodow({})",
    "dow": "isodow({})", "day_of_year": "dayofyear({})", "doy": "dayofyear({})", "year_of_week": "isoyear({})",
    "yow": "isoyear({})",
}  # fmt: skip
_TIME_FIELDS = {"hour": "hour({})", "minute": "minute({})", "second": "second({})",
                "millisecond": "(millisecond({}) % 1000)"}  # fmt: skip
for _name, _text in (_DATE_FIELDS | _TIME_FIELDS).items():
    scalar(f"{_name}(timestamp(p)) -> bigint", _text.format("{0}") + "::BIGINT")
    scalar(f"{_name}({_ZONED}) -> bigint", _text.format(_LOCAL) + "::BIGINT")
for _name, _text in _DATE_FIELDS.items():
    scalar(f"{_name}(date) -> bigint", _text.format("{0}") + "::BIGINT")
for _name, _text in _TIME_FIELDS.items():
    scalar(f"{_name}(time(p)) -> bigint", _text.format("{0}") + "::BIGINT")
    scalar(f"{_name}(time(p) with time zone) -> bigint", _text.format("left({0}, 8)::TIME") + "::BIGINT")
for _name, _text in (
    ("day", "trunc(({0}) / 86400000)"),
    ("hour", "trunc(({0}) / 3600000) % 24"),
    ("minute", "trunc(({0}) / 60000) % 60"),
    ("second", "trunc(({0}) / 1000) % 60"),
    ("millisecond", "({0}) % 1000"),
):
    scalar(f"{_name}(interval day to second) -> bigint", f"({_text})::BIGINT")
scalar("year(interval year to month) -> bigint", "trunc(({0}) / 12)::BIGINT")
scalar("month(interval year to month) -> bigint", "(({0}) % 12)::BIGINT")
scalar("to_milliseconds(interval day to second) -> bigint", "({0})")

scalar("last_day_of_month(date) -> date", "last_day({0})")
scalar("last_day_of_month(timestamp(p)) -> date", "last_day({0})")
scalar(f"last_day_of_month({_ZONED}) -> date", f"last_day({_LOCAL})")
scalar("date(varchar) -> date", "t_cast_date({0})")
scalar("date(timestamp(p)) -> date", "({0})::DATE")
scalar(f"date({_ZONED}) -> date", f"({_LOCAL})::DATE")

# ---- units ------------------------------------------------------------------------------------------------
_DAYS_UP = ("day", "week", "month", "quarter", "year")
_CLOCK = ("millisecond", "second", "minute", "hour")


def _unit(sql, allowed, what):
    """(unit in lower case, or None when only the query knows it); INVALID_FUNCTION_ARGUMENT for another."""
    text = literal_text(sql)
    if text is None:
        return None
    if text.lower() not in allowed:
        raise bad_argument(f"'{text}' is not a valid {what} field")
    return text.lower()


def _by_unit(sql, allowed, what, write):
    """`write(unit)` for a literal unit; else a CASE over all of them."""
    unit = _unit(sql, allowed, what)
    if unit is not None:
        return write(unit)
    cases = " ".join(f"WHEN '{u}' THEN {write(u)}" for u in allowed)
    refusal = refuse(f"'''' || {sql} || ''' is not a valid {what} field'")
    return f"CASE lower({sql}) {cases} ELSE CASE WHEN ({sql}) IS NOT NULL THEN {refusal} END END"


# ---- date_trunc -------------------------------------------------------------------------------------------
def _trunc(kind):
    allowed = {"date": _DAYS_UP, "time": _CLOCK}.get(kind, (*_CLOCK, *_DAYS_UP))
    what = {"date": "DATE", "time": "Time"}.get(kind, "Timestamp")

    def write(args, _kinds):
        if kind == "zoned":
            body = _by_unit(
                args[0], allowed, what, lambda u: f"t_with_zone(date_trunc('{u}', t_local(__z)), (__z).tz)"
            )
            return let("__z", args[1], body)
        value = f"(DATE '2000-01-01' + ({args[1]}))" if kind == "time" else args[1]
        cast = {"date": "::DATE", "time": "::TIME"}.get(kind, "")
        return _by_unit(args[0], allowed, what, lambda u: f"date_trunc('{u}', {value}){cast}")

    return write


scalar("date_trunc(varchar, date) -> date", _trunc("date"))
scalar("date_trunc(varchar, timestamp(p)) -> timestamp(p)", _trunc("timestamp"))
scalar(f"date_trunc(varchar, {_ZONED}) -> {_ZONED}", _trunc("zoned"))
scalar("date_trunc(varchar, time(p)) -> time(p)", _trunc("time"))

# ---- date_add ---------------------------------------------------------------------------------------------
_STEP = {
    "millisecond": "to_milliseconds({})", "second": "to_seconds({})", "minute": "to_minutes({})",
    "hour": "to_hours({})", "day": "to_days({}::INTEGER)", "week": "to_days(({} * 7)::INTEGER)",
    "month": "to_months({}::INTEGER)", "quarter": "to_months(({} * 3)::INTEGER)",
    "year": "to_months(({} * 12)::INTEGER)",
}  # fmt: skip


def _add(kind):
    allowed = {"date": _DAYS_UP, "time": _CLOCK}.get(kind, (*_CLOCK, *_DAYS_UP))
    what = {"date": "DATE", "time": "Time"}.get(kind, "Timestamp")

    def write(args, _kinds):
        count = f"({args[1]})"

        def step(unit):
            return _STEP[unit].format(count)

        if kind == "zoned":
            # Hours pass on the clock of the universe, days on the wall of the zone.
            def moved(unit):
                if unit in _CLOCK:
                    return f"t_zoned((__z).ts + {step(unit)}, (__z).tz)"
                return f"t_with_zone(t_local(__z) + {step(unit)}, (__z).tz)"

            return let("__z", args[2], _by_unit(args[0], allowed, what, moved))
        cast = {"date": "::DATE", "time": "::TIME"}.get(kind, "")
        return _by_unit(args[0], allowed, what, lambda u: f"(({args[2]}) + {step(u)}){cast}")

    return write


scalar("date_add(varchar, bigint, date) -> date", _add("date"))
scalar("date_add(varchar, bigint, timestamp(p)) -> timestamp(p)", _add("timestamp"))
scalar(f"date_add(varchar, bigint, {_ZONED}) -> {_ZONED}", _add("zoned"))
scalar("date_add(varchar, bigint, time(p)) -> time(p)", _add("time"))


# ---- date_diff: whole units ------------------------------------------------------------------------------
macros(
    """CREATE OR REPLACE MACRO t_whole_months(a, b) AS
        ((year(b) - year(a)) * 12 + month(b) - month(a))
        - CASE WHEN a + to_months(((year(b) - year(a)) * 12 + month(b) - month(a))::INTEGER) > b THEN 1 ELSE 0 END""",
    """CREATE OR REPLACE MACRO t_whole_months_back(a, b) AS
        ((year(b) - year(a)) * 12 + month(b) - month(a))
        - CASE WHEN b - to_months(((year(b) - year(a)) * 12 + month(b) - month(a))::INTEGER) < a THEN 1 ELSE 0 END""",
    # Joda's months: as many as can be added to a (or taken from it) without passing b.
    """CREATE OR REPLACE MACRO t_months_between(a, b) AS CASE
        WHEN b >= a THEN t_whole_months(a, b) ELSE -t_whole_months_back(b, a) END""",
)
_MICROS = {"millisecond": 1000, "second": 10**6, "minute": 60 * 10**6, "hour": 3600 * 10**6, "day": 86400 * 10**6,
           "week": 7 * 86400 * 10**6}  # fmt: skip
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def _difference(unit, a, b):
    if unit in _MONTHS:
        months = f"t_months_between({a}, {b})"
        return months if unit == "month" else f"trunc({months} / {_MONTHS[unit]})"
    return f"trunc((epoch_us({b}) - epoch_us({a})) / {_MICROS[unit]})"


def _diff(kind):
    allowed = {"date": _DAYS_UP, "time": _CLOCK}.get(kind, (*_CLOCK, *_DAYS_UP))
    what = {"date": "DATE", "time": "Time"}.get(kind, "Timestamp")

    def write(args, _kinds):
        def between(unit):
            if kind == "zoned" and unit in _CLOCK:
                return _difference(unit, "(__a).ts::TIMESTAMP", "(__b).ts::TIMESTAMP")
            if kind == "zoned":
                return _difference(unit, "t_local(__a)", "t_shift((__b).ts, (__a).tz)")
            if kind == "date" and unit in ("day", "week"):
                return "date_diff('day', __a, __b)" if unit == "day" else "trunc(date_diff('day', __a, __b) / 7)"
            if kind == "time":
                return _difference(unit, "(DATE '2000-01-01' + __a)", "(DATE '2000-01-01' + __b)")
            return _difference(unit, "__a", "__b")

        body = _by_unit(args[0], allowed, what, lambda u: f"({between(u)})::BIGINT")
        a, b = args[1], args[2]
        if kind in ("date", "timestamp") and literal_text(args[0]) is not None:
            return body.replace("__a", f"({a})").replace("__b", f"({b})")
        return let("__a", a, let("__b", b, body))

    return write


scalar("date_diff(varchar, date, date) -> bigint", _diff("date"))
scalar("date_diff(varchar, timestamp(p), timestamp(p)) -> bigint", _diff("timestamp"))
scalar(f"date_diff(varchar, {_ZONED}, {_ZONED}) -> bigint", _diff("zoned"))
scalar("date_diff(varchar, time(p), time(p)) -> bigint", _diff("time"))
