"""The archive that Lambda runs: the handler and its modules, nothing else; boto3 comes with Lambda's Python.

python -m helpers.athena_lambda.package                            build/lambda/athena_query.zip
python -m helpers.athena_lambda.package --queries my_queries.py    with your own allow-list

The same files make the same bytes, so a deployment without a change is none.
"""

from __future__ import annotations

import argparse
import os
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HANDLER = "helpers.lambda_to_athena_query.lambda_handler"
ARCHIVE = ROOT / "build" / "lambda" / "athena_query.zip"
NOT_DEPLOYED = {"package.py"}
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip archive knows


def build(archive: Path = ARCHIVE, queries: Path | None = None) -> Path:
    """Write the archive, whole or not at all, and return its path. Raises OSError."""
    files = {"helpers/__init__.py": ROOT / "helpers" / "__init__.py"}
    files["helpers/lambda_to_athena_query.py"] = ROOT / "helpers" / "lambda_to_athena_query.py"
    for path in sorted((ROOT / "helpers" / "athena_lambda").glob("*.py")):
        if path.name not in NOT_DEPLOYED:
            files[f"helpers/athena_lambda/{path.name}"] = path
    if queries:
        files["helpers/athena_lambda/queries.py"] = Path(queries)
    archive = Path(archive)
    archive.parent.mkdir(parents=True, exist_ok=True)
    unfinished = archive.with_name(f"{archive.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as target:
            for name, path in files.items():
                entry = zipfile.ZipInfo(name, _LONG_AGO)
                entry.external_attr = 0o644 << 16  # Lambda's user must be able to read it
                target.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
        unfinished.replace(archive)
    finally:
        unfinished.unlink(missing_ok=True)
    return archive


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m helpers.athena_lambda.package", description="Build the archive.")
    parser.add_argument("--queries", type=Path, help="your own queries.py")
    parser.add_argument("--out", type=Path, default=ARCHIVE, help="the archive to write")
    options = parser.parse_args()
    try:
        archive = build(options.out, options.queries)
    except OSError as error:
        print(f"package: {error.filename}: {error.strerror}", file=sys.stderr)
        return 2
    print(f"{archive}: {archive.stat().st_size:,} bytes, handler {HANDLER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
