"""A small, honest evaluator of the role's policy: Allow statements, wildcards, StringLike; nothing else is in use.

It reads the template itself and knows !Sub, !Ref and !GetAtt for the values given. What it does not know it refuses
with an error, so that a statement it would judge wrongly cannot slip through.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

TEMPLATE = Path(__file__).resolve().parents[2] / "deploy" / "lambda" / "template.yaml"


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms as {tag: value}."""


for _tag in ("Sub", "Ref", "GetAtt"):
    Loader.add_constructor(f"!{_tag}", lambda loader, node, tag=_tag: {tag: loader.construct_scalar(node)})


def template() -> dict:
    return yaml.load(TEMPLATE.read_text(), Loader)


def statements(values: dict[str, str]) -> list[dict]:
    """The policy's statements with every reference replaced."""
    (policy,) = template()["Resources"]["Role"]["Properties"]["Policies"]
    found = policy["PolicyDocument"]["Statement"]
    for statement in found:
        assert statement["Effect"] == "Allow"
        assert set(statement) <= {"Sid", "Effect", "Action", "Resource", "Condition"}
    return [resolved(statement, values) for statement in found]


def resolved(part, values: dict[str, str]):
    if isinstance(part, list):
        return [resolved(each, values) for each in part]
    if not isinstance(part, dict):
        return part
    if set(part) == {"Sub"}:
        return re.sub(r"\$\{([^}]+)\}", lambda found: values[found[1]], part["Sub"])
    if set(part) in ({"Ref"}, {"GetAtt"}):
        return values[next(iter(part.values()))]
    return {name: resolved(each, values) for name, each in part.items()}


def allows(policy: list[dict], action: str, resource: str, context: dict[str, str] | None = None) -> bool:
    """Whether some statement allows `action` on `resource`; with no Deny in the policy, one is enough."""
    return any(
        any(like(pattern, action, re.IGNORECASE) for pattern in listed(statement["Action"]))
        and any(like(pattern, resource) for pattern in listed(statement["Resource"]))
        and holds(statement.get("Condition", {}), context or {})
        for statement in policy
    )


def holds(condition: dict, context: dict[str, str]) -> bool:
    assert set(condition) <= {"StringLike"}, "an operator that this evaluator does not know"
    return all(
        name in context and any(like(pattern, context[name]) for pattern in listed(patterns))
        for name, patterns in condition.get("StringLike", {}).items()
    )


def like(pattern: str, text: str, flags: int = 0) -> bool:
    """IAM's wildcards: `*` any characters, `?` one."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, flags | re.DOTALL) is not None


def listed(value) -> list:
    return value if isinstance(value, list) else [value]
