"""Python environments of our own, cached by what they are made of."""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from pathlib import Path

from devtools import shell
from devtools.bench import Bench
from devtools.places import CHECKOUT, cache
from devtools.say import Refused
from devtools.versions import BENCH_CLI

# What `./dev test unit`, `demo` and `analyse` need beside the app's own dependencies.
OWN_EXTRAS = ("test", "embedded")
BENCH_TEST_EXTRAS = ("test", "browser", "embedded")


def requirements(pyproject: str, extras: tuple[str, ...]) -> list[str]:
    """The project's dependencies and those of the named extras, as written; an extra that is not there adds nothing.

    Python 3.10 has no TOML reader, and these lists are plain lists of strings.
    """
    found = _list_of(pyproject, "dependencies")
    for extra in extras:
        found += _list_of(pyproject, extra)
    return found


def _list_of(pyproject: str, name: str) -> list[str]:
    block = re.search(rf"^{re.escape(name)} = \[(.*?)\]$", pyproject, re.MULTILINE | re.DOTALL)
    if not block:
        return []
    lines = [line for line in block[1].splitlines() if not line.strip().startswith("#")]
    return re.findall(r'"([^"]+)"', "\n".join(lines))


def digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def pyproject() -> str:
    return (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")


def own_python() -> Path:
    """The interpreter of the environment for everything that needs no bench."""
    wanted = requirements(pyproject(), OWN_EXTRAS)
    return _environment(f"venv-{digest(sys.version, *sorted(wanted))}", wanted, "unit tests and the demo")


def bench_cli() -> Path:
    """The bench command, from PyPI."""
    folder = f"bench-cli-{digest(sys.version, *BENCH_CLI)}"
    return _environment(folder, list(BENCH_CLI), "the bench CLI").parent / "bench"


def _environment(name: str, wanted: list[str], purpose: str) -> Path:
    folder = cache() / name
    python = folder / "bin" / "python"
    if (folder / "complete").exists():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    log = cache() / "environments.log"
    uv = shutil.which("uv")
    make = [uv, "venv", "--python", sys.executable, folder] if uv else [sys.executable, "-m", "venv", folder]
    shell.run_step(f"Make a Python environment for {purpose}", make, log=log)
    install = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install", "--quiet"]
    shell.run_step(f"Install {len(wanted)} requirements from PyPI", [*install, *wanted], log=log)
    (folder / "complete").touch()
    return python


def bench_packages(bench: Bench) -> Path:
    """The test tools and the app's requirements for the bench's Python."""
    return packages_for(bench, "bench-test-packages", requirements(pyproject(), BENCH_TEST_EXTRAS))


def packages_for(bench: Bench, name: str, wanted: list[str]) -> Path:
    """A folder with these packages for the bench's Python, kept out of the bench's own environment; whatever the bench
    already has keeps its version."""
    python = shell.output([bench.python, "--version"])
    key = digest(python, bench.version("frappe"), bench.version("erpnext"), *sorted(wanted))
    folder = cache() / f"{name}-{key}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        pins = cache() / f"pins-{key}.txt"
        pins.write_text(pins_of(bench), encoding="utf-8")
        shell.run_step(
            f"Install {len(wanted)} packages for the tests on the bench",
            [uv(), "pip", "install", "--python", bench.python, "--target", folder, "--constraint", pins, *wanted],
            log=cache() / "environments.log",
        )
        (folder / "complete").touch()
    return folder


def install_app(bench: Bench) -> None:
    """The linked app and its requirements into the bench's environment, under the versions that are there."""
    pins = bench.services / "pins.txt"
    pins.write_text(pins_of(bench), encoding="utf-8")
    shell.run_step(
        "Install the app's Python requirements into the bench",
        [uv(), "pip", "install", "--python", bench.python, "--constraint", pins, "--editable", bench.link],
        log=bench.services / "log" / "commands.log",
    )


def uv() -> Path:
    return bench_cli().parent / "uv"


def pins_of(bench: Bench) -> str:
    listing = shell.output([uv(), "pip", "freeze", "--python", bench.python])
    if not listing:
        raise Refused(f"The Python environment of the bench, {bench.path / 'env'}, cannot be read.")
    return "\n".join(pin for pin in listing.splitlines() if re.match(r"^[\w.-]+==", pin)) + "\n"
