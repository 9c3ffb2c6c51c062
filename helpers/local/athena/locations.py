"""Result locations in S3."""

from .errors import RequestError


def check_location(location):
    """Refuse a result location that is not s3://bucket[/prefix]."""
    if not location.startswith("s3://") or not split_uri(location)[0]:
        raise RequestError("outputLocation is not a valid S3 path.")


def split_uri(uri):
    """s3://bucket/key → (bucket, key)."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key
