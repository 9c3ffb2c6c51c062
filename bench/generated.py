"""Data for the benchmarks, made once below build/bench: TPC-H at scale 1 by tpchgen-cli, and what follows from it."""

import subprocess
from pathlib import Path

from bench.tpch import TABLES

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ROOT / ".venv-bench" / "bin"  # made by scripts/group_environment.py bench
HOME = ROOT / "build" / "bench"


def tpch(form="parquet", tables=TABLES):
    """{table: file} at scale 1: `form` parquet or csv, one file a table."""
    folder = HOME / "tpch-1"
    paths = {table: folder / f"{table}.{form}" for table in tables}
    missing = [table for table, path in paths.items() if not path.exists()]
    if missing:
        fresh = folder / f"{form}.part"
        fresh.mkdir(parents=True, exist_ok=True)
        command = [
            PROGRAMS / "tpchgen-cli",
            form,
            "-s",
            "1",
            "-o",
            fresh,
            "-q",
            "--overwrite",
            "-T",
            ",".join(missing),
        ]
        subprocess.run(command, check=True)
        for table in missing:
            (fresh / f"{table}.{form}").replace(paths[table])
        fresh.rmdir()
    return paths
