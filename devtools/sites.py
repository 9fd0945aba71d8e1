"""The sites that `./dev` makes: for development, for tests, for measuring."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from devtools import database, templates
from devtools.bench import Bench, read_json, write_json
from devtools.environments import digest
from devtools.places import APP, CHECKOUT

# Files that decide what a site's database looks like once the app is installed.
SCHEMA_SUFFIXES = {".json", ".txt", ".csv"}
SCHEMA_FOLDERS = {"setup", "patches"}


def settings_of(site: str) -> dict:
    """What sites/<site>.json of the checkout wants in the site's configuration."""
    return read_json(CHECKOUT / "sites" / f"{site}.json")


def fingerprint(package: Path) -> str:
    """Changes with everything of the package that an installation or a migration would act on."""
    parts = []
    for path in sorted(package.rglob("*")):
        relative = path.relative_to(package)
        if path.is_dir() or relative.parts[0] in ("public", "locale") or "__pycache__" in relative.parts:
            continue
        if path.suffix in SCHEMA_SUFFIXES or relative.parts[0] in SCHEMA_FOLDERS or path.name == "hooks.py":
            parts.append(f"{relative}:{digest(path.read_text(encoding='utf-8', errors='replace'))}")
    # `fixtures` is a link out of the package, which rglob does not follow on every version of Python.
    for path in sorted((package / "fixtures").resolve().glob("*.json")):
        parts.append(f"fixtures/{path.name}:{digest(path.read_text(encoding='utf-8'))}")
    return digest(*parts)


def sources_of_assets(package: Path) -> str:
    """Changes with everything that the asset builder and the compiler of translations read."""
    wanted = [path for folder in ("public", "locale") for path in sorted((package / folder).rglob("*"))]
    files = [path for path in wanted if path.is_file() and "dist" not in path.parts]
    return digest(*(f"{path.relative_to(package)}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in files))


def state_file(bench: Bench, site: str) -> Path:
    return bench.sites / site / f"{APP}_state.json"


def is_current(bench: Bench, site: str, wanted: str) -> bool:
    """Whether the site was left complete, with the app in the state of this checkout."""
    if not bench.has_site(site) or read_json(state_file(bench, site)).get("fingerprint") != wanted:
        return False
    return database.exists(bench, read_json(bench.sites / site / "site_config.json")["db_name"])


def ensure_fresh(bench: Bench, site: str) -> None:
    """A site of the template company with this checkout's app; made anew when the app's schema has changed."""
    wanted = fingerprint(CHECKOUT / "apps" / APP)
    if is_current(bench, site, wanted):
        bench.run("Clear the site's cache", "clear-cache", site=site)
        return
    state_file(bench, site).unlink(missing_ok=True)
    templates.make_site(bench, site, "company", settings_of(site), db_name=database_name(bench, site))
    bench.run("Install the app", "install-app", APP, site=site)
    write_json(state_file(bench, site), {"fingerprint": wanted})


def ensure_development(bench: Bench, site: str) -> None:
    """The site that people work in: made once, then migrated when the app has changed; never replaced."""
    wanted = fingerprint(CHECKOUT / "apps" / APP)
    if is_current(bench, site, wanted):
        return
    if not bench.has_site(site):
        try:
            templates.make_site(bench, site, "bare", settings_of(site), db_name=database_name(bench, site))
        except BaseException:
            shutil.rmtree(bench.sites / site, ignore_errors=True)
            raise
        write_json(state_file(bench, site), {"made_here": True})
    if APP not in installed_apps(bench, site):
        bench.run("Install the app", "install-app", APP, site=site)
    else:
        bench.run("Migrate the site", "migrate", site=site)
    write_json(state_file(bench, site), {**read_json(state_file(bench, site)), "fingerprint": wanted})


def installed_apps(bench: Bench, site: str) -> list[str]:
    name = read_json(bench.sites / site / "site_config.json")["db_name"]
    stored = database.execute(
        bench, f"SELECT defvalue FROM `{name}`.tabDefaultValue WHERE parent='__global' AND defkey='installed_apps'"
    )
    return json.loads(stored.strip() or "[]")


def database_name(bench: Bench, site: str) -> str:
    """One database for each site of each bench; MariaDB takes at most 64 letters, its users 80."""
    return f"{site.split('.')[0].replace('-', '_')}_{digest(str(bench.path))[:8]}"
