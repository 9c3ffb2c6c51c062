"""Geometries: their text and bytes, their parts and their measures (functions/geospatial), on shapely.

A geometry is its well-known binary. As in Trino, shells run against the clock and holes with it.
"""

import functools
import math

import shapely

from helpers.local.athena.functions.registry import aggregate, scalar
from helpers.local.athena.functions.shape import Refused, python
from helpers.local.athena.functions.wkt import closed_rings

# shapely's name of a type → Trino's in messages, and what ST_GeometryType says
_TYPES = {
    "Point": ("POINT", "ST_Point"), "LineString": ("LINE_STRING", "ST_LineString"),
    "Polygon": ("POLYGON", "ST_Polygon"), "MultiPoint": ("MULTI_POINT", "ST_MultiPoint"),
    "MultiLineString": ("MULTI_LINE_STRING", "ST_MultiLineString"),
    "MultiPolygon": ("MULTI_POLYGON", "ST_MultiPolygon"),
    "GeometryCollection": ("GEOMETRY_COLLECTION", "ST_GeomCollection"),
}  # fmt: skip
_LINES = ("LineString", "MultiLineString")
BLOB, TEXT, DOUBLE, TRUTH, WHOLE = "BLOB", "VARCHAR", "DOUBLE", "BOOLEAN", "BIGINT"


@functools.lru_cache(maxsize=2048)
def decode(raw):
    return shapely.from_wkb(bytes(raw))


def encode(geometry):
    if geometry.geom_type == "LinearRing":
        geometry = shapely.LineString(geometry)
    return shapely.to_wkb(shapely.orient_polygons(geometry, exterior_cw=False))


def box(west, south, east, north):
    """A rectangle as Trino begins it: in the south-west, and against the clock."""
    return shapely.Polygon([(west, south), (east, south), (east, north), (west, north)])


def convex_hull(geometry):
    """Its ring begins at its westernmost point, as Trino's does."""
    hull = shapely.convex_hull(geometry)
    if hull.geom_type != "Polygon":
        return hull
    ring = list(hull.exterior.coords)[:-1]
    first = ring.index(min(ring))
    return shapely.Polygon(ring[first:] + ring[:first])


def text_of(raw):
    """Well-known text with as many digits as it takes."""
    return shapely.to_wkt(decode(raw), rounding_precision=-1, trim=True)


def only(function, geometry, *allowed):
    """Refuse a geometry of another type than those that `function` takes."""
    if geometry.geom_type not in allowed:
        wanted = " or ".join(_TYPES[a][0] for a in allowed)
        raise Refused(f"{function} only applies to {wanted}. Input type is: {_TYPES[geometry.geom_type][0]}")
    return geometry


# ---- text and bytes ---------------------------------------------------------------------------------------
def _from_text(text):
    try:
        return shapely.from_wkt(closed_rings(text))
    except shapely.errors.GEOSException:
        raise Refused(f"Invalid WKT: {text}") from None


def _from_binary(raw):
    try:
        return encode(shapely.from_wkb(bytes(raw)))
    except shapely.errors.GEOSException:
        raise Refused("Invalid WKB") from None


def _from_json(text):
    try:
        return encode(shapely.from_geojson(text))
    except shapely.errors.GEOSException:
        raise Refused(f"Invalid GeoJSON: {text}") from None


def _line_string(points):
    line, previous = [], None
    for i, raw in enumerate(points, 1):
        if raw is None:
            raise Refused(f"Invalid input to ST_LineString: null point at index {i}")
        point = decode(raw)
        if point.geom_type != "Point":
            raise Refused(f"ST_LineString takes only an array of valid points, {point.geom_type} was passed")
        if point.is_empty:
            raise Refused(f"Invalid input to ST_LineString: empty point at index {i}")
        if previous is not None and point.equals(previous):
            raise Refused(f"Invalid input to ST_LineString: consecutive duplicate points at index {i}")
        line.append(point)
        previous = point
    return encode(shapely.LineString(line if len(line) > 1 else []))


def _multi_point(points):
    for i, raw in enumerate(points, 1):
        if raw is None:
            raise Refused(f"Invalid input to ST_MultiPoint: null at index {i}")
        point = decode(raw)
        if point.geom_type != "Point":
            raise Refused(f"Invalid input to ST_MultiPoint: geometry is not a point: {point.geom_type} at index {i}")
        if point.is_empty:
            raise Refused(f"Invalid input to ST_MultiPoint: empty point at index {i}")
    return encode(shapely.MultiPoint([decode(p) for p in points])) if points else None


def _typed(name, kind):
    return lambda text: encode(only(name, _from_text(text), kind))


