"""Every function of Trino that the engine offers: importing this package declares them all in the registry."""

from helpers.local.athena.functions import (  # noqa: F401
    aggregates,
    arrays,
    binary,
    bitwise,
    comparisons,
    conversions,
    date_formats,
    dates,
    distributions,
    formats,
    json_functions,
    lambdas,
    maps,
    numbers,
    regexps,
    sketches,
    strings,
    urls,
    windows,
    zones,
)
