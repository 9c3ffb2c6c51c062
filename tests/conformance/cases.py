"""The cases, read from the data files beside this module."""

import json
from pathlib import Path

HERE = Path(__file__).parent


def _read(name):
    with open(HERE / name, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


RECORDED = sorted(_read("athena_recorded.jsonl"), key=lambda case: bool(case.get("slow")))
TRINO = _read("trino_examples.jsonl")
