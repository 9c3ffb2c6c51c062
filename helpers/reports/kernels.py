"""Kernels for reports, ready in a fraction of the usual time: forks of one warm process, the nursery."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager

from helpers.oneline import OneLineError

ROOT = Path(__file__).resolve().parents[2]
END_WITHIN = 10  # seconds until a nursery that does not end by itself is killed


class Kernel:
    """One forked kernel, with as much of Popen's face as jupyter_client looks at."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int):
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status, or None while it runs; the nursery tells."""
        return self.returncode

    def wait(self) -> int | None:
        """The exit status. Called only after poll() gave one."""
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    terminate = kill


class Nursery:
    """The warm process. `folder` is its scratch space, which it removes when it ends, even after our death.

    async with Nursery(folder) as nursery:
        manager = nursery.manager(environment)
    """

    def __init__(self, folder: Path):
        self._folder = folder.absolute()  # the nursery and its kernels run in other folders
        self._numbers = itertools.count(1)
        self._forked: dict[int, asyncio.Future[Kernel]] = {}
        self._kernels: dict[int, Kernel] = {}

    async def __aenter__(self) -> Nursery:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "helpers.reports.nursery",
            str(self._folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
            start_new_session=True,  # Ctrl-C in the terminal is for us alone
        )
        ready = await self._process.stdout.readline()
        if not ready:
            raise OneLineError(f"the process that forks kernels ended with status {await self._process.wait()}")
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *exc_info) -> None:
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), END_WITHIN)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await self._listening

    def manager(self, environment: Mapping[str, str]) -> AsyncKernelManager:
        """A kernel manager for nbclient, whose kernel will see these environment variables."""
        manager = _ForkingManager(kernel_name="python3")
        manager.nursery, manager.environment = self, dict(environment)
        manager.connection_file = str(self._folder / f"kernel-{next(self._numbers)}.json")
        return manager

    async def fork(self, connection_file: str, cwd: str, environment: Mapping[str, str]) -> Kernel:
        """A new kernel, listening soon as the connection file says. Raises OneLineError without a nursery."""
        number = next(self._numbers)
        waiting = self._forked[number] = asyncio.get_running_loop().create_future()
        request = {"fork": number, "connection_file": connection_file, "cwd": cwd, "env": dict(environment)}
        if self._listening.done():
            raise OneLineError("the process that forks kernels has ended (out of memory?): run again with --resume")
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        return await waiting

    async def _listen(self) -> None:
        """Hear from the nursery which kernels it forked and which have ended, until it ends itself."""
        async for line in self._process.stdout:
            message = json.loads(line)
            if "forked" in message:
                kernel = self._kernels[message["pid"]] = Kernel(message["pid"])
                self._forked.pop(message["forked"]).set_result(kernel)
            else:
                self._kernels.pop(message["ended"]).returncode = message["status"]
        for kernel in self._kernels.values():
            kernel.returncode = -signal.SIGKILL
        for waiting in self._forked.values():
            if not waiting.done():
                waiting.set_exception(OneLineError("the process that forks kernels has ended (out of memory?)"))


class _ForkingManager(AsyncKernelManager):
    """Has the nursery fork where others start a program."""

    nursery: Nursery
    environment: dict[str, str]

    async def _async_launch_kernel(self, kernel_cmd: list[str], **settings) -> None:
        process = await self.nursery.fork(self.connection_file, str(settings["cwd"]), self.environment)
        self.provisioner.process = process
        self.provisioner.pid = self.provisioner.pgid = process.pid
        self._reconcile_connection_info(self.provisioner.connection_info)
