"""The state machine for long queries: cfn-lint holds it against the schema of the Amazon States Language.

It is not run: the local endpoint keeps state machines but does not execute them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

DEFINITION = Path(__file__).resolve().parents[2] / "deploy" / "lambda" / "long_query.asl.json"


def faults(definition: dict, folder: Path) -> str:
    """What cfn-lint says of a template with this state machine."""
    role = "arn:aws:iam::123456789012:role/machine"
    properties = {"RoleArn": role, "DefinitionString": json.dumps(definition)}
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    template = folder / "template.json"
    template.write_text(json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Machine": machine}}))
    command = [Path(sys.executable).with_name("cfn-lint"), template]
    return subprocess.run(command, capture_output=True, text=True, timeout=300).stdout


@pytest.fixture
def definition():
    return json.loads(DEFINITION.read_text())


def test_it_is_clean(definition, tmp_path):
    assert faults(definition, tmp_path) == ""


def test_cfn_lint_would_see_a_fault(definition, tmp_path):
    definition["States"]["Ask"]["Type"] = "Question"
    assert "E3601" in faults(definition, tmp_path)


def test_every_state_is_reached_and_exists(definition):
    """Which cfn-lint does not look at."""
    states, reached, ahead = definition["States"], set(), [definition["StartAt"]]
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += [states[name]["Next"]] if "Next" in states[name] else []
            ahead += [catch["Next"] for catch in states[name].get("Catch", [])]
    assert reached == set(states)


def test_it_waits_for_the_query(definition):
    assert definition["States"]["Ask"]["Resource"].endswith(":athena:startQueryExecution.sync")
