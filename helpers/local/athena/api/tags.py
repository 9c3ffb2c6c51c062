"""Tags of work groups, data catalogs and capacity reservations, by ARN."""

from ..errors import RequestError
from . import paging

ACCOUNT, REGION = "123456789012", "us-east-1"


def arn(kind, name):
    return f"arn:aws:athena:{REGION}:{ACCOUNT}:{kind}/{name}"


class Tags:
    """ARN → tags. Whoever makes a thing that can be tagged calls `put`, and `drop` when it goes."""

    def __init__(self):
        self._tags = {arn("workgroup", "primary"): {}, arn("datacatalog", "AwsDataCatalog"): {}}

    def put(self, kind, name, tags):
        self._tags[arn(kind, name)] = {tag["Key"]: tag.get("Value", "") for tag in tags}

    def drop(self, kind, name):
        self._tags.pop(arn(kind, name), None)

    def _of(self, given):
        """The tags of an ARN of any account and region, since the local endpoint has only one of each."""
        parts = given.split(":", 5)
        found = self._tags.get(arn(*parts[5].split("/", 1))) if len(parts) == 6 and "/" in parts[5] else None
        if found is None:
            raise RequestError(f"Resource {given} was not found", None, "ResourceNotFoundException")
        return found

    # The operations

    def tag_resource(self, request):
        self._of(request["ResourceARN"]).update({tag["Key"]: tag.get("Value", "") for tag in request["Tags"]})
        return {}

    def untag_resource(self, request):
        found = self._of(request["ResourceARN"])
        for key in request["TagKeys"]:
            found.pop(key, None)
        return {}

    def list_tags_for_resource(self, request):
        tags = [{"Key": key, "Value": value} for key, value in self._of(request["ResourceARN"]).items()]
        return paging.page("Tags", request["ResourceARN"], tags, request, default=75)
