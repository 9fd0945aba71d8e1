"""What the machine must have, and how it gets it from its own packages.

Only packages without a system service are asked for: `mariadb-server-core` and `redis-tools` hold the programs that the
bench runs as its own instances, so no server of the machine's is installed, started or changed.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devtools import shell
from devtools.places import cache
from devtools.say import Refused

SBIN = "/usr/sbin:/sbin"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Need:
    """Something the machine must have. `packages`: the first that the machine's own lists know is installed."""

    name: str
    packages: tuple[str, ...]
    present: Callable[[], bool]


def program(name: str) -> str | None:
    """Full path of a program; servers live in the folders of root, which are not on everyone's path."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:{SBIN}")


def redis_server() -> str | None:
    """redis-server itself, or redis-check-rdb: the same file, that acts by the name it is called by."""
    return program("redis-server") or program("redis-check-rdb")


def needs() -> list[Need]:
    def has(name: str) -> Callable[[], bool]:
        return lambda: program(name) is not None

    return [
        Need("git", ("git",), has("git")),
        Need("MariaDB server", ("mariadb-server-core", "mariadb-server-core-10.6"), has("mariadbd")),
        Need("MariaDB client", ("mariadb-client",), has("mariadb-dump")),
        Need("Redis", ("redis-tools",), lambda: redis_server() is not None),
        Need("Node", ("nodejs",), has("node")),
        Need("npm", ("npm",), has("npm")),
        Need("PDF printing", ("wkhtmltopdf",), has("wkhtmltopdf")),
        Need("fonts", ("fonts-noto-core",), lambda: has_font("Noto")),
        Need("fontconfig", ("fontconfig",), has("fc-list")),
        Need("Python's venv", ("python3-venv",), lambda: importlib.util.find_spec("ensurepip") is not None),
        Need("a C compiler", ("build-essential",), has("gcc")),
        Need("Python headers", ("python3-dev",), has_python_headers),
    ]


def has_font(name: str) -> bool:
    return any(Path("/usr/share/fonts").rglob(f"*{name}*"))


def has_python_headers() -> bool:
    import sysconfig

    return Path(sysconfig.get_path("include"), "Python.h").exists()


def provide(only: str | None = None) -> None:
    """Install what is missing, or `only` the need of that name. Raises Refused when this machine has no apt."""
    missing = [need for need in needs() if only in (None, need.name) and not need.present()]
    if missing:
        install(missing)


def install(missing: list[Need]) -> None:
    names = ", ".join(need.name for need in missing)
    if not program("apt-get"):
        raise Refused(f"This machine lacks {names}, and has no apt to install them. Install them, then try again.")
    log = cache() / "packages.log"
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    shell.run_step("Refresh the machine's package lists", shell.as_root([*apt, "update"]), log=log)
    packages = [available(need) for need in missing]
    command = [*apt, "install", "--yes", "--no-install-recommends", *packages]
    shell.run_step(f"Install {' '.join(packages)}", shell.as_root(command), log=log)


def available(need: Need) -> str:
    for package in need.packages:
        if "Candidate: (none)" not in (policy := shell.output(["apt-cache", "policy", package])) and policy:
            return package
    raise Refused(f"The machine's package lists know none of {', '.join(need.packages)}, wanted for {need.name}.")


def browser() -> str | None:
    """The system's Chromium. On Ubuntu the command of the snap's empty shell is not one."""
    for name in BROWSERS:
        found = program(name)
        if found and shell.output([found, "--version"], timeout=30):
            return found
    return None


def provide_browser() -> str:
    """Path of a Chromium, installed when missing. Raises Refused when there is none to be had."""
    found = browser()
    if not found:
        install([Need("Chromium", ("chromium",), lambda: False)])
        found = browser()
    if not found:
        raise Refused(
            "Chromium was installed but does not start here (Ubuntu's package is a snap, which containers cannot run). "
            "Install a Chromium or Google Chrome that starts from the command line."
        )
    return found
