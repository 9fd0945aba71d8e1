"""The words of `./dev` and what each of them calls."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from collections.abc import Sequence

from devtools import environments, erpnext_suites, running, shell, testing
from devtools.places import CHECKOUT
from devtools.say import Refused

INTERRUPTED = 130


def main(words: Sequence[str]) -> int:
    """Runs one command; a refusal is shown as a sentence, without a traceback."""
    signal.signal(signal.SIGTERM, interrupt)
    own, passed_on = split(list(words))
    arguments, rest = parser().parse_known_args(own)
    if rest and not arguments.takes_more:
        parser().error(f"unknown: {' '.join(rest)}")
    try:
        return arguments.call(arguments, [*rest, *passed_on])
    except Refused as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return INTERRUPTED


def interrupt(*_signal: object) -> None:
    """A run that is told to end cleans up after itself like one that is stopped by hand."""
    raise KeyboardInterrupt


def split(words: list[str]) -> tuple[list[str], list[str]]:
    """The words before and after `--`."""
    if "--" not in words:
        return words, []
    place = words.index("--")
    return words[:place], words[place + 1 :]


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="./dev", description="CRM Ext: run it, test it, measure it.")
    commands = top.add_subparsers(required=True, metavar="command")

    def command(name, call, text, *, takes_more=False):
        added = commands.add_parser(name, help=text, description=text, add_help=not takes_more)
        added.set_defaults(call=call, takes_more=takes_more)
        return added

    command("up", lambda *_: running.up(), "make or use a bench, load the demo company and serve it")
    command("down", lambda *_: running.down(), "stop what ./dev up started")
    command("status", lambda *_: running.status(), "what runs, and where")
    console = command("console", lambda given, _: running.console(given.site), "a Python console on a site")
    console.add_argument("site", nargs="?", help="default: the development site")
    test = command("test", run_tests, "run the test suites; arguments after -- go to pytest")
    test.add_argument("suite", nargs="*", help=f"of {', '.join(testing.SUITES)}; default: all")
    command("demo", embedded("demo"), "the rules on a year of sample data, without a bench", takes_more=True)
    command("analyse", embedded("analyse"), "the same on your own ERPNext's tables, read-only", takes_more=True)
    compare = command(
        "compare-erpnext",
        lambda given, _: erpnext_suites.compare(given.suite),
        "ERPNext's own tests with the app and without it; takes half an hour or more",
    )
    compare.add_argument("suite", nargs="*", help=f"default: {', '.join(erpnext_suites.SUITES)}")
    measure = command("measure", lambda given, rest: running.measure(given.name, rest), "benchmarks, ours beside ERPNext's")
    measure.set_defaults(takes_more=True)
    measure.add_argument("name", nargs="?", help="one benchmark; default: all")
    return top


def run_tests(given: argparse.Namespace, pytest_arguments: list[str]) -> int:
    unknown = set(given.suite) - set(testing.SUITES)
    if unknown:
        raise Refused(f"There is no suite {', '.join(sorted(unknown))}; there are {', '.join(testing.SUITES)}.")
    return testing.run(given.suite, pytest_arguments)


def embedded(name: str):
    """A command of the embedded way in: Python and PyPI only, in an environment of its own."""

    def call(_given: argparse.Namespace, words: list[str]) -> int:
        command = [environments.own_python(), "-m", "crm_ext.embedded", name, *words]
        env = shell.environment({"PYTHONPATH": str(CHECKOUT / "apps")})
        return subprocess.run([str(word) for word in command], env=env).returncode

    return call
