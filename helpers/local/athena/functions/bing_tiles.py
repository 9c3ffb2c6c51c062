"""Bing tiles (functions/geospatial): squares of Mercator's map, a quarter of one another by zoom level.

A tile is one number: its quadkey behind a 1, read in base 4.
"""

import math

from helpers.local.athena import types
from helpers.local.athena.functions.geometry import BLOB, DOUBLE, TEXT, box, decode, encode
from helpers.local.athena.functions.registry import scalar
from helpers.local.athena.functions.shape import Refused, python

_MAX_ZOOM = 23
_MAX_LATITUDE, _MAX_LONGITUDE = 85.05112878, 180.0
_WHOLE = "BIGINT"
_MAX_TILES = 1_000_000


def _checked_zoom(zoom):
    if zoom < 1:
        raise Refused("Zoom level must be > 0")
    if zoom > _MAX_ZOOM:
        raise Refused(f"Zoom level must be <= {_MAX_ZOOM}")
    return zoom


def _tile(x, y, zoom):
    limit = 2 ** _checked_zoom(zoom)
    if not (0 <= x < limit and 0 <= y < limit):
        raise Refused(f"XY coordinates for a Bing tile at zoom level {zoom} must be within [0, {limit}) range")
    tile = 1
    for bit in range(zoom - 1, -1, -1):
        tile = tile * 4 + (x >> bit & 1) + 2 * (y >> bit & 1)
    return tile


def tile_parts(tile):
    """→ (x, y, zoom)"""
    zoom = (tile.bit_length() - 1) // 2
    digits = [tile >> 2 * i & 3 for i in range(zoom)]
    return sum((d & 1) << i for i, d in enumerate(digits)), sum((d >> 1) << i for i, d in enumerate(digits)), zoom


def _quadkey(tile):
    return "".join(str(tile >> 2 * i & 3) for i in range((tile.bit_length() - 1) // 2 - 1, -1, -1))


def _from_quadkey(key):
    if not key:
        raise Refused("QuadKey must not be empty string")
    if len(key) > _MAX_ZOOM:
        raise Refused(f"QuadKey must be {_MAX_ZOOM} characters or less")
    if key.strip("0123"):
        raise Refused(f"Invalid QuadKey digit sequence: {key}")
    return int("1" + key, 4)


def _checked(latitude, longitude):
    if not -_MAX_LATITUDE <= latitude <= _MAX_LATITUDE:
        raise Refused("Latitude must be between -85.05112878 and 85.05112878")
    if not -_MAX_LONGITUDE <= longitude <= _MAX_LONGITUDE:
        raise Refused("Longitude must be between -180.0 and 180.0")


def _position(latitude, longitude, zoom):
    """The x and y of the tile at a place."""
    size = 256 << zoom
    sine = math.sin(math.radians(latitude))
    x = (longitude + 180) / 360
    y = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return tuple(int(min(max(part * size, 0), size - 1)) // 256 for part in (x, y))


def _at(latitude, longitude, zoom):
    _checked(latitude, longitude)
    return _tile(*_position(latitude, longitude, _checked_zoom(zoom)), zoom)


def _around(latitude, longitude, zoom):
    _checked(latitude, longitude)
    x, y = _position(latitude, longitude, _checked_zoom(zoom))
    inside = range(2**zoom)
    around = ((i, j) for i in range(x - 1, x + 2) for j in range(y - 1, y + 2))
    return [_tile(i, j, zoom) for i, j in around if i in inside and j in inside]


def _corner(x, y, zoom):
    """The (longitude, latitude) of a tile's upper left corner."""
    east, south = x / 2**zoom - 0.5, 0.5 - y / 2**zoom
    return 360 * east, 90 - 360 * math.atan(math.exp(-south * 2 * math.pi)) / math.pi


def _square(x, y, zoom):
    (west, north), (east, south) = _corner(x, y, zoom), _corner(x + 1, y + 1, zoom)
    return box(west, south, east, north)


def _covering(raw, zoom):
    """The tiles that a geometry has a part in; one that it only touches with its right or lower edge is none."""
    geometry = decode(raw)
    _checked_zoom(zoom)
    if geometry.is_empty:
        return []
    west, south, east, north = geometry.bounds
    if not -_MAX_LATITUDE <= south <= north <= _MAX_LATITUDE:
        raise Refused("Latitude span for the geometry must be in [-85.05, 85.05] range")
    if not -_MAX_LONGITUDE <= west <= east <= _MAX_LONGITUDE:
        raise Refused("Longitude span for the geometry must be in [-180.00, 180.00] range")
    (left, top), (right, bottom) = _position(north, west, zoom), _position(south, east, zoom)
    if _corner(right, bottom, zoom)[0] == east and right > left:
        right -= 1
    if _corner(right, bottom, zoom)[1] == south and bottom > top:
        bottom -= 1
    if (count := (right - left + 1) * (bottom - top + 1)) > _MAX_TILES:
        raise Refused(
            "The number of tiles covering input rectangle exceeds the limit of 1M. "
            f"Number of tiles: {count}. Rectangle: xMin={west:.2f}, "
            f"yMin={south:.2f}, xMax={east:.2f}, yMax={north:.2f}. Zoom level: {zoom}."
        )
    squares = ((x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))
    return [_tile(x, y, zoom) for x, y in squares if geometry.intersects(_square(x, y, zoom))]


python("t_bing_tile", _tile, [_WHOLE] * 3, _WHOLE)
python("t_bing_from_quadkey", _from_quadkey, [TEXT], _WHOLE)
python("t_bing_quadkey", _quadkey, [_WHOLE], TEXT)
python(
    "t_bing_coordinates",
    lambda tile: dict(zip("xy", tile_parts(tile), strict=False)),
    [_WHOLE],
    "STRUCT(x INTEGER, y INTEGER)",
)
python("t_bing_at", _at, [DOUBLE, DOUBLE, _WHOLE], _WHOLE)
python("t_bing_around", _around, [DOUBLE, DOUBLE, _WHOLE], "BIGINT[]")
python("t_bing_polygon", lambda tile: encode(_square(*tile_parts(tile))), [_WHOLE], BLOB)
python("t_bing_covering", _covering, [BLOB, _WHOLE], "BIGINT[]")
scalar("bing_tile(integer, integer, integer) -> bingtile", "t_bing_tile({0}, {1}, {2})")
scalar("bing_tile(varchar) -> bingtile", "t_bing_from_quadkey({0})")
scalar("bing_tile_at(double, double, integer) -> bingtile", "t_bing_at({0}, {1}, {2})")
scalar("bing_tiles_around(double, double, integer) -> array(bingtile)", "t_bing_around({0}, {1}, {2})")
scalar("bing_tile_quadkey(bingtile) -> varchar", "t_bing_quadkey({0})")
scalar("bing_tile_zoom_level(bingtile) -> tinyint", "length(t_bing_quadkey({0}))::TINYINT")
scalar("bing_tile_polygon(bingtile) -> geometry", "t_bing_polygon({0})")
scalar("geometry_to_bing_tiles(geometry, integer) -> array(bingtile)", "t_bing_covering({0}, {1})")
scalar(
    "bing_tile_coordinates(bingtile) -> row(x integer, y integer)",
    "t_bing_coordinates({0})",
    returns=lambda _kinds: types.row(("x", types.INTEGER), ("y", types.INTEGER)),
)
