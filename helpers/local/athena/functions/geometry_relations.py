"""How two geometries lie to each other, points along lines, and distances on the globe (functions/geospatial)."""

import itertools
import math
import re

import shapely

from helpers.local.athena import types
from helpers.local.athena.functions.geometry import BLOB, DOUBLE, TEXT, TRUTH, decode, encode, only
from helpers.local.athena.functions.registry import scalar
from helpers.local.athena.functions.shape import Refused, python

_EARTH_RADIUS = 6371010.0  # metres, Trino's
_TYPE = types.Type("geometry")

# ---- relations and set operations ---------------------------------------------------------------------------
for _name in ("contains", "crosses", "disjoint", "intersects", "overlaps", "touches", "within"):
    _test = getattr(shapely, _name)
    python(f"t_st_{_name}", lambda a, b, f=_test: bool(f(decode(a), decode(b))), [BLOB, BLOB], TRUTH)
    scalar(f"st_{_name}(geometry, geometry) -> boolean", f"t_st_{_name}({{0}}, {{1}})")
python("t_st_equals", lambda a, b: decode(a).equals(decode(b)), [BLOB, BLOB], TRUTH)
scalar("st_equals(geometry, geometry) -> boolean", "t_st_equals({0}, {1})")


def _relate(a, b, pattern):
    """Whether the nine intersections of two geometries fit a pattern such as 'T*F**FFF*' (DE-9IM)."""
    if not re.fullmatch("[012TF*]{9}", pattern):
        raise Refused(f"Invalid relation pattern: {pattern}")
    return decode(a).relate_pattern(decode(b), pattern)


python("t_st_relate", _relate, [BLOB, BLOB, TEXT], TRUTH)
scalar("st_relate(geometry, geometry, varchar) -> boolean", "t_st_relate({0}, {1}, {2})")
for _name, _operation in (
    ("difference", shapely.difference),
    ("intersection", shapely.intersection),
    ("symdifference", shapely.symmetric_difference),
):
    python(f"t_st_{_name}", lambda a, b, f=_operation: encode(f(decode(a), decode(b))), [BLOB, BLOB], BLOB)
    scalar(f"st_{_name}(geometry, geometry) -> geometry", f"t_st_{_name}({{0}}, {{1}})")


def _distance(a, b):
    left, right = decode(a), decode(b)
    return None if left.is_empty or right.is_empty else left.distance(right)


def _nearest(a, b):
    left, right = decode(a), decode(b)
    if left.is_empty or right.is_empty:
        return None
    first, second = shapely.get_parts(shapely.points(shapely.get_coordinates(shapely.shortest_line(left, right))))
    return {"f0": encode(first), "f1": encode(second)}


python("t_st_distance", _distance, [BLOB, BLOB], DOUBLE)
scalar("st_distance(geometry, geometry) -> double", "t_st_distance({0}, {1})")
python("t_nearest_points", _nearest, [BLOB, BLOB], "STRUCT(f0 BLOB, f1 BLOB)")
scalar(
    "geometry_nearest_points(geometry, geometry) -> row(geometry, geometry)",
    "t_nearest_points({0}, {1})",
    returns=lambda _kinds: types.row((None, _TYPE), (None, _TYPE)),
)


# ---- along a line -----------------------------------------------------------------------------------------
def _locate(line, point):
    line, point = decode(line), decode(point)
    if line.is_empty or point.is_empty:
        return None
    if line.geom_type not in ("LineString", "MultiLineString"):
        message = "First argument to line_locate_point must be a LineString or a MultiLineString. Got: "
        raise Refused(message + line.geom_type)
    if point.geom_type != "Point":
        raise Refused(f"Second argument to line_locate_point must be a Point. Got: {point.geom_type}")
    return shapely.line_locate_point(line, point, normalized=True)


def _along(raw, fraction, repeated):
    line = decode(raw)
    if line.is_empty:
        return None
    only("line_interpolate_point", line, "LineString")
    if not 0 <= fraction <= 1:
        raise Refused("fraction must be between 0 and 1")
    count = math.floor(1 / fraction) if repeated and fraction else 1
    points = (shapely.line_interpolate_point(line, fraction * (i + 1), normalized=True) for i in range(count))
    return [encode(p) for p in points]


python("t_line_locate", _locate, [BLOB, BLOB], DOUBLE)
python("t_line_points", lambda g, f: _along(g, f, True), [BLOB, DOUBLE], "BLOB[]")
python("t_line_point", lambda g, f: (_along(g, f, False) or [None])[0], [BLOB, DOUBLE], BLOB)
scalar("line_locate_point(geometry, geometry) -> double", "t_line_locate({0}, {1})")
scalar("line_interpolate_point(geometry, double) -> geometry", "t_line_point({0}, {1})")
scalar("line_interpolate_points(geometry, double) -> array(geometry)", "t_line_points({0}, {1})")


