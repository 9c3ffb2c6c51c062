"""The pipeline's code as one archive for `spark-submit --py-files`: this package and what it imports."""

from __future__ import annotations

import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE_ONLY = {"raw.py", "cluster.py", "__main__.py"}  # of the lesson and this machine, not of a run


def write(path: Path) -> Path:
    """Write the archive to `path`, and return it. The same code gives the same bytes."""
    package = Path(__file__).parent
    files = [ROOT / "helpers" / "__init__.py", ROOT / "helpers" / "oneline.py"]
    files += [file for file in sorted(package.glob("*.py")) if file.name not in HERE_ONLY]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            # A fixed time: otherwise the archive would differ after every checkout.
            entry = zipfile.ZipInfo(file.relative_to(ROOT).as_posix(), (2024, 1, 1, 0, 0, 0))
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return path
