"""Node and yarn: the system's Node where it is new enough, else the npm registry's; yarn always in a folder of our own."""

from __future__ import annotations

import shutil
from pathlib import Path

from devtools import shell
from devtools.places import cache
from devtools.versions import NODE, NODE_AT_LEAST, YARN


def prefix() -> Path:
    return cache() / "node"


def bin_folder() -> Path:
    return prefix() / "node_modules" / ".bin"


def major(version: str) -> int:
    """18 for 'v18.19.0'; 0 when there is no version to read."""
    digits = version.lstrip("v").split(".")[0]
    return int(digits) if digits.isdigit() else 0


def missing() -> list[str]:
    """npm packages to fetch so that the builder finds a Node it accepts and the classic yarn."""
    wanted = []
    if not (bin_folder() / "node").exists() and major(shell.output(["node", "--version"])) < NODE_AT_LEAST:
        wanted.append(NODE)
    if not (bin_folder() / "yarn").exists() and not shell.output(["yarn", "--version"]).startswith("1."):
        wanted.append(YARN)
    return wanted


def provide() -> None:
    wanted = missing()
    if wanted:
        prefix().mkdir(parents=True, exist_ok=True)
        shell.run_step(
            f"Fetch {' and '.join(wanted)} from the npm registry",
            [shutil.which("npm") or "npm", "install", "--no-save", "--prefix", prefix(), *wanted],
            log=cache() / "npm.log",
            cwd=prefix(),
        )