python("t_geo_text", text_of, [BLOB], TEXT)
for _name, _function, _takes in (
    ("ST_GeometryFromText", lambda s: encode(_from_text(s)), "varchar"),
    ("ST_LineFromText", _typed("ST_LineFromText", "LineString"), "varchar"),
    ("ST_Polygon", _typed("ST_Polygon", "Polygon"), "varchar"),
    ("ST_GeomFromBinary", _from_binary, "varbinary"),
    ("ST_LineString", _line_string, "array(geometry)"),
    ("ST_MultiPoint", _multi_point, "array(geometry)"),
):
    _low = _name.lower()
    python(f"t_{_low}", _function, [{"varchar": TEXT, "varbinary": BLOB}.get(_takes, "BLOB[]")], BLOB)
    scalar(f"{_low}({_takes}) -> geometry", f"t_{_low}({{0}})")
python("t_from_geojson", _from_json, [TEXT], BLOB)
python("t_to_geojson", lambda raw: shapely.to_geojson(decode(raw)).replace(" ", ""), [BLOB], TEXT)
python("t_st_point", lambda x, y: encode(shapely.Point(x, y)), [DOUBLE, DOUBLE], BLOB)
scalar("st_point(double, double) -> geometry", "t_st_point({0}, {1})")
scalar("st_astext(geometry) -> varchar", "t_geo_text({0})")
scalar("st_asbinary(geometry) -> varbinary", "({0})")
scalar("from_geojson_geometry(varchar) -> sphericalgeography", "t_from_geojson({0})")
scalar("to_geojson_geometry(sphericalgeography) -> varchar", "t_to_geojson({0})")
scalar("to_geometry(sphericalgeography) -> geometry", "({0})")


# ---- measures and parts -----------------------------------------------------------------------------------
def _area(g):
    if g.geom_type == "GeometryCollection":
        return sum(map(_area, g.geoms))
    return g.area


def _corner(index):
    return lambda g: None if g.is_empty else g.bounds[index]


def _parts(g):
    return list(g.geoms) if hasattr(g, "geoms") else [g]


def _end(function, index):
    def end(g):
        only(function, g, "LineString")
        return None if g.is_empty else shapely.get_point(g, index)

    return end


def _nth(items, index):
    return items[index - 1] if 1 <= index <= len(items) else None


def _coordinate(name, read):
    return lambda g: None if only(name, g, "Point").is_empty else read(g)


def _closed(g):
    only("ST_IsClosed", g, *_LINES)
    return all(p.coords[0] == p.coords[-1] for p in _parts(g) if not p.is_empty)


def _centroid(g):
    only("ST_Centroid", g, *(t for t in _TYPES if t != "GeometryCollection"))
    return g if g.geom_type == "Point" else shapely.centroid(g)


def _empty_as_null(function, read, kind="Polygon"):
    return lambda g: None if only(function, g, kind).is_empty else read(g)


def _points(g):
    return None if g.is_empty else [shapely.Point(c) for c in shapely.get_coordinates(g)]


_SCALARS = (
    ("st_area", _area, DOUBLE, "double"),
    ("st_length", lambda g: only("ST_Length", g, *_LINES).length, DOUBLE, "double"),
    ("st_coorddim", lambda g: 3 if g.has_z else 2, WHOLE, "tinyint"),
    ("st_dimension", lambda g: {0: 0, 1: 1, 2: 2}.get(shapely.get_dimensions(g), 0), WHOLE, "tinyint"),
    ("st_geometrytype", lambda g: _TYPES[g.geom_type][1], TEXT, "varchar"),
    ("st_isclosed", _closed, TRUTH, "boolean"),
    ("st_isempty", lambda g: g.is_empty, TRUTH, "boolean"),
    ("st_issimple", lambda g: g.is_empty or g.is_simple, TRUTH, "boolean"),
    ("st_isring", lambda g: only("ST_IsRing", g, "LineString").is_ring, TRUTH, "boolean"),
    ("st_isvalid", lambda g: g.is_valid, TRUTH, "boolean"),
    ("st_numgeometries", lambda g: 0 if g.is_empty else len(_parts(g)), WHOLE, "integer"),
    ("st_numpoints", lambda g: int(shapely.get_num_coordinates(g)), WHOLE, "bigint"),
    ("st_numinteriorring", _empty_as_null("ST_NumInteriorRing", lambda g: len(g.interiors)), WHOLE, "bigint"),
    ("st_x", _coordinate("ST_X", lambda g: g.x), DOUBLE, "double"),
    ("st_y", _coordinate("ST_Y", lambda g: g.y), DOUBLE, "double"),
    *((f"st_{name}", _corner(i), DOUBLE, "double") for i, name in enumerate(("xmin", "ymin", "xmax", "ymax"))),
)
for _name, _function, _sql, _type in _SCALARS:
    python(f"t_{_name}", lambda raw, f=_function: f(decode(raw)), [BLOB], _sql)
    _cast = f"::{_type.upper()}" if _type in ("tinyint", "integer") else ""
    scalar(f"{_name}(geometry) -> {_type}", f"t_{_name}({{0}}){_cast}")


