"""format() in Java's notation, format_number, typeof, uuid and IP addresses (functions/conversion, …)."""

import ipaddress
import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from helpers.local.athena.functions.date_texts import MONTHS, WEEKDAYS
from helpers.local.athena.functions.registry import scalar
from helpers.local.athena.functions.shape import Refused, as_text, python, quote

_SPECIFIER = re.compile(r"%(?:(\d+)\$)?([-#+ 0,(<]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])([a-zA-Z])?")
_V = "VARCHAR"


# ---- java.util.Formatter ----------------------------------------------------------------------------------
def _format(pattern, values):
    """`values`: each a letter for its kind (i, n, f, b, s, t) and its text; None is NULL."""
    out, at, ordinary, last = [], 0, 0, None
    while at < len(pattern):
        if pattern[at] != "%":
            following = pattern.find("%", at)
            following = len(pattern) if following < 0 else following
            out.append(pattern[at:following])
            at = following
            continue
        found = _SPECIFIER.match(pattern, at)
        if not found:
            raise Refused(f"Invalid format string: {pattern} (UnknownFormatConversion: '%')")
        index, flags, width, precision, letter, more = found.groups()
        at = found.end() if letter in "tT" else found.end() - len(more or "")
        if letter in "%n":
            out.append(("%" if letter == "%" else "\n").rjust(int(width or 0)))
            continue
        if "<" in flags:
            chosen = last
        elif index:
            chosen = int(index) - 1
        else:
            chosen, ordinary = ordinary, ordinary + 1
        if chosen is None or chosen >= len(values):
            raise Refused(f"Invalid format string: {pattern} (MissingFormatArgument: Format specifier '{found[0]}')")
        last = chosen
        text = _convert(pattern, letter, more, flags, width, precision, values[chosen])
        text = text.upper() if letter.isupper() else text
        out.append(text.ljust(int(width or 0)) if "-" in flags else text.rjust(int(width or 0)))
    return "".join(out)


def _convert(pattern, letter, more, flags, width, precision, value):
    kind, text = (None, None) if value is None else (value[0], value[1:])
    low = letter.lower()
    if low == "b":
        shown = "false" if value is None else text if kind == "b" else "true"
        return shown[: int(precision)] if precision else shown
    if low == "s" or value is None:
        shown = "null" if value is None else _local_text(text) if kind == "t" else text
        return shown[: int(precision)] if precision else shown
    if low == "d" and kind == "i":
        return _signed(int(text), str(abs(int(text))), flags, width)
    if low in "xo" and kind == "i":
        number = int(text)
        number = number if number >= 0 else number + (1 << 64)
        digits = format(number, low)
        return digits.zfill(int(width)) if "0" in flags and width else digits
    if low == "c" and kind == "i":
        return chr(int(text))
    if low in "feg" and kind in "fn":
        return _floating(low, text, flags, width, 6 if precision is None else int(precision))
    if low == "t" and kind == "t":
        return _moment(more, text)
    raise Refused(f"Invalid format string: {pattern} (IllegalFormatConversion: {letter} != {_JAVA.get(kind)})")


