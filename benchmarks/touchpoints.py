"""Touchpoints a second: the bulk path, the harvest of e-mails, and what a lead and a post at the door cost.

ERPNext's way is the framework's own, `Document.insert` in a loop, of the same doctype. Everything is rolled back.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from time import perf_counter

import frappe

from crm_ext.marketing_automation.flow import enquiries, harvest, touchpoints
from crm_ext.marketing_automation.rules.touchpoints import Touch

BULK, SINGLE, LETTERS, REPEATS = 50_000, 300, 5_000, 15


def measure(site: str) -> list[dict]:
    """Figures of the bulk path, of harvesting, of inserting a lead with a campaign, and of receiving an enquiry."""
    bulk = int(os.environ.get("CRM_EXT_ROWS", BULK))
    figures = [_bulk(bulk), _harvest(LETTERS), _lead_insert(), _door()]
    frappe.db.rollback()
    return figures


def _touches(count: int, day: int) -> list[Touch]:
    start = datetime(2026, 1, 1) + timedelta(days=day)
    return [
        Touch(
            start + timedelta(seconds=number),
            "Email",
            "Sent",
            "Outbound",
            lead=f"Measured {number % 2000}",
            reference_doctype="Communication",
            reference_name=f"measured {day} {number}",
        )
        for number in range(count)
    ]


def _bulk(count: int) -> dict:
    ours = count / _seconds(lambda: touchpoints.record(_touches(count, 0)))
    rows = [
        {"doctype": "Touchpoint", **{field: getattr(touch, field) for field in touchpoints.TOUCH_FIELDS}}
        for touch in _touches(SINGLE, 400)
    ]

    def one_by_one() -> None:
        for row in rows:
            frappe.get_doc(row).insert(ignore_links=True)

    theirs = SINGLE / _seconds(one_by_one)
    frappe.db.rollback()
    return _figure(
        "touchpoints recorded", f"{count} touches; ERPNext {SINGLE}", ours, theirs, "touches/s", ours / theirs
    )


def _harvest(count: int) -> dict:
    """E-mails that are there already, read into touches; ERPNext's way is to insert such an e-mail as a document."""
    lead = frappe.get_doc({"doctype": "Lead", "lead_name": "Measured"}).insert()
    harvest.run(checkpoint=lambda: None)

    @dataclass
    class Letters:
        made: int = 0

        def insert(self) -> None:
            for _number in range(100):
                frappe.get_doc(
                    {
                        "doctype": "Communication",
                        "communication_type": "Communication",
                        "communication_medium": "Email",
                        "sent_or_received": "Sent",
                        "subject": "Measured",
                        "content": "Measured",
                        "reference_doctype": "Lead",
                        "reference_name": lead.name,
                    }
                ).insert()
                self.made += 1

    letters = Letters()
    theirs = 100 / _seconds(letters.insert)
    _copy_letters(lead.name, count - letters.made)
    recorded: list[int] = []
    seconds = _seconds(lambda: recorded.append(harvest.run(checkpoint=lambda: None)))
    frappe.db.rollback()
    ours = recorded[0] / seconds
    return _figure("e-mails harvested", f"{recorded[0]} e-mails", ours, theirs, "e-mails/s", ours / theirs)


def _copy_letters(lead: str, count: int) -> None:
    """Rows like the ones that were inserted, written straight into the table."""
    fields = (
        "owner, creation, modified, modified_by, communication_type, communication_medium, sent_or_received, subject,"
        " content, reference_doctype, reference_name, communication_date"
    )
    frappe.db.sql(
        f"""INSERT INTO `tabCommunication` (name, {fields})
            SELECT CONCAT('measured-', seq), {fields}
            FROM (SELECT * FROM `tabCommunication` WHERE reference_doctype = 'Lead' AND reference_name = %s LIMIT 1) AS one,
                seq_1_to_1000000 WHERE seq <= %s""",
        (lead, count),
    )


def _lead_insert() -> dict:
    """Milliseconds to insert a lead with a campaign, with and without the event that records its first touch; paired."""
    campaign = frappe.get_doc({"doctype": "Campaign", "campaign_name": "Measured Campaign"}).insert().name
    with_event, without_event = [], []
    for number in range(2 * REPEATS):
        lead = frappe.get_doc(
            {"doctype": "Lead", "lead_name": f"Measured {number}", "campaign_name": campaign}
        )
        lead.flags.made_of_enquiry = (
            number % 2 == 0
        )  # such leads have their touch already: the event does nothing
        seconds = _seconds(lead.insert)
        (without_event if number % 2 == 0 else with_event).append(seconds * 1000)
    frappe.db.rollback()
    ours, theirs = median(with_event), median(without_event)
    return _figure("lead with a campaign inserted", f"{REPEATS} pairs", ours, theirs, "ms", ours / theirs)


def _door() -> dict:
    """Milliseconds that a post at the public door takes, beside the insertion of a lead at once."""

    def post(number: int) -> float:
        values = {"person_name": f"Measured {number}", "email": f"measured{number}@example.com"}
        return _seconds(lambda: enquiries.receive(values)) * 1000

    def insert(number: int) -> float:
        lead = frappe.get_doc(
            {"doctype": "Lead", "lead_name": f"Measured {number}", "email_id": f"lead{number}@example.com"}
        )
        return _seconds(lead.insert) * 1000

    frappe.flags.in_test, before = (
        True,
        frappe.flags.in_test,
    )  # no picture of the address is fetched from the internet
    try:
        pairs = [(post(number), insert(number)) for number in range(REPEATS)]
    finally:
        frappe.flags.in_test = before
    frappe.db.rollback()
    ours, theirs = (median(side) for side in zip(*pairs, strict=True))
    return _figure("enquiry received", f"{REPEATS} posts", ours, theirs, "ms", theirs / ours)


def _figure(name: str, size: str, ours: float, theirs: float, unit: str, ratio: float) -> dict:
    return {
        "name": name,
        "size": size,
        "ours": round(ours, 2),
        "erpnext": round(theirs, 2),
        "ratio": round(ratio, 2),
        "unit": unit,
    }


def _seconds(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun
