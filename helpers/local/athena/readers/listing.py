"""The files of many partitions with few requests.

A request for each partition would make a scan of thousands of partitions slow, so when many of them lie below one
prefix, that prefix is listed once and its keys are dealt out.
"""

import os

from ..objects import split_location

FEW = 8  # up to this many locations are listed one by one


def files_of(locations, context):
    """For each location the data files below it, in key order."""
    objects = context.services.objects
    distinct = list(dict.fromkeys(locations))
    if len(distinct) <= FEW:
        found = dict(zip(distinct, objects.list_many(distinct, context), strict=True))
        return [found[location] for location in locations]
    by_bucket = {}
    for location in distinct:
        bucket, prefix = split_location(location)
        by_bucket.setdefault(bucket, {})[prefix] = location
    found = {}
    for bucket, prefixes in by_bucket.items():
        common = os.path.commonprefix(list(prefixes))
        dealt = objects.list_dealt(bucket, common[: common.rfind("/") + 1], list(prefixes))
        found.update({prefixes[prefix]: files for prefix, files in dealt.items()})
    return [found[location] for location in locations]
