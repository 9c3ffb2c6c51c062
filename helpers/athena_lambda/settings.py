"""The function's configuration: environment variables, validated once, at the cold start."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

# Lambda refuses a synchronous answer above 6 MB (Lambda quotas); the rest is room for its envelope.
LARGEST_RESPONSE = 6_000_000


class SettingsError(Exception):
    """A variable is missing or makes no sense; the message is one line with every such variable."""


@dataclass(frozen=True)
class Settings:
    """Where and how the function asks Athena.

    results         `s3://bucket/prefix/`, where Athena writes results; events about it are ignored
    default_query   the named query of a scheduled or S3 event that names none; None refuses such events
    topic_arn       SNS topic for the outcome of events that nobody waits for; None sends nothing
    reserve_ms      milliseconds kept back, to stop the query and answer before Lambda ends the function
    answer_bytes    a larger answer is handed over as the address of its result file
    presign_seconds life of a presigned link to that file; 0 hands over the s3:// address alone
    usd_per_tb      USD per 10^12 bytes scanned, for the log (5.00 in us-east-1, AWS price list 2026)
    """

    database: str
    workgroup: str
    results: str
    default_query: str | None = None
    topic_arn: str | None = None
    reserve_ms: int = 1_000
    answer_bytes: int = 5_000_000
    presign_seconds: int = 0
    usd_per_tb: Decimal = Decimal("5.00")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], queries: Collection[str] = ()) -> Settings:
        """Read ATHENA_DATABASE, ATHENA_WORKGROUP, ATHENA_RESULTS and the optional variables.

        Raises SettingsError, one line that names everything that is wrong.
        """
        reader = _Reader(environment)
        settings = cls(
            database=reader.text("ATHENA_DATABASE", r"[A-Za-z0-9_]{1,255}", "a database name"),
            workgroup=reader.text("ATHENA_WORKGROUP", r"[A-Za-z0-9._-]{1,128}", "a work group's name"),
            results=reader.folder("ATHENA_RESULTS"),
            default_query=reader.one_of("DEFAULT_QUERY", queries),
            topic_arn=reader.text("TOPIC_ARN", r"arn:aws[a-z-]*:sns:[^:]+:\d{12}:\S+", "an SNS topic's ARN", None),
            reserve_ms=reader.whole("RESERVE_MS", 1_000, 200, 60_000),
            answer_bytes=reader.whole("ANSWER_BYTES", 5_000_000, 1_000, LARGEST_RESPONSE),
            presign_seconds=reader.whole("PRESIGN_SECONDS", 0, 0, 43_200),
            usd_per_tb=reader.decimal("USD_PER_TB", Decimal("5.00")),
        )
        if reader.faults:
            raise SettingsError("Environment variables: " + "; ".join(reader.faults) + ".")
        return settings

    @property
    def results_place(self) -> tuple[str, str]:
        """Bucket and key prefix of the results, the prefix ending in a slash."""
        bucket, _, prefix = self.results.removeprefix("s3://").partition("/")
        return bucket, prefix


class _Reader:
    """Reads variables and collects what is wrong with them, so that one line can say it all."""

    def __init__(self, environment: Mapping[str, str]):
        self._environment, self.faults = environment, []

    def text(self, name: str, pattern: str, what: str, default: str | None = ""):
        given = self._environment.get(name, "")
        if not given:
            if default == "":
                self.faults.append(f"{name} is missing ({what})")
            return default
        if not re.fullmatch(pattern, given):
            self.faults.append(f"{name} is not {what}")
        return given

    def folder(self, name: str) -> str:
        """An s3:// address below a bucket; the whole bucket would make every event one about our own results."""
        return self.text(name, r"s3://[a-z0-9.-]{3,63}/[^/\s]\S*", "s3://bucket/prefix/").rstrip("/") + "/"

    def one_of(self, name: str, allowed: Collection[str]) -> str | None:
        given = self._environment.get(name) or None
        if given and given not in allowed:
            self.faults.append(f"{name} is not one of {', '.join(allowed)}")
        return given

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        given = self._environment.get(name) or str(default)
        if not re.fullmatch(r"[0-9]{1,9}", given) or not least <= int(given) <= most:
            self.faults.append(f"{name} is not a whole number from {least} to {most}")
            return default
        return int(given)

    def decimal(self, name: str, default: Decimal) -> Decimal:
        try:
            number = Decimal(self._environment.get(name) or default)
        except InvalidOperation:
            number = Decimal(-1)
        if not number.is_finite() or number < 0:
            self.faults.append(f"{name} is not an amount in USD")
            return default
        return number
