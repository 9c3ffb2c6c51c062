"""pyiceberg takes a second to load, so nobody waits for it before the first Iceberg table."""

import subprocess
import sys


def test_the_endpoint_starts_without_pyiceberg():
    code = "import sys, helpers.local.server; print([m for m in sys.modules if m.startswith('pyiceberg')])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert found.stdout.strip() == "[]"
