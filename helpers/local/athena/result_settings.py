"""Where the results of a query go and how they are kept there: the client's settings and its work group's.

Rules of the user guide (workgroups-settings-override, managed-results): an enforced group has the last word; else a
client that says nothing gets what the group says. Managed results are kept by the service: they have no location in
S3, are read with GetQueryResults alone, and are not used again.
"""

from dataclasses import dataclass, field

from .errors import RequestError
from .locations import check_location

NOT_TOGETHER = "ManagedQueryResultsConfiguration and ResultConfiguration cannot be set together."
_SETTINGS = ("EncryptionConfiguration", "ExpectedBucketOwner", "AclConfiguration")


@dataclass(frozen=True)
class ResultSettings:
    """`directory`: s3://…/ below which results go, None where the service keeps them.

    `shown`: the other fields of the ResultConfiguration that GetQueryExecution answers; `managed`: its
    ManagedQueryResultsConfiguration, or None.
    """

    directory: str | None = None
    shown: dict = field(default_factory=dict)
    managed: dict | None = None

    def put_arguments(self):
        """What S3's PutObject is told about encryption and owners."""
        encryption = self.shown.get("EncryptionConfiguration", {})
        arguments = {}
        if encryption.get("EncryptionOption") == "SSE_S3":
            arguments["ServerSideEncryption"] = "AES256"
        elif encryption.get("EncryptionOption") == "SSE_KMS":
            arguments |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": encryption["KmsKey"]}
        if "AclConfiguration" in self.shown:
            arguments["ACL"] = self.shown["AclConfiguration"]["S3AclOption"].lower().replace("_", "-")
        return arguments


def resolve(group, request):
    """The settings of a StartQueryExecution request in a work group. Raises RequestError."""
    given, own = request.get("ResultConfiguration", {}), group.configuration["ResultConfiguration"]
    if "OutputLocation" in given:
        check_location(given["OutputLocation"])
    if group.managed:
        if given:
            raise RequestError(NOT_TOGETHER)
        return ResultSettings(None, managed=group.managed)
    chosen = own if group.enforced else {**own, **given}
    location = chosen.get("OutputLocation")
    if location is None:
        raise RequestError(
            "No output location provided. You did not provide an output location for  your query results. "
            "Either specify an S3 bucket location or enable Athena managed query results in your workgroup "
            "settings."
        )
    check_encryption(chosen)
    shown = {name: chosen[name] for name in _SETTINGS if name in chosen}
    return ResultSettings(location if location.endswith("/") else location + "/", shown)


def check_encryption(configuration):
    """Refuse a ResultConfiguration whose encryption is incomplete, or none that this endpoint can do."""
    encryption = configuration.get("EncryptionConfiguration", {})
    option = encryption.get("EncryptionOption")
    if option == "CSE_KMS":
        raise RequestError("NOT_SUPPORTED: this endpoint does not encrypt results before they go to S3: use SSE_KMS")
    if option == "SSE_KMS" and not encryption.get("KmsKey"):
        raise RequestError("KmsKey must be provided when the encryption option is SSE_KMS")
