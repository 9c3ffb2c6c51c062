"""Random API requests: from the service model with values at its borders and of wrong types, and raw HTTP."""

import base64
import functools
import json
import string

import botocore.session

NAMES = (
    "primary",
    "AwsDataCatalog",
    "default",
    "fuzz",
    "t",
    "p1",
    "s3://fuzz/",
    "SELECT 1",
    "0" * 36,
    "",
    "x" * 300,
    "*",
    "a\x00b",
    "😀",
    "../..",
    "' OR 1=1 --",
    "null",
    "${jndi:x}",
    "%s%n",
    "arn:aws:athena:us-east-1:123456789012:workgroup/primary",
)
NUMBERS = (0, 1, -1, 50, 1000, 1001, 2**31, -(2**63), 2**70, 1.5, 1e308)
GLUE = (
    "GetDatabases GetDatabase CreateDatabase DeleteDatabase UpdateDatabase GetTables GetTable CreateTable "
    "UpdateTable DeleteTable GetPartitions GetPartition BatchCreatePartition BatchDeletePartition CreatePartition "
    "DeletePartition UpdatePartition BatchGetPartition GetTableVersions SearchTables GetTags TagResource"
).split()


@functools.cache
def model(service):
    return botocore.session.get_session().get_service_model(service)


def operations(service):
    return GLUE if service == "glue" else model(service).operation_names


def value(chance, shape, depth=0):
    """A value of the shape; every tenth is of another type or beyond its limits."""
    roll = chance.random()
    if roll < 0.06:
        return chance.choice((None, [], {}, "", True, 0, -1.5, [[]], {"a": {}}, "x" * 5000, [None], [{}]))
    kind = shape.type_name
    if kind == "structure":
        return structure(chance, shape, depth)
    if kind == "list":
        count = chance.choice((0, 1, 1, 2, 60)) if depth < 4 else 0
        return [value(chance, shape.member, depth + 1) for _ in range(count)]
    if kind == "map":
        count = chance.randint(0, 2) if depth < 4 else 0
        return {chance.choice(NAMES): value(chance, shape.value, depth + 1) for _ in range(count)}
    if kind == "boolean":
        return chance.random() < 0.5
    if kind in ("integer", "long", "float", "double", "timestamp"):
        limits = [shape.metadata[k] for k in ("min", "max") if k in shape.metadata]
        return chance.choice((*NUMBERS, *limits, *limits))
    if kind == "blob":
        return base64.b64encode(chance.randbytes(5)).decode()
    if shape.metadata.get("enum") and chance.random() < 0.8:
        return chance.choice(shape.metadata["enum"])
    if roll < 0.15:
        return "".join(chance.choices(string.printable + "ü😀\x00\u2028", k=chance.randint(0, 300)))
    limits = [shape.metadata[k] for k in ("min", "max") if k in shape.metadata and shape.metadata[k] < 3000]
    return "a" * chance.choice(limits) if limits and roll < 0.2 else chance.choice(NAMES)


def structure(chance, shape, depth=0):
    found = {}
    for name, member in shape.members.items():
        required = name in shape.required_members
        if depth < 6 and chance.random() < (0.93 if required else 0.35):
            found[name] = value(chance, member, depth + 1)
    if chance.random() < 0.05:
        found[chance.choice(("Unknown", "", "__type", "queryString"))] = chance.choice(NAMES)
    return found


def body(chance, service, operation):
    """The bytes of a request, one in eight of them no whole JSON or no object."""
    shape = model(service).operation_model(operation).input_shape
    text = json.dumps(structure(chance, shape) if shape else {}).encode()
    damage = chance.randrange(24)
    if damage == 0:
        return text[: chance.randrange(len(text))]
    if damage == 1:
        return chance.randbytes(chance.randint(0, 200))
    if damage == 2:
        return b"[" * chance.choice((1, 10, 100_000)) + text
    return text


METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "FOO", "get")
PATHS = (
    "/",
    "/fuzz",
    "/fuzz/",
    "/fuzz/key",
    "/fuzz/a%00b",
    "/fuzz/%2e%2e/%2e%2e/etc/passwd",
    "/..//../",
    "/fuzz?location",
    "/fuzz?versions",
    "/fuzz?list-type=2&max-keys=-1",
    "/fuzz?list-type=2&continuation-token=x",
    "/fuzz/key?uploadId=x&partNumber=1",
    "/fuzz/key?uploads",
    "/fuzz/key?tagging",
    "/fuzz?delete",
    "/fuzz?acl",
    "/fuzz/key?versionId=x",
    "/nobucket/key",
    "/fuzz/key?partNumber=abc&uploadId=x",
    "//",
    "/%ff%fe",
    "/fuzz?policy",
    "/fuzz?lifecycle",
    "/a" * 500,
    "/fuzz?list-type=2&max-keys=abc",
    "/fuzz/key?select&select-type=2",
    "/?Action=Nonsense",
)
TARGETS = (
    "AmazonAthena.",
    "AmazonAthena.ListWorkGroups",
    "amazonathena.listworkgroups",
    "AWSGlue.",
    "AWSGlue.GetDatabases",
    "AWSGlue.Nope",
    "AmazonAthena.ListWorkGroups\tx",
    "AmazonAthena.__class__",
    "AmazonAthena.answer",
    "Nobody.Knows",
    "SecretsManager.Nope",
    "x" * 5000,
)
TYPES = (
    "application/x-amz-json-1.1",
    "application/xml",
    "text/plain",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "",
    "x/y; charset=nope",
    "application/cbor",
)


def raw(chance):
    """(method, path, headers, body) of what no client sends."""
    headers = {}
    if chance.random() < 0.6:
        headers["X-Amz-Target"] = chance.choice(TARGETS)
    if chance.random() < 0.7:
        headers["Content-Type"] = chance.choice(TYPES)
    if chance.random() < 0.3:
        headers[
            chance.choice(
                (
                    "Range",
                    "If-Match",
                    "Content-MD5",
                    "Content-Encoding",
                    "x-amz-content-sha256",
                    "Authorization",
                    "x-amz-copy-source",
                    "x-amz-date",
                    "Expect",
                    "x-amz-decoded-content-length",
                    "x-amz-tagging",
                    "If-None-Match",
                )
            )
        ] = chance.choice(
            (
                "bytes=5-1",
                "bytes=abc",
                "x",
                "*",
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                "AWS4-HMAC-SHA256 Credential=",
                "fuzz/none",
                "-1",
                "gzip",
                "=&=",
            )
        )
    content = chance.choice(
        (
            b"",
            b"{}",
            b"{",
            b"<a>",
            b"<?xml version='1.0'?><Delete><Object/></Delete>",
            b"null",
            b"\xff\xfe",
            b"a" * 100_000,
            b"3;chunk-signature=x\r\nabc\r\n0;chunk-signature=x\r\n\r\n",
            b"Action=Nonsense&Version=1",
        )
    )
    return chance.choice(METHODS), chance.choice(PATHS), headers, content
