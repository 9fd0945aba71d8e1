"""Where Frappe and ERPNext come from, and whether that place answers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from devtools import versions
from devtools.places import bench_path
from devtools.say import Refused, step

PROBE_SECONDS = 20


@dataclass(frozen=True)
class Source:
    app: str
    repository: str
    reference: str


def chosen(environment: Mapping[str, str] | None = None) -> tuple[Source, Source]:
    """Frappe and ERPNext as pinned, or as FRAPPE_REPO, FRAPPE_REF, ERPNEXT_REPO and ERPNEXT_REF say."""
    given = os.environ if environment is None else environment
    return (
        Source(
            "frappe",
            given.get("FRAPPE_REPO") or versions.FRAPPE_REPO,
            given.get("FRAPPE_REF") or versions.FRAPPE_REF,
        ),
        Source(
            "erpnext",
            given.get("ERPNEXT_REPO") or versions.ERPNEXT_REPO,
            given.get("ERPNEXT_REF") or versions.ERPNEXT_REF,
        ),
    )


def what_is_wrong(source: Source, *, seconds: float = PROBE_SECONDS) -> str:
    """Empty when the repository answers and has the reference; else a clause for the sentence to the user."""
    quiet = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": "ssh -oBatchMode=yes"}
    try:
        answer = subprocess.run(
            ["git", "ls-remote", source.repository, f"refs/tags/{source.reference}", f"refs/heads/{source.reference}"],
            capture_output=True,
            text=True,
            timeout=seconds,
            env=quiet,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return f"{source.repository} did not answer within {seconds:.0f} seconds"
    except FileNotFoundError:
        return "git is not installed"
    if answer.returncode:
        reason = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
        return f"{source.repository} cannot be reached ({reason})"
    if not answer.stdout.strip():
        return f"{source.repository} has no tag or branch {source.reference}"
    return ""


def require_reachable(sources: tuple[Source, ...]) -> None:
    """Raises Refused, naming the ways on, unless every source answers. Nothing has been made by then."""
    with step("Ask the repositories of Frappe and ERPNext"), ThreadPoolExecutor() as pool:
        wrong = [clause for clause in pool.map(what_is_wrong, sources) if clause]
        if wrong:
            raise Refused(ways_on(wrong))


def ways_on(wrong: list[str]) -> str:
    return "\n".join(
        [
            "A bench cannot be made: " + "; ".join(wrong) + ".",
            "Nothing was made. The ways on:",
            "  - a mirror: FRAPPE_REPO=… FRAPPE_REF=… ERPNEXT_REPO=… ERPNEXT_REF=… ./dev up",
            f"  - an existing bench with Frappe and ERPNext 15: CRM_EXT_BENCH=/path ./dev up (now {bench_path()})",
            "  - without a bench: ./dev demo, ./dev analyse, ./dev test unit, ./dev test architecture",
        ]
    )
