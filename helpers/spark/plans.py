"""A query's physical plan as text that is the same in every run."""

from __future__ import annotations

import re

REPLACEMENTS = (
    (re.compile(r"#\d+L?"), ""),  # column ids count up over the session; L marks a long
    (re.compile(r",? ?\[?plan_id=\d+\]?"), ""),
    (re.compile(r",? ?\[?id=#?\d+\]?"), ""),
    (re.compile(r"Statistics\([^)]*\)(, )?"), ""),
    (re.compile(r"s3[an]?://[^\s,\]]*?([^/\s,\]]+)/?(?=[\s,\]]|$)"), r"s3://…/\1"),
    (re.compile(r"file:/[^\s,\]]*?([^/\s,\]]+)/?(?=[\s,\]]|$)"), r"file:/…/\1"),
    (re.compile(r"[ \t]+$", re.M), ""),
)


def plan(df) -> str:
    """The physical plan of a DataFrame, one operator a line, the last step first.

    Ids that count up during a session are left out and addresses are shortened to their last folder. Of a
    DataFrame that has been computed, it is the plan that adaptive execution ended with.
    """
    return normalised(df._jdf.queryExecution().executedPlan().toString())


def normalised(text: str) -> str:
    """Spark's text of a plan without what differs between runs."""
    if "== Final Plan ==" in text:
        text = text.split("== Final Plan ==", 1)[1].split("+- == Initial Plan ==", 1)[0]
        lines = [line for line in text.splitlines() if line.strip()]
        margin = len(lines[0]) - len(lines[0].lstrip())
        text = "\n".join(line[margin:] for line in lines)
    for pattern, replacement in REPLACEMENTS:
        text = pattern.sub(replacement, text)
    return text.strip()
