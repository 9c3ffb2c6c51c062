"""Two ways of doing the same thing, in turns, so that whatever else the machine does meets both alike."""

import statistics
import time


def in_turns(ours, other, rounds):
    """Call both `rounds` times after one call of each to warm up → (our seconds, other's seconds), two lists."""
    ours(), other()
    pairs = [(timed(ours), timed(other)) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def timed(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def medians(pairs):
    return tuple(map(statistics.median, pairs))


def best(pairs):
    return tuple(map(min, pairs))
