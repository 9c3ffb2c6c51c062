"""What a forecast cannot do, in one line."""

from helpers.oneline import OneLineError


class ForecastError(OneLineError):
    """The bytes of this statement cannot be predicted; the message says why and what to do."""
