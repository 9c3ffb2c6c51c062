"""Makes .venv-GROUP: the programs of requirements-GROUP.lock, for one dependency group of pyproject.toml.

python scripts/group_environment.py clients      install what is missing; says nothing when nothing is
python scripts/group_environment.py bench

They pin older libraries than the course does, so they live beside its environment and not in it.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GROUPS = ("bench", "clients")


class Environment:
    """The environment of one group."""

    def __init__(self, group):
        self.lock = ROOT / f"requirements-{group}.lock"
        self.home = ROOT / f".venv-{group}"
        self._stamp = self.home / f".installed-{self.lock.name}"  # a copy of the lock, written last

    def is_installed(self):
        """Whether everything in the lock is there."""
        return self._stamp.is_file() and self._stamp.read_bytes() == self.lock.read_bytes()

    def install(self):
        """Make the environment anew from the lock: with uv, or with pip where uv cannot reach the index.

        Raises RuntimeError, one line, when neither can.
        """
        self._stamp.unlink(missing_ok=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", self.home], check=True)
        python = self.home / "bin" / "python"
        uv = [sys.executable, "-m", "uv", "--no-progress", "pip", "install", "--python", python]
        pip = [python, "-m", "pip", "install", "--disable-pip-version-check"]
        for installer, certificates in ((uv, "false"), (uv, "true"), (pip, "true")):
            options = ["--quiet", "--require-hashes", "-r", self.lock]
            command = ["env", f"UV_SYSTEM_CERTS={certificates}", *installer, *options]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode == 0:
                self._stamp.write_bytes(self.lock.read_bytes())
                return
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        what = f"could not install {self.lock.name} ({last})"
        raise RuntimeError(f"{what}; with a network, type the same command again")


def main():
    parser = argparse.ArgumentParser(description="Make the environment of a dependency group.")
    parser.add_argument("group", choices=GROUPS)
    environment = Environment(parser.parse_args().group)
    if environment.is_installed():
        return
    print(f"Installing {environment.lock.name} into {environment.home.name}", flush=True)
    try:
        environment.install()
    except (OSError, subprocess.CalledProcessError, RuntimeError) as error:
        sys.exit(f"make: {error}")


if __name__ == "__main__":
    main()
