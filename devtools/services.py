"""MariaDB and Redis as the bench's own instances: own data, own ports, below <bench>/services.

A bench that was made elsewhere keeps what it has: what answers on its ports is used, and only what does not answer and has
its files here is started.
"""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from devtools import machine, processes, shell
from devtools.bench import Bench
from devtools.say import Refused, step

FIRST_PORTS = {"db_port": 13306, "redis_cache": 13010, "redis_queue": 11010, "webserver_port": 8010, "socketio_port": 9010}
# After a crash MariaDB repairs its files before it answers.
MARIADB_START_SECONDS = 120

MY_CNF = """\
[mysqld]
datadir={folder}/mariadb
socket={socket}
pid-file={folder}/mysqld.pid
port={port}
bind-address=127.0.0.1
skip-name-resolve
character-set-server=utf8mb4
collation-server=utf8mb4_unicode_ci
innodb_buffer_pool_size={buffer}M
innodb_log_file_size=256M
innodb_flush_log_at_trx_commit=2
max_allowed_packet=64M
max_connections=300
skip-log-bin
"""


def choose_ports(is_taken: Callable[[int], bool]) -> dict[str, int]:
    """One port for each server, all shifted together until none of them is taken."""
    for shift in range(200):
        ports = {name: first + shift for name, first in FIRST_PORTS.items()}
        if not any(is_taken(port) for port in ports.values()):
            return ports
    raise Refused("No free ports were found near 8010, 9010, 11010, 13010 and 13306.")


def my_cnf(folder: Path, port: int, memory_megabytes: int) -> str:
    """MariaDB's configuration: a quarter of the memory for its buffers, between 256 MB and 3 GB."""
    buffer = max(256, min(3072, memory_megabytes // 4))
    return MY_CNF.format(folder=folder, socket=folder / "mysqld.sock", port=port, buffer=buffer)


def memory_megabytes() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def create_mariadb(bench: Bench, port: int) -> str:
    """Make the instance with one administrator, who needs the returned password; nobody else can enter."""
    folder = bench.services
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "my.cnf"
    config.write_text(my_cnf(folder, port, memory_megabytes()))
    shell.run_step(
        "Make the bench's own MariaDB",
        [
            machine.program("mariadb-install-db") or "mariadb-install-db",
            f"--defaults-file={config}",
            "--auth-root-authentication-method=normal",
            *_as_user(),
        ],
        log=folder / "log" / "mariadb-install.log",
    )
    password = secrets.token_urlsafe(18)
    start_mariadb(bench)
    # A new data directory lets anonymous users and a root without password in; they go before anything else is done.
    statements = (
        "DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host <> 'localhost'); FLUSH PRIVILEGES;"
        f"ALTER USER root@localhost IDENTIFIED BY '{password}';"
        f"CREATE USER root@'127.0.0.1' IDENTIFIED BY '{password}';"
        "GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION; FLUSH PRIVILEGES"
    )
    client = [machine.program("mariadb"), "--no-defaults", f"--socket={folder / 'mysqld.sock'}", "--user=root"]
    subprocess.run([*client, "--execute", statements], check=True)
    return password


def start_mariadb(bench: Bench) -> bool:
    """True when it had to be started."""
    if processes.answers(bench.database_port, bench.database_host):
        return False
    config = bench.services / "my.cnf"
    if not config.exists():
        raise Refused(
            f"The MariaDB of the bench {bench.path} does not answer at {bench.database_host}:{bench.database_port}, and "
            "was not made by ./dev. Start it, then try again."
        )
    with step("Start MariaDB"):
        process = shell.start_in_background(
            [machine.program("mariadbd") or "mariadbd", f"--defaults-file={config}", *_as_user()],
            cwd=bench.path,
            log=bench.services / "log" / "mariadb.log",
        )
        processes.record(bench.services / "mariadb.pid", process.pid)
        _wait(bench.database_port, "MariaDB", bench.services / "log" / "mariadb.log", process)
    return True


def start_redis(bench: Bench, purpose: str) -> bool:
    """Start the Redis for 'cache' or 'queue' unless one answers. True when it had to be started."""
    port = bench.redis_port(purpose)
    if processes.answers(port):
        return False
    start_redis_at(port, bench.services, f"redis-{purpose}")
    return True


def start_redis_at(port: int, folder: Path, name: str) -> Path:
    """Start a Redis that keeps nothing on disk; returns its pid file."""
    log = folder / "log" / f"{name}.log"
    pid_file = folder / f"{name}.pid"
    with step(f"Start Redis ({name.removeprefix('redis-')})"):
        process = shell.start_in_background(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            executable=machine.redis_server(),
            cwd=folder,
            log=log,
        )
        processes.record(pid_file, process.pid)
        _wait(port, "Redis", log, process)
    return pid_file


def start(bench: Bench) -> None:
    """Database and both Redis, those of them that do not answer yet."""
    (bench.services / "log").mkdir(parents=True, exist_ok=True)
    start_mariadb(bench)
    start_redis(bench, "cache")
    start_redis(bench, "queue")


def stop(bench: Bench) -> list[str]:
    """Stops what `start` started; returns the names."""
    names = ("redis-queue", "redis-cache", "mariadb")
    return [name for name in names if processes.stop(bench.services / f"{name}.pid", seconds=60)]


def _wait(port: int, name: str, log: Path, process: subprocess.Popen) -> None:
    for _second in range(MARIADB_START_SECONDS):
        if processes.wait_for(port, seconds=1):
            return
        if process.poll() is not None:
            break
    raise Refused(f"{name} did not start. The last lines of {log}:\n{shell.last_lines(log)}")


def _as_user() -> list[str]:
    """MariaDB wants to be told when it is really meant to run as root."""
    return [f"--user={getpass.getuser()}"] if os.geteuid() == 0 else []


def require_space(folder: Path, gigabytes: float) -> None:
    free = shutil.disk_usage(next(parent for parent in [folder, *folder.parents] if parent.exists())).free / 2**30
    if free < gigabytes:
        raise Refused(f"A bench needs {gigabytes:.0f} GB of disk at {folder}; {free:.1f} GB are free.")
