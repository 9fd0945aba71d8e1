"""The repositories of Frappe and ERPNext are asked before anything is made, against real git repositories."""

import subprocess
import time

import pytest

from devtools import sources, versions
from devtools.say import Refused


@pytest.fixture
def repository(tmp_path):
    """A git repository with one tag, v15.1.0."""
    folder = tmp_path / "origin"
    run = ["git", "-C", str(folder), "-c", "user.name=Test", "-c", "user.email=test@example.com"]
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    subprocess.run([*run, "commit", "--quiet", "--allow-empty", "--message", "first"], check=True)
    subprocess.run([*run, "tag", "v15.1.0"], check=True)
    return folder.as_uri()


def test_a_repository_that_has_the_tag_is_fine(repository):
    assert sources.what_is_wrong(sources.Source("frappe", repository, "v15.1.0")) == ""


def test_a_repository_without_the_tag_is_named_with_the_tag(repository):
    wrong = sources.what_is_wrong(sources.Source("frappe", repository, "v15.9.9"))
    assert repository in wrong and "v15.9.9" in wrong


def test_a_repository_that_is_not_there_is_named(tmp_path):
    wrong = sources.what_is_wrong(sources.Source("frappe", (tmp_path / "nowhere").as_uri(), "v15.1.0"))
    assert "nowhere" in wrong and "cannot be reached" in wrong


def test_a_server_that_accepts_and_never_answers_costs_no_longer_than_the_limit():
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        source = sources.Source("frappe", f"http://127.0.0.1:{silent.getsockname()[1]}/frappe", "v15.1.0")
        started = time.monotonic()
        wrong = sources.what_is_wrong(source, seconds=1)
    assert "did not answer within 1 seconds" in wrong
    assert time.monotonic() - started < 5


def test_both_probes_together_stay_within_thirty_seconds():
    assert sources.PROBE_SECONDS < 30


def test_the_refusal_names_every_way_on(tmp_path):
    missing = sources.Source("erpnext", (tmp_path / "nowhere").as_uri(), "v15.1.0")
    with pytest.raises(Refused) as refusal:
        sources.require_reachable((missing, missing))
    for way in ("FRAPPE_REPO", "ERPNEXT_REF", "CRM_EXT_BENCH", "./dev demo", "Nothing was made"):
        assert way in str(refusal.value)


def test_pins_can_be_overridden_by_a_mirror():
    frappe, erpnext = sources.chosen({"FRAPPE_REPO": "file:///mirror", "FRAPPE_REF": "v15.1.0"})
    assert (frappe.repository, frappe.reference) == ("file:///mirror", "v15.1.0")
    assert (erpnext.repository, erpnext.reference) == (versions.ERPNEXT_REPO, versions.ERPNEXT_REF)


def test_the_pinned_erpnext_is_not_older_than_the_release_that_closed_the_published_holes():
    assert tuple(int(part) for part in versions.ERPNEXT_REF.lstrip("v").split(".")) >= (15, 102, 0)
