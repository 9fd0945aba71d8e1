"""`./dev up` and its companions: the development site, served by background processes of this bench."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from devtools import (
    assets,
    building,
    environments,
    light_bench,
    machine,
    node,
    processes,
    services,
    shell,
    sites,
    templates,
)
from devtools.bench import Bench, existing_bench, read_json, register_app, the_bench, write_json
from devtools.places import APP, CHECKOUT, DEVELOPMENT_SITE, MEASURING_SITE
from devtools.say import Refused, line

SERVERS = ("web", "worker", "scheduler", "socketio")
START_SECONDS = 60
LOCALHOST = CHECKOUT / "devtools" / "inside" / "localhost.js"


def up() -> int:
    bench = the_bench()
    building.ensure(bench)
    machine.provide()
    node.provide()
    services.start(bench)
    link_checkout(bench)
    prepare_site(bench)
    start_servers(bench)
    line(greeting(bench))
    return 0


def link_checkout(bench: Bench) -> None:
    """This checkout as the bench's app, with its requirements. An app that was copied into the bench is not replaced."""
    if bench.link.exists() and not bench.link.is_symlink():
        raise Refused(
            f"{bench.link} is a folder of its own, not a link. It was left alone; move it away to work on this checkout."
        )
    if not bench.link.is_symlink() or bench.link.resolve() != CHECKOUT:
        light_bench.point(bench.link, CHECKOUT)
    register_app(bench)
    done = bench.services / "requirements.json"
    wanted = {"checkout": str(CHECKOUT), "pyproject": environments.digest(environments.pyproject())}
    if read_json(done) != wanted:
        environments.install_app(bench)
        write_json(done, wanted)


def prepare_site(bench: Bench) -> None:
    """The development site with the app, its assets and the demo company; quick when nothing has changed."""
    sites.ensure_development(bench, DEVELOPMENT_SITE)
    state_file = sites.state_file(bench, DEVELOPMENT_SITE)
    state = read_json(state_file)
    built = sites.sources_of_assets(CHECKOUT / "apps" / APP)
    if state.get("assets") != built:
        assets.build(bench)
        write_json(state_file, {**read_json(state_file), "assets": built})
    # A site that was there before ./dev may hold somebody's own company.
    if state.get("made_here") and not state.get("demo"):
        load_demo(bench)
        bench.run("Start the scheduler of the site", "enable-scheduler", site=DEVELOPMENT_SITE)
        write_json(state_file, {**read_json(state_file), "demo": True})


def load_demo(bench: Bench) -> None:
    """A load that was stopped goes on where it stood."""
    shell.run_step(
        "Load the demo company",
        [bench.python, templates.INSIDE / "demo.py", DEVELOPMENT_SITE, demo_users(bench)],
        cwd=bench.sites,
        env=bench.environment(),
        log=bench.services / "log" / "demo.log",
        tell=True,
    )


def demo_users(bench: Bench) -> Path:
    return bench.services / "demo-users.json"


def commands(bench: Bench) -> dict[str, list[str]]:
    return {
        "web": bench.frappe("serve", "--port", str(bench.web_port), "--noreload", site=DEVELOPMENT_SITE),
        "worker": bench.frappe("worker", "--queue", "short,default,long"),
        "scheduler": bench.frappe("schedule"),
        "socketio": ["node", "--require", str(LOCALHOST), str(bench.path / "apps" / "frappe" / "socketio.js")],
    }


def start_servers(bench: Bench) -> None:
    for name, command in commands(bench).items():
        pid_file = bench.services / f"{name}.pid"
        if processes.is_alive(pid_file):
            continue
        if name == "web" and processes.answers(bench.web_port):
            raise Refused(f"Port {bench.web_port}, which the bench's web server wants, is taken by another program.")
        process = shell.start_in_background(
            command,
            cwd=bench.path if name == "socketio" else bench.sites,
            # Tells pages the port of socket.io; without it they would look for it behind a proxy of a production set-up.
            env=bench.environment(DEV_SERVER="1"),
            log=bench.services / "log" / f"{name}.log",
        )
        processes.record(pid_file, process.pid)
    if not processes.wait_for(bench.web_port, seconds=START_SECONDS):
        log = bench.services / "log" / "web.log"
        raise Refused(f"The web server did not start. The last lines of {log}:\n{shell.last_lines(log)}")


def greeting(bench: Bench) -> str:
    lines = ["", f"CRM Ext runs at http://{DEVELOPMENT_SITE}:{bench.web_port}"]
    demo = read_json(demo_users(bench))
    if demo:
        lines += [f"Log in with the password {demo['password']} as", *(f"    {user}" for user in demo["users"])]
    lines.append(f"Log in as Administrator with the password {templates.ADMINISTRATOR_PASSWORD}")
    lines.append("./dev status shows what runs, ./dev down stops it.")
    return "\n".join(lines)


def down() -> int:
    bench = existing_bench()
    stopped = [name for name in SERVERS if processes.stop(bench.services / f"{name}.pid")]
    stopped += services.stop(bench)
    line(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running that ./dev started.")
    return 0


def status() -> int:
    bench = existing_bench()
    line(f"bench     {bench.path}: Frappe {bench.version('frappe')}, ERPNext {bench.version('erpnext')}")
    line(f"checkout  {bench.link.resolve() if bench.link.exists() else 'not linked'}")
    line(f"site      {DEVELOPMENT_SITE if bench.has_site(DEVELOPMENT_SITE) else 'not made yet (./dev up)'}")
    for name, port in ports(bench).items():
        ours = processes.is_alive(bench.services / f"{name}.pid")
        runs = ours or bool(port and processes.answers(port))
        origin = "" if ours or not runs else ", not started by ./dev"
        line(f"{name:<12}{'runs' if runs else 'stopped'}{f' on port {port}' if port else ''}{origin}")
    return 0


def ports(bench: Bench) -> dict[str, int | None]:
    return {
        "mariadb": bench.database_port,
        "redis-cache": bench.redis_port("cache"),
        "redis-queue": bench.redis_port("queue"),
        "web": bench.web_port,
        "worker": None,
        "scheduler": None,
        "socketio": bench.socketio_port,
    }


def console(site: str | None) -> int:
    bench = existing_bench()
    services.start(bench)
    os.chdir(bench.sites)
    return subprocess.run(bench.frappe("console", site=site or DEVELOPMENT_SITE), env=bench.environment()).returncode


def measure(name: str | None, words: Sequence[str]) -> int:
    """Benchmarks on a site of their own, in the bench's Python."""
    bench = the_bench()
    building.ensure(bench)
    services.start(bench)
    with light_bench.for_tests(bench) as light:
        sites.ensure_fresh(light, MEASURING_SITE)
        env = light.environment(
            environments.bench_packages(bench),
            CRM_EXT_BENCH=str(light.path),
            CRM_EXT_MEASURE_SITE=MEASURING_SITE,
        )
        script = CHECKOUT / "benchmarks" / "run.py"
        command = [str(light.python), str(script), *([name] if name else []), *words]
        return subprocess.run(command, cwd=light.sites, env=env).returncode