def _shape(value):
    return None if value is None else encode(value)


_SHAPES = (
    ("st_centroid", _centroid),
    ("st_convexhull", lambda g: g if g.is_empty or g.geom_type == "Point" else convex_hull(g)),
    ("st_boundary", lambda g: shapely.boundary(g)),
    ("st_envelope", lambda g: shapely.Polygon() if g.is_empty else box(*g.bounds)),
    ("st_exteriorring", _empty_as_null("ST_ExteriorRing", lambda g: g.exterior)),
    ("st_startpoint", _end("ST_StartPoint", 0)),
    ("st_endpoint", _end("ST_EndPoint", -1)),
)
for _name, _function in _SHAPES:
    python(f"t_{_name}", lambda raw, f=_function: _shape(f(decode(raw))), [BLOB], BLOB)
    scalar(f"{_name}(geometry) -> geometry", f"t_{_name}({{0}})")

_LISTS = (
    ("st_points", _points),
    ("st_geometries", lambda g: None if g.is_empty else _parts(g)),
    ("st_interiorrings", _empty_as_null("ST_InteriorRings", lambda g: list(g.interiors))),
    (
        "st_envelopeaspts",
        lambda g: None if g.is_empty else [shapely.Point(g.bounds[:2]), shapely.Point(g.bounds[2:])],
    ),
)


def _shapes(values):
    return None if values is None else [encode(v) for v in values]


for _name, _function in _LISTS:
    python(f"t_{_name}", lambda raw, f=_function: _shapes(f(decode(raw))), [BLOB], "BLOB[]")
    scalar(f"{_name}(geometry) -> array(geometry)", f"t_{_name}({{0}})")

_INDEXED = (
    ("st_geometryn", lambda g, i: None if g.is_empty else _nth(_parts(g), i)),
    ("st_pointn", lambda g, i: _nth(_points(only("ST_PointN", g, "LineString")) or [], i)),
    ("st_interiorringn", lambda g, i: _nth(list(only("ST_InteriorRingN", g, "Polygon").interiors), i)),
)
for _name, _function in _INDEXED:
    python(f"t_{_name}", lambda raw, i, f=_function: _shape(f(decode(raw), i)), [BLOB, WHOLE], BLOB)
    scalar(f"{_name}(geometry, integer) -> geometry", f"t_{_name}({{0}}, {{1}})")


# ---- new geometries ---------------------------------------------------------------------------------------
def _distance(name, value):
    if math.isnan(value):
        raise Refused(f"{name} is NaN")
    if value < 0:
        raise Refused(f"{name} is negative")
    return value


def _buffer(raw, distance):
    if _distance("distance", distance) == 0:
        return bytes(raw)
    geometry = decode(raw)
    if geometry.is_empty:
        return None
    if math.isinf(distance):
        return encode(shapely.MultiPolygon())
    return encode(shapely.buffer(geometry, distance, quad_segs=24))  # 96 points to a circle, as Esri's library has


def _simplify(raw, tolerance):
    if _distance("distanceTolerance", tolerance) == 0:
        return bytes(raw)
    return encode(shapely.simplify(decode(raw), tolerance, preserve_topology=True))


def _union(raws):
    present = [decode(r) for r in raws if r is not None]
    return encode(shapely.union_all(present)) if present else None


python("t_st_buffer", _buffer, [BLOB, DOUBLE], BLOB)
python("t_simplify_geometry", _simplify, [BLOB, DOUBLE], BLOB)
python("t_geometry_union", _union, ["BLOB[]"], BLOB)
python("t_convex_hull", lambda raws: _shape(_hull(raws)), ["BLOB[]"], BLOB)


def _hull(raws):
    present = [decode(r) for r in raws if r is not None]
    return convex_hull(shapely.GeometryCollection(present)) if present else None


scalar("st_buffer(geometry, double) -> geometry", "t_st_buffer({0}, {1})")
scalar("simplify_geometry(geometry, double) -> geometry", "t_simplify_geometry({0}, {1})")
scalar("geometry_union(array(geometry)) -> geometry", "t_geometry_union({0})")
scalar("st_union(geometry, geometry) -> geometry", "t_geometry_union([{0}, {1}])")
aggregate("geometry_union_agg(geometry) -> geometry", "t_geometry_union(list({0}){tail})")
aggregate("convex_hull_agg(geometry) -> geometry", "t_convex_hull(list({0}){tail})")
