"""`./dev compare-erpnext`: ERPNext's own tests with the app and without it, compared by the names of what fails.

Each side is a fresh site on a light bench of its own and runs the same suites in the same order, because ERPNext's suites
leave traces that later ones stumble over. Some fail on any site (they want the internet, or the payments app); what counts
is that the same ones do. Takes half an hour or more, and is no part of `./dev test`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from devtools import building, environments, light_bench, machine, services, shell, templates
from devtools.bench import Bench, the_bench
from devtools.places import APP, CHECKOUT, cache
from devtools.say import Refused, line

SUITES = ("Lead", "Opportunity", "Quotation", "Sales Order", "Sales Invoice", "Payment Entry")
# ERPNext's test records want its doctypes; it comes from PAYMENTS_REPO where the official repository cannot be reached.
PAYMENTS_REPO = "https://github.com/frappe/payments"
PAYMENTS_REF = "version-15"
# ERPNext's tests write mails that are never sent, and cannot without an address to send from.
MAIL_ACCOUNT = {"auto_email_id": "test@example.com", "mail_server": "smtp.example.com", "mail_login": "test@example.com"}
TEST_TOOLS = ("unittest-xml-reporting", "hypothesis", "freezegun", "responses", "Faker", "coverage")


@dataclass(frozen=True)
class Outcome:
    """Names of tests of one suite: '<class>.<test>'."""

    failed: frozenset[str]
    passed: frozenset[str]


def compare(suites: Sequence[str]) -> int:
    bench = the_bench()
    building.ensure(bench)
    machine.provide()
    services.start(bench)
    payments = get_payments()
    packages = test_packages(bench, payments)
    sides = {
        name: run_side(bench, name, payments, apps, packages, suites or SUITES)
        for name, apps in (("without", ()), ("with", (APP,)))
    }
    differences = report(sides["without"], sides["with"])
    line("\n".join(differences) if differences else "\nThe same tests pass and fail with the app and without it.")
    return 1 if differences else 0


def report(without: dict[str, Outcome], with_app: dict[str, Outcome]) -> list[str]:
    """One line for each test that came out otherwise on the two sides, or ran on one only."""
    found = []
    for suite in without:
        before, after = without[suite], with_app[suite]
        line(
            f"{suite:<16} without: {len(before.passed)} passed, {len(before.failed)} failed; "
            f"with: {len(after.passed)} passed, {len(after.failed)} failed"
        )
        found += [f"{suite}: {test} fails only with the app" for test in sorted(after.failed - before.failed)]
        found += [f"{suite}: {test} fails only without the app" for test in sorted(before.failed - after.failed)]
        missing = (before.failed | before.passed) ^ (after.failed | after.passed)
        found += [f"{suite}: {test} ran on one side only" for test in sorted(missing)]
    return sorted(set(found))


def get_payments() -> Path | None:
    """A copy of the payments app, or None: then more of ERPNext's tests fail, on both sides alike."""
    folder = cache() / "payments"
    if not folder.exists():
        repository = os.environ.get("PAYMENTS_REPO") or PAYMENTS_REPO
        try:
            shell.run_step(
                "Get the payments app, which ERPNext's test records want",
                ["git", "clone", "--depth", "1", "--branch", os.environ.get("PAYMENTS_REF") or PAYMENTS_REF, repository, folder],
                log=cache() / "payments.log",
            )
        except Refused as refusal:
            shutil.rmtree(folder, ignore_errors=True)
            line(f"{refusal}\nGoing on without it; PAYMENTS_REPO and PAYMENTS_REF name a mirror.")
            return None
    return folder


def test_packages(bench: Bench, payments: Path | None) -> Path:
    """What ERPNext's tests and the payments app import, in a folder of its own."""
    wanted = list(TEST_TOOLS)
    if payments:
        project = (payments / "pyproject.toml").read_text(encoding="utf-8")
        wanted += environments.requirements(project, ())
    return environments.packages_for(bench, "erpnext-test-packages", wanted)


def run_side(
    bench: Bench, name: str, payments: Path | None, apps: Sequence[str], packages: Path, suites: Sequence[str]
) -> dict[str, Outcome]:
    site = f"crm-ext-compare-{name}.localhost"
    light = light_bench.make(cache() / f"compare-{name}", bench)
    installed = ["erpnext", *(["payments"] if payments else []), *apps]
    if payments:
        light_bench.point(light.path / "apps" / "payments", payments)
    if apps:
        light_bench.point(light.link, CHECKOUT)
    (light.sites / "apps.txt").write_text("\n".join(["frappe", *installed]) + "\n", encoding="utf-8")
    further = [environments.bench_packages(bench), packages, *([payments] if payments else [])]
    env = light.environment(*further)
    log = light.services / "log" / "suites.log"
    with light_bench.own_redis(light):
        settings = {"allow_tests": 1, "mute_emails": 1, "developer_mode": 0, **MAIL_ACCOUNT}
        templates.make_site(light, site, "bare", settings, db_name=f"crm_ext_compare_{name}")
        for app in installed[1:]:
            shell.run_step(
                f"Install {app}", light.frappe("install-app", app, site=site), cwd=light.sites, env=env, log=log
            )
        return {suite: run_suite(light, site, suite, env, name) for suite in suites}


def run_suite(light: Bench, site: str, suite: str, env: dict[str, str], side: str) -> Outcome:
    """One of ERPNext's suites. That it fails is a result and no error; that it leaves no report is."""
    file = light.path / f"{suite.replace(' ', '_')}.xml"
    file.unlink(missing_ok=True)
    log = light.services / "log" / f"{file.stem}.log"
    command = light.frappe("run-tests", "--doctype", suite, "--junit-xml-output", str(file), site=site)
    line(f"  … {suite}, {side} the app")
    with log.open("wb") as out:
        subprocess.run(command, cwd=light.sites, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    if not file.exists() or not file.stat().st_size:
        raise Refused(f"ERPNext's tests for {suite} broke down. The last lines of {log}:\n{shell.last_lines(log)}")
    outcome = read(file)
    (light.path / f"{file.stem}.json").write_text(json.dumps({"failed": sorted(outcome.failed)}, indent=1))
    return outcome


def read(report_file: Path) -> Outcome:
    failed, passed = set(), set()
    for case in ElementTree.parse(report_file).iter("testcase"):
        kinds = {child.tag for child in case}
        if "skipped" not in kinds:
            (failed if kinds & {"failure", "error"} else passed).add(f"{case.get('classname')}.{case.get('name')}")
    return Outcome(frozenset(failed), frozenset(passed))
