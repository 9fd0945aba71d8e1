"""Makes a bench from nothing, or leaves nothing.

A bench is full of absolute paths, so it is built where it will stand. A marker beside it says that it is unfinished; a
failure, Ctrl-C or the next `./dev up` after a crash removes both.
"""

from __future__ import annotations

import getpass
import json
import shutil
import sys
import tempfile
from pathlib import Path

from devtools import environments, machine, node, processes, services, shell, sources
from devtools.bench import Bench, read_json, write_json
from devtools.places import cache
from devtools.say import Refused, line

GIGABYTES_WANTED = 4
TOO_NEW_PYTHON = (3, 14)


def marker(bench: Bench) -> Path:
    return bench.path.with_name(f".{bench.path.name}.unfinished")


def ensure(bench: Bench) -> None:
    """Use the bench that is there, else make one."""
    if marker(bench).exists():
        line(f"The last attempt to make {bench.path} did not finish; its remains are removed.")
        discard(bench)
    if bench.exists:
        return
    if bench.path.exists() and any(bench.path.iterdir()):
        raise Refused(
            f"{bench.path} is there but is not a bench with Frappe in it. It was left alone; name another place in "
            "CRM_EXT_BENCH."
        )
    require_python()
    machine.provide(only="git")
    chosen = sources.chosen()
    sources.require_reachable(chosen)
    services.require_space(bench.path, GIGABYTES_WANTED)
    build(bench, chosen)


def require_python() -> None:
    if sys.version_info >= TOO_NEW_PYTHON:
        raise Refused(
            f"Frappe 15 runs on Python 3.10 to 3.13 and this is {sys.version.split()[0]}. Call ./dev by one of these, for "
            "instance: python3.12 dev up"
        )


def build(bench: Bench, chosen: tuple[sources.Source, ...]) -> None:
    machine.provide()
    bench.path.parent.mkdir(parents=True, exist_ok=True)
    marker(bench).touch()
    try:
        node.provide()
        _init(bench, chosen[0])
        _configure(bench)
        _get_erpnext(bench, chosen[1])
        bench.run("Build the desk's assets", "build")
    except BaseException:
        discard(bench)
        raise
    marker(bench).unlink()


def discard(bench: Bench) -> None:
    """Stop and remove an unfinished bench, and only an unfinished one."""
    if marker(bench).exists():
        services.stop(bench)
        shutil.rmtree(bench.path, ignore_errors=True)
        marker(bench).unlink()


def _init(bench: Bench, frappe: sources.Source) -> None:
    # The bench CLI runs for root only in a folder whose configuration names root as the bench's user.
    with tempfile.TemporaryDirectory(prefix="crm-ext-") as scratch:
        (Path(scratch) / "sites").mkdir()
        (Path(scratch) / "sites" / "common_site_config.json").write_text(json.dumps({"frappe_user": getpass.getuser()}))
        shell.run_step(
            f"Make a bench with Frappe {frappe.reference}",
            [
                environments.bench_cli(),
                *("init", "--skip-redis-config-generation", "--skip-assets", "--no-backups", "--verbose"),
                *("--frappe-path", frappe.repository, "--frappe-branch", frappe.reference),
                *("--python", sys.executable),
                bench.path,
            ],
            cwd=Path(scratch),
            env=_bench_cli_environment(bench),
            log=cache() / "bench.log",
        )


def _configure(bench: Bench) -> None:
    ports = services.choose_ports(processes.answers)
    write_json(bench.config_file, configuration(read_json(bench.config_file), ports, getpass.getuser()))
    vars(bench).pop("config", None)
    password = services.create_mariadb(bench, ports["db_port"])
    write_json(bench.config_file, {**read_json(bench.config_file), "root_login": "root", "root_password": password})
    bench.config_file.chmod(0o600)
    vars(bench).pop("config", None)
    services.start(bench)


def configuration(found: dict, ports: dict[str, int], user: str) -> dict:
    """What bench wrote, with the ports of this bench's own servers."""
    return {
        **found,
        "frappe_user": user,
        "db_host": "127.0.0.1",
        "db_port": ports["db_port"],
        "redis_cache": f"redis://127.0.0.1:{ports['redis_cache']}",
        "redis_socketio": f"redis://127.0.0.1:{ports['redis_cache']}",
        "redis_queue": f"redis://127.0.0.1:{ports['redis_queue']}",
        "webserver_port": ports["webserver_port"],
        "socketio_port": ports["socketio_port"],
        "live_reload": False,
    }


def _get_erpnext(bench: Bench, erpnext: sources.Source) -> None:
    shell.run_step(
        f"Get ERPNext {erpnext.reference}",
        [environments.bench_cli(), "get-app", "--skip-assets", "--branch", erpnext.reference, "erpnext", erpnext.repository],
        cwd=bench.path,
        env=_bench_cli_environment(bench),
        log=cache() / "bench.log",
    )


def _bench_cli_environment(bench: Bench) -> dict[str, str]:
    """For commands of the bench CLI, which looks for uv and yarn on the path."""
    folders = [str(environments.bench_cli().parent), str(node.bin_folder())]
    env = bench.environment()
    env["PATH"] = ":".join([*folders, env["PATH"]])
    env.pop("PYTHONPATH")
    env.pop("FRAPPE_BENCH_ROOT")
    return env
