"""Sites in seconds: a site with ERPNext is made once for each version, kept as a dump, and every other starts from it.

bare: ERPNext installed, nothing set up. company: the setup wizard has been through, for the company "Test Pumps".
"""

from __future__ import annotations

import datetime
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from devtools import database, shell
from devtools.bench import Bench, read_json, write_json
from devtools.environments import digest
from devtools.places import CHECKOUT, cache
from devtools.say import line

ADMINISTRATOR_PASSWORD = "admin"
TEMPLATE_SITE = "crm-ext-template.localhost"
INSIDE = CHECKOUT / "devtools" / "inside"


def dump_of(bench: Bench, kind: str) -> Path:
    """Where the template for this bench's exact Frappe and ERPNext lies; the wizard's fiscal years depend on the year."""
    commits = [
        shell.output(["git", "-C", bench.path / "apps" / app, "rev-parse", "HEAD"]) or bench.version(app)
        for app in ("frappe", "erpnext")
    ]
    return cache() / f"site-{kind}-{digest(*commits, str(datetime.date.today().year))}.sql"


def ensure(bench: Bench) -> None:
    """Make both templates unless they are there."""
    if dump_of(bench, "bare").exists() and dump_of(bench, "company").exists():
        return
    line("A site with ERPNext is made once and kept as a template:")
    bench.run(
        "Make a site",
        *("new-site", TEMPLATE_SITE, "--force", "--admin-password", ADMINISTRATOR_PASSWORD),
        *("--db-root-username", bench.config.get("root_login", "root")),
        *("--db-root-password", bench.config.get("root_password", "")),
        # Names are not resolved by our MariaDB, so a login bound to a host name would never match.
        *("--mariadb-user-host-login-scope", "%"),
    )
    bench.run("Install ERPNext", "install-app", "erpnext", site=TEMPLATE_SITE)
    name = read_json(bench.sites / TEMPLATE_SITE / "site_config.json")["db_name"]
    database.save(bench, name, dump_of(bench, "bare"))
    shell.run_step(
        "Set up a company",
        [bench.python, INSIDE / "company.py", TEMPLATE_SITE, str(datetime.date.today().year)],
        cwd=bench.sites,
        env=bench.environment(),
        log=bench.services / "log" / "commands.log",
    )
    database.save(bench, name, dump_of(bench, "company"))
    database.drop(bench, name)
    shutil.rmtree(bench.sites / TEMPLATE_SITE)


def make_site(bench: Bench, site: str, kind: str, settings: Mapping[str, object], *, db_name: str) -> None:
    """A fresh site from a template; whatever was there under this name is replaced."""
    ensure(bench)
    password = secrets.token_hex(12)
    folder = bench.sites / site
    if folder.exists():
        shutil.rmtree(folder)
    for part in ("public/files", "private/files", "private/backups", "locks", "logs"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    database.create(bench, db_name, password)
    database.load(bench, db_name, dump_of(bench, kind), f"Make the site {site}")
    write_json(folder / "site_config.json", {"db_type": "mariadb", "db_name": db_name, "db_password": password, **settings})
