"""Background processes known by pid files, so that only what `./dev` started is ever stopped."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path


def is_alive(pid_file: Path) -> bool:
    """Whether the process that wrote itself there still runs; a pid that now belongs to another program does not count."""
    pid, started = _read(pid_file)
    return pid is not None and start_of(pid) == started


def record(pid_file: Path, pid: int) -> None:
    pid_file.parent.mkdir(parents=True, exist_ok=True)
    pid_file.write_text(f"{pid} {start_of(pid)}\n")


def stop(pid_file: Path, *, seconds: float = 15) -> bool:
    """Ask the process group to end, then insist. True when something was running."""
    running = is_alive(pid_file)
    if running:
        pid = _read(pid_file)[0]
        _signal(pid, signal.SIGTERM)
        deadline = time.monotonic() + seconds
        while is_alive(pid_file) and time.monotonic() < deadline:
            time.sleep(0.1)
        if is_alive(pid_file):
            _signal(pid, signal.SIGKILL)
    pid_file.unlink(missing_ok=True)
    return running


def start_of(pid: int) -> str:
    """When the process began, in the kernel's ticks; empty when there is none, or only its remains."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def answers(port: int, host: str = "127.0.0.1") -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def wait_for(port: int, *, seconds: float, host: str = "127.0.0.1") -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answers(port, host):
            return True
        time.sleep(0.1)
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _read(pid_file: Path) -> tuple[int | None, str]:
    try:
        pid, started = pid_file.read_text().split()
        return int(pid), started
    except (OSError, ValueError):
        return None, ""


def _signal(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        pass