# ---- on the globe -----------------------------------------------------------------------------------------
def _to_sphere(raw):
    geometry = decode(raw)
    if not geometry.is_empty:
        west, south, east, north = geometry.bounds
        if not -90 <= south <= north <= 90:
            raise Refused("Latitude must be between -90 and 90")
        if not -180 <= west <= east <= 180:
            raise Refused("Longitude must be between -180 and 180")
    if geometry.has_z:
        raise Refused("Cannot convert 3D geometry to a spherical geography")
    return bytes(raw)


def great_circle(start, end):
    """Metres between two (longitude, latitude) in degrees on Trino's sphere."""
    (lon1, lat1), (lon2, lat2) = (map(math.radians, p) for p in (start, end))
    across = math.cos(lat2) * math.sin(lon1 - lon2)
    along = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(lon1 - lon2)
    inside = math.sin(lat1) * math.sin(lat2) + math.cos(lat1) * math.cos(lat2) * math.cos(lon1 - lon2)
    return math.atan2(math.hypot(across, along), inside) * _EARTH_RADIUS


def _sphere_type(function, geometry, *allowed):
    if geometry.geom_type not in allowed:
        names = {
            "Point": "POINT",
            "LineString": "LINE_STRING",
            "MultiLineString": "MULTI_LINE_STRING",
            "Polygon": "POLYGON",
            "MultiPolygon": "MULTI_POLYGON",
        }
        wanted = " or ".join(names[a] for a in allowed)
        raise Refused(f"When applied to SphericalGeography inputs, {function} only supports {wanted}. "
                      f"Input type is: {names.get(geometry.geom_type, geometry.geom_type.upper())}")  # fmt: skip


def _sphere_distance(a, b):
    left, right = decode(a), decode(b)
    if left.is_empty or right.is_empty:
        return None
    for geometry in (left, right):
        _sphere_type("ST_Distance", geometry, "Point")
    return great_circle((left.x, left.y), (right.x, right.y))


def _sphere_length(raw):
    geometry = decode(raw)
    if geometry.is_empty:
        return None
    _sphere_type("ST_Length", geometry, "LineString", "MultiLineString")
    lines = [list(line.coords) for line in shapely.get_parts(geometry)]
    return sum(great_circle(a, b) for line in lines for a, b in itertools.pairwise(line))


python("t_to_sphere", _to_sphere, [BLOB], BLOB)
python("t_sphere_distance", _sphere_distance, [BLOB, BLOB], DOUBLE)
python("t_sphere_length", _sphere_length, [BLOB], DOUBLE)
scalar("to_spherical_geography(geometry) -> sphericalgeography", "t_to_sphere({0})")
scalar("st_distance(sphericalgeography, sphericalgeography) -> double", "t_sphere_distance({0}, {1})")
scalar("st_length(sphericalgeography) -> double", "t_sphere_length({0})")


def _sphere_area(raw):
    geometry = decode(raw)
    if geometry.is_empty:
        return None
    _sphere_type("ST_Area", geometry, "Polygon", "MultiPolygon")
    excess = 0.0
    for polygon in shapely.get_parts(geometry):
        excess += abs(_spherical_excess(polygon.exterior))
        excess -= sum(abs(_spherical_excess(hole)) for hole in polygon.interiors)
    return abs(excess * _EARTH_RADIUS**2)


def _spherical_excess(ring):
    """Steradians inside a ring on the unit sphere, as Trino reckons them (GeoFunctions.stSphericalArea).

    The area between each side and the equator adds up to the excess
    (https://www.movable-type.co.uk/scripts/latlong.html); where the course makes no full turn along the ring, it goes
    around a pole, and half the sphere belongs to it.
    """
    points = [tuple(map(math.radians, p)) for p in ring.coords]  # the first is the last too
    if len(points) < 4:
        raise Refused("Polygon is not valid: a loop contains less then 3 vertices.")
    excess, turned, courses = 0.0, 0.0, []
    for (lon1, lat1), (lon2, lat2) in itertools.pairwise(points):
        if (lon1, lat1) == (lon2, lat2):
            raise Refused("Polygon is not valid: it has two identical consecutive vertices")
        tan1, tan2 = math.tan(lat1 / 2), math.tan(lat2 / 2)
        excess += 2 * math.atan2(math.tan((lon2 - lon1) / 2) * (tan1 + tan2), 1 + tan1 * tan2)
        courses += [_bearing(lon1, lat1, lon2, lat2), _bearing(lon2, lat2, lon1, lat1) + math.pi]
    for before, after in itertools.pairwise([*courses, courses[0]]):
        turned += (after - before + 3 * math.pi) % (2 * math.pi) - math.pi
    return abs(excess) - 2 * math.pi if abs(turned) < math.pi / 4 else excess


def _bearing(lon1, lat1, lon2, lat2):
    """The course on which a great circle starts from one point to another, in radians."""
    across = math.sin(lon2 - lon1) * math.cos(lat2)
    along = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(lon2 - lon1)
    return math.atan2(across, along)


python("t_sphere_area", _sphere_area, [BLOB], DOUBLE)
scalar("st_area(sphericalgeography) -> double", "t_sphere_area({0})")
