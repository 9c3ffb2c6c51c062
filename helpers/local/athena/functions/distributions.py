"""Trino's probability functions and vector measures (functions/math)."""

import math
from statistics import NormalDist

from helpers.local.athena.functions.registry import scalar
from helpers.local.athena.functions.shape import Refused, python

_D = "DOUBLE"


def _normal(mean, deviation):
    if not deviation > 0:
        raise Refused("standardDeviation must be > 0")
    return NormalDist(mean, deviation)


def _normal_cdf(mean, deviation, value):
    return _normal(mean, deviation).cdf(value)


def _inverse_normal_cdf(mean, deviation, p):
    if not 0 < p < 1:
        raise Refused("p must be in the interval (0, 1)")
    return _normal(mean, deviation).inv_cdf(p)


def incomplete_beta(a, b, x):
    """The regularised incomplete beta function, by Lentz's continued fraction."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(log_front + a * math.log(x) + b * math.log1p(-x)) / a
    tiny, f, c, d = 1e-300, 1.0, 1.0, 0.0
    for i in range(500):
        m = i // 2
        if i == 0:
            numerator = 1.0
        elif i % 2 == 0:
            numerator = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            numerator = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / ((1 + numerator * d) or tiny)
        c = (1 + numerator / c) or tiny
        f *= c * d
        if abs(1 - c * d) < 1e-15:
            break
    return front * (f - 1)


def _check_beta(a, b):
    if not a > 0 or not b > 0:
        raise Refused("a, b must be > 0")


def _beta_cdf(a, b, value):
    if not 0 <= value <= 1:
        raise Refused("value must be in the interval [0, 1]")
    _check_beta(a, b)
    return incomplete_beta(a, b, value)


def _inverse_beta_cdf(a, b, p):
    if not 0 <= p <= 1:
        raise Refused("p must be in the interval [0, 1]")
    _check_beta(a, b)
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if incomplete_beta(a, b, middle) < p else (low, middle)
    return (low + high) / 2


def _wilson(sign):
    def bound(successes, trials, z):
        if successes < 0:
            raise Refused("number of successes must not be negative")
        if trials <= 0:
            raise Refused("number of trials must be positive")
        if successes > trials:
            raise Refused("number of successes must not be larger than number of trials")
        if z < 0:
            raise Refused("z-score must not be negative")
        centre = successes + z * z / 2
        root = z * math.sqrt(successes / trials * (trials - successes) + z * z / 4)
        return (centre + sign * root) / (trials + z * z)

    return bound


# ---- vectors ----------------------------------------------------------------------------------------------
def _same_length(left, right):
    if len(left) != len(right):
        raise Refused("The arguments must have the same length")
    return not any(v is None for v in (*left, *right))


def _cosine(left, right):
    if not _same_length(left, right):
        return None
    size = math.sqrt(sum(v * v for v in left)) * math.sqrt(sum(v * v for v in right))
    if size == 0:
        raise Refused("Vector magnitude cannot be zero")
    return sum(a * b for a, b in zip(left, right, strict=True)) / size


def _cosine_maps(left, right):
    if any(v is None for v in (*left.values(), *right.values())):
        return None
    size = math.sqrt(sum(v * v for v in left.values())) * math.sqrt(sum(v * v for v in right.values()))
    return sum(v * right[k] for k, v in left.items() if k in right) / size if size else math.nan


EARTH_RADIUS = 6371.01  # km, as Trino's geospatial functions take it


def _great_circle(latitude1, longitude1, latitude2, longitude2):
    """The distance in km of two points given in degrees, by Vincenty's formula for a sphere."""
    for latitude in (latitude1, latitude2):
        if not -90 <= latitude <= 90:
            raise Refused("Latitude must be between -90 and 90")
    for longitude in (longitude1, longitude2):
        if not -180 <= longitude <= 180:
            raise Refused("Longitude must be between -180 and 180")
    a, b, turn = math.radians(latitude1), math.radians(latitude2), math.radians(longitude1 - longitude2)
    side = math.cos(b) * math.sin(turn)
    up = math.cos(a) * math.sin(b) - math.sin(a) * math.cos(b) * math.cos(turn)
    along = math.sin(a) * math.sin(b) + math.cos(a) * math.cos(b) * math.cos(turn)
    return math.atan2(math.hypot(side, up), along) * EARTH_RADIUS


python("t_great_circle", _great_circle, [_D] * 4, _D)
scalar("great_circle_distance(double, double, double, double) -> double", "t_great_circle({0}, {1}, {2}, {3})")
for _name, _function in (
    ("normal_cdf", _normal_cdf),
    ("inverse_normal_cdf", _inverse_normal_cdf),
    ("beta_cdf", _beta_cdf),
    ("inverse_beta_cdf", _inverse_beta_cdf),
):
    python(f"t_{_name}", _function, [_D, _D, _D], _D)
    scalar(f"{_name}(double, double, double) -> double", f"t_{_name}({{0}}, {{1}}, {{2}})")
for _name, _sign in (("lower", -1), ("upper", 1)):
    python(f"t_wilson_{_name}", _wilson(_sign), ["BIGINT", "BIGINT", _D], _D)
    scalar(f"wilson_interval_{_name}(bigint, bigint, double) -> double", f"t_wilson_{_name}({{0}}, {{1}}, {{2}})")
python("t_cosine_similarity", _cosine, ["DOUBLE[]", "DOUBLE[]"], _D)
scalar("cosine_similarity(array(double), array(double)) -> double", "t_cosine_similarity({0}, {1})")
python("t_cosine_maps", _cosine_maps, ["MAP(VARCHAR, DOUBLE)", "MAP(VARCHAR, DOUBLE)"], _D)
scalar("cosine_similarity(map(varchar, double), map(varchar, double)) -> double", "t_cosine_maps({0}, {1})")
