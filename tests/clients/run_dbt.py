"""Runs in .venv-clients: dbt's commands one after the other in one process, as its documentation shows (dbtRunner).

Each argument is a command; prints as JSON the state of every node of every command.
"""

import json
import sys

from dbt.cli.main import dbtRunner

runner = dbtRunner()
answers = []
for command in sys.argv[1:]:
    done = runner.invoke([*command.split(), "--quiet", "--no-use-colors"])
    if done.exception:
        raise done.exception
    results = getattr(done.result, "results", ())  # `docs generate` has a catalog instead
    answers.append({r.node.name: [str(r.status), r.message] for r in results})
print("\n" + json.dumps(answers))
