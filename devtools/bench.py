"""A bench on disk: what it is made of and how Frappe's commands are run in it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from devtools import node, shell
from devtools.places import APP, CHECKOUT, bench_path
from devtools.say import Refused


@dataclass(frozen=True)
class Bench:
    path: Path

    @property
    def python(self) -> Path:
        return self.path / "env" / "bin" / "python"

    @property
    def sites(self) -> Path:
        return self.path / "sites"

    @property
    def services(self) -> Path:
        """Data, logs and pid files of what `./dev` runs for this bench."""
        return self.path / "services"

    @property
    def link(self) -> Path:
        return self.path / "apps" / APP

    @property
    def exists(self) -> bool:
        return self.python.exists() and (self.path / "apps" / "frappe").is_dir() and self.sites.is_dir()

    @property
    def config_file(self) -> Path:
        return self.sites / "common_site_config.json"

    @cached_property
    def config(self) -> dict:
        return read_json(self.config_file)

    @property
    def database_host(self) -> str:
        return self.config.get("db_host") or "127.0.0.1"

    @property
    def database_port(self) -> int:
        return int(self.config.get("db_port") or 3306)

    @property
    def web_port(self) -> int:
        return int(self.config.get("webserver_port") or 8000)

    @property
    def socketio_port(self) -> int:
        return int(self.config.get("socketio_port") or 9000)

    def redis_port(self, purpose: str) -> int:
        """Port of the Redis for 'cache' or 'queue'."""
        return urlsplit(self.config.get(f"redis_{purpose}", "")).port or {"cache": 13000, "queue": 11000}[purpose]

    def version(self, app: str) -> str:
        return app_version(self.path / "apps" / app / app / "__init__.py")

    def environment(self, *packages: Path, **extra: str) -> dict[str, str]:
        """For every process of this bench. The checkout stands first on the path, so Python imports the code under test
        whatever the bench's own environment names; `packages` are further folders, such as the test tools."""
        path = [CHECKOUT / "apps", *packages]
        return shell.environment(
            {
                "PATH": os.pathsep.join([str(node.bin_folder()), str(self.path / "env" / "bin"), os.environ["PATH"]]),
                "PYTHONPATH": os.pathsep.join(map(str, path)),
                "FRAPPE_BENCH_ROOT": str(self.path),
                **extra,
            }
        )

    def frappe(self, *words: str, site: str | None = None) -> list[str]:
        """The command line for a Frappe command; run it in `self.sites`."""
        where = ["--site", site] if site else []
        return [str(self.python), "-m", "frappe.utils.bench_helper", "frappe", *where, *words]

    def run(self, title: str, *words: str, site: str | None = None, **extra: str) -> None:
        shell.run_step(
            title,
            self.frappe(*words, site=site),
            cwd=self.sites,
            env=self.environment(**extra),
            log=self.services / "log" / "commands.log",
        )

    def has_site(self, site: str) -> bool:
        return (self.sites / site / "site_config.json").exists()


def the_bench() -> Bench:
    return Bench(bench_path())


def existing_bench() -> Bench:
    bench = the_bench()
    if not bench.exists:
        raise Refused(f"There is no bench at {bench.path}. `./dev up` makes one; CRM_EXT_BENCH names another place.")
    return bench


def read_json(path: Path) -> dict:
    """The file's content; empty when there is no such file. A file that is not JSON is refused, not guessed at."""
    if not path.exists():
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8") or "{}")
    except json.JSONDecodeError as wrong:
        raise Refused(f"{path} is not valid JSON ({wrong}). Mend it or move it away, then try again.") from None


def write_json(path: Path, content: dict) -> None:
    """Replaces the file in one move, so that a stop in between leaves the old one."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(fresh, path)


def app_version(init_file: Path) -> str:
    found = re.search(r'^__version__\s*=\s*["\']([^"\']+)', init_file.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else "unknown"


def register_app(bench: Bench) -> None:
    """Frappe and its asset builder read the apps of a bench from this file."""
    listing = bench.sites / "apps.txt"
    apps = listing.read_text(encoding="utf-8").split() if listing.exists() else ["frappe", "erpnext"]
    if APP not in apps:
        listing.write_text("\n".join([*apps, APP]) + "\n", encoding="utf-8")
