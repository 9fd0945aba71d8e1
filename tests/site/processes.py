"""Real processes beside a test: several at the same moment, and some that are killed in the middle of their work.

A program is a source text, or a file whose last line is `processes.take_part(VERBS)`. It says 'ready', waits for a line, works
in a transaction of its own and prints its outcome last: a file as JSON, a source text in its own words.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PATIENCE = 180
_DIE = "die"


class Process:
    """Another customer, a colleague at the desk or the scheduler, beside this test."""

    def __init__(self, program: str | Path, arguments: Iterable[str]) -> None:
        import frappe

        self._answers_json = isinstance(program, Path)
        start = [str(program)] if self._answers_json else ["-c", program]
        self._process = subprocess.Popen(
            [sys.executable, *start, frappe.local.site, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            text=True,
        )

    def until(self, word: str) -> Process:
        for line in self._process.stdout:
            if line.strip() == word:
                return self
        raise AssertionError(f"the process ended before it was {word}")

    def go(self) -> Process:
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def outcome(self) -> Any:
        output, _ = self._process.communicate(timeout=_PATIENCE)
        assert self._process.returncode == 0, f"the process ended with {self._process.returncode}"
        last = output.strip().splitlines()[-1]
        return json.loads(last) if self._answers_json else last


@dataclass(frozen=True)
class Program:
    """A file of verbs that other processes carry out."""

    path: Path

    def start(self, verb: str, *arguments: str) -> Process:
        """A process that is ready to do this."""
        return Process(self.path, (verb, *arguments)).until("ready")

    def start_doomed(self, verb: str, *arguments: str) -> Process:
        """A process that has done this, has not committed it and waits to be killed."""
        return self.start(verb, *arguments, _DIE).go().until("inside")

    def at_once(self, *works: tuple[str, ...]) -> list:
        """The outcomes of works, each a verb with its arguments, that start at the same moment."""
        return at_once(*((self.path, work) for work in works))


def at_once(*programs: tuple[str | Path, Iterable[str]]) -> list:
    """The outcomes of programs, each with its arguments, that start at the same moment."""
    import frappe

    processes = [Process(program, arguments) for program, arguments in programs]
    for process in processes:
        process.until("ready")
    for process in processes:
        process.go()
    outcomes = [process.outcome() for process in processes]
    frappe.db.rollback()  # see what the others committed
    return outcomes


def take_part(verbs: dict[str, Callable[..., Any]]) -> None:
    """The other side: site, verb and its arguments come by the command line; an error is answered as 'Kind: sentence'."""
    import frappe

    site, verb, *arguments = sys.argv[1:]
    dies = arguments[-1:] == [_DIE]
    frappe.init(site, sites_path=".")
    frappe.connect()
    frappe.flags.mute_emails = True
    frappe.set_user("Administrator")
    # A request has read something before it comes to the point: its view of the data is older than the lock it gets.
    frappe.get_all("Bin", limit=1, order_by="name")
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        outcome = verbs[verb](*arguments[: -1 if dies else None])
        if dies:
            wait_to_be_killed()
        frappe.db.commit()
    except Exception as error:
        frappe.db.rollback()
        outcome = f"{type(error).__name__}: {error}"
    print(json.dumps(outcome), flush=True)


def wait_to_be_killed() -> None:
    print("inside", flush=True)
    time.sleep(_PATIENCE)
