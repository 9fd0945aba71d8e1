"""`./dev test`: runs the suites that can run here, one summary, and says loudly which could not."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from devtools import (
    assets,
    building,
    environments,
    light_bench,
    machine,
    services,
    shell,
    sites,
    summary,
)
from devtools.bench import Bench, the_bench
from devtools.places import CHECKOUT, TEST_SITES
from devtools.say import Refused, line

SUITES = ("unit", "architecture", "site", "browser")
NEED_A_BENCH = ("site", "browser")


def run(suites: Sequence[str], pytest_arguments: Sequence[str]) -> int:
    """The exit code: 0 when everything that could run passed, and everything that was asked for by name could run."""
    started = time.monotonic()
    results: list[summary.Result] = []
    not_run: dict[str, str] = {}
    wanted = suites or SUITES
    for suite in wanted:
        if suite not in NEED_A_BENCH:
            results.append(_pytest(suite, environments.own_python(), shell.environment(), pytest_arguments))
    on_bench = [suite for suite in wanted if suite in NEED_A_BENCH]
    if on_bench:
        try:
            _run_on_bench(on_bench, pytest_arguments, results, not_run)
        except Refused as refusal:
            not_run.update(dict.fromkeys(on_bench, str(refusal)))
    line(summary.text(results, not_run, time.monotonic() - started))
    return summary.exit_code(results, not_run, asked_by_name=bool(suites))


def _run_on_bench(
    suites: Sequence[str], pytest_arguments: Sequence[str], results: list[summary.Result], not_run: dict[str, str]
) -> None:
    bench = the_bench()
    building.ensure(bench)
    services.start_mariadb(bench)
    packages = environments.bench_packages(bench)
    with light_bench.for_tests(bench) as light, light_bench.own_redis(light):
        env = light.environment(packages, CRM_EXT_BENCH=str(light.path), CRM_EXT_TEST_SITE=TEST_SITES[0])
        for suite in suites:
            try:
                if suite == "browser":
                    env["CRM_EXT_CHROMIUM"] = machine.provide_browser()
            except Refused as refusal:
                not_run[suite] = str(refusal)
                continue
            results.append(_on_test_site(suite, light, bench, env, pytest_arguments))


def _on_test_site(
    suite: str, light: Bench, bench: Bench, env: dict[str, str], pytest_arguments: Sequence[str]
) -> summary.Result:
    """An app that cannot be installed or built has failed its suite; only a missing bench excuses it."""
    started = time.monotonic()
    # A whole run of the site suite is shared out to a site for each process; what is asked for by name runs in one.
    shared_out = suite == "site" and not pytest_arguments
    try:
        for site in TEST_SITES if shared_out else TEST_SITES[:1]:
            sites.ensure_fresh(light, site)
        if suite == "browser":
            assets.build(light)
            assets.share(light, bench)
        else:
            assets.compile_translations(light)
    except Refused as refusal:
        line(f"\n{refusal}")
        return summary.broken(suite, str(refusal).splitlines()[0], time.monotonic() - started)
    if shared_out:
        env = {**env, "CRM_EXT_TEST_SITES": ",".join(TEST_SITES)}
        pytest_arguments = [*pytest_arguments, "--numprocesses", str(len(TEST_SITES)), "--dist", "loadfile"]
    return _pytest(suite, light.python, env, pytest_arguments)


def _pytest(suite: str, python: Path, env: dict[str, str], arguments: Sequence[str]) -> summary.Result:
    line(f"\n== {suite}")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crm-ext-") as folder:
        report = Path(folder) / "report.xml"
        command = [python, "-m", "pytest", *_folder(suite, arguments), f"--junitxml={report}", *arguments]
        code = subprocess.run([str(word) for word in command], cwd=CHECKOUT, env=env).returncode
        return summary.read(suite, report, code, time.monotonic() - started)


def _folder(suite: str, arguments: Sequence[str]) -> list[str]:
    """The suite's folder, unless the arguments name a file or folder in it."""
    folder = f"tests/{suite}"
    return [] if any(argument.startswith(folder) for argument in arguments) else [folder]
