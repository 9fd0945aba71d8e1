"""Runs commands: quietly with a log for the long ones, and in the background for servers."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from devtools.places import cache
from devtools.say import Refused, step

Command = Sequence[str | Path]


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The caller's environment with compiled Python kept, so that a second start of Frappe is not as slow as the first."""
    result = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    result["PYTHONPYCACHEPREFIX"] = str(cache() / "pycache")
    result.update(extra or {})
    return result


def as_root(command: Command) -> list[str]:
    """The command, by sudo where one is not root already."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        return words
    if not shutil.which("sudo"):
        raise Refused(f"This needs the rights of root and there is no sudo here. As root, run: {' '.join(words)}")
    return ["sudo", *words]


def output(command: Command, *, timeout: float | None = None, env: Mapping[str, str] | None = None) -> str:
    """What a short command prints; empty when it fails, cannot be found or takes longer than `timeout` seconds."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            timeout=timeout,
            env=env,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def run_step(
    title: str,
    command: Command,
    *,
    log: Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: Path | None = None,
    tell: bool = False,
) -> None:
    """Run one long command under a title, its output in `log`. Raises Refused with the log's last lines.

    `tell`: the command prints lines meant for people, and the last of them is shown while it runs.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with step(title) as running, log.open("ab") as out, (stdin or Path(os.devnull)).open("rb") as source:
        out.write(f"\n$ {' '.join(str(word) for word in command)}\n".encode())
        out.flush()
        process = subprocess.Popen(
            [str(word) for word in command], cwd=cwd, env=env or environment(), stdin=source, stdout=out, stderr=out
        )
        try:
            while process.poll() is None:
                try:
                    process.wait(1)
                except subprocess.TimeoutExpired:
                    running.tick(last_lines(log, 1).strip() if tell else "")
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()
        if process.returncode:
            raise Refused(f"{title}: failed. The last lines of {log}:\n{last_lines(log)}")


def last_lines(path: Path, count: int = 15) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").replace("\r", "\n").splitlines()
    return "\n".join(f"    {text}" for text in lines[-count:])


def start_in_background(
    command: Command, *, log: Path, cwd: Path, env: Mapping[str, str] | None = None, executable: str | None = None
) -> subprocess.Popen:
    """A process group of its own that outlives this command; both outputs go to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        return subprocess.Popen(
            [str(word) for word in command],
            executable=executable,
            cwd=cwd,
            env=env or environment(),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
