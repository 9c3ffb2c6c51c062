"""Trino's URL functions (functions/url)."""

import functools
import re
from urllib.parse import quote_plus, unquote_plus

from helpers.local.athena import types
from helpers.local.athena.functions.registry import scalar
from helpers.local.athena.functions.shape import Refused, python

# RFC 2396, as java.net.URI reads it: what does not match is no URI and gives NULL.
_URI = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_ILLEGAL = re.compile(r"[\x00-\x20\"<>\\^`{|}\x7f]|%(?![0-9a-fA-F]{2})")


@functools.lru_cache(maxsize=4096)
def _parse(url):
    """(protocol, host, port, path, query, fragment) of a URI, or None."""
    if _ILLEGAL.search(url) or url.count("#") > 1:
        return None
    scheme, authority, path, query, fragment = _URI.fullmatch(url).groups()
    if scheme is not None and authority is None and path and not path.startswith("/"):
        return scheme, None, None, None, None, fragment  # opaque, such as mailto:
    server = re.fullmatch(r"(?:[^@]*@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]*)(?::(\d*))?", authority or "", re.DOTALL)
    host, port = (server[1] or None, server[2] or None) if server else (None, None)
    return scheme, host, port, path, query, fragment


def _decode(text):
    return None if text is None else re.sub(r"%.*", lambda m: unquote_plus(m[0].replace("+", "%2B")), text)


def _part(position):
    def part(url):
        parsed = _parse(url)
        if parsed is None:
            return None
        value = parsed[position]
        return (_decode(value) or "") if position != 2 else (int(value) if value else None)

    return part


def _parameter(url, name):
    parsed = _parse(url)
    if parsed is None or not parsed[4]:
        return None
    for pair in parsed[4].split("&"):
        key, equals, value = pair.partition("=")
        if unquote_plus(key) == name:
            return unquote_plus(value) if equals else ""
    return None


def _url_decode(text):
    if re.search(r"%(?![0-9a-fA-F]{2})", text):
        raise Refused(f"URLDecoder: Illegal hex characters in escape (%) pattern : {text}")
    return unquote_plus(text)


python("t_url_encode", lambda s: quote_plus(s, safe="*").replace("~", "%7E"), ["VARCHAR"], "VARCHAR")
python("t_url_decode", _url_decode, ["VARCHAR"], "VARCHAR")
python("t_url_parameter", _parameter, ["VARCHAR", "VARCHAR"], "VARCHAR")
scalar("url_encode(varchar(n)) -> varchar", "t_url_encode({0})", returns=lambda kinds: _encoded(kinds[0]))
scalar("url_decode(varchar(n)) -> varchar(n)", "t_url_decode({0})")
scalar("url_extract_parameter(varchar(n), varchar) -> varchar(n)", "t_url_parameter({0}, {1})")
for _position, _name in enumerate(("protocol", "host", "port", "path", "query", "fragment")):
    _result = "BIGINT" if _name == "port" else "VARCHAR"
    python(f"t_url_{_name}", _part(_position), ["VARCHAR"], _result)
    scalar(
        f"url_extract_{_name}(varchar(n)) -> {'bigint' if _name == 'port' else 'varchar(n)'}",
        f"t_url_{_name}({{0}})",
    )


def _encoded(kind):
    """A character takes at most four bytes, each three characters (%XX)."""
    return types.varchar(min(types.UNBOUNDED, kind.args[0] * 12)) if kind.args else types.VARCHAR
