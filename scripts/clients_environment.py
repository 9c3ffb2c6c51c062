"""Makes .venv-clients: the programs of requirements-clients.lock, which tests/clients runs.

python scripts/clients_environment.py      install what is missing; says nothing when nothing is

They pin an older PyAthena and botocore than the course does, so they live beside its environment and not in it.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements-clients.lock"
HOME = ROOT / ".venv-clients"
PYTHON = HOME / "bin" / "python"
STAMP = HOME / ".installed-requirements-clients.lock"  # a copy of the lock, written last


def is_installed():
    """Whether everything in the lock is there."""
    return STAMP.is_file() and STAMP.read_bytes() == LOCK.read_bytes()


def install():
    """Make the environment anew from the lock: with uv, or with pip where uv cannot reach the index.

    Raises RuntimeError, one line, when neither can.
    """
    STAMP.unlink(missing_ok=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", HOME], check=True)
    uv = [sys.executable, "-m", "uv", "--no-progress", "pip", "install", "--python", PYTHON]
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
    for installer, certificates in ((uv, "false"), (uv, "true"), (pip, "true")):
        command = ["env", f"UV_SYSTEM_CERTS={certificates}", *installer, "--quiet", "--require-hashes", "-r", LOCK]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 0:
            STAMP.write_bytes(LOCK.read_bytes())
            return
    last = (done.stderr.strip().splitlines() or ["no message"])[-1]
    raise RuntimeError(f"could not install {LOCK.name} ({last}); with a network, type the same command again")


def main():
    if is_installed():
        return
    print(f"Installing {LOCK.name} into {HOME.name}", flush=True)
    try:
        install()
    except (OSError, subprocess.CalledProcessError, RuntimeError) as error:
        sys.exit(f"make: {error}")


if __name__ == "__main__":
    main()
