"""Databases of the bench's MariaDB, through its own command-line client."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from devtools import machine, shell
from devtools.bench import Bench
from devtools.say import Refused

SAFE_NAME = re.compile(r"^\w+$")


def client(bench: Bench, program: str = "mariadb") -> list[str]:
    """The command line of a client as the database's administrator; its password goes by `secret`."""
    return [
        machine.program(program) or program,
        "--no-defaults",
        f"--host={bench.database_host}",
        f"--port={bench.database_port}",
        f"--user={bench.config.get('root_login', 'root')}",
    ]


def secret(bench: Bench) -> dict[str, str]:
    password = bench.config.get("root_password")
    if password is None:
        raise Refused(
            f"{bench.config_file} names no root_password for MariaDB. Add root_login and root_password of an "
            "administrator, so that ./dev can make its sites."
        )
    return shell.environment({"MYSQL_PWD": password})


def execute(bench: Bench, statements: str) -> str:
    done = subprocess.run(
        [*client(bench), "--batch", "--skip-column-names"],
        input=statements,
        env=secret(bench),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Refused(f"MariaDB refused: {done.stderr.strip()}")
    return done.stdout


def exists(bench: Bench, name: str) -> bool:
    return bool(execute(bench, f"SHOW DATABASES LIKE '{_safe(name)}'").strip())


def create(bench: Bench, name: str, password: str) -> None:
    """An empty database with a user of the same name; one that is there is dropped first."""
    _safe(name)
    execute(
        bench,
        f"DROP DATABASE IF EXISTS `{name}`; DROP USER IF EXISTS '{name}'@'%';"
        f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;"
        f"CREATE USER '{name}'@'%' IDENTIFIED BY '{_safe(password)}';"
        f"GRANT ALL ON `{name}`.* TO '{name}'@'%'; FLUSH PRIVILEGES;",
    )


def drop(bench: Bench, name: str) -> None:
    _safe(name)
    execute(bench, f"DROP DATABASE IF EXISTS `{name}`; DROP USER IF EXISTS '{name}'@'%';")


def load(bench: Bench, name: str, dump: Path, title: str) -> None:
    log = bench.services / "log" / "database.log"
    shell.run_step(title, [*client(bench), name], env=secret(bench), stdin=dump, log=log)


def save(bench: Bench, name: str, dump: Path) -> None:
    """Writes the file in one move, so that a stop in between leaves none."""
    fresh = dump.with_name(f".{dump.name}.new")
    with fresh.open("wb") as out:
        subprocess.run(
            [*client(bench, "mariadb-dump"), "--single-transaction", "--skip-dump-date", name],
            env=secret(bench),
            stdout=out,
            check=True,
        )
    fresh.replace(dump)


def _safe(name: str) -> str:
    if not SAFE_NAME.match(name):
        raise ValueError(f"not a plain name: {name!r}")
    return name
