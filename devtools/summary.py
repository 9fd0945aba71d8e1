"""Counts of the suites from pytest's own reports, and the last words of `./dev test`."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

NOTHING_COLLECTED = 5


@dataclass(frozen=True)
class Result:
    suite: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    failures: tuple[str, ...] = field(default=())
    # pytest's own verdict: it also knows of errors that belong to no test, such as an interrupted collection.
    exit_code: int = 0

    @property
    def is_good(self) -> bool:
        return not self.failed and self.exit_code in (0, NOTHING_COLLECTED)


def read(suite: str, report: Path, exit_code: int, seconds: float) -> Result:
    """The counts of a JUnit file; without a file the suite broke down before its first test, which is a failure."""
    if not report.exists():
        return broken(suite, "pytest did not finish", seconds)
    passed = skipped = 0
    failures = []
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            failures.append(f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}")
        elif "skipped" in kinds:
            skipped += 1
        else:
            passed += 1
    return Result(suite, passed, len(failures), skipped, seconds, tuple(failures), exit_code)


def broken(suite: str, why: str, seconds: float) -> Result:
    """A suite that came to grief before its first test."""
    return Result(suite, failed=1, seconds=seconds, failures=(why,), exit_code=1)


def text(results: Sequence[Result], not_run: Mapping[str, str], seconds: float) -> str:
    """A row for each suite, the failed tests, the suites that did not run with their reasons, and the totals."""
    lines = ["", f"{'suite':<14}{'passed':>8}{'failed':>8}{'skipped':>9}{'seconds':>9}"]
    for result in results:
        lines.append(
            f"{result.suite:<14}{result.passed:>8}{result.failed:>8}{result.skipped:>9}{result.seconds:>9.1f}"
            + ("" if result.is_good else "   FAILED")
        )
    failures = [f"FAILED {result.suite}: {name}" for result in results for name in result.failures]
    if failures:
        lines += ["", *failures]
    for reason in dict.fromkeys(not_run.values()):
        names = " and ".join(suite for suite, why in not_run.items() if why == reason)
        lines += ["", f"!!! NOT RUN: {names} !!!", *(f"    {part}" for part in reason.splitlines())]
    totals = ", ".join(
        f"{sum(getattr(result, kind) for result in results)} {kind}" for kind in ("passed", "failed", "skipped")
    )
    left_out = f"; NOT RUN: {', '.join(not_run)}" if not_run else ""
    return "\n".join([*lines, "", f"{totals} in {seconds:.0f} s{left_out}"])


def exit_code(results: Sequence[Result], not_run: Mapping[str, str], *, asked_by_name: bool) -> int:
    """A suite that could not run fails only the run that asked for it by name."""
    if any(not result.is_good for result in results):
        return 1
    return 1 if asked_by_name and not_run else 0