def _local_text(text):
    """A timestamp as LocalDateTime.toString writes it: no zero seconds, no zeros at the end."""
    found = re.fullmatch(r"(\d+-\d\d-\d\d) (\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?", text)
    if not found:
        return text
    day, clock, second, fraction = found.groups()
    fraction = (fraction or "").rstrip("0")
    fraction = "." + fraction.ljust(-(-len(fraction) // 3) * 3, "0") if fraction else ""
    return f"{day}T{clock}" + (f":{second}{fraction}" if fraction or second not in (None, "00") else "")


_JAVA = {"i": "java.lang.Long", "f": "java.lang.Double", "n": "java.math.BigDecimal", "s": "java.lang.String",
         "b": "java.lang.Boolean", "t": "java.time.ZonedDateTime"}  # fmt: skip


def _floating(letter, text, flags, width, precision):
    if text in ("NaN", "Infinity", "-Infinity"):
        return ("+" if "+" in flags and text == "Infinity" else "") + text
    number = Decimal(text)
    if letter == "g":
        precision = precision or 1
        rounded = Decimal(f"{abs(number):.{precision - 1}e}")
        if rounded == 0 or Decimal("0.0001") <= rounded < Decimal(10) ** precision:
            letter, precision = "f", max(0, precision - (rounded.adjusted() if rounded else 0) - 1)
        else:
            letter, precision = "e", precision - 1
    if letter == "e":
        digits = re.sub(r"e([+-])(\d)$", r"e\g<1>0\2", f"{abs(number):.{precision}e}")
    else:
        digits = format(abs(number).quantize(Decimal(1).scaleb(-precision), ROUND_HALF_UP), "f")
    return _signed(number, digits, flags, width)


def _signed(number, digits, flags, width):
    if "," in flags:
        whole, dot, fraction = digits.partition(".")
        digits = f"{int(whole):,}{dot}{fraction}"
    negative = number < 0
    before = "(" if negative and "(" in flags else "-" if negative else "+" if "+" in flags else " " * (" " in flags)
    after = ")" if negative and "(" in flags else ""
    if "0" in flags and width:
        digits = digits.zfill(int(width) - len(before) - len(after))
    return before + digits + after


def _moment(letter, text):
    zone = re.search(r" ([A-Z+-]\S*)$", text)
    moment = datetime.fromisoformat((text[: zone.start()] if zone else text).strip()[:26])
    hour = (moment.hour + 11) % 12 + 1
    fields = {
        "A": WEEKDAYS[moment.weekday()], "a": WEEKDAYS[moment.weekday()][:3], "B": MONTHS[moment.month - 1],
        "b": MONTHS[moment.month - 1][:3], "h": MONTHS[moment.month - 1][:3], "e": str(moment.day),
        "d": f"{moment.day:02d}", "m": f"{moment.month:02d}", "Y": f"{moment.year:04d}",
        "y": f"{moment.year % 100:02d}", "C": f"{moment.year // 100:02d}", "j": f"{moment.timetuple().tm_yday:03d}",
        "H": f"{moment.hour:02d}", "k": str(moment.hour), "I": f"{hour:02d}", "l": str(hour),
        "M": f"{moment.minute:02d}", "S": f"{moment.second:02d}", "L": f"{moment.microsecond // 1000:03d}",
        "N": f"{moment.microsecond:06d}000", "p": "pm" if moment.hour >= 12 else "am",
        "T": moment.strftime("%H:%M:%S"), "R": moment.strftime("%H:%M"), "F": moment.strftime("%Y-%m-%d"),
        "D": moment.strftime("%m/%d/%y"), "r": f"{hour:02d}{moment:%:M:%S} {'PM' if moment.hour >= 12 else 'AM'}",
        "Z": zone[1] if zone else "UTC",
    }  # fmt: skip
    if letter not in fields:
        raise Refused(f"Invalid format string: unknown date conversion 't{letter}'")
    return fields[letter]


_KINDS = {"real": "f", "double": "f", "decimal": "n", "boolean": "b", "date": "t", "timestamp": "t", "time": "t",
          "timestamp with time zone": "t"}  # fmt: skip


def _plain_text(arg, kind):
    """A value's text as Java's formatter gets it: doubles without CAST's scientific notation."""
    return f"t_{kind.base}_text({arg})" if kind.base in ("double", "real") else as_text(arg, kind)


def _format_sql(args, kinds):
    values = []
    for arg, kind in zip(args[1:], kinds[1:], strict=True):
        letter = "i" if kind.is_integer else _KINDS.get(kind.base, "s")
        if kind.base in ("array", "map", "row"):
            text = f"CAST({arg} AS VARCHAR)"
        else:
            text = "CAST(NULL AS VARCHAR)" if kind.base == "unknown" else _plain_text(arg, kind)
        values.append(f"'{letter}' || {text}")
    return f"t_format({args[0]}, [{', '.join(values)}]::VARCHAR[])"


python("t_format", _format, [_V, "VARCHAR[]"], _V)
for _count in range(1, 11):
    scalar(f"format(varchar, {', '.join('ABCDEFGHIJ'[:_count])}) -> varchar", _format_sql)


# ---- format_number ----------------------------------------------------------------------------------------
def _format_number(value):
    """Three digits and a unit. Trino makes a long of a double first, and gives negative numbers two decimals."""
    number = 0.0 if value != value else float(max(-(2**63), min(2**63 - 1, int(max(-1e19, min(1e19, value))))))
    unit = 0
    while abs(number) >= 1000 and unit < 5:
        number, unit = number / 1000, unit + 1
    places = 2 if number < 10 else 1 if number < 100 else 0
    text = format(Decimal(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text + ("", "K", "M", "B", "T", "Q")[unit]


python("t_format_number", _format_number, ["DOUBLE"], _V)
scalar("format_number(bigint) -> varchar", "t_format_number(({0})::DOUBLE)")
scalar("format_number(double) -> varchar", "t_format_number({0})")

# The argument stays in the text: an aggregate in it must still aggregate.
scalar(
    "typeof(T) -> varchar",
    lambda args, kinds: f"CASE WHEN ({args[0]}) IS NULL THEN {quote(kinds[0].display)} "
    f"ELSE {quote(kinds[0].display)} END",
)
scalar("uuid() -> uuid", "uuid()", deterministic=False)


# ---- IP addresses ---------------------------------------------------------------------------------------
def _contains(prefix, address):
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(prefix, strict=False)
    except (ValueError, TypeError):
        raise Refused(f"Invalid CIDR notation: {prefix}") from None


def _cast_address(text):
    """The canonical text of an address; one of IPv4 inside IPv6 is shown as IPv4."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise Refused(f"Cannot cast value to IPADDRESS: {text}", "INVALID_CAST_ARGUMENT") from None
    return str(getattr(address, "ipv4_mapped", None) or address)


def _address_bytes(text):
    """The 16 bytes of an address, one of IPv4 inside IPv6."""
    address = ipaddress.ip_address(text)
    return address.packed if address.version == 6 else bytes(10) + b"\xff\xff" + address.packed


def _binary_address(raw):
    if len(raw) == 4:
        raw = bytes(10) + b"\xff\xff" + raw
    if len(raw) != 16:
        raise Refused(f"Invalid InetAddress binary length: {len(raw)}", "INVALID_CAST_ARGUMENT")
    return _cast_address(str(ipaddress.IPv6Address(raw)))


python("t_ipaddress_binary", _address_bytes, [_V], "BLOB")
python("t_binary_ipaddress", _binary_address, ["BLOB"], _V)
python("t_cast_ipaddress", _cast_address, [_V], _V)
python("t_ip_contains", _contains, [_V, _V], "BOOLEAN")
scalar("contains(varchar, ipaddress) -> boolean", "t_ip_contains({0}, {1})")
