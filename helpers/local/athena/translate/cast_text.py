"""CAST to varchar and char as DuckDB SQL."""

_SHORTENED = ("varchar", "char", "json", "time with time zone", "ipaddress")


def text_of(source):
    """How a value of type `source` is written as varchar: text → text; None where Trino has no such cast."""
    if source.is_integer or source.base in ("boolean", "decimal", "uuid"):
        return lambda x: f"CAST({x} AS VARCHAR)"
    if source.base == "date":
        return lambda x: f"t_date_text({x})"
    if source.base in ("double", "real"):
        return lambda x: f"t_{source.base}_varchar({x})"
    if source.base == "timestamp":
        return lambda x: timestamp_text(x, source.args[0])
    if source.base == "timestamp with time zone":
        if source.is_long:
            local = lambda x: f"struct_pack(ts := t_local({x}), ps := ({x}).ps)"  # noqa: E731
            return lambda x: f"({timestamp_text(local(x), source.args[0])} || ' ' || ({x}).tz)"
        return lambda x: f"({timestamp_text(f't_local({x})', source.args[0])} || ' ' || ({x}).tz)"
    if source.base == "time":
        return lambda x: time_text(x, source.args[0])
    if source.is_text or source.base in ("ipaddress", "time with time zone"):
        return lambda x: x
    if source.base == "interval day to second":
        return lambda x: f"t_interval_text({x})"
    if source.base == "interval year to month":
        return lambda x: f"t_months_text({x})"
    return None


def to_varchar(source, target):
    """CAST to varchar or varchar(n): text is cut, what would lose its meaning is refused."""
    whole = text_of(source)
    if whole is None or not target.args:
        return whole
    length = target.args[0]
    if source.base == "varchar" and source.args and source.args[0] <= length:
        return whole
    if source.base in _SHORTENED:
        return lambda x: f"left({whole(x)}, {length})"
    if source.base == "uuid":
        return lambda x: _fitting(whole(x), f"'Cannot cast ''' || {whole(x)} || ''' to varchar({length})'", length)
    shown = whole
    if source.base in ("double", "real"):
        shown = lambda x: f"t_{source.base}_text({x}) || ' (' || {whole(x)} || ')'"  # noqa: E731
    message = lambda x: f"'Value ' || {shown(x)} || ' cannot be represented as varchar({length})'"  # noqa: E731
    return lambda x: _fitting(whole(x), message(x), length)


def _fitting(text, message, length):
    return f"CASE WHEN length({text}) > {length} THEN error('INVALID_CAST_ARGUMENT: ' || {message}) ELSE {text} END"


def to_char(source, target):
    """CAST of text to char(n): cut or padded with blanks. Trino has no other."""
    if not source.is_text:
        return None
    length = target.args[0]
    return lambda x: f"rpad(left({x}, {length}), {length}, ' ')"


def _length(base, precision):
    return base + (precision + 1 if precision else 0)


def timestamp_text(x, precision):
    """A timestamp with as many digits after the point as its type has."""
    if precision > 6:
        digits = f"left(lpad(CAST(({x}).ps AS VARCHAR), 6, '0'), {precision - 6})"
        return f"(strftime(({x}).ts, '%Y-%m-%d %H:%M:%S.%f') || {digits})"
    return f"left(strftime({x}, '%Y-%m-%d %H:%M:%S.%f'), {_length(19, precision)})"


def time_text(x, precision):
    """A time likewise."""
    zeros = f" || '{'0' * (precision - 6)}'" if precision > 6 else ""
    return f"(left(strftime(DATE '2000-01-01' + {x}, '%H:%M:%S.%f'), {_length(8, min(precision, 6))}){zeros})"
