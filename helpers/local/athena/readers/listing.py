"""The files of many partitions with few requests.

A request for each partition would make a scan of thousands of partitions slow, so when many of them lie below one
prefix, that prefix is listed once and its keys are dealt out.
"""

from ..objects import split_location

FEW = 32  # up to this many locations are listed one by one


def files_of(locations, context):
    """For each location the data files below it, in key order; a query sees a location as it first found it."""
    objects = context.services.objects
    distinct = list(dict.fromkeys(locations))
    if len(distinct) <= FEW:
        new = [location for location in distinct if location not in context.listings]
        context.listings.update(zip(new, objects.list_many(new, context), strict=True))
        return [context.listings[location] for location in locations]
    by_bucket = {}
    for location in distinct:
        bucket, prefix = split_location(location)
        by_bucket.setdefault(bucket, {})[prefix] = location
    found = {}
    for bucket, prefixes in by_bucket.items():
        dealt = objects.list_dealt(bucket, _common_folder(prefixes), list(prefixes))
        found.update({prefixes[prefix]: files for prefix, files in dealt.items()})
    return [found[location] for location in locations]


def _common_folder(prefixes):
    """The longest prefix ending in a slash, or nothing, that all of them start with."""
    first, last = min(prefixes), max(prefixes)
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[: first.rfind("/", 0, same) + 1]
