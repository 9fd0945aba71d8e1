"""A bench folder that borrows Frappe, ERPNext, Python and MariaDB from another bench.

It has its own sites, assets and list of apps, so that tests run against any checkout without a change to the bench that
people work in: its link to the app, its assets and its sites stay as they are.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devtools import database, processes, services
from devtools.bench import Bench, read_json, write_json
from devtools.environments import digest
from devtools.places import APP, CHECKOUT, cache
from devtools.say import line

BORROWED_APPS = ("frappe", "erpnext")
REDIS_SETTINGS = ("redis_cache", "redis_queue", "redis_socketio")
# Settings of the bench that sites of a light one share with it.
SHARED_SETTINGS = ("db_host", "db_port", "db_type", "root_login", "root_password", "frappe_user")


@contextmanager
def for_tests(bench: Bench) -> Iterator[Bench]:
    """The test bench of this checkout on that bench, made or brought up to date, for one run at a time."""
    forget_lost_checkouts(bench)
    light = Bench(cache() / f"test-bench-{digest(str(CHECKOUT), str(bench.path))}")
    light.path.mkdir(exist_ok=True)
    with (light.path / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            line("Another run uses this checkout's test bench; waiting for it to end.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        prepare(light, bench)
        yield light


def prepare(light: Bench, bench: Bench) -> None:
    make(light.path, bench)
    write_json(light.path / "borrowed.json", {"checkout": str(CHECKOUT), "bench": str(bench.path)})
    point(light.link, CHECKOUT)
    (light.sites / "apps.txt").write_text("\n".join([*BORROWED_APPS, APP]) + "\n", encoding="utf-8")


def make(path: Path, bench: Bench) -> Bench:
    """A light bench at `path` without the app; safe to repeat."""
    light = Bench(path)
    for folder in ("apps", "config/pids", "logs", "services/log", "sites/assets"):
        (path / folder).mkdir(parents=True, exist_ok=True)
    point(path / "env", bench.path / "env")
    for app in BORROWED_APPS:
        point(path / "apps" / app, (bench.path / "apps" / app).resolve())
    (light.sites / "apps.txt").write_text("\n".join(BORROWED_APPS) + "\n", encoding="utf-8")
    settings = {name: value for name, value in bench.config.items() if name in SHARED_SETTINGS}
    settings.update({f"redis_{purpose}": f"redis://127.0.0.1:{bench.redis_port(purpose)}" for purpose in ("cache", "queue")})
    write_json(light.config_file, settings)
    light.config_file.chmod(0o600)
    _borrow_assets(light, bench)
    return light


@contextmanager
def own_redis(light: Bench) -> Iterator[None]:
    """A Redis for one run, so that workers and caches of other sites on the bench see nothing of the tests."""
    port = processes.free_port()
    pid_file = services.start_redis_at(port, light.services, "redis-tests")
    try:
        addresses = dict.fromkeys(REDIS_SETTINGS, f"redis://127.0.0.1:{port}")
        write_json(light.config_file, {**light.config, **addresses, "socketio_port": processes.free_port()})
        yield
    finally:
        processes.stop(pid_file)


def _borrow_assets(light: Bench, bench: Bench) -> None:
    """Links to the built files and translations of the borrowed apps, and a list of assets that starts as theirs."""
    ours, theirs = light.sites / "assets", bench.sites / "assets"
    for app in BORROWED_APPS:
        point(ours / app, (theirs / app).resolve())
        for compiled in theirs.glob(f"locale/*/LC_MESSAGES/{app}.mo"):
            link = ours / compiled.relative_to(theirs)
            link.parent.mkdir(parents=True, exist_ok=True)
            point(link, compiled)
    for name in ("assets.json", "assets-rtl.json"):
        known = {
            bundle: file for bundle, file in read_json(theirs / name).items() if not file.startswith(f"/assets/{APP}/")
        }
        write_json(ours / name, {**read_json(ours / name), **known})


def point(link: Path, target: Path) -> None:
    """Make `link` lead to `target`; a real file or folder in its place is never removed."""
    if link.is_symlink():
        if link.readlink() == target:
            return
        link.unlink()
    link.symlink_to(target)


def forget_lost_checkouts(bench: Bench) -> None:
    """Remove test benches, with their databases, whose checkout is no longer there."""
    for record in cache().glob("test-bench-*/borrowed.json"):
        known = read_json(record)
        if known.get("bench") == str(bench.path) and not Path(known["checkout"]).exists():
            remove(Bench(record.parent), bench)


def remove(light: Bench, bench: Bench) -> None:
    for config in light.sites.glob("*/site_config.json"):
        if name := read_json(config).get("db_name"):
            database.drop(bench, name)
    shutil.rmtree(light.path)
