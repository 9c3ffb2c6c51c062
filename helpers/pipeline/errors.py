"""What stops a run: one line that says what is wrong, where, and what to do."""

from helpers.oneline import OneLineError


class PipelineError(OneLineError):
    """The run stopped; the lake is as it was before."""
