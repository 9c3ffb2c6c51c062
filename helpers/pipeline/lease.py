"""One run at a time on a target: `_pipeline/lease.json` below it says who works there.

    with lease.held(s3, target, version) as mine:
        ...
        mine.confirm()      # still ours? then publish

S3 makes the object only where there is none (`If-None-Match: *`), so of two runs that start together one gets
it. Its owner writes it anew every few seconds and deletes it at the end. One that was killed cannot: a lease
without a sign of life for `LASTS` seconds may be taken over, by whoever replaces the object that he has seen
(`If-Match`). Ages are differences of S3's own times, so that no two machines need the same clock.

Conditional writes: Amazon S3 User Guide, "How to prevent object overwrites with conditional writes".
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from botocore.exceptions import BotoCoreError, ClientError

from helpers.pipeline.arrivals import Folder
from helpers.pipeline.errors import PipelineError

KEY = "_pipeline/lease.json"
LASTS = 120  # seconds without a sign of life
RENEWED_EVERY = 20  # seconds
# The object is there, or is another one, or is gone, or somebody writes it at this very moment.
NOT_AS_EXPECTED = ("PreconditionFailed", "NoSuchKey", "ConditionalRequestConflict")


@dataclass(frozen=True)
class Found:
    """A lease as it lies there: whose it is, and its last sign of life and age by S3's clock."""

    run: str
    owner: str
    since: str
    etag: str
    renewed: datetime
    age: timedelta


class Lost(Exception):
    """The object is not what this run wrote last."""


class Lease:
    """The lease of one run on one target; `run` is a name that no other run has."""

    def __init__(self, s3, target: Folder, run: str):
        self._s3, self._target, self._run = s3, target, run
        self._place = {"Bucket": target.bucket, "Key": target.prefix + KEY}
        self._since = f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S} UTC"  # noqa: UP017
        self._etag, self._times, self._lock = "", 0, threading.Lock()

    def take(self) -> None:
        """Raises PipelineError when another run has it."""
        try:
            self._write(IfNoneMatch="*")
            return
        except Lost:
            there = self._read()
        if there and there.age < timedelta(seconds=LASTS):
            raise self._refusal(there)
        try:
            self._write(**({"IfMatch": there.etag} if there else {"IfNoneMatch": "*"}))
        except Lost:  # somebody was quicker
            raise self._refusal(self._read()) from None

    def confirm(self) -> None:
        """A sign of life. Raises PipelineError when another run has taken over."""
        try:
            self._write()
        except Lost:
            raise PipelineError(
                f"Another run has taken over {self._target.uri()}, because this one gave no sign of life for"
                f" {LASTS} seconds; it has published nothing. Run it again when the other one has ended."
            ) from None

    def release(self) -> None:
        """Delete it, if it is still ours; what cannot be deleted now ends by itself."""
        if self._etag:
            with contextlib.suppress(ClientError, BotoCoreError):
                self._s3.delete_object(**self._place, IfMatch=self._etag)

    def _write(self, **condition: str) -> None:
        """Write it under a condition, by default over what this run wrote last. Raises Lost."""
        with self._lock:
            condition = condition or {"IfMatch": self._etag}
            self._times += 1
            owner = f"process {os.getpid()} on {socket.gethostname()}"
            # The number makes each writing another object: its ETag then tells them apart.
            said = {"run": self._run, "owner": owner, "since": self._since, "times": self._times}
            try:
                answer = self._s3.put_object(**self._place, Body=json.dumps(said).encode(), **condition)
                self._etag = answer["ETag"]
            except ClientError as error:
                if error.response["Error"]["Code"] not in NOT_AS_EXPECTED:
                    raise
                there = self._read()
                if there is None or there.run != self._run:
                    raise Lost from error
                self._etag = there.etag  # written, only the answer was lost and the client wrote once more

    def _read(self) -> Found | None:
        try:
            answer = self._s3.get_object(**self._place)
        except self._s3.exceptions.NoSuchKey:
            return None
        now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        try:
            said = json.loads(answer["Body"].read())
            run, owner, since = said["run"], said["owner"], said["since"]
        except (ValueError, KeyError, TypeError):  # nobody's whom we know, but somebody's
            run, owner, since = "", "an unknown process", "an unknown time"
        renewed = answer["LastModified"]
        return Found(run, owner, since, answer["ETag"], renewed, now - renewed)

    def _refusal(self, there: Found | None) -> PipelineError:
        who = f"{there.owner}, since {there.since}" if there else "a run that has just ended"
        free = there.renewed + timedelta(seconds=LASTS) if there else None
        killed = f"; if it was killed, run again after {free:%H:%M:%S} UTC" if free else ""
        return PipelineError(
            f"Another run works on {self._target.uri()}: {who}. Wait until it has ended{killed}."
        )


@contextlib.contextmanager
def held(s3, target: Folder, run: str) -> Iterator[Lease]:
    """The lease, renewed by a thread while the block runs. Raises PipelineError when another run has it."""
    mine, ended = Lease(s3, target, run), threading.Event()
    renewing = threading.Thread(target=_renew, args=(mine, ended), name="lease", daemon=True)
    try:
        mine.take()
        renewing.start()
        yield mine
    finally:
        ended.set()
        if renewing.ident:  # it has been started
            renewing.join()
        mine.release()


def _renew(mine: Lease, ended: threading.Event) -> None:
    while not ended.wait(RENEWED_EVERY):
        try:
            mine.confirm()
        except PipelineError:  # lost: the run is told when it wants to publish
            return
        except (ClientError, BotoCoreError):  # the network: there is time to try again
            continue
