"""The one error of this package."""

from __future__ import annotations

from helpers.oneline import OneLineError


class SparkError(OneLineError):
    """Spark cannot start or answer; the message says why and what to do, in one line."""
