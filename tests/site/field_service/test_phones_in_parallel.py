"""Five senders at the same moment: real processes with transactions of their own."""

from __future__ import annotations

from pathlib import Path

import frappe
import phone_world
import pytest
from processes import Program

from crm_ext.self_service.flow import service_links

OTHERS = Program(Path(__file__).with_name("phone_process.py"))
SENDERS = 5


def from_all_senders(*work: str) -> list:
    return OTHERS.at_once(*[work] * SENDERS)


@pytest.fixture(scope="module")
def committed(site_connection):
    frappe.set_user("Administrator")
    frappe.db.rollback()
    made = phone_world.world()
    frappe.db.commit()  # other processes must see it
    yield made
    phone_world.remove(made)


def test_the_same_visit_from_five_senders_is_written_once(site, committed):
    outcomes = from_all_senders("report", committed.login, committed.job, "the-same-key")
    assert all(outcome == outcomes[0] and outcome["t"] for outcome in outcomes), outcomes
    assert frappe.db.count("Work Report", {"service_order": committed.job}) == 1
    assert frappe.db.count("Service Order Time", {"parent": committed.job}) == 1


def test_the_same_photo_from_five_senders_is_kept_once(site, committed):
    outcomes = from_all_senders("photo", committed.login, committed.job, "photo-key-1")
    assert len(set(outcomes)) == 1 and outcomes[0].startswith("/private/files/"), outcomes
    assert frappe.db.count("File", {"attached_to_name": committed.job}) == 1


def test_a_link_that_works_once_is_used_by_one_of_five(site, committed):
    address = service_links.make(
        service_links.CONFIRM, "Service Order", committed.job, None, 7, single_use=True
    )
    frappe.db.commit()  # other processes must see it
    outcomes = from_all_senders("use_link", "Guest", address.rsplit("/", 1)[1], service_links.CONFIRM)
    assert outcomes.count(committed.job) == 1, outcomes
    assert sum("used already" in outcome for outcome in outcomes) == SENDERS - 1
